import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { AuditEntry, UploadReport } from '../src/http/services.js';
import { Client, countFaults } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(60_000);

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

/** A station of its own for one test; its code is its name too. */
async function newStation(code: string): Promise<string> {
  await client.createSite(code, `试验站${code}`, 'air-station');
  return code;
}

/** An hourly file: `values` are PM2.5 and PM10 of the hours that end at 01:00, 02:00 … */
function hours(
  site: string,
  values: readonly (readonly [pm25: number | string, pm10: number | string])[],
): string {
  const rows = values.map(
    ([pm25, pm10], index) => `${site},2024-05-01 ${String(index + 1).padStart(2, '0')}:00,${pm25},${pm10}`,
  );
  return ['站点,监测时间,PM2.5,PM10', ...rows, ''].join('\n');
}

async function pm25Of(site: string): Promise<(number | null)[]> {
  return (await client.readings({ site, indicator: 'pm25' })).map(({ value }) => value);
}

async function countOf(table: 'uploads' | 'writes' | 'revisions' | 'audit_log'): Promise<number> {
  const rows = await query<{ n: number }>(url, `select count(*)::integer as n from ${table}`);
  return rows[0]!.n;
}

describe('the four kinds of rows', () => {
  test('new, unchanged, changed and rejected rows are told apart and counted', async () => {
    const site = await newStation('kinds');
    await client.upload(hours(site, [[10, 50], [20, 50]])); // prettier-ignore
    const file = hours(site, [[10, 50], [21, 50], ['二十', 50], [40, 50]]); // prettier-ignore
    const options = { onError: 'skip-rows', overwrite: 'true', reason: '复核' };
    const { status, body } = await client.upload(file, options);
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'committed',
      layout: 'wide',
      interval: 'hour',
      rows: { read: 4, new: 1, unchanged: 1, changed: 1, rejected: 1, duplicate: 0 },
      values: { new: 2, unchanged: 3, changed: 1 },
      firstTime: '2024-05-01T00:00:00+08:00',
      lastTime: '2024-05-01T03:00:00+08:00',
      faultCount: 1,
      changes: [{ line: 3, indicator: 'pm25', stored: '20', file: '21', time: '2024-05-01T01:00:00+08:00' }],
    });
    expect(await pm25Of(site)).toEqual([10, 21, 40]);
  });

  test('the same file twice changes nothing and says so', async () => {
    const site = await newStation('twice');
    const file = hours(site, [[10, 50], [20, 50]]); // prettier-ignore
    const first = await client.upload(file);
    expect(first).toMatchObject({ status: 201, body: { rows: { new: 2 }, notices: [] } });
    expect(first.headers.get('location')).toBe(`/api/v1/uploads/${first.body.id}`);
    const before = await query(
      url,
      'select * from air_hour join sites on id = site_id where code = $1 order by ts',
      [site],
    );
    const revisions = await countOf('revisions');
    const second = await client.upload(file);
    expect(second).toMatchObject({
      status: 201,
      body: {
        rows: { read: 2, new: 0, unchanged: 2, changed: 0, rejected: 0 },
        values: { new: 0, unchanged: 4, changed: 0 },
        notices: ['文件内容与已入库数据完全一致，没有任何改动'],
      },
    });
    expect(second.body.sha256).toBe(first.body.sha256);
    expect(await countOf('revisions')).toBe(revisions);
    // Not even the write behind a value changes.
    expect(
      await query(url, 'select * from air_hour join sites on id = site_id where code = $1 order by ts', [
        site,
      ]),
    ).toEqual(before);
  });
});

