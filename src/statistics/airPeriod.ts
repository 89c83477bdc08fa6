import type { Decimal } from '../domain/decimal.js';
import { roundHalfEven } from '../domain/decimal.js';
import {
  findLimit,
  pollutants,
  type AirEvaluation,
  type AirLimits,
  type Averaging,
  type Pollutant,
} from '../domain/standard.js';
import { computeRangeMean, type DayValue, type RangeMean } from './annualMean.js';
import { computeCompositeIndex, type CompositeIndex } from './compositeIndex.js';
import { computePercentile } from './percentile.js';
import { computeShare } from './share.js';

/** A statistic beside its level-2 limit. */
export interface LimitedFigure {
  /** Unrounded; `null` without valid days. */
  readonly value: Decimal | null;
  /** As bulletins print it: half to even, at the decimals of the version. */
  readonly printed: string | null;
  /** `null` where the standard has none (no annual limit of CO and O3). */
  readonly limit: Decimal | null;
  /** Rounded for the decision, at most the limit; equal complies. `null` without value or limit. */
  readonly complies: boolean | null;
  /** 超标倍数: (value − limit) ÷ limit, unrounded; `null` unless the limit is exceeded. */
  readonly multiple: Decimal | null;
}

/** Days of the period against the 24 h limit (O3: the daily maximum 8 h limit). */
export interface ComplianceDays {
  readonly valid: number;
  readonly exceeding: readonly string[];
  /** 达标率 in percent, unrounded; `null` without valid days. */
  readonly share: Decimal | null;
}

/** One item over a period. */
export interface ItemPeriod {
  readonly mean: LimitedFigure;
  /** The percentile of HJ 663 table 1 against the 24 h (O3: 8 h) limit. */
  readonly percentile: LimitedFigure & { readonly percent: string };
  /** Which of the two bulletins give as the figure of the item: the percentile of CO and O3, else the mean. */
  readonly figure: 'mean' | 'percentile';
  readonly days: ComplianceDays;
  readonly range: RangeMean;
  /** The period is over and has the days it needs; else every figure is provisional (数据不足). */
  readonly valid: boolean;
}

export interface AirPeriod {
  readonly items: Readonly<Record<Pollutant, ItemPeriod>>;
  /** 综合指数 from the unrounded figures; `null` when an item has none. */
  readonly composite: CompositeIndex | null;
  /** All six items are valid. */
  readonly valid: boolean;
}

export interface AirPeriodInput {
  /** Daily values by item: 24 h means, for O3 the daily maximum 8 h; distinct days. */
  readonly days: Readonly<Record<Pollutant, readonly DayValue[]>>;
  readonly from: string;
  readonly to: string;
  /** First day that is not over yet; default: the period is over. */
  readonly until?: string;
}

export interface AirPeriodRules {
  readonly limits: AirLimits;
  readonly evaluation: AirEvaluation;
  /** The limits that the composite index divides by (`evaluation.compositeIndex.limits` names them). */
  readonly compositeLimits: AirLimits;
}

const dailyAveraging: Readonly<Record<Pollutant, Averaging>> = {
  so2: '24h',
  no2: '24h',
  co: '24h',
  o3: '8h',
  pm10: '24h',
  pm25: '24h',
};

/**
 * The statistics of HJ 663 over a month, quarter, year or any range [from, to): for each item the mean and the
 * percentile of its daily values beside their limits, the days over the daily limit, and the composite index. Rounding
 * happens once, at the end. Means of months and quarters follow the validity rule of the `shortPeriods` setting.
 */
export function computeAirPeriod(input: AirPeriodInput, rules: AirPeriodRules): AirPeriod {
  const entries = pollutants.map((item) => [item, computeItemPeriod(item, input, rules)] as const);
  const items = Object.fromEntries(entries) as Record<Pollutant, ItemPeriod>;
  const figures = entries.map(([item, period]) => [item, period[period.figure].value] as const);
  return {
    items,
    composite: computeCompositeIndex(
      Object.fromEntries(figures) as Record<Pollutant, Decimal | null>,
      rules.compositeLimits,
      rules.evaluation.compositeIndex.weights,
    ),
    valid: entries.every(([, { valid }]) => valid),
  };
}

/**
 * The limits that a version's composite index divides by.
 *
 * @throws RangeError when the named limits do not exist.
 */
export function findCompositeLimits(list: readonly AirLimits[], evaluation: AirEvaluation): AirLimits {
  const found = list.find(({ id }) => id === evaluation.compositeIndex.limits);
  if (found === undefined) throw new RangeError(`there are no limits ${evaluation.compositeIndex.limits}`);
  return found;
}

function computeItemPeriod(
  item: Pollutant,
  { days, from, to, until }: AirPeriodInput,
  { limits, evaluation }: AirPeriodRules,
): ItemPeriod {
  const { dailyRounding, shortPeriods } = evaluation;
  const dailyDecimals = dailyRounding.enabled ? dailyRounding.decimals[item] : null;
  const options = { dailyDecimals, ...(until === undefined ? {} : { until }) };
  const range = computeRangeMean(days[item], from, to, limits.validity, options);
  const end = until !== undefined && until < to ? until : to;
  const used = days[item].flatMap(({ day, value }) => {
    if (value === null || day < from || day >= end) return [];
    return [{ day, value: dailyDecimals === null ? value : roundHalfEven(value, dailyDecimals) }];
  });
  const percent = evaluation.percentiles.values[item];
  const percentile = computePercentile(
    used.map(({ value }) => value),
    percent,
  );
  const dailyLimit = findLimit(limits, item, dailyAveraging[item]);
  const over = range.elapsedDays === range.rangeDays && range.validDays > 0;
  const lenient = range.requiredDays === null && !shortPeriods.monthRule;
  return {
    mean: compare(evaluation, item, range.mean, findLimit(limits, item, 'year')),
    percentile: { ...compare(evaluation, item, percentile, dailyLimit), percent },
    figure: item === 'co' || item === 'o3' ? 'percentile' : 'mean',
    days: countExceeding(used, dailyLimit),
    range,
    valid: range.valid || (lenient && over),
  };
}

function compare(
  { statisticDecimals }: AirEvaluation,
  item: Pollutant,
  value: Decimal | null,
  limit: Decimal | undefined,
): LimitedFigure {
  const printed = value === null ? null : toFixedHalfEven(value, statisticDecimals.values[item]);
  const found = { value, printed, limit: limit ?? null };
  if (value === null || limit === undefined) return { ...found, complies: null, multiple: null };
  const complies = roundHalfEven(value, statisticDecimals.compliance[item]).lte(limit);
  return { ...found, complies, multiple: complies ? null : value.minus(limit).div(limit) };
}

function countExceeding(
  days: readonly { readonly day: string; readonly value: Decimal }[],
  limit: Decimal | undefined,
): ComplianceDays {
  if (limit === undefined) return { valid: days.length, exceeding: [], share: null };
  const exceeding = days.filter(({ value }) => value.gt(limit)).map(({ day }) => day);
  return { valid: days.length, exceeding, share: computeShare(days.length - exceeding.length, days.length) };
}

function toFixedHalfEven(value: Decimal, decimals: number): string {
  return roundHalfEven(value, decimals).toFixed(decimals);
}
