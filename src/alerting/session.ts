import type { ConditionContext } from '../alerts/evaluateRule.js';
import { addDays, dayMs, hourMs, instantOfDay } from '../domain/calendar.js';
import { activateRules } from '../domain/qualityRule.js';
import type { Logger } from '../log.js';
import { reachOfHourRules } from '../statistics/suspectHours.js';
import { listLatest } from '../store/alertEngine.js';
import { readWarningTables } from '../store/alertSeeds.js';
import type { PoolClient } from '../store/pool.js';
import { listQualityRules } from '../store/qualityRules.js';
import { findLastVerdictDay } from '../store/verdictDays.js';
import { loadFactContext, type FactContext } from './factContext.js';
import { loadCalendar } from './notifyContext.js';
import type { RuleBook } from './ruleBook.js';
import type { RuleFailure } from './rules.js';

/** What the pieces of alerting work with. */
export interface AlertingOptions {
  readonly logger: Logger;
  readonly rules: RuleBook;
  readonly now: () => number;
  /** Folder whose disk is watched. */
  readonly dataDir?: string;
  /** Most marks that a round takes. */
  readonly marksPerRound?: number;
  /** Takes only marks of this day and later. */
  readonly marksSince?: string | undefined;
  /** Address at which people reach the service, for links in messages. */
  readonly publicUrl?: string | undefined;
}

/** Everything that is read once for a piece of alerting, in its transaction. */
export interface Session {
  readonly client: PoolClient;
  readonly now: number;
  readonly facts: FactContext;
  readonly conditions: ConditionContext;
  /** Rules that could not be evaluated so far. */
  readonly failures: RuleFailure[];
  /** How far from a day the checks of its data set flags. */
  readonly checkReachMs: number;
  /** End of the latest hourly, daily and water data of a site; 0: none. */
  readonly ends: {
    readonly hours: (siteId: number) => number;
    readonly air: (siteId: number) => number;
    readonly water: (siteId: number) => number;
    /** End of the last as-of day that verdicts are recorded of. */
    readonly verdicts: number;
  };
}

/** Reads what a piece of alerting needs besides its own subjects. */
export async function openSession(
  client: PoolClient,
  { now: clock, dataDir }: Pick<AlertingOptions, 'now' | 'dataDir'>,
): Promise<Session> {
  const now = clock();
  const facts = await loadFactContext(client, { now, ...(dataDir === undefined ? {} : { dataDir }) });
  const conditions = { calendar: await loadCalendar(client), warningTables: await readWarningTables() };
  const latest = new Map(
    (await listLatest(client)).map(({ siteId, family, ts }) => [`${siteId} ${family}`, ts]),
  );
  const end = (siteId: number, family: string, length: number) => {
    const ts = latest.get(`${siteId} ${family}`);
    return ts === undefined ? 0 : ts + length;
  };
  const checked = activateRules(await listQualityRules(client)).hours;
  const reachHours = Math.max(0, ...[...checked.values()].map(reachOfHourRules));
  const lastVerdict = await findLastVerdictDay(client);
  const hours = (siteId: number) => end(siteId, 'air_hour', hourMs);
  return {
    client,
    now,
    facts,
    conditions,
    failures: [],
    checkReachMs: Math.ceil(reachHours / 24) * dayMs,
    ends: {
      hours,
      air: (siteId) => Math.max(hours(siteId), end(siteId, 'air_day', 24 * hourMs)),
      // A sample of a moment, and a month that has begun, are there as soon as they are stored.
      water: (siteId) => Math.max(end(siteId, 'water_sample', 1), end(siteId, 'water_month', 1)),
      verdicts: lastVerdict === null ? 0 : instantOfDay(addDays(lastVerdict, 1)),
    },
  };
}
