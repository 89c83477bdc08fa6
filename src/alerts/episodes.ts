import { graverOf } from '../domain/alertLevel.js';
import type { Severity } from '../domain/notification.js';
import { digestOf, type IntervalVerdict } from './conditionResult.js';
import type { Transition } from './stateMachine.js';

/** One time of firing, from the start of the breach to its end, in the time of the data. */
export interface Episode<V extends IntervalVerdict = IntervalVerdict> {
  readonly startsAt: number;
  /** `null` while it fires. */
  readonly endsAt: number | null;
  /** The gravest severity that it had, and the one that it has or ended with. */
  readonly gravest: Severity;
  readonly severity: Severity;
  /** From `became-firing` to the end; never empty. */
  readonly transitions: readonly Transition<V>[];
}

/**
 * Identity of a transition: the same reason about the same data with the same figure. When it was found out is no part of
 * it, so that a re-evaluation finds the same again.
 */
export function transitionId({ reason, at, startsAt, severity, from, endsAt, verdict }: Transition): string {
  const parts = [reason, at, startsAt, severity, from, endsAt, verdict.value];
  return digestOf(parts.map((part) => (part === undefined ? '' : String(part))));
}

const firingReasons: ReadonlySet<string> = new Set([
  'became-firing',
  'severity-rose',
  'severity-fell',
  'resolved',
  'period-ended',
  'rule-ended',
]);

/** Whether a transition belongs to an episode, rather than to what leads to one or to a gap in the data. */
export function isOfEpisode({ reason }: Pick<Transition, 'reason'>): boolean {
  return firingReasons.has(reason);
}

/**
 * The episodes of transitions in their order. Transitions of an episode that began before the first one given are gathered
 * into one that starts where they say it started.
 */
export function episodesOf<V extends IntervalVerdict>(transitions: readonly Transition<V>[]): Episode<V>[] {
  const byStart = new Map<number, Transition<V>[]>();
  for (const transition of transitions) {
    if (!isOfEpisode(transition)) continue;
    const list = byStart.get(transition.startsAt);
    if (list === undefined) byStart.set(transition.startsAt, [transition]);
    else list.push(transition);
  }
  return [...byStart].map(([startsAt, list]) => {
    const severities = list.flatMap(({ severity, from }) => [severity, from]);
    const last = list.at(-1)!;
    return {
      startsAt,
      endsAt: last.endsAt ?? null,
      gravest: severities.reduce<Severity | undefined>(graverOf, undefined)!,
      severity: last.severity!,
      transitions: list,
    };
  });
}
