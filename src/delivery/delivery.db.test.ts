import { Writable } from 'node:stream';
import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { pino } from 'pino';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import type { DeliveryResult } from '../domain/notification.js';
import { lockChannel, removeChannel } from '../store/channels.js';
import {
  enqueue,
  findOutboxRow,
  listAttempts,
  listOutbox,
  readStandings,
  requeueDead,
} from '../store/outbox.js';
import { inTransaction } from '../store/pool.js';
import { makeSecretKey, SecretBox } from '../store/secretBox.js';
import type { Send } from './attemptSend.js';
import { addWebhook, hastyPolicy, messageOf, put, until } from './delivery.fixture.js';
import { Delivery, type DeliveryEvent, type DeliveryOptions } from './delivery.js';

jest.setTimeout(120_000);

const box = new SecretBox([makeSecretKey()]);
const token = 'https://hook.example/robot/send?access_token=0f1e2d3c4b5a69788796a5b4c3d2e1f0';
let database: TestDatabase;
let workers: Delivery[] = [];
let log = '';
let events: DeliveryEvent[] = [];
let names = 0;

const logger = pino(
  { level: 'trace' },
  new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  }),
);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.pool.query('truncate channels cascade');
  log = '';
  events = [];
});
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()));
  workers = [];
});

const addChannel = () => addWebhook(database.pool, `渠道 ${(names += 1)}`, token, box);

function work(send: Send, options: Partial<DeliveryOptions> = {}): Delivery {
  const worker = new Delivery({
    pool: database.pool,
    send,
    box,
    logger,
    policy: hastyPolicy,
    pollMs: 20,
    observe: (event) => events.push(event),
    ...options,
  });
  workers.push(worker);
  worker.start();
  return worker;
}

const delivered: DeliveryResult = { outcome: 'delivered' };
const failed: DeliveryResult = { outcome: 'retry', code: '502', message: '对方出错' };

