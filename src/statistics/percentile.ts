import { Decimal } from '../domain/decimal.js';
import { settle } from './exactMean.js';

/**
 * The percentile of daily values (HJ 663—2013 annex A, as reported): with the n values ascending,
 * `k = 1 + (n − 1)·p%`, `s = floor(k)`, result `x(s) + (x(s+1) − x(s))·(k − s)`; unrounded. The linear method of numpy
 * and pandas, R type 7.
 *
 * @param percent 0–100 as exact decimal text, e.g. `95`.
 * @returns `null` for no values.
 * @throws RangeError for a percent outside 0–100.
 */
export function computePercentile(values: readonly Decimal[], percent: string): Decimal | null {
  const p = new Decimal(percent);
  if (p.lt(0) || p.gt(100)) throw new RangeError(`percentile ${percent} is outside 0–100`);
  const sorted = [...values].sort((a, b) => a.cmp(b));
  const position = p.times(Math.max(0, sorted.length - 1)).div(100);
  const below = position.round(0, Decimal.roundDown).toNumber();
  const lower = sorted[below];
  if (lower === undefined) return null;
  const upper = sorted[below + 1] ?? lower;
  return settle(lower.plus(upper.minus(lower).times(position.minus(below))));
}
