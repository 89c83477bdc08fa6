import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import iconv from 'iconv-lite';
import { readWorkbook } from '../src/ingest/workbook/readWorkbook.js';
import type { WorkbookSpec } from '../src/ingest/workbook/workbookSpec.js';
import { writeWorkbook } from '../src/ingest/workbook/writeWorkbook.js';
import { Client } from './client.js';
import { ServiceYard } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let client: Client;
let directory: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  const service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2024-12-31' });
  client = new Client(service.address, await service.firstToken());
  directory = await mkdtemp(join(tmpdir(), 'cei-faults-'));
});
afterAll(async () => {
  await yard.clean();
  await rm(directory, { recursive: true, force: true });
});

async function download(id: string | null): Promise<Buffer> {
  const response = await fetch(`${client.address}/api/v1/uploads/${id}/errors`, { headers: client.headers });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-disposition')).toContain('attachment');
  return Buffer.from(await response.arrayBuffer());
}

async function workbook(spec: WorkbookSpec): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of Readable.from(writeWorkbook(spec))) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function rowsOf(content: Buffer): Promise<string[][]> {
  const path = join(directory, 'read.xlsx');
  await writeFile(path, content);
  const rows: string[][] = [];
  for await (const batch of readWorkbook(path)) rows.push(...batch.records.map(({ cells }) => [...cells]));
  return rows;
}

describe('a faulty GBK file', () => {
  const lines = [
    '点位,监测时间,PM2.5',
    'air-town,2024-07-01 01:00,35',
    'air-town,2024-07-01 02:00,三十六',
    '',
  ];
  const bytes = iconv.encode(lines.join('\r\n'), 'gb18030');

  test('comes back with every byte as it was and a column that says what to mend; mended, it is taken', async () => {
    const refused = await client.upload(bytes);
    expect(refused.status).toBe(422);
    const { items } = (await client.get<{ items: { id: string }[] }>('/api/v1/uploads?limit=1')).body;
    const annotated = iconv.decode(await download(items[0]!.id), 'gb18030').split('\r\n');
    expect(annotated[0]).toBe(`${lines[0]},错误原因`);
    expect(annotated[1]).toBe(`${lines[1]},`);
    expect(annotated[2]!.startsWith(`${lines[2]},`)).toBe(true);
    expect(annotated[2]).toContain('三十六”');
    expect(annotated[3]).toBe('');

    const mended = annotated.join('\r\n').replace(',三十六,', ',36,');
    const taken = await client.upload(iconv.encode(mended, 'gb18030'));
    expect(taken).toMatchObject({ status: 201, body: { rows: { new: 2, rejected: 0 } } });
    expect(taken.body.columns).toContainEqual(
      expect.objectContaining({ header: '错误原因', role: 'ignored' }),
    );
  });
});

describe('an Excel workbook', () => {
  const header = ['点位', '监测时间', 'PM2.5', 'PM10'];
  const sheet = (rows: (string | number)[][]): WorkbookSpec => ({
    sheets: [
      {
        name: '七月',
        columns: header.map((name) => ({ header: name, type: name.startsWith('PM') ? 'number' : 'text' })),
        rows,
      },
    ],
  });

  test('is taken like a CSV, serial dates and all', async () => {
    const spec = sheet([
      ['air-town', 45474.25, 35, 70],
      ['air-town', '2024-07-01 07:00', 36, 71],
    ]);
    const taken = await client.upload(await workbook(spec), {}, '七月.xlsx');
    expect(taken).toMatchObject({
      status: 201,
      body: { encoding: 'workbook', sheet: '七月', rows: { read: 2, new: 2 } },
    });
    const stored = await client.readings({
      site: 'air-town',
      indicator: 'pm10',
      from: '2024-07-01',
      to: '2024-07-02',
    });
    expect(stored.map(({ time, value }) => [time, value])).toEqual([
      ['2024-07-01T05:00:00+08:00', 70],
      ['2024-07-01T06:00:00+08:00', 71],
    ]);
  });

  test('comes back with the faults of its rows beside them', async () => {
    const spec = sheet([
      ['air-town', '2024-07-02 01:00', 'x', 70],
      ['nowhere', '2024-07-02 02:00', 36, 71],
    ]);
    expect((await client.upload(await workbook(spec), {}, '七月.xlsx')).status).toBe(422);
    const { items } = (await client.get<{ items: { id: string }[] }>('/api/v1/uploads?limit=1')).body;
    const rows = await rowsOf(await download(items[0]!.id));
    expect(rows[0]).toEqual([...header, '错误原因']);
    expect(rows[1]!.slice(0, 4)).toEqual(['air-town', '2024-07-02 01:00', 'x', '70']);
    expect(rows[1]![4]).toContain('“x”');
    expect(rows[2]![4]).toContain('nowhere');
  });

  test.each([
    ['an old .xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), '.xlsx'],
    ['a damaged one', Buffer.from('PK\x03\x04 and nothing more'), ''],
  ])('%s is refused in the clerk’s words', async (_name, content, words) => {
    const refused = await client.upload(Buffer.concat([content, Buffer.alloc(2000)]), {}, '旧.xls');
    expect(refused.status).toBe(422);
    expect(refused.body.report?.faults).toHaveLength(1);
    expect(`${refused.body.report?.faults[0]?.mend}`).toContain(words);
  });
});

test('a file whose header is missing is read by a mapping', async () => {
  const mapping = {
    header: false,
    columns: [
      { position: 0, role: 'site' },
      { position: 1, role: 'date' },
      { position: 2, role: 'item', indicator: 'pm25', unit: 'µg/m³' },
    ],
  };
  const taken = await client.upload('air-town,2024-08-01,30\nair-town,2024-08-02,31\n', {
    mapping: JSON.stringify(mapping),
  });
  expect(taken).toMatchObject({ status: 201, body: { interval: 'day', rows: { new: 2 } } });
});

test('a trial run names the targets whose verdict would change, and stores nothing', async () => {
  const file = '指标,年度,数值\n秸秆综合利用率,2023,88.5\n';
  const trial = await client.upload(file, { dryRun: 'true' });
  expect(trial.body.impact).toContainEqual({
    targetId: 9,
    name: '农作物秸秆综合利用率',
    before: { verdict: 'not-reported', value: null },
    after: { verdict: 'missed', value: '88.5' },
  });
  expect(await client.target(9, '2024-12-31')).toMatchObject({ verdict: 'not-reported' });
  await client.upload(file);
  expect(await client.target(9, '2024-12-31')).toMatchObject({ verdict: 'missed', value: '88.5' });
  expect((await client.upload(file, { dryRun: 'true' })).body.impact).toEqual([]);
});
