import type { AlertState } from './stateMachine.js';

/**
 * Whether a state stays as it is until a transition changes it, so that it can be taken up at any time before the next one:
 * nothing is counted meanwhile, but for gaps too short to be noticed.
 */
export function isSteady({ firing, pending, gap }: AlertState): boolean {
  return firing === null && pending === null && gap?.announced !== false;
}

/**
 * Whether the machine after an interval stands as it stood then, as far as later intervals depend on it, by the state that
 * was stored with the last transition at or before it. Between transitions only counters move, and these must be at rest:
 *
 * - whether it is pending, since when and how gravely it fires, and whether a gap is announced change by transitions alone;
 * - hours counted while pending are not known between transitions: a pending alert agrees with nothing;
 * - `easing` is `null` after an interval that asks for no less, and the same interval has met the former state;
 * - a gap that was not announced ended with an interval that had data, which the former state has met as well.
 *
 * The last episode that ended decides about nothing that follows and is not compared; `withEnded` sets it.
 */
export function agrees(walked: AlertState, stored: AlertState): boolean {
  if (walked.pending !== null || stored.pending !== null) return false;
  const { firing, gap } = walked;
  if (firing?.startsAt !== stored.firing?.startsAt || firing?.severity !== stored.firing?.severity)
    return false;
  if (gap === null) return stored.gap?.announced !== true && (firing === null || firing.easing === null);
  const before = stored.gap;
  return (
    firing === null &&
    gap.announced &&
    before?.announced === true &&
    before.kind === gap.kind &&
    before.since === gap.since
  );
}

/** A state with another last episode. */
export function withEnded(state: AlertState, ended: AlertState['ended']): AlertState {
  if (state.ended?.startsAt === ended?.startsAt && state.ended?.endsAt === ended?.endsAt) return state;
  const isOver = state.status === 'inactive' || state.status === 'resolved';
  return { ...state, ended, status: isOver ? (ended === null ? 'inactive' : 'resolved') : state.status };
}
