import { isDay } from '../domain/calendar.js';
import type { ProjectionSettings } from './projectionSettings.js';
import { drawBelow, type Random } from './random.js';

/**
 * The calendar window of the days left in one earlier year. Each measure has a number per day; days without data are
 * `null`.
 */
export interface EarlierWindow {
  readonly year: number;
  readonly days: readonly (readonly number[] | null)[];
}

/** Running totals of a window, so that the sum over any block is a difference. */
interface Totals {
  readonly known: Float64Array;
  readonly measures: readonly Float64Array[];
}

/**
 * Totals of each measure over `length` days to come, drawn from earlier years: an estimate in doubles.
 *
 * Each draw takes one earlier year as a whole (what makes one year differ from another lasts for months) and puts blocks
 * of it side by side: the block at a calendar place comes from that place or up to `jitterDays` beside it, never from
 * outside the window. A block with days unknown counts for its whole length by the days it has; one with none, by the
 * mean of its window. Every window has at least `length` days, one of them known.
 */
export function drawTotals(
  windows: readonly EarlierWindow[],
  length: number,
  settings: Pick<ProjectionSettings, 'draws' | 'blockDays' | 'jitterDays'>,
  random: Random,
): number[][] {
  const totals = windows.map(totalsOf);
  const measureCount = totals[0]?.measures.length ?? 0;
  const { draws, blockDays, jitterDays } = settings;
  return Array.from({ length: draws }, () => {
    const year = totals[drawBelow(random, windows.length)]!;
    const sums = new Array<number>(measureCount).fill(0);
    for (let start = 0; start < length; start += blockDays) {
      const size = Math.min(blockDays, length - start);
      const from = start + drawBelow(random, 2 * jitterDays + 1) - jitterDays;
      addBlock(sums, year, Math.min(Math.max(from, 0), length - size), size);
    }
    return sums;
  });
}

function addBlock(sums: number[], { known, measures }: Totals, from: number, size: number): void {
  const to = from + size;
  let [first, last] = [from, to];
  if (known[to]! - known[from]! === 0) [first, last] = [0, known.length - 1];
  const count = known[last]! - known[first]!;
  measures.forEach((measure, index) => {
    sums[index]! += ((measure[last]! - measure[first]!) * size) / count;
  });
}

function totalsOf({ days }: EarlierWindow): Totals {
  const width = days.find((day) => day !== null)?.length ?? 0;
  const known = new Float64Array(days.length + 1);
  const measures = Array.from({ length: width }, () => new Float64Array(days.length + 1));
  days.forEach((day, index) => {
    known[index + 1] = known[index]! + (day === null ? 0 : 1);
    measures.forEach((measure, k) => {
      measure[index + 1] = measure[index]! + (day?.[k] ?? 0);
    });
  });
  return { known, measures };
}

/** The plain mean; `null` for no values. */
export function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Widens draws around their mean, so that few years say how far another year may lie: the spread among n years is smaller
 * than that of a new one by √((n − 1) ÷ (n + 1)).
 */
export function widen(draws: readonly number[], years: number): number[] {
  if (years < 2) return [...draws];
  const centre = draws.reduce((sum, value) => sum + value, 0) / draws.length;
  const factor = Math.sqrt((years + 1) / (years - 1));
  return draws.map((value) => centre + (value - centre) * factor);
}

/** The value below which a share of the sorted draws lies (nearest rank). */
export function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))]!;
}

/**
 * The level of this year against an earlier one: ratio of the means over the same days so far, pulled towards 1 while
 * few days are known. 1 when either mean is missing or not positive, or when the ratio is not believed.
 */
export function levelShift(
  now: number | null,
  before: number | null,
  days: number,
  { shiftBounds: [low, high], shiftDays }: Pick<ProjectionSettings, 'shiftBounds' | 'shiftDays'>,
): number {
  if (now === null || before === null || now <= 0 || before <= 0) return 1;
  const ratio = now / before;
  if (ratio < low || ratio > high) return 1;
  return ratio ** (days / (days + shiftDays));
}

/** The same calendar day a number of years earlier; 02-29 becomes 03-01 where it does not exist. */
export function yearsBefore(day: string, years: number): string {
  const year = String(Number(day.slice(0, 4)) - years);
  return isDay(`${year}${day.slice(4)}`) ? `${year}${day.slice(4)}` : `${year}-03-01`;
}
