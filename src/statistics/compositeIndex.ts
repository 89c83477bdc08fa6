import { Decimal } from '../domain/decimal.js';
import {
  findLimit,
  pollutants,
  type AirEvaluation,
  type AirLimits,
  type Averaging,
  type Pollutant,
} from '../domain/standard.js';
import { settle } from './exactMean.js';

/** The composite index (综合指数) with its parts, all unrounded. */
export interface CompositeIndex {
  readonly value: Decimal;
  /** Statistic ÷ level-2 limit, before the weight. */
  readonly singles: Readonly<Record<Pollutant, Decimal>>;
}

const averagingOf: Readonly<Record<Pollutant, Averaging>> = {
  so2: 'year',
  no2: 'year',
  co: '24h',
  o3: '8h',
  pm10: 'year',
  pm25: 'year',
};

/**
 * Sum over the six items of weight × statistic ÷ level-2 limit (HJ 663—2013 and ranking rules; weights are data and
 * unconfirmed): means of SO2, NO2, PM10, PM2.5 against the annual limits, the CO 95th percentile against the 24 h
 * limit, the O3 90th percentile against the daily maximum 8 h limit.
 *
 * @returns `null` when a statistic is missing: a partial sum would look like clean air.
 */
export function computeCompositeIndex(
  statistics: Readonly<Record<Pollutant, Decimal | null>>,
  limits: AirLimits,
  weights: AirEvaluation['compositeIndex']['weights'],
): CompositeIndex | null {
  let value = new Decimal(0);
  const singles: [Pollutant, Decimal][] = [];
  for (const pollutant of pollutants) {
    const statistic = statistics[pollutant];
    const limit = findLimit(limits, pollutant, averagingOf[pollutant]);
    if (limit === undefined) throw new RangeError(`${limits.id} has no limit for ${pollutant}`);
    if (statistic === null) return null;
    singles.push([pollutant, statistic.div(limit)]);
    value = value.plus(statistic.times(weights[pollutant]).div(limit));
  }
  return { value: settle(value), singles: Object.fromEntries(singles) as Record<Pollutant, Decimal> };
}