describe('changed values', () => {
  test('without overwrite: 409 with the changes, nothing stored', async () => {
    const site = await newStation('changed');
    await client.upload(hours(site, [[10, 50]]));
    const counts = [await countOf('uploads'), await countOf('writes'), await countOf('audit_log')];
    const { status, body } = await client.upload(hours(site, [[11, 55], [20, 60]])); // prettier-ignore
    expect(status).toBe(409);
    expect(body).toMatchObject({
      code: 'needs-overwrite',
      detail: '文件与已入库的 2 个数值不同，没有写入任何数据',
    });
    const place = { line: 2, site: `试验站${site}`, time: '2024-05-01T00:00:00+08:00' };
    expect(body.report?.changes).toEqual([
      { ...place, indicator: 'pm10', stored: '50', file: '55' },
      { ...place, indicator: 'pm25', stored: '10', file: '11' },
    ]);
    expect(await pm25Of(site)).toEqual([10]);
    expect([await countOf('uploads'), await countOf('writes'), await countOf('audit_log')]).toEqual(counts);
  });

  test('with overwrite and a reason: the old value stays with who, when and why', async () => {
    const site = await newStation('revised');
    const first = await client.upload(hours(site, [[10, 50]]));
    const second = await client.upload(hours(site, [[12, 50]]), {
      overwrite: 'true',
      reason: '仪器校准后更正',
    });
    expect(second).toMatchObject({ status: 201, body: { values: { changed: 1, unchanged: 1 } } });
    expect(await pm25Of(site)).toEqual([12]);
    const revisions = await query(
      url,
      `select r.indicator, r.old_value, r.new_value, o.upload_id as old_upload, n.upload_id as new_upload,
              n.actor_name, n.actor_office, n.reason, n.at > now() - interval '10 minutes' as recent
         from revisions r join sites on sites.id = r.site_id
         join writes o on o.id = r.old_write_id join writes n on n.id = r.new_write_id where sites.code = $1`,
      [site],
    );
    expect(revisions).toEqual([
      {
        indicator: 'pm25',
        old_value: '10',
        new_value: '12',
        old_upload: first.body.id,
        new_upload: second.body.id,
        actor_name: '首个管理员',
        actor_office: '系统',
        reason: '仪器校准后更正',
        recent: true,
      },
    ]);
    // PM10 was given again as it was: it keeps its first origin.
    const origins = await client.readings({ site });
    expect(origins.map(({ indicator, origin }) => [indicator, origin])).toEqual([
      ['pm10', `upload ${first.body.id}`],
      ['pm25', `upload ${second.body.id}`],
    ]);
  });
});

test('a trial run reports the same and stores nothing', async () => {
  const site = await newStation('trial');
  const file = hours(site, [[10, 50], ['x', 50]]); // prettier-ignore
  const counts = [await countOf('uploads'), await countOf('writes'), await countOf('audit_log')];
  const { status, body } = await client.upload(file, { dryRun: 'true', onError: 'skip-rows' });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    id: null,
    status: 'dry-run',
    rows: { read: 2, new: 1, rejected: 1 },
    faultCount: 1,
  });
  expect(await pm25Of(site)).toEqual([]);
  expect([await countOf('uploads'), await countOf('writes'), await countOf('audit_log')]).toEqual(counts);
});

