import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { MirrorView } from '../src/http/services/mirror.js';
import { Client } from './client.js';
import { findDatabaseUrl, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(180_000);

const sites = ['镜像一站', '镜像二站', '镜像三站'];
const at = (text: string) => Date.parse(`${text}:00+08:00`) / 1000;

/** Stands in front of the receiving service: passes requests on, or answers as an InfluxDB that is not well. */
class Relay {
  status: 204 | 401 | 503 = 204;
  /** What the lines of one point said, in the order of arrival. */
  readonly lines: string[] = [];
  #target = '';
  readonly #server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      if (this.status !== 204) return void response.writeHead(this.status).end();
      const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
      const headers = { authorization: request.headers.authorization ?? '' };
      fetch(`${this.#target}${request.url}`, { method: 'POST', headers, body: new Uint8Array(text) }).then(
        async (answer) => {
          if (answer.status === 204) this.lines.push(...text.toString().split('\n'));
          response.writeHead(answer.status).end(await answer.text());
        },
        () => response.writeHead(503).end(),
      );
    });
  });

  async listen(target: string): Promise<string> {
    this.#target = target;
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

let yard: ServiceYard;
let relay: Relay;
let settings: Record<string, string>;
let service: ServiceProcess;
let source: Client;
let copy: Client;
let token: string;

beforeAll(async () => {
  yard = await ServiceYard.create();
  relay = new Relay();
  const receiver = await yard.start(yard.dataDir('copy'));
  copy = new Client(receiver.address, await receiver.firstToken());
  const definition = {
    nameZh: '上级镜像',
    measurements: ['readings_air_hour'],
    siteTags: ['site'],
    medium: 'air',
    interval: 'hour',
    label: 'start',
  };
  const put = await copy.send('PUT', '/api/v1/device-sources/mirror', { definition, reason: '镜像' });
  expect(put.status).toBe(200);
  settings = { MIRROR_URL: await relay.listen(receiver.address), MIRROR_TOKEN: copy.token };
  service = await yard.start(yard.dataDir('source'));
  token = await service.firstToken();
  source = new Client(service.address, token);
  for (const site of sites) {
    await source.createSite(site, site, 'air-station');
    await copy.createSite(site, site, 'air-station');
  }
});
afterAll(async () => {
  await yard.clean();
  await relay.close();
});

async function restart(more: Record<string, string> = settings): Promise<void> {
  await service.kill();
  service = await yard.start(service.dataDir, more);
  source = new Client(service.address, token);
}

async function write(lines: readonly string[]): Promise<void> {
  const response = await fetch(`${service.address}/api/v2/write?precision=s`, {
    method: 'POST',
    headers: { Authorization: `Token ${token}` },
    body: lines.join('\n'),
  });
  expect([response.status, await response.text()]).toEqual([204, '']);
}

const hours = (from: string, count: number, fields: (i: number) => string, site = sites[0]!) =>
  Array.from({ length: count }, (_, i) => `air,site=${site} ${fields(i)} ${at(from) + i * 3_600}`);

async function stored(client: Client): Promise<string[]> {
  const rows = await client.readings({ family: 'air_hour' });
  return rows.map(({ site, time, indicator, value }) => `${site} ${time} ${indicator} ${value}`).sort();
}

async function view(): Promise<MirrorView> {
  return (await source.get<MirrorView>('/api/v1/mirror')).body;
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await holds()) return;
    await sleep(100);
  }
  throw new Error(`in vain until ${what}: ${JSON.stringify(await view())}\n${service.stderr}`);
}

/** Waits until nothing waits, and compares. */
async function expectEqual(): Promise<void> {
  await until(async () => {
    const { status, waiting } = await view();
    return status === 'idle' && waiting.writes === 0;
  }, 'everything is mirrored');
  const here = await stored(source);
  expect(here.length).toBeGreaterThan(0);
  expect(await stored(copy)).toEqual(here);
}

test('off, nothing is kept for it; turned on, everything that is stored is sent first', async () => {
  await write(hours('2023-12-31 20:00', 30, (i) => `pm25=${i + 0.125},co=1e-7`));
  await write(hours('2024-01-01 01:00', 5, (i) => `pm10=${i + 50}`, sites[1]));
  expect((await view()).status).toBe('off');
  expect((await source.send('POST', '/api/v1/mirror/resend', { reason: '试' })).status).toBe(404);
  await restart();
  await expectEqual();
  const now = await view();
  expect([now.target, now.sent.rows, now.refused.lines]).toEqual([
    `${settings['MIRROR_URL']} cei/cei`,
    35,
    0,
  ]);
});

