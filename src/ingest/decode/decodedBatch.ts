import type { Interval } from '../../domain/family.js';
import type { CellNote, PeriodReport, Reading, SeriesReading } from '../../domain/reading.js';
import type { Rejection } from '../../domain/rejection.js';
import type { PublishedIndicator } from './structuralSynonyms.js';

/** A figure that others published beside the measurements, exactly as printed. */
export interface PublishedText {
  readonly line: number;
  readonly siteId: number;
  /** Start of the interval, epoch milliseconds. */
  readonly ts: number;
  readonly interval: Interval;
  readonly indicator: PublishedIndicator;
  readonly text: string;
}

/** A note on a series value or a report, which carry none themselves. */
export interface LineNote {
  readonly line: number;
  readonly siteId: number;
  readonly note: CellNote;
}

/** What a stretch of rows came to. A row with any faulty cell is in `rejected` only, with all its faults. */
export interface DecodedBatch {
  readonly readings: Reading[];
  readonly series: SeriesReading[];
  readonly reports: PeriodReport[];
  readonly published: PublishedText[];
  /** Flags of `series` and `reports`, by line. */
  readonly notes: LineNote[];
  readonly rejected: Rejection[];
  /** Data rows of this stretch, the rejected and the empty ones included. */
  readonly rowsRead: number;
  readonly rowsRejected: number;
  /** Rows that are in order and hold no value at all: nothing is stored for them. */
  readonly rowsEmpty: number;
}

/** A batch that is being filled. */
export type OpenBatch = { -readonly [K in keyof DecodedBatch]: DecodedBatch[K] };

/** A batch without rows. */
export function openBatch(): OpenBatch {
  return {
    readings: [],
    series: [],
    reports: [],
    published: [],
    notes: [],
    rejected: [],
    rowsRead: 0,
    rowsRejected: 0,
    rowsEmpty: 0,
  };
}
