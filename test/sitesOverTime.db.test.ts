import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { SiteDetail } from '../src/http/services/siteHistory.js';
import type { AuditEntry } from '../src/http/services.js';
import { Client } from './client.js';
import { findDatabaseUrl, query, ServiceYard } from './service.js';

jest.setTimeout(90_000);

let yard: ServiceYard;
let client: Client;
let url: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  const service = await yard.start(yard.dataDir('data'), { DATABASE_POOL_SIZE: '4' });
  client = new Client(service.address, await service.firstToken());
  url = await findDatabaseUrl(service.dataDir);
});
afterAll(() => yard.clean());

const post = (code: string, what: string, body: unknown) =>
  client.send<SiteDetail & { detail: string }>('POST', `/api/v1/sites/${code}/${what}`, body);
const file = (...rows: string[]) => ['站点,监测时间,PM2.5,PM10', ...rows, ''].join('\n');
const valuesOf = async (site: string) =>
  (await client.readings({ site, indicator: 'pm25' })).map(({ time, value }) => [time.slice(0, 10), value]);

describe('names with dates', () => {
  beforeAll(async () => {
    await client.createSite('names-a', '名称甲', 'air-station');
    await client.createSite('names-b', '名称乙', 'air-station');
    await post('names-a', 'names', { name: '城关站', to: '2024-05-02', document: '文1' });
    await post('names-b', 'names', { name: '城关站', from: '2024-05-02', document: '文1' });
  });

  test('rows of one file find each site in its time', async () => {
    const { status } = await client.upload(
      file('城关站,2024-05-01 08:00,10,50', '城关站,2024-05-02 08:00,20,50'),
    );
    expect(status).toBe(201);
    expect(await valuesOf('names-a')).toEqual([['2024-05-01', 10]]);
    expect(await valuesOf('names-b')).toEqual([['2024-05-02', 20]]);
  });

  test('where two bear a name at a time, the fault names both with their dates, in both languages', async () => {
    await post('names-a', 'names', { name: '两用站', to: '2024-06-01' });
    const later = await post('names-b', 'names', { name: '两用站', from: '2024-05-15' });
    const rows = file('两用站,2024-05-20 08:00,10,50', '两用站,2024-06-20 08:00,10,50');
    const zh = await client.upload(rows);
    expect(zh.body.report?.faults).toMatchObject([{ line: 2, code: 'site-ambiguous' }]);
    expect(zh.body.report?.faults[0]?.message).toContain(
      '名称甲（编码 names-a，至 2024-05-31）、名称乙（编码 names-b，2024-05-15 起）',
    );
    const en = await client.in('en').upload(rows);
    expect(en.body.report?.faults[0]?.message).toContain(
      '名称甲 (code names-a, until 2024-05-31), 名称乙 (code names-b, from 2024-05-15)',
    );
    // A correction of the dates makes it clear, and loses nothing.
    const wrong = later.body.names.find(({ name }) => name === '两用站');
    const mended = await post('names-b', 'names', {
      name: '两用站',
      from: '2024-06-01',
      replaces: wrong?.id,
      reason: '日期写错',
    });
    expect(mended.status).toBe(201);
    expect(mended.body.names.filter(({ name }) => name === '两用站')).toMatchObject([
      { from: '2024-05-15', withdrawn: { reason: '日期写错' } },
      { from: '2024-06-01', replaces: wrong?.id, withdrawn: null },
    ]);
    expect((await client.upload(rows, { dryRun: 'true' })).body.rows).toMatchObject({ new: 2 });
  });

  test('a withdrawn name no longer counts', async () => {
    const { body } = await post('names-a', 'names', { name: '撤回站' });
    expect(
      (await client.upload(file('撤回站,2024-07-01 08:00,1,5'), { dryRun: 'true' })).body.faults,
    ).toEqual([]);
    const id = body.names.find(({ name }) => name === '撤回站')?.id;
    expect((await post('names-a', 'withdrawals', { id, reason: '不是它' })).status).toBe(200);
    const tried = await client.upload(file('撤回站,2024-07-01 08:00,1,5'), { dryRun: 'true' });
    expect(tried.body.faults).toMatchObject([{ code: 'site-unknown' }]);
    expect((await post('names-b', 'withdrawals', { id, reason: '别人的' })).status).toBe(404);
  });

  test('a new official name is shown, the former one still understood, and the states are kept', async () => {
    await client.createSite('names-c', '旧名站', 'air-station');
    const { body } = await post('names-c', 'names', { name: '新名站', official: true, from: '2024-01-01' });
    expect(body).toMatchObject({ name: '新名站', aliases: ['旧名站'] });
    expect(body.states.map(({ change, name }) => [change, name])).toEqual([
      ['created', '旧名站'],
      ['changed', '新名站'],
    ]);
    await client.upload(file('旧名站,2024-05-01 08:00,7,50'));
    expect(await valuesOf('names-c')).toEqual([['2024-05-01', 7]]);
  });
});

