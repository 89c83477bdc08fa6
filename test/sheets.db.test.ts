import xlsx from '@e965/xlsx';
import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Client } from './client.js';
import { ServiceYard } from './service.js';

jest.setTimeout(120_000);

type Cell = string | number | null;
type Sheets = Readonly<Record<string, readonly (readonly Cell[])[]>>;

let yard: ServiceYard;
let client: Client;
let month = 0;
let when: (day: number, hour: number) => string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  const service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2024-12-31' });
  client = new Client(service.address, await service.firstToken());
});
afterAll(() => yard.clean());
// Each test has a month of its own.
beforeEach(() => {
  month += 1;
  const year = 2020 + Math.floor(month / 12);
  when = (day, hour) =>
    `${year}-${String((month % 12) + 1).padStart(2, '0')}-${String(day).padStart(2, '0')} ${String(hour).padStart(2, '0')}:00`;
});

const header = ['点位', '监测时间', 'PM2.5', 'PM10'];

/** A workbook by another writer than ours. */
function workbook(sheets: Sheets): Buffer {
  const book = xlsx.utils.book_new();
  for (const [name, rows] of Object.entries(sheets)) {
    xlsx.utils.book_append_sheet(book, xlsx.utils.aoa_to_sheet(rows.map((row) => [...row])), name);
  }
  return xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
}

function sheetsOf(content: Buffer): Record<string, string[][]> {
  const book = xlsx.read(content);
  return Object.fromEntries(
    book.SheetNames.map((name) => [
      name,
      xlsx.utils.sheet_to_json<string[]>(book.Sheets[name]!, { header: 1, raw: false }),
    ]),
  );
}

async function storedValues(indicator: string): Promise<(number | null)[]> {
  const from = when(1, 0).slice(0, 10);
  const rows = await client.readings({ site: 'air-town', indicator, from, to: when(28, 0).slice(0, 10) });
  return rows.map(({ value }) => value);
}

