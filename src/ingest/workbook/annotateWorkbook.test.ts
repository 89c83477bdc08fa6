import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { annotateWorkbook, type AnnotateOptions, type WorkbookNoteText } from './annotateWorkbook.js';
import { bytesOf, cleanScratch, fileOf, inlineRows, partsOf, rawWorkbook, readAll, scratch, zipOf } from './workbook.fixture.js'; // prettier-ignore
import { defaultWorkbookBounds } from './workbookBounds.js';
import { ZipArchive } from './zipArchive.js';

const directory = scratch();
afterAll(cleanScratch);
let outputs = 0;

async function annotated(
  input: string,
  notes: readonly WorkbookNoteText[],
  options: AnnotateOptions = {},
): Promise<{ readonly path: string; readonly unplaced: readonly WorkbookNoteText[] }> {
  outputs += 1;
  const path = join(directory, `out${outputs}.xlsx`);
  return { path, unplaced: await annotateWorkbook(input, path, notes, options) };
}

async function partsIn(path: string): Promise<ReadonlyMap<string, { raw: string; text: string }>> {
  const archive = await ZipArchive.open(path, defaultWorkbookBounds);
  const found = new Map<string, { raw: string; text: string }>();
  for (const part of archive.parts) {
    const raw = (await bytesOf(archive.readRaw(part))).toString('base64');
    found.set(part.name, { raw, text: (await bytesOf(archive.read(part))).toString('utf8') });
  }
  archive.close();
  return found;
}

const sheet = 'xl/worksheets/sheet1.xml';
const note = (row: number, text: string, name = 'Sheet1'): WorkbookNoteText => ({ sheet: name, row, text });

test('only the sheet changes, and only by the column', async () => {
  const xml =
    '<?xml version="1.0"?>\n<worksheet xmlns="u"><dimension ref="A1:B3"/><cols><col min="1" max="1" width="9"/></cols><sheetData>' +
    '<row r="1" spans="1:2" ht="20"><c r="A1" s="3" t="inlineStr"><is><t>站点</t></is></c><c r="B1" t="str"><v>值</v></c></row>\n' +
    '<row r="2" spans="1:2"><c r="A2"/><c r="B2" s="1"><f>SUM(1,2)</f><v>3</v></c></row>' +
    '<row r="3"><c r="A3"><v>1</v></c><!-- kept --></row></sheetData><autoFilter ref="A1:B3"/></worksheet>';
  const input = await rawWorkbook({
    sheets: [{ name: 'Sheet1', xml }, { name: 'Other', data: inlineRows([['x']]) }],
    more: [['xl/media/image1.png', Buffer.alloc(1_000, 7)], ['xl/vbaProject.bin', 'macro']],
  }); // prettier-ignore
  const { path, unplaced } = await annotated(input, [note(2, '值 <太大> & 怪'), note(2, '第二条'), note(9, '没有这一行')]);
  expect(unplaced).toEqual([note(9, '没有这一行')]);
  const [before, after] = [await partsIn(input), await partsIn(path)];
  expect([...after.keys()]).toEqual([...before.keys()]);
  for (const [name, { raw }] of before) if (name !== sheet) expect(after.get(name)?.raw).toBe(raw);
  const inline = (text: string): string => `t="inlineStr"><is><t xml:space="preserve">${text}</t></is></c>`;
  expect(after.get(sheet)?.text).toBe(
    xml
      .replace('A1:B3"/><cols>', 'A1:C3"/><cols>')
      .replace(' spans="1:2" ht', ' ht')
      .replace('r="2" spans="1:2"', 'r="2"')
      .replace('<v>值</v></c></row>', `<v>值</v></c><c r="C1" ${inline('错误原因')}</row>`)
      .replace('<v>3</v></c></row>', `<v>3</v></c><c r="C2" ${inline('值 &lt;太大&gt; &amp; 怪；第二条')}</row>`),
  );
  expect((await readAll(path, { sheet: 'Sheet1' })).rows).toEqual([
    'Sheet1!1: 站点|值|错误原因',
    'Sheet1!2: |3|值 <太大> & 怪；第二条',
    'Sheet1!3: 1||',
  ]);
}); // prettier-ignore

