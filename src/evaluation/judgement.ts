import { addDays, daysBetween, daysInYear } from '../domain/calendar.js';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import type { AirLimits } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import type { VerdictName } from '../domain/verdict.js';
import type { Allowed, Projection, YearOnYear } from './outlook.js';
import type { Words } from './words.js';

export type { Words } from './words.js';

/** What was found about one target as of one date. Figures are decimal texts. */
export interface Judgement {
  readonly verdict: VerdictName;
  /** The value at the precision in which it is compared; `null` without data. */
  readonly value: string | null;
  readonly valueUnrounded: string | null;
  /** Room to the limit in its unit: positive is kept, negative is breached. */
  readonly distance: string | null;
  readonly used: number;
  /** How many of those due by the date are absent. */
  readonly missing: number;
  readonly countUnit: 'day' | 'month' | 'report';
  readonly inputs: readonly string[];
  readonly otherLedgerValue: string | null;
  /** 同比; `null` for milestones and amounts, which have no figure to compare. */
  readonly yearOnYear: YearOnYear | null;
  /**
   * The first as-of day from which the verdict (`secured`, `lost`, `met`, `missed`) stood as it stands, by the data as
   * they are known now; `null` while it is open.
   */
  readonly certainSince: string | null;
  /** What may still come; `null` when the period is over. */
  readonly allowed: Allowed | null;
  /** What the end of the period is expected to show; `null` when it is over, and for what offices report. */
  readonly projection: Projection | null;
  readonly reason: Words;
  readonly notes: readonly Words[];
  readonly standards: readonly string[];
}

/** The period that is judged: half-open [from, to) of Beijing days, and where `asOf` stands in it. */
export interface JudgedPeriod {
  readonly from: string;
  readonly to: string;
  /** First day that is not over at the end of `asOf`. */
  readonly until: string;
  /**
   * `over`: final. `open`: running. `before`: the target's own period has not begun, and the year of `asOf` shows the
   * progress towards it, never a breach.
   */
  readonly state: 'over' | 'open' | 'before';
}

/** Finds the period to judge; `asOf` is the last day whose data count. */
export function findJudgedPeriod(target: Pick<Target, 'periodStart' | 'due'>, asOf: string): JudgedPeriod {
  const until = addDays(asOf, 1);
  if (asOf < target.periodStart) {
    const year = Number(asOf.slice(0, 4));
    return { from: `${year}-01-01`, to: addDays(`${year}-01-01`, daysInYear(year)), until, state: 'before' };
  }
  const to = addDays(target.due, 1);
  return { from: target.periodStart, to, until, state: until >= to ? 'over' : 'open' };
}

/**
 * The period that a target judges as of the last day of the half-open days [firstDay, endDay), and whether any of those
 * days is in it: a target that was due before is not judged anew by later years.
 */
export function findPeriodAt(
  target: Pick<Target, 'periodStart' | 'due'>,
  { firstDay, endDay }: { readonly firstDay: string; readonly endDay: string },
): { readonly period: JudgedPeriod; readonly touched: boolean } {
  const period = findJudgedPeriod(target, addDays(endDay, -1));
  return { period, touched: period.from < endDay && firstDay < period.to };
}

/** The first day that no longer counts: the end of the period, or the day after `asOf` while it runs. */
export function endOfData(period: JudgedPeriod): string {
  return period.until < period.to ? period.until : period.to;
}

/**
 * Valid days that a period needs before it can be concluded: 324 for a calendar year (GB 3095 table 4), the same share
 * of any other period (assumption).
 */
export function requiredDays(
  period: Pick<JudgedPeriod, 'from' | 'to'> & Partial<JudgedPeriod>,
  validity: AirLimits['validity'],
): number {
  const year = Number(period.from.slice(0, 4));
  const days = daysBetween(period.from, period.to);
  if (period.from === `${year}-01-01` && period.to === `${year + 1}-01-01`) return validity.yearDays;
  return Math.ceil((days * validity.yearDays) / 365);
}

/** Whether a value keeps the target, compared exactly as given. */
export function keepsLimit(target: Pick<Target, 'comparison' | 'limit'>, value: Decimal): boolean {
  const limit = new Decimal(target.limit);
  if (target.comparison === '<=') return value.lte(limit);
  if (target.comparison === '>=') return value.gte(limit);
  return value.eq(limit);
}

/** Room to the limit: positive is kept. For `=` it is minus the difference's size. */
export function distanceTo(target: Pick<Target, 'comparison' | 'limit'>, value: Decimal): Decimal {
  const limit = new Decimal(target.limit);
  if (target.comparison === '<=') return limit.minus(value);
  if (target.comparison === '>=') return value.minus(limit);
  return limit.minus(value).abs().times(-1);
}

/** Rounds a measured statistic half to even to the decimals of the target (68.34 meets 68.3, 68.4 does not). */
export function atTargetPrecision(target: Pick<Target, 'decimals'>, value: Decimal): Decimal {
  return roundHalfEven(value, target.decimals);
}

/** A figure with at most `places` decimals, for sentences; never compared afterwards. */
export function shown(value: Decimal, places: number): string {
  return roundHalfEven(value, places).toString();
}

/**
 * A quotient that is compared unrounded, as short text that stands on the same side of the limit: 89.996 against 90 is
 * not printed as 90.
 */
export function readable(target: Pick<Target, 'comparison' | 'limit' | 'decimals'>, value: Decimal): Decimal {
  const kept = keepsLimit(target, value);
  for (let places = Math.max(target.decimals, 2); places < 20; places += 1) {
    const rounded = roundHalfEven(value, places);
    if (keepsLimit(target, rounded) === kept) return rounded;
  }
  return value;
}

/** An unrounded figure as text, cut to 20 decimals so that a quotient stays readable. */
export function unroundedText(value: Decimal): string {
  return roundHalfEven(value, 20).toString();
}

/** The first as-of day on which the period counts as over. */
export function lastDayOf(period: Pick<JudgedPeriod, 'to'>): string {
  return addDays(period.to, -1);
}

/** Days of the period that have not begun at the end of `asOf`. */
export function daysToCome(period: JudgedPeriod): number {
  return Math.max(0, daysBetween(period.until, period.to));
}

/** The verdict for a target about which nothing at all was reported. */
export function notReported(
  period: JudgedPeriod,
  countUnit: Judgement['countUnit'],
  missing: number,
  standards: readonly string[] = [],
  outlook: Partial<Pick<Judgement, 'yearOnYear' | 'allowed'>> = {},
): Judgement {
  return {
    verdict: 'not-reported',
    value: null,
    valueUnrounded: null,
    distance: null,
    used: 0,
    missing,
    countUnit,
    inputs: [],
    otherLedgerValue: null,
    yearOnYear: outlook.yearOnYear ?? null,
    certainSince: null,
    allowed: outlook.allowed ?? null,
    projection: null,
    reason: { zh: '考核期内没有任何数据', en: 'There are no data for the period' },
    notes: progressNote(period),
    standards,
  };
}

/** The note for a target whose own period has not begun. */
export function progressNote(period: JudgedPeriod): Words[] {
  if (period.state !== 'before') return [];
  const year = period.from.slice(0, 4);
  return [
    {
      zh: `考核年度尚未开始，这里是 ${year} 年的进展，不作为是否完成的结论`,
      en: `The period of the target has not begun; this is the progress of ${year}, not a conclusion`,
    },
  ];
}
