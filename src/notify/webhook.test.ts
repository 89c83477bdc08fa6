import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { createSender } from './createSender.js';
import { startFakeServer, type FakeServer, type Received, type Reply } from './fakeServer.fixture.js';
import { ofKind } from './notifications.fixture.js';

const open: FakeServer[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function start(answer: (request: Received) => Reply): Promise<FakeServer> {
  const server = await startFakeServer(answer);
  open.push(server);
  return server;
}

const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`;
const [secret, former] = [newSecret(), newSecret()];
// The library verifies against the clock of the machine.
const options = { now: () => Date.now(), allow: ['127.0.0.1'], timeoutMs: 2000 };

function sender({ port }: FakeServer, extra: object = {}) {
  const url = `http://127.0.0.1:${port}/hook/private-path`;
  return createSender({ type: 'webhook', url, secret, ...extra }, options);
}
const headersOf = ({ headers }: Received): Record<string, string> => headers as Record<string, string>;

/** A receiver by the specification: it verifies, and takes each id once. */
function receiver(key: string): { answer: (request: Received) => Reply; taken: unknown[] } {
  const ids = new Set<string>();
  const taken: unknown[] = [];
  const answer = (request: Received): Reply => {
    try {
      const body = new Webhook(key).verify(request.body, headersOf(request));
      const id = headersOf(request)['webhook-id'] ?? '';
      if (!ids.has(id)) taken.push(body);
      ids.add(id);
      return { status: 204 };
    } catch {
      return { status: 401 };
    }
  };
  return { answer, taken };
}

describe('signed webhook', () => {
  test('is verified by the library of the specification, and once by its id', async () => {
    const { answer, taken } = receiver(secret);
    const server = await start(answer);
    const send = sender(server);
    expect(await send(ofKind.correction, 1)).toEqual({ outcome: 'delivered' });
    expect(await send(ofKind.correction, 2)).toEqual({ outcome: 'delivered' });
    expect(taken).toHaveLength(1);
    expect(taken[0]).toMatchObject({
      type: 'alert.correction',
      timestamp: '2025-01-03T14:05:00+08:00',
      data: { key: ofKind.correction.key, earlier: { key: ofKind.firing.key } },
    });
    expect(server.received.map((one) => headersOf(one)['x-delivery-attempt'])).toEqual(['1', '2']);
  });

  test('while keys are changed, the holder of either one verifies', async () => {
    for (const key of [secret, former]) {
      const server = await start(receiver(key).answer);
      expect(await sender(server, { formerSecret: former })(ofKind.firing, 1)).toEqual({
        outcome: 'delivered',
      });
    }
    const stranger = await start(receiver(newSecret()).answer);
    expect(await sender(stranger)(ofKind.firing, 1)).toMatchObject({ outcome: 'retry', code: 'http 401' });
  });

  const cases: readonly (readonly [Reply, object])[] = [
    [{ status: 200, body: '{"errcode":1}' }, { outcome: 'delivered' }],
    [{ status: 200, stall: true }, { outcome: 'delivered' }],
    [{ status: 410 }, { outcome: 'refused', code: 'http 410' }],
    [{ status: 413 }, { outcome: 'refused' }],
    [
      { status: 302, headers: { location: 'http://127.0.0.1/' } },
      { outcome: 'retry', code: 'http 302' },
    ],
    [{ status: 308, headers: { location: 'http://127.0.0.1/' } }, { outcome: 'refused' }],
    [{ status: 404 }, { outcome: 'retry' }],
    [{ status: 500 }, { outcome: 'retry', code: 'http 500' }],
    [{ status: 503 }, { outcome: 'retry', afterSeconds: 60, pauseChannel: true }],
    [
      { status: 429, headers: { 'retry-after': '120' } },
      { outcome: 'retry', afterSeconds: 120 },
    ],
    [
      { status: 429, headers: { 'retry-after': '99999999' } },
      { outcome: 'retry', afterSeconds: 86_400 },
    ],
    [
      { status: 429, headers: { 'retry-after': 'soon' } },
      { outcome: 'retry', afterSeconds: 60 },
    ],
    [
      { status: 502, headers: { 'retry-after': new Date(Date.now() - 60_000).toUTCString() } },
      { outcome: 'retry', afterSeconds: 0 },
    ],
  ];
  test.each(cases)('%j', async (reply, expected) => {
    const server = await start(() => reply);
    const url = `http://127.0.0.1:${server.port}/hook/private-path`;
    const send = createSender({ type: 'webhook', url, secret }, { ...options, timeoutMs: 500 });
    const result = await send(ofKind.firing, 1);
    expect(result).toMatchObject(expected);
    expect(JSON.stringify(result)).not.toMatch(/private-path|whsec/);
  });

  test('a secret that is none waits for a person, and nothing is sent', async () => {
    const server = await start(() => ({}));
    const result = await sender(server, { secret: 'whsec_***' })(ofKind.firing, 1);
    expect(result).toMatchObject({ outcome: 'refused', code: 'bad-secret' });
    expect(server.received).toHaveLength(0);
  });

  test('a key of other characters is carried as a digest', async () => {
    const { answer, taken } = receiver(secret);
    const server = await start(answer);
    expect(await sender(server)({ ...ofKind.firing, key: '编号\r\n一.1' }, 1)).toEqual({
      outcome: 'delivered',
    });
    expect(server.received[0]?.headers['webhook-id']).toMatch(/^k-[0-9a-f]{40}$/);
    expect(taken).toHaveLength(1);
  });
});
