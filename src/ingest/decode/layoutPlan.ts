import type { Decimal } from '../../domain/decimal.js';
import type { Interval } from '../../domain/family.js';
import type { Indicator } from '../../domain/indicator.js';
import type { MessageCode } from '../../domain/messages.js';
import type { ListRole } from './listSynonyms.js';
import type { PublishedIndicator, StructuralRole } from './structuralSynonyms.js';
import type { DateOrder, DateSystem, HourLabel } from './timeConvention.js';
import type { Moment } from './timeText.js';
import type { UnitConversion } from './unit.js';

/** The kinds of table that are read. */
export const layoutNames = [
  'wide',
  'wide-by-site',
  'long',
  'water-sections',
  'township-rates',
  'county-figures',
  'dust-periods',
  'site-list',
] as const;
export type LayoutName = (typeof layoutNames)[number];

/** What a column is for: structural, of a list, the values of one item, or the values of one site. */
export type ColumnRole = StructuralRole | ListRole | 'item' | 'site-values';

/** One column that is used. */
export interface PlanColumn {
  readonly position: number;
  readonly header: string;
  readonly role: ColumnRole;
  /** For role `item`: where its values go. */
  readonly indicator?: Indicator;
  /** For role `item`: the unit its values are written in; for `value`, when the header names one. */
  readonly unit?: string;
  /** For role `item`: how values become values in the indicator's unit. */
  readonly conversion?: UnitConversion;
  /** For role `item`: what bare ND stands below, in the unit of storage. */
  readonly detectionLimit?: Decimal;
  /** For role `site-values`: the site (none for a name that means one for part of the time), and the text that names it. */
  readonly siteId?: number;
  readonly site?: string;
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
  /**
   * What the times of measured values stand for; `period` for reports, `none` for lists. Water samples are `instant`
   * unless monthly.
   */
  readonly interval: Interval | 'period' | 'none';
  readonly columns: readonly PlanColumn[];
  readonly delimiter: string;
  /** 1 when nothing had to be assumed, less for every assumption; never 0. */
  readonly confidence: number;
  readonly assumptions: readonly Assumption[];
  /** Columns that are not read. */
  readonly ignored: readonly { readonly position: number; readonly header: string }[];
  /** Line of the header, 0 when there is none; records up to it are not data. */
  readonly headerLine: number;
  readonly columnCount: number;
  readonly hourLabel: HourLabel;
  /** Plain numbers in date columns count days in this system; absent: they are faults. */
  readonly serialDates?: DateSystem;
  /** Which part of a date with its year last is the month; absent: such dates are faults. */
  readonly dateOrder?: DateOrder;
  /** Blank dates take the date above. */
  readonly fillDownDates?: boolean;
  /** Year for times without one. */
  readonly year?: number;
  /** Time of all rows, when no column has it. */
  readonly fixedMoment?: Moment;
  /** Period of all rows as text, when no column has it. */
  readonly fixedPeriod?: string;
  /** Site of all rows, when no column has it. */
  readonly fixedSiteId?: number;
  /** The same by a name that means a site for part of the time only, or one that is yet to be made. */
  readonly fixedSiteName?: string;
}

/** The first column of a role. */
export function columnOf(
  plan: Pick<LayoutPlan, 'columns'>,
  role: PlanColumn['role'],
): PlanColumn | undefined {
  return plan.columns.find((column) => column.role === role);
}
