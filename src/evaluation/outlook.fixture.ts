import { daysInRange } from '../domain/calendar.js';
import { sideOf } from './certainty.js';
import type { Judgement } from './judgement.js';

/** The day from which the verdict of `asOf` stood certain on its side, found by judging every day. */
export function certainByBruteForce(
  judge: (asOf: string) => Judgement,
  from: string,
  asOf: string,
): string | null {
  const side = sideOf(judge(asOf).verdict);
  if (side === null) return null;
  let since = asOf;
  for (const day of daysInRange(from, asOf).reverse()) {
    if (sideOf(judge(day).verdict) !== side) break;
    since = day;
  }
  return since;
}
