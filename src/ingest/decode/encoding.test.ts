import { expect, test } from '@jest/globals';
import { readBytes } from './decodeText.fixture.js';

const gbk = Buffer.from([0xc4, 0xe3, 0xba, 0xc3]); // 你好
const utf16 = (text: string) => Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]);
const table = '站点,值\n石炭沟,1\n';

test.each([
  ['ASCII', Buffer.from('a,b\n1,2\n'), 'utf-8', 'a,b\n1,2\n'],
  ['UTF-8', Buffer.from(table), 'utf-8', table],
  ['UTF-8 with its mark', Buffer.from('\ufeff' + table), 'utf-8-bom', table],
  ['UTF-16 little endian', utf16(table), 'utf-16le', table],
  ['UTF-16 big endian', Buffer.from(utf16(table)).swap16(), 'utf-16be', table],
  ['GBK', Buffer.concat([Buffer.from('a\n'), gbk]), 'gb18030', 'a\n你好'],
  ['GB18030 with four bytes', Buffer.from([0x81, 0x39, 0xef, 0x30, 0x0a, 0xc4, 0xe3]), 'gb18030', '㐁\n你'],
  [
    'long ASCII, then GBK',
    Buffer.concat([Buffer.alloc(3000, 'ab,\n'), gbk]),
    'gb18030',
    'ab,\n'.repeat(750) + '你好',
  ],
])('%s, whatever the chunks', (_, bytes, encoding, text) => {
  for (const size of [1, 2, 3, 7, 600, 65_536]) expect(readBytes(bytes, size)).toEqual({ encoding, text });
});

test.each([
  ['an empty file', Buffer.alloc(0), 'file-empty', undefined],
  ['nothing but blanks', Buffer.from('\n \r\n'), 'file-empty', undefined],
  ['xlsx', Buffer.from('PK\x03\x04aaaa'), 'file-xlsx', undefined],
  ['old xls', Buffer.from('d0cf11e0a1b11ae100', 'hex'), 'file-xls', undefined],
  ['a page', Buffer.from('\n<!DOCTYPE html><html>'), 'file-html', undefined],
  ['an "xls" that is a page', Buffer.from('\ufeff<html xmlns:x="excel"><table>'), 'file-html', undefined],
  ['JSON', Buffer.from('[\n {"a":1}]'), 'file-json', undefined],
  ['PDF', Buffer.from('%PDF-1.7'), 'file-binary', 1],
  ['a NUL byte', Buffer.from('a,b\n1,\0\n'), 'file-binary', 2],
  ['a NUL byte far down', Buffer.from('a,b\n'.repeat(1000) + '\0'), 'file-binary', 1001],
  [
    'neither UTF-8 nor GB18030',
    Buffer.concat([Buffer.from('a\nb\n'), gbk, Buffer.from([0x0a, 0xff, 0x0a])]),
    'encoding-unknown',
    4,
  ],
  [
    'a character cut off at the end',
    Buffer.concat([Buffer.from('a\n你\n'), Buffer.from([0xc4])]),
    'encoding-unknown',
    3,
  ],
  ['GBK behind a UTF-8 mark', Buffer.concat([Buffer.from('\ufeffa\nb\n'), gbk]), 'encoding-unknown', 3],
])('%s is refused', (_, bytes, code, badLine) => {
  for (const size of [1, 3, 600, 65_536]) {
    expect(readBytes(bytes, size)).toMatchObject({
      line: 0,
      code,
      params: badLine === undefined ? {} : { badLine },
    });
  }
});
