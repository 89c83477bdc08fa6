import type { ConditionResult } from '../alerts/conditionResult.js';
import { isOfEpisode, transitionId } from '../alerts/episodes.js';
import { reconcile, type Finding, type LiveWindow } from '../alerts/reconcile.js';
import {
  endByRule,
  initialState,
  step,
  type AlertState,
  type AlertTiming,
  type Transition,
} from '../alerts/stateMachine.js';
import type { Severity } from '../domain/notification.js';
import type { AlertRow, TransitionRow } from '../store/alerts.js';

export type StoredAlert = AlertRow<AlertState, ConditionResult>;
export type StoredTransition = TransitionRow<AlertState, ConditionResult>;

/** From where on an alert is followed anew, and from which state. */
export interface Start {
  /** Start of the first interval that is looked at again. */
  readonly from: number;
  readonly state: AlertState;
}

/** A result with the version of the rule that gave it. */
export interface JudgedResult {
  readonly result: ConditionResult;
  readonly timing: AlertTiming;
  readonly version: number;
}

/** What became of an alert. */
export interface Followed {
  readonly alert: StoredAlert;
  readonly withdrawn: readonly string[];
  readonly added: readonly (Omit<StoredTransition, 'id'> & { readonly ruleVersion: number })[];
  readonly findings: readonly Finding<ConditionResult>[];
}

/**
 * Where an alert has to be taken up when its data from `changedFrom` on may have changed. Data that come after everything
 * seen go on from the state as it is; else from the last transition before them, or, where nothing was going on then, from
 * as long before them as a gap may go unnoticed.
 */
export function findStart(
  alert: StoredAlert | undefined,
  transitions: readonly StoredTransition[],
  changedFrom: number,
  noDataForMs: number,
): Start {
  const lastAt = alert?.state.lastAt ?? null;
  const early = changedFrom - noDataForMs;
  if (alert !== undefined && lastAt !== null && changedFrom > lastAt) {
    const { state } = alert;
    return { from: isIdle(state) ? Math.max(early, lastAt + 1) : lastAt + 1, state };
  }
  const last = transitions.findLast(({ at }) => at < changedFrom);
  if (last === undefined) return { from: early, state: initialState };
  const from = isIdle(last.state) ? Math.max(early, last.at + 1) : last.at + 1;
  return { from, state: last.state };
}

/** Whether nothing is going on that later data depend on. */
export function isIdle({ firing, pending, gap }: AlertState): boolean {
  return firing === null && pending === null && gap === null;
}

/** Takes an alert over results from its start on, and compares what is known now with what was stored. */
export function followAlert(
  known: StoredAlert | undefined,
  transitions: readonly StoredTransition[],
  start: Start,
  judged: readonly JudgedResult[],
  window: LiveWindow,
): Followed | undefined {
  const sorted = judged
    .filter(({ result }) => result.at >= start.from)
    .sort((one, other) => one.result.at - other.result.at);
  const due = start.state.lastAt === null ? withoutLead(sorted, known !== undefined) : sorted;
  const last = due.at(-1);
  if (last === undefined) return undefined;
  let { state } = start;
  const found: { transition: Transition<ConditionResult>; state: AlertState; version: number }[] = [];
  for (const { result, timing, version } of due) {
    const { next, events } = step(timing, state, result, window.now);
    for (const transition of events) found.push({ transition, state: next, version });
    state = next;
  }
  const { fingerprint } = last.result;
  const stored = transitions.filter(({ at }) => at >= start.from);
  const added = found.map(({ transition, state: after, version }) => ({
    ...toRow(fingerprint, transition, after),
    ruleVersion: version,
  }));
  const same = sameMoments(stored, added);
  // The episode under way began before what is looked at: both histories know it.
  const since = start.state.firing?.startsAt;
  const prefix = transitions
    .filter(({ at }) => at < start.from)
    .map(toTransition)
    .filter((one) => isOfEpisode(one) && one.startsAt === since);
  const findings = reconcile(
    {
      transitions: [...prefix, ...stored.map(toTransition)],
      lastAt: known?.state.lastAt ?? null,
      through: known?.state.through ?? null,
    },
    {
      transitions: [...prefix, ...found.map(({ transition }) => transition)],
      lastAt: state.lastAt,
      through: state.through,
    },
    window,
  );
  return {
    alert: alertOf(last.result, state, last.version),
    withdrawn: stored.filter(({ at }) => !same.has(at)).map(({ id }) => id),
    added: added.filter(({ at }) => !same.has(at)),
    findings: findings.map((finding) => explainWithdrawal(finding, due)),
  };
}