test('a second round replaces what the first one said', async () => {
  const input = await rawWorkbook({ data: inlineRows([['站点', '值'], ['甲', '1'], ['乙', '2']]) }); // prettier-ignore
  const first = await annotated(input, [note(2, '旧')]);
  const second = await annotated(first.path, [note(3, '=新')]);
  expect((await readAll(second.path)).rows).toEqual([
    'Sheet1!1: 站点|值|错误原因',
    'Sheet1!2: 甲|1|',
    "Sheet1!3: 乙|2|'=新",
  ]);
  expect((await partsIn(second.path)).get(sheet)?.text).not.toContain('<f');
});

describe('where the column goes', () => {
  const cases: readonly [string, string, AnnotateOptions, string, string][] = [
    [
      'behind a wider row, between its formatted blanks',
      '<row r="1"><c r="A1"><v>1</v></c><c r="C1" s="2"/><c r="D1" s="2"/></row><row r="2"><c r="B2"><v>2</v></c><c r="C2" s="4"></c><c r="D2"/></row>',
      {},
      '1||错误原因',
      '|2|错',
    ],
    [
      'a header below a title',
      `${inlineRows([['很长的表题']])}<row r="2"><c t="str"><v>a</v></c></row>`,
      { headerRows: new Map([['Sheet1', 2]]) },
      '很长的表题|',
      'a|错误原因',
    ],
    [
      'a row without cells',
      '<row r="1"><c><v>1</v></c></row><row r="2" spans="1:1"/>',
      {},
      '1|错误原因',
      '|错',
    ],
    [
      'prefixed tags',
      '<x:row xmlns:x="u" r="1"><x:c><x:v>1</x:v></x:c></x:row><x:row xmlns:x="u" r="2"><x:c><x:v>2</x:v></x:c></x:row>',
      {},
      '1|错误原因',
      '2|错',
    ],
  ];
  test.each(cases)('%s', async (_, data, options, first, second) => {
    const { path } = await annotated(await rawWorkbook({ data }), [note(2, '错')], options);
    const { rows } = await readAll(path);
    expect(rows.map((row) => row.replace(/^.*?: /, '').replace(/\|$/, ''))).toEqual([
      first.replace(/\|$/, ''),
      second,
    ]);
  });

  test('clear of merged cells', async () => {
    const data = '<row r="1"><c><v>1</v></c></row><row r="2"><c><v>2</v></c></row>';
    const tail = '<mergeCells><mergeCell ref="A1:C1"/></mergeCells>';
    const { path } = await annotated(await rawWorkbook({ data, tail }), [note(2, '错')]);
    expect((await readAll(path)).rows).toEqual(['Sheet1!1: 1|||错误原因', 'Sheet1!2: 2|||错']);
  });
});

test('UTF-16 stays UTF-16', async () => {
  for (const swap of [false, true]) {
    const text = `\ufeff<worksheet><sheetData>${inlineRows([['站点'], ['甲']])}</sheetData></worksheet>`;
    const bytes = Buffer.from(text, 'utf16le');
    const input = await rawWorkbook({ sheets: [{ name: 'S', xml: swap ? bytes.swap16() : bytes }] });
    const { path } = await annotated(input, [note(2, '错', 'S')]);
    expect((await readAll(path)).rows).toEqual(['S!1: 站点|错误原因', 'S!2: 甲|错']);
  }
});

test('nothing is left when it fails, and nothing is overwritten', async () => {
  const input = await rawWorkbook({ data: inlineRows([['a'], ['b']]) });
  const output = join(directory, 'failed.xlsx');
  const damaged = partsOf({ data: `${inlineRows([['a']])}<row>` });
  const bytes = await zipOf(damaged);
  await expect(annotateWorkbook(fileOf(bytes), output, [note(1, 'x')])).rejects.toMatchObject({ code: 'workbook-xml-malformed' });
  await expect(annotateWorkbook(input, output, [note(1, 'x', 'Nope')])).rejects.toMatchObject({ code: 'workbook-sheet-unknown' });
  expect(existsSync(output)).toBe(false);
  await expect(annotateWorkbook(input, input, [note(2, 'x')])).rejects.toMatchObject({ code: 'EEXIST' });
  expect((await readAll(input)).rows).toHaveLength(2);
}); // prettier-ignore
