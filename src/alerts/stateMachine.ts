import { graverOf, rankOf } from '../domain/alertLevel.js';
import type { Severity } from '../domain/notification.js';
import type { IntervalVerdict } from './conditionResult.js';

export type AlertStatus = 'inactive' | 'pending' | 'firing' | 'resolved' | 'no-data' | 'error';

/** How long things have to last, in milliseconds of data. */
export interface AlertTiming {
  readonly forMs: number;
  readonly keepFiringForMs: number;
  readonly noDataForMs: number;
}

/**
 * Everything the machine remembers of one alert; plain JSON. An alert that fires and loses its data is `no-data` AND keeps
 * its `firing`: silence resolves nothing.
 */
export interface AlertState {
  readonly status: AlertStatus;
  /** Start and end of the last interval looked at. */
  readonly lastAt: number | null;
  readonly through: number | null;
  /** `lasted`: milliseconds of data in breach; `until`: end of the last of them. */
  readonly pending: { readonly startsAt: number; readonly lasted: number; readonly until: number } | null;
  readonly firing: {
    readonly startsAt: number;
    readonly severity: Severity;
    /** Since when the data ask for less (`to`, the most they asked for since; `null`: for nothing). */
    readonly easing: {
      readonly since: number;
      readonly lasted: number;
      readonly to: Severity | null;
    } | null;
  } | null;
  readonly gap: {
    readonly kind: 'no-data' | 'error';
    readonly since: number;
    readonly announced: boolean;
  } | null;
  /** The last episode that ended. */
  readonly ended: { readonly startsAt: number; readonly endsAt: number } | null;
}

/** Why something changed. Exactly one for every transition. */
export const transitionReasons = [
  'became-pending',
  'pending-ended',
  'became-firing',
  'severity-rose',
  'severity-fell',
  'resolved',
  'no-data-began',
  'no-data-ended',
  'error-began',
  'error-ended',
  'period-ended',
  'rule-ended',
] as const;
export type TransitionReason = (typeof transitionReasons)[number];

/** One change with its one reason, and the verdict that caused it. */
export interface Transition<V extends IntervalVerdict = IntervalVerdict> {
  readonly reason: TransitionReason;
  /** Start of the interval of data that caused it. */
  readonly at: number;
  /** Since when the data are in breach, or (for gaps) since when there are none. */
  readonly startsAt: number;
  /** Severity after the change; that before it where the alert ended. */
  readonly severity?: Severity;
  /** Severity before a change of severity. */
  readonly from?: Severity;
  /** When the breach ended, in the time of the data. */
  readonly endsAt?: number;
  readonly verdict: V;
  /** When it was found out. */
  readonly notedAt: number;
}

/** The state of an alert of which nothing is known yet. */
export const initialState: AlertState = {
  status: 'inactive',
  lastAt: null,
  through: null,
  pending: null,
  firing: null,
  gap: null,
  ended: null,
};

export interface Stepped<V extends IntervalVerdict> {
  readonly next: AlertState;
  readonly events: readonly Transition<V>[];
}

type Parts = Omit<AlertState, 'status'>;
type Draft = { -readonly [K in keyof Parts]: Parts[K] };
type Note = (
  reason: TransitionReason,
  rest: Omit<Transition, 'reason' | 'at' | 'verdict' | 'notedAt'>,
) => void;

/**
 * Takes one alert over one interval of data. Intervals come in the order of their starts: one that is not after the last
 * changes nothing and says nothing (the past is re-evaluated by `replay` and told by `reconcile`).
 *
 * @param now when this is found out; recorded, never compared with the time of the data
 */
export function step<V extends IntervalVerdict>(
  timing: AlertTiming,
  previous: AlertState,
  verdict: V,
  now: number,
): Stepped<V> {
  if (previous.lastAt !== null && verdict.at <= previous.lastAt) return { next: previous, events: [] };
  const events: Transition<V>[] = [];
  const note: Note = (reason, rest) =>
    void events.push({ reason, at: verdict.at, ...rest, verdict, notedAt: now });
  const { pending, firing, gap, ended } = previous;
  const draft: Draft = { lastAt: verdict.at, through: verdict.until, pending, firing, gap, ended };
  if (verdict.status === 'no-data' || verdict.status === 'error')
    meetGap(timing, draft, verdict, verdict.status, note);
  else {
    endGap(draft, note);
    if (draft.firing === null) meetQuiet(timing, draft, verdict, note);
    else if (verdict.ends === true) endWithPeriod(draft, draft.firing, verdict, note);
    else meetFiring(timing, draft, draft.firing, verdict, note);
  }
  return { next: { status: statusOf(draft), ...draft }, events };
}

function statusOf({ gap, firing, pending, ended }: Parts): AlertStatus {
  if (gap?.announced === true) return gap.kind;
  if (firing !== null) return 'firing';
  if (pending !== null) return 'pending';
  return ended === null ? 'inactive' : 'resolved';
}

function meetGap(
  { noDataForMs }: AlertTiming,
  draft: Draft,
  { at, until }: IntervalVerdict,
  kind: 'no-data' | 'error',
  note: Note,
): void {
  if (draft.gap !== null && draft.gap.kind !== kind) endGap(draft, note);
  const gap = draft.gap ?? { kind, since: at, announced: false };
  // An error is the service's own and is known at once; data may merely be late.
  const announced = gap.announced || kind === 'error' || until - gap.since >= noDataForMs;
  draft.gap = { ...gap, announced };
  if (announced && !gap.announced) note(`${kind}-began`, { startsAt: gap.since, ...severityOf(draft) });
}

