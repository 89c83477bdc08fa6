import { addMonths } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { WaterEvaluation } from '../domain/standard.js';
import type { SectionBody } from '../domain/waterBody.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { computeExactMean } from './exactMean.js';
import { groundwaterMeets, judgeGroundwater, type GroundwaterResult } from './groundwater.js';
import { computeWaterGrade, type WaterGradeResult, type WaterRules, type WaterValues } from './waterGrade.js';

/** One item of one sample. */
export interface SampleValue {
  /** The value used: for a value below detection, half the limit as stored. */
  readonly value: Decimal;
  /** The detection limit in the unit of the value when the sample was below it. */
  readonly detectionLimit?: Decimal;
}

/** A sample of a section; maintenance and invalid samples are left out by the caller. */
export interface WaterSample {
  /** Beijing month `YYYY-MM`. */
  readonly month: string;
  readonly values: ReadonlyMap<string, SampleValue>;
  /** 断流: nothing could be sampled. */
  readonly noFlow?: boolean;
}

export type WaterMonthState = 'measured' | 'no-flow' | 'missing' | 'to-come';

/** What values say by the standard of their water. */
interface JudgedValues {
  /** The grade by GB 3838; always `null` for groundwater. */
  readonly result: WaterGradeResult | null;
  /** The comparison with GB/T 14848 Ⅲ; `null` for surface water, and without a measured item. */
  readonly groundwater: GroundwaterResult | null;
  /** Whether the target class is met; `null` without result or target, and where the limits of Ⅲ alone cannot tell. */
  readonly meetsTarget: boolean | null;
}

/** One month of a section with its own grade; a no-flow month has none and leaves the denominator. */
export interface WaterMonth extends JudgedValues {
  readonly month: string;
  readonly state: WaterMonthState;
  readonly samples: number;
  readonly values: WaterValues;
}

/** A section over a range of months; its result is provisional unless `sufficient` and no month is to come. */
export interface WaterPeriod extends JudgedValues {
  readonly months: readonly WaterMonth[];
  /** Mean of each item over the measured months, unrounded. */
  readonly values: WaterValues;
  /** Months with a grade (groundwater: with a result): the denominator. */
  readonly gradedMonths: number;
  readonly noFlowMonths: readonly string[];
  readonly missingMonths: readonly string[];
  readonly monthsToCome: readonly string[];
  readonly failedMonths: readonly string[];
  /** At least the measured months that a year needs (8); fewer is 数据不足. */
  readonly sufficient: boolean;
}

export interface WaterPeriodOptions {
  readonly target?: WaterGrade | undefined;
  /** Natural-background items to leave out. */
  readonly removed?: ReadonlySet<string>;
  /** First month that is not over yet; later months without samples are still to come. */
  readonly untilMonth?: string;
}

/**
 * A section over the half-open range of months [from, to): each month's mean and own grade, and the mean OF EACH ITEM
 * over the measured months, then graded (环办〔2011〕22号; counts unconfirmed). Grades are never averaged, and a month
 * with many samples weighs as much as one with a single sample. A month with a sample is measured even when it also
 * had days without flow.
 */
export function computeWaterPeriod(
  rules: WaterRules,
  body: SectionBody,
  samples: readonly WaterSample[],
  from: string,
  to: string,
  options: WaterPeriodOptions = {},
): WaterPeriod {
  const months: string[] = [];
  for (let month = from; month < to; month = addMonths(month, 1)) months.push(month);
  return computeWaterMonths(rules, body, samples, months, options);
}

/** `computeWaterPeriod` over the listed months, which need not be neighbours (water seasons). */
export function computeWaterMonths(
  rules: WaterRules,
  body: SectionBody,
  samples: readonly WaterSample[],
  listed: readonly string[],
  options: WaterPeriodOptions = {},
): WaterPeriod {
  const byMonth = groupByMonth(samples);
  const months = listed.map((month) =>
    computeWaterMonth(rules, body, month, byMonth.get(month) ?? [], options),
  );
  const graded = months.filter(isJudged);
  const values = meanOfItems(
    graded.map((month) => month.values),
    rules.evaluation,
  );
  const inState = (state: WaterMonthState): string[] =>
    months.filter((month) => month.state === state).map(({ month }) => month);
  return {
    months,
    values,
    ...judgeValues(rules, body, values, options),
    gradedMonths: graded.length,
    noFlowMonths: inState('no-flow'),
    missingMonths: inState('missing'),
    monthsToCome: inState('to-come'),
    failedMonths: months.filter(({ meetsTarget }) => meetsTarget === false).map(({ month }) => month),
    sufficient: graded.length >= rules.evaluation.period.yearMonths,
  };
}

