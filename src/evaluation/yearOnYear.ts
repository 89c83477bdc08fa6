import { addDays, daysBetween } from '../domain/calendar.js';
import { roundHalfEven, type Decimal } from '../domain/decimal.js';
import { yearsBefore } from './bootstrap.js';
import { endOfData, unroundedText, type JudgedPeriod } from './judgement.js';
import type { YearOnYear } from './outlook.js';
import type { Words } from './words.js';

/** Decimals of a change in percent, as bulletins print rates; for display only. */
export const changeDecimals = 1;

/** The window of the year before: half-open, up to the same calendar day. */
export function windowBefore(period: JudgedPeriod): { from: string; to: string } {
  return { from: yearsBefore(period.from, 1), to: yearsBefore(endOfData(period), 1) };
}

/** What was found about the year before, and this year's figure to compare it with. */
export interface Compared {
  readonly window: { readonly from: string; readonly to: string };
  readonly now: Decimal | null;
  readonly before: Decimal | null;
  /** The figure of the year before as printed. */
  readonly printed: string | null;
  readonly used: number;
  readonly missing: number;
  readonly valid: boolean;
  /** Decimals of the difference, for display only. */
  readonly decimals: number;
  /** Grades have no change in percent. */
  readonly withPercent: boolean;
  readonly keeping?: YearOnYear['keeping'];
  readonly shortage: Words;
  /** Why there is no figure although there are data a year before. */
  readonly without?: Words;
}

export const noDataBefore: Words = {
  zh: '上年同期没有数据',
  en: 'No data for the same period a year before',
};
const noDataNow: Words = { zh: '本期没有数据', en: 'No data for this period' };

/** Difference and change in percent, where both years have what it takes. */
export function compareYears(compared: Compared): YearOnYear {
  const { now, before, valid, window } = compared;
  const reason = reasonOf(compared);
  const difference = reason === null ? now!.minus(before!) : null;
  const base = valid && before !== null && !before.eq(0) && compared.withPercent ? before : null;
  return {
    from: window.from,
    through: addDays(window.to, -1),
    value: compared.printed,
    valueUnrounded: before === null ? null : unroundedText(before),
    used: compared.used,
    missing: compared.missing,
    valid,
    difference: difference === null ? null : roundHalfEven(difference, compared.decimals).toString(),
    differenceUnrounded: difference === null ? null : unroundedText(difference),
    changePercent:
      difference === null || base === null
        ? null
        : roundHalfEven(difference.times(100).div(base), changeDecimals).toString(),
    keeping: compared.keeping ?? null,
    reason,
  };
}

function reasonOf({ now, before, valid, shortage, without }: Compared): Words | null {
  if (before === null) return without ?? noDataBefore;
  if (!valid) return shortage;
  return now === null ? noDataNow : null;
}

/** Why a window of days is not compared. */
export function tooFewDaysBefore(valid: number, required: number): Words {
  return {
    zh: `上年同期有效 ${valid} 天，比较至少需要 ${required} 天且各月有效天数足够`,
    en: `${valid} valid days in the same period a year before; comparing needs ${required}, and enough in every month`,
  };
}

/** Days of a window. */
export function lengthOf({ from, to }: { readonly from: string; readonly to: string }): number {
  return Math.max(0, daysBetween(from, to));
}
