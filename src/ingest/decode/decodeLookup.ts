import type { Interval } from '../../domain/family.js';
import type { Indicator, Medium } from '../../domain/indicator.js';
import type { Site } from '../../domain/site.js';
import type { Delimiter } from './delimiter.js';
import type { ListRole } from './listSynonyms.js';
import type { Mapping } from './mapping.js';
import type { Fault } from './rejectCell.js';
import type { PublishedIndicator, StructuralRole, StructuralSynonym } from './structuralSynonyms.js';
import type { DateOrder, DateSystem, HourLabel } from './timeConvention.js';

/** What a decoder needs to know of a site. */
export type SiteKey = Pick<Site, 'id' | 'code' | 'name' | 'kind'>;

/** The bureau's own meaning of a column name; `item`: the name is an indicator's, which `findIndicator` finds. */
export type OwnMeaning = StructuralSynonym | { readonly role: ListRole } | { readonly role: 'item' };

/** What a column whose name is not known might be. */
export interface ColumnCandidate {
  readonly role: StructuralRole | ListRole | 'item';
  readonly indicator?: string;
  readonly published?: PublishedIndicator;
  /** `name`: its header resembles `similarTo`; `values`: its cells are all of that kind. */
  readonly why: 'name' | 'values';
  readonly similarTo?: string;
}

/** The time in which a name means a site: Beijing days, `to` exclusive, null open-ended. */
export interface SitePeriod {
  readonly site: SiteKey;
  readonly from: string | null;
  readonly to: string | null;
  /** Set when the name was another site's, which this one has taken the place of. */
  readonly mergedFrom?: SiteKey;
}

/** What decoders ask about the names of columns. */
export type ColumnNames = Pick<
  DecodeLookup,
  'findIndicator' | 'findCode' | 'findStructural' | 'findReplaced' | 'nearColumns'
>;

/** The reference data that decoders ask; the caller fills it before decoding, so that asking is quick. */
export interface DecodeLookup {
  /**
   * By exact code, name or alias, after trimming and NFKC; with a Beijing day the site that bore the name then, without
   * the only one that ever did.
   */
  findSite(name: string, day?: string): SiteKey | undefined;
  /** Of a name that several sites bear or that holds for part of the time: all its meanings. Empty for others. */
  sitePeriods?(name: string): readonly SitePeriod[];
  /** Told once that rows of a merged site went to its successor. */
  noteSuccessor?(name: string, period: SitePeriod): void;
  /** The site to be made for a name that nobody bears, where the uploader asked for that; else what speaks against it. */
  createSite?(name: string): SiteKey | Fault;
  /** Up to three registered names that resemble the text. */
  nearSites(name: string): readonly string[];
  /** By a name that went through `normaliseName`. */
  findIndicator(normalisedName: string): Indicator | undefined;
  /** By the code itself, whatever else the bureau has given that name to mean. */
  findCode?(code: string): Indicator | undefined;
  /**
   * The meaning of a column name that went through `normaliseName`, where the bureau has given it one; asked before
   * the built-in synonyms.
   */
  findStructural?(normalisedName: string): OwnMeaning | undefined;
  /** Where the bureau's meaning of a name replaces a built-in one: both, in words for a notice. */
  findReplaced?(
    normalisedName: string,
  ): { readonly name: string; readonly meaning: string; readonly builtIn: string } | undefined;
  /** Up to three known column names that resemble a header, the nearest first. */
  nearColumns?(header: string): readonly ColumnCandidate[];
  /** What the names mean in tables about a medium; absent when no name is bound to one. */
  inMedium?(medium: Medium): ColumnNames;
  /** The site that stands for the whole county. */
  readonly countySiteId: number;
}

export type { DateSystem, HourLabel };

/** What the uploader (or the source's saved settings) says about a file that the file itself does not. */
export interface DecodeOptions {
  /** For times without a year, e.g. `04-01 08:00`. */
  readonly year?: number;
  /** Time of the whole file when it has no time column: `2025-01-01`, `2025-01-01 08:00`, `2025-01`, `2025`. */
  readonly date?: string;
  /** Default `end`: 01…24 are ends of hours; 24:00 and 00:00 belong to the day before. */
  readonly hourLabel?: HourLabel;
  /** Forces the interval that is otherwise read from the time columns. */
  readonly interval?: Interval;
  /** Site of the whole file when it has no site column. */
  readonly site?: string;
  /** Unit by column header, where the header does not say it or says it wrongly. */
  readonly units?: Readonly<Record<string, string>>;
  /** What the columns are, where the header does not say it, says it wrongly, or is not there. */
  readonly mapping?: Mapping;
  /** Plain numbers in date columns are Excel serial dates (workbooks); otherwise they are faults. */
  readonly serialDates?: boolean;
  /** Day 0 of serial dates: 1900 (default) or 1904. */
  readonly dateSystem?: DateSystem;
  /** Which part of a date with its year last is the month; only a mapping says so. */
  readonly dateOrder?: DateOrder;
  /** A blank date takes the date of the row above (merged cells); never across a gap or an unreadable date. */
  readonly fillDownDates?: boolean;
  /**
   * Detection limits for bare `ND` and 未检出. A header as printed: in the unit of its column; an indicator (code or
   * name): in the unit of storage. A text may name its own unit (`0.04μg/L`).
   */
  readonly detectionLimits?: Readonly<Record<string, number | string>>;
  /** Delimiter of a text table, where it is not to be found from the first lines. */
  readonly delimiter?: Delimiter;
  /** Headers of columns that are not to be read. */
  readonly ignoreColumns?: readonly string[];
  /** What becomes of site columns whose site is not registered; default `reject`. */
  readonly unknownSiteColumns?: 'reject' | 'ignore';
  /** Lists of sites and of dust periods are taken too; without it they are tables that are not recognised. */
  readonly lists?: boolean;
  /** Rows per batch, at most (default) 1,000. */
  readonly batchRows?: number;
}