function endGap(draft: Draft, note: Note): void {
  if (draft.gap?.announced === true)
    note(`${draft.gap.kind}-ended`, { startsAt: draft.gap.since, ...severityOf(draft) });
  draft.gap = null;
}

function severityOf({ firing }: Parts): { severity?: Severity } {
  return firing === null ? {} : { severity: firing.severity };
}

/** Not firing: a breach becomes pending and, when it has lasted long enough in data, fires. */
function meetQuiet({ forMs }: AlertTiming, draft: Draft, verdict: IntervalVerdict, note: Note): void {
  const { at, until, status, severity } = verdict;
  const before = draft.pending;
  if (status !== 'breach' || severity === undefined) {
    draft.pending = null;
    if (before !== null) note('pending-ended', { startsAt: before.startsAt });
    return;
  }
  // Hours without data neither count nor end it, unless they outlast what has to last.
  const goesOn = before !== null && at - before.until <= forMs;
  const startsAt = goesOn ? before.startsAt : at;
  const lasted = (goesOn ? before.lasted : 0) + (until - at);
  if (lasted >= forMs) {
    draft.pending = null;
    draft.firing = { startsAt, severity, easing: null };
    note('became-firing', { startsAt, severity });
    return;
  }
  draft.pending = { startsAt, lasted, until };
  if (goesOn) return;
  if (before !== null) note('pending-ended', { startsAt: before.startsAt });
  note('became-pending', { startsAt, severity });
}

/** Firing: graver at once, less grave or over only when the data asked for less for `keepFiringForMs`. */
function meetFiring(
  { keepFiringForMs }: AlertTiming,
  draft: Draft,
  firing: NonNullable<AlertState['firing']>,
  { at, until, status, severity, holds }: IntervalVerdict,
  note: Note,
): void {
  const { startsAt, severity: current } = firing;
  const asked = graverOf(status === 'breach' ? severity : undefined, leastOf(holds, current));
  if (asked !== undefined && rankOf(asked) >= rankOf(current)) {
    draft.firing = { startsAt, severity: asked, easing: null };
    if (asked !== current) note('severity-rose', { startsAt, severity: asked, from: current });
    return;
  }
  const lasted = (firing.easing?.lasted ?? 0) + (until - at);
  const since = firing.easing?.since ?? at;
  const to = graverOf(firing.easing?.to ?? undefined, asked);
  if (lasted < keepFiringForMs) {
    draft.firing = { startsAt, severity: current, easing: { since, lasted, to: to ?? null } };
  } else if (to === undefined) {
    draft.firing = null;
    draft.ended = { startsAt, endsAt: since };
    note('resolved', { startsAt, severity: current, endsAt: since });
  } else {
    const easing = to === asked ? null : { since: at, lasted: until - at, to: asked ?? null };
    draft.firing = { startsAt, severity: to, easing };
    note('severity-fell', { startsAt, severity: to, from: current });
  }
}

/** What the alert was about is over, with nothing resolved by data. */
function endWithPeriod(
  draft: Draft,
  { startsAt, severity }: NonNullable<AlertState['firing']>,
  { at }: IntervalVerdict,
  note: Note,
): void {
  draft.firing = null;
  draft.ended = { startsAt, endsAt: at };
  note('period-ended', { startsAt, severity, endsAt: at });
}

function leastOf(holds: Severity | undefined, current: Severity): Severity | undefined {
  return holds !== undefined && rankOf(holds) > rankOf(current) ? current : holds;
}

/**
 * Ends an alert whose rule was switched off or no longer watches it. Nothing was resolved by data, and the reason says so.
 *
 * @param verdict the last one known
 * @param at when the rule ended
 */
export function endByRule<V extends IntervalVerdict>(
  previous: AlertState,
  verdict: V,
  at: number,
  now: number,
): Stepped<V> {
  const { firing, lastAt, through } = previous;
  if (firing === null) return { next: { ...initialState, lastAt, through }, events: [] };
  const { startsAt, severity } = firing;
  return {
    next: { ...initialState, status: 'resolved', lastAt, through, ended: { startsAt, endsAt: at } },
    events: [{ reason: 'rule-ended', at, startsAt, severity, endsAt: at, verdict, notedAt: now }],
  };
}

/** What is known of an alert over a span of data: its transitions, and start and end of the last interval looked at. */
export interface History<V extends IntervalVerdict = IntervalVerdict> {
  readonly transitions: readonly Transition<V>[];
  readonly lastAt: number | null;
  readonly through: number | null;
}

/** Takes an alert over many intervals, sorted here by their starts, from a state (default: nothing known). */
export function replay<V extends IntervalVerdict>(
  timing: AlertTiming,
  verdicts: readonly V[],
  now: number,
  from: AlertState = initialState,
): History<V> & { readonly state: AlertState } {
  const transitions: Transition<V>[] = [];
  let state = from;
  for (const verdict of [...verdicts].sort((one, other) => one.at - other.at)) {
    const { next, events } = step(timing, state, verdict, now);
    transitions.push(...events);
    state = next;
  }
  return { transitions, lastAt: state.lastAt, through: state.through, state };
}
