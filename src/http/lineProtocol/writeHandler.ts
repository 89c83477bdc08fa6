import type { IncomingMessage, ServerResponse } from 'node:http';
import { DomainError } from '../../domain/domainError.js';
import type { DeviceIngest } from '../../ingest/devices/deviceIngest.js';
import type { TimePrecision } from '../../ingest/lineProtocol/lineTime.js';
import type { Logger } from '../../log.js';
import { clientAddressOf, type TrustsAddress } from '../clientAddress.js';
import type { HttpMetrics } from '../metrics.js';
import type { RateLimit } from '../rateLimiter.js';
import type { TokenService } from '../services.js';
import { answerQuery } from './answerQuery.js';
import { createIdentifySender } from './credentials.js';
import {
  answerDone,
  influxVersions,
  partialRefusal,
  sendRefusal,
  type Dialect,
  type Refusal,
} from './influxAnswers.js';
import { ByteBudget, drainBody, readBody, RefusedBody, type BodyBounds } from './readBody.js';

/** Takes requests of the write interface and says whether it did; others are somebody else's. */
export type WriteHandler = (request: IncomingMessage, response: ServerResponse) => boolean;

export interface WriteHandlerOptions {
  readonly ingest: Pick<DeviceIngest, 'receive'>;
  readonly tokens: TokenService;
  readonly logger: Logger;
  readonly metrics: HttpMetrics;
  readonly bounds?: Partial<BodyBounds>;
  readonly failedAuthentications?: RateLimit;
  /** Which proxies may say where a request came from. Default: none. */
  readonly trustsProxy?: TrustsAddress;
  /** Throws when the database does not answer. */
  readonly checkReady: () => Promise<unknown>;
}

const precisions: Readonly<Record<Dialect, ReadonlyMap<string, TimePrecision>>> = {
  v2: new Map([['ns', 'ns'], ['us', 'us'], ['ms', 'ms'], ['s', 's']]),
  v1: new Map([['n', 'ns'], ['ns', 'ns'], ['u', 'us'], ['µ', 'us'], ['us', 'us'], ['ms', 'ms'], ['s', 's'], ['m', 'm'], ['h', 'h']]),
}; // prettier-ignore

/**
 * Creates the write interface of InfluxDB 2 and 1. It stands in front of Express: a device's answer needs none of what
 * Express does, and there may be thousands of them a second.
 */
