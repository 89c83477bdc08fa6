import { gzipSync } from 'node:zlib';
import { InfluxDB, Point } from '@influxdata/influxdb-client';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { Client } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;
let sender: string;
let url: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('devices'));
  client = new Client(service.address, await service.firstToken());
  url = await findDatabaseUrl(service.dataDir);
  sender = await newToken('uploader');
});
afterAll(() => yard.clean());

async function newToken(role: string, createSites = false): Promise<string> {
  const input = { name: '设备', office: '生态环境分局', role, createSites, expiresAt: '2099-01-01' };
  return (await client.send<{ token: string }>('POST', '/api/v1/tokens', input)).body.token;
}

async function station(code: string): Promise<string> {
  await client.createSite(code, `站${code}`, 'air-station');
  return code;
}

interface WriteOptions {
  readonly path?: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function write(body: string | Uint8Array, options: WriteOptions = {}) {
  const { path = '/api/v2/write?org=o&bucket=b&precision=s', token = sender, headers = {} } = options;
  const response = await fetch(`${service.address}${path}`, {
    method: 'POST',
    headers: { ...(token === '' ? {} : { Authorization: `Token ${token}` }), ...headers },
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: (text === '' ? {} : JSON.parse(text)) as Refusal,
  };
}

interface Refusal {
  readonly code?: string;
  readonly message?: string;
  readonly error?: string;
  readonly quarantined?: number;
  readonly problems?: readonly { readonly line: number; readonly column: number; readonly code: string }[];
}

const at = (text: string) => Date.parse(`${text}:00+08:00`) / 1000;

async function values(site: string, indicator: string): Promise<(number | null)[]> {
  return (await client.readings({ site, indicator })).map(({ value }) => value);
}

async function count(table: string, where = 'true'): Promise<number> {
  return (await query<{ n: number }>(url, `select count(*)::integer as n from ${table} where ${where}`))[0]!
    .n;
}

describe('the interfaces of InfluxDB', () => {
  test('2.x: 204 when all is committed, the empty body too; credentials in both forms', async () => {
    const site = await station('v2');
    const answer = await write(`air,site=${site} pm25=12.5 ${at('2024-05-01 01:00')}`);
    expect([answer.status, answer.text, answer.headers.get('x-influxdb-build')]).toEqual([204, '', 'OSS']);
    expect(await values(site, 'pm25')).toEqual([12.5]);
    expect((await write('')).status).toBe(204);
    const headers = { Authorization: `Bearer ${sender}` };
    expect(
      (await write(`air,site=${site} pm25=12.5 ${at('2024-05-01 01:00')}`, { token: '', headers })).status,
    ).toBe(204);
  });

  test('1.x: user and password in the query, as Basic and as token, all precisions', async () => {
    const site = await station('v1');
    const hour = at('2024-05-01 02:00');
    const forms: [string, Record<string, string>][] = [
      [`/write?db=x&precision=s&u=any&p=${sender}`, {}],
      [
        '/write?db=x&precision=s',
        { Authorization: `Basic ${Buffer.from(`any:${sender}`).toString('base64')}` },
      ],
      ['/write?db=x&precision=s', { Authorization: `Token any:${sender}` }],
    ];
    for (const [index, [path, headers]] of forms.entries()) {
      const body = `air,site=${site} pm10=${index} ${hour + index * 3600}`;
      expect((await write(body, { path, token: '', headers })).status).toBe(204);
    }
    for (const [precision, text] of [['h', hour / 3600 + 3], ['m', hour / 60 + 240], ['ms', (hour + 18_000) * 1000], ['u', `${hour + 21_600}000000`], ['n', `${hour + 25_200}000000000`]] as const) {
      const body = `air,site=${site} pm10=9 ${text}`;
      expect((await write(body, { path: `/write?db=x&precision=${precision}` })).status).toBe(204);
    } // prettier-ignore
    expect(await values(site, 'pm10')).toEqual([0, 1, 2, 9, 9, 9, 9, 9]);
  });

  test('refusals are those of the dialect', async () => {
    const bad = await write('air,site=x pm25=', {});
    expect([bad.status, bad.body.code, bad.headers.get('x-platform-error-code')]).toEqual([
      400,
      'invalid',
      'invalid',
    ]);
    const old = await write('air,site=x pm25=', { path: '/write?db=x' });
    expect(old.status).toBe(400);
    expect(old.body.error).toContain('partial write');
    expect(old.headers.get('x-influxdb-error')).toContain('partial write');
    const none = await write('', { token: '' });
    expect([none.status, none.body.code, none.body.message]).toEqual([
      401,
      'unauthorized',
      'unauthorized access',
    ]);
    const v1 = await write('', { token: '', path: '/write?db=x' });
    expect([v1.status, v1.headers.get('www-authenticate')]).toEqual([401, 'Basic realm="InfluxDB"']);
    expect((await write('', { token: await newToken('viewer') })).status).toBe(403);
    expect((await write('', { path: '/api/v2/write?precision=m' })).status).toBe(400);
    expect((await write('x', { headers: { 'Content-Encoding': 'gzip' } })).status).toBe(400);
    expect((await write('', { path: '/api/v2/writes' })).status).toBe(404);
  });

  test('a body that is too large, as sent or unpacked, is 413', async () => {
    const large = Buffer.alloc(26 * 1024 * 1024, 'x');
    expect((await write(gzipSync(large), { headers: { 'Content-Encoding': 'gzip' } })).status).toBe(413);
    expect((await write(large)).status).toBe(413);
  });

  test('ping, health, and the first words of Telegraf', async () => {
    const ask = async (path: string, method = 'GET', q?: string) => {
      const body = q === undefined ? null : new URLSearchParams({ q });
      const response = await fetch(`${service.address}${path}`, { method, body });
      return [response.status, await response.text()] as const;
    };
    expect(await ask('/ping')).toEqual([204, '']);
    expect(await ask('/ping', 'HEAD')).toEqual([204, '']);
    expect((await ask('/ping?verbose=true'))[0]).toBe(200);
    expect(JSON.parse((await ask('/health'))[1])).toMatchObject({ name: 'influxdb', status: 'pass' });
    const made = [200, '{"results":[{"statement_id":0}]}'];
    // As Telegraf sends it, and as older tools did.
    expect(await ask('/query', 'POST', 'CREATE DATABASE "telegraf"')).toEqual(made);
    expect(await ask('/query?q=CREATE+DATABASE+%22telegraf%22', 'POST')).toEqual(made);
    expect(await ask('/query', 'POST', 'DROP DATABASE "telegraf"')).toEqual([
      400,
      '{"error":"queries are not answered here: read /api/v1/readings"}',
    ]);
    expect((await ask('/query', 'POST', 'x'.repeat(5_000)))[0]).toBe(413);
  });
});

describe('the official client', () => {
  test('points with every type of field, in batches, packed', async () => {
    const site = await station('official');
    const api = new InfluxDB({ url: service.address, token: sender }).getWriteApi('o', 'b', 's', {
      batchSize: 7,
      gzipThreshold: 1,
      maxRetries: 0,
    });
    for (let hour = 1; hour <= 20; hour += 1) {
      api.writePoint(
        new Point('air')
          .tag('site', site)
          .floatField('pm25', hour + 0.5)
          .intField('pm10', hour * 2)
          .uintField('so2', hour)
          .booleanField('battery', true)
          .stringField('rssi', 'good, "very"')
          .timestamp(at('2024-05-02 00:00') + hour * 3600),
      );
    }
    await api.close();
    // The client waits for its last batch only; those before it may be on their way still.
    const expected = Array.from({ length: 20 }, (_, i) => i + 1.5);
    for (let tries = 0; tries < 100 && (await values(site, 'pm25')).length < expected.length; tries += 1)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await values(site, 'pm25')).toEqual(expected);
    expect(await values(site, 'pm10')).toHaveLength(20);
  });
});

describe('lines that are not understood', () => {
  test('the good ones are committed, the faulty named, and what can be explained waits to be replayed', async () => {
    const site = await station('partial');
    const hour = at('2024-05-03 01:00');
    const body = [
      `air,site=${site} pm25=1 ${hour}`,
      'air,site=',
      `air,site=unheard pm25=2 ${hour}`,
      `air,site=${site} pm25=3,dust=4 ${hour + 3600}`,
    ].join('\n');
    const answer = await write(body);
    expect(answer.status).toBe(400);
    expect(answer.body.problems!.map(({ line, code }) => [line, code])).toEqual([
      [2, 'line-tag-value-missing'],
      [3, 'device-unknown-site'],
      [4, 'device-unknown-field'],
    ]);
    expect(answer.body.quarantined).toBe(2);
    expect(await values(site, 'pm25')).toEqual([1, 3]);
    // Sent again, it waits once.
    await write(body);
    const waiting = await client.get<{ items: { subject: string; lines: number }[] }>('/api/v1/quarantine');
    expect(waiting.body.items.map(({ subject, lines }) => [subject, lines]).sort()).toEqual([['dust', 1], ['unheard', 1]]); // prettier-ignore
    await station('unheard');
    const replayed = await client.send('POST', '/api/v1/quarantine/replay', { reason: '已登记' });
    expect(replayed.body).toEqual({ taken: 1, remaining: 1 });
    expect(await values('unheard', 'pm25')).toEqual([2]);
    const current = await client.get<{ definition: object }>('/api/v1/device-sources/air-station');
    const { code, ...definition } = current.body.definition as { code: string; ignoredFields: string[] };
    expect(code).toBe('air-station');
    const changed = { ...definition, ignoredFields: [...definition.ignoredFields, 'dust'] };
    const put = await client.send('PUT', '/api/v1/device-sources/air-station', {
      definition: changed,
      reason: '不是指标',
    });
    expect(put.status).toBe(200);
    const again = await client.send('POST', '/api/v1/quarantine/replay', { reason: '已说明' });
    expect(again.body).toEqual({ taken: 1, remaining: 0 });
  });

  test('a definition that names what does not exist is refused', async () => {
    const definition = { nameZh: '探头', measurements: ['m'], siteTags: ['s'], medium: 'water', interval: 'hour', label: 'end' }; // prettier-ignore
    const answer = await client.send('PUT', '/api/v1/device-sources/bad', { definition, reason: '试' });
    expect([answer.status, (answer.body as { code: string }).code]).toEqual([422, 'device-source-invalid']);
  });

  test('a token that may create sites brings them, others do not', async () => {
    const line = `air,site=新建站 pm25=5 ${at('2024-05-03 05:00')}`;
    expect((await write(line)).status).toBe(400);
    expect((await write(line, { token: await newToken('uploader', true) })).status).toBe(204);
    expect(await values('新建站', 'pm25')).toEqual([5]);
  });
});

describe('nothing is lost and nothing is twice', () => {
  test('what is read is what was written, for every number of up to 15 digits', async () => {
    const site = await station('digits');
    const number = fc.tuple(
      fc.integer({ min: 1, max: 999_999_999_999_999 }),
      fc.integer({ min: 12, max: 17 }),
    );
    const numbers = fc
      .sample(number, { numRuns: 300, seed: 11 })
      .map(([digits, places]) => `${digits}e-${places}`);
    const body = numbers.map(
      (text, i) => `air,site=${site} pm25=${text} ${at('2023-01-01 01:00') + i * 3600}`,
    );
    expect((await write(body.join('\n'))).status).toBe(204);
    expect(await values(site, 'pm25')).toEqual(numbers.map(Number));
  });

  test('sent again nothing changes; a changed value keeps its earlier one; partial rows merge', async () => {
    const site = await station('again');
    const hours = Array.from({ length: 48 }, (_, i) => at('2024-06-01 01:00') + i * 3600);
    const body = hours.map((hour, i) => `air,site=${site} pm25=${i} ${hour}`).join('\n');
    await write(body);
    const before = await query(
      url,
      `select f.* from air_hour f join sites s on s.id = f.site_id where s.code = '${site}'`,
    );
    expect((await write(body)).status).toBe(204);
    expect(
      await query(
        url,
        `select f.* from air_hour f join sites s on s.id = f.site_id where s.code = '${site}'`,
      ),
    ).toEqual(before);
    const revisions = await count('revisions');
    await write(`air,site=${site} pm25=99,pm10=100 ${hours[3]}\nair,site=${site} pm10=7 ${hours[4]}`);
    expect(await count('revisions')).toBe(revisions + 1);
    const stored = await values(site, 'pm25');
    expect(stored.slice(2, 6)).toEqual([2, 99, 4, 5]);
    expect(await values(site, 'pm10')).toEqual([100, 7]);
  });

  test('of two values for one cell in a body the later one counts, and no revision is made of it', async () => {
    const site = await station('later');
    const revisions = await count('revisions');
    const hour = at('2024-06-01 01:00');
    await write(
      `air,site=${site} pm25=1 ${hour}\nair,site=${site} pm10=2 ${hour}\nair,site=${site} pm25=3 ${hour}`,
    );
    expect([await values(site, 'pm25'), await values(site, 'pm10')]).toEqual([[3], [2]]);
    expect(await count('revisions')).toBe(revisions);
  });

  test('many small requests at once, from several senders, each hear of their own lines', async () => {
    const site = await station('many');
    const tokens = [sender, await newToken('uploader'), await newToken('uploader')];
    const answers = await Promise.all(
      Array.from({ length: 300 }, (_, i) =>
        write(
          i % 10 === 9
            ? `air,site=${site} pm25=x${i}`
            : `air,site=${site} pm25=${i} ${at('2024-07-01 01:00') + (i % 200) * 3600}`,
          {
            token: tokens[i % 3]!,
          },
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 300 }, (_, i) => (i % 10 === 9 ? 400 : 204)),
    );
    expect(await values(site, 'pm25')).toHaveLength(180);
    // Every row names a write that exists.
    expect(await count('air_hour f', 'not exists (select from writes w where w.id = f.write_id)')).toBe(0);
  });

  test('days are marked and figures follow; suspicions are flagged at once', async () => {
    const site = await station('figures');
    const hours = Array.from({ length: 24 }, (_, i) => at('2024-08-01 01:00') + i * 3600);
    await write(hours.map((hour) => `air,site=${site} pm25=40,pm10=30 ${hour}`).join('\n'));
    expect(
      await count(
        'value_flags v join sites s on s.id = v.site_id',
        `s.code = '${site}' and v.flag = 'suspect'`,
      ),
    ).toBe(48);
    await until(
      async () =>
        (await count('air_site_days d join sites s on s.id = d.site_id', `s.code = '${site}'`)) === 1,
    );
    const days = await query<{ pm25: string }>(
      url,
      `select d.pm25::float8::text as pm25 from air_site_days d join sites s on s.id = d.site_id where s.code = '${site}'`,
    );
    expect(days).toEqual([{ pm25: '40' }]);
  });

  test('an hour is made of its minutes when 45 were sampled', async () => {
    const site = await station('minutes');
    const hour = at('2024-09-01 10:00');
    const lines = (from: number, minutes: number) =>
      Array.from(
        { length: minutes },
        (_, i) => `air_minute,site=${site} pm25=${i % 2 === 0 ? 10 : 20} ${from + i * 60}`,
      );
    await write([...lines(hour, 46), ...lines(hour + 3600, 44)].join('\n'));
    await until(async () => (await values(site, 'pm25')).length > 0);
    expect(await values(site, 'pm25')).toEqual([15]);
    // The station's own hour goes before ours.
    await write(`air,site=${site} pm25=17 ${hour + 7200}`);
    await write(lines(hour + 3600, 50).join('\n'));
    await until(async () => (await count('pending_days')) + (await count('touches')) === 0);
    expect(await values(site, 'pm25')).toEqual([15, 17]);
  });
});

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('it did not come to hold');
}

describe('an outage', () => {
  test('the database killed under a stream of points: 503 meanwhile, and every acknowledged point once', async () => {
    const site = await station('outage');
    const acknowledged: number[] = [];
    let refused = 0;
    const [{ pid }] = (await query<{ pid: number }>(url, 'select pg_backend_pid() as pid')) as [
      { pid: number },
    ];
    expect(pid).toBeGreaterThan(0);
    for (let i = 0; i < 400; i += 1) {
      if (i % 100 === 50) {
        // Every connection of the service dies in the middle of whatever it does.
        void query(
          url,
          `select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'`,
        ).catch(() => undefined);
      }
      const { status } = await write(`air,site=${site} pm25=${i / 10} ${at('2022-01-01 01:00') + i * 3600}`);
      if (status === 204) acknowledged.push(i / 10);
      else refused += 1;
      expect([204, 503]).toContain(status);
    }
    const stored = await values(site, 'pm25');
    expect(new Set(stored).size).toBe(stored.length);
    expect(acknowledged.filter((value) => !stored.includes(value))).toEqual([]);
    expect(acknowledged.length + refused).toBe(400);
    expect(acknowledged.length).toBeGreaterThan(300);
  });
});
