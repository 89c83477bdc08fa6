import { addDays, daysBetween, daysInMonth } from '../domain/calendar.js';
import { Decimal, sumOf } from '../domain/decimal.js';
import type { AirLimits } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import { computeRangeMean, type RangeMean } from '../statistics/annualMean.js';
import { settle } from '../statistics/exactMean.js';
import {
  atTargetPrecision,
  distanceTo,
  endOfData,
  findJudgedPeriod,
  keepsLimit,
  notReported,
  progressNote,
  requiredDays,
  shown,
  unroundedText,
  type JudgedPeriod,
  type Judgement,
  type Words,
} from './judgement.js';

/** The daily value of the judged item in both ledgers; `null` where the day has no valid value. */
export interface JudgedDay {
  readonly day: string;
  readonly judged: Decimal | null;
  readonly other: Decimal | null;
  readonly basis: 'hourly' | 'daily' | 'mixed' | null;
}

export interface AnnualMeanInput {
  /** Days of the judged period and of the year before it, in any order. */
  readonly days: readonly JudgedDay[];
  readonly limits: AirLimits;
  /** Decimals to which daily values are rounded before the mean, or `null` (HJ 663 setting, unconfirmed). */
  readonly dailyDecimals: number | null;
  readonly standards: readonly string[];
}

/** What may still come: the mean of the days left should not exceed `remaining`. */
interface Outlook {
  readonly remaining: Decimal | null;
  readonly projected: Decimal;
  readonly method: Words;
}

// Below this share of valid days the same window of last year says too little about the days to come.
const historyShare = 0.75;

/**
 * Judges the annual mean of daily means against an upper limit (HJ 663, validity by GB 3095 table 4).
 *
 * The period over: `met` or `missed` when valid, else `insufficient-data`. Running: `lost` when even zeros on every day
 * left would leave the mean above the limit; `insufficient-data` when the year can no longer become valid; else
 * `on-track` or `at-risk` by the mean that results when the days left repeat the same days of the year before, or,
 * without those, by the mean so far.
 */
export function judgeAnnualMean(target: Target, input: AnnualMeanInput, asOf: string): Judgement {
  const period = findJudgedPeriod(target, asOf);
  const options = { until: period.until, dailyDecimals: input.dailyDecimals };
  const series = (pick: (day: JudgedDay) => Decimal | null) =>
    input.days.map((day) => ({ day: day.day, value: pick(day) }));
  const mean = computeRangeMean(
    series((day) => day.judged),
    period.from,
    period.to,
    input.limits.validity,
    options,
  );
  const other = computeRangeMean(
    series((day) => day.other),
    period.from,
    period.to,
    input.limits.validity,
    options,
  );
  if (mean.mean === null) return notReported(period, 'day', mean.elapsedDays, input.standards);
  const value = atTargetPrecision(target, mean.mean);
  const outlook = period.state === 'over' ? undefined : lookAhead(target, input, period, mean);
  const inside = input.days.filter(({ day }) => day >= period.from && day < endOfData(period));
  return {
    verdict: decide(target, input, period, mean, value, outlook),
    value: value.toFixed(target.decimals),
    valueUnrounded: unroundedText(mean.mean),
    distance: distanceTo(target, value).toString(),
    used: mean.validDays,
    missing: mean.elapsedDays - mean.validDays,
    countUnit: 'day',
    inputs: [...new Set(inside.flatMap(({ basis }) => basis ?? []))].sort(),
    otherLedgerValue:
      other.mean === null ? null : atTargetPrecision(target, other.mean).toFixed(target.decimals),
    reason: explain(target, period, mean, outlook),
    notes: [...progressNote(period), ...validityNotes(mean)],
    standards: input.standards,
  };
}

function decide(
  target: Target,
  input: AnnualMeanInput,
  period: JudgedPeriod,
  mean: RangeMean,
  value: Decimal,
  outlook: Outlook | undefined,
): Judgement['verdict'] {
  if (period.state === 'over') {
    if (!mean.valid || mean.validDays < requiredDays(period, input.limits.validity))
      return 'insufficient-data';
    return keepsLimit(target, value) ? 'met' : 'missed';
  }
  // Days without a value so far may still be reported: only what even zeros on all of them cannot mend is lost.
  const lowest = atTargetPrecision(target, settle(mean.sum.div(mean.rangeDays)));
  if (period.state === 'open' && !keepsLimit(target, lowest)) return 'lost';
  if (!canBecomeValid(input, period, mean)) return 'insufficient-data';
  return keepsLimit(target, atTargetPrecision(target, outlook!.projected)) ? 'on-track' : 'at-risk';
}

