import { HttpError, InfluxDB, Point } from '@influxdata/influxdb-client';
import type { MirrorRow } from '../store/mirrorOutbox.js';

/** Where readings are mirrored to. */
export interface MirrorAddress {
  readonly url: string;
  readonly token: string;
  readonly org: string;
  readonly bucket: string;
}

/** A line that the mirror refuses by itself, however often it is sent. */
export interface RefusedLine {
  readonly line: string;
  readonly reason: string;
}

const timeoutMs = 30_000;
const linesTogether = 5_000;
const mostInVain = 64;
// Content that is not taken; anything else (outage, credentials, a bucket that is missing) may mend.
const contentStatuses = new Set([400, 413, 422]);

/** The lines of rows: measurement `readings_<family>`, tag `site`, a field for each item, start of the interval. */
export function toPoints(rows: readonly MirrorRow[]): Point[] {
  return rows
    .filter(({ values }) => values.length > 0)
    .map(({ family, site, span, ts, values }) => {
      const point = new Point(`readings_${family}`).tag('site', site).timestamp(ts);
      if (span !== '') point.tag('span', span);
      for (const [indicator, value] of values) point.floatField(indicator, value);
      return point;
    });
}

/** Sends lines to an InfluxDB with the official client; trying again is the caller's business. */
export class MirrorTarget {
  readonly #client: InfluxDB;

  constructor(private readonly address: MirrorAddress) {
    this.#client = new InfluxDB({ url: address.url, token: address.token, timeout: timeoutMs });
  }

  /** Tells one target from another, without its secrets. */
  get name(): string {
    const { org, bucket } = this.address;
    const url = new URL(this.address.url);
    return `${url.origin}${url.pathname.replace(/\/$/, '')} ${org}/${bucket}`;
  }

  /**
   * Sends points. Of a part that is not taken for its content, halves are sent until the lines at fault stand alone.
   *
   * @returns the lines that are refused while others of the same batch are taken
   * @throws the client's error when the target does not answer, when it takes nothing whatever the content, or when it
   *   takes none of these lines: then the fault is not the lines', and none is given up
   */
  async send(points: readonly Point[]): Promise<RefusedLine[]> {
    const refused: RefusedLine[] = [];
    const parts: (readonly Point[])[] = [];
    for (let from = 0; from < points.length; from += linesTogether)
      parts.push(points.slice(from, from + linesTogether));
    let taken = 0;
    let requests = 0;
    for (let part = parts.shift(); part !== undefined; part = parts.shift()) {
      requests += 1;
      try {
        await this.#post(part);
        taken += part.length;
      } catch (error) {
        if (!(error instanceof HttpError) || !contentStatuses.has(error.statusCode)) throw error;
        if (taken === 0 && (requests >= mostInVain || (part.length === 1 && parts.length === 0))) throw error;
        const half = Math.ceil(part.length / 2);
        // Behind the others: a part that is taken is met soon, if there is one.
        if (part.length > 1) parts.push(part.slice(0, half), part.slice(half));
        else
          refused.push({ line: part[0]!.toLineProtocol()!, reason: `${error.statusCode} ${error.message}` });
      }
    }
    return refused;
  }

  async #post(points: readonly Point[]): Promise<void> {
    const api = this.#client.getWriteApi(this.address.org, this.address.bucket, 'ms', {
      // The buffer sends by itself when it is full, and keeps the outcome to itself: it must not become full.
      batchSize: points.length + 1,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      flushInterval: 0,
      gzipThreshold: 1_000,
      maxRetries: 0,
      // Without it the client writes to the console.
      writeFailed: (error) => Promise.reject(error),
    });
    api.writePoints([...points]);
    await api.flush();
    await api.close();
  }
}
