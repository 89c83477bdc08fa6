import { describe, expect, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { annotateText } from './annotateText.js';
import type { TextEncodingName } from './decode/encoding.js';

const words = (line: number) => ({ 1: '错误原因', 3: '数值无法识别：“abc”' })[line] ?? '';

function annotate(text: string, encoding: TextEncodingName, delimiter = ','): string {
  const name = encoding === 'utf-8-bom' ? 'utf-8' : encoding;
  const bytes = iconv.encode(text, name, { addBOM: encoding === 'utf-8-bom' });
  const annotated = annotateText(bytes, encoding, delimiter, words);
  return iconv.decode(annotated, name, { stripBOM: false });
}

describe('the added column', () => {
  test.each<[string, TextEncodingName, string, string]>([
    ['LF', 'utf-8', 'a,b\n1,2\nx,abc\n', 'a,b,错误原因\n1,2,\nx,abc,数值无法识别：“abc”\n'],
    [
      'CRLF',
      'gb18030',
      '日期,值\r\n1,2\r\nx,abc\r\n',
      '日期,值,错误原因\r\n1,2,\r\nx,abc,数值无法识别：“abc”\r\n',
    ],
    ['no line break at the end', 'utf-8', 'a,b\n1,2\nx,abc', 'a,b,错误原因\n1,2,\nx,abc,数值无法识别：“abc”'],
    ['a byte order mark', 'utf-8-bom', 'a\n1\nx\n', '\ufeffa,错误原因\n1,\nx,数值无法识别：“abc”\n'],
    ['UTF-16', 'utf-16le', 'a\n1\nx\n', 'a,错误原因\n1,\nx,数值无法识别：“abc”\n'],
    ['a quoted cell over two lines', 'utf-8', 'a\n"p\nq"\n2\n', 'a,错误原因\n"p\nq",\n2,\n'],
    ['blank lines stay blank', 'utf-8', 'a\n\nx\n', 'a,错误原因\n\nx,数值无法识别：“abc”\n'],
    ['an empty text', 'utf-8', '', ''],
  ])('%s', (_name, encoding, text, expected) => {
    expect(annotate(text, encoding)).toBe(expected);
  });

  test('a second byte of GBK that looks like a letter or a pipe does not end a cell or a record', () => {
    // 亅 is 81 7C, whose second byte is the pipe's.
    expect(annotate('a|亅\n1|2\n', 'gb18030', '|')).toBe('a|亅|错误原因\n1|2|\n');
  });

  test('words that a spreadsheet would take for a formula are kept as words', () => {
    const bytes = Buffer.from('a\n1\n');
    const annotated = annotateText(bytes, 'utf-8', ',', (line) => (line === 2 ? '=HYPERLINK("x"),y' : 'f'));
    expect(annotated.toString()).toBe('a,f\n1,"\'=HYPERLINK(""x""),y"\n');
  });
});

test('every original byte stays, in order, whatever the file holds', () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const bytes = Buffer.from(
      Array.from({ length: 60 }, (_, i) => (seed * 31 + i * i * 17 + (seed % 7) * i) % 256),
    );
    const marker = Buffer.from('\u{1F9EA}');
    const added = Buffer.from('\u{1F9EB}\u{1F9EA}').toString('latin1');
    const annotated = annotateText(bytes, 'utf-8', '\u{1F9EB}', () => marker.toString());
    const cleaned = Buffer.from(annotated.toString('latin1').replaceAll(added, ''), 'latin1');
    expect(cleaned.equals(bytes)).toBe(true);
  }
});
