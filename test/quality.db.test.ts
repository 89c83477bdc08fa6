import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FlagOutcome, QualityRuleDetail, SuspectRow } from '../src/http/services/quality.js';
import { Client, type Answer, type Problem } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let admin: Client;
let reviewer: Client;
let uploader: Client;

async function clientAs(role: string): Promise<Client> {
  const input = { name: `${role}甲`, office: '生态环境分局', role, expiresAt: '2099-01-01' };
  const { body } = await admin.send<{ token: string }>('POST', '/api/v1/tokens', input);
  return new Client(service.address, body.token);
}

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'), { JUDGE_DATE: '2025-06-30' });
  admin = new Client(service.address, await service.firstToken());
  reviewer = await clientAs('reviewer');
  uploader = await clientAs('uploader');
});
afterAll(() => yard.clean());

const flag = (body: object, client = reviewer, path = '/api/v1/flags') =>
  client.send<FlagOutcome & Problem>('POST', path, body);

async function suspects(filter: Record<string, string> = {}, limit = 1000): Promise<SuspectRow[]> {
  const items: SuspectRow[] = [];
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({
      ...filter,
      limit: String(limit),
      ...(cursor === null ? {} : { cursor }),
    });
    const page: Answer<{ items: SuspectRow[]; next: string | null }> = await admin.get(
      `/api/v1/suspects?${search.toString()}`,
    );
    expect(page.status).toBe(200);
    items.push(...page.body.items);
    cursor = page.body.next;
  } while (cursor !== null);
  return items;
}

/** Waits until nothing is left to be recomputed. */
async function settled(): Promise<void> {
  const url = await findDatabaseUrl(service.dataDir);
  await service.until(async () => (await query(url, 'select from pending_days')).length === 0, 'recomputed');
}

async function pm25OfDay(day: string): Promise<string | null> {
  const url = await findDatabaseUrl(service.dataDir);
  const rows = await query<{ pm25: string | null }>(
    url,
    `select d.pm25::text from air_site_days d join sites s on s.id = d.site_id where s.code = 'air-town' and d.day = $1`,
    [day],
  );
  return rows[0]?.pm25 ?? null;
}

const header = '站点,时间,PM2.5,PM10,SO2\n';
const hoursOf = (day: string, line: (hour: number) => string) =>
  Array.from(
    { length: 24 },
    (_, index) => `air-town,${day} ${String(index + 1).padStart(2, '0')}:00,${line(index)}\n`,
  ).join('');

test('an upload counts what is suspect and says where it is listed', async () => {
  const text =
    header +
    hoursOf('2025-01-01', (hour) =>
      (hour === 3 ? '900,40,=1' : `${30 + (hour % 2)},60,${10 + hour}`).replace(',=1', ',11'),
    );
  const { status, body } = await uploader.upload(text, {}, '小时.csv');
  expect(status).toBe(201);
  // PM2.5 out of range and above PM10: two values.
  expect(body.suspectCount).toBe(2);
  expect(body.notices.join('\n')).toMatch(/2 个值存疑/);
  // The constant PM10 besides, found beside its neighbours.
  expect(body.notices.join('\n')).toContain(`/api/v1/suspects?upload=${body.id}`);
  const found = await suspects({ upload: body.id! });
  const pm25 = found.find(
    ({ indicator, time }) => indicator === 'pm25' && time === '2025-01-01T03:00:00+08:00',
  )!;
  expect(pm25).toMatchObject({
    site: 'air-town',
    family: 'air_hour',
    value: 900,
    unit: 'µg/m³',
    rules: ['range', 'inversion', 'jump'],
    origin: `upload ${body.id}`,
    review: 'open',
    reviewedBy: null,
  });
  expect(pm25.explanation).toMatch(/合理范围.*高于 PM10.*150 µg/s);
  expect(pm25.around.map(({ value }) => value)).toEqual([30, 31, 30, 30, 31, 30]);
  expect(found.filter(({ rules }) => rules.includes('constant')).map(({ indicator }) => indicator)).toContain(
    'pm10',
  );
  // In pages as in one, by rule, and none of another upload.
  expect(await suspects({}, 1)).toEqual(await suspects({}));
  expect((await suspects({ rule: 'jump' })).map(({ indicator }) => indicator)).toEqual(['pm25']);
  expect(await suspects({ upload: '999' })).toEqual([]);
  // It stays in the mean: (900 + 12 × 30 + 11 × 31) ÷ 24.
  expect(Number(await pm25OfDay('2025-01-01'))).toBeCloseTo((900 + 12 * 30 + 11 * 31) / 24, 6);
});

