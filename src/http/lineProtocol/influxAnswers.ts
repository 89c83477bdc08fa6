import type { ServerResponse } from 'node:http';
import { formatMend, formatMessage } from '../../domain/messages.js';
import type { Receipt } from '../../ingest/devices/deviceIngest.js';

/** The interface that a client speaks: InfluxDB 2 (`/api/v2/write`) or 1 (`/write`). */
export type Dialect = 'v2' | 'v1';

/** The versions whose answers these are; clients ask for nothing else. */
export const influxVersions = { v2: '2.7.12', v1: '1.8.10' } as const;

const mostHeaderBytes = 1024;
const mostNamed = 10;

/** Why a request is refused, in the words of the interface. */
export interface Refusal {
  readonly status: 400 | 401 | 403 | 404 | 413 | 429 | 500 | 503;
  readonly message: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** What a person may want to know beyond the interface's own words. */
  readonly details?: Readonly<Record<string, unknown>>;
}

const codes: Readonly<Record<Refusal['status'], string>> = {
  400: 'invalid',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not found',
  413: 'request too large',
  429: 'too many requests',
  500: 'internal error',
  503: 'unavailable',
};

/** Answers with nothing but success: everything is committed. */
export function answerDone(response: ServerResponse, dialect: Dialect): void {
  response.writeHead(204, versionHeaders(dialect)).end();
}

/**
 * Answers with a refusal as InfluxDB of the dialect does. All of it is sent, but the response is not ended: with that the
 * connection may be closed, which is the caller's to say.
 */
export function sendRefusal(response: ServerResponse, dialect: Dialect, refusal: Refusal): void {
  const { status, message, details } = refusal;
  const code = codes[status];
  const body = JSON.stringify(
    dialect === 'v2' ? { code, message, ...details } : { error: message, ...details },
  );
  const fault: Record<string, string> =
    dialect === 'v2'
      ? { 'X-Platform-Error-Code': code }
      : status === 401
        ? { 'WWW-Authenticate': 'Basic realm="InfluxDB"' }
        : { 'X-Influxdb-Error': headerText(message) };
  response
    .writeHead(status, {
      ...versionHeaders(dialect),
      ...fault,
      ...refusal.headers,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    })
    .write(body);
}

/** The refusal that names lines which were not taken; the others are committed. */
export function partialRefusal({ goodLines, problemCount, problems, quarantined }: Receipt): Refusal {
  const named = problems
    .slice(0, mostNamed)
    .map(({ line, column, reason }) => `line ${line}, column ${column}: ${reason}`)
    .join('; ');
  const rest =
    problemCount > mostNamed ? `; and ${problemCount - Math.min(mostNamed, problems.length)} more` : '';
  return {
    status: 400,
    message: `partial write: ${problemCount} faults, ${goodLines} lines taken whole: ${named}${rest}`,
    details: {
      goodLines,
      problemCount,
      quarantined,
      problems: problems.map(({ line, column, code, params }) => ({
        line,
        column,
        code,
        messageZh: formatMessage(code, 'zh', params),
        mendZh: formatMend(code, 'zh', params),
        messageEn: formatMessage(code, 'en', params),
      })),
    },
  };
}

function versionHeaders(dialect: Dialect): Record<string, string> {
  return { 'X-Influxdb-Version': influxVersions[dialect], 'X-Influxdb-Build': 'OSS' };
}

function headerText(message: string): string {
  return message.replace(/[^\x20-\x7e]/g, '?').slice(0, mostHeaderBytes);
}
