import { afterAll, describe, expect, test } from '@jest/globals';
import {
  cleanScratch,
  fileOf,
  inlineRows,
  partsOf,
  rawWorkbook,
  readAll,
  zipOf,
} from './workbook.fixture.js';

afterAll(cleanScratch);

describe('cells', () => {
  test('every kind of cell', async () => {
    const data = [
      '<row r="2"><c r="A2" t="s"><v>0</v></c><c r="B2" t="s"><v>1</v></c><c r="C2" t="inlineStr"><is><r><t>丰</t></r><r><t xml:space="preserve"> 富</t></r></is></c>',
      '<c r="D2"><v>35.299999999999997</v></c><c r="E2" t="b"><v>1</v></c><c r="F2" t="e"><v>#DIV/0!</v></c><c r="G2" t="str"><f>A1&amp;B1</f><v>a_x000A_b</v></c>',
      '<c r="H2" s="1"><v>45393</v></c><c r="I2" s="2"><v>0.91200000000000003</v></c><c r="J2" t="d"><v>2025-01-01T08:00:00</v></c><c r="K2"><f>1+1</f><v>2</v></c></row>',
    ].join('');
    const strings =
      '<si><t>断面</t></si><si><r><t>水</t></r><r><t>质</t></r><rPh sb="0" eb="1"><t>shui</t></rPh></si>';
    const read = await readAll(await rawWorkbook({ data, strings, formats: ['yyyy\\-mm\\-dd', 10] }));
    expect(read.rows).toEqual([
      'Sheet1!2: 断面|水质|丰 富|35.3|TRUE|#DIV/0!|a\nb|2024-04-11|91.2%|2025-01-01 08:00|2',
    ]);
    expect(read.codes).toEqual([]);
  });

  test('dates from 1904', async () => {
    const data = '<row r="1"><c r="A1" s="1"><v>43931</v></c><c r="B1"><v>43931</v></c></row>';
    const read = await readAll(await rawWorkbook({ data, formats: [14], date1904: true }));
    expect(read.rows).toEqual(['Sheet1!1: 2024-04-11|43931']);
    expect(read.date1904).toBe(true);
  });

  test('rows and cells without references, prefixes, gaps, blank rows, short rows', async () => {
    const xml =
      '<x:worksheet xmlns:x="u"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c><x:c t="str"><x:v>b</x:v></x:c><x:c/></x:row>' +
      '<x:row r="5"/><x:row r="6"><x:c r="B6" t="str"><x:v> </x:v></x:c></x:row><x:row r="7"><x:c r="A7"><x:v>7</x:v></x:c></x:row>' +
      '<x:row><x:c r="C8"><x:v>8</x:v></x:c></x:row></x:sheetData></x:worksheet>';
    const read = await readAll(await rawWorkbook({ sheets: [{ name: 'S', xml }] }));
    expect(read.rows).toEqual(['S!1: 1|b', 'S!7: 7|', 'S!8: ||8']);
  });

  test('UTF-16 parts', async () => {
    const text = `<worksheet><sheetData>${inlineRows([['站点', '中卫']])}</sheetData></worksheet>`;
    const xml = Buffer.from(`\ufeff${text}`, 'utf16le');
    const read = await readAll(await rawWorkbook({ sheets: [{ name: 'S', xml }] }));
    expect(read.rows).toEqual(['S!1: 站点|中卫']);
  });

  test('faulty cells name sheet and cell and leave out their row', async () => {
    const long = 'x'.repeat(60);
    const data = [
      '<row r="1"><c r="A1"><v>1</v></c></row><row r="2"><c r="A2"><f>B1*2</f></c><c r="B2"><f>1</f><v></v></c></row>',
      `<row r="3"><c r="C3" t="str"><v>${long}</v></c><c r="D3" t="inlineStr"><is><t>${long}</t></is></c><c r="E3" t="s"><v>0</v></c></row>`,
      '<row r="4"><c r="A4"><v>4</v></c><c r="ALL4"/><c r="ALM4"><v>1</v></c><c r="ALN4"><v>1</v></c></row>',
    ].join('');
    const file = await rawWorkbook({ data, strings: `<si><t>${long}</t></si>` });
    const read = await readAll(file, { maxCellLength: 50 });
    expect(read.rows).toEqual(['Sheet1!1: 1']);
    expect(
      read.rejected.map(({ line, column, code, params }) => [line, column, code, params['cell']]),
    ).toEqual([
      [2, 'A', 'formula-not-calculated', 'A2'],
      [3, 'C', 'cell-too-long', 'C3'],
      [3, 'D', 'cell-too-long', 'D3'],
      [3, 'E', 'cell-too-long', 'E3'],
      [4, 'ALM', 'too-many-columns', 'ALM4'],
    ]);
    expect(read.rejected[4]?.params).toMatchObject({ sheet: 'Sheet1', count: 1001, limit: 500 });
    expect(read.broken).toBe(false);
  });
});

