import type { Flag } from '../domain/flag.js';
import type { Pollutant } from '../domain/standard.js';
import type { VerdictName } from '../domain/verdict.js';

/** A site as conditions need it. */
export interface FactSite {
  readonly code: string;
  readonly nameZh: string;
  readonly kind: string;
  /** Codes of the groups that it belongs to. */
  readonly groups: readonly string[];
}

export interface FactIndicator {
  readonly code: string;
  readonly nameZh: string;
  readonly unit: string;
  readonly decimals: number;
}

/** What an item is held against; `range` is broken on either side. Limits are decimal texts. */
export type FactLimit =
  | { readonly direction: 'max' | 'min'; readonly limit: string }
  | { readonly direction: 'range'; readonly range: readonly [string, string] };

/** One interval of a series. Every interval that is due is there, with `value` null where nothing is stored. */
export interface FactRow {
  /** Start and end of the interval, epoch milliseconds; equal for a sample of a moment. */
  readonly at: number;
  readonly until: number;
  /** Exact decimal text; for a value below detection its detection limit. */
  readonly value: string | null;
  /** Flags of the value and of its whole row. */
  readonly flags: readonly Flag[];
  /** Class limit in force at the time; for `class-limit` rules only. */
  readonly limit?: FactLimit;
}

/** Facts of a `threshold` rule: one series of one site, in the order of time, of what the rule measures. */
export interface SeriesFacts {
  readonly site: FactSite;
  readonly indicator: FactIndicator;
  /**
   * For `running-mean` the hourly series, from `hours` − 1 hours before the first hour that is asked for; rows before
   * `from` are only drawn on.
   */
  readonly rows: readonly FactRow[];
  readonly from: number;
  /** Words of the target class, e.g. `Ⅳ类`; for `class-limit` rules. */
  readonly classZh?: string;
  /** Offices of the targets of the site, for rules with offices `of-target`. */
  readonly targetOffices?: readonly string[];
  /** Standard that an index follows, to be named in the message, e.g. `HJ 633—2026`. */
  readonly standardZh?: string;
}

/** Facts of a `target` rule: one target as of one day. */
export interface TargetFacts {
  readonly target: {
    readonly id: number;
    readonly nameZh: string;
    readonly unit: string;
    readonly offices: readonly string[];
    readonly comparison: '<=' | '>=' | '=';
    /** Decimal text; for sections the class as number. */
    readonly limit: string;
    /** First and last day of the period that is judged. */
    readonly periodStart: string;
    readonly due: string;
  };
  /** Last Beijing day whose data count. */
  readonly asOf: string;
  /** Verdict as of `asOf`; `null` when judging failed, and why. */
  readonly verdict: VerdictName | null;
  readonly errorZh?: string;
  readonly valueZh: string | null;
  readonly distanceZh: string | null;
  /** What the figure is now and what it may still be, as `Judgement` tells; decimal texts. */
  readonly value: string | null;
  readonly remainingMean?: string | null;
  readonly lastYearMean?: string | null;
  readonly badDaysLeft?: number | null;
  /** Months of the target's sections; for `section-month` tests. */
  readonly sections?: readonly SectionMonths[];
}

/** Classes of a section by month, in order; `grade` 1–6, `null` without an evaluated class. */
export interface SectionMonths {
  readonly site: FactSite;
  readonly months: readonly {
    /** YYYY-MM. */
    readonly month: string;
    readonly grade: number | null;
    readonly noFlow: boolean;
  }[];
}

/** Facts of an `absence` rule: when a source was last heard of. */
export interface SourceFacts {
  readonly site: FactSite;
  /** `null` where any indicator counts. */
  readonly indicator: FactIndicator | null;
  /** End of the last interval of data that is stored; `null`: never. */
  readonly lastUntil: number | null;
  /** Start of the watch over it: what was due before is not asked for. */
  readonly watchedSince: number;
  /** The moment at which one looks. */
  readonly lookedAt: number;
  /** Known interruption (maintenance, 断流), during which nothing is due; absent `excusedUntil`: it lasts. */
  readonly excusedZh?: string;
  readonly excusedUntil?: number;
}

/** Facts of a `quality` rule: rows of a site and Beijing day that a check has marked. */
export interface QualityFacts {
  readonly site: FactSite;
  readonly day: string;
  /** `null`: the check is about the row, not one indicator. */
  readonly indicator: FactIndicator | null;
  readonly marked: number;
  /** Rows stored for the day; 0 leaves nothing to judge. */
  readonly rows: number;
  /** What was marked, for the message. */
  readonly examplesZh?: readonly string[];
}

/** Facts of a `heavy-pollution` rule: AQI over 24 hours, by natural day or for every 24 hours that end with an hour. */
export interface PollutionFacts {
  readonly place: FactSite;
  /** In the order of time, without gaps; `from` of the span asked for, earlier points are drawn on. */
  readonly points: readonly PollutionPoint[];
  readonly from: number;
}

export interface PollutionPoint {
  /** The 24 hours that the index is of. */
  readonly at: number;
  readonly until: number;
  readonly aqi: number | null;
  readonly primary: readonly Pollutant[];
  /** The 24 hours touch a dust period that the bureau entered. */
  readonly dust: boolean;
}

/** Facts of a `service` rule: one measurement of the service itself. */
export interface ServiceFacts {
  /** Which of several, e.g. name of the job or of the disk. */
  readonly subject: string | null;
  /** Decimal text; `null`: it could not be measured, and why. */
  readonly value: string | null;
  readonly errorZh?: string;
  readonly measuredAt: number;
  readonly detailZh?: string;
}

/** The facts of each kind of rule. */
export interface FactsOfKind {
  readonly threshold: SeriesFacts;
  readonly target: TargetFacts;
  readonly absence: SourceFacts;
  readonly quality: QualityFacts;
  readonly 'heavy-pollution': PollutionFacts;
  readonly service: ServiceFacts;
}
