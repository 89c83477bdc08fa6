import type { Pool, PoolClient } from 'pg';
import { monthOfDay } from '../domain/calendar.js';
import type { Logger } from '../log.js';
import { addAlertMarks } from '../store/alertMarks.js';
import { spreadTouches, takePendingDays } from '../store/pendingDays.js';
import { inTransaction } from '../store/pool.js';
import { lockMembershipShared } from '../store/sites.js';
import { recomputeAirDays } from './airDays.js';
import { checkDays } from './checkHours.js';
import { comparePublished } from './comparePublished.js';
import { storeMinuteHours } from './minuteHours.js';
import { noticeFigures } from './publishedFigures.js';
import { loadReference } from './reference.js';
import { recomputeWaterMonth } from './waterMonths.js';

/** Days of one batch: what each batch reads anew (reference data, dust periods) is shared by its days. */
const defaultBatchDays = 1_500;
const busyBatchDays = 300;
const maxLanes = 2;
const maxDeadlocks = 5;

/**
 * Recomputes the derived figures of up to 1,500 marked days in one transaction with taking their marks: a crash in the
 * middle leaves both as they were.
 *
 * @param batchDays how many marked days at most
 * @param busy something else needs the machine more: a small part is done
 * @returns the number of days recomputed; 0 when nothing was marked (or others are working on all of it)
 */
export async function recomputeBatch(
  pool: Pool,
  { batchDays, busy = false }: { readonly batchDays?: number; readonly busy?: boolean } = {},
): Promise<number> {
  await spreadTouches(pool, busy);
  const days = batchDays ?? (busy ? busyBatchDays : defaultBatchDays);
  for (let tries = 1; ; tries += 1) {
    try {
      return await inTransaction(pool, (client) => recomputeBatchIn(client, { batchDays: days }));
    } catch (error) {
      // An upload may set flags in another order than the checks do. Nothing of a failed attempt is stored.
      if ((error as { code?: unknown }).code !== '40P01' || tries >= maxDeadlocks) throw error;
    }
  }
}

/**
 * `recomputeBatch` inside the caller's transaction, which sees what that has written and marked itself.
 *
 * @param figuresOnly leaves out what decides about no verdict: automatic checks and comparisons with published figures
 */
export async function recomputeBatchIn(
  client: PoolClient,
  {
    figuresOnly = false,
    batchDays = defaultBatchDays,
  }: { readonly figuresOnly?: boolean; readonly batchDays?: number } = {},
): Promise<number> {
  // Members of groups do not change between reading them and storing what follows from them.
  await lockMembershipShared(client);
  const pending = await takePendingDays(client, batchDays);
  if (pending.length === 0) return 0;
  const reference = await loadReference(client);
  const air = pending.filter(({ medium, siteId }) => medium === 'air' && reference.sites.has(siteId));
  await storeMinuteHours(client, reference, air);
  if (air.length > 0) await recomputeAirDays(client, reference, air);
  const months = new Map(
    pending
      .filter(({ medium, siteId }) => medium === 'water' && reference.sites.has(siteId))
      .map(({ siteId, day }) => [`${siteId} ${monthOfDay(day)}`, { siteId, month: monthOfDay(day) }]),
  );
  // Marks of two days of one month may be in two hands: whoever comes second must read what the first has stored, and
  // what was written meanwhile.
  if (months.size > 0) await client.query(`select pg_advisory_xact_lock(hashtext('water months'))`);
  for (const { siteId, month } of months.values())
    await recomputeWaterMonth(client, reference, siteId, month);
  if (figuresOnly) return pending.length;
  const known = pending.filter(({ siteId }) => reference.sites.has(siteId));
  await checkDays(client, reference, known);
  await comparePublished(client, reference, known);
  await noticeFigures(client, reference, known);
  await addAlertMarks(
    client,
    known.map(({ medium, siteId, day }) => ({ subject: medium, subjectId: siteId, day })),
  );
  return pending.length;
}

/** Keeps the derived figures up to date in one process; `drain` may be called at any time and by several callers. */
export class Recomputation {
  readonly #pool: Pool;
  readonly #logger: Logger;
  #running: Promise<void> | undefined;
  #stopped = false;
  #again = false;

  constructor(pool: Pool, logger: Logger) {
    this.#pool = pool;
    this.#logger = logger;
  }

  /**
   * Works until no mark is left.
   *
   * @param progress told the number of days done so far after every batch
   */
  async drain(progress: (days: number) => void = () => undefined): Promise<void> {
    await this.#drain(progress, () => false);
  }

  /**
   * Works as `drain` does, but only for one batch at a time while `busy` says that something else needs the machine more:
   * to be called again and again.
   */
  async drainUnless(busy: () => boolean): Promise<void> {
    if (this.#running === undefined) await this.#drain(() => undefined, busy);
  }

  async #drain(progress: (days: number) => void, busy: () => boolean): Promise<void> {
    // A batch that is under way may have taken its marks before the caller's write: wait, then look again.
    // If it fails, that is for its own caller to hear.
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    if (this.#stopped) return;
    this.#again = false;
    this.#running = this.#work(progress, busy).finally(() => {
      this.#running = undefined;
      if (this.#again) this.trigger();
    });
    await this.#running;
  }

  /** Starts working without waiting; failures are logged, the marks stay for the next run. */
  trigger(): void {
    // The run under way may have looked for marks before this caller's write: it is followed by another.
    this.#again = this.#running !== undefined;
    if (this.#again || this.#stopped) return;
    this.drain().catch((error: unknown) => this.#logger.error({ err: error }, 'recomputation failed'));
  }

  /** Lets the batch under way finish and starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running?.catch(() => undefined);
  }

  async #work(progress: (days: number) => void, busy: () => boolean): Promise<void> {
    let done = 0;
    const lanes: Promise<void>[] = [];
    const work = async (): Promise<void> => {
      while (!this.#stopped) {
        const days = await recomputeBatch(this.#pool, { busy: busy() });
        if (days === 0) return;
        done += days;
        progress(done);
        if (busy()) return;
        // While the database works for one batch this process computes the other. There is more to do only after a
        // full batch, and a correction of one day is none.
        if (days >= defaultBatchDays && lanes.length < maxLanes) start();
      }
    };
    const start = (): void => {
      const lane = work();
      // Its failure is heard below, when the other lane has ended too.
      lane.catch(() => undefined);
      lanes.push(lane);
    };
    start();
    for (const lane of lanes) await lane.catch(() => undefined);
    await Promise.all(lanes);
  }
}
