import type { FamilyName } from './family.js';
import type { Flag } from './flag.js';

/** What a cell said beyond its number: kept beside the value, never instead of it. */
export interface CellNote {
  /** Indicator code, or `*` for the whole row. */
  readonly indicator: string;
  readonly flag: Flag;
  /** The cell's text as given, e.g. `0.025L`, `断流`. */
  readonly raw: string;
  /** For `below-detection`: the limit in the stored unit. The value stored is half of it (surface-water convention). */
  readonly detectionLimit?: number;
  /** For `suspect`: the rules that raised it, as `joinRules` gives them. */
  readonly rule?: string;
}

/** All values that one record gives for one site and time, ready for a wide family. */
export interface Reading {
  /** 1-based line in the source where the record starts; 0 when there is none. */
  readonly line: number;
  readonly family: FamilyName;
  readonly siteId: number;
  /** Start of the interval, epoch milliseconds. */
  readonly ts: number;
  /** In the order of the family's columns; `null` where the record has no value. */
  readonly values: readonly (number | null)[];
  readonly notes: readonly CellNote[];
}

/** One value of an indicator that no wide family holds. */
export interface SeriesReading {
  readonly line: number;
  readonly siteId: number;
  readonly indicator: string;
  readonly ts: number;
  readonly interval: 'hour' | 'day' | 'month' | 'instant';
  readonly value: number;
}

export type ReportPeriodKind = 'year' | 'half-year' | 'quarter' | 'month' | 'to-date';

/** A rate, area, count or milestone that belongs to a period rather than to a moment. */
export interface PeriodReport {
  readonly line: number;
  readonly indicator: string;
  readonly siteId: number;
  readonly periodKind: ReportPeriodKind;
  /** Half-open range of Beijing days. `to-date` reports run from the start of the plan year to the reported day. */
  readonly periodStart: string;
  readonly periodEnd: string;
  /** Exact decimal text in the indicator's unit; for milestones `1` (done) or `0` (not done). */
  readonly value: string;
  readonly numerator?: string;
  readonly denominator?: string;
  readonly evidence?: string;
}
