import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import xlsx from '@e965/xlsx';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { Target } from '../src/domain/target.js';
import type { ReportRow } from '../src/http/services.js';
import { Client, type Answer } from './client.js';
import { ServiceYard } from './service.js';

jest.setTimeout(180_000);

interface TemplateList {
  year: number;
  items: { office: string; nameZh: string; figures: number }[];
}

let yard: ServiceYard;
let client: Client;
let targets: Target[];

beforeAll(async () => {
  yard = await ServiceYard.create();
  const service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2025-12-31' });
  client = new Client(service.address, await service.firstToken());
  targets = JSON.parse(await readFile(resolve('seeds/targets.json'), 'utf8')) as Target[];
});
afterAll(() => yard.clean());

async function download(office: string, year: number): Promise<Buffer> {
  const response = await fetch(`${client.address}/api/v1/templates/${office}.xlsx?year=${year}`, {
    headers: client.headers,
  });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('spreadsheetml.sheet');
  return Buffer.from(await response.arrayBuffer());
}

/** The sheet as another reader sees it: rows by header. */
function rowsOf(content: Buffer): {
  book: xlsx.WorkBook;
  sheet: xlsx.WorkSheet;
  rows: Record<string, string>[];
} {
  const book = xlsx.read(content);
  const sheet = book.Sheets['报送表']!;
  return {
    book,
    sheet,
    rows: xlsx.utils.sheet_to_json<Record<string, string>>(sheet, { defval: '', raw: false }),
  };
}

/** Fills in a value for each row, in place, as a clerk would; leaves rows for which there is none blank. */
function fill(
  content: Buffer,
  valueOf: (row: Record<string, string>, index: number) => string | number | undefined,
) {
  const { book, sheet, rows } = rowsOf(content);
  const headers = xlsx.utils.sheet_to_json<string[]>(sheet, { header: 1 })[0]!;
  const column = headers.indexOf('数值');
  for (const [index, row] of rows.entries()) {
    const value = valueOf(row, index);
    if (value === undefined) continue;
    const cell = typeof value === 'number' ? { t: 'n' as const, v: value } : { t: 's' as const, v: value };
    sheet[xlsx.utils.encode_cell({ r: index + 1, c: column })] = cell;
  }
  return { rows, content: xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer };
}

async function reports(): Promise<ReportRow[]> {
  const { body } = await client.get<{ items: ReportRow[]; next: string | null }>(
    '/api/v1/reports?limit=5000',
  );
  expect(body.next).toBeNull();
  return body.items;
}

const reported = ['rate', 'change-from-base', 'count', 'area', 'milestone'];

describe.each([2023, 2025])('templates of %i', (year) => {
  test('every office with a reported target has one; filled in and uploaded as it is, every figure is stored', async () => {
    const list = (await client.get<TemplateList>(`/api/v1/templates?year=${year}`)).body;
    expect(list.year).toBe(year);
    const indicators = (
      await client.get<{ items: { code: string; nameZh: string; unit: string }[] }>('/api/v1/indicators')
    ).body.items;
    const nameOf = new Map(indicators.map(({ code, nameZh }) => [code, nameZh]));
    const responsible = new Set(
      targets
        .filter(
          ({ kind, due, planId }) =>
            reported.includes(kind) &&
            Number(due.slice(0, 4)) >= year &&
            (planId === 'tdf-2023-32' || year === 2023),
        )
        .flatMap(({ offices }) => offices),
    );
    expect(new Set(list.items.filter(({ figures }) => figures > 0).map(({ office }) => office))).toEqual(
      responsible,
    );

    // Offices share figures: the same value for the same figure, whoever reports it.
    const expected = new Map<string, string>();
    let fresh = 0;
    const given = (row: Record<string, string>): string | number => {
      if (row['单位'] === '是/否') return row['指标']!.length % 2 === 0 ? '是' : '否';
      const text = `${row['指标']}${row['乡镇'] ?? '同心县'}${row['期间']}`;
      const hash = [...text].reduce((sum, character) => (sum * 31 + character.codePointAt(0)!) % 9973, 7);
      return row['单位'] === '%' ? (hash % 1000) / 10 : hash % 50;
    };
    for (const { office, figures } of list.items.filter((item) => item.figures > 0)) {
      const { rows, content } = fill(await download(office, year), given);
      expect(rows).toHaveLength(figures);
      const { status, body } = await client.upload(content, {}, `${office}.xlsx`);
      expect([office, status, body.faults ?? body.report?.faults]).toEqual([office, 201, []]);
      expect(body.rows).toMatchObject({ read: figures, rejected: 0, changed: 0, duplicate: 0 });
      expect(body.rows.new + body.rows.unchanged).toBe(figures);
      expect(body.notices.filter((notice) => !/合理范围|完全一致/.test(notice))).toEqual([]);
      expect(body.sheets).toMatchObject([
        { name: '报送表', headerLine: 1, interval: 'period', rowsRead: figures },
      ]);
      fresh += body.rows.new;
      for (const row of rows) {
        const value = given(row);
        const words = { 是: '1', 否: '0' }[String(value)] ?? String(value);
        expected.set([row['指标'], row['乡镇'] ?? '同心县', row['期间']].join(' '), words);
      }
    }
    const stored = (await reports()).filter(({ to }) => to === `${year}-12-31`);
    expect(stored).toHaveLength(fresh);
    const shown = stored.map(({ indicator, siteName, periodKind, value }) => {
      const period = periodKind === 'year' ? `${year}年` : `截至${year}-12-31`;
      return [[nameOf.get(indicator), siteName, period].join(' '), value] as const;
    });
    expect(new Map(shown)).toEqual(expected);
    // Each reported target of the year has its figure for the county, so that none stays without a report.
    for (const target of targets.filter(
      ({ kind, due }) => reported.includes(kind) && due.startsWith(String(year)),
    )) {
      expect([target.id, (await client.target(target.id, `${year}-12-31`)).verdict]).not.toEqual([
        target.id,
        'not-reported',
      ]);
    }
  });
});

