import type { AlertRule } from '../domain/alertRule.js';
import { hourMs } from '../domain/calendar.js';
import { readsHours } from './seriesFacts.js';

/** Station hours that are loaded and judged at a time: some tenths of a second. */
const hoursAtATime = 2_000;
/** Station hours whose results are held at a time: some 50 MB. One series, however long, is followed as a whole. */
const hoursTogether = 40_000;

interface Span {
  readonly from: number;
  readonly to: number;
}

/**
 * A span in pieces of bounded work. Only of rules that judge each hour for itself, so that what they say does not depend on
 * where pieces end; of others the whole span.
 *
 * @param subjects how many sites are judged; at least one
 */
export function piecesOf(rule: AlertRule | undefined, { from, to }: Span, subjects: number): Span[] {
  if (rule?.kind !== 'threshold' || !readsHours(rule.measure) || to <= from) return [{ from, to }];
  const hours = Math.max(24, Math.floor(hoursAtATime / Math.max(1, subjects)));
  const count = Math.ceil((to - from) / (hours * hourMs));
  return Array.from({ length: count }, (_, index) => ({
    from: from + index * hours * hourMs,
    to: Math.min(to, from + (index + 1) * hours * hourMs),
  }));
}

/** How many subjects may be followed together over a span; at least one. */
export function subjectsTogether({ from, to }: Span): number {
  return Math.max(1, Math.floor((hoursTogether * hourMs) / Math.max(hourMs, to - from)));
}