test('the list as CSV: a byte order mark, no formula, every row', async () => {
  const answer = await fetch(`${service.address}/api/v1/suspects?format=csv`, { headers: admin.headers });
  const bytes = Buffer.from(await answer.arrayBuffer());
  expect(answer.headers.get('content-type')).toMatch(/^text\/csv/);
  expect([...bytes.subarray(0, 3)]).toEqual([0xef, 0xbb, 0xbf]);
  expect(bytes.toString().trim().split('\r\n')).toHaveLength(1 + (await suspects()).length);
});

describe('reviews', () => {
  const one = {
    site: 'air-town',
    family: 'air_hour',
    indicator: 'pm25',
    time: '2025-01-01T03:00:00+08:00',
    flag: 'invalid',
    reason: '=采样管漏气',
  };

  test('only reviewers may flag, with a reason, and a moment or a range', async () => {
    expect((await flag(one, uploader)).status).toBe(403);
    expect((await flag({ ...one, reason: ' ' })).status).toBe(400);
    expect((await flag({ ...one, from: '2025-01-01', to: '2025-01-02' })).status).toBe(400);
    expect((await flag({ ...one, time: undefined, from: '2025-01-01' })).status).toBe(400);
    expect((await flag({ ...one, site: 'nowhere' })).status).toBe(404);
    expect((await flag({ ...one, indicator: 'codmn' })).status).toBe(404);
    expect((await flag({ ...one, time: '2025-01-01T03:30:00+08:00' })).status).toBe(404);
    expect((await flag({ ...one, flag: 'suspect' })).status).toBe(400);
  });

  test('a trial run tells how much and whose, and stores nothing', async () => {
    const all = {
      ...one,
      time: undefined,
      from: '2025-01-01',
      to: '2025-01-02',
      indicator: '*',
      dryRun: true,
    };
    const { status, body } = await flag(all);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      dryRun: true,
      values: 72,
      rows: 24,
      days: 1,
      firstDay: '2025-01-01',
      changed: 0,
    });
    expect(body.targets.length).toBeGreaterThan(1);
    expect(body.targets[0]).toMatchObject({ days: 1, firstDay: '2025-01-01', lastDay: '2025-01-01' });
    expect((await suspects({ reviewed: 'true' })).length).toBe(0);
  });

  test('invalid leaves the mean and answers the suspicion; cleared, both come back', async () => {
    expect((await flag(one)).body).toMatchObject({ values: 1, changed: 1, dryRun: false });
    await settled();
    expect(Number(await pm25OfDay('2025-01-01'))).toBeCloseTo((12 * 30 + 11 * 31) / 23, 6);
    const [answered] = await suspects({ reviewed: 'true' });
    expect(answered).toMatchObject({
      review: 'invalid',
      reason: '=采样管漏气',
      value: 900,
      reviewedBy: 'reviewer甲（生态环境分局）',
    });
    expect(answered!.rules).toEqual(expect.arrayContaining(['range', 'inversion', 'jump']));
    const csv = await fetch(`${service.address}/api/v1/suspects?format=csv&reviewed=true`, {
      headers: admin.headers,
    });
    expect(await csv.text()).toContain(`'=采样管漏气`);
    const url = await findDatabaseUrl(service.dataDir);
    const history = await query(
      url,
      `select h.flag, h.change, h.reason, w.actor_name from flag_history h join writes w on w.id = h.write_id
        where h.indicator = 'pm25' and w.kind = 'manual' order by h.flag`,
    );
    expect(history).toEqual([
      { flag: 'invalid', change: 'set', reason: '=采样管漏气', actor_name: 'reviewer甲' },
      { flag: 'suspect', change: 'cleared', reason: '=采样管漏气', actor_name: 'reviewer甲' },
    ]);
    const cleared = await flag({ ...one, reason: '弄错了' }, reviewer, '/api/v1/flags/clear');
    expect(cleared.body).toMatchObject({ values: 1, changed: 1 });
    await settled();
    expect(Number(await pm25OfDay('2025-01-01'))).toBeCloseTo((900 + 12 * 30 + 11 * 31) / 24, 6);
    expect((await suspects({ reviewed: 'false', rule: 'range' })).map(({ value }) => value)).toEqual([900]);
    const audit = await admin.get<{ items: { action: string }[] }>('/api/v1/audit?limit=50');
    expect(audit.body.items.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['flags-set', 'flags-cleared']),
    );
  });

  test('valid holds through the same file again, and ends with the value', async () => {
    expect((await flag({ ...one, flag: 'valid', reason: '核对过' })).status).toBe(200);
    await settled();
    expect(await suspects({ reviewed: 'false', rule: 'range' })).toEqual([]);
    const again = await uploader.upload(header + 'air-town,2025-01-01 04:00,900,40,11\n');
    expect(again.body.rows).toMatchObject({ unchanged: 1 });
    await settled();
    expect(await suspects({ reviewed: 'false', rule: 'range' })).toEqual([]);
    await uploader.upload(header + 'air-town,2025-01-01 04:00,901,40,11\n', { overwrite: 'true' });
    await settled();
    const open = await suspects({ reviewed: 'false', rule: 'range' });
    expect(open.map(({ value }) => value)).toEqual([901]);
    expect(await suspects({ reviewed: 'true' })).toEqual([]);
  });

  test('a reported day, a sample, a monthly figure and whole rows leave their figures too', async () => {
    const url = await findDatabaseUrl(service.dataDir);
    await uploader.upload('站点,日期,PM2.5,PM10\nair-town,2025-02-01,55,80\n');
    await uploader.upload(
      '断面名称,监测时间,高锰酸盐指数,氨氮\nsec-qingshui-1,2025-02-03 08:00,12,0.3\nsec-qingshui-1,2025-02-10 08:00,4,0.3\n',
      { interval: 'instant' },
    );
    await uploader.upload('断面名称,月份,高锰酸盐指数,氨氮\nsec-qingshui-1,2025-03,12,0.3\n', {
      interval: 'month',
    });
    await settled();
    const gradeOf = async (month: string) =>
      (
        await query<{ grade: number | null }>(
          url,
          `select m.grade from water_site_months m join sites s on s.id = m.site_id where s.code = 'sec-qingshui-1' and m.month = $1`,
          [month],
        )
      )[0]?.grade;
    expect([await pm25OfDay('2025-02-01'), await gradeOf('2025-02-01'), await gradeOf('2025-03-01')]).toEqual(
      ['55', 4, 5],
    );
    const reason = '实验室污染';
    await flag({
      site: 'air-town',
      family: 'air_day',
      indicator: '*',
      time: '2025-02-01',
      flag: 'invalid',
      reason,
    });
    const sample = {
      site: 'sec-qingshui-1',
      family: 'water_sample',
      indicator: '*',
      from: '2025-02-03',
      to: '2025-02-04',
      flag: 'invalid',
      reason,
    };
    expect((await flag({ ...sample, dryRun: true })).body.targets.length).toBeGreaterThan(0);
    await flag(sample);
    await flag({
      site: 'sec-qingshui-1',
      family: 'water_month',
      indicator: 'codmn',
      time: '2025-03-01',
      flag: 'invalid',
      reason,
    });
    await settled();
    expect([await pm25OfDay('2025-02-01'), await gradeOf('2025-02-01'), await gradeOf('2025-03-01')]).toEqual(
      [null, 2, 2],
    );
  });

  test('more values than a person can have looked at are refused whole', async () => {
    const days = Array.from({ length: 150 }, (_, index) =>
      new Date(Date.UTC(2024, 0, 1 + index)).toISOString().slice(0, 10),
    );
    const text = `${header.trim()},NO2,CO,O3\n${days.map((day) => hoursOf(day, (hour) => `3${hour % 7},6${hour % 7},1${hour % 7},2${hour % 7},0.${hour % 7},5${hour % 7}`)).join('')}`;
    expect((await uploader.upload(text)).status).toBe(201);
    const all = {
      site: 'air-town',
      family: 'air_hour',
      indicator: '*',
      from: '2024-01-01',
      to: '2024-06-01',
      flag: 'invalid',
      reason: '停机',
    };
    const { status, body } = await flag(all);
    expect([status, body.code]).toEqual([422, 'flags-too-many']);
    expect((await suspects({ reviewed: 'true', from: '2024-01-01', to: '2024-06-01' })).length).toBe(0);
  });
});

