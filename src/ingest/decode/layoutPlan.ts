import type { Interval } from '../../domain/family.js';
import type { Indicator } from '../../domain/indicator.js';
import type { MessageCode } from '../../domain/messages.js';
import type { HourLabel } from './decodeLookup.js';
import type { PublishedIndicator, StructuralRole } from './structuralSynonyms.js';
import type { Moment } from './timeText.js';
import type { UnitConversion } from './unit.js';

/** The kinds of table that are read. */
export type LayoutName = 'wide' | 'long' | 'water-sections' | 'township-rates' | 'county-figures';

/** One column that is used. */
export interface PlanColumn {
  readonly position: number;
  readonly header: string;
  readonly role: StructuralRole | 'item';
  /** For role `item`: where its values go. */
  readonly indicator?: Indicator;
  /** For role `item`: the unit its values are written in; for `value`, when the header names one. */
  readonly unit?: string;
  /** For role `item`: how values become values in the indicator's unit. */
  readonly conversion?: UnitConversion;
  /** For role `published`. */
  readonly published?: PublishedIndicator;
  /** For role `period`: the header says that figures run up to the day (截至日期). */
  readonly upTo?: boolean;
}

/** Something that was read one way although it could be meant another; shown to the uploader. */
export interface Assumption {
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, string | number>>;
}

/** How a table is read, column by column. */
export interface LayoutPlan {
  readonly layout: LayoutName;
  /** What the times of measured values stand for; `period` for reports. Water samples are `instant` unless monthly. */
  readonly interval: Interval | 'period';
  readonly columns: readonly PlanColumn[];
  readonly delimiter: string;
  /** 1 when nothing had to be assumed, less for every assumption; never 0. */
  readonly confidence: number;
  readonly assumptions: readonly Assumption[];
  /** Columns that are not read. */
  readonly ignored: readonly { readonly position: number; readonly header: string }[];
  /** Line of the header; records up to it are not data. */
  readonly headerLine: number;
  readonly columnCount: number;
  readonly hourLabel: HourLabel;
  /** Year for times without one. */
  readonly year?: number;
  /** Time of all rows, when no column has it. */
  readonly fixedMoment?: Moment;
  /** Period of all rows as text, when no column has it. */
  readonly fixedPeriod?: string;
  /** Site of all rows, when no column has it. */
  readonly fixedSiteId?: number;
}

/** The first column of a role. */
export function columnOf(
  plan: Pick<LayoutPlan, 'columns'>,
  role: PlanColumn['role'],
): PlanColumn | undefined {
  return plan.columns.find((column) => column.role === role);
}
