import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { Actor } from '../../domain/role.js';
import { createLogger } from '../../log.js';
import { createHttpMetrics } from '../metrics.js';
import type { TokenService } from '../services.js';
import type { BodyBounds } from './readBody.js';
import { createWriteHandler } from './writeHandler.js';

const mebibyte = 1024 * 1024;
const refuse = () => Promise.reject(new Error('not asked for here'));
const actor: Actor = { tokenId: 1, name: '甲', office: '乙', role: 'uploader' };
const tokens: TokenService = {
  authenticate: (text) => Promise.resolve(text === 'good' ? actor : undefined),
  list: refuse,
  create: refuse,
  revoke: refuse,
};

let failures: unknown[];
let server: Server | undefined;
let client: Socket | undefined;
afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  await new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve)));
});

interface Opened {
  readonly socket: Socket;
  /** How many bytes the service has taken. */
  readonly received: () => number;
  /** Ends when the request is over for the service. */
  readonly over: Promise<void>;
}

/** Starts the write interface and connects to it. */
async function open(bounds: Partial<BodyBounds>): Promise<Opened> {
  failures = [];
  const logger = createLogger('silent');
  logger.error = (...words: unknown[]) => void failures.push(words);
  let end: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (end = resolve));
  const takesWrite = createWriteHandler({
    ingest: { receive: refuse },
    tokens,
    logger,
    metrics: { ...createHttpMetrics(new Registry()), countRequest: () => end() },
    bounds: { mostBytes: 64 * 1024, ...bounds },
    checkReady: () => Promise.resolve(),
  });
  server = createServer((request, response) => void takesWrite(request, response));
  let accepted: Socket | undefined;
  server.on('connection', (socket) => (accepted = socket));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client = socket;
  // Nothing is read before it is asked for; the end of the connection is the server's alone.
  socket.pause().on('error', () => undefined);
  await once(socket, 'connect');
  return { socket, received: () => accepted?.bytesRead ?? 0, over };
}

function head(token: string, ...more: string[]): string {
  const lines = ['POST /api/v2/write HTTP/1.1', 'Host: x', `Authorization: Token ${token}`, ...more];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Writes all of it, although an answer may be there. Whether the service took all of it. */
async function writeAll(socket: Socket, parts: Iterable<Buffer | string>): Promise<boolean> {
  for (const part of parts) {
    const failure = await new Promise<unknown>((resolve) => {
      const onClose = () => resolve('closed');
      socket.once('close', onClose);
      socket.write(part, (error) => {
        socket.off('close', onClose);
        resolve(error);
      });
    });
    if (failure !== undefined && failure !== null) return false;
  }
  return true;
}

/** Not `once`, which fails with a reset connection. */
function closeOf(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else socket.once('close', () => resolve());
  });
}

/** What the service answers until it closes the connection. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('utf8'))).resume();
  await closeOf(socket);
  return text;
}

describe('a client that writes its whole body before it reads', () => {
  const part = Buffer.alloc(mebibyte, 'x');
  const parts = Array<Buffer>(24).fill(part);

  test.each([
    ['413 by the length that it announces', 'good', `Content-Length: ${24 * mebibyte}`, parts, 413],
    [
      '413 by what it sends',
      'good',
      'Transfer-Encoding: chunked',
      [...parts.map((chunk) => `100000\r\n${chunk.toString()}\r\n`), '0\r\n\r\n'],
      413,
    ],
    ['401', 'bad', `Content-Length: ${24 * mebibyte}`, parts, 401],
  ] as const)('hears %s', async (_what, token, framing, body, status) => {
    const { socket } = await open({});
    expect(await writeAll(socket, [head(token, framing), ...body])).toBe(true);
    const answer = await readAll(socket);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('\r\nConnection: close\r\n');
    const [, content] = answer.split('\r\n\r\n');
    expect(JSON.parse(content!)).toMatchObject({ message: expect.any(String) });
    expect(failures).toEqual([]);
  });
});

describe('a refused body is not received for ever', () => {
  test('no more than the bound of bytes', async () => {
    const { socket, received } = await open({ drainBytes: 2 * mebibyte });
    const parts = Array<Buffer>(64).fill(Buffer.alloc(mebibyte, 'x'));
    const all = await writeAll(socket, [head('good', `Content-Length: ${64 * mebibyte}`), ...parts]);
    await closeOf(socket.resume());
    expect(all).toBe(false);
    expect(received()).toBeLessThan(4 * mebibyte);
  });

  test('no longer than the bound of time; the answer does not wait for it', async () => {
    const { socket } = await open({ drainMs: 200 });
    socket.write(head('good', `Content-Length: ${mebibyte}`));
    const [first] = (await once(socket.resume(), 'data')) as [Buffer];
    expect(first.toString()).toMatch(/^HTTP\/1.1 413 [^]*\}$/);
    await closeOf(socket);
  });
});

describe('a body that never arrives whole', () => {
  test.each([
    ['is slow', { timeoutMs: 100 }, (socket: Socket): unknown => socket.resume()],
    ['is broken off', {}, (socket: Socket): unknown => socket.resetAndDestroy()],
    ['is given up', {}, (socket: Socket): unknown => socket.destroy()],
  ] as const)('%s: nothing fails but this request', async (_what, bounds, leave) => {
    const { socket, over } = await open(bounds);
    const asked = once(server!, 'request');
    socket.write(`${head('good', 'Content-Length: 1000')}air`);
    await asked;
    leave(socket);
    await over;
    await setImmediate();
    expect(failures).toEqual([]);
  });
});