test('what devices send, add and correct, and what is uploaded, arrives; a value taken back is counted', async () => {
  await write(hours('2024-02-01 01:00', 48, (i) => `pm25=${i + 1}`));
  // Another item of the same rows, a corrected one, and rows that are new beside them.
  await write(hours('2024-02-02 01:00', 48, (i) => `pm10=${i + 60},pm25=${i < 3 ? 90 : i + 25}`));
  await expectEqual();
  const csv = [
    '站点,监测时间,PM2.5',
    ...Array.from(
      { length: 24 },
      (_, i) => `${sites[2]},2024-03-01 ${String(i).padStart(2, '0')}:00,${i + 5}`,
    ),
    `${sites[0]},2024-02-01 01:00,77`,
  ].join('\n');
  const upload = await source.upload(csv, { overwrite: 'true', reason: '补报' });
  expect(upload.status).toBe(201);
  await expectEqual();
  const undone = await source.send('POST', `/api/v1/uploads/${upload.body.id}/undo`, { reason: '传错了' });
  expect(undone.status).toBe(200);
  await until(async () => (await view()).waiting.writes === 0, 'the undo is mirrored');
  const here = await stored(source);
  // The value that came back overwrites; what went stays there, as line protocol has no words for it.
  expect((await stored(copy)).filter((row) => !row.startsWith(`${sites[2]} `))).toEqual(here);
  expect((await view()).valuesRemoved).toBe(24);
  await source.upload(csv, { overwrite: 'true', reason: '没有传错' });
  await expectEqual();
});

test('an outage loses nothing, shows, and ends in order; a wrong token is one too', async () => {
  for (const status of [503, 401] as const) {
    relay.status = status;
    for (let i = 0; i < 20; i += 1)
      await write(hours(`2024-0${status === 503 ? 4 : 5}-01 01:00`, 10 + i, (n) => `so2=${n + i / 10}`));
    await until(async () => (await view()).status === 'outage', 'the outage shows');
    const during = await view();
    expect(during.waiting.rows).toBeGreaterThan(0);
    expect(during.error?.message).not.toBe('');
    const metrics = await (await fetch(`${service.address}/metrics`)).text();
    expect(metrics).toMatch(/^cei_mirror_up 0$/m);
    expect(metrics).toMatch(/^cei_mirror_lag_rows [1-9]/m);
    relay.status = 204;
    await expectEqual();
  }
  // What is sent of one point never goes back to an earlier value.
  for (let i = 1; i <= 15; i += 1) await write(hours('2024-06-01 01:00', 1, () => `no2=${i}`));
  await expectEqual();
  const mine = relay.lines
    .filter((line) => line.includes('no2='))
    .map((line) => Number(/no2=(\d+)/.exec(line)![1]));
  expect(mine.length).toBeGreaterThan(0);
  expect(mine).toEqual([...mine].sort((a, b) => a - b));
});

test('killed in the middle, it goes on where it was; a second process waits for its turn', async () => {
  const many = Array.from({ length: 12 }, (_, month) =>
    hours(`2022-${String(month + 1).padStart(2, '0')}-01 01:00`, 600, (n) => `o3=${n % 150}`, sites[2]),
  );
  for (const lines of many) await write(lines);
  await until(() => Promise.resolve(relay.lines.some((line) => line.includes('o3='))), 'it is under way');
  await service.kill();
  await restart();
  await write(hours('2024-07-01 01:00', 5, (n) => `o3=${n}`));
  const second = await yard.start(yard.dataDir('second'), {
    ...settings,
    DATABASE_URL: await findDatabaseUrl(service.dataDir),
  });
  const other = new Client(second.address, token);
  const status = async () => (await other.get<MirrorView>('/api/v1/mirror')).body.status;
  await expectEqual();
  expect(await status()).toBe('elsewhere');
  await second.stop();
});

test('lines refused for their content are named and counted once others are taken, and can be sent again', async () => {
  // The copy does not know this site until later.
  await source.createSite('镜像四站', '镜像四站', 'air-station');
  await write(hours('2024-08-01 01:00', 3, (n) => `o3=${n}`, '镜像四站'));
  await until(async () => (await view()).status === 'outage', 'nothing is taken, so nothing is given up');
  expect((await view()).refused.lines).toBe(0);
  await write(hours('2024-08-01 01:00', 3, (n) => `o3=${n}`));
  await until(async () => (await view()).refused.lines === 3, 'they are counted');
  expect((await view()).refused.last).toContain('镜像四站');
  await copy.createSite('镜像四站', '镜像四站', 'air-station');
  expect((await source.send('POST', '/api/v1/mirror/resend', { reason: '对方已登记' })).status).toBe(200);
  await expectEqual();
});

test('turned off, it is forgotten, and begins anew when it is turned on again', async () => {
  await restart({});
  expect(await view()).toMatchObject({ status: 'off', target: null, waiting: { writes: 0 } });
  await write(hours('2024-09-01 01:00', 3, (n) => `o3=${n}`));
  await restart();
  await expectEqual();
});