test('rules: read by all, set by administrators, kept with their history, applied to what is stored', async () => {
  const path = '/api/v1/quality-rules/range';
  expect((await uploader.get<QualityRuleDetail>(path)).body.history).toEqual([]);
  const change = { parameters: { enabled: false }, reason: '试运行' };
  expect((await reviewer.send('PUT', path, change)).status).toBe(403);
  const wrong = await admin.send<Problem>('PUT', path, { ...change, parameters: { enabled: 'no' } });
  expect([wrong.status, wrong.body.code]).toEqual([422, 'quality-rule-invalid']);
  expect((await admin.send('PUT', path, { ...change, indicator: 'pm25' })).status).toBe(422);
  expect((await admin.send('PUT', '/api/v1/quality-rules/nothing', change)).status).toBe(404);
  const { status, body } = await admin.send<QualityRuleDetail>('PUT', path, change);
  expect(status).toBe(200);
  expect(body.items[0]).toMatchObject({ parameters: { enabled: false }, version: 2 });
  expect(body.history.map(({ version, reason }) => [version, reason])).toEqual([
    [2, '试运行'],
    [1, ''],
  ]);
  await settled();
  expect(await suspects({ rule: 'range' })).toEqual([]);
  await admin.send('PUT', path, { ...change, parameters: { enabled: true } });
  await settled();
  expect((await suspects({ rule: 'range' })).map(({ value }) => value)).toEqual([901]);
});