/** One month of a section: the single sample, or the mean of several, graded. */
export function computeWaterMonth(
  rules: WaterRules,
  body: SectionBody,
  month: string,
  samples: readonly WaterSample[],
  options: WaterPeriodOptions = {},
): WaterMonth {
  const used = samples
    .map(({ values }) => usedValues(values, rules.evaluation))
    .filter(({ size }) => size > 0);
  const values = meanOfItems(used, rules.evaluation);
  const judged = judgeValues(rules, body, values, options);
  const { untilMonth } = options;
  return {
    month,
    state: stateOf(isJudged(judged), samples, untilMonth !== undefined && month >= untilMonth),
    samples: used.length,
    values,
    ...judged,
  };
}

function isJudged({ result, groundwater }: Pick<JudgedValues, 'result' | 'groundwater'>): boolean {
  return groundwater !== null || (result !== null && result.grade !== null);
}

/** One standard per body of water: GB/T 14848 for groundwater, GB 3838 for the rest. */
function judgeValues(
  rules: WaterRules,
  body: SectionBody,
  values: WaterValues,
  options: WaterPeriodOptions,
): JudgedValues {
  const { target, removed } = options;
  if (body === 'groundwater') {
    const kept = new Map([...values].filter(([code]) => removed?.has(code) !== true));
    const groundwater = rules.groundwater === undefined ? null : judgeGroundwater(rules.groundwater, kept);
    const met = groundwater === null || target === undefined ? null : groundwaterMeets(groundwater, target);
    return { result: null, groundwater, meetsTarget: met };
  }
  const result = values.size === 0 ? null : computeWaterGrade(rules, body, values, options);
  const grade = result?.grade ?? null;
  return {
    result,
    groundwater: null,
    meetsTarget: grade === null || target === undefined ? null : grade <= target,
  };
}

function groupByMonth(samples: readonly WaterSample[]): Map<string, WaterSample[]> {
  const byMonth = new Map<string, WaterSample[]>();
  for (const sample of samples) {
    const list = byMonth.get(sample.month);
    if (list) list.push(sample);
    else byMonth.set(sample.month, [sample]);
  }
  return byMonth;
}

function stateOf(graded: boolean, samples: readonly WaterSample[], running: boolean): WaterMonthState {
  if (graded) return 'measured';
  if (samples.some(({ noFlow }) => noFlow === true)) return 'no-flow';
  return running ? 'to-come' : 'missing';
}

/** Below detection counts as the evaluation's fraction of the limit (half, by common practice); negatives are missing. */
export function usedValues(
  values: ReadonlyMap<string, SampleValue>,
  evaluation: WaterEvaluation,
): WaterValues {
  const used = new Map<string, Decimal>();
  for (const [code, { value, detectionLimit }] of values) {
    const counted = detectionLimit ? detectionLimit.times(evaluation.belowDetection.fraction) : value;
    if (counted.gte(0)) used.set(code, counted);
  }
  return used;
}

/** The mean of each item over the sets that have it, unrounded; pH by the evaluation's method. */
export function meanOfItems(sets: readonly WaterValues[], evaluation: WaterEvaluation): WaterValues {
  const collected = new Map<string, Decimal[]>();
  for (const set of sets)
    for (const [code, value] of set) {
      const list = collected.get(code);
      if (list) list.push(value);
      else collected.set(code, [value]);
    }
  const means = new Map<string, Decimal>();
  for (const [code, list] of collected) {
    const logarithmic = code === 'ph' && evaluation.phMean.method === 'hydrogen-ion';
    const mean = logarithmic ? meanOfPh(list) : computeExactMean(list);
    if (mean) means.set(code, mean);
  }
  return means;
}

/** −log10 of the mean hydrogen-ion concentration, to 12 digits: logarithms have no exact decimal. */
function meanOfPh(values: readonly Decimal[]): Decimal {
  const mean = values.reduce((sum, value) => sum + 10 ** -value.toNumber(), 0) / values.length;
  return new Decimal((-Math.log10(mean)).toPrecision(12));
}
