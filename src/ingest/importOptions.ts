import type { DecodeOptions } from './decode/decodeLookup.js';

/** What the uploader chose. */
export interface ImportOptions extends Omit<DecodeOptions, 'batchRows'> {
  readonly dryRun: boolean;
  readonly overwrite: boolean;
  readonly onError: 'reject-file' | 'skip-rows';
  readonly reason?: string;
  /** The sheet of a workbook to read; needed when several hold data. */
  readonly sheet?: string;
}
