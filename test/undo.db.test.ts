import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { HistoryEntry } from '../src/http/services/history.js';
import type { LaterChangeView, UndoAnswer } from '../src/http/services/undo.js';
import type { AuditEntry, UploadReport } from '../src/http/services.js';
import { Client, type Answer, type Problem } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let url: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'));
  client = new Client(service.address, await service.firstToken());
  url = await findDatabaseUrl(service.dataDir);
});
afterAll(() => yard.clean());

type UndoReply = Answer<UndoAnswer & Problem & { changedLater: { total: number; items: LaterChangeView[] } }>;

const undo = (id: string | null, body: object, by: Client = client): Promise<UndoReply> =>
  by.send('POST', `/api/v1/uploads/${id}/undo`, { reason: '传错了文件', ...body });

async function newStation(code: string): Promise<string> {
  await client.createSite(code, `撤销站${code}`, 'air-station');
  return code;
}

/** A token of its own, and the client that uses it. */
async function someone(name: string, office: string, role: string): Promise<Client> {
  const answer = await client.send<{ token: string }>('POST', '/api/v1/tokens', {
    name,
    office,
    role,
    expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
  });
  expect(answer.status).toBe(201);
  return new Client(service.address, answer.body.token);
}

/** An hourly file of one day; each row PM2.5, PM10 and level as texts. */
function hours(site: string, rows: readonly (readonly [string, string, string])[]): string {
  const lines = rows.map((cells, index) => {
    const hour = String(index + 1).padStart(2, '0');
    return `${site},2024-05-01 ${hour}:00,${cells.join(',')}`;
  });
  return ['站点,监测时间,PM2.5,PM10,空气质量等级', ...lines, ''].join('\n');
}

const day = (pm25: number): (readonly [string, string, string])[] =>
  Array.from({ length: 24 }, () => [String(pm25), '80', '优'] as const);

interface Stored {
  readonly rows: number;
  readonly pm25: string;
  readonly texts: string;
  readonly flags: number;
  readonly origins: number;
  readonly latest: Date | null;
  readonly day: string | null;
}

async function stored(site: string): Promise<Stored> {
  const [found] = await query<Stored & Record<string, unknown>>(
    url,
    `with s as (select id from sites where code = $1)
     select (select count(*) from air_hour, s where site_id = s.id)::integer as rows,
            (select coalesce(string_agg(coalesce(pm25::text, '-'), ',' order by ts), '') from air_hour, s
              where site_id = s.id) as pm25,
            (select coalesce(string_agg(value, '' order by ts), '') from published_texts, s where site_id = s.id) as texts,
            (select count(*) from value_flags, s where site_id = s.id)::integer as flags,
            (select count(*) from value_origins, s where site_id = s.id)::integer as origins,
            (select max(ts) from latest_rows, s where site_id = s.id) as latest,
            (select round(pm25, 3)::text from air_site_days, s where site_id = s.id and day = '2024-05-01') as day`,
    [site],
  );
  return found!;
}

describe('an upload of new values', () => {
  test('is taken back wholly, with its figures, once only; afterwards the file can be stored anew', async () => {
    const site = await newStation('fresh');
    const before = await stored(site);
    const file = hours(site, day(30));
    const { body: upload } = await client.upload(file, {}, '五月.csv');
    expect(await stored(site)).toMatchObject({ rows: 24, day: '30.000' });

    const tried = await undo(upload.id, { dryRun: true });
    expect(tried).toMatchObject({ status: 200, body: { status: 'dry-run', values: { removed: 72 } } });
    expect(tried.body.impact).toEqual(expect.any(Array));
    expect(await stored(site)).toMatchObject({ rows: 24, day: '30.000' });

    const done = await undo(upload.id, {});
    expect(done).toMatchObject({
      status: 200,
      body: {
        status: 'undone',
        reason: '传错了文件',
        undoneBy: '首个管理员（系统）',
        values: { removed: 72, restored: 0, kept: 0 },
        rowsRemoved: 48,
        changedLater: { total: 0, items: [] },
        recomputed: true,
      },
    });
    expect(await stored(site)).toEqual(before);

    const again = await undo(upload.id, {});
    expect(again).toMatchObject({ status: 409, body: { code: 'already-undone' } });
    expect(again.body.detail).toContain('首个管理员');
    const shown = await client.get<UploadReport>(`/api/v1/uploads/${upload.id}`);
    expect(shown.body).toMatchObject({
      status: 'committed',
      undone: { by: '首个管理员（系统）', reason: '传错了文件' },
    });
    const audit = await client.get<{ items: AuditEntry[] }>('/api/v1/audit?action=upload-undone&limit=1');
    expect(audit.body.items[0]).toMatchObject({
      subject: `upload ${upload.id}`,
      details: { reason: '传错了文件', values: { removed: 72 } },
    });

    const second = await client.upload(file);
    expect(second).toMatchObject({ status: 201, body: { rows: { new: 24, unchanged: 0 } } });
    expect(await stored(site)).toMatchObject({ rows: 24, day: '30.000' });
  });
});