test('a merged site: readings before stay, its names lead to the successor from the day on, and that is said', async () => {
  await client.createSite('merge-a', '并前站', 'air-station');
  await client.createSite('merge-b', '并后站', 'air-station');
  const merged = await post('merge-a', 'merges', { from: '2024-05-02', into: 'merge-b', document: '文2' });
  expect(merged.body.merges).toMatchObject([{ into: 'merge-b', from: '2024-05-02', document: '文2' }]);
  const { body } = await client.upload(
    file('并前站,2024-05-01 08:00,10,50', '并前站,2024-05-02 08:00,20,50'),
  );
  expect(body.notices).toEqual([
    '“并前站”自 2024-05-02 起并入并后站（编码 merge-b），此后的数据记在后者名下',
  ]);
  expect(await valuesOf('merge-a')).toEqual([['2024-05-01', 10]]);
  expect(await valuesOf('merge-b')).toEqual([['2024-05-02', 20]]);
  const wide = 'date,hour,type,merge-a\n20240501,9,PM2.5,11\n20240502,9,PM2.5,21\n';
  expect((await client.upload(wide)).status).toBe(201);
  expect((await valuesOf('merge-b')).map(([, value]) => value)).toEqual([20, 21]);
  expect((await post('merge-a', 'merges', { from: '2025-01-01', into: 'merge-b' })).status).toBe(409);
  expect((await post('merge-b', 'merges', { from: '2025-01-01', into: 'merge-a' })).status).toBe(409);
  expect((await client.get<SiteDetail>('/api/v1/sites/merge-b')).body.mergedFrom).toEqual(['merge-a']);
});

test('moves and instruments are recorded with who, audited, and refused where they make no sense', async () => {
  await client.createSite('past', '沿革站', 'air-station');
  await post('past', 'moves', { longitude: 105.91, latitude: 36.98 });
  await post('past', 'moves', {
    from: '2022-03-01',
    longitude: 105.92,
    latitude: 36.99,
    document: '迁建批复',
  });
  const { body } = await post('past', 'instruments', {
    from: '2023-01-01',
    indicators: ['pm25', 'pm10'],
    model: 'BAM-1020',
    method: 'β射线',
  });
  expect(body.moves).toMatchObject([
    { from: null, longitude: '105.91' },
    { from: '2022-03-01', latitude: '36.99', document: '迁建批复' },
  ]);
  expect(body.instruments).toMatchObject([{ indicators: ['pm25', 'pm10'], model: 'BAM-1020' }]);
  expect(body.moves[0]?.recordedBy).not.toBe('');
  expect((await post('past', 'instruments', { from: '2023-01-01', indicators: ['nope'] })).status).toBe(404);
  expect((await post('past', 'moves', { longitude: 190, latitude: 0 })).status).toBe(400);
  expect((await post('past', 'names', { name: 'x', from: '2024-01-01', to: '2024-01-01' })).status).toBe(400);
  expect((await post('nowhere', 'moves', { longitude: 1, latitude: 1 })).status).toBe(404);
  const audit = await client.get<{ items: AuditEntry[] }>('/api/v1/audit?action=site-move-recorded');
  expect(audit.body.items.map(({ subject }) => subject)).toEqual(['site past', 'site past']);
});