describe('merged cells', () => {
  test('a value is repeated downwards in its column, blanks that are not merged stay', async () => {
    const rows = [
      ['表题', '', ''],
      ['日期', '站点', '值'],
      ['01-01', '甲', '1'],
      ['', '乙', '2'],
      ['', '丙', '3'],
      ['', '丁', '4'],
    ];
    const tail =
      '<mergeCells count="3"><mergeCell ref="A1:C1"/><mergeCell ref="A3:A5"/><mergeCell ref="C4:C900000"/></mergeCells>';
    const read = await readAll(await rawWorkbook({ data: inlineRows(rows), tail }));
    expect(read.rows.slice(2)).toEqual([
      'Sheet1!3: 01-01|甲|1',
      'Sheet1!4: 01-01|乙|2',
      'Sheet1!5: 01-01|丙|3',
      'Sheet1!6: |丁|4',
    ]);
    expect(read.notes).toEqual([
      {
        sheet: 'Sheet1',
        code: 'notice-merged-filled',
        params: { sheet: 'Sheet1', count: 2, example: 'A3:A5' },
      },
    ]);
  });

  test('a merged block fills its first column only', async () => {
    const data = inlineRows([['a', '', '1'], ['', '', '2']]); // prettier-ignore
    const tail = '<mergeCells><mergeCell ref="A1:B2"/></mergeCells>';
    const read = await readAll(await rawWorkbook({ data, tail }));
    expect(read.rows).toEqual(['Sheet1!1: a||1', 'Sheet1!2: a||2']);
  });
});

describe('sheets', () => {
  const sheets = [
    { name: '一月', data: inlineRows([['a'], ['1']]) },
    { name: '空', data: '<row r="3"><c r="A3"/></row>' },
    { name: '藏', data: inlineRows([['h']]), state: 'veryHidden' },
    { name: '图', type: 'chartsheet' },
    { name: '二月', data: '<row r="1" hidden="1"><c r="A1"><v>2</v></c></row>' },
  ];

  test('visible ones are read, the others told', async () => {
    const read = await readAll(await rawWorkbook({ sheets }));
    expect(read.rows).toEqual(['一月!1: a', '一月!2: 1', '二月!1: 2']);
    expect(read.notes.map(({ sheet, code }) => `${sheet} ${code}`)).toEqual([
      '空 notice-sheet-empty',
      '藏 notice-sheet-hidden',
      '图 notice-sheet-chart',
      '二月 notice-rows-hidden',
    ]);
  });

  test('one by its name, be it hidden', async () => {
    const file = await rawWorkbook({ sheets });
    expect((await readAll(file, { sheet: '藏' })).rows).toEqual(['藏!1: h']);
    expect((await readAll(file, { sheet: '无' })).codes).toEqual(['workbook-sheet-unknown']);
  });

  test('nothing to read is a refusal', async () => {
    const read = await readAll(await rawWorkbook({ sheets: [{ name: '空' }] }));
    expect(read.codes).toEqual(['workbook-without-rows', 'notice-sheet-empty']);
    expect(read.broken).toBe(true);
  });

  test('macros in the workbook do not matter', async () => {
    const parts = [
      ...partsOf({ data: inlineRows([['a']]) }),
      ['xl/vbaProject.bin', Buffer.alloc(100)] as const,
    ];
    expect((await readAll(fileOf(await zipOf(parts)))).rows).toEqual(['Sheet1!1: a']);
  });

  test('names in other case, absolute targets, backslashes', async () => {
    const parts = partsOf({ data: inlineRows([['a']]) }).map(([name, content]) => {
      const changed = typeof content === 'string' ? content.replace('Target="worksheets/', 'Target="/xl/WorkSheets/') : content;
      return [name.startsWith('xl/worksheets') ? name.replaceAll('/', '\\') : name, changed] as const;
    }); // prettier-ignore
    expect((await readAll(fileOf(await zipOf(parts)))).rows).toEqual(['Sheet1!1: a']);
  });
});

test('long tables come in batches of bounded size', async () => {
  const { streamWorkbook } = await import('./streamWorkbook.js');
  const strings = `<si><t>${'长'.repeat(30_000)}</t></si>`;
  const rows = Array.from({ length: 3_000 }, (_, i) => `<row r="${i + 1}"><c t="s"><v>0</v></c></row>`);
  const file = await rawWorkbook({ data: rows.join(''), strings });
  let count = 0;
  for await (const { records } of streamWorkbook(file)) {
    expect(records.length).toBeLessThanOrEqual(17);
    count += records.length;
  }
  expect(count).toBe(3_000);
});
