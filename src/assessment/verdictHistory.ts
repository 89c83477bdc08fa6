import { setImmediate, setTimeout } from 'node:timers/promises';
import { addDays, addMonths, daysInRange } from '../domain/calendar.js';
import type { Target } from '../domain/target.js';
import type { Logger } from '../log.js';
import { addAlertMarks } from '../store/alertMarks.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from '../store/pool.js';
import { saveOutlooks, type OutlookDay } from '../store/targetOutlooks.js';
import { listAllVersions, type TargetVersion } from '../store/targets.js';
import {
  findLastVerdictDay,
  insertVerdicts,
  listCurrentVerdicts,
  type VerdictDay,
} from '../store/verdictDays.js';
import {
  hasMarks,
  insertMarks,
  listMarkedQuarters,
  takeMarksOf,
  takeOpenMarks,
  tryLockQuarter,
  type VerdictMark,
} from '../store/verdictMarks.js';
import { loadStoredFacts } from './facts.js';
import { judgeVersions, openRound, type JudgedTarget } from './judgeTargets.js';
import { toOutlookDay } from './outlookDay.js';
import { noticeTargetFigures } from './publishedTargets.js';

const busyPauseMs = 200;

/** A stretch of as-of days, both inclusive, with the targets to be judged as of each. */
interface Stretch {
  readonly from: string;
  readonly to: string;
  readonly targetsOf: (day: string) => readonly TargetVersion[];
}

/** What marks may call a target: whatever is marked under one of these names concerns it. */
export function scopesOf(target: Pick<Target, 'id' | 'kind' | 'siteGroup' | 'indicator'>): readonly string[] {
  const own = ['all', `target:${target.id}`];
  if (target.kind === 'annual-mean' || target.kind === 'day-share' || target.kind === 'day-count')
    return [...own, `air:${target.siteGroup}`];
  return [...own, target.kind === 'section-grade' ? 'water' : `report:${target.indicator}`];
}

/**
 * Finds for each of many as-of days the versions in force: of those effective by then, the latest.
 *
 * @param all in order of target, effective day and version
 */
export function versionsInForce(all: readonly TargetVersion[], day: string): TargetVersion[] {
  const found = new Map<number, TargetVersion>();
  for (const version of all) if (version.effective <= day) found.set(version.target.id, version);
  return [...found.values()];
}

/** A verdict with what was found beside it. */
export interface JudgedDay extends VerdictDay {
  readonly outlook: OutlookDay;
}

/**
 * Judges targets as of each day of a stretch, loading what they rest on once. Between two days it lets other work of the
 * process through, and waits for `pause`.
 */
export async function judgeStretch(
  db: Queryable,
  stretch: Stretch,
  signal?: AbortSignal,
  pause: () => Promise<void> = () => setImmediate(),
): Promise<JudgedDay[]> {
  const days = daysInRange(stretch.from, addDays(stretch.to, 1));
  const versions = new Map<string, readonly TargetVersion[]>(
    days.map((day) => [day, stretch.targetsOf(day)]),
  );
  const facts = await loadStoredFacts(db);
  const round = await openRound(facts, [...new Set([...versions.values()].flat())], stretch.to);
  const said: JudgedDay[] = [];
  for (const day of days) {
    const judged = await judgeVersions(round, versions.get(day)!, day);
    said.push(...judged.map((one) => toJudgedDay(one, day)));
    await pause();
    if (signal?.aborted === true) throw new HistoryStopped();
  }
  return said;
}

function toJudgedDay({ target, version, judgement }: JudgedTarget, asOf: string): JudgedDay {
  const { verdict, value, valueUnrounded, distance, used, missing, reason } = judgement;
  return {
    targetId: target.id,
    targetVersion: version,
    asOf,
    verdict,
    value,
    valueUnrounded,
    distance,
    used,
    missing,
    reasonZh: reason.zh,
    reasonEn: reason.en,
    outlook: toOutlookDay(target, asOf, judgement),
  };
}

/** Records verdicts, and beside them what is allowed, expected and was a year before in place of what was found before. */
export async function recordDays(
  client: PoolClient,
  news: readonly JudgedDay[],
  judged: readonly JudgedDay[],
): Promise<void> {
  await insertVerdicts(
    client,
    news.map(({ outlook, ...day }) => (void outlook, day)),
  );
  await saveOutlooks(
    client,
    judged.map(({ outlook }) => outlook),
  );
}

/** The words of a reason may become better without anything else being said. */
function saysTheSame(a: VerdictDay, b: VerdictDay): boolean {
  return (
    a.targetVersion === b.targetVersion &&
    a.verdict === b.verdict &&
    a.value === b.value &&
    a.valueUnrounded === b.valueUnrounded &&
    a.distance === b.distance &&
    a.used === b.used &&
    a.missing === b.missing
  );
}

/**
 * Turns what changes have marked since into stretches within quarters that can be taken, and marks the days that have
 * come since the last recorded one.
 *
 * @param until the last as-of day; later ones are judged when they have come
 */
export async function spreadMarks(pool: Pool, until: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const first = (await listAllVersions(client)).reduce<string | null>(
      (least, { effective }) => (least === null || effective < least ? effective : least),
      null,
    );
    if (first === null) return;
    let open = await takeOpenMarks(client);
    const last = await findLastVerdictDay(client);
    if (open.length === 0 && last !== null && last < until && !(await hasMarks(client)))
      open = [{ scope: 'all', from: addDays(last, 1), to: null }];
    await insertMarks(
      client,
      open.flatMap(({ scope, from }) => cutByQuarter(scope, from < first ? first : from, until)),
    );
  });
}