test('a correction is taken back: values, texts, flags, origins and figures are what they were', async () => {
  const site = await newStation('corrected');
  const first = await client.upload(hours(site, [...day(30).slice(0, 23), ['30', '', '优']]));
  const before = await stored(site);
  const origins = await client.readings({ site });
  const correction = day(60).map(
    ([pm25, , level], index) => [pm25, index === 23 ? '90' : '', level] as const,
  );
  const second = await client.upload(hours(site, correction).replaceAll('优', '良'), { overwrite: 'true' });
  expect(await stored(site)).toMatchObject({ day: '60.000', texts: '良'.repeat(24) });
  expect(await undo(second.body.id, {})).toMatchObject({
    status: 200,
    body: { values: { removed: 1, restored: 48, kept: 0 }, rowsRemoved: 0 },
  });
  expect(await stored(site)).toEqual(before);
  expect(await client.readings({ site })).toEqual(origins);
  // The first is whole again, and can be undone in its turn.
  expect(await undo(first.body.id, {})).toMatchObject({ status: 200, body: { rowsRemoved: 48 } });
  expect(await stored(site)).toMatchObject({ rows: 0, texts: '', origins: 0, latest: null, day: null });
});

describe('later changes', () => {
  test('refuse the undo with the list; confirmed, they stay and the rest is taken back', async () => {
    const site = await newStation('later');
    const first = await client.upload(hours(site, [['10', '80', '优'], ['11', '80', '优']])); // prettier-ignore
    const second = await client.upload(hours(site, [['12', '', '']]), { overwrite: 'true', reason: '复核' });
    const refused = await undo(first.body.id, {});
    expect(refused).toMatchObject({
      status: 409,
      body: {
        code: 'undo-conflict',
        changedLater: {
          total: 1,
          items: [
            {
              kind: 'value',
              family: 'air_hour',
              site,
              time: '2024-05-01T00:00:00+08:00',
              indicator: 'pm25',
              given: '10',
              stored: '12',
              origin: `upload ${second.body.id}`,
              by: '首个管理员（系统）',
            },
          ],
        },
      },
    });
    expect(await stored(site)).toMatchObject({ rows: 2, pm25: '12,11' });
    const done = await undo(first.body.id, { confirm: true });
    expect(done).toMatchObject({ status: 200, body: { values: { removed: 5, kept: 1 }, rowsRemoved: 3 } });
    expect(done.body.notices[0]).toContain('保持现状');
    expect(await stored(site)).toMatchObject({ rows: 1, pm25: '12', texts: '' });
    // What the later one had replaced came from an undone upload: it does not come back.
    expect(await undo(second.body.id, {})).toMatchObject({
      status: 200,
      body: { values: { removed: 1, restored: 0 } },
    });
    expect(await stored(site)).toMatchObject({ rows: 0 });
  });

  test('a file that only repeated the values is named', async () => {
    const site = await newStation('repeating');
    const first = await client.upload(hours(site, [['10', '80', '优']]));
    const second = await client.upload(hours(site, [['10', '80', '优']]));
    const { body } = await undo(first.body.id, {});
    expect(body.notices).toEqual([expect.stringContaining(`：${second.body.id}`)]);
  });
});

test('figures of a period go back, and are removed; a later one stays', async () => {
  const file = (value: string) => `年度,指标,数值\n2018,森林覆盖率,${value}\n`;
  const figures = () =>
    query<{ value: string }>(
      url,
      `select value::float8::text as value from period_reports
        where indicator = 'forest_coverage_rate' and period_start = '2018-01-01'`,
    );
  const first = await client.upload(file('50'));
  const second = await client.upload(file('51'), { overwrite: 'true' });
  expect(await undo(first.body.id, {})).toMatchObject({
    status: 409,
    body: { changedLater: { total: 1, items: [{ kind: 'report', given: '50', stored: '51' }] } },
  });
  expect(await undo(second.body.id, {})).toMatchObject({ status: 200, body: { reports: { restored: 1 } } });
  expect(await figures()).toEqual([{ value: '50' }]);
  expect(await undo(first.body.id, {})).toMatchObject({ status: 200, body: { reports: { removed: 1 } } });
  expect(await figures()).toEqual([]);
  const third = await client.upload(file('52'));
  expect(third).toMatchObject({ status: 201, body: { rows: { new: 1 } } });
  expect(await figures()).toEqual([{ value: '52' }]);
});

