import type { Decimal } from '../domain/decimal.js';
import type { AirEvaluation, AirLimits } from '../domain/standard.js';
import { isConcentration } from './dailyMean.js';
import { computeMeanOfDoubles } from './exactMean.js';
import type { HourlyConcentrations } from './hourlyAqi.js';
import type { AirHourItem } from './siteDay.js';

/** The hourly values of the 24 hours that end with the hour of the report, oldest first; `null` is missing. */
export type TrailingHours = Readonly<Partial<Record<AirHourItem, readonly (number | null)[]>>>;

/**
 * What an hourly index may rest on: the values of the last hour, the sliding 8 h mean of O3 (6 valid hours, GB 3095
 * table 4) and the sliding 24 h means of SO2, PM10 and PM2.5 (20 valid hours by assumption). Unrounded.
 *
 * @throws RangeError when an item has other than 24 values.
 */
export function computeHourlyInputs(
  hours: TrailingHours,
  limits: AirLimits,
  evaluation: AirEvaluation,
): HourlyConcentrations {
  const { windowHours } = evaluation.ozone;
  const last = (item: AirHourItem): Decimal | null => meanOfLast(hours[item], 1, 1);
  const day = (item: AirHourItem): Decimal | null =>
    meanOfLast(hours[item], 24, evaluation.slidingDay.minHours);
  return {
    so2_1h: last('so2'),
    so2_24h: day('so2'),
    no2_1h: last('no2'),
    co_1h: last('co'),
    o3_1h: last('o3'),
    o3_8h: meanOfLast(hours.o3, windowHours, limits.validity.eightHourHours),
    pm10_1h: last('pm10'),
    pm10_24h: day('pm10'),
    pm25_1h: last('pm25'),
    pm25_24h: day('pm25'),
  };
}

function meanOfLast(
  values: readonly (number | null)[] | undefined,
  hours: number,
  minHours: number,
): Decimal | null {
  if (values === undefined) return null;
  if (values.length !== 24) throw new RangeError(`24 trailing hours are needed, not ${values.length}`);
  const valid = values.slice(24 - hours).filter(isConcentration);
  return valid.length < minHours ? null : (computeMeanOfDoubles(valid) ?? null);
}