/** Whether valid values on all days to come would still make every month and the whole valid. */
function canBecomeValid(input: AnnualMeanInput, period: JudgedPeriod, mean: RangeMean): boolean {
  const monthFails = mean.months.some(({ month, valid, required }) => {
    if (required === null) return false;
    const gone = Math.max(0, daysBetween(`${month}-01`, endOfData(period)));
    return valid + Math.max(0, daysInMonth(month) - gone) < required;
  });
  const toCome = mean.rangeDays - mean.elapsedDays;
  return !monthFails && mean.validDays + toCome >= requiredDays(period, input.limits.validity);
}

/**
 * 剩余控制浓度 (T·N − Σ) ÷ (N − n): the mean that the days left may have so that the mean of the whole period is the
 * limit; unrounded. `sum` is that of the `validDays` unrounded daily values. Negative when the limit is out of reach,
 * `null` when no day is left.
 */
export function computeRemainingConcentration(
  limit: Decimal,
  days: number,
  sum: Decimal,
  validDays: number,
): Decimal | null {
  return validDays >= days
    ? null
    : limit
        .times(days)
        .minus(sum)
        .div(days - validDays);
}

function lookAhead(target: Target, input: AnnualMeanInput, period: JudgedPeriod, mean: RangeMean): Outlook {
  const limit = new Decimal(target.limit);
  const remaining = computeRemainingConcentration(limit, mean.rangeDays, mean.sum, mean.validDays);
  const toCome = daysBetween(period.until, period.to);
  const history = sameDaysOfLastYear(input.days, period);
  if (toCome > 0 && history.length >= toCome * historyShare) {
    const expected = sumOf(history).times(toCome).div(history.length);
    return {
      remaining,
      projected: settle(mean.sum.plus(expected).div(mean.validDays + toCome)),
      method: { zh: '余下日期按上年同期浓度推算', en: 'days left as in the same window of the year before' },
    };
  }
  return {
    remaining,
    projected: mean.mean!,
    method: { zh: '没有上年同期数据，按至今均值推算', en: 'no data of the year before: mean so far' },
  };
}

function sameDaysOfLastYear(days: readonly JudgedDay[], period: JudgedPeriod): Decimal[] {
  // Days compare as text, so that the namesake of 02-29 is an edge of the window even where the day does not exist.
  const shift = (day: string) => `${Number(day.slice(0, 4)) - 1}${day.slice(4)}`;
  const from = shift(period.until);
  const to = shift(period.to);
  return days.filter(({ day }) => day >= from && day < to).flatMap(({ judged }) => judged ?? []);
}

function explain(target: Target, period: JudgedPeriod, mean: RangeMean, outlook: Outlook | undefined): Words {
  const places = Math.max(target.decimals, 2);
  const so = shown(mean.mean!, places);
  if (outlook === undefined) {
    return {
      zh: `${period.from} 至 ${addDays(period.to, -1)} 有效 ${mean.validDays} 天，均值 ${so}，要求 ≤ ${target.limit}`,
      en: `${mean.validDays} valid days from ${period.from} to ${addDays(period.to, -1)}, mean ${so}, limit ${target.limit}`,
    };
  }
  const projected = shown(outlook.projected, places);
  const remaining = outlook.remaining === null ? null : shown(outlook.remaining, places);
  return {
    zh:
      `截至 ${addDays(period.until, -1)} 有效 ${mean.validDays} 天，累计均值 ${so}，要求 ≤ ${target.limit}；` +
      (remaining === null
        ? ''
        : `余下 ${mean.rangeDays - mean.validDays} 天的剩余控制浓度为 ${remaining}；`) +
      `预计全年 ${projected}（${outlook.method.zh}）`,
    en:
      `${mean.validDays} valid days to ${addDays(period.until, -1)}, mean ${so}, limit ${target.limit}; ` +
      (remaining === null
        ? ''
        : `the ${mean.rangeDays - mean.validDays} days left may average ${remaining}; `) +
      `expected for the year ${projected} (${outlook.method.en})`,
  };
}

function validityNotes(mean: RangeMean): Words[] {
  const notes: Words[] = [];
  if (mean.shortMonths.length > 0) {
    const months = mean.shortMonths.join('、');
    notes.push({
      zh: `有效天数不足（每月至少 27 天，二月 25 天；GB 3095 表 4）的月份：${months}`,
      en: `Months with too few valid days (27, February 25; GB 3095 table 4): ${months}`,
    });
  }
  if (
    mean.requiredDays !== null &&
    mean.rangeDays === mean.elapsedDays &&
    mean.validDays < mean.requiredDays
  ) {
    notes.push({
      zh: `全年有效 ${mean.validDays} 天，少于 ${mean.requiredDays} 天（GB 3095 表 4），均值仅供参考`,
      en: `${mean.validDays} valid days in the year, fewer than ${mean.requiredDays} (GB 3095 table 4): provisional`,
    });
  }
  return notes;
}
