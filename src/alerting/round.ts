import { buildNotifications, type AlertChange } from '../alerts/buildNotifications.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import { timingOf } from '../alerts/evaluateRule.js';
import { buildEscalations, buildReminders, type FiringAlert } from '../alerts/reminders.js';
import { initialState, type AlertState } from '../alerts/stateMachine.js';
import { dayMs, hourMs } from '../domain/calendar.js';
import { hasNewVersions, lockAlerting, takeUpVersion, tryLockAlerting } from '../store/alertEngine.js';
import { takeAlertMarks } from '../store/alertMarks.js';
import { listAlertsOf, listFiring, listTransitions } from '../store/alerts.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import { AlertWalk } from './alertWalk.js';
import { sitesInScope } from './factContext.js';
import {
  endAlert,
  isIdle,
  type JudgedResult,
  type StoredAlert,
  type StoredTransition,
} from './followAlert.js';
import { followWorks, storeFollowed, type RuleFollowed } from './followWorks.js';
import { loadRuleFacts } from './loadFacts.js';
import { loadRouting, loadTellContext, viewOf } from './notifyContext.js';
import { formerSeverities, putOut } from './putOut.js';
import type { RuleIndex } from './ruleBook.js';
import { judgeBySegments, type KnownRule, type RuleFailure } from './rules.js';
import { readsHours } from './seriesFacts.js';
import { openSession, type AlertingOptions, type Session } from './session.js';
import { reachOf } from './stretches.js';
import { targetsOfRule } from './targetFacts.js';
import { worksOfMarks, worksOfRule, type Work } from './works.js';

/** Data before a rule began that its first states are found from. */
const firstLookMs = 40 * dayMs;
/** Hours that a station may be late without its thresholds being without data. */
const silentMs = 3 * hourMs;
const defaultMarks = 1_000_000;

/** What a piece of alerting did. */
export interface RoundOutcome {
  /** Subjects whose data had changed. */
  readonly subjects: number;
  readonly transitions: number;
  /** Messages put into the outbox. */
  readonly queued: number;
}

/**
 * Evaluates what has changed since the last round: marks taken, states, transitions, messages and whom they tell are stored
 * in one transaction. A rule that is new is looked at over its last days in silence, and told of only where it fires now;
 * one that was switched off ends its alerts.
 *
 * @returns `undefined` when another process is at work
 */
export async function runRound(pool: Pool, options: AlertingOptions): Promise<RoundOutcome | undefined> {
  const failures: RuleFailure[] = [];
  const outcome = await inTransaction(pool, async (client) => {
    if (!(await tryLockAlerting(client))) return undefined;
    const marks = await takeAlertMarks(client, options.marksPerRound ?? defaultMarks, options.marksSince);
    const renewed = await hasNewVersions(client);
    if (marks.length === 0 && !renewed) return { subjects: 0, transitions: 0, queued: 0 };
    const session = { ...(await openSession(client, options)), failures };
    const liveWindowMs = await readLiveWindow(client);
    const begun = renewed ? await takeUpRules(session, options, liveWindowMs) : [];
    await storeFollowed(client, begun);
    const rules = await options.rules.read(client);
    const followed = await followWorks(session, worksOfMarks(session, rules, marks), liveWindowMs);
    await storeFollowed(client, followed);
    const all = [...begun, ...followed];
    return {
      subjects: marks.length,
      transitions: all.reduce((sum, { added }) => sum + added.length, 0),
      queued: await tell(client, all, session.now, options.publicUrl),
    };
  });
  sayFailures(failures, options);
  return outcome;
}

/** @throws Error when there are any: what the other rules found is committed, and the job shows as failed. */
function sayFailures(failures: readonly RuleFailure[], { logger }: AlertingOptions): void {
  if (failures.length === 0) return;
  const codes = [...new Set(failures.map(({ rule }) => rule))];
  for (const code of codes)
    logger.error({ rule: code, err: failures.find(({ rule }) => rule === code)!.error }, 'a rule failed');
  throw new Error(`alert rules failed: ${codes.join(', ')}`);
}

async function readLiveWindow(client: PoolClient): Promise<number> {
  return (await loadRouting(client)).liveWindowHours * hourMs;
}

