import { afterAll, describe, expect, test } from '@jest/globals';
import type { WorkbookOptions } from './streamWorkbook.js';
import {
  cleanScratch,
  fileOf,
  inlineRows,
  leftovers,
  partsOf,
  rawWorkbook,
  readAll,
  scratch,
  textOf,
  zipOf,
  type RawWorkbook,
} from './workbook.fixture.js';

scratch();
afterAll(cleanScratch);

const megabyte = 1024 * 1024;
const plain: RawWorkbook = { data: inlineRows([['站点', '值'], ['甲', '1']]) }; // prettier-ignore
const one = '<row r="1"><c r="A1"><v>1</v></c></row>';

/** The bytes of an ordinary workbook, changed. */
async function changed(change: (bytes: Buffer) => Buffer | void, raw: RawWorkbook = plain): Promise<string> {
  const bytes = await zipOf(partsOf(raw));
  return fileOf(change(bytes) ?? bytes);
}

/** Where the directory entry of a part begins. */
function entryOf(bytes: Buffer, name: string): number {
  for (
    let at = bytes.indexOf('PK\x01\x02', 0, 'latin1');
    at >= 0;
    at = bytes.indexOf('PK\x01\x02', at + 1, 'latin1')
  ) {
    if (bytes.toString('utf8', at + 46, at + 46 + bytes.readUInt16LE(at + 28)) === name) return at;
  }
  throw new Error(`no entry ${name}`);
}

function* repeat(text: string, bytes: number, start = '', end = ''): Generator<string> {
  const piece = text.repeat(Math.ceil(65_536 / text.length));
  yield start;
  for (let written = 0; written < bytes; written += piece.length) yield piece;
  yield end;
}

const sheetStart = '<worksheet><sheetData>';
const sheetEnd = '</sheetData></worksheet>';
const sheetOf = (xml: Iterable<string> | string): RawWorkbook => ({ sheets: [{ name: 'S', xml }] });
const sheetPart = 'xl/worksheets/sheet1.xml';

function* manyRows(count: number): Generator<string> {
  yield sheetStart;
  for (let row = 1; row <= count; row += 1) yield `<row r="${row}"><c><v>${row}</v></c></row>`;
  yield sheetEnd;
}

function manyColumns(count: number): string {
  const cells = Array.from({ length: count }, (_, i) => `<c><v>${i}</v></c>`);
  return `${sheetStart}<row r="1">${cells.join('')}</row>${sheetEnd}`;
}

/** A container like those of old Excel, with a directory at its first sector. */
function oleContainer(stream: string): Buffer {
  const bytes = Buffer.alloc(8_192);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(bytes);
  bytes.writeUInt16LE(9, 30);
  bytes.writeUInt32LE(2, 48);
  Buffer.from(stream, 'utf16le').copy(bytes, 3 * 512 + 128);
  return bytes;
}

