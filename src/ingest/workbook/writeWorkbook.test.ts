import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type * as Xlsx from '@e965/xlsx';
import { afterAll, expect, test } from '@jest/globals';
import { bytesOf, cleanScratch, fileOf, readAll } from './workbook.fixture.js';
import { defaultWorkbookBounds } from './workbookBounds.js';
import type { CellValue, WorkbookSpec } from './workbookSpec.js';
import { writeWorkbook } from './writeWorkbook.js';
import { ZipArchive } from './zipArchive.js';

// An independent reader and writer, so that our own two do not only agree with each other.
const xlsx = createRequire(import.meta.url)('@e965/xlsx') as typeof Xlsx;
afterAll(cleanScratch);

const longList = Array.from({ length: 80 }, (_, i) => `断面名称${i}`);
const template: WorkbookSpec = {
  properties: { title: '水质填报', creator: '监测站', description: '模板 1', created: new Date(0) },
  sheets: [
    {
      name: '数据',
      protect: true,
      columns: [
        { header: '断面', locked: true, list: longList },
        { header: '日期', type: 'date' },
        { header: '时间', type: 'datetime' },
        { header: 'PM2.5(μg/m³)', type: 'number', min: 0, max: 1000, prompt: '填写 "数值"' },
        { header: '状态', list: ['正常', '维护', '断流'] },
        { header: '个数', type: 'number', min: 0, whole: true },
      ],
      rows: [
        ['断面名称0', '2025-01-01', '2025-01-01 08:00', '35.3', '正常', 1],
        ['断面名称1', '2025-02-30', '08:00', '0.025L', '', '12345678901234567'],
      ],
    },
    {
      name: '说明',
      columns: [{ header: '内容' }],
      rows: [['第一行\n第二行'], [true], [null], ['_x000D_ <&>"']],
    },
  ],
};

test('our reader reads what was written', async () => {
  const read = await readAll(fileOf(await bytesOf(writeWorkbook(template))));
  expect(read.rows).toEqual([
    '数据!1: 断面|日期|时间|PM2.5(μg/m³)|状态|个数',
    '数据!2: 断面名称0|2025-01-01|2025-01-01 08:00|35.3|正常|1',
    '数据!3: 断面名称1|2025-02-30|08:00|0.025L||12345678901234567',
    '说明!1: 内容',
    '说明!2: 第一行\n第二行',
    '说明!3: TRUE',
    '说明!5: _x000D_ <&>"',
  ]);
  expect(read.codes).toEqual(['notice-sheet-hidden']);
});

test('an independent library reads the same', async () => {
  const book = xlsx.read(await bytesOf(writeWorkbook(template)), { cellDates: false, cellNF: true });
  expect(book.SheetNames).toEqual(['数据', '说明', '_lists']);
  expect(book.Props).toMatchObject({ Title: '水质填报', Author: '监测站' });
  const sheet = book.Sheets['数据'];
  expect(sheet?.['A2']).toMatchObject({ t: 's', v: '断面名称0' });
  expect(sheet?.['B2']).toMatchObject({ t: 'n', v: 45658, w: '2025-01-01' });
  expect(sheet?.['C2']).toMatchObject({ t: 'n', w: '2025-01-01 08:00' });
  expect(sheet?.['D2']).toMatchObject({ t: 'n', v: 35.3 });
  expect(sheet?.['D3']).toMatchObject({ t: 's', v: '0.025L' });
});

test('we read what an independent library wrote', async () => {
  const rows = [
    ['站点', '日期', '值'],
    ['贺兰山马莲口', new Date(Date.UTC(2025, 0, 1)), 35.3],
    ['中卫', new Date(Date.UTC(2025, 0, 2)), 0.1 + 0.2],
  ];
  const book = xlsx.utils.book_new();
  xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows, { cellDates: false, dateNF: 'yyyy-mm-dd', UTC: true }), '表'); // prettier-ignore
  for (const bookSST of [true, false]) {
    const bytes = xlsx.write(book, { type: 'buffer', bookType: 'xlsx', bookSST, compression: true }) as Buffer;
    const read = await readAll(fileOf(bytes));
    expect(read.rows).toEqual(['表!1: 站点|日期|值', '表!2: 贺兰山马莲口|2025-01-01|35.3', '表!3: 中卫|2025-01-02|0.3']);
  } // prettier-ignore
});

test('no text becomes a formula', async () => {
  const hostile = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', "=cmd|' /C calc'!A0"];
  const rows = hostile.map((text): CellValue[] => [text]);
  const bytes = await bytesOf(writeWorkbook({ sheets: [{ name: 'S', columns: [{ header: '=h' }], rows }] }));
  const sheet = xlsx.read(bytes, { cellFormula: true }).Sheets['S'];
  for (const index of ['=h', ...hostile].keys()) {
    expect(sheet?.[`A${index + 1}`]).toMatchObject({ t: 's' });
    expect(sheet?.[`A${index + 1}`]).not.toHaveProperty('f');
  }
  const part = await partText(bytes, 'xl/worksheets/sheet1.xml');
  expect(part).not.toContain('<f');
  expect(part.match(/ s="2" t="inlineStr"/g)).toHaveLength(hostile.length);
});

test('rules, protection and frozen headers', async () => {
  const part = await partText(await bytesOf(writeWorkbook(template)), 'xl/worksheets/sheet1.xml');
  expect(part).toContain('<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>');
  expect(part).toContain('<sheetProtection sheet="1"');
  expect(part).toContain(`sqref="A2:A1001"><formula1>'_lists'!$A$2:$A$81</formula1>`);
  expect(part).toContain('type="decimal" operator="between"');
  expect(part).toContain('prompt="填写 &quot;数值&quot;" sqref="D2:D1001"><formula1>0</formula1><formula2>1000</formula2>');
  expect(part).toContain('<formula1>&quot;正常,维护,断流&quot;</formula1>');
  expect(part).toContain('type="whole" operator="greaterThanOrEqual"');
}); // prettier-ignore

test('the same specification gives the same bytes', async () => {
  expect(await bytesOf(writeWorkbook(template))).toEqual(await bytesOf(writeWorkbook(template)));
});

test.each([
  ['no sheet', []],
  ['a name with a slash', [{ name: 'a/b', columns: [], rows: [] }]],
  ['a long name', [{ name: 'x'.repeat(32), columns: [], rows: [] }]],
  ['a name twice', ['S', 's'].map((name) => ({ name, columns: [], rows: [] }))],
  ['only hidden sheets', [{ name: 'S', hidden: true, columns: [], rows: [] }]],
])('%s cannot be written', async (_, sheets) => {
  await expect(bytesOf(writeWorkbook({ sheets }))).rejects.toThrow(RangeError);
});

test('a failing source of rows fails the writing', async () => {
  const rows = (function* (): Generator<CellValue[]> {
    yield ['a'];
    throw new Error('connection lost');
  })();
  const bytes = bytesOf(writeWorkbook({ sheets: [{ name: 'S', columns: [{ header: 'h' }], rows }] }));
  await expect(bytes).rejects.toThrow('connection lost');
});

async function partText(bytes: Buffer, name: string): Promise<string> {
  const path = fileOf(bytes);
  expect(readFileSync(path).length).toBe(bytes.length);
  const archive = await ZipArchive.open(path, defaultWorkbookBounds);
  const part = archive.find(name);
  if (part === undefined) throw new Error(`no part ${name}`);
  const text = (await bytesOf(archive.read(part))).toString('utf8');
  archive.close();
  return text;
}
