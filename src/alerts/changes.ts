import { graverOf } from '../domain/alertLevel.js';
import type { NotificationKind, Severity } from '../domain/notification.js';
import type { AlertView } from './alertView.js';
import type { ConditionResult } from './conditionResult.js';
import { transitionId, type Episode } from './episodes.js';
import type { Finding } from './reconcile.js';
import type { Transition, TransitionReason } from './stateMachine.js';

/** What a finding comes to as a message. */
export interface Told {
  readonly kind: NotificationKind;
  readonly alert: AlertView;
  /** Identities of what is told, for the key of the message. */
  readonly ids: readonly string[];
  /** Starts of the episodes that were told before, which this message belongs to. */
  readonly earlierStarts: readonly number[];
}

const liveKinds: Readonly<Partial<Record<TransitionReason, NotificationKind>>> = {
  'became-firing': 'firing',
  'severity-rose': 'severity-changed',
  'severity-fell': 'severity-changed',
  resolved: 'resolved',
  'period-ended': 'resolved',
  'rule-ended': 'resolved',
  'no-data-began': 'no-data',
  'error-began': 'evaluation-error',
};

/**
 * The message that a finding asks for. Data that come again ask for none, and an alert that did not fire when its data
 * stopped is the business of the rules about silence.
 */
export function tellFinding(finding: Finding<ConditionResult>): Told | undefined {
  if (finding.kind !== 'live') return tellPast(finding);
  const { transition, folded } = finding;
  const { reason, startsAt, severity, endsAt, verdict } = transition;
  const kind = liveKinds[reason];
  if (kind === undefined || (kind === 'no-data' && severity === undefined)) return undefined;
  const state = { resolved: 'resolved', 'no-data': 'no-data', 'evaluation-error': 'error' } as const;
  return {
    kind: kind === 'firing' || kind === 'severity-changed' ? kindOf(verdict, kind) : kind,
    alert: {
      result: verdict,
      severity: severity ?? 'notice',
      state: state[kind as keyof typeof state] ?? 'firing',
      startsAt,
      ...(endsAt === undefined ? {} : { endsAt }),
    },
    ids: identify(verdict.fingerprint, [...folded, transition]),
    earlierStarts: kind === 'firing' ? [] : [startsAt],
  };
}

/** Silence is reminded of, and the service's own state is told to its operator. */
function kindOf({ kind }: ConditionResult, otherwise: NotificationKind): NotificationKind {
  if (kind === 'absence') return 'reminder';
  return kind === 'service' ? 'operator' : otherwise;
}

function tellPast({
  kind,
  before,
  after,
  ongoing,
}: Exclude<Finding<ConditionResult>, { kind: 'live' }>): Told {
  const episodes = after.length > 0 ? after : before;
  const [first, last] = [episodes[0]!, episodes.at(-1)!];
  const { fingerprint } = first.transitions[0]!.verdict;
  const gravest = episodes.map((one) => one.gravest).reduce<Severity | undefined>(graverOf, undefined)!;
  return {
    kind,
    alert: {
      result: first.transitions[0]!.verdict,
      severity: gravest,
      state: ongoing ? 'firing' : 'resolved',
      startsAt: first.startsAt,
      ...(last.endsAt === null ? {} : { endsAt: last.endsAt }),
    },
    // The arrow keeps a correction apart from the one that takes it back.
    ids: [
      [
        identify(fingerprint, before.flatMap(listTransitions)),
        identify(fingerprint, after.flatMap(listTransitions)),
      ]
        .map((part) => part.join())
        .join('→'),
    ],
    earlierStarts: before.map(({ startsAt }) => startsAt),
  };
}

/** Transitions alike of different alerts are different statements. */
function identify(fingerprint: string, transitions: readonly Transition<ConditionResult>[]): string[] {
  return transitions.map((one) => `${fingerprint} ${transitionId(one)}`);
}

function listTransitions({ transitions }: Episode<ConditionResult>): readonly Transition<ConditionResult>[] {
  return transitions;
}