const cases: readonly [string, string, () => Promise<string> | string, WorkbookOptions?][] = [
  ['an empty file', 'file-empty', () => fileOf('')],
  ['text', 'workbook-not-xlsx', () => fileOf('站点,日期\n')],
  ['a file of one byte', 'workbook-not-xlsx', () => fileOf('P')],
  ['an old workbook', 'workbook-old-format', () => fileOf(oleContainer('Workbook'))],
  ['a cut old workbook', 'workbook-old-format', () => fileOf(oleContainer('').subarray(0, 100))],
  ['a workbook under a password', 'workbook-password', () => fileOf(oleContainer('EncryptedPackage'))],
  ['a plain archive', 'workbook-not-xlsx', async () => fileOf(await zipOf([['readme.txt', 'x']]))],
  ['an empty archive', 'workbook-not-xlsx', async () => fileOf(await zipOf([]))],
  [
    'a document of Word',
    'workbook-not-xlsx',
    async () => {
      const [relations] = partsOf(plain);
      const moved = textOf(relations?.[1]).replace('xl/workbook.xml', 'word/document.xml');
      return fileOf(await zipOf([['_rels/.rels', moved], ['word/document.xml', '<document/>']])); // prettier-ignore
    },
  ],
  [
    'a binary workbook',
    'workbook-binary-xlsb',
    async () => {
      const moved = textOf(partsOf(plain)[0]?.[1]).replace('xl/workbook.xml', 'xl/workbook.bin');
      return fileOf(await zipOf([['_rels/.rels', moved], ['xl/workbook.bin', 'x']])); // prettier-ignore
    },
  ],
  ['a cut archive', 'workbook-damaged', () => changed((bytes) => bytes.subarray(0, bytes.length - 300))],
  ['half an archive', 'workbook-damaged', () => changed((bytes) => bytes.subarray(0, bytes.length / 2))],
  [
    'a wrong checksum',
    'workbook-damaged',
    () => changed((bytes) => void bytes.writeUInt32LE(1, entryOf(bytes, sheetPart) + 16)),
  ],
  [
    'an unknown compression',
    'workbook-damaged',
    () => changed((bytes) => void bytes.writeUInt16LE(99, entryOf(bytes, sheetPart) + 10)),
  ],
  [
    'an encrypted part',
    'workbook-part-encrypted',
    () => changed((bytes) => void bytes.writeUInt16LE(0x809, entryOf(bytes, sheetPart) + 8)),
  ],
  [
    'a part larger than stated',
    'workbook-part-size',
    () => changed((bytes) => void bytes.writeUInt32LE(10, entryOf(bytes, sheetPart) + 24)),
  ],
  [
    'a part smaller than stated',
    'workbook-part-size',
    () => changed((bytes) => void bytes.writeUInt32LE(100_000, entryOf(bytes, sheetPart) + 24)),
  ],
  [
    'parts that overlap',
    'workbook-part-size',
    () => changed((bytes) => void bytes.writeUInt32LE(bytes.length, entryOf(bytes, sheetPart) + 20)),
  ],
  [
    'zip64 sizes without their field',
    'workbook-inflates-too-much',
    () => changed((bytes) => void bytes.writeUInt32LE(0xffff_ffff, entryOf(bytes, sheetPart) + 24)),
  ],
  [
    'a zip64 count without its record',
    'workbook-too-many-parts',
    () => changed((bytes) => void bytes.writeUInt16LE(0xffff, bytes.length - 12)),
  ],
  [
    'a stated count of parts beyond the bound',
    'workbook-too-many-parts',
    () => changed((bytes) => void bytes.writeUInt16LE(50_000, bytes.length - 12)),
  ],
  [
    'stated sizes beyond the bound',
    'workbook-inflates-too-much',
    () => changed((bytes) => void bytes.writeUInt32LE(0xffff_fff0, entryOf(bytes, sheetPart) + 24)),
  ],
  ...['../evil.xml', 'xl/../../evil.xml', '/etc/passwd', 'C:/evil.xml', 'a\u0000b.xml', '..\\evil.xml'].map(
    (name): [string, string, () => Promise<string>] => [
      `a part named ${JSON.stringify(name)}`,
      'workbook-part-name',
      () => rawWorkbook({ ...plain, more: [[name, 'x']] }),
    ],
  ),
  [
    'a part twice',
    'workbook-part-duplicate',
    () => rawWorkbook({ ...plain, more: [[sheetPart, `${sheetStart}${one}${sheetEnd}`]] }),
  ],
  [
    'a part twice in other case',
    'workbook-part-duplicate',
    () => rawWorkbook({ ...plain, more: [[sheetPart.toUpperCase(), 'x']] }),
  ],
  [
    'too many parts',
    'workbook-too-many-parts',
    () => rawWorkbook({ ...plain, more: Array.from({ length: 20 }, (_, i) => [`p${i}`, 'x'] as const) }),
    { maxParts: 20 },
  ],
  ['a large file', 'workbook-too-large', () => rawWorkbook(plain), { maxFileBytes: 500 }],
  [
    'a bomb of blanks',
    'workbook-ratio',
    () => rawWorkbook(sheetOf(repeat(' ', 100 * megabyte, sheetStart, sheetEnd))),
  ],
  [
    'a bomb of rows',
    'workbook-ratio',
    () => rawWorkbook(sheetOf(repeat('<row/>', 40 * megabyte, sheetStart, sheetEnd))),
  ],
  [
    'a bomb of texts',
    'workbook-ratio',
    () => rawWorkbook({ ...plain, strings: ' '.repeat(40 * megabyte) }),
  ],
  [
    'too many inflated bytes',
    'workbook-inflates-too-much',
    () => rawWorkbook({ sheets: [1, 2, 3].map((i) => ({ name: `S${i}`, data: one, tail: ' '.repeat(50_000) })) }),
    { maxInflatedBytes: 120_000 },
  ],
  [
    'an entity bomb',
    'workbook-xml-dtd',
    () => rawWorkbook(sheetOf(`<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>${sheetStart}${sheetEnd}`)),
  ],
  [
    'an external entity',
    'workbook-xml-dtd',
    () => rawWorkbook({ data: one, strings: '<!ENTITY x SYSTEM "file:///etc/passwd"><si><t>&x;</t></si>' }),
  ],
  ['an undeclared entity', 'workbook-xml-malformed', () => rawWorkbook({ data: one, strings: '<si><t>&x;</t></si>' })],
  ['malformed XML', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row><c></row>' })],
  ['deep XML', 'workbook-xml-too-deep', () => rawWorkbook({ data: '<row>'.repeat(100_000) })],
  [
    'many attributes',
    'workbook-xml-attributes',
    () => rawWorkbook({ data: `<row ${Array.from({ length: 1_000 }, (_, i) => `a${i}=""`).join(' ')}/>` }),
  ],
  ['an endless tag', 'workbook-xml-attributes', () => rawWorkbook(sheetOf(repeat('<row a="', 0, `<w a="${'x'.repeat(3 * megabyte)}`)))],
  ['many sheets', 'workbook-too-many-sheets', () => rawWorkbook({ sheets: Array.from({ length: 60 }, (_, i) => ({ name: `S${i}`, data: one })) })],
  ['many rows', 'too-many-rows', () => rawWorkbook(sheetOf(manyRows(30_000))), { maxRows: 20_000 }],
  ['a row number beyond Excel', 'too-many-rows', () => rawWorkbook({ data: '<row r="1048577"><c><v>1</v></c></row>' })],
  ['a row number beyond sense', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row r="99999999999999999999"/>' })],
  ['rows out of order', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row r="2"/><row r="1"/>' })],
  ['10,000 columns', 'too-many-columns', () => rawWorkbook(sheetOf(manyColumns(10_000)))],
  ['more columns than Excel has', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row><c r="XFE1"/></row>' })],
  ['a cell twice', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>' })],
  ['a text that is not there', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row><c t="s"><v>7</v></c></row>', strings: '<si/>' })],
  ['a text of a negative number', 'workbook-xml-malformed', () => rawWorkbook({ data: '<row><c t="s"><v>-1</v></c></row>', strings: '<si/>' })],
  [
    'a cell of 100 MB',
    'cell-too-long',
    () => rawWorkbook(sheetOf(repeat('长x', 100 * megabyte, `${sheetStart}<row><c t="inlineStr"><is><t>`, `</t></is></c></row>${sheetEnd}`))),
    { maxInflationRatio: 10_000 },
  ],
  ['many texts', 'workbook-too-many-strings', () => rawWorkbook({ ...plain, strings: '<si/>'.repeat(2_000) }), { maxSharedStrings: 1_000 }],
  ['long texts', 'workbook-too-many-strings', () => rawWorkbook({ ...plain, strings: `<si><t>${'x'.repeat(900)}</t></si>`.repeat(20) }), { maxSharedCharacters: 10_000 }],
  [
    'one long text in many cells',
    'workbook-too-many-strings',
    () => rawWorkbook({ data: '<row><c t="s"><v>0</v></c></row>'.repeat(2_000), strings: `<si><t>${'x'.repeat(1_000)}</t></si>` }),
    { maxCellCharacters: 1_000_000 },
  ],
  ['a long row', 'workbook-row-too-long', () => rawWorkbook({ data: `<row>${'<c t="s"><v>0</v></c>'.repeat(400)}</row>`, strings: `<si><t>${'x'.repeat(30_000)}</t></si>` })],
  ['many merges', 'workbook-too-many-merges', () => rawWorkbook({ data: one, tail: `<mergeCells>${'<mergeCell ref="A1:A2"/>'.repeat(50)}</mergeCells>` }), { maxMerges: 20 }],
  ['many styles', 'workbook-too-many-styles', () => rawWorkbook({ data: one, formats: Array.from({ length: 60 }, () => 14) }), { maxStyles: 50 }],
]; // prettier-ignore

describe('refused', () => {
  // Jest takes a parameter that a row does not fill for its callback.
  const filled = cases.map(([name, code, make, options = {}]) => ({ name, code, make, options }));
  test.each(filled)(
    '$name: $code',
    async ({ code, make, options }) => {
      const file = await make();
      const before = leftovers().length;
      const read = await readAll(file, options);
      expect(read.codes).toContain(code);
      expect(read.rows.length).toBeLessThanOrEqual(20_000);
      if (!['too-many-columns', 'cell-too-long'].includes(code)) expect(read.broken).toBe(true);
      else expect(read.rows).toEqual([]);
      expect(leftovers().length).toBe(before);
    },
    60_000,
  );
});

test('the ordinary workbook of these cases is read', async () => {
  expect((await readAll(await rawWorkbook(plain))).rows).toEqual(['Sheet1!1: 站点|值', 'Sheet1!2: 甲|1']);
});

test('a missing file is no fault of the workbook', async () => {
  await expect(readAll('/nowhere/at/all.xlsx')).rejects.toMatchObject({ code: 'ENOENT' });
});
