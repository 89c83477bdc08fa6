import type { HourRules } from '../domain/qualityRule.js';

/** What can be suspicious about an hour beside its neighbours. */
export type HourSuspicion = 'constant' | 'jump' | 'negatives';

/** How many hours before and after an hour can decide about it. */
export function reachOfHourRules({ constant, jump, negatives }: HourRules): number {
  return Math.max((constant?.hours ?? 1) - 1, jump === undefined ? 0 : 2, (negatives?.hours ?? 1) - 1);
}

/**
 * Suspicious hours of one site and item among consecutive hours:
 * - `constant` (恒值): every hour of a run of at least `hours` equal values above `above`;
 * - `jump`: an hour that differs from the one before by at least `difference` and by the factor `ratio`; the return
 *   from a spike of one hour is not another jump;
 * - `negatives`: a negative hour that is one of at least `count` within some `hours` consecutive hours (zero drift).
 *
 * A missing hour ends a run and is jumped neither to nor from. Only hours at least `reachOfHourRules` away from both
 * ends have been compared with all that matters to them.
 *
 * @param hours consecutive hours, `null` where there is no value
 * @returns the suspicions by index
 */
export function findSuspectHours(
  hours: readonly (number | null)[],
  rules: HourRules,
): Map<number, HourSuspicion[]> {
  const found = new Map<number, HourSuspicion[]>();
  const add = (index: number, suspicion: HourSuspicion): void => {
    const list = found.get(index);
    if (list === undefined) found.set(index, [suspicion]);
    else list.push(suspicion);
  };
  for (const index of findConstant(hours, rules.constant)) add(index, 'constant');
  for (const index of findJumps(hours, rules.jump)) add(index, 'jump');
  for (const index of findNegatives(hours, rules.negatives)) add(index, 'negatives');
  return found;
}

function* findConstant(hours: readonly (number | null)[], rule: HourRules['constant']): Generator<number> {
  if (rule === undefined) return;
  let start = 0;
  while (start < hours.length) {
    const value = hours[start] ?? null;
    let end = start + 1;
    while (end < hours.length && hours[end] === value) end += 1;
    if (value !== null && value > rule.above && end - start >= rule.hours)
      for (let index = start; index < end; index += 1) yield index;
    start = end;
  }
}

function* findJumps(hours: readonly (number | null)[], rule: HourRules['jump']): Generator<number> {
  if (rule === undefined) return;
  const jumps = (from: number | null | undefined, to: number | null | undefined): boolean => {
    if (from === null || from === undefined || to === null || to === undefined) return false;
    // Differences of decimals kept as doubles err far below the last digit that is measured.
    if (Math.abs(to - from) < rule.difference - 1e-9) return false;
    return Math.max(from, to) >= rule.ratio * Math.max(Math.min(from, to), 0);
  };
  for (let index = 1; index < hours.length; index += 1) {
    const [first, before, value] = [hours[index - 2], hours[index - 1], hours[index]];
    if (!jumps(before, value)) continue;
    const returns = jumps(first, before) && value !== null && !jumps(first, value);
    if (!returns) yield index;
  }
}

function* findNegatives(hours: readonly (number | null)[], rule: HourRules['negatives']): Generator<number> {
  if (rule === undefined || !hours.some((value) => value !== null && value < 0)) return;
  const negatives = hours.flatMap((value, index) => (value !== null && value < 0 ? [index] : []));
  const { hours: width, count } = rule;
  for (const [position, index] of negatives.entries()) {
    // Some `count` negatives in a row that hold this one lie within the window.
    for (let first = Math.max(0, position - count + 1); first <= position; first += 1) {
      const [start, last] = [negatives[first]!, negatives[first + count - 1]];
      if (last === undefined || last - start >= width) continue;
      yield index;
      break;
    }
  }
}