function cutByQuarter(scope: string, from: string, until: string): VerdictMark[] {
  const marks: VerdictMark[] = [];
  for (let start = from; start <= until;) {
    const next = `${addMonths(quarterOf(start).slice(0, 7), 3)}-01`;
    const last = addDays(next, -1);
    marks.push({ scope, from: start, to: last < until ? last : until });
    start = next;
  }
  return marks;
}

function quarterOf(day: string): string {
  const month = Number(day.slice(5, 7));
  return `${day.slice(0, 5)}${String(month - ((month - 1) % 3)).padStart(2, '0')}-01`;
}

/**
 * Judges the marked as-of days of one quarter anew, in one transaction with taking their marks, and records what differs
 * from what was said before. Quarters that another process works on are left to it.
 *
 * @returns the number of records added; `undefined` when there is nothing to take
 */
export async function recordQuarter(
  pool: Pool,
  signal?: AbortSignal,
  pause?: () => Promise<void>,
): Promise<number | undefined> {
  return inTransaction(pool, async (client) => {
    for (const quarter of await listMarkedQuarters(client)) {
      if (!(await tryLockQuarter(client, quarter))) continue;
      const marks = await takeMarksOf(client, quarter);
      if (marks.length > 0) return recordMarked(client, marks, signal, pause);
    }
    return undefined;
  });
}

async function recordMarked(
  client: PoolClient,
  marks: readonly VerdictMark[],
  signal: AbortSignal | undefined,
  pause: (() => Promise<void>) | undefined,
): Promise<number> {
  const from = marks.reduce((least, mark) => (mark.from < least ? mark.from : least), marks[0]!.from);
  const to = marks.reduce((most, mark) => (mark.to! > most ? mark.to! : most), marks[0]!.to!);
  const all = await listAllVersions(client);
  const targetsOf = (day: string) => {
    const due = new Set(
      marks.filter((mark) => mark.from <= day && day <= mark.to!).map(({ scope }) => scope),
    );
    return versionsInForce(all, day).filter(({ target }) => scopesOf(target).some((scope) => due.has(scope)));
  };
  const said = await judgeStretch(client, { from, to, targetsOf }, signal, pause);
  const ids = [...new Set(said.map(({ targetId }) => targetId))];
  const known = new Map(
    (await listCurrentVerdicts(client, ids, from, to)).map((one) => [`${one.targetId} ${one.asOf}`, one]),
  );
  const news = said.filter((one) => {
    const before = known.get(`${one.targetId} ${one.asOf}`);
    return before === undefined || !saysTheSame(before, one);
  });
  await recordDays(client, news, said);
  await addAlertMarks(client, marksOf(news));
  await noticeTargetFigures(client, news);
  return news.length;
}

/** The first of a target's days says from where on its alerts are looked at anew. */
function marksOf(news: readonly VerdictDay[]) {
  const first = new Map<number, string>();
  for (const { targetId, asOf } of news) {
    const known = first.get(targetId);
    if (known === undefined || asOf < known) first.set(targetId, asOf);
  }
  return [...first].map(([subjectId, day]) => ({ subject: 'target' as const, subjectId, day }));
}

/** The service stops: what was under way is given up, and its marks stay. */
class HistoryStopped extends Error {}

/** Keeps the verdict history up to date in one process, behind everything else. */
export class VerdictHistory {
  readonly #pool: Pool;
  readonly #logger: Logger;
  readonly #until: () => string;
  readonly #busy: () => boolean;
  #running: Promise<void> | undefined;
  readonly #stopping = new AbortController();

  /**
   * @param until gives the last as-of day to be recorded
   * @param busy whether something else needs the process more: judging then takes a small part of the time
   */
  constructor(pool: Pool, logger: Logger, until: () => string, busy: () => boolean = () => false) {
    this.#pool = pool;
    this.#logger = logger;
    this.#until = until;
    this.#busy = busy;
  }

  /** Works until no mark is left that another process does not work on; one run at a time. */
  async drain(): Promise<void> {
    while (this.#running !== undefined) await this.#running.catch(() => undefined);
    if (this.#stopping.signal.aborted) return;
    this.#running = this.#work().finally(() => (this.#running = undefined));
    await this.#running.catch((error: unknown) => {
      if (!(error instanceof HistoryStopped)) throw error;
    });
  }

  /** Starts working unless it does already; failures are logged, the marks stay for the next run. */
  trigger(): void {
    if (this.#running !== undefined || this.#stopping.signal.aborted) return;
    this.drain().catch((error: unknown) => this.#logger.error({ err: error }, 'verdict history failed'));
  }

  /** Gives up the quarter under way, whose marks stay, and starts no other. */
  stop(): void {
    this.#stopping.abort();
  }

  /** Waits for the run under way. */
  async stopped(): Promise<void> {
    await this.#running?.catch(() => undefined);
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopping;
    const pause = () => (this.#busy() ? setTimeout(busyPauseMs) : setImmediate());
    await spreadMarks(this.#pool, this.#until());
    while (!signal.aborted && (await recordQuarter(this.#pool, signal, pause)) !== undefined);
  }
}
