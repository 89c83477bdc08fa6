import type { AlertChange } from '../alerts/buildNotifications.js';
import type { ConditionResult } from '../alerts/conditionResult.js';
import type { AlertState } from '../alerts/stateMachine.js';
import { breathe } from '../breathing.js';
import { dayMs, hourMs } from '../domain/calendar.js';
import {
  insertTransitions,
  listAlertsOf,
  listTransitions,
  restateTransitions,
  saveAlerts,
  withdrawTransitions,
} from '../store/alerts.js';
import type { PoolClient } from '../store/pool.js';
import type { Followed, JudgedResult, StoredAlert, StoredTransition } from './followAlert.js';
import { loadRuleFacts } from './loadFacts.js';
import { subjectsTogether } from './pieces.js';
import { judgeBySegments } from './rules.js';
import type { Session } from './session.js';
import { SubjectWalks, walkGroup } from './subjectWalks.js';
import type { Work } from './works.js';

/** An alert with what became of it, and what its rule says about messages. */
export interface RuleFollowed extends Followed {
  readonly known: StoredAlert | undefined;
  readonly groupBy: AlertChange['groupBy'];
}

/** Evaluates rules anew for the subjects that changed, and compares with what was known. */
export async function followWorks(
  session: Session,
  works: readonly Work[],
  liveWindowMs: number,
): Promise<RuleFollowed[]> {
  const known = await loadKnown(session, works);
  const window = { now: session.now, liveWindowMs };
  const taken = works.map((work) => {
    const stored = { alerts: alertsOf(work, known.byRule), transitions: known.transitions };
    return new SubjectWalks(work, stored, longestGapMs(work), window);
  });
  const followed: RuleFollowed[] = [];
  for (const group of groupTaken(taken)) {
    const { known } = group[0]!.work;
    await walkGroup(
      group,
      (result) => subjectLabel(known, result),
      (due, piece) => judgePiece(session, due, piece),
    );
    for (const one of group)
      for (const done of one.finish()) {
        followed.push({ ...done, groupBy: one.work.rule.groupBy });
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
    alertsOf(work, byRule).map(({ fingerprint }) => ({
      fingerprint,
      from: work.changedFrom - longestGapMs(work),
    })),
  );
  const transitions = new Map<string, StoredTransition[]>();
  for (const row of await listTransitions<AlertState, ConditionResult>(client, wanted)) {
    const list = transitions.get(row.fingerprint);
    if (list === undefined) transitions.set(row.fingerprint, [row]);
    else list.push(row);
  }
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

/** The longest gap that any version of a rule let go unnoticed. */
function longestGapMs({ known, rule }: Work): number {
  const hours = known.segments.map((segment) => segment.rule?.noDataForHours ?? 0);
  return Math.max(rule.noDataForHours, ...hours) * hourMs;
}

/** Works of a rule whose data end together and begin within a few days of each other are loaded together. */
function groupTaken(taken: readonly SubjectWalks[]): SubjectWalks[][] {
  const groups = new Map<string, { readonly from: number; readonly one: SubjectWalks }[]>();
  for (const one of taken) {
    const from = one.next(-Infinity);
    const { known, reach } = one.work;
    const key = `${known.code} ${one.to} ${Math.floor(from / (7 * dayMs))} ${reach?.grain ?? ''}`;
    const list = groups.get(key);
    if (list === undefined) groups.set(key, [{ from, one }]);
    else list.push({ from, one });
  }
  return [...groups.values()].flatMap((group) => {
    const [{ one: first }] = group as [(typeof group)[number]];
    const from = Math.min(...group.map((each) => each.from));
    // In pieces no more than one is held.
    const to = first.work.reach === undefined ? first.to : Math.min(first.to, from + 2 * dayMs);
    const most = subjectsTogether({ from, to });
    const count = Math.ceil(group.length / most);
    return Array.from({ length: count }, (_, index) =>
      group.slice(index * most, (index + 1) * most).map(({ one }) => one),
    );
  });
}

/** What the versions of a rule say of some subjects over a piece of data, by alert and in order of time. */
async function judgePiece(
  session: Session,
  due: readonly SubjectWalks[],
  piece: { readonly from: number; readonly to: number },
): Promise<Map<string, JudgedResult[]>> {
  const { known } = due[0]!.work;
  const subjects = due.flatMap(({ work }) => work.subject ?? []);
  const bySite = new Map(due.flatMap((one) => (one.work.labels ?? []).map((label) => [label, one])));
  const segments = known.segments.filter(({ from, to }) => from < piece.to && to > piece.from);
  const judged = await judgeBySegments(
    segments,
    (rule) =>
      loadRuleFacts(session.client, session.facts, rule, {
        ...piece,
        follows: (site, indicator) => bySite.get(site)?.follows(indicator) !== false,
        ...(subjects.length === due.length ? { subjects } : {}),
      }),
    session,
  );
  const byAlert = new Map<string, JudgedResult[]>();
  for (const one of judged) {
    const list = byAlert.get(one.result.fingerprint);
    if (list === undefined) byAlert.set(one.result.fingerprint, [one]);
    else list.push(one);
  }
  for (const list of byAlert.values()) list.sort((one, other) => one.result.at - other.result.at);
  return byAlert;
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
  await restateTransitions(
    client,
    kept.flatMap(({ restated }) => restated),
  );
  await insertTransitions(
    client,
    kept.flatMap(({ added }) => added),
  );
}
