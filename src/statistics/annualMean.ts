import { addDays, addMonths, daysBetween, daysInMonth, monthOfDay } from '../domain/calendar.js';
import type { Decimal } from '../domain/decimal.js';
import { roundHalfEven, sumOf } from '../domain/decimal.js';
import type { AirLimits } from '../domain/standard.js';
import { settle } from './exactMean.js';

/** One daily value of a series; `null` where the day has no valid value. Days of a series are distinct. */
export interface DayValue {
  readonly day: string;
  readonly value: Decimal | null;
}

/** Valid days of one month of a range, against GB 3095 table 4 (27, February 25). */
export interface MonthCount {
  readonly month: string;
  readonly valid: number;
  /** Days of the month that lie in the range. */
  readonly days: number;
  /** Valid days needed; `null` when the range holds only a part of the month. */
  readonly required: number | null;
  /** The month lies wholly in the range and is over. */
  readonly complete: boolean;
  /** Complete, and yet too few valid days. */
  readonly short: boolean;
}

/** The mean of daily values over a range, with what validity needs; concentrations unrounded. */
export interface RangeMean {
  /** Exact sum of the valid daily values, so that a remainder can be computed from unrounded figures. */
  readonly sum: Decimal;
  readonly validDays: number;
  /** Unrounded; `null` without any value. Provisional unless `valid`. */
  readonly mean: Decimal | null;
  /** Days of the whole range, and those that were over at `until`. */
  readonly rangeDays: number;
  readonly elapsedDays: number;
  readonly months: readonly MonthCount[];
  readonly shortMonths: readonly string[];
  /** Valid days that the range needs in all (year: 324); `null` for ranges without such a rule. */
  readonly requiredDays: number | null;
  /** The range is over and nothing is short: the mean may be compared with a limit as final. */
  readonly valid: boolean;
}

export interface RangeMeanOptions {
  /** First day that is not over yet, e.g. the day of the calculation; default: the range is over. */
  readonly until?: string;
  /** Round each daily value half to even before the mean; `null` (default) keeps it as it is (unconfirmed). */
  readonly dailyDecimals?: number | null;
}

/**
 * The arithmetic mean of the daily values of the half-open range [from, to), e.g. a calendar year, with the validity
 * of GB 3095 table 4: a year needs 324 daily values, and every month 27 (February 25). A range that is one calendar
 * year must meet both, any other range the counts of its whole months. Values outside the range, or not yet over at
 * `until`, take no part.
 */
export function computeRangeMean(
  series: readonly DayValue[],
  from: string,
  to: string,
  validity: AirLimits['validity'],
  options: RangeMeanOptions = {},
): RangeMean {
  const end = options.until !== undefined && options.until < to ? options.until : to;
  const inside = series.filter(({ day }) => day >= from && day < end);
  const decimals = options.dailyDecimals ?? null;
  const values = inside.flatMap(({ value }) => value ?? []);
  const used = decimals === null ? values : values.map((value) => roundHalfEven(value, decimals));
  const sum = settle(sumOf(used));
  const months = countMonths(inside, from, to, end, validity);
  const shortMonths = months.filter(({ short }) => short).map(({ month }) => month);
  const requiredDays = isCalendarYear(from, to) ? validity.yearDays : null;
  const enough = used.length > 0 && used.length >= (requiredDays ?? 0);
  return {
    sum,
    validDays: used.length,
    mean: used.length === 0 ? null : settle(sum.div(used.length)),
    rangeDays: Math.max(0, daysBetween(from, to)),
    elapsedDays: Math.max(0, daysBetween(from, end)),
    months,
    shortMonths,
    requiredDays,
    valid: end === to && enough && shortMonths.length === 0,
  };
}

/** `computeRangeMean` over one calendar year. */
export function computeAnnualMean(
  series: readonly DayValue[],
  year: number,
  validity: AirLimits['validity'],
  options: RangeMeanOptions = {},
): RangeMean {
  return computeRangeMean(series, `${year}-01-01`, `${year + 1}-01-01`, validity, options);
}

function countMonths(
  inside: readonly DayValue[],
  from: string,
  to: string,
  end: string,
  validity: AirLimits['validity'],
): MonthCount[] {
  const counts = new Map<string, number>();
  for (const { day, value } of inside) {
    if (value === null) continue;
    const month = monthOfDay(day);
    counts.set(month, (counts.get(month) ?? 0) + 1);
  }
  const months: MonthCount[] = [];
  if (from >= to) return months;
  const last = monthOfDay(addDays(to, -1));
  for (let month = monthOfDay(from); month <= last; month = addMonths(month, 1)) {
    const first = `${month}-01`;
    const next = `${addMonths(month, 1)}-01`;
    const days = daysBetween(first < from ? from : first, next > to ? to : next);
    const whole = days === daysInMonth(month);
    const valid = counts.get(month) ?? 0;
    const required = month.endsWith('-02') ? validity.februaryDays : validity.monthDays;
    const complete = whole && next <= end;
    months.push({
      month,
      valid,
      days,
      required: whole ? required : null,
      complete,
      short: complete && valid < required,
    });
  }
  return months;
}

function isCalendarYear(from: string, to: string): boolean {
  const year = Number(from.slice(0, 4));
  return from === `${year}-01-01` && to === `${year + 1}-01-01`;
}
