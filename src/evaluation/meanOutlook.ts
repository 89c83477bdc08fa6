import { daysBetween, daysInRange, addDays } from '../domain/calendar.js';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { computeRangeMean, type RangeMean } from '../statistics/annualMean.js';
import { settle } from '../statistics/exactMean.js';
import type { AnnualMeanInput, JudgedDay } from './annualMeanInput.js';
import { drawTotals, levelShift, meanOrNull, widen, yearsBefore, type EarlierWindow } from './bootstrap.js';
import { firstTrue, startOfLastRun } from './certainty.js';
import {
  atTargetPrecision,
  daysToCome,
  endOfData,
  keepsLimit,
  lastDayOf,
  requiredDays,
  shown,
  unroundedText,
  type JudgedPeriod,
} from './judgement.js';
import type { Allowed, YearOnYear } from './outlook.js';
import {
  concludeDraws,
  estimateText,
  nameYears,
  projectSoFar,
  randomFor,
  type Outcome,
} from './projection.js';
import type { ProjectionSettings } from './projectionSettings.js';
import { compareYears, lengthOf, tooFewDaysBefore, windowBefore } from './yearOnYear.js';

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

/** What the days left may average. */
export function allowMean(
  target: Target,
  period: JudgedPeriod,
  mean: RangeMean,
): Extract<Allowed, { kind: 'mean' }> {
  const limit = new Decimal(target.limit);
  const places = Math.max(target.decimals, 2);
  const toCome = daysToCome(period);
  const days = mean.rangeDays - mean.validDays;
  const remaining = computeRemainingConcentration(limit, mean.rangeDays, mean.sum, mean.validDays);
  const without = computeRemainingConcentration(limit, mean.validDays + toCome, mean.sum, mean.validDays);
  const text = remaining === null ? null : shown(remaining, places);
  return {
    kind: 'mean',
    remaining: text,
    remainingUnrounded: remaining === null ? null : unroundedText(remaining),
    days,
    daysToCome: toCome,
    remainingIfMissingStay: without === null ? null : shown(without, places),
    words:
      text === null
        ? { zh: '没有余下的日期', en: 'No day is left' }
        : {
            zh: `余下 ${days} 天的剩余控制浓度为 ${text}${target.unit}`,
            en: `the ${days} days left may average ${text} ${target.unit}`,
          },
  };
}

/** 同比 of the mean to date, by the days of the year before up to the same calendar day. */
export function compareMeans(
  target: Target,
  input: AnnualMeanInput,
  period: JudgedPeriod,
  mean: RangeMean,
): YearOnYear {
  const window = windowBefore(period);
  const { validity } = input.limits;
  const before = computeRangeMean(
    input.days.map(({ day, judged }) => ({ day, value: judged })),
    window.from,
    window.to,
    validity,
    { dailyDecimals: input.dailyDecimals },
  );
  const required = requiredDays(window, validity);
  return compareYears({
    window,
    now: mean.mean,
    before: before.mean,
    printed: before.mean === null ? null : atTargetPrecision(target, before.mean).toFixed(target.decimals),
    used: before.validDays,
    missing: lengthOf(window) - before.validDays,
    valid: before.valid && before.validDays >= required,
    decimals: Math.max(target.decimals, 1),
    withPercent: true,
    shortage: tooFewDaysBefore(before.validDays, required),
  });
}

/** Whether zeros on all days left would leave the mean of the whole period, rounded, above the limit. */
export function isLost(target: Target, sum: Decimal, rangeDays: number): boolean {
  return !keepsLimit(target, atTargetPrecision(target, settle(sum.div(rangeDays))));
}

/**
 * The first as-of day from which the mean was lost, or the last day of the period where its end alone decided. Daily
 * means are almost always positive, so that their sum only grows and the day is found by bisection; where one is
 * negative (zero drift of the instrument) the days are walked back.
 */
