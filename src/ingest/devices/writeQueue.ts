import type { Pool, PoolClient } from 'pg';
import { DomainError } from '../../domain/domainError.js';
import { ensureRanges } from '../../store/partitions.js';
import type { RowBatch } from '../../store/rowBatch.js';
import { writeRows, type Met } from '../../store/writeRows.js';
import { PartialRows } from './partialRows.js';
import { WriteGroup, type Delivery, type Waiting } from './writeGroup.js';

export type { Delivery } from './writeGroup.js';

export interface WriteQueueOptions {
  readonly pool: Pool;
  /** Transactions at a time. Default: 2. */
  readonly writers?: number;
  /** Rows of one transaction, of several requests together; a larger request goes alone. Default: 20,000. */
  readonly rowsTogether?: number;
  /** Rows that may wait; beyond them requests are refused. Default: 1,000,000 (some 70 bytes each). */
  readonly mostWaiting?: number;
  /** Told the moments at which tests let the process or the database die. */
  readonly reached?: (point: 'before-commit' | 'after-commit') => Promise<void>;
}

// PostgreSQL's words for "do this again": deadlock, serialisation, and no partition for a row.
const repeatable = new Set(['40P01', '40001']);
const noPartition = '23514';
const mostTries = 5;
const mostTogether = 500;
const recentMs = 2_000;
const busyRows = 2_000;

/**
 * Gathers what requests want stored into few transactions: while all writers are busy, what arrives waits and goes
 * together with whatever else arrived. Alone, a request waits for nothing. Every request hears of its own outcome.
 */
export class WriteQueue {
  readonly #options: Required<Omit<WriteQueueOptions, 'reached'>> & Pick<WriteQueueOptions, 'reached'>;
  readonly #waiting: Waiting[] = [];
  readonly #years = new Set<string>();
  #waitingRows = 0;
  readonly #writing = new Set<WriteGroup>();
  readonly #partial = new PartialRows();
  #guess: Met = 'none';
  // Rows stored, each counting less the longer ago that was.
  #recentRows = 0;
  #recentAt = 0;

  constructor(options: WriteQueueOptions) {
    this.#options = { writers: 2, rowsTogether: 20_000, mostWaiting: 1_000_000, ...options };
  }

  /** Rows that wait or are being written. */
  get load(): number {
    return this.#waitingRows;
  }

  /** Whether more arrives than a county's devices send: a flood, such as years of history. */
  isBusy(): boolean {
    return this.#recent() > busyRows;
  }

