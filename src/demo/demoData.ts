import type { FamilyName } from '../domain/family.js';
import type { CellNote, PeriodReport } from '../domain/reading.js';

/** Wherever demonstration data show, this label stands beside them. */
export const demoLabel = '示例数据';

/** The day as of which the demonstration judges: 2023's targets are final, 2025's are open. */
export const demoAsOf = '2025-09-30';

/** First and last Beijing day with demonstration readings; the last is complete. */
export const demoFirstDay = '2021-01-01';
export const demoLastDay = '2025-09-29';

/** Most rows of one batch. */
export const demoBatchRows = 5000;

/** One reading of the demonstration: as `Reading`, with the site's code where the database has an id. */
export interface DemoRow {
  readonly siteCode: string;
  /** Start of the interval, epoch milliseconds. */
  readonly ts: number;
  /** In the order of the family's columns; `null` where there is no value. */
  readonly values: readonly (number | null)[];
  readonly notes: readonly CellNote[];
}

/** At most `demoBatchRows` readings of one family, of rising time per site. */
export interface DemoBatch {
  readonly family: FamilyName;
  readonly rows: readonly DemoRow[];
}

/** One figure of a period, as `PeriodReport`, with the site's code where the database has an id. */
export type DemoReport = Omit<PeriodReport, 'siteId'> & { readonly siteCode: string };

/** A declared period of sand and dust, half-open [start, end), epoch milliseconds. */
export interface DustPeriod {
  readonly start: number;
  readonly end: number;
  readonly document: string;
  readonly noteZh: string;
}

/** Everything the demonstration loads beyond the seeds. */
export interface DemoData {
  /** Makes the readings anew at every call; nothing is kept in memory. */
  readonly batches: () => Generator<DemoBatch, void, undefined>;
  readonly reports: readonly DemoReport[];
  readonly dustPeriods: readonly DustPeriod[];
}
