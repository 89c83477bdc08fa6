import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DustPeriodInfo } from '../src/http/services/dustPeriods.js';
import type { SiteDetail } from '../src/http/services/siteHistory.js';
import type { AuditEntry } from '../src/http/services.js';
import { Client } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(90_000);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let url: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'), { DATABASE_POOL_SIZE: '4' });
  client = new Client(service.address, await service.firstToken());
  url = await findDatabaseUrl(service.dataDir);
});
afterAll(() => yard.clean());

async function as(role: string): Promise<Client> {
  const { body } = await client.send<{ token: string }>('POST', '/api/v1/tokens', {
    name: role,
    office: '分局',
    role,
    expiresAt: '2099-01-01',
  });
  return new Client(service.address, body.token);
}

const dust = (...rows: string[]) => ['沙尘开始时间,沙尘结束时间,文号,说明', ...rows, ''].join('\n');
const periods = async (deleted = false) =>
  (await client.get<{ items: DustPeriodInfo[] }>(`/api/v1/dust-periods?deleted=${String(deleted)}`)).body
    .items;
const idle = async () => {
  for (;;) {
    const rows = await query(url, 'select from pending_days limit 1');
    if (rows.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};
async function withoutDust(site: string): Promise<string | null> {
  await idle();
  const rows = await query<{ figure: string | null }>(
    url,
    'select trim_scale(d.pm10_no_dust)::text as figure from air_site_days d join sites s on s.id = d.site_id where s.code = $1',
    [site],
  );
  return rows[0]?.figure ?? null;
}

describe('dust periods by upload', () => {
  test('need a reviewer, also for a trial run', async () => {
    const text = dust('2024-03-05 08:00,2024-03-05 12:00,一号,');
    const uploader = await as('uploader');
    for (const options of [{ dryRun: 'false' }, { dryRun: 'true' }]) {
      const { status, body } = await uploader.upload(text, options);
      expect([status, body.code]).toEqual([403, 'list-forbidden']);
      expect(body.detail).toBe(
        '这份文件是沙尘天气时段，上传它需要“reviewer”及以上角色，当前令牌的角色是“uploader”；没有写入任何内容',
      );
    }
    expect(await query(url, 'select from uploads')).toHaveLength(0);
    expect((await (await as('reviewer')).upload(text, { dryRun: 'true' })).status).toBe(200);
    expect(await periods()).toEqual([]);
  });

  test('new, unchanged and changed rows; the figures follow; nothing is lost', async () => {
    await client.createSite('dusty', '沙尘试验站', 'air-station');
    const hours = Array.from({ length: 24 }, (_, hour) => {
      const label = String(hour + 1).padStart(2, '0');
      return `dusty,2024-03-05 ${label}:00,${hour < 2 ? 500 : 50},${hour < 2 ? 900 : 100}`;
    });
    await client.upload(['站点,监测时间,PM2.5,PM10', ...hours, ''].join('\n'));
    const before = await withoutDust('dusty');
    const first = dust(
      '2024-03-05 00:00,2024-03-05 01:00,二号,扬沙',
      '2024-04-01 00:00,2024-04-01 06:00,三号,',
    );
    expect((await client.upload(first, { dryRun: 'true' })).body.rows).toMatchObject({ read: 2, new: 2 });
    expect(await periods()).toEqual([]);
    const stored = await client.upload(first);
    expect(stored).toMatchObject({ status: 201, body: { layout: 'dust-periods', rows: { new: 2 } } });
    const one = await withoutDust('dusty');
    expect(one).not.toBe(before);
    expect((await client.upload(first)).body.rows).toMatchObject({ new: 0, unchanged: 2, changed: 0 });

    const longer = dust('2024-03-05 00:00,2024-03-05 02:00,二号,', '2024-04-01 00:00,2024-04-01 06:00,三号,');
    const asked = await client.upload(longer);
    expect(asked.status).toBe(409);
    expect(asked.body.report).toMatchObject({
      rows: { unchanged: 1, changed: 1 },
      changes: [
        {
          line: 2,
          site: '二号',
          stored: '2024-03-05 00:00–2024-03-05 01:00 扬沙',
          file: '2024-03-05 00:00–2024-03-05 02:00 扬沙',
        },
      ],
    });
    expect(await withoutDust('dusty')).toBe(one);
    expect((await client.upload(longer, { overwrite: 'true', reason: '补充通知' })).status).toBe(201);
    expect(await withoutDust('dusty')).toBe('100');
    const [period] = await periods();
    expect(period).toMatchObject({
      end: '2024-03-05T02:00:00+08:00',
      history: [
        { before: null, after: { end: '2024-03-05T01:00:00+08:00' }, origin: `upload ${stored.body.id}` },
        { before: { end: '2024-03-05T01:00:00+08:00' }, after: { note: '扬沙' }, reason: '补充通知' },
      ],
    });
  });

  test('faults between rows, overlaps with stored ones, and what is too long', async () => {
    const text = dust(
      '2024-05-01 00:00,2024-05-01 06:00,四号,a',
      '2024-05-01 00:00,2024-05-01 06:00,四号,b',
      '2024-05-01,2025-05-01,五号,',
      '2024-04-01 05:00,2024-04-01 09:00,六号,',
      '2024-05-02 00:00,2024-05-02 06:00,七号,',
      '2024-05-02 00:00,2024-05-02 06:00,七号,',
    );
    const { body } = await client.upload(text, { onError: 'skip-rows' });
    expect(body.rows).toEqual({ read: 6, new: 2, unchanged: 0, changed: 0, rejected: 3, duplicate: 1 });
    expect(body.faults.map(({ line, code }) => [line, code])).toEqual([
      [2, 'list-duplicate-different'],
      [3, 'list-duplicate-different'],
      [4, 'dust-period-too-long'],
    ]);
    expect(body.notices.join()).toContain(
      '第 5 行的沙尘时段与已有的重叠：2024-04-01 00:00–2024-04-01 06:00 三号',
    );
  });
});

test('dust periods by hand: reviewer only, corrected, deleted, readable for ever, and the figures follow', async () => {
  await client.createSite('hand', '人工沙尘站', 'air-station');
  const hours = Array.from({ length: 24 }, (_, hour) => {
    const label = String(hour + 1).padStart(2, '0');
    return `hand,2023-03-05 ${label}:00,50,${hour === 0 ? 3100 : 100}`;
  });
  await client.upload(['站点,监测时间,PM2.5,PM10', ...hours, ''].join('\n'));
  expect(await withoutDust('hand')).toBe('225');
  const reviewer = await as('reviewer');
  const input = {
    start: '2023-03-05T00:00:00+08:00',
    end: '2023-03-05T01:00:00+08:00',
    document: '人工一号',
  };
  expect((await (await as('uploader')).send('POST', '/api/v1/dust-periods', input)).status).toBe(403);
  const made = await reviewer.send<DustPeriodInfo>('POST', '/api/v1/dust-periods', input);
  expect(made).toMatchObject({ status: 201, body: { ...input, deleted: false, overlaps: [] } });
  expect(await withoutDust('hand')).toBe('100');
  expect((await reviewer.send('POST', '/api/v1/dust-periods', input)).status).toBe(409);
  const path = `/api/v1/dust-periods/${made.body.id}`;
  const other = await reviewer.send<DustPeriodInfo>('POST', '/api/v1/dust-periods', {
    ...input,
    document: '人工二号',
  });
  expect(other.body.overlaps).toEqual([made.body.id]);
  await reviewer.send('DELETE', `/api/v1/dust-periods/${other.body.id}`, { reason: '重复' });
  expect(await withoutDust('hand')).toBe('100');

  expect((await reviewer.send('PATCH', path, { end: input.start, reason: 'x' })).status).toBe(400);
  expect((await reviewer.send('PATCH', path, { end: '2023-06-05T01:00:00+08:00', reason: 'x' })).status).toBe(
    400,
  );
  expect((await reviewer.send('PATCH', path, { note: 'x' })).status).toBe(400);
  const moved = { start: '2023-03-06T00:00:00+08:00', end: '2023-03-06T01:00:00+08:00' };
  expect((await reviewer.send('PATCH', path, { ...moved, reason: '写错一天' })).status).toBe(200);
  expect(await withoutDust('hand')).toBe('225');
  await reviewer.send('PATCH', path, { ...input, reason: '没有错' });
  expect(await withoutDust('hand')).toBe('100');
  expect((await reviewer.send('DELETE', path, { reason: '撤销通报' })).status).toBe(200);
  expect(await withoutDust('hand')).toBe('225');

  const gone = await client.get<DustPeriodInfo>(path);
  expect(gone.body).toMatchObject({ ...input, deleted: true });
  expect(gone.body.history.map(({ reason, after }) => [reason, after === null])).toEqual([
    ['', false],
    ['写错一天', false],
    ['没有错', false],
    ['撤销通报', true],
  ]);
  expect((await periods(true)).map(({ id }) => id)).toContain(made.body.id);
  expect((await periods()).map(({ id }) => id)).not.toContain(made.body.id);
  expect((await reviewer.send('DELETE', path, { reason: 'x' })).status).toBe(404);
  const audit = await client.get<{ items: AuditEntry[] }>('/api/v1/audit?action=dust-period-deleted');
  expect(audit.body.items[0]).toMatchObject({ actorName: 'reviewer', details: { reason: '撤销通报' } });
});

describe('site lists by upload', () => {
  const list = (...rows: string[]) => ['编码,名称,类型,所在河流,别名,经度,纬度', ...rows, ''].join('\n');

  test('need an administrator', async () => {
    const { status, body } = await (await as('operator')).upload(list('L0,清单零,空气站,,,,'));
    expect([status, body.code]).toEqual([403, 'list-forbidden']);
  });

  test('new, unchanged, changed and rejected rows', async () => {
    const text = list('L1,清单甲,河流断面,清水河,甲断面、老甲断面,105.9,36.9', ',清单乙,空气站,,,,');
    expect((await client.upload(text, { dryRun: 'true' })).body.rows).toMatchObject({ new: 2 });
    expect((await client.get('/api/v1/sites/L1')).status).toBe(404);
    expect(await client.upload(text)).toMatchObject({
      status: 201,
      body: { layout: 'site-list', rows: { new: 2 } },
    });
    expect((await client.upload(text)).body.rows).toMatchObject({ new: 0, unchanged: 2, changed: 0 });
    const changed = list('L1,清单甲改名,湖库断面,,又一别名,105.95,36.9');
    const asked = await client.upload(changed);
    expect(asked.status).toBe(409);
    expect(
      asked.body.report?.changes.map(({ indicator, stored, file }) => [indicator, stored, file]),
    ).toEqual([
      ['名称', '清单甲', '清单甲改名'],
      ['类型', 'river-section', 'lake-section'],
      ['经纬度', '105.9 36.9', '105.95 36.9'],
    ]);
    expect((await client.upload(changed, { overwrite: 'true' })).status).toBe(201);
    const { body } = await client.get<SiteDetail>('/api/v1/sites/L1');
    expect(body).toMatchObject({
      name: '清单甲改名',
      kind: 'lake-section',
      waterBody: '清水河',
      moves: [
        { longitude: '105.9', withdrawn: { reason: '点位清单' } },
        { longitude: '105.95', withdrawn: null },
      ],
      states: [
        { change: 'created', name: '清单甲' },
        { change: 'changed', name: '清单甲改名' },
      ],
    });
    expect(new Set(body.aliases)).toEqual(new Set(['甲断面', '老甲断面', '又一别名', '清单甲']));
    expect((await client.upload(changed)).body.rows).toMatchObject({ unchanged: 1 });
  });

  test('names and codes of other sites are faults', async () => {
    await client.createSite('L8', '清单八', 'air-station', ['八站']);
    const { body } = await client.upload(
      list(
        'L9,清单八,空气站,,,,',
        'L10,清单十,空气站,,八站,,',
        'L11,清单十一,空气站,,清单十二,,',
        'L12,清单十二,空气站,,,,',
      ),
    );
    expect(body.report?.faults.map(({ line, column, code, value }) => [line, column, code, value])).toEqual([
      [2, '名称', 'site-name-taken', '清单八'],
      [3, '别名', 'site-name-taken', '八站'],
      [4, '别名', 'site-name-taken', '清单十二'],
    ]);
    expect(body.report?.faults[0]?.message).toContain('清单八（L8）');
    expect((await client.get('/api/v1/sites/L12')).status).toBe(404);
  });
});