test('is a sound workbook for another reader, with what is asked beside what to fill in', async () => {
  const { book, rows } = rowsOf(await download('agriculture', 2025));
  expect(book.SheetNames).toEqual(['报送表', '填表说明']);
  expect(Object.keys(rows[0]!)).toEqual([
    '指标',
    '乡镇',
    '期间',
    '数值',
    '单位',
    '分子',
    '分母',
    '佐证材料',
    '目标值',
    '方案条款',
  ]);
  expect(rows.every((row) => row['数值'] === '' && row['佐证材料'] === '')).toBe(true);
  const straw = rows.filter((row) => row['指标'] === '秸秆综合利用率');
  expect(straw).toHaveLength(13);
  expect(straw[0]).toMatchObject({
    乡镇: '同心县',
    期间: '2025年',
    单位: '%',
    分子: '',
    目标值: '≥ 90 %（2025 年底）',
  });
  expect(straw[0]!['方案条款']).toBe(
    '同党发〔2023〕32 号 (十一)(十六)：到2025年全县秸秆综合利用率达到90%以上',
  );
  expect(rows.find((row) => row['单位'] === '是/否')).toMatchObject({
    期间: '截至2025-12-31',
    分子: '—',
    目标值: '完成（2025 年底）',
  });
  const words = xlsx.utils.sheet_to_json<string[]>(book.Sheets['填表说明']!, { header: 1 }).flat();
  expect(words[1]).toBe('同心县生态环境目标 2025 年报送表（农业农村局）');
});

test('untouched, it is no fault: its rows are counted as empty and nothing is stored', async () => {
  const before = (await reports()).length;
  const content = await download('housing', 2024);
  const { status, body } = await client.upload(content, {}, '未填.xlsx');
  expect(status).toBe(201);
  expect(body.rows).toEqual({
    read: body.rows.read,
    new: 0,
    unchanged: 0,
    changed: 0,
    rejected: 0,
    duplicate: 0,
  });
  expect(body.rows.read).toBeGreaterThan(10);
  expect(body.notices).toEqual([`${body.rows.read} 行没有任何数值，没有可写入的内容`]);
  expect(await reports()).toHaveLength(before);
});

test('a faulty value is said cell by cell, the annotated template is mended and taken', async () => {
  const { content } = fill(await download('market', 2024), (_row, index) =>
    index === 0 ? '九成' : index === 1 ? 12.5 : undefined,
  );
  const refused = await client.upload(content, {}, '市场.xlsx');
  expect(refused.status).toBe(422);
  expect(refused.body.report?.faults).toMatchObject([
    { sheet: '报送表', line: 2, column: '数值', value: '九成' },
  ]);
  const { id } = refused.body.report!;
  const response = await fetch(`${client.address}/api/v1/uploads/${id}/errors`, { headers: client.headers });
  const annotated = Buffer.from(await response.arrayBuffer());
  expect(rowsOf(annotated).rows[0]!['错误原因']).toContain('九成');
  const mended = fill(annotated, (_row, index) => (index === 0 ? 90 : undefined));
  expect(await client.upload(mended.content, {}, '市场.xlsx')).toMatchObject({
    status: 201,
    body: { rows: { new: 2 } },
  });
});

test('what a clerk types as a percentage is one', async () => {
  const content = await download('health', 2024);
  const { book, sheet, rows } = rowsOf(content);
  expect(rows).toHaveLength(1);
  sheet['C2'] = { t: 'n', v: 0.985, z: '0.00%' };
  const typed = xlsx.write(book, { type: 'buffer', bookType: 'xlsx' }) as Buffer;
  expect((await client.upload(typed, {}, '百分数.xlsx')).status).toBe(201);
  const stored = (await reports()).find(
    ({ indicator, to }) => indicator === 'medical_waste_disposal_rate' && to === '2024-12-31',
  );
  expect(stored?.value).toBe('98.5');
});

test('offices without a figure, unknown ones and odd years are told so', async () => {
  const list = (await client.get<TemplateList>('/api/v1/templates')).body;
  expect(list.year).toBe(2025);
  expect(list.items.find(({ office }) => office === 'meteorology')?.figures).toBe(0);
  for (const path of [
    'meteorology.xlsx',
    'nobody.xlsx',
    'agriculture.xlsx?year=2040',
    '..%2f..%2fetc%2fpasswd.xlsx',
  ]) {
    expect([path, (await client.get(`/api/v1/templates/${path}`)).status]).toEqual([path, 404]);
  }
  expect((await client.get('/api/v1/templates/agriculture.xlsx?year=25')).status).toBe(400);
  const anonymous: Answer<unknown> = await new Client(client.address, 'cei_wrong').get(
    '/api/v1/templates/agriculture.xlsx',
  );
  expect(anonymous.status).toBe(401);
});