async function states(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query<{ state: string; n: number }>(
    'select state, count(*)::integer as n from outbox group by state',
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

test('a message of a transaction that is rolled back was never there', async () => {
  const { pool } = database;
  const channel = await addChannel();
  await expect(
    inTransaction(pool, async (client) => {
      expect(await enqueue(client, [channel], messageOf('rolled-back'))).toBe(1);
      throw new Error('the state could not be stored');
    }),
  ).rejects.toThrow('the state could not be stored');
  expect(await states()).toEqual({});
});

test('one key is one message for each channel; a message that is none and a channel that is not there are refused', async () => {
  const { pool } = database;
  const [one, two] = [await addChannel(), await addChannel()];
  expect(await put(pool, [one, one], messageOf('k'))).toBe(1);
  expect(await put(pool, [two, one], messageOf('k', { titleZh: '另一个' }))).toBe(1);
  expect(
    (await listOutbox(pool, { channelId: one, limit: 10 })).map((row) => row.notification.titleZh),
  ).toEqual(['总磷超标 k']);
  await expect(put(pool, [one, 999_999], messageOf('k2'))).rejects.toThrow('no channel 999999');
  await expect(put(pool, [one], { ...messageOf('k3'), titleZh: '' })).rejects.toThrow('titleZh');
  expect(await states()).toEqual({ queued: 2 });
});

test('a removed channel leaves dead letters, also of messages that come later', async () => {
  const { pool } = database;
  const channel = await addChannel();
  await put(pool, [channel], messageOf('before'));
  await inTransaction(pool, async (client) => {
    await lockChannel(client, channel);
    expect(await removeChannel(client, channel)).toBe(1);
  });
  await put(pool, [channel], messageOf('after'));
  expect(await states()).toEqual({ dead: 2 });
  const [row] = await listOutbox(pool, { key: 'after', limit: 1 });
  expect(row!.lastCode).toBe('channel-removed');
  expect(await inTransaction(pool, (client) => requeueDead(client, row!.id))).toBe(false);
  const { rows } = await pool.query('select from channel_secrets');
  expect(rows).toEqual([]);
});

test('two workers deliver every message once, each channel in the order in which messages came', async () => {
  const { pool } = database;
  const channels = await Promise.all(Array.from({ length: 6 }, addChannel));
  const sent: { channel: number; key: string; url: unknown }[] = [];
  const send: Send = async (channel, { key }) => {
    await new Promise((resolve) => setTimeout(resolve, 1));
    sent.push({ channel: channel.id, key, url: (channel.settings as { url?: unknown }).url });
    return delivered;
  };
  for (let n = 0; n < 20; n += 1) await put(pool, channels, messageOf(`k-${n}`));
  work(send);
  work(send);
  await until('all are delivered', async () => (await states())['delivered'] === 120);
  expect(sent).toHaveLength(120);
  expect(sent.every(({ url }) => url === token)).toBe(true);
  for (const channel of channels)
    expect(sent.filter((each) => each.channel === channel).map(({ key }) => key)).toEqual(
      Array.from({ length: 20 }, (_, n) => `k-${n}`),
    );
  expect(events.filter(({ outcome }) => outcome === 'delivered')).toHaveLength(120);
});

test('a channel that hangs, throws or never ends does not hold up another', async () => {
  const { pool } = database;
  const [hanging, throwing, sound] = [await addChannel(), await addChannel(), await addChannel()];
  let aborted = 0;
  const send: Send = (channel, _message, signal) => {
    if (channel.id === throwing) throw new Error(`POST ${token} failed`);
    if (channel.id === sound) return Promise.resolve(delivered);
    // It does not heed the signal.
    return new Promise(() => signal.addEventListener('abort', () => (aborted += 1)));
  };
  await put(pool, [hanging, throwing], messageOf('first'));
  const oneRetry = { ...hastyPolicy, delaysSeconds: [0] };
  work(send, { timeoutMs: 300, policy: oneRetry });
  await put(pool, [sound], messageOf('second'));
  await until('the sound one is delivered', async () => (await states())['delivered'] === 1);
  await until('the others are given up', async () => (await states())['dead'] === 2);
  expect(aborted).toBe(2);
  const [slow] = await listOutbox(pool, { channelId: hanging, limit: 1 });
  expect(slow).toMatchObject({ state: 'dead', lastCode: 'timeout', attempts: 2 });
  const [thrown] = await listOutbox(pool, { channelId: throwing, limit: 1 });
  expect(thrown).toMatchObject({ lastCode: 'sender-failed' });
  expect(thrown!.lastMessage).toContain('POST […] failed');
});

test('what fails is tried again with the same key until its attempts are used up, then it is a dead letter that a person can send again', async () => {
  const { pool } = database;
  const channel = await addChannel();
  const keys: string[] = [];
  const attempts: number[] = [];
  let works = false;
  const send: Send = (_channel, { key }, _signal, attempt) => {
    keys.push(key);
    attempts.push(attempt);
    return Promise.resolve(works ? delivered : failed);
  };
  await put(pool, [channel], messageOf('k'));
  work(send, { policy: { ...hastyPolicy, delaysSeconds: [0, 0] } });
  await until('it is dead', async () => (await states())['dead'] === 1);
  expect(attempts).toEqual([1, 2, 3]);
  const [row] = await listOutbox(pool, { state: 'dead', limit: 1 });
  expect(row).toMatchObject({ attempts: 3, lastCode: '502', lastMessage: '对方出错' });
  expect((await readStandings(pool))[0]).toMatchObject({ dead: 1, waiting: 0, oldestSeconds: 0 });
  works = true;
  expect(await inTransaction(pool, (client) => requeueDead(client, row!.id))).toBe(true);
  expect(await inTransaction(pool, (client) => requeueDead(client, row!.id))).toBe(false);
  await until('it is delivered', async () => (await states())['delivered'] === 1);
  expect(new Set(keys)).toEqual(new Set(['k']));
  expect((await listAttempts(pool, row!.id)).map(({ outcome }) => outcome)).toEqual([
    'retry',
    'retry',
    'retry',
    'delivered',
  ]);
  expect(events.map(({ dead }) => dead)).toEqual([false, false, true, false]);
});

test('what is refused is a dead letter at once, and the next message goes out', async () => {
  const { pool } = database;
  const channel = await addChannel();
  await put(pool, [channel], messageOf('bad'));
  await put(pool, [channel], messageOf('good'));
  work((_channel, { key }) =>
    Promise.resolve(
      key === 'bad' ? { outcome: 'refused', code: 'errcode 310000', message: '签名不匹配' } : delivered,
    ),
  );
  await until('both are done', async () => {
    const now = await states();
    return now['dead'] === 1 && now['delivered'] === 1;
  });
});

test('a channel is left alone for as long as its receiver asks, and while it is disabled or held', async () => {
  const { pool } = database;
  const [asking, disabled, held, other] = [
    await addChannel(),
    await addChannel(),
    await addChannel(),
    await addChannel(),
  ];
  await pool.query('update channels set disabled = true where id = $1', [disabled]);
  for (const key of ['a', 'b']) await put(pool, [asking, disabled, other], messageOf(key));
  await inTransaction(pool, (client) =>
    enqueue(client, [held], messageOf('quiet'), { holdUntil: new Date(Date.now() + 3_600_000) }),
  );
  const sent: number[] = [];
  work((channel) => {
    sent.push(channel.id);
    return Promise.resolve(
      channel.id === asking
        ? { outcome: 'retry', code: '410100', message: '太快', afterSeconds: 600 }
        : delivered,
    );
  });
  await until('the other is done', async () => (await states())['delivered'] === 2);
  await put(pool, [other], messageOf('c'));
  await until('the other is done again', async () => (await states())['delivered'] === 3);
  expect(sent.filter((id) => id !== other)).toEqual([asking]);
  const { rows } = await pool.query<{ rests: boolean }>(
    `select blocked_until > clock_timestamp() + interval '9 minutes' as rests from channel_turns where channel_id = $1`,
    [asking],
  );
  expect(rows[0]!.rests).toBe(true);
  expect(await states()).toMatchObject({ queued: 4, held: 1 });
  // The end of quiet hours and the mended channel.
  await pool.query(`update outbox set next_attempt_at = clock_timestamp() where state = 'held'`);
  await pool.query('update channels set disabled = false');
  await until('they are done too', async () => (await states())['delivered'] === 6);
});

test('the pace counts what others have sent', async () => {
  const { pool } = database;
  const channel = await addChannel();
  for (let n = 0; n < 5; n += 1) await put(pool, [channel], messageOf(`k-${n}`));
  const seen: number[] = [];
  // Each message costs two of six.
  const pace: DeliveryOptions['pace'] = (_channel, recent) => {
    seen.push(recent.length);
    return recent.length + 2 > 6 ? 600_000 : 0;
  };
  const options = { pace, costOf: () => 2 };
  work(() => Promise.resolve(delivered), options);
  await until('the rate is used up', async () => (await states())['delivered'] === 3 && seen.includes(6));
  await workers[0]!.stop();
  await pool.query('update channel_turns set blocked_until = null');
  work(() => Promise.resolve(delivered), options);
  await until('the next worker has asked too', () => seen.filter((n) => n === 6).length > 1);
  expect(await states()).toMatchObject({ delivered: 3, queued: 2 });
});

test('stop waits for the attempt under way and leaves the rest to others', async () => {
  const { pool } = database;
  const channel = await addChannel();
  for (const key of ['a', 'b']) await put(pool, [channel], messageOf(key));
  let release: (() => void) | undefined;
  const first = work(() => new Promise((resolve) => (release = () => resolve(delivered))));
  await until('it is under way', () => release !== undefined);
  const stopped = first.stop();
  release!();
  await stopped;
  expect(await states()).toEqual({ delivered: 1, queued: 1 });
  const { rows } = await pool.query('select from channel_turns where holder is not null');
  expect(rows).toEqual([]);
  work(() => Promise.resolve(delivered));
  await until('the other one goes out', async () => (await states())['delivered'] === 2);
});

test('a late delivery counts although the message was taken over; a late failure does not', async () => {
  const { pool } = database;
  const channel = await addChannel();
  await put(pool, [channel], messageOf('k'));
  const ends: ((result: DeliveryResult) => void)[] = [];
  const send: Send = () => new Promise((resolve) => ends.push(resolve));
  const slow = work(send, { leaseMs: 3_600_000, timeoutMs: 3_600_000 });
  await until('the slow one is at it', () => ends.length === 1);
  // As after a pause longer than the lease.
  await pool.query(`update channel_turns set lease_until = clock_timestamp() - interval '1 second'`);
  const quick = work(send, { leaseMs: 3_600_000, timeoutMs: 3_600_000 });
  await until('the quick one has taken over', () => ends.length === 2);
  ends[0]!(failed);
  await slow.stop();
  expect(await states()).toEqual({ sending: 1 });
  ends[1]!(delivered);
  await until('it is delivered', async () => (await states())['delivered'] === 1);
  await quick.stop();
  const [row] = await listOutbox(pool, { limit: 1 });
  expect((await listAttempts(pool, row!.id)).map(({ outcome }) => outcome).sort()).toEqual([
    'delivered',
    'retry',
  ]);
});

test('without its key a channel waits, and secrets are in no column, log line or error', async () => {
  const { pool } = database;
  const [keyless, leaking] = [await addChannel(), await addChannel()];
  await put(pool, [keyless], messageOf('k'));
  const other = work(() => Promise.resolve(delivered), { box: new SecretBox([makeSecretKey()]) });
  await until('it failed', () => events.some(({ outcome }) => outcome === 'retry'));
  await other.stop();
  const [row] = await listOutbox(pool, { channelId: keyless, limit: 1 });
  expect(row).toMatchObject({ lastCode: 'secret-unreadable' });
  expect(row!.state).not.toBe('delivered');
  await put(pool, [leaking], messageOf('l'));
  work(
    () =>
      Promise.resolve({
        outcome: 'refused',
        code: `code ${token}`,
        message: `no such robot 0f1e2d3c4b5a69788796a5b4c3d2e1f0 (whsec_c2VjcmV0)\0`,
      }),
    { policy: { ...hastyPolicy, delaysSeconds: [] } },
  );
  await until('it is refused', async () => (await states())['dead'] !== undefined);
  const [leaked] = await listOutbox(pool, { channelId: leaking, limit: 1 });
  expect(await findOutboxRow(pool, leaked!.id)).toMatchObject({ lastMessage: 'no such robot […] ([…])' });
  const { rows } = await pool.query<{ text: string }>(
    `select string_agg(t::text, ' ') as text from (
       select outbox::text from outbox union all select delivery_attempts::text from delivery_attempts
       union all select channels::text from channels union all select channel_secrets::text from channel_secrets) t`,
  );
  for (const place of [rows[0]!.text, log])
    for (const secret of ['0f1e2d3c4b5a', 'hook.example', 'whsec_', 'c2VjcmV0'])
      expect(place).not.toContain(secret);
  expect(log).toContain('a message was not delivered');
});
