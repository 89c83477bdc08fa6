import { createHash } from 'node:crypto';
import type { SiteKind } from '../../domain/site.js';
import type { Target } from '../../domain/target.js';
import type { AirGroupDayRow, AirSiteDayRow } from '../../store/airDays.js';
import type { ValueOrigin, WriteOrigin } from '../../store/originsAt.js';
import type { StoredReport } from '../../store/periodReports.js';
import type { PublicationAt } from '../../store/publishedAt.js';
import type { WaterSiteMonthRow } from '../../store/waterSiteMonths.js';

export const proofFormat = 'county-environmental-indicators proof 1';

/** How every rounding step rounds. */
export const halfEven = 'GB/T 8170 (四舍六入五成双)';

/** A value or row that its flag takes out of the statistics, or that was declared to be something else than a value. */
export interface ExcludedValue {
  readonly siteId: number;
  readonly family: string;
  readonly time: string;
  /** `*` is the whole row. */
  readonly indicator: string;
  readonly flag: string;
  readonly value: number | null;
  readonly raw: string;
  readonly reason: string;
  /** The write that set the flag. */
  readonly writeId: string;
}

/**
 * Entries that a proof lists of excluded values and of origins each; what is beyond is counted. With days × stations of
 * the period and the five years of county days before it, this bounds the size of a proof however many writes are
 * behind a figure.
 */
export const mostListed = 2000;

/** What every proof states besides the figures. */
export interface CommonInputs {
  /** The instant whose knowledge the proof states. */
  readonly knownAt: string;
  /** The documents of the kinds of standards that the figure needs, every version, as they were stored. */
  readonly standards: Readonly<Record<string, unknown>>;
  readonly sites: readonly {
    readonly id: number;
    readonly code: string;
    readonly name: string;
    readonly kind: SiteKind;
    readonly placeholder: boolean;
  }[];
  readonly dustPeriods: readonly {
    readonly start: string;
    readonly end: string;
    readonly document: string;
    readonly writeId: string;
  }[];
  readonly excluded: readonly ExcludedValue[];
  /** Where the values came from: uploads and reviewed writes by number, devices by name. */
  readonly origins: readonly ValueOrigin[];
  /** What the lists leave out beyond `mostListed` entries. */
  readonly notListed: { readonly excluded: number; readonly origins: number };
  /** The writes that are named by number anywhere in the inputs. */
  readonly writes: readonly WriteOrigin[];
  /** Where this very figure was made public by then, as what, and the notices raised since (已公布数据变更). */
  readonly published: readonly PublicationAt[];
}

export interface TargetInputs extends CommonInputs {
  readonly kind: 'target';
  readonly asOf: string;
  readonly target: Target;
  readonly version: number;
  readonly effective: string;
  readonly document: string;
  /** How far 同比 and projections look back; what else projections rest on is among the standards. */
  readonly settings: { readonly earlierYears: number };
  readonly groups: Readonly<Record<string, readonly number[]>>;
  /** Of the judged period: the stations' means with their basis, counts of hours and dust hours. */
  readonly stationDays: readonly AirSiteDayRow[];
  /** Of the years before, for 同比 and projections: the county's means. */
  readonly earlierDays: readonly AirGroupDayRow[];
  readonly waterMonths: readonly WaterSiteMonthRow[];
  readonly reports: readonly (StoredReport & { readonly writeId: string | null })[];
}

export interface AirDayInputs extends CommonInputs {
  readonly kind: 'air-day';
  readonly group: string;
  readonly day: string;
  readonly members: readonly number[];
  /** The 24 hours of each station by item, index 0 for the hour from 00:00, and daily values reported by others. */
  readonly stations: readonly {
    readonly siteId: number;
    readonly hours: Readonly<Record<string, readonly (number | null)[]>> | null;
    readonly reported: Readonly<Record<string, number | null>> | null;
    readonly dustHours: readonly boolean[] | null;
  }[];
}

/** A stored water row. */
export interface StatedWaterRow {
  readonly time: string;
  readonly values: Readonly<Record<string, number>>;
  readonly detectionLimits: Readonly<Record<string, number>>;
  readonly noFlow: boolean;
  readonly maintenance: boolean;
}

export interface WaterMonthInputs extends CommonInputs {
  readonly kind: 'water-month';
  readonly siteId: number;
  readonly month: string;
  readonly monthly: readonly StatedWaterRow[];
  readonly sampled: readonly StatedWaterRow[];
}

/** A month or year of a group of stations. */
export interface AirPeriodInputs extends CommonInputs {
  readonly kind: 'air-period';
  readonly group: string;
  /** `2025` or `2025-03`, the same as half-open days, and the first day that was not over. */
  readonly period: string;
  readonly firstDay: string;
  readonly endDay: string;
  readonly until: string;
  readonly members: readonly number[];
  /** The stations' means with their basis, counts of hours and dust hours. */
  readonly stationDays: readonly AirSiteDayRow[];
}

/** A year (or month) of a section. */
export interface WaterPeriodInputs extends CommonInputs {
  readonly kind: 'water-period';
  readonly siteId: number;
  readonly period: string;
  readonly firstDay: string;
  readonly endDay: string;
  readonly waterMonths: readonly WaterSiteMonthRow[];
}

export type ProofInputs =
  TargetInputs | AirDayInputs | AirPeriodInputs | WaterMonthInputs | WaterPeriodInputs;

/** One step of the computation: what went in and what came out; a rounding step names its rule. */
export interface ProofStep {
  readonly step: string;
  /** What it is about: a day, a section and item …; empty for the whole. */
  readonly of: string;
  readonly before: unknown;
  readonly after: unknown;
  readonly rule?: string;
}

/** A rule that took part: the standard, the part of its document, and the clause or source that the document names. */
export interface ProofRule {
  readonly standard: string;
  readonly path: string;
  readonly source: string;
  readonly status: string;
}

/** Everything a figure rests on, so that it can be computed again from this alone. */
export interface ProofDocument {
  readonly format: string;
  readonly inputs: ProofInputs;
  readonly rules: readonly ProofRule[];
  readonly steps: readonly ProofStep[];
  readonly result: unknown;
  /** SHA-256 of the inputs as JSON with sorted keys and without white space, hexadecimal. */
  readonly sha256: string;
}

/** The digest that binds the inputs. */
export function digestInputs(inputs: unknown): string {
  return createHash('sha256').update(canonicalText(inputs)).digest('hex');
}

/** JSON with the keys of every object sorted: the same for equal documents, whatever wrote them. */
export function canonicalText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((one) => canonicalText(one)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`).join(',')}}`;
}

/** A value as JSON gives it back. */
export function throughJson<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}