describe('sites that an upload creates', () => {
  const rows = file(
    '新空气站,2024-05-01 08:00,10,50',
    '1999A,2024-05-01 08:00,11,50',
    '新空气站,2024-05-01 09:00,12,50',
  );
  const sitesOf = async (names: string[]) =>
    query<{ code: string; name: string; kind: string; placeholder: boolean }>(
      url,
      'select code, name, kind, placeholder from sites where name = any ($1) order by name',
      [names],
    );

  test('not without the option; listed by a trial run that makes none; made with the upload', async () => {
    expect((await client.upload(rows)).body.report?.faults).toHaveLength(3);
    const tried = await client.upload(rows, { createSites: 'true', dryRun: 'true' });
    expect(tried.body.createdSites).toMatchObject([
      { name: '新空气站', kind: 'air-station' },
      { code: '1999A', name: '1999A', kind: 'air-station' },
    ]);
    expect(await sitesOf(['新空气站', '1999A'])).toEqual([]);
    const { status, body } = await client.upload(rows, { createSites: 'true' });
    expect(status).toBe(201);
    expect(body.createdSites).toHaveLength(2);
    expect(await sitesOf(['新空气站', '1999A'])).toMatchObject([
      { code: '1999A', kind: 'air-station', placeholder: true },
      { name: '新空气站', kind: 'air-station', placeholder: true },
    ]);
    expect(await valuesOf('1999A')).toEqual([['2024-05-01', 11]]);
    const audit = await client.get<{ items: AuditEntry[] }>('/api/v1/audit?action=site-created&limit=2');
    expect(audit.body.items.map(({ details }) => details['name']).sort()).toEqual(['1999A', '新空气站']);
    expect((await client.upload(rows, { createSites: 'true' })).body).toMatchObject({
      createdSites: [],
      rows: { new: 0, unchanged: 3 },
    });
  });

  test('kinds follow from the medium', async () => {
    const water =
      '断面名称,监测时间,高锰酸盐指数,氨氮\n新断面,2024-05-01 08:00,3,0.2\n新水库,2024-05-01 08:00,3,0.2\n';
    expect((await client.upload(water, { createSites: 'true' })).status).toBe(201);
    const rates = '乡镇,年度,秸秆综合利用率\n新河镇,2024,88\n';
    expect((await client.upload(rates, { createSites: 'true' })).status).toBe(201);
    expect(await sitesOf(['新断面', '新水库', '新河镇'])).toMatchObject([
      { name: '新断面', kind: 'river-section' },
      { name: '新水库', kind: 'lake-section' },
      { name: '新河镇', kind: 'township' },
    ]);
  });

  test('totals and the like are faults, and a refused file leaves none', async () => {
    const refused = await client.upload(
      file('遗留站,2024-05-01 08:00,10,50', '合计,2024-05-01 08:00,10,50'),
      { createSites: 'true' },
    );
    expect(refused.status).toBe(422);
    expect(refused.body.report).toMatchObject({
      createdSites: [],
      faults: [{ line: 3, code: 'site-name-implausible' }],
    });
    expect(await sitesOf(['遗留站', '合计'])).toEqual([]);
  });

  test('two at once make a site only once', async () => {
    const one = file('同时站,2024-05-01 08:00,10,50');
    const answers = await Promise.all([1, 2, 3].map(() => client.upload(one, { createSites: 'true' })));
    expect(answers.map(({ body }) => body.createdSites.length).sort()).toEqual([0, 0, 1]);
    expect(await sitesOf(['同时站'])).toHaveLength(1);
  });
});

test('a crash before the commit leaves no created site', async () => {
  const dataDir = yard.dataDir('crash');
  const first = await yard.start(dataDir, { FAULT_POINT: 'before-commit:service' });
  const crashing = new Client(first.address, await first.firstToken());
  await crashing.upload(file('崩溃站,2024-05-01 08:00,10,50'), { createSites: 'true' }).then(
    () => Promise.reject(new Error('it answered')),
    () => undefined,
  );
  const again = await yard.start(dataDir);
  const rows = await query(await findDatabaseUrl(again.dataDir), `select from sites where name = '崩溃站'`);
  expect(rows).toHaveLength(0);
});
