import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, type Options } from './client.js';
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

async function newStation(code: string): Promise<string> {
  await client.createSite(code, `试读站${code}`, 'air-station');
  return code;
}

/** Hours that end at 01:00, 02:00 …: PM2.5, PM10 and the published level. */
function hours(site: string, ...rows: readonly (readonly [string, string, string])[]): string {
  const lines = rows.map((cells, index) => `${site},2024-05-01 0${index + 1}:00,${cells.join(',')}`);
  return ['站点,监测时间,PM2.5,PM10,空气质量等级', ...lines, ''].join('\n');
}

async function trialToken(file: string, options: Options = {}): Promise<string> {
  const { status, body } = await client.upload(file, { ...options, dryRun: 'true' });
  expect(status).toBe(200);
  expect(body.token).toMatch(/^t1[0-9a-f]{80}$/);
  return body.token!;
}

const counts = () =>
  query(
    url,
    `select (select count(*) from uploads) as uploads, (select count(*) from writes) as writes,
            (select count(*) from revisions) as revisions, (select count(*) from audit_log) as audited`,
  );

/** The commit is refused as stale in one respect, and leaves nothing behind. */
async function expectStale(file: string, options: Options, stale: string): Promise<void> {
  const before = await counts();
  const { status, body } = await client.upload(file, options);
  expect(status).toBe(409);
  expect(body).toMatchObject({ code: 'stale-trial', stale });
  expect(body.detail).toContain('试读结果已经过时');
  expect(body.detail).not.toMatch(/\{|\}/);
  expect(body.mend).toContain('重新试读');
  expect(await counts()).toEqual(before);
}

test('a commit that carries the token of its trial run is stored', async () => {
  const site = await newStation('same');
  const file = hours(site, ['10', '80', '优'], ['11', '81', '良']);
  const token = await trialToken(file);
  expect(await client.upload(file, { token })).toMatchObject({
    status: 201,
    body: { rows: { new: 2 }, token: null },
  });
  // Its own commit has changed what is stored: the token is spent.
  await expectStale(file, { token }, 'stored');
});

test('another file, and other options, are told apart; overwrite and reason may be added', async () => {
  const site = await newStation('options');
  await client.upload(hours(site, ['10', '80', '优']));
  const file = hours(site, ['11', '80', '优']);
  const token = await trialToken(file, { year: '2024' });
  await expectStale(hours(site, ['12', '80', '优']), { token, year: '2024', overwrite: 'true' }, 'file');
  await expectStale(file, { token, overwrite: 'true' }, 'options');
  await expectStale(file, { token, year: '2024', onError: 'skip-rows', overwrite: 'true' }, 'options');
  expect(await client.upload(file, { token, year: '2024', overwrite: 'true', reason: '复核' })).toMatchObject(
    {
      status: 201,
      body: { values: { changed: 1 } },
    },
  );
});

describe('stored values', () => {
  test.each([
    ['a value it would replace', ['12', '', ''], 'stored'],
    ['a value that was missing', ['', '80', ''], 'stored'],
    ['a published text', ['', '', '良'], 'stored'],
  ] as const)('changed since in %s: stale', async (name, cells, stale) => {
    const site = await newStation(`changed-${cells.join('-').replace('良', 'text')}`);
    await client.upload(hours(site, ['10', '', '优']));
    const file = hours(site, ['11', '79', '良']);
    const token = await trialToken(file);
    await client.upload(hours(site, [...cells]), { overwrite: 'true' });
    await expectStale(file, { token, overwrite: 'true' }, stale);
    expect(name).not.toBe('');
  });

  test('of other keys may change: another column, hour or site is none of its business', async () => {
    const site = await newStation('others');
    await client.upload(hours(site, ['10', '80', '优'], ['20', '80', '优']));
    const file = hours(site, ['11', '', '']);
    const token = await trialToken(file);
    await client.upload(hours(site, ['10', '85', '良'], ['21', '86', '良']), { overwrite: 'true' });
    expect(await client.upload(file, { token, overwrite: 'true' })).toMatchObject({ status: 201 });
  });

  test('taken back by an undo: stale', async () => {
    const site = await newStation('undone');
    const { body } = await client.upload(hours(site, ['10', '80', '优']));
    const file = hours(site, ['10', '80', '优']);
    const token = await trialToken(file);
    await client.send('POST', `/api/v1/uploads/${body.id}/undo`, { reason: '传错' });
    await expectStale(file, { token }, 'stored');
  });

  test('of series, and figures of a period', async () => {
    const report = (value: string) => `年度,指标,数值\n2017,森林覆盖率,${value}\n`;
    await client.upload(report('50'));
    const token = await trialToken(report('51'));
    await client.upload(report('52'), { overwrite: 'true' });
    await expectStale(report('51'), { token, overwrite: 'true' }, 'stored');
    const fresh = await trialToken(report('51'));
    expect(await client.upload(report('51'), { token: fresh, overwrite: 'true' })).toMatchObject({
      status: 201,
    });

    const site = await newStation('series');
    const series = (value: string) => `站点,监测时间,指标,数值\n${site},2024-05-01,AQI,${value}\n`;
    const stored = await client.upload(series('55'));
    expect(stored.status).toBe(201);
    const held = await trialToken(series('56'));
    await client.upload(series('57'), { overwrite: 'true' });
    await expectStale(series('56'), { token: held, overwrite: 'true' }, 'stored');
  });
});

test('a site renamed since: the same file would be read otherwise, and that is said', async () => {
  const site = await newStation('renamed');
  const file = hours(site, ['10', '80', '优']);
  const token = await trialToken(file);
  const { status } = await client.send('PATCH', `/api/v1/sites/${site}`, { name: '改名站' });
  expect(status).toBe(200);
  await expectStale(file, { token }, 'reading');
});

test('what is no token is 400; a file that cannot be understood has none', async () => {
  const site = await newStation('malformed');
  const file = hours(site, ['10', '80', '优']);
  for (const token of ['x', `t1${'0'.repeat(79)}`, `t2${'0'.repeat(80)}`]) {
    expect(await client.upload(file, { token })).toMatchObject({
      status: 400,
      body: { code: 'invalid-request' },
    });
  }
  const { body } = await client.upload('没有,意义\n1,2\n', { dryRun: 'true' });
  expect(body).toMatchObject({ status: 'dry-run', token: null });
});

test('ten commits with one token at once: one is stored', async () => {
  const site = await newStation('contest');
  await client.upload(hours(site, ['10', '80', '优']));
  const file = hours(site, ['11', '81', '良']);
  const token = await trialToken(file);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => client.upload(file, { token, overwrite: 'true' })),
  );
  expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
});
