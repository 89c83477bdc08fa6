import type { Interval } from '../../domain/family.js';
import type { MessageCode } from '../../domain/messages.js';
import type { CellNote, PeriodReport, Reading, SeriesReading } from '../../domain/reading.js';
import type { Rejection } from '../../domain/rejection.js';
import type { SiteKind } from '../../domain/site.js';
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

/** A declared dust period: half-open instants, epoch milliseconds, with the document behind it. */
export interface DustPeriodRow {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly document: string;
  readonly note: string;
}

/** One site of a site list. */
export interface SiteRow {
  readonly line: number;
  /** `null` when the list has no code for it. */
  readonly code: string | null;
  readonly name: string;
  readonly kind: SiteKind;
  readonly waterBody: string | null;
  readonly aliases: readonly string[];
  /** Decimal degrees as written; the list does not say of which datum. */
  readonly longitude: number | null;
  readonly latitude: number | null;
}

/** Something about rows that are in order which the uploader should know, e.g. dates that were filled down. */
export interface DecodeNotice {
  /** The first line it is about. */
  readonly line: number;
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, string | number>>;
}

/** What a stretch of rows came to. A row with any faulty cell is in `rejected` only, with all its faults. */
export interface DecodedBatch {
  readonly readings: Reading[];
  readonly series: SeriesReading[];
  readonly reports: PeriodReport[];
  readonly published: PublishedText[];
  /** Flags of `series` and `reports`, by line. */
  readonly notes: LineNote[];
  /** Of layout `dust-periods`. */
  readonly dustPeriods: DustPeriodRow[];
  /** Of layout `site-list`. */
  readonly sites: SiteRow[];
  readonly notices: DecodeNotice[];
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
    dustPeriods: [],
    sites: [],
    notices: [],
    rejected: [],
    rowsRead: 0,
    rowsRejected: 0,
    rowsEmpty: 0,
  };
}