describe('faulty rows', () => {
  const lines = [
    '站点,监测时间,PM2.5,PM10',
    'faulty,2024-05-01 01:00,35,70',
    'faulty,2024-05-01 02:00,三十,70',
    '无此站,2024-05-01 03:00,35,70',
    'faulty,2024-13-01 04:00,35,70',
    'faulty,2024-05-01 05:00,-70,70',
    'faulty,2024-05-01 06:00,"12,5",70',
    'faulty,2024-05-01 07:00,35',
    'faulty,2024-05-01 08:00,36,71',
  ];
  const file = lines.join('\r\n');
  const codes = [
    [3, 'PM2.5', '三十', 'number-unreadable'],
    [4, '站点', '无此站', 'site-unknown'],
    [5, '监测时间', '2024-13-01 04:00', 'time-impossible'],
    [6, 'PM2.5', '-70', 'value-impossible'],
    [7, 'PM2.5', '12,5', 'number-comma'],
    [8, '', 'faulty,2024-05-01 07:00,35', 'cell-count'],
  ];
  beforeAll(() => newStation('faulty'));

  test.each([
    ['zh', /^“PM2\.5”里的“三十”不是数字$/, /^只写数字；没有数据就留空/, '文件有 6 处问题，没有写入任何数据'],
    [
      'en',
      /^"三十" in "PM2\.5" is not a number$/,
      /^Write a number only/,
      'The file has 6 faults; nothing was stored',
    ],
  ])('the file is refused with every fault, in %s', async (language, message, mend, detail) => {
    const { status, body, headers } = await client.in(language).upload(file);
    expect(status).toBe(422);
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(body).toMatchObject({ code: 'upload-rejected', detail });
    const faults = body.report?.faults ?? [];
    expect(faults.map(({ line, column, value, code }) => [line, column, value, code])).toEqual(codes);
    expect(faults[0]?.message).toMatch(message);
    expect(faults[0]?.mend).toMatch(mend);
    for (const fault of faults) {
      expect(fault.message + fault.mend).not.toMatch(/\{\w+\}/);
      const words = fault.message.replaceAll(fault.value, '').replaceAll(fault.column || '-', '');
      expect(/\p{Script=Han}/u.test(words)).toBe(language === 'zh');
      expect(fault.mend).not.toBe('');
    }
    expect(body.report).toMatchObject({ status: 'rejected', faultCount: 6, rows: { read: 8, rejected: 6 } });
    // The refusal is recorded with its report, the values are not.
    const recorded = await client.in(language).get<UploadReport>(`/api/v1/uploads/${body.report?.id}`);
    expect(recorded.body.faults).toEqual(faults);
    expect(await pm25Of('faulty')).toEqual([]);
  });

  test('onError=skip-rows with no sound row at all is a refusal, not an empty success', async () => {
    const answer = await client.upload('站点,监测时间,PM2.5\nnowhere,2024-05-01 01:00,3\n', {
      onError: 'skip-rows',
    });
    expect(answer.status).toBe(422);
    expect(answer.body.report).toMatchObject({ status: 'rejected', rows: { read: 1, rejected: 1 } });
    expect(answer.body.report?.notices).toContain('1 个点位没有登记：nowhere');
  });

  test('onError=skip-rows keeps the sound rows and still lists the faults', async () => {
    const { status, body } = await client.upload(file, { onError: 'skip-rows' });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      status: 'committed',
      rows: { read: 8, new: 2, rejected: 6 },
      faultCount: 6,
    });
    expect(body.faults.map(({ line, code }) => [line, code])).toEqual(
      codes.map(([line, , , code]) => [line, code]),
    );
    expect(await pm25Of('faulty')).toEqual([35, 36]);
  });
});

describe('rows of one site and time', () => {
  test('identical rows are stored once, contradicting ones are faults of all their lines', async () => {
    const site = await newStation('repeated');
    // Index, level and pollutant go into tables of their own: a line is counted and named once all the same.
    const file = [
      '站点,监测时间,PM2.5,PM10,AQI,空气质量等级,首要污染物',
      `${site},2024-05-01 01:00,30,60,55,良,PM10`,
      `${site},2024-05-01 01:00,30,60,55,良,PM10`,
      `${site},2024-05-01 02:00,31,60,55,良,PM10`,
      `${site},2024-05-01 02:00,32,70,60,优,PM2.5`,
    ].join('\n');
    const refused = await client.upload(file);
    expect(refused.status).toBe(422);
    expect(countFaults(refused.body.report)).toEqual({ 'duplicate-different': 2 });
    expect(refused.body.report?.faults[0]?.message).toContain('第 4、5 行');
    const kept = await client.upload(file, { onError: 'skip-rows' });
    expect(kept).toMatchObject({
      status: 201,
      body: {
        rows: { read: 4, new: 1, rejected: 2, duplicate: 1 },
        notices: ['1 行与前面的行完全相同，只保存一次'],
      },
    });
    expect(await pm25Of(site)).toEqual([30]);
  });

  test('rows that complete each other are merged, in one file and over files', async () => {
    const site = await newStation('partial');
    await client.upload(hours(site, [[30, ''], ['', 61]])); // prettier-ignore
    const { body } = await client.upload(hours(site, [['', 60], [31, '']])); // prettier-ignore
    expect(body).toMatchObject({ status: 'committed', values: { new: 2, changed: 0 } });
    const file = [
      '站点,监测时间,PM2.5,PM10',
      `${site},2024-05-01 03:00,32,`,
      `${site},2024-05-01 03:00,,62`,
    ].join('\n');
    expect(await client.upload(file)).toMatchObject({ status: 201, body: { values: { new: 2 } } });
    const values = (await client.readings({ site })).map(({ indicator, value }) => `${indicator}=${value}`);
    expect(values).toEqual(['pm10=60', 'pm25=30', 'pm10=61', 'pm25=31', 'pm10=62', 'pm25=32']);
  });
});