export function meanCertainSince(
  target: Target,
  input: AnnualMeanInput,
  period: JudgedPeriod,
  verdict: string,
): string | null {
  if (verdict === 'met') return lastDayOf(period);
  if (verdict !== 'lost' && verdict !== 'missed') return null;
  const end = endOfData(period);
  const inside = input.days
    .filter(({ day, judged }) => judged !== null && day >= period.from && day < end)
    .sort((a, b) => (a.day < b.day ? -1 : 1));
  let sum = new Decimal(0);
  let negative = false;
  const sums = inside.map(({ judged }) => {
    const used = input.dailyDecimals === null ? judged! : roundHalfEven(judged!, input.dailyDecimals);
    negative ||= used.lt(0);
    sum = sum.plus(used);
    return sum;
  });
  const rangeDays = daysBetween(period.from, period.to);
  const find = negative ? startOfLastRun : firstTrue;
  const first = find(sums.length, (index) => isLost(target, settle(sums[index]!), rangeDays));
  return first === undefined ? lastDayOf(period) : inside[first]!.day;
}

/**
 * The mean expected at the end of the period: valid days so far, and the days to come as the same calendar window of
 * every earlier year given, each shifted by the ratio of this year so far to the same days of that year. Without an
 * earlier year that has three quarters of its window, the mean so far. `null` when no day is to come.
 */
export function projectMean(
  target: Target,
  days: readonly JudgedDay[],
  period: JudgedPeriod,
  mean: RangeMean,
  settings: ProjectionSettings,
): Outcome | null {
  const toCome = daysToCome(period);
  if (toCome === 0 || mean.mean === null) return null;
  const places = Math.max(target.decimals, 2);
  const windows = findWindows(days, period, mean, toCome, settings);
  const keeps = (value: number) => keepsLimit(target, atTargetPrecision(target, new Decimal(String(value))));
  if (windows.length === 0) {
    const source = { zh: '没有上年同期数据，按至今均值推算', en: 'no data of the year before: mean so far' };
    return {
      keeps: keepsLimit(target, atTargetPrecision(target, mean.mean)),
      projection: projectSoFar(estimateText(mean.mean.toNumber(), places), settings, source),
    };
  }
  const random = randomFor(target, addDays(period.until, -1), settings);
  const totals = drawTotals(windows, toCome, settings, random).map(([total]) => total!);
  const sum = mean.sum.toNumber();
  const years = windows.map(({ year }) => year);
  const named = nameYears(years, Number(period.from.slice(0, 4)));
  return concludeDraws({
    target,
    method: 'same-window-bootstrap',
    years,
    draws: widen(totals, years.length).map((total) => (sum + total) / (mean.validDays + toCome)),
    keeps,
    places,
    settings,
    source: {
      zh: `余下日期按${named.zh}同期浓度推算`,
      en: `days left as in the same window of ${named.en}`,
    },
  });
}

const knownNumbers = new WeakMap<readonly JudgedDay[], ReadonlyMap<string, number>>();

/** The days that have a value as doubles; the same list is asked for as of many days. */
function numbersOf(days: readonly JudgedDay[]): ReadonlyMap<string, number> {
  let numbers = knownNumbers.get(days);
  if (numbers === undefined) {
    numbers = new Map(
      days.flatMap(({ day, judged }) => (judged === null ? [] : [[day, judged.toNumber()] as const])),
    );
    knownNumbers.set(days, numbers);
  }
  return numbers;
}

function findWindows(
  days: readonly JudgedDay[],
  period: JudgedPeriod,
  mean: RangeMean,
  toCome: number,
  settings: ProjectionSettings,
): EarlierWindow[] {
  const all = numbersOf(days);
  const valueOf = (day: string) => (day < period.until ? (all.get(day) ?? null) : null);
  const first = days.reduce((least, { day }) => (day < least ? day : least), period.from);
  const now = mean.mean!.toNumber();
  const windows: EarlierWindow[] = [];
  for (let back = Number(period.from.slice(0, 4)) - Number(first.slice(0, 4)); back > 0; back -= 1) {
    const from = yearsBefore(period.until, back);
    const window = daysInRange(from, addDays(from, toCome)).map(valueOf);
    const known = window.filter((value) => value !== null).length;
    if (known < toCome * settings.historyShare) continue;
    const soFar = daysInRange(yearsBefore(period.from, back), from);
    const before = soFar.flatMap((day) => valueOf(day) ?? []);
    const enough = before.length > 0 && before.length >= soFar.length * settings.historyShare;
    const shift = levelShift(now, enough ? meanOrNull(before) : null, mean.validDays, settings);
    windows.push({
      year: Number(period.from.slice(0, 4)) - back,
      days: window.map((value) => (value === null ? null : [value * shift])),
    });
  }
  return windows;
}
