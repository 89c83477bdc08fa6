import type { Interval } from '../../domain/family.js';
import type { Indicator } from '../../domain/indicator.js';
import type { Site } from '../../domain/site.js';

/** What a decoder needs to know of a site. */
export type SiteKey = Pick<Site, 'id' | 'code' | 'name' | 'kind'>;

/** The reference data that decoders ask; the caller fills it before decoding, so that asking is quick. */
export interface DecodeLookup {
  /** By exact code, name or alias, after trimming and NFKC. */
  findSite(name: string): SiteKey | undefined;
  /** Up to three registered names that resemble the text. */
  nearSites(name: string): readonly string[];
  /** By a name that went through `normaliseName`. */
  findIndicator(normalisedName: string): Indicator | undefined;
  /** The site that stands for the whole county. */
  readonly countySiteId: number;
}

/** Which end of the hour the labels of a source name. */
export type HourLabel = 'end' | 'start';

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
  /** Rows per batch, at most (default) 5,000. */
  readonly batchRows?: number;
}
