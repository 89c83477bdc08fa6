import { formatMend, formatMessage, type Language, type MessageCode } from '../domain/messages.js';
import type { Rejection } from '../domain/rejection.js';
import type { SiteKind } from '../domain/site.js';
import type { VerdictName } from '../domain/verdict.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import type { Understanding } from './decode/understanding.js';
import type { SourceUse } from './importOptions.js';

/** How many faults and changes a report carries; their numbers are always complete. */
export const maxListedFaults = 1_000;
export const maxListedChanges = 200;

/** A stored value that the file would replace, or has replaced. */
export interface ReportedChange {
  /** The sheet of a workbook. */
  readonly sheet?: string;
  readonly line: number;
  readonly site: string;
  /** RFC 3339 with +08:00, or the period's first day. */
  readonly time: string;
  readonly indicator: string;
  readonly stored: string;
  readonly file: string;
}

/** What an import found, in no particular language; kept with the upload. */
export interface ImportReport {
  readonly status: 'committed' | 'rejected' | 'dry-run' | 'needs-overwrite';
  readonly fileName: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly encoding: string;
  /** What the file was read with, apart from what concerns only the storing; absent in older records. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Sheets of a workbook that hold a table, each with what it was read as; absent in older records. */
  readonly sheets?: readonly ReportedSheet[];
  /** The sheet of a workbook when only one was read; `null` for a text and for several. */
  readonly sheet: string | null;
  /** Line or row of the header; `null` without one. This and what follows: `null` and empty for several sheets. */
  readonly headerLine: number | null;
  readonly layout: string | null;
  readonly interval: string | null;
  /** 1 when nothing had to be assumed, less for every assumption; `null` when the table was not understood. */
  readonly confidence: number | null;
  /** How far the table was understood, where it was not or not surely. */
  readonly understanding: Understanding | null;
  /** The source named in the request and what was taken from its settings; `null` when none was named. */
  readonly source: (SourceUse & { readonly mappingVersion: number | null }) | null;
  readonly columns: readonly {
    readonly position: number;
    readonly header: string;
    readonly role: string;
    readonly indicator?: string;
    readonly unit?: string;
  }[];
  readonly rows: {
    readonly read: number;
    readonly new: number;
    readonly unchanged: number;
    readonly changed: number;
    readonly rejected: number;
    readonly duplicate: number;
  };
  readonly values: { readonly new: number; readonly unchanged: number; readonly changed: number };
  readonly firstTime: string | null;
  readonly lastTime: string | null;
  readonly faults: readonly Rejection[];
  readonly faultCount: number;
  readonly changes: readonly ReportedChange[];
  readonly suspectCount: number;
  readonly notices: readonly Notice[];
  /** Of a trial run: targets whose verdict or value would change; `null` when that was not worked out. */
  readonly impact: readonly ImpactOnTarget[] | null;
  /** Sites that the upload registers (of a trial run: would register). */
  readonly createdSites?: readonly CreatedSite[];
  /** Of a trial run: what a commit sends to store exactly this, or nothing; `null` when nothing was understood. */
  readonly token: string | null;
}

/** A site that an upload registers, with its kind as the data suggest it and registered names that resemble it. */
export interface CreatedSite {
  readonly code: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly near: readonly string[];
}

/** How one sheet was understood; without a layout it was not. */
export interface ReportedSheet extends Pick<
  ImportReport,
  'headerLine' | 'layout' | 'interval' | 'columns' | 'confidence'
> {
  readonly name: string;
  readonly rowsRead: number;
}

/** What a file would change about one target. */
export interface ImpactOnTarget {
  readonly targetId: number;
  readonly name: string;
  readonly before: { readonly verdict: VerdictName; readonly value: string | null };
  readonly after: { readonly verdict: VerdictName; readonly value: string | null };
}

/** Something the uploader should know that is no fault. */
export interface Notice {
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, string | number>>;
}

/** A report in the words of one language. */
export interface RenderedReport extends Omit<ImportReport, 'faults' | 'notices'> {
  readonly faults: readonly {
    readonly sheet?: string;
    readonly line: number;
    readonly column: string;
    readonly value: string;
    readonly code: string;
    readonly message: string;
    readonly mend: string;
  }[];
  readonly notices: readonly string[];
}

/** Puts a report into words. Faults whose parameters lack the value get it from the fault itself. */
export function renderReport(report: ImportReport, language: Language): RenderedReport {
  const several = (report.sheets ?? []).length > 1;
  const place = (sheet: string | undefined) =>
    several && sheet !== undefined ? formatMessage('sheet-place', language, { sheet }) : '';
  return {
    ...report,
    faults: report.faults.map(({ sheet, line, column, value, code, params }) => ({
      ...(sheet === undefined ? {} : { sheet }),
      line,
      column,
      value,
      code,
      message: place(sheet) + formatMessage(code, language, { value, column, ...params }),
      mend: formatMend(code, language, { value, column, ...params }),
    })),
    notices: report.notices.map(({ code, params }) => formatMessage(code, language, params)),
  };
}

/** The columns of a plan as a report lists them, those that are not used among them. */
export function describeColumns(plan: LayoutPlan): ImportReport['columns'] {
  const used = plan.columns.map((column) => ({
    position: column.position,
    header: column.header,
    role: column.role,
    ...(column.indicator === undefined ? {} : { indicator: column.indicator.code }),
    ...(column.unit === undefined ? {} : { unit: column.unit }),
  }));
  const ignored = plan.ignored.map((column) => ({ ...column, role: 'ignored' }));
  return [...used, ...ignored].sort((a, b) => a.position - b.position);
}