test('flags: below detection comes back with its value; a later mark of a reviewer holds the undo up', async () => {
  await client.createSite('undo-water', '撤销断面', 'river-section');
  const file = (hg: string) => `断面,监测时间,汞,氨氮\nundo-water,2024-05-01 08:00,${hg},0.2\n`;
  const flags = () =>
    query<{ flag: string; raw: string }>(
      url,
      `select flag, raw from value_flags join sites on sites.id = site_id where code = 'undo-water'`,
    );
  const first = await client.upload(file('0.00004L'));
  expect(first.status).toBe(201);
  const limit = [{ flag: 'below-detection', raw: '0.00004L' }];
  expect(await flags()).toEqual(limit);
  const second = await client.upload(file('0.00006'), { overwrite: 'true' });
  expect(await flags()).toEqual([]);
  expect(await undo(second.body.id, {})).toMatchObject({
    status: 200,
    body: { flags: { set: 1, cleared: 0 } },
  });
  expect(await flags()).toEqual(limit);
  await query(
    url,
    `with w as (insert into writes (kind, actor_name, actor_office) values ('manual', '审核员', '监测站') returning id),
          k as (select distinct family, ts, site_id from value_flags join sites on sites.id = site_id where code = 'undo-water'),
          h as (insert into flag_history (family, ts, site_id, indicator, flag, change, reason, write_id)
                select family, ts, site_id, 'nh3n', 'invalid', 'set', '采样瓶破损', w.id from k, w)
     insert into value_flags (family, ts, site_id, indicator, flag, reason, write_id)
     select family, ts, site_id, 'nh3n', 'invalid', '采样瓶破损', w.id from k, w`,
  );
  expect(await undo(first.body.id, {})).toMatchObject({
    status: 409,
    body: {
      changedLater: {
        total: 1,
        items: [{ kind: 'invalid-mark', stored: '采样瓶破损', by: '审核员（监测站）' }],
      },
    },
  });
  expect(await undo(first.body.id, { confirm: true })).toMatchObject({
    status: 200,
    body: { values: { removed: 2 }, flags: { cleared: 2 } },
  });
  expect(await flags()).toEqual([]);
});

test('a row without measurements: published texts are stored, counted, and taken back', async () => {
  const site = await newStation('texts');
  const file = hours(site, [['10', '80', '优'], ['', '', '良']]); // prettier-ignore
  const first = await client.upload(file);
  expect(first).toMatchObject({ status: 201, body: { rows: { read: 2, new: 2 }, values: { new: 2 } } });
  expect(await stored(site)).toMatchObject({ rows: 1, texts: '优良' });
  expect(await client.upload(file)).toMatchObject({ body: { rows: { new: 0, unchanged: 2 } } });
  const other = file.replace('良', '轻度污染');
  expect(await client.upload(other)).toMatchObject({
    status: 409,
    body: { code: 'needs-overwrite', report: { rows: { changed: 1, unchanged: 1 }, values: { changed: 1 } } },
  });
  const second = await client.upload(other, { overwrite: 'true' });
  expect(await stored(site)).toMatchObject({ texts: '优轻度污染' });
  expect(await undo(second.body.id, {})).toMatchObject({ status: 200, body: { values: { restored: 1 } } });
  expect(await stored(site)).toMatchObject({ rows: 1, texts: '优良' });
  expect(await undo(first.body.id, {})).toMatchObject({ status: 200 });
  expect(await stored(site)).toMatchObject({ rows: 0, texts: '' });
});

test('who may: the uploader for own uploads, a reviewer for any; a reason is needed', async () => {
  const site = await newStation('roles');
  const clerk = await someone('李文员', '监测站', 'uploader');
  const renewed = await someone('李文员', '监测站', 'uploader');
  const other = await someone('王文员', '监测站', 'uploader');
  const reviewer = await someone('赵审核', '监测站', 'reviewer');
  const upload = async () => (await clerk.upload(hours(site, [['10', '80', '优']]))).body.id;
  const first = await upload();
  expect(await undo(first, {}, other)).toMatchObject({ status: 403, body: { code: 'undo-not-yours' } });
  expect((await undo(first, { reason: ' ' }, clerk)).status).toBe(400);
  expect((await undo(first, {}, renewed)).status).toBe(200);
  expect((await undo(await upload(), {}, reviewer)).status).toBe(200);
  expect((await undo('999999', {}, clerk)).status).toBe(404);
  const refused = await clerk.upload(hours(site, [['x', '80', '优']]));
  expect(await undo(refused.body.report!.id, {}, clerk)).toMatchObject({
    status: 409,
    body: { code: 'nothing-to-undo' },
  });
});

