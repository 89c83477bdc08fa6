import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addWebhook, messageOf, put, until } from '../src/delivery/delivery.fixture.js';
import { makeSecretKey, SecretBox } from '../src/store/secretBox.js';
import { createTestDatabase, type TestDatabase } from './database.js';

jest.setTimeout(180_000);

const dist = (file: string) => pathToFileURL(path.resolve('dist', file)).href;
/** Delivers by HTTP, retrying at once, until it is told to stop. */
const script = `
  import { Delivery } from '${dist('delivery/delivery.js')}';
  import { usualRetryPolicy } from '${dist('delivery/retryPolicy.js')}';
  import { createLogger } from '${dist('log.js')}';
  import { createPool } from '${dist('store/pool.js')}';
  import { SecretBox } from '${dist('store/secretBox.js')}';
  const [url, key] = process.argv.slice(1);
  const logger = createLogger('silent');
  const pool = createPool(url, 4, logger);
  const send = async (channel, notification, signal) => {
    const answer = await fetch(channel.settings.url, {
      method: 'POST', signal, headers: { 'webhook-id': notification.key }, body: JSON.stringify(notification),
    });
    await answer.arrayBuffer();
    return answer.ok
      ? { outcome: 'delivered' } : { outcome: 'retry', code: String(answer.status), message: '对方出错' };
  };
  const delivery = new Delivery({
    pool, send, logger, box: new SecretBox([key]), pollMs: 20, leaseMs: 1_000, timeoutMs: 5_000,
    policy: { ...usualRetryPolicy, delaysSeconds: Array(40).fill(0.02), firstRestSeconds: 0, longestRestSeconds: 0 },
  });
  delivery.start();
  console.log('up');
  process.on('SIGTERM', () => delivery.stop().then(() => pool.end()).then(() => process.exit(0)));`;

const key = makeSecretKey();
const children: ChildProcess[] = [];
let database: TestDatabase;
let server: Server;
let address: string;
/** Requests that were answered with success, by channel and key. */
const accepted = new Map<string, number>();
let requests = 0;
/** Held back while it is set. */
let gate: Promise<void> | undefined;

beforeAll(async () => {
  database = await createTestDatabase();
  server = createServer((request, response) => {
    void (async () => {
      requests += 1;
      request.resume();
      await once(request, 'end');
      await gate;
      // Every other call to this channel fails.
      if (request.url === '/flaky' && requests % 2 === 0) {
        response.writeHead(503).end();
        return;
      }
      const which = `${request.url} ${String(request.headers['webhook-id'])}`;
      accepted.set(which, (accepted.get(which) ?? 0) + 1);
      response.writeHead(204).end();
    })();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  server.closeAllConnections();
  server.close();
  await Promise.all(
    children.map((child) =>
      child.exitCode === null && child.signalCode === null ? once(child, 'close') : Promise.resolve(),
    ),
  );
  // The server may not have noticed yet that those killed are gone.
  await until('their sessions have ended', async () => (await countSessions()) <= 0);
  await database.drop();
});

/** Sessions on the database other than our pool's. */
async function countSessions(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::integer as n from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
  );
  return rows[0]!.n - (database.pool.totalCount - 1);
}

async function startWorker(): Promise<ChildProcess> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, database.url, key], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function countDelivered(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::integer as n from outbox where state = 'delivered'`,
  );
  return rows[0]!.n;
}

test('a message whose process is killed while the receiver has it is sent again by another, with the same key', async () => {
  const { pool } = database;
  const channel = await addWebhook(pool, '先挂起', `${address}/first`, new SecretBox([key]));
  let open: (() => void) | undefined;
  gate = new Promise((resolve) => (open = resolve));
  await put(pool, [channel], messageOf('only'));
  const victim = await startWorker();
  await until('the receiver has it', () => requests === 1);
  victim.kill('SIGKILL');
  await once(victim, 'close');
  const { rows: before } = await pool.query<{ state: string }>('select state from outbox');
  expect(before).toEqual([{ state: 'sending' }]);
  open!();
  gate = undefined;
  const other = await startWorker();
  await until('it is delivered', async () => (await countDelivered()) === 1);
  // The first request was held until its sender was gone; both bore the same key.
  expect([...accepted]).toEqual([['/first only', 2]]);
  const { rows: attempts } = await pool.query<{ outcome: string; code: string | null }>(
    'select outcome, code from delivery_attempts order by id',
  );
  expect(attempts).toEqual([
    { outcome: 'interrupted', code: 'interrupted' },
    { outcome: 'delivered', code: null },
  ]);
  other.kill('SIGTERM');
  expect(await once(other, 'close')).toEqual([0, null]);
});

test('workers killed again and again lose nothing and invent nothing, though a channel fails half of its calls', async () => {
  const { pool } = database;
  await pool.query('truncate channels cascade');
  accepted.clear();
  const box = new SecretBox([key]);
  const names = ['flaky', 'a', 'b', 'c'];
  const channels = await Promise.all(names.map((name) => addWebhook(pool, name, `${address}/${name}`, box)));
  const messages = 60;
  for (let n = 0; n < messages; n += 1) await put(pool, channels, messageOf(`m-${n}`));
  const total = messages * channels.length;
  let kills = 0;
  let pair = [await startWorker(), await startWorker()];
  while ((await countDelivered()) < total) {
    if (kills < 6) {
      const before = requests;
      await until(
        'some requests more',
        async () => requests > before + 10 || (await countDelivered()) === total,
      );
      pair[0]!.kill('SIGKILL');
      kills += 1;
      pair = [pair[1]!, await startWorker()];
    } else await until('the rest', async () => (await countDelivered()) === total);
  }
  const expected = names.flatMap((name) => Array.from({ length: messages }, (_, n) => `/${name} m-${n}`));
  expect([...accepted.keys()].sort()).toEqual(expected.sort());
  const arrivals = [...accepted.values()].reduce((sum, count) => sum + count, 0);
  process.stderr.write(`${total} messages, ${arrivals} arrivals with ${kills} kills\n`);
  const { rows } = await pool.query<{ interrupted: number }>(
    `select count(*)::integer as interrupted from delivery_attempts where outcome = 'interrupted'`,
  );
  // A message arrives twice only where its attempt was broken off.
  expect(arrivals - total).toBeLessThanOrEqual(rows[0]!.interrupted);
  expect(kills).toBe(6);
  for (const child of pair) {
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }
});
