import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Refusal } from './influxAnswers.js';

const inflate = promisify(gunzip);

/** How much may be received, and be in memory, at a time. */
export interface BodyBounds {
  /** Bytes of one body, as sent and unpacked. */
  readonly mostBytes: number;
  /** Bytes of all bodies being received or stored; beyond them requests are refused before they are read. */
  readonly mostInFlight: number;
  /** How long a client may take for its body. */
  readonly timeoutMs: number;
  /** Of a refused body, bytes that are still received, into nothing, and for how long. */
  readonly drainBytes: number;
  readonly drainMs: number;
}

/** A refusal on its way out. */
export class RefusedBody extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

/** Bytes in the hands of requests under way. */
export class ByteBudget {
  #used = 0;

  constructor(private readonly most: number) {}

  get used(): number {
    return this.#used;
  }

  /** Takes bytes; a single request may always have what it needs. */
  take(bytes: number): boolean {
    if (this.#used > 0 && this.#used + bytes > this.most) return false;
    this.#used += bytes;
    return true;
  }

  giveBack(bytes: number): void {
    this.#used -= bytes;
  }
}

const tooLarge = (mostBytes: number) =>
  new RefusedBody({ status: 413, message: `request too large: at most ${mostBytes} bytes` });

/**
 * Receives and unpacks a body within the bounds.
 *
 * @returns the bytes, and how many were taken from the budget: the caller gives them back
 * @throws RefusedBody
 */
export async function readBody(
  request: IncomingMessage,
  { mostBytes, timeoutMs }: Pick<BodyBounds, 'mostBytes' | 'timeoutMs'>,
  budget: ByteBudget,
): Promise<{ readonly body: Buffer; readonly taken: number }> {
  const encoding = request.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity' && encoding !== 'gzip')
    throw new RefusedBody({ status: 400, message: `unsupported content encoding: ${encoding.slice(0, 50)}` });
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > mostBytes) throw tooLarge(mostBytes);
  let taken = 0;
  const take = (bytes: number): void => {
    if (!budget.take(bytes))
      throw new RefusedBody({ status: 503, message: 'the service is busy: send this again later' });
    taken += bytes;
  };
  try {
    take(announced);
    const chunks: Buffer[] = [];
    let size = 0;
    const late = new RefusedBody({ status: 503, message: 'the body did not arrive in time' });
    const timer = setTimeout(() => request.destroy(late), timeoutMs);
    try {
      // A loop that is left would destroy the connection otherwise, and nobody would hear why.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > mostBytes) throw tooLarge(mostBytes);
        if (size > taken) take(size - taken);
        chunks.push(chunk);
      }
    } finally {
      clearTimeout(timer);
    }
    const sent = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
    if (encoding === 'identity') return { body: sent, taken };
    const body = await unpack(sent, mostBytes);
    take(body.length);
    return { body, taken };
  } catch (error) {
    budget.giveBack(taken);
    throw error;
  }
}

/**
 * Receives what is left of a refused body into nothing, within bounds: a connection that is closed upon data nobody reads
 * is reset, and a client that writes all before it reads, as proxies do, never sees the answer. Never throws.
 */
export async function drainBody(
  request: IncomingMessage,
  { drainBytes, drainMs }: Pick<BodyBounds, 'drainBytes' | 'drainMs'>,
): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    let left = drainBytes;
    const timer = setTimeout(resolve, drainMs);
    const onData = (chunk: Buffer): void => {
      left -= chunk.length;
      if (left < 0) resolve();
    };
    const ends = ['end', 'close', 'error'] as const;
    for (const event of ends) request.once(event, () => resolve());
    request.on('data', onData).resume();
    timer.unref();
  });
  request.pause();
}

async function unpack(sent: Buffer, mostBytes: number): Promise<Buffer> {
  try {
    return await inflate(sent, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(mostBytes);
    throw new RefusedBody({ status: 400, message: 'the body is not valid gzip' });
  }
}
