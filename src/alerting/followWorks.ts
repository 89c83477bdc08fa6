import type { AlertChange } from '../alerts/buildNotifications.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import { initialState, type AlertState } from '../alerts/stateMachine.js';
import { dayMs, hourMs } from '../domain/calendar.js';
import {
  insertTransitions,
  listAlertsOf,
  listTransitions,
  saveAlerts,
  withdrawTransitions,
} from '../store/alerts.js';
import type { PoolClient } from '../store/pool.js';
import { breathe } from './breathing.js';
import {
  findStart,
  followAlert,
  type Followed,
  type JudgedResult,
  type Start,
  type StoredAlert,
  type StoredTransition,
} from './followAlert.js';
import { loadRuleFacts } from './loadFacts.js';
import { piecesOf, subjectsTogether } from './pieces.js';
import { judgeBySegments } from './rules.js';
import type { Session } from './session.js';
import type { Work } from './works.js';

/** An alert with what became of it, and what its rule says about messages. */
export interface RuleFollowed extends Followed {
  readonly known: StoredAlert | undefined;
  readonly groupBy: AlertChange['groupBy'];
}

interface Taken {
  readonly work: Work;
  readonly alerts: readonly StoredAlert[];
  readonly starts: ReadonlyMap<string, Start>;
  readonly from: number;
  readonly to: number;
}

/** Evaluates rules anew for the subjects that changed, and compares with what was known. */
export async function followWorks(
  session: Session,
  works: readonly Work[],
  liveWindowMs: number,
): Promise<RuleFollowed[]> {
  const known = await loadKnown(session, works);
  const taken = works.map((work) => takeUp(work, known.byRule, known.transitions));
  const followed: RuleFollowed[] = [];
  for (const group of groupTaken(taken)) {
    const results = await judgeGroup(session, group);
    for (const [fingerprint, judged] of results) {
      const one = findTaken(group, judged[0]!.result);
      if (one === undefined) continue;
      const { work } = one;
      const alert = one.alerts.find((each) => each.fingerprint === fingerprint);
      const start = one.starts.get(fingerprint) ?? { from: earliestOf(work), state: initialState };
      const done = followAlert(alert, known.transitions.get(fingerprint) ?? [], start, judged, {
        now: session.now,
        liveWindowMs,
      });
      if (done !== undefined) followed.push({ ...done, known: alert, groupBy: work.rule.groupBy });
      await breathe();
    }
  }
  return followed;
}

async function loadKnown({ client }: Session, works: readonly Work[]) {
  const codes = [...new Set(works.map(({ known }) => known.code))];
  const byRule = new Map<string, StoredAlert[]>();
  for (const alert of await listAlertsOf<AlertState, ConditionResult>(client, codes))
    byRule.set(alert.ruleCode, [...(byRule.get(alert.ruleCode) ?? []), alert]);
  const wanted = works.flatMap((work) =>
    alertsOf(work, byRule).map(({ fingerprint }) => ({ fingerprint, from: earliestOf(work) })),
  );
  const transitions = new Map<string, StoredTransition[]>();
  for (const row of await listTransitions<AlertState, ConditionResult>(client, wanted))
    transitions.set(row.fingerprint, [...(transitions.get(row.fingerprint) ?? []), row]);
  return { byRule, transitions };
}

function alertsOf(
  { known, labels }: Work,
  byRule: ReadonlyMap<string, readonly StoredAlert[]>,
): readonly StoredAlert[] {
  const all = byRule.get(known.code) ?? [];
  return labels === undefined ? all : all.filter((alert) => labels.includes(subjectLabel(known, alert)));
}

function subjectLabel({ rule }: Work['known'], { labels }: { readonly labels: object }): string {
  const { site, target } = labels as { site?: string; target?: string };
  return (rule?.kind === 'target' ? target : site) ?? '';
}