/** Puts into the outbox what is to be told of alerts that are stored already. */
async function tell(
  client: PoolClient,
  followed: readonly RuleFollowed[],
  now: number,
  publicUrl: string | undefined,
): Promise<number> {
  const changes = followed.flatMap(({ findings, groupBy }) =>
    findings.map((finding): AlertChange => ({ finding, groupBy })),
  );
  if (changes.length === 0) return 0;
  const told = followed.filter(({ findings }) => findings.length > 0).map(({ alert }) => alert.fingerprint);
  const context = await loadTellContext(client, told, now, publicUrl);
  const former = formerSeverities(changes.map(({ finding }) => finding));
  return putOut(client, buildNotifications(changes, context), context, former);
}

/** Begins new versions of rules and ends the alerts that nothing watches any more. */
async function takeUpRules(
  session: Session,
  { rules: book }: AlertingOptions,
  liveWindowMs: number,
): Promise<RuleFollowed[]> {
  const { client } = session;
  const waiting = (await book.read(client)).all.filter(({ version, evaluated }) => version !== evaluated);
  for (const { code, version } of waiting) await takeUpVersion(client, code, version);
  const rules = await book.read(client);
  const followed: RuleFollowed[] = [];
  const works: Work[] = [];
  for (const { code } of waiting) {
    const known = rules.byCode.get(code)!;
    const alerts = await listAlertsOf<AlertState, ConditionResult>(client, [code]);
    for (const alert of alerts)
      if (!isIdle(alert.state) && !isWatched(session, known, alert))
        followed.push({
          ...endAlert(alert, session.now, known.version),
          known: alert,
          groupBy: known.rule?.groupBy ?? ['rule'],
        });
    if (alerts.length === 0) works.push(...worksOfRule(session, known, firstLookMs));
  }
  const first = await followWorks(session, works, liveWindowMs);
  return [...followed, ...first.map(inSilence)];
}

/** Only what fires now is told of a rule that has just begun. */
function inSilence(followed: RuleFollowed): RuleFollowed {
  const fires = followed.alert.severity !== null;
  return { ...followed, findings: followed.findings.filter(({ kind }) => fires && kind === 'live') };
}

function isWatched({ facts }: Session, { rule }: KnownRule, { labels }: StoredAlert): boolean {
  if (rule === undefined) return false;
  const { site, target, indicator, check } = labels;
  if (rule.kind === 'target') return targetsOfRule(facts, rule).includes(Number(target));
  if (rule.kind === 'service') return rule.check === check;
  const codes = sitesInScope(facts, rule.scope).map((id) => facts.sites.get(id)?.code);
  const scoped = site !== undefined && (codes.includes(site) || rule.scope.groups.includes(site));
  if (!scoped) return false;
  if (rule.kind === 'quality') return rule.check === check;
  if (rule.kind === 'absence')
    return indicator === undefined ? rule.indicators === 'any' : rule.indicators.includes(indicator);
  if (rule.kind !== 'threshold') return true;
  const { measure } = rule;
  if (measure.of === 'class-limit')
    return measure.items === 'all' || (indicator !== undefined && measure.items.includes(indicator));
  return indicator === ('indicator' in measure ? measure.indicator : 'aqi');
}

/**
 * Looks at what no data announce: sources that are silent, the service itself, and alerts that fire and whose station has
 * fallen silent.
 */
export async function runLook(pool: Pool, options: AlertingOptions): Promise<RoundOutcome> {
  const failures: RuleFailure[] = [];
  const outcome = await inTransaction(pool, async (client) => {
    await lockAlerting(client);
    const session = { ...(await openSession(client, options)), failures };
    const rules = await options.rules.read(client);
    const looking = rules.all.filter(({ rule }) => rule?.kind === 'absence' || rule?.kind === 'service');
    const followed = [
      ...(await lookAt(session, looking)),
      ...(await lookAtSilent(session, rules, await readLiveWindow(client))),
    ];
    await storeFollowed(client, followed);
    return {
      subjects: followed.length,
      transitions: followed.reduce((sum, { added }) => sum + added.length, 0),
      queued: await tell(client, followed, session.now, options.publicUrl),
    };
  });
  sayFailures(failures, options);
  return outcome;
}

