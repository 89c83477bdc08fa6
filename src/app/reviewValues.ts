import { DomainError } from '../domain/domainError.js';
import { wholeRow } from '../domain/flag.js';
import type { Actor } from '../domain/role.js';
import type { Target } from '../domain/target.js';
import type { FlagOutcome, FlagRequest } from '../http/services/quality.js';
import { insertAudit } from '../store/audit.js';
import { keyedTables, type KeyedTableName } from '../store/keyedTable.js';
import { inTransaction, type Pool, type Queryable } from '../store/pool.js';
import {
  clearReviewFlags,
  countFlaggedValues,
  countReviewedValues,
  lockReviewedValues,
  setReviewFlags,
  type DayCount,
  type ReviewedValues,
} from '../store/reviews.js';
import { listGroupMembers } from '../store/sites.js';
import { listTargets } from '../store/targets.js';
import { insertWrite } from '../store/writes.js';
import { findSiteId, toInstant } from './readingService.js';

const maxValues = 20_000;

/**
 * Sets or clears a reviewer's flag on stored values, in one transaction with its history, its audit entry and the
 * marks of the days to be recomputed. A trial run only counts.
 *
 * @throws DomainError `not-found` (site, indicator, no such values), `flags-too-many`
 */
export async function reviewValues(
  pool: Pool,
  actor: Actor,
  request: FlagRequest,
  deed: 'set' | 'clear',
  asOf: string,
  marked: () => void,
): Promise<FlagOutcome> {
  const which = await findValues(pool, request);
  const outcome = await inTransaction(pool, async (client): Promise<FlagOutcome> => {
    if (!request.dryRun) await lockReviewedValues(client, which);
    const counts =
      deed === 'set'
        ? await countReviewedValues(client, which)
        : await countFlaggedValues(client, which, request.flag);
    const outcome = describe(counts, request.dryRun);
    if (outcome.rows === 0)
      throw new DomainError('not-found', { what: `${request.site} ${request.family} ${request.indicator}` });
    if (Math.max(outcome.values, outcome.rows) > maxValues)
      throw new DomainError('flags-too-many', { count: outcome.values, limit: maxValues });
    outcome.targets = await findTargets(client, request, which, counts, asOf);
    if (request.dryRun) return outcome;
    const { flag, reason } = request;
    const writeId = await insertWrite(client, actor, { kind: 'manual', reason });
    const store = deed === 'set' ? setReviewFlags : clearReviewFlags;
    outcome.changed = await store(client, which, { flag, reason, writeId });
    const { site, family, indicator, time, from, to } = request;
    await insertAudit(client, actor, deed === 'set' ? 'flags-set' : 'flags-cleared', `site ${site}`, {
      family,
      indicator,
      ...(time === undefined ? { from, to } : { time }),
      flag,
      reason,
      changed: outcome.changed,
      write: writeId,
    });
    return outcome;
  });
  if (!request.dryRun) marked();
  return outcome;
}

async function findValues(pool: Pool, request: FlagRequest): Promise<ReviewedValues> {
  const table = keyedTables[request.family as KeyedTableName];
  const narrow = table.extraKeys.length > 0;
  const known = narrow
    ? request.indicator !== wholeRow
    : [wholeRow, ...table.columns].includes(request.indicator);
  if (!known) throw new DomainError('not-found', { what: `${request.family} ${request.indicator}` });
  const siteId = await findSiteId(pool, request.site);
  const from = toInstant(request.time ?? request.from!);
  const to = request.time === undefined ? toInstant(request.to!) : new Date(from.getTime() + 1);
  return { table, siteId, indicator: request.indicator, from, to };
}

function describe(counts: readonly DayCount[], dryRun: boolean): FlagOutcome {
  return {
    dryRun,
    values: counts.reduce((sum, { values }) => sum + values, 0),
    rows: counts.reduce((sum, { rows }) => sum + rows, 0),
    days: counts.length,
    firstDay: counts[0]?.day ?? null,
    lastDay: counts.at(-1)?.day ?? null,
    changed: 0,
    targets: [],
  };
}

/** The targets whose figures rest on the values, with those of the days that lie in their period. */
async function findTargets(
  db: Queryable,
  { family, indicator, flag }: FlagRequest,
  { siteId }: ReviewedValues,
  counts: readonly DayCount[],
  asOf: string,
): Promise<FlagOutcome['targets']> {
  const takesOut =
    flag === 'invalid' || (flag === 'maintenance' && indicator === wholeRow && isWater(family));
  if (!takesOut) return [];
  const groups = await listGroupMembers(db);
  const touched = (await listTargets(db, asOf)).filter(
    ({ target }) =>
      groups.get(target.siteGroup)?.includes(siteId) === true && restsOn(target, family, indicator),
  );
  return touched.flatMap(({ target }) => {
    const days = counts.filter(({ day }) => day >= target.periodStart && day <= target.due);
    const [first, last] = [days[0], days.at(-1)];
    if (first === undefined || last === undefined) return [];
    return [
      { id: target.id, name: target.nameZh, days: days.length, firstDay: first.day, lastDay: last.day },
    ];
  });
}

function isWater(family: string): boolean {
  return family === 'water_sample' || family === 'water_month';
}

function restsOn({ kind, indicator }: Target, family: string, flagged: string): boolean {
  if (kind === 'section-grade') return isWater(family);
  if (family !== 'air_hour' && family !== 'air_day') return false;
  if (kind === 'annual-mean') return flagged === wholeRow || flagged === indicator;
  return kind === 'day-share' || kind === 'day-count';
}
