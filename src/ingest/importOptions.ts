import type { DecodeOptions } from './decode/decodeLookup.js';

/** What the uploader chose. */
export interface ImportOptions extends Omit<DecodeOptions, 'batchRows'> {
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  readonly onError: 'reject-file' | 'skip-rows';
  readonly reason?: string;
  /** Names of sites that nobody bears are registered with the upload. */
  readonly createSites?: boolean;
  /** Of a commit: the token of the trial run that it is to repeat. */
  readonly token?: string;
  /** The sheet of a workbook to read; needed when several hold data. */
  readonly sheet?: string;
  /** Code of the source whose saved settings apply; what is said here goes before them. */
  readonly source?: string;
  /** Keeps, once the file is stored, how it was read as the source's mapping. */
  readonly saveMapping?: boolean;
  /** What was taken from the source; set by `applySource`. */
  readonly sourceUse?: SourceUse;
}

/** A source and what was taken from its settings for one file. */
export interface SourceUse {
  readonly code: string;
  readonly nameZh: string;
  readonly version: number;
  /** Options as they are named in requests. */
  readonly taken: readonly string[];
}

/**
 * The options that decide what is read of a file, and which rows: two imports of one file with the same ones store the
 * same values. Whether stored values may be replaced, and why, is left out.
 */
export function readingOptions(options: ImportOptions): Readonly<Record<string, unknown>> {
  const { dryRun, overwrite, reason, token, ...reading } = options;
  void [dryRun, overwrite, reason, token];
  return Object.fromEntries(Object.entries(reading).filter(([, value]) => value !== undefined));
}