describe('a workbook with several sheets of data', () => {
  test('is one upload, each sheet read as what it is; empty sheets and titles are said', async () => {
    const content = workbook({
      封面: [['同心县监测数据'], ['内部资料']],
      空气: [
        ['同心县空气质量小时值'],
        header,
        ['air-town', when(1, 1), 35, 70],
        ['air-town', when(1, 2), 36, 71],
      ],
      空表: [],
      // The same line numbers and the same site as in the sheet before.
      空气日均: [
        ['日期', '点位', 'PM2.5(μg/m³)'],
        [when(2, 0).slice(0, 10), 'air-town', 40],
        [when(3, 0).slice(0, 10), 'air-town', 41],
        [when(4, 0).slice(0, 10), 'air-town', 42],
      ],
      水质: [
        ['断面名称', '监测时间', 'pH', '溶解氧'],
        ['sec-shitangou', when(5, 8), 7.9, 8.1],
      ],
      只有表头: [header],
    });
    const { status, body } = await client.upload(content, {}, '汇总.xlsx');
    expect([status, body.faults]).toEqual([201, []]);
    expect(body).toMatchObject({
      sheet: null,
      layout: null,
      columns: [],
      rows: { read: 6, new: 6, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      values: { new: 9 },
    });
    expect(
      body.sheets!.map(({ name, layout, interval, headerLine, rowsRead }) => [
        name,
        layout,
        interval,
        headerLine,
        rowsRead,
      ]),
    ).toEqual([
      ['空气', 'wide', 'hour', 2, 2],
      ['空气日均', 'wide', 'day', 1, 3],
      ['水质', 'water-sections', 'instant', 1, 1],
      ['只有表头', 'wide', 'hour', 1, 0],
    ]);
    expect(body.sheets![1]!.columns).toContainEqual(
      expect.objectContaining({ header: 'PM2.5(μg/m³)', indicator: 'pm25' }),
    );
    expect(body.notices).toEqual(
      expect.arrayContaining([
        '工作表“封面”只有标题或说明，没有表格，没有读取',
        '工作表“空表”是空的，没有读取',
        '工作表“只有表头”只有表头，没有数据行',
      ]),
    );
    expect(await storedValues('pm10')).toEqual([70, 71]);
    expect((await client.upload(content, {}, '汇总.xlsx')).body.rows).toMatchObject({ new: 0, unchanged: 6 });
    const one = await client.upload(content, { sheet: '水质', dryRun: 'true' }, '汇总.xlsx');
    expect(one.body).toMatchObject({ sheet: '水质', layout: 'water-sections', rows: { read: 1 } });
  });

  test('has its faults placed in their sheets, in the answer and in its own file; mended, it is taken', async () => {
    const content = workbook({
      上旬: [header, ['air-town', when(1, 1), 35, 70], ['air-town', when(1, 2), 36, '七十一']],
      下旬: [
        ['下旬数据'],
        header,
        ['air-town', when(21, 1), '三十五', 70],
        ['没有的站', when(21, 2), 36, 71],
      ],
      小结: [header, ['air-town', when(27, 1), 30, 60]],
    });
    const refused = await client.upload(content, {}, '两旬.xlsx');
    expect(refused.status).toBe(422);
    const { faults, rows, id } = refused.body.report!;
    expect(rows).toMatchObject({ read: 5, new: 2, rejected: 3 });
    expect(faults.map(({ sheet, line, column }) => [sheet, line, column])).toEqual([
      ['上旬', 3, 'PM10'],
      ['下旬', 3, 'PM2.5'],
      ['下旬', 4, '点位'],
    ]);
    expect(faults[1]!.message).toMatch(/^工作表“下旬”：/);
    const response = await fetch(`${client.address}/api/v1/uploads/${id}/errors`, {
      headers: client.headers,
    });
    const annotated = Buffer.from(await response.arrayBuffer());
    const read = sheetsOf(annotated);
    expect(read['上旬']!.map((row) => row[4] ?? '')).toEqual([
      '错误原因',
      '',
      expect.stringContaining('七十一'),
    ]);
    expect(read['下旬']!.map((row) => row[4] ?? '')).toEqual([
      '',
      '错误原因',
      expect.stringContaining('三十五'),
      expect.stringContaining('没有的站'),
    ]);
    expect(read['下旬']![2]![4]).not.toContain('工作表');
    expect(read['小结']).toEqual(sheetsOf(content)['小结']);

    const skipped = await client.upload(content, { onError: 'skip-rows' }, '两旬.xlsx');
    expect(skipped).toMatchObject({ status: 201, body: { rows: { new: 2, rejected: 3 } } });
    const book = xlsx.read(annotated);
    book.Sheets['上旬']!['D3'] = { t: 'n', v: 71 };
    book.Sheets['下旬']!['C3'] = { t: 'n', v: 35 };
    book.Sheets['下旬']!['A4'] = { t: 's', v: 'air-town' };
    const mended = xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
    expect(await client.upload(mended, {}, '两旬.xlsx')).toMatchObject({
      status: 201,
      body: { rows: { new: 3, unchanged: 2, rejected: 0 } },
    });
    expect(await storedValues('pm10')).toEqual([70, 71, 70, 71, 60]);
  });

  test('is judged for duplicates across its sheets as one file', async () => {
    const same = ['air-town', when(1, 1), 35, 70];
    const taken = await client.upload(
      workbook({ 一: [header, same], 二: [header, same, ['air-town', when(1, 2), 1, 2]] }),
    );
    expect(taken).toMatchObject({ status: 201, body: { rows: { read: 3, new: 2, duplicate: 1 } } });

    const other = ['air-town', when(2, 1), 35, 70];
    const refused = await client.upload(
      workbook({
        一: [header, ['air-town', when(3, 1), 5, 6], other],
        二: [['标题'], header, ['air-town', when(2, 1), 36, 70]],
      }),
    );
    expect(refused.status).toBe(422);
    const { faults } = refused.body.report!;
    expect(faults.map(({ sheet, line, code }) => [sheet, line, code])).toEqual([
      ['一', 3, 'duplicate-different'],
      ['二', 3, 'duplicate-different'],
    ]);
    expect(faults[0]!.message).toContain('3（一）、3（二）');
    expect(await storedValues('pm25')).toEqual([35, 1]);

    const figures = (value: number) => [
      ['指标', '年度', '数值'],
      ['森林覆盖率', '2021', value],
    ];
    const reports = await client.upload(workbook({ 甲: figures(20.1), 乙: figures(20.2) }));
    expect(reports.body.report!.faults.map(({ sheet, line, code }) => [sheet, line, code])).toEqual([
      ['甲', 2, 'report-duplicate-different'],
      ['乙', 2, 'report-duplicate-different'],
    ]);
  });

  test('shows in which sheet stored values would change, and stores all of them or none', async () => {
    const sheets = (value: number) =>
      workbook({
        一: [header, ['air-town', when(1, 1), 35, 70]],
        二: [header, ['air-town', when(1, 2), value, 70]],
      });
    expect((await client.upload(sheets(40))).status).toBe(201);
    const asked = await client.upload(sheets(41));
    expect(asked.status).toBe(409);
    expect(asked.body.report!.changes).toMatchObject([
      { sheet: '二', line: 2, indicator: 'pm25', stored: '40', file: '41' },
    ]);
    expect((await client.upload(sheets(41), { overwrite: 'true', reason: '更正' })).status).toBe(201);
    expect(await storedValues('pm25')).toEqual([35, 41]);
  });

  test('is refused for a sheet with data that is no known table, and the option reads the others', async () => {
    const content = workbook({
      数据: [header, ['air-town', when(1, 1), 35, 70]],
      通讯录: [
        ['姓名', '手机'],
        ['张三', '13800000000'],
      ],
      填表说明: [
        ['姓名', '手机'],
        ['李四', '13900000000'],
      ],
    });
    const refused = await client.upload(content, {}, '夹带.xlsx');
    expect(refused.status).toBe(422);
    const { faults, rows } = refused.body.report!;
    expect(rows).toMatchObject({ new: 0 });
    const mends = faults.filter(({ code }) => code === 'sheet-not-recognised');
    // A sheet that only bears the name of our explanation is no explanation.
    expect(mends.map(({ sheet }) => sheet)).toEqual(['通讯录', '填表说明']);
    expect(mends[0]!.mend).toContain('sheet');
    expect(mends[0]!.mend).toContain('数据');
    expect(faults.map(({ code }) => code)).toContain('layout-unknown');
    expect(await storedValues('pm25')).toEqual([]);
    expect((await client.upload(content, { sheet: '数据' }, '夹带.xlsx')).status).toBe(201);
  });

  test('of which none holds a table is refused', async () => {
    const refused = await client.upload(workbook({ 封面: [['年度总结']], 目录: [['一'], ['二']] }));
    expect(refused.status).toBe(422);
    expect(refused.body.report!.faults.map(({ code }) => code)).toEqual(['layout-unknown']);
    const blank = await client.upload(workbook({ 一: [header], 二: [header] }));
    expect(blank.body.report!.faults.map(({ code }) => code)).toEqual(['file-without-rows']);
  });
});
