import type { VerdictName } from '../domain/verdict.js';

/** The side on which a verdict is certain: it can no longer change while the data to date stay as they are. */
export function sideOf(verdict: VerdictName): 'kept' | 'broken' | null {
  if (verdict === 'met' || verdict === 'secured') return 'kept';
  if (verdict === 'missed' || verdict === 'lost') return 'broken';
  return null;
}

/**
 * The first index of [0, length) at which something holds that, once true, stays true; `undefined` when it never does.
 * Asks at most ⌈log2⌉ + 1 times.
 */
export function firstTrue(length: number, holds: (index: number) => boolean): number | undefined {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low < length ? low : undefined;
}

/**
 * The first index of the unbroken run of true values that ends with the last one; `undefined` when the last is false.
 * For what can turn back, e.g. sums that negative values lower.
 */
export function startOfLastRun(length: number, holds: (index: number) => boolean): number | undefined {
  let start: number | undefined;
  for (let index = length - 1; index >= 0 && holds(index); index -= 1) start = index;
  return start;
}

/**
 * The first as-of day of the unbroken run of certain verdicts on the same side that reaches to `asOf`, for targets whose
 * verdict becomes or ceases to be certain only on the days of `candidates`. `null` when the verdict of `asOf` is open.
 */
export function certainSinceAmong(
  candidates: readonly string[],
  asOf: string,
  judge: (day: string) => VerdictName,
): string | null {
  const side = sideOf(judge(asOf));
  if (side === null) return null;
  const days = [...new Set(candidates)].filter((day) => day <= asOf).sort();
  const start = startOfLastRun(days.length, (index) => sideOf(judge(days[index]!)) === side);
  return start === undefined ? asOf : days[start]!;
}