async function lookAt(session: Session, rules: readonly KnownRule[]): Promise<RuleFollowed[]> {
  const { client, now, facts } = session;
  const codes = rules.map(({ code }) => code);
  const stored = await listAlertsOf<AlertState, ConditionResult>(client, codes);
  const byPrint = new Map(stored.map((alert) => [alert.fingerprint, alert]));
  const transitions = await episodesUnderWay(client, stored, now);
  const followed: RuleFollowed[] = [];
  for (const known of rules) {
    const rule = known.rule!;
    const current = known.segments.slice(-1).map((one) => ({ ...one, from: -Infinity }));
    const judged = await judgeBySegments(
      current,
      () => loadRuleFacts(client, facts, rule, { from: now, to: now, watchedSince: known.since }),
      session,
    );
    for (const one of judged) {
      const alert = byPrint.get(one.result.fingerprint);
      const done = lookOnce(alert, transitions.get(one.result.fingerprint) ?? [], one, now);
      if (done !== undefined) followed.push({ ...done, known: alert, groupBy: rule.groupBy });
    }
    // A job or disk that is gone cannot come back into order.
    const seen = new Set(judged.map(({ result }) => result.fingerprint));
    for (const alert of stored)
      if (rule.kind === 'service' && alert.ruleCode === known.code && !isIdle(alert.state))
        if (!seen.has(alert.fingerprint))
          followed.push({ ...endAlert(alert, now, known.version), known: alert, groupBy: rule.groupBy });
  }
  return followed;
}

function lookOnce(
  alert: StoredAlert | undefined,
  transitions: readonly StoredTransition[],
  judged: JudgedResult,
  now: number,
) {
  if (alert !== undefined && (alert.state.lastAt ?? -1) >= now) return undefined;
  const start = { from: now, state: alert?.state ?? initialState };
  const window = { now, liveWindowMs: Infinity };
  const walk = new AlertWalk({ known: alert, stored: transitions, start, window });
  walk.take([judged]);
  const done = walk.finish();
  const quiet = done !== undefined && done.added.length === 0 && isIdle(done.alert.state);
  return quiet ? undefined : done;
}

async function episodesUnderWay(
  client: PoolClient,
  alerts: readonly StoredAlert[],
  now: number,
): Promise<Map<string, StoredTransition[]>> {
  const busy = alerts.filter(({ state }) => !isIdle(state));
  const rows = await listTransitions<AlertState, ConditionResult>(
    client,
    busy.map(({ fingerprint }) => ({ fingerprint, from: now })),
  );
  const byPrint = new Map<string, StoredTransition[]>();
  for (const row of rows) byPrint.set(row.fingerprint, [...(byPrint.get(row.fingerprint) ?? []), row]);
  return byPrint;
}

/** Alerts of hourly values that fire and have had no hour for long: known only by the clock. */
async function lookAtSilent(
  session: Session,
  rules: RuleIndex,
  liveWindowMs: number,
): Promise<RuleFollowed[]> {
  const until = Math.floor((session.now - silentMs) / hourMs) * hourMs;
  const siteOf = new Map([...session.facts.sites].map(([id, { code }]) => [code, id]));
  const firing = await listFiring<AlertState, ConditionResult>(session.client);
  const works = firing.flatMap(({ ruleCode, labels, state }): Work[] => {
    const known = rules.byCode.get(ruleCode);
    const rule = known?.rule;
    const id = siteOf.get(labels['site'] ?? '');
    if (known === undefined || rule?.kind !== 'threshold' || !readsHours(rule.measure)) return [];
    const through = state.through ?? until;
    if (id === undefined || state.gap?.announced === true) return [];
    if (until - through < Math.max(hourMs, timingOf(rule).noDataForMs)) return [];
    const subject = { kind: 'site', id } as const;
    const changed = [{ from: through, to: Infinity }];
    const reach = reachOf(known, session.facts.sites.get(id)?.kind, session.checkReachMs);
    const span = { changedFrom: through, changed, to: until };
    return [{ known, rule, subject, labels: [labels['site']!], reach, ...span }];
  });
  return works.length === 0 ? [] : followWorks(session, works, liveWindowMs);
}

/** Repeats, tells late what was kept back, and tells the next office where nobody has acknowledged. Returns messages. */
export async function runReminders(
  pool: Pool,
  { rules: book, now: clock, publicUrl }: AlertingOptions,
): Promise<number> {
  return inTransaction(pool, async (client) => {
    await lockAlerting(client);
    const now = clock();
    const rules = await book.read(client);
    const stored = await listFiring<AlertState, ConditionResult>(client);
    const firing = stored.flatMap((alert): FiringAlert[] => {
      const rule = rules.byCode.get(alert.ruleCode)?.rule;
      if (rule === undefined) return [];
      return [{ alert: viewOf(alert), groupBy: rule.groupBy, repeatHours: rule.repeatHours }];
    });
    if (firing.length === 0) return 0;
    const context = await loadTellContext(
      client,
      stored.map(({ fingerprint }) => fingerprint),
      now,
      publicUrl,
    );
    const reminded = await putOut(client, buildReminders(firing, context), context);
    return reminded + (await putOut(client, buildEscalations(firing, context), context));
  });
}
