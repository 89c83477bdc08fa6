import { describe, expect, test } from '@jest/globals';
import { XmlDecoder, escapeXml } from './xmlText.js';
import { XmlTokenizer, type XmlTag } from './xmlTokenizer.js';

const bounds = { maxXmlDepth: 8, maxXmlAttributes: 4, maxXmlTagLength: 1_000 };

/** Events as text, with neighbouring pieces of text joined; `raw` must be the whole input. */
function eventsOf(xml: string, pieceLength = xml.length + 1): string {
  let events = '';
  let text = '';
  let raw = '';
  const flush = (): void => {
    if (text !== '') events += `'${text}'`;
    text = '';
  };
  const tokenizer = new XmlTokenizer(
    {
      open(tag: XmlTag) {
        flush();
        events += `<${tag.name}${tag.get('a') === undefined ? '' : ` a=${tag.get('a')}`}>`;
      },
      text: (piece) => void (text += piece),
      close(name) {
        flush();
        events += `</${name}>`;
      },
      raw: (piece) => void (raw += piece),
    },
    bounds,
  );
  for (let at = 0; at < xml.length; at += pieceLength) tokenizer.write(xml.slice(at, at + pieceLength));
  tokenizer.end();
  expect(raw).toBe(xml);
  return events;
}

const wellFormed: readonly [string, string][] = [
  ['<a/>', '<a></a>'],
  ['<?xml version="1.0"?>\n<x:a xmlns:x="u"><x:b a="1" /></x:a >\n', '<a><b a=1></b></a>'],
  ["<a a='>\"&lt;'>1 &amp; 2 &#20013;&#x4e2d;</a>", "<a a=>\"<>'1 & 2 中中'</a>"],
  ['<a>x<!-- <b> & -- -->y<![CDATA[<&]]>z<?p <?></a>', "<a>'xy<&z'</a>"],
  ['<a>\r\nb\r</a>', "<a>'\n\nb\n'</a>"],
  ['<a>]]</a><!-- end -->', "<a>']]'</a>"],
];

describe('well formed', () => {
  test.each(wellFormed)('%j', (xml, events) => {
    expect(eventsOf(xml).replaceAll('\n\n', '\n')).toBe(events.replaceAll('\n\n', '\n'));
  });

  test.each(wellFormed)('%j in pieces of any length', (xml) => {
    const whole = eventsOf(xml).replaceAll('\n\n', '\n');
    for (let length = 1; length < xml.length; length += 1) {
      expect(eventsOf(xml, length).replaceAll('\n\n', '\n')).toBe(whole);
    }
  });

  test('a long text does not gather', () => {
    const tokenizer = new XmlTokenizer({ open: () => 0, text: () => 0, close: () => 0 }, bounds);
    tokenizer.write('<a>');
    for (let i = 0; i < 1_000; i += 1) tokenizer.write('x'.repeat(10_000));
    tokenizer.write('<!--');
    for (let i = 0; i < 1_000; i += 1) tokenizer.write('-'.repeat(10_000));
    tokenizer.write('--></a>');
    tokenizer.end();
  });
});

describe('refused', () => {
  test.each([
    ['', 'malformed'],
    ['text', 'malformed'],
    ['<a>', 'malformed'],
    ['<a', 'malformed'],
    ['<a></b>', 'malformed'],
    ['<a/><b/>', 'malformed'],
    ['<a/>x', 'malformed'],
    ['<a b></a>', 'malformed'],
    ['<a b=1></a>', 'malformed'],
    ['<a b="1"c="2"/>', 'malformed'],
    ['<a b="1" b="2"/>', 'malformed'],
    ['<a b="<"/>', 'malformed'],
    ['<a / >', 'malformed'],
    ['< a/>', 'malformed'],
    ['<1/>', 'malformed'],
    ['<a>&nbsp;</a>', 'malformed'],
    ['<a>& </a>', 'malformed'],
    ['<a>&#0;</a>', 'malformed'],
    ['<a>&#xD800;</a>', 'malformed'],
    ['<a>&#x110000;</a>', 'malformed'],
    ['<a>\u0000</a>', 'malformed'],
    ['<a><!-- </a>', 'malformed'],
    ['<!DOCTYPE a><a/>', 'dtd'],
    ['<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', 'dtd'],
    ['<a><!ENTITY b SYSTEM "file:///etc/passwd"></a>', 'dtd'],
    ['<a>'.repeat(9), 'depth'],
    ['<a b="1" c="2" d="3" e="4" f="5"/>', 'attributes'],
    [`<a b="${'x'.repeat(2_000)}`, 'attributes'],
  ])('%j is %s', (xml, kind) => {
    expect(() => eventsOf(xml)).toThrow(expect.objectContaining({ kind }));
    expect(() => eventsOf(xml, 1)).toThrow(expect.objectContaining({ kind }));
  });
});

describe('bytes', () => {
  const decode = (bytes: Buffer): string => {
    const decoder = new XmlDecoder();
    let text = '';
    for (const byte of bytes) text += decoder.decode(Buffer.from([byte]));
    return text + decoder.end();
  };

  test.each([
    ['UTF-8', Buffer.from('<a>中</a>')],
    ['UTF-8 with mark', Buffer.from('\ufeff<a>中</a>')],
    ['UTF-16LE', Buffer.from('<a>中</a>', 'utf16le')],
    ['UTF-16LE with mark', Buffer.from('\ufeff<a>中</a>', 'utf16le')],
    ['UTF-16BE with mark', Buffer.from('\ufeff<a>中</a>', 'utf16le').swap16()],
  ])('%s', (_, bytes) => {
    expect(decode(bytes)).toBe('<a>中</a>');
  });

  test.each([
    ['GBK declared', Buffer.from('<?xml version="1.0" encoding="GBK"?><a/>')],
    ['no UTF-8', Buffer.from([0x3c, 0x61, 0x3e, 0xd6, 0xd0])],
    ['cut UTF-8', Buffer.from('<a>中').subarray(0, -1)],
  ])('%s is refused', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(expect.objectContaining({ kind: 'malformed' }));
  });

  test('what XML cannot carry is replaced', () => {
    expect(escapeXml('<\u0000&"\ud800😀\r>')).toBe('&lt;\ufffd&amp;&quot;\ufffd😀&#13;&gt;');
  });
});
