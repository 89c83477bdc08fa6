/** What a value belongs to; decides which family or table stores it. */
export type Medium = 'air' | 'water' | 'other' | 'report';

/** One measurable quantity. Codes are stable lower-case keys such as `pm25`, `o3_8h`, `codmn`, `straw_utilisation_rate`. */
export interface Indicator {
  readonly code: string;
  readonly nameZh: string;
  readonly nameEn: string;
  /** Unit in which values are stored, e.g. `µg/m³`, `mg/m³`, `%`, `万亩`; empty for dimensionless. */
  readonly unit: string;
  /** Decimals in which reports print it. */
  readonly decimals: number;
  readonly medium: Medium;
  /** Outside [plausibleMin, plausibleMax] a value is stored and flagged suspect. */
  readonly plausibleMin: number | null;
  readonly plausibleMax: number | null;
  /** Outside [possibleMin, possibleMax] a value cannot be true and is rejected. */
  readonly possibleMin: number | null;
  readonly possibleMax: number | null;
  /** Names that headers of uploaded files use for it, normalised by `normaliseName`. */
  readonly synonyms: readonly string[];
}

/**
 * Folds the spellings of a name into one: full-width to half-width (NFKC), lower case, without blanks, brackets'
 * contents kept out, and without `_`, `-`, `.`, `·`. `PM2.5(μg/m³)`, `PM₂.₅` and `pm2_5` all become `pm25`.
 */
export function normaliseName(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[(（[【][^)）\]】]*[)）\]】]/g, '')
    .toLowerCase()
    .replace(/[\s_\-.·:：]+/g, '');
}