/** Data that are as they were may be judged otherwise: dust was declared. */
function explainWithdrawal(
  finding: Finding<ConditionResult>,
  due: readonly JudgedResult[],
): Finding<ConditionResult> {
  if (finding.kind !== 'withdrawal') return finding;
  const since = finding.before[0]!.startsAt;
  const until = finding.before.at(-1)!.endsAt ?? Infinity;
  const why = due.find(
    ({ result: { at, suppressedZh } }) => at >= since && at < until && suppressedZh !== undefined,
  );
  return why === undefined ? finding : { ...finding, becauseZh: why.result.suppressedZh! };
}

/** Where nothing has ever come there is nothing to be missed: a gap begins after data. What was seen once stays in view. */
function withoutLead(due: readonly JudgedResult[], isKnown: boolean): readonly JudgedResult[] {
  const first = due.findIndex(({ result }) => result.status !== 'no-data');
  if (first > 0) return due.slice(first);
  return first === -1 && !isKnown ? [] : due;
}

/** Ends an alert whose rule is switched off or watches it no more. */
export function endAlert(known: StoredAlert, now: number, version: number): Followed {
  // In the time of the data: after everything that was seen.
  const at = Math.max(known.state.through ?? now, (known.state.lastAt ?? 0) + 1);
  const { next, events } = endByRule(known.state, known.result, at, now);
  return {
    alert: alertOf(known.result, next, version),
    withdrawn: [],
    added: events.map((transition) => ({
      ...toRow(known.fingerprint, transition, next),
      ruleVersion: version,
    })),
    findings: events.map((transition) => ({ kind: 'live', transition, folded: [] })),
  };
}

/** Moments at which both say the same, so that what is stored of them stays. */
function sameMoments(
  stored: readonly { readonly at: number; readonly key: string }[],
  found: readonly { readonly at: number; readonly key: string }[],
): Set<number> {
  const gather = (list: typeof stored) => {
    const byMoment = new Map<number, string>();
    for (const { at, key } of list) byMoment.set(at, `${byMoment.get(at) ?? ''} ${key}`);
    return byMoment;
  };
  const [before, after] = [gather(stored), gather(found)];
  return new Set([...before.keys()].filter((at) => before.get(at) === after.get(at)));
}

function toRow(
  fingerprint: string,
  transition: Transition<ConditionResult>,
  state: AlertState,
): Omit<StoredTransition, 'id'> {
  const { reason, at, startsAt, severity, from, endsAt, verdict, notedAt } = transition;
  return {
    fingerprint,
    key: transitionId(transition),
    reason,
    at,
    startsAt,
    endsAt: endsAt ?? null,
    severity: severity ?? null,
    fromSeverity: from ?? null,
    state,
    verdict,
    notedAt,
  };
}

function toTransition(row: StoredTransition): Transition<ConditionResult> {
  const { reason, at, startsAt, severity, fromSeverity, endsAt, verdict, notedAt } = row;
  return {
    reason: reason as Transition['reason'],
    at,
    startsAt,
    ...(severity === null ? {} : { severity: severity as Severity }),
    ...(fromSeverity === null ? {} : { from: fromSeverity as Severity }),
    ...(endsAt === null ? {} : { endsAt }),
    verdict,
    notedAt,
  };
}

function alertOf(result: ConditionResult, state: AlertState, ruleVersion: number): StoredAlert {
  const { fingerprint, ruleCode, labels, offices } = result;
  return {
    fingerprint,
    ruleCode,
    labels: labels,
    offices,
    state,
    status: state.status,
    severity: state.firing?.severity ?? null,
    firingSince: state.firing === null ? null : new Date(state.firing.startsAt),
    result,
    ruleVersion,
  };
}