  #recent(): number {
    return this.#recentRows * Math.exp((this.#recentAt - performance.now()) / recentMs);
  }

  /**
   * Stores a delivery. Returns when it is committed.
   *
   * @throws DomainError `unavailable` when too much waits already; failures of the database, after which it may or may
   *   not be stored: sending it again changes nothing
   */
  store(delivery: Delivery): Promise<void> {
    const rows = delivery.batches.reduce((sum, { size }) => sum + size, 0);
    if (this.#waitingRows + rows > this.#options.mostWaiting && this.#waitingRows > 0) {
      return Promise.reject(new DomainError('unavailable', { detail: 'too many readings are waiting' }));
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push({ delivery, rows, resolve, reject });
      this.#waitingRows += rows;
      this.#start();
    });
  }

  /** Waits until nothing waits. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0 || this.#waiting.length > 0)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  #start(): void {
    while (this.#writing.size < this.#options.writers && this.#waiting.length > 0) {
      const group = this.#takeGroup();
      if (group.members.length === 0) return;
      this.#writing.add(group);
      void this.#write(group).finally(() => {
        this.#writing.delete(group);
        this.#start();
      });
    }
  }

  /**
   * The next requests that can share a transaction: no row of theirs belongs to two writes, and none to a group that is
   * being written. They would wait in the database for that; here others gather meanwhile and go with them.
   */
  #takeGroup(): WriteGroup {
    const group = new WriteGroup();
    let taken = 0;
    for (const waiting of this.#waiting) {
      if (taken > 0 && (taken >= mostTogether || group.rowCount + waiting.rows > this.#options.rowsTogether))
        break;
      if (this.#isBeingWritten(waiting) || !group.add(waiting)) break;
      taken += 1;
    }
    this.#waiting.splice(0, taken);
    return group;
  }

  #isBeingWritten({ delivery }: Waiting): boolean {
    for (const group of this.#writing) if (group.sharesRows(delivery.batches)) return true;
    return false;
  }

  async #write(group: WriteGroup): Promise<void> {
    try {
      await this.#writeOnce(group);
      group.settle();
    } catch (error) {
      if (group.members.length === 1 || isOutage(error)) group.settle(error);
      else {
        // One of them is at fault, and the others are not to suffer for it.
        for (const member of group.members) await this.#writeAlone(member);
      }
    } finally {
      for (const { rows } of group.members) this.#waitingRows -= rows;
    }
  }

  async #writeAlone(member: Waiting): Promise<void> {
    const group = new WriteGroup();
    group.add(member);
    try {
      await this.#writeOnce(group);
      group.settle();
    } catch (error) {
      group.settle(error);
    }
  }

  async #writeOnce(group: WriteGroup): Promise<void> {
    const { pool, reached } = this.#options;
    const rows = group.rows();
    await this.#ensureYears(rows.batches, false);
    const mayBeStored = this.#recall(rows.batches);
    const alongside = this.#alongside(group);
    for (let tries = 1; ; tries += 1) {
      try {
        // After a repetition the next is likely to be one too; after news, news.
        this.#guess = await writeRows(pool, rows, {
          guess: this.#guess,
          ...(mayBeStored === undefined ? {} : { mayBeStored }),
          ...(alongside === undefined ? {} : { alongside }),
        });
        this.#recentRows = this.#recent() + rows.batches.reduce((sum, { size }) => sum + size, 0);
        this.#recentAt = performance.now();
        await reached?.('after-commit');
        return;
      } catch (error) {
        const { code } = error as { code?: string };
        if (tries >= mostTries || code === undefined) throw error;
        if (code === noPartition) await this.#ensureYears(rows.batches, true);
        else if (!repeatable.has(code)) throw error;
      }
    }
  }

  /**
   * The rows that earlier groups, this one not counted, have stored in part. What is about to be stored is remembered
   * before it is: of two groups on their way the later one then merges what they share.
   */
  #recall(batches: readonly RowBatch[]): ((batch: RowBatch, row: number) => boolean) | undefined {
    const found = new Map<RowBatch, Set<number>>();
    for (const batch of batches) {
      if (this.#partial.knows(batch.family)) {
        const rows = new Set<number>();
        for (let row = 0; row < batch.size; row += 1) if (this.#partial.has(batch, row)) rows.add(row);
        if (rows.size > 0) found.set(batch, rows);
      }
      this.#partial.remember(batch);
    }
    return found.size === 0 ? undefined : (batch, row) => found.get(batch)?.has(row) === true;
  }

  #alongside({ members }: WriteGroup): ((client: PoolClient) => Promise<void>) | undefined {
    const { reached } = this.#options;
    if (reached === undefined && members.every(({ delivery }) => delivery.alongside === undefined))
      return undefined;
    return async (client) => {
      for (const { delivery } of members) await delivery.alongside?.(client);
      await reached?.('before-commit');
    };
  }

  /** Makes partitions for years that this process has not written yet. */
  async #ensureYears(batches: readonly RowBatch[], again: boolean): Promise<void> {
    const { pool } = this.#options;
    for (const batch of batches) {
      const { first, last } = timesOf(batch);
      const years: string[] = [];
      for (let year = yearOf(first); year <= yearOf(last); year += 1) years.push(`${batch.family} ${year}`);
      if (!again && years.every((year) => this.#years.has(year))) continue;
      await ensureRanges(pool, pool, [{ table: batch.table.table, first, last }]);
      for (const year of years) this.#years.add(year);
    }
  }
}

function timesOf(batch: RowBatch): { first: number; last: number } {
  let [first, last] = [Infinity, -Infinity];
  for (let row = 0; row < batch.size; row += 1) {
    const ts = batch.tsAt(row);
    if (ts < first) first = ts;
    if (ts > last) last = ts;
  }
  return { first, last };
}

function yearOf(epochMs: number): number {
  return new Date(epochMs + 8 * 3_600_000).getUTCFullYear();
}

function isOutage(error: unknown): boolean {
  if (error instanceof DomainError) return true;
  const { code } = error as { code?: unknown };
  return typeof code !== 'string' || /^(E[A-Z]+|08|53|57|58)/.test(code);
}