test('two undos at once: one takes the upload back, the other is told', async () => {
  const site = await newStation('race');
  const { body } = await client.upload(hours(site, day(20)));
  const answers = await Promise.all([undo(body.id, {}), undo(body.id, {})]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  expect(await stored(site)).toMatchObject({ rows: 0 });
});

test('uploads and undos of the same rows at once: no acknowledged value is missing', async () => {
  const site = await newStation('busy');
  for (let round = 0; round < 5; round += 1) {
    const { body } = await client.upload(hours(site, day(20)), { overwrite: 'true' });
    const other = Array.from({ length: 24 }, () => ['', '70', ''] as const);
    const [taken, given] = await Promise.all([
      undo(body.id, { confirm: true }),
      client.upload(hours(site, other), { overwrite: 'true' }),
    ]);
    expect([taken.status, given.status]).toEqual([200, 201]);
    const values = await client.readings({ site });
    expect(values.map(({ indicator, value }) => `${indicator}=${value}`)).toEqual(
      Array.from({ length: 24 }, () => 'pm10=70'),
    );
    expect((await undo(given.body.id, { confirm: true })).status).toBe(200);
    expect(await stored(site)).toMatchObject({ rows: 0, origins: 0, flags: 0 });
  }
});

test('the list is filtered by state, person, time and file name', async () => {
  const site = await newStation('listed');
  const clerk = await someone('Li·测试', '水务局', 'uploader');
  const kept = await clerk.upload(hours(site, [['10', '80', '优']]), {}, '列表_甲%.csv');
  const gone = await clerk.upload(hours(site, [['11', '80', '优']]), { overwrite: 'true' }, '列表_乙.csv');
  const refused = await clerk.upload(hours(site, [['x', '80', '优']]), {}, '列表_丙.csv');
  await undo(gone.body.id, {}, clerk);
  const list = async (filter: Record<string, string>) => {
    const found = await client.get<{ items: UploadReport[] }>(
      `/api/v1/uploads?${new URLSearchParams({ actor: '水务局', ...filter }).toString()}`,
    );
    expect(found.status).toBe(200);
    return found.body.items.map(({ id }) => id);
  };
  const [a, b, c] = [kept.body.id, gone.body.id, refused.body.report!.id];
  expect(await list({})).toEqual([c, b, a]);
  expect(await list({ status: 'undone' })).toEqual([b]);
  expect(await list({ status: 'committed' })).toEqual([a]);
  expect(await list({ status: 'rejected' })).toEqual([c]);
  expect(await list({ actor: 'li·测试（水' })).toEqual([c, b, a]);
  expect(await list({ fileName: '甲%' })).toEqual([a]);
  expect(await list({ fileName: '_' })).toEqual([c, b, a]);
  expect(await list({ fileName: '甲_' })).toEqual([]);
  const uploadedAt = kept.body.uploadedAt;
  expect(await list({ from: '2199-01-01' })).toEqual([]);
  expect(await list({ to: uploadedAt.slice(0, 10) })).toEqual([]);
  expect(await list({ from: uploadedAt.slice(0, 10) })).toEqual([c, b, a]);
});

test('the history of a value: every value it had, who, when, why, and by which upload', async () => {
  const site = await newStation('history');
  const file = (pm25: string) => hours(site, [[pm25, '80', '']]);
  const first = await client.upload(file('10'));
  const second = await client.upload(file('12'), { overwrite: 'true', reason: '校准' });
  await undo(second.body.id, { reason: '校准有误' });
  await undo(first.body.id, {});
  const third = await client.upload(file('13'));
  const path = `family=air_hour&site=${site}&indicator=pm25&time=2024-05-01T00:00:00%2B08:00`;
  const { status, body } = await client.get<{ current: unknown[]; items: HistoryEntry[] }>(
    `/api/v1/readings/history?${path}`,
  );
  expect(status).toBe(200);
  expect(body.current).toEqual([{ span: null, value: '13', origin: `upload ${third.body.id}` }]);
  expect(
    body.items.map(({ change, before, value, kind, uploadId, reason }) => [
      change,
      before,
      value,
      kind,
      uploadId,
      reason,
    ]),
  ).toEqual([
    ['set', null, '10', 'upload', first.body.id, ''],
    ['replaced', '10', '12', 'upload', second.body.id, '校准'],
    ['replaced', '12', '10', 'undo', second.body.id, '校准有误'],
    ['removed', '10', null, 'undo', first.body.id, '传错了文件'],
    ['set', null, '13', 'upload', third.body.id, ''],
  ]);
  expect((await client.get(`/api/v1/readings/history?${path.replace(site, 'nowhere')}`)).status).toBe(404);
});