export function createWriteHandler(options: WriteHandlerOptions): WriteHandler {
  const bounds: BodyBounds = {
    mostBytes: 25 * 1024 * 1024,
    mostInFlight: 256 * 1024 * 1024,
    timeoutMs: 60_000,
    drainBytes: 64 * 1024 * 1024,
    drainMs: 30_000,
    ...options.bounds,
  };
  const trusts = options.trustsProxy ?? (() => false);
  const addressOf = (request: IncomingMessage) => clientAddressOf(request, trusts);
  const budget = new ByteBudget(bounds.mostInFlight);
  const identify = createIdentifySender(
    options.tokens,
    options.failedAuthentications ?? { capacity: 20, refillMs: 3_000 },
    addressOf,
  );
  return (request, response) => {
    const url = request.url ?? '';
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
    if (path === '/ping') return answerPing(request, response, query);
    if (path === '/health') return answerHealth(request, response, options.checkReady);
    if (path === '/query' && request.method === 'POST') {
      void answerQuery(request, response, query);
      return true;
    }
    const dialect: Dialect | undefined =
      path === '/api/v2/write' ? 'v2' : path === '/write' ? 'v1' : undefined;
    if (dialect === undefined || request.method !== 'POST') return false;
    write(request, response, query, dialect).catch((error: unknown) => {
      options.logger.error({ err: error }, 'answering a device failed');
      request.destroy();
    });
    return true;
  };

  async function write(
    request: IncomingMessage,
    response: ServerResponse,
    query: URLSearchParams,
    dialect: Dialect,
  ): Promise<void> {
    const startedAt = performance.now();
    // Asked for now: a request whose connection broke off has none any more.
    const address = addressOf(request);
    const refuseThis = (refusal: Refusal) => refuse(request, response, dialect, refusal, address);
    let taken = 0;
    try {
      const actor = await identify(request, query);
      const precision = precisionOf(query, dialect);
      const received = await readBody(request, bounds, budget);
      ({ taken } = received);
      const receipt = await options.ingest.receive(actor, received.body, precision);
      if (receipt.problemCount === 0) answerDone(response, dialect);
      else refuseThis(partialRefusal(receipt));
    } catch (error) {
      refuseThis(refusalOf(error));
    } finally {
      budget.giveBack(taken);
      const seconds = (performance.now() - startedAt) / 1000;
      options.metrics.countRequest(
        'POST',
        dialect === 'v2' ? '/api/v2/write' : '/write',
        response.statusCode,
        seconds,
      );
    }
  }

  function refuse(
    request: IncomingMessage,
    response: ServerResponse,
    dialect: Dialect,
    refusal: Refusal,
    address: string,
  ): void {
    if (response.headersSent || response.destroyed) return;
    // What the client still sends is no request: the connection cannot be used again.
    if (!request.complete) response.setHeader('Connection', 'close');
    sendRefusal(response, dialect, refusal);
    void drainBody(request, bounds).then(() => response.end());
    options.logger[refusal.status >= 500 ? 'warn' : 'info'](
      {
        status: refusal.status,
        address,
        message: refusal.message.slice(0, 500),
      },
      'readings refused',
    );
  }

  function refusalOf(error: unknown): Refusal {
    if (error instanceof RefusedBody) return error.refusal;
    // A connection that was reset may be the client's, who hears nothing any more, or the database's: 400 would make a
    // client drop what it sent. Whether the database is gone or the outcome unknown, sending it again changes nothing. A client that is told to
    // wait some seconds may read them as milliseconds and give up: none is told.
    if (error instanceof DomainError || isOutage(error))
      return { status: 503, message: 'the service is not able to store this now: send it again later' };
    options.logger.error({ err: error }, 'storing readings failed');
    return { status: 500, message: 'internal error' };
  }
}

function precisionOf(query: URLSearchParams, dialect: Dialect): TimePrecision {
  const text = query.get('precision');
  if (text === null || text === '') return 'ns';
  const precision = precisions[dialect].get(text);
  if (precision === undefined)
    throw new RefusedBody({
      status: 400,
      message: `invalid precision; valid precision units are ns, us, ms, and s`,
    });
  return precision;
}

function isOutage(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === 'string') return /^(E[A-Z]+$|08|53|57|58)/.test(code);
  return typeof message === 'string' && /timeout|terminated|not queryable|closed/i.test(message);
}

function answerPing(request: IncomingMessage, response: ServerResponse, query: URLSearchParams): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const headers = { 'X-Influxdb-Version': influxVersions.v1, 'X-Influxdb-Build': 'OSS' };
  if (query.get('verbose') === 'true' && request.method === 'GET')
    response
      .writeHead(200, { ...headers, 'Content-Type': 'application/json' })
      .end(JSON.stringify({ version: influxVersions.v1 }));
  else response.writeHead(204, headers).end();
  return true;
}

function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  checkReady: () => Promise<unknown>,
): boolean {
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const answer = (status: number, message: string) =>
    response
      .writeHead(status, { 'X-Influxdb-Version': influxVersions.v2, 'Content-Type': 'application/json' })
      .end(
        JSON.stringify({
          name: 'influxdb',
          message,
          status: status === 200 ? 'pass' : 'fail',
          checks: [],
          version: influxVersions.v2,
        }),
      );
  checkReady().then(
    () => answer(200, 'ready for queries and writes'),
    () => answer(503, 'the database does not answer'),
  );
  return true;
}