describe('several uploads at once', () => {
  test('overlapping files: every one is answered, each value is stored once', async () => {
    const site = await newStation('overlap');
    const rows = Array.from({ length: 24 }, (_, index) => [index + 1, 100] as const);
    const all = hours(site, rows);
    const half = hours(site, rows.slice(0, 12));
    const answers = await Promise.all([all, half, all, half].map((file) => client.upload(file)));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
    expect(await pm25Of(site)).toEqual(rows.map(([pm25]) => pm25));
    const revisions = await query(
      url,
      'select from revisions r join sites s on s.id = r.site_id where s.code = $1',
      [site],
    );
    expect(revisions).toHaveLength(0);
  });

  test('contradicting files: one prevails, the others are told of the difference', async () => {
    const site = await newStation('contest');
    const files = [1, 2, 3].map((value) =>
      hours(
        site,
        Array.from({ length: 24 }, () => [value, 100] as const),
      ),
    );
    const answers = await Promise.all(files.map((file) => client.upload(file)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.report?.changes.length)).toEqual([24, 24]);
    expect(refused.map(({ body }) => body.report?.values.changed)).toEqual([24, 24]);
    const winner = answers.findIndex(({ status }) => status === 201) + 1;
    expect(new Set(await pm25Of(site))).toEqual(new Set([winner]));
  });

  test('contradicting figures of a period: one prevails, the others are told of the difference', async () => {
    const file = (value: number) => `年度,指标,数值\n2019,森林覆盖率,${value}\n`;
    const answers = await Promise.all([11, 12, 13].map((value) => client.upload(file(value))));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ body }) => body.report?.values.changed)).toEqual([1, 1]);
    const winner = 11 + answers.findIndex(({ status }) => status === 201);
    const stored = await query(
      url,
      `select value::float8 from period_reports where indicator = 'forest_coverage_rate'`,
    );
    expect(stored).toEqual([{ value: winner }]);
    expect(await query(url, 'select from period_report_revisions')).toHaveLength(0);
  });

  test('more uploads than database connections, each into years of its own', async () => {
    const sites = await Promise.all(Array.from({ length: 12 }, (_, index) => newStation(`crowd-${index}`)));
    const answers = await Promise.all(
      sites.map((site, index) =>
        client.upload(hours(site, [[index, 100]]).replace('2024', String(1991 + index))),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(sites.map(() => 201));
  });
});

test('the file is kept by its hash, its name is only a label', async () => {
  const site = await newStation('names');
  const names = [
    '../../../etc/passwd.csv',
    '..\\..\\windows\\win.csv',
    '/etc/cron.d/x.csv',
    'ab\u202egpj.csv',
    '三月数据.csv',
    '..',
  ];
  const labels: string[] = [];
  for (const [index, name] of names.entries()) {
    const file = hours(site, [[index + 1, 50]]);
    const { status, body } = await client.upload(file, { overwrite: 'true' }, name);
    expect(status).toBe(201);
    labels.push(body.fileName);
    const hash = createHash('sha256').update(file).digest('hex');
    expect(body.sha256).toBe(hash);
    expect(await readFile(join(service.dataDir, 'uploads', hash.slice(0, 2), hash), 'utf8')).toBe(file);
  }
  expect(labels).toEqual(['passwd.csv', 'win.csv', 'x.csv', 'abgpj.csv', '三月数据.csv', '未命名']);
  const kept = await readdir(join(service.dataDir, 'uploads'), { recursive: true });
  expect(kept.every((path) => /^([0-9a-f]{2}(\/[0-9a-f]{64})?|incoming)$/.test(path))).toBe(true);
});

test('every stored upload has its audit entry, a refused or tried one has none', async () => {
  const site = await newStation('audited');
  const { body } = await client.upload(hours(site, [[10, 50]]), { reason: '补报' }, '补报.csv');
  await client.upload(hours(site, [['x', 50]]));
  await client.upload(hours(site, [[10, 50]]), { dryRun: 'true' });
  const { items } = (await client.get<{ items: AuditEntry[] }>('/api/v1/audit?limit=2')).body;
  expect(items[0]).toMatchObject({
    actorName: '首个管理员',
    action: 'upload',
    subject: `upload ${body.id}`,
    details: { fileName: '补报.csv', sha256: body.sha256, reason: '补报', rows: { new: 1 } },
  });
  expect(items[1]).toMatchObject({ action: 'site-created', subject: `site ${site}` });
});