function earliestOf({ changedFrom, rule }: Work): number {
  return changedFrom - rule.noDataForHours * hourMs;
}

function takeUp(
  work: Work,
  byRule: ReadonlyMap<string, readonly StoredAlert[]>,
  transitions: ReadonlyMap<string, readonly StoredTransition[]>,
): Taken {
  const alerts = alertsOf(work, byRule);
  const starts = new Map(
    alerts.map((alert) => [
      alert.fingerprint,
      findStart(
        alert,
        transitions.get(alert.fingerprint) ?? [],
        work.changedFrom,
        work.rule.noDataForHours * hourMs,
      ),
    ]),
  );
  const from = Math.min(earliestOf(work), ...[...starts.values()].map((start) => start.from));
  // What was seen once is looked at again, also where its data are gone.
  const seen = alerts.map(({ state }) => (state.lastAt ?? -1) + 1);
  return { work, alerts, starts, from, to: Math.max(work.to, ...seen) };
}

/** Works of a rule whose data end together and begin within a few days of each other are loaded together. */
function groupTaken(taken: readonly Taken[]): Taken[][] {
  const groups = new Map<string, Taken[]>();
  for (const one of taken) {
    const key = `${one.work.known.code} ${one.to} ${Math.floor(one.from / (7 * dayMs))}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [one]);
    else list.push(one);
  }
  return [...groups.values()].flatMap((group) => {
    const most = subjectsTogether({ from: Math.min(...group.map(({ from }) => from)), to: group[0]!.to });
    const count = Math.ceil(group.length / most);
    return Array.from({ length: count }, (_, index) => group.slice(index * most, (index + 1) * most));
  });
}

/** Every version of the rule must judge each hour for itself. */
function piecesOfGroup(group: readonly Taken[], span: { readonly from: number; readonly to: number }) {
  const { known } = group[0]!.work;
  const rules = known.segments.flatMap(({ rule }) => rule ?? []);
  const pieces = rules.map((rule) => piecesOf(rule, span, group.length));
  return pieces.find(({ length }) => length === 1) ?? pieces[0] ?? [span];
}

async function judgeGroup(session: Session, group: readonly Taken[]): Promise<Map<string, JudgedResult[]>> {
  const { known } = group[0]!.work;
  const from = Math.min(...group.map((one) => one.from));
  const { to } = group[0]!;
  const subjects = group.flatMap(({ work }) => work.subject ?? []);
  const byAlert = new Map<string, JudgedResult[]>();
  for (const piece of piecesOfGroup(group, { from, to })) {
    const segments = known.segments.filter((segment) => segment.from < piece.to && segment.to > piece.from);
    const judged = await judgeBySegments(
      segments,
      (rule) =>
        loadRuleFacts(session.client, session.facts, rule, {
          ...piece,
          ...(subjects.length === group.length ? { subjects } : {}),
        }),
      session,
    );
    for (const one of judged) {
      const list = byAlert.get(one.result.fingerprint);
      if (list === undefined) byAlert.set(one.result.fingerprint, [one]);
      else list.push(one);
    }
  }
  return byAlert;
}

function findTaken(group: readonly Taken[], result: ConditionResult): Taken | undefined {
  return group.find(({ work }) => {
    const { labels, known } = work;
    return labels === undefined || labels.includes(subjectLabel(known, result));
  });
}

/** Stores what became of alerts. One of which there is nothing to say has no row. */
export async function storeFollowed(client: PoolClient, followed: readonly RuleFollowed[]): Promise<void> {
  const kept = followed.filter(
    ({ alert, known, added }) => known !== undefined || alert.status !== 'inactive' || added.length > 0,
  );
  await saveAlerts(
    client,
    kept.map(({ alert }) => alert),
  );
  await withdrawTransitions(
    client,
    kept.flatMap(({ withdrawn }) => withdrawn),
  );
  await insertTransitions(
    client,
    kept.flatMap(({ added }) => added),
  );
}
