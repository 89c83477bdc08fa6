import type { AirLimits, DustRule } from '../domain/standard.js';
import type { DayCount, DayIndex, GoodDays } from '../statistics/goodDays.js';
import type { JudgedPeriod } from './judgement.js';
import type { ProjectionSettings } from './projectionSettings.js';

/** The index of the days of earlier years, and where an index stops being good and begins to be heavy. */
export interface EarlierDays {
  /**
   * Under the version of HJ 633 that judges the same calendar days of the judged year: figures to compare across a change
   * of version are restated by the caller.
   */
  readonly days: readonly DayIndex[];
  readonly goodUpTo: number;
  readonly heavyAbove: number;
}

export interface DaysInput {
  /** The index of each day of the judged period that has data, in order. */
  readonly days: readonly (DayIndex & { readonly basis: 'hourly' | 'daily' | 'mixed' | null })[];
  readonly limits: AirLimits;
  readonly dust: DustRule;
  readonly standards: readonly string[];
  /** All earlier years to draw on; without them there is no 同比, and the figure so far is the projection. */
  readonly earlier?: EarlierDays;
  /** How the days to come are projected; default: `projectionDefaults`. */
  readonly projection?: ProjectionSettings;
}

/** The days of the judged period, counted. */
export interface Counted {
  readonly period: JudgedPeriod;
  readonly both: GoodDays;
  readonly count: DayCount;
  readonly elapsed: number;
  /** Days of the period that have no index yet: still to come, or not reported so far. */
  readonly open: number;
  /** Valid days that the whole period needs. */
  readonly required: number;
  readonly days: DaysInput['days'];
}
