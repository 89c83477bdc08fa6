import type { ConditionResult } from '../alerts/conditionResult.js';
import { transitionId } from '../alerts/episodes.js';
import type { Finding } from '../alerts/reconcile.js';
import {
  endByRule,
  initialState,
  type AlertState,
  type AlertTiming,
  type Transition,
} from '../alerts/stateMachine.js';
import { isSteady } from '../alerts/steadiness.js';
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
  /** Transitions that stay as they were told, after which the machine is known to stand otherwise. */
  readonly restated: readonly Pick<StoredTransition, 'id' | 'state'>[];
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
    return { from: isSteady(state) ? Math.max(early, lastAt + 1) : lastAt + 1, state };
  }
  const last = transitions.findLast(({ at }) => at < changedFrom);
  if (last === undefined) return { from: early, state: initialState };
  const from = isSteady(last.state) ? Math.max(early, last.at + 1) : last.at + 1;
  return { from, state: last.state };
}

/** Whether nothing is going on that later data depend on. */
export function isIdle({ firing, pending, gap }: AlertState): boolean {
  return firing === null && pending === null && gap === null;
}

/** Ends an alert whose rule is switched off or watches it no more. */
export function endAlert(known: StoredAlert, now: number, version: number): Followed {
  // In the time of the data: after everything that was seen.
  const at = Math.max(known.state.through ?? now, (known.state.lastAt ?? 0) + 1);
  const { next, events } = endByRule(known.state, known.result, at, now);
  return {
    alert: alertOf(known.result, next, version),
    withdrawn: [],
    restated: [],
    added: events.map((transition) => ({
      ...toRow(known.fingerprint, transition, next),
      ruleVersion: version,
    })),
    findings: events.map((transition) => ({ kind: 'live', transition, folded: [] })),
  };
}

/** A transition as a row of its alert. */
export function toRow(
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

/** A row as the transition that it was. */
export function toTransition(row: StoredTransition): Transition<ConditionResult> {
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

/** An alert with its last result, as it is stored. */
export function alertOf(result: ConditionResult, state: AlertState, ruleVersion: number): StoredAlert {
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
