import type { Words } from './words.js';

/**
 * 同比: the same statistic over the same period of the year before, up to the same calendar day; figures are decimal
 * texts. Whole months compare with whole months: 02-28 of a common year ends February, as 02-29 does in a leap year.
 */
export interface YearOnYear {
  /** First and last day of the window of the year before. */
  readonly from: string;
  readonly through: string;
  /** The figure of the year before at the precision of the target; `null` without data. */
  readonly value: string | null;
  readonly valueUnrounded: string | null;
  readonly used: number;
  readonly missing: number;
  /** Whether the window of the year before has the data that validity asks of it. */
  readonly valid: boolean;
  /** This year minus the year before from unrounded figures; rounded for display only. `null` unless `valid`. */
  readonly difference: string | null;
  readonly differenceUnrounded: string | null;
  /** `difference` ÷ the year before × 100, one decimal for display; `null` for grades and where the base is 0. */
  readonly changePercent: string | null;
  /** Sections at the grade asked for, now and a year before; `null` for other kinds. */
  readonly keeping: { readonly now: number; readonly before: number; readonly of: number } | null;
  /** Why there is no difference; `null` when there is one. */
  readonly reason: Words | null;
}

/** What the remaining months of a section may average in one item so that the mean of the year keeps the class. */
export interface AllowedItem {
  readonly code: string;
  readonly nameZh: string;
  /** The limit of the class that the target asks for. */
  readonly limit: string;
  /** `at-most` for most items; `at-least` for dissolved oxygen. */
  readonly direction: 'at-most' | 'at-least';
  readonly meanSoFar: string;
  /** Four decimals for display; `null` when no month is to come. */
  readonly mayAverage: string | null;
  /** `false` when the months to come cannot bring the mean to the limit (an average below zero would be needed). */
  readonly reachable: boolean;
}

/** A section and what its months to come may hold. */
export interface AllowedSection {
  readonly name: string;
  readonly grade: string | null;
  /** The mean so far fails the grade. */
  readonly fails: boolean;
  readonly failedMonths: readonly string[];
  readonly missingMonths: readonly string[];
  readonly noFlowMonths: readonly string[];
  readonly monthsToCome: readonly string[];
  /** Months that must still be measured for the year to be evaluated. */
  readonly monthsNeeded: number;
  /** Every item over the class; when none is, the one nearest to its limit. */
  readonly items: readonly AllowedItem[];
}

/** What may still come without losing the target, while its period (or the year shown before it) runs. */
export type Allowed =
  | {
      readonly kind: 'mean';
      /** 剩余控制浓度 (T·N − Σ) ÷ (N − n), two decimals (more if the target has more) for display. */
      readonly remaining: string | null;
      readonly remainingUnrounded: string | null;
      /** N − n: the days without a valid value, those to come and those missing so far. */
      readonly days: number;
      /** Days of the period that have not begun. */
      readonly daysToCome: number;
      /** The same when the days missing so far stay missing: (T·(n + to come) − Σ) ÷ to come. */
      readonly remainingIfMissingStay: string | null;
      readonly words: Words;
    }
  | {
      readonly kind: 'bad-days';
      /** Bad days that the whole period may have, and had so far. */
      readonly inAll: number;
      readonly soFar: number;
      /** Bad days left when every day without an index may still get one; negative: exceeded. */
      readonly left: number;
      /** Bad days left when days missing so far stay missing: they leave the denominator. */
      readonly leftIfMissingStay: number;
      readonly daysToCome: number;
      readonly words: Words;
    }
  | { readonly kind: 'sections'; readonly sections: readonly AllowedSection[]; readonly words: Words }
  | {
      readonly kind: 'gap';
      /** What lacks to the limit; 0 when it is kept; `null` when nothing was reported. */
      readonly gap: string | null;
      /** The gap ÷ months left; 0 when there is none, `null` when nothing was reported or no month is left. */
      readonly perMonth: string | null;
      /** Months until due, a begun month by its share of days; two decimals for display. */
      readonly monthsLeft: string;
      readonly daysLeft: number;
      readonly words: Words;
    }
  | {
      readonly kind: 'room';
      /** What may still be added to an amount that must stay small; negative: exceeded. */
      readonly left: string;
      readonly daysLeft: number;
      readonly words: Words;
    }
  | { readonly kind: 'time'; readonly done: boolean; readonly daysLeft: number; readonly words: Words };

/** What the end of the period is expected to show. An estimate in doubles: never compared as a judged figure. */
export interface Projection {
  /**
   * `same-window-bootstrap`: days left as in the same calendar window of earlier years, shifted by level.
   * `same-months-bootstrap`: months to come as the same months of earlier years. `so-far`: no earlier data, the figure
   * so far stands for the rest.
   */
  readonly method: 'same-window-bootstrap' | 'same-months-bootstrap' | 'so-far';
  /** Earlier years drawn from. */
  readonly years: readonly number[];
  /** The middle (median). */
  readonly value: string;
  /** Ends of the interval; `null` without enough years. */
  readonly low: string | null;
  readonly high: string | null;
  /** Percent of cases that the interval is made for, e.g. 80. */
  readonly level: number;
  /** Percent of the draws in which the target is kept; `null` without enough years. */
  readonly keptPercent: number | null;
  readonly words: Words;
}
