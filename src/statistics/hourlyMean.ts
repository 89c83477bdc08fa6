import type { Decimal } from '../domain/decimal.js';
import type { AirLimits } from '../domain/standard.js';
import { isConcentration } from './dailyMean.js';
import { computeMeanOfDoubles } from './exactMean.js';

/** An hourly mean: unrounded, `null` when too few minutes were sampled, with the minutes that were. */
export interface HourlyStatistic {
  readonly value: Decimal | null;
  readonly sampledMinutes: number;
}

/**
 * The mean of one hour from its 1-minute or 5-minute values, valid with at least 45 minutes of sampling (GB 3095
 * table 4). Each value stands for `minutesEach` minutes. Negative and non-finite values count as missing.
 *
 * @param values the values of the hour in order of time; `null` is missing. There are 60 ÷ `minutesEach` of them.
 * @throws RangeError when the values do not make one hour.
 */
export function computeHourlyMean(
  values: readonly (number | null)[],
  minutesEach: number,
  validity: Pick<AirLimits['validity'], 'hourMinutes'>,
): HourlyStatistic {
  if (!Number.isInteger(minutesEach) || values.length * minutesEach !== 60)
    throw new RangeError(`${values.length} values of ${minutesEach} minutes are not one hour`);
  const valid = values.filter(isConcentration);
  const sampledMinutes = valid.length * minutesEach;
  if (sampledMinutes < validity.hourMinutes) return { value: null, sampledMinutes };
  return { value: computeMeanOfDoubles(valid) ?? null, sampledMinutes };
}
