import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { createRandom } from '../src/demo/random.js';
import { Client } from './client.js';
import { createTestDatabase, withDatabase, type TestDatabase } from './database.js';
import { KillStream, victims, type Victim } from './killStream.js';
import { ServiceYard } from './service.js';

// `npm run bench -- kills` runs the long form.
const kills = Number(process.env['KILLS'] ?? 5);
const seed = process.env['KILL_SEED'] ?? '20260122';
jest.setTimeout(60_000 + kills * 60_000);

let yard: ServiceYard;
beforeAll(async () => {
  yard = await ServiceYard.create();
});
afterAll(() => yard.clean());

describe('client, service and database killed in the middle of a stream of numbered points', () => {
  test('every acknowledged point is there, exactly once', async () => {
    const random = createRandom(seed);
    const stream = new KillStream(yard, yard.dataDir('kills'), yard.dataDir('kill-logs'));
    try {
      await stream.start();
      for (const victim of drawVictims(random)) {
        await sleep(random.next() * 700);
        await stream.kill(victim);
      }
      const outcome = await stream.finish();
      const { lost, duplicates, different, invented, ...counts } = outcome;
      console.log(
        `seed ${seed} (KILL_SEED sets another), ${kills} kills: ${JSON.stringify({ ...counts, lost: lost.length, duplicates: duplicates.length, different: different.length, invented: invented.length })}`,
      );
      expect(outcome.refused).toBe('');
      expect({ lost, duplicates, different, invented }).toEqual({
        lost: [],
        duplicates: [],
        different: [],
        invented: [],
      });
      expect([outcome.revisions, outcome.orphans]).toEqual([0, 0]);
      expect(outcome.acknowledged).toBeGreaterThan(kills * 200);
    } finally {
      await stream.abandon();
    }
  });
});

/** All of them equally often, in a drawn order. */
function drawVictims(random: { next(): number }): Victim[] {
  return Array.from({ length: kills }, (_, i) => ({
    victim: victims[i % victims.length]!,
    key: random.next(),
  }))
    .sort((a, b) => a.key - b.key)
    .map(({ victim }) => victim);
}

/** Stands between the service and its database, and makes that unreachable or silent. */
class DatabaseProxy {
  state: 'open' | 'gone' | 'silent' = 'open';
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(target: { readonly host: string; readonly port: number }) {
    this.#server = createServer((socket) => {
      if (this.state === 'gone') return void socket.destroy();
      const upstream = connect(target);
      for (const [from, to] of [[socket, upstream], [upstream, socket]] as const) {
        this.#sockets.add(from);
        from.on('data', (bytes: Buffer) => to.write(bytes));
        from.on('error', () => undefined);
        from.on('close', () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        if (this.state === 'silent') from.pause();
      }
    }); // prettier-ignore
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  become(state: 'open' | 'gone' | 'silent'): void {
    this.state = state;
    for (const socket of this.#sockets) {
      if (state === 'gone') socket.destroy();
      else if (state === 'silent') socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    this.become('gone');
    this.#server.close();
    await once(this.#server, 'close');
  }
}

describe('the database goes away and the service lives on', () => {
  let database: TestDatabase;
  let proxy: DatabaseProxy;
  beforeAll(async () => {
    database = await createTestDatabase();
    const { hostname, port } = new URL(database.url);
    proxy = new DatabaseProxy({ host: hostname.replace(/[[\]]/g, ''), port: Number(port || 5432) });
  });
  afterAll(async () => {
    await yard.stopAll();
    await proxy.close();
    await database.drop();
  });

  test('503 while it is gone or silent, memory within bounds, and no restart to recover', async () => {
    const through = new URL(withDatabase(database.url, new URL(database.url).pathname.slice(1)));
    through.hostname = '127.0.0.1';
    through.port = String(await proxy.listen());
    const service = await yard.start(yard.dataDir('outage'), { DATABASE_URL: through.toString() });
    const admin = new Client(service.address, await service.firstToken());
    const sites = Array.from({ length: 20 }, (_, i) => `outage-${i}`);
    for (const site of sites) await admin.createSite(site, site, 'air-station');

    const firstHour = Date.parse('2005-01-01T01:00:00+08:00') / 1000;
    let next = 0;
    const acknowledged: number[] = [];
    const send = async (lines: number): Promise<number> => {
      const numbers = Array.from({ length: lines }, () => next++);
      const body = numbers.map(
        (n) =>
          `air,site=${sites[n % 20]} pm25=${(n % 100) + 0.5},pm10=150 ${firstHour + Math.floor(n / 20) * 3_600}`,
      );
      const { status } = await fetch(`${service.address}/api/v2/write?org=o&bucket=b&precision=s`, {
        method: 'POST',
        headers: { Authorization: `Token ${admin.token}` },
        body: body.join('\n'),
      });
      if (status === 204) acknowledged.push(...numbers);
      return status;
    };

    expect(await send(1_000)).toBe(204);
    const before = (await service.peakResidentBytes()) ?? 0;
    for (const state of ['gone', 'silent'] as const) {
      proxy.become(state);
      // 1,000 requests over 50 connections: nothing of the outage may pile up.
      const statuses = new Set<number>();
      const flood = Promise.all(
        Array.from({ length: 50 }, async () => {
          for (let i = 0; i < (state === 'gone' ? 20 : 1); i += 1) statuses.add(await send(200));
        }),
      );
      if (state === 'silent') {
        // Longer than a connection is waited for; what has one already waits, and is stored in the end.
        await sleep(12_000);
        proxy.become('open');
      }
      await flood;
      if (state === 'gone') {
        expect([...statuses]).toEqual([503]);
        proxy.become('open');
      } else {
        expect([...statuses].filter((status) => status !== 503 && status !== 204)).toEqual([]);
      }
      await service.until(async () => (await send(1)) === 204, `readings are taken again after ${state}`);
    }
    const peak = (await service.peakResidentBytes()) ?? 0;
    expect(peak - before).toBeLessThan(300 * 1024 * 1024);
    const { rows } = await database.pool.query<{ site: string; start: number }>(
      `select s.code as site, extract(epoch from f.ts)::float8 as start
         from air_hour f join sites s on s.id = f.site_id`,
    );
    const present = new Set(
      rows.map(
        ({ site, start }) =>
          ((start + 3_600 - firstHour) / 3_600) * 20 + Number(site.slice('outage-'.length)),
      ),
    );
    expect(acknowledged.filter((number) => !present.has(number))).toEqual([]);
    expect(service.running).toBe(true);
  });
});
