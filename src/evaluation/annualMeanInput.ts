import type { Decimal } from '../domain/decimal.js';
import type { AirLimits } from '../domain/standard.js';
import type { ProjectionSettings } from './projectionSettings.js';

/** The daily value of the judged item in both ledgers; `null` where the day has no valid value. */
export interface JudgedDay {
  readonly day: string;
  readonly judged: Decimal | null;
  readonly other: Decimal | null;
  readonly basis: 'hourly' | 'daily' | 'mixed' | null;
}

export interface AnnualMeanInput {
  /** Days of the judged period and of all earlier years to draw on, in any order. */
  readonly days: readonly JudgedDay[];
  readonly limits: AirLimits;
  /** Decimals to which daily values are rounded before the mean, or `null` (HJ 663 setting, unconfirmed). */
  readonly dailyDecimals: number | null;
  readonly standards: readonly string[];
  /** How the days to come are projected; default: `projectionDefaults`. */
  readonly projection?: ProjectionSettings;
}
