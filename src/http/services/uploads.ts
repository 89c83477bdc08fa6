import type { Readable } from 'node:stream';
import type { Actor } from '../../domain/role.js';
import type { VerdictName } from '../../domain/verdict.js';
import type { Mapping } from '../../ingest/decode/mapping.js';
import type { Understanding } from '../../ingest/decode/understanding.js';
import type { ImportOptions } from '../../ingest/importOptions.js';

export interface UploadOptions extends Pick<
  ImportOptions,
  'source' | 'saveMapping' | 'detectionLimits' | 'ignoreColumns' | 'unknownSiteColumns' | 'delimiter'
> {
  /** Beijing year for times that have none. */
  year?: number;
  /** Day for files without a time column. */
  date?: string;
  hourLabel?: 'end' | 'start';
  interval?: 'hour' | 'day' | 'month' | 'instant';
  site?: string;
  /** Column header → unit in which the file gives it. */
  units?: Record<string, string>;
  /** What the columns are, where the header does not say it or says it wrongly; see the API page. */
  mapping?: Mapping;
  /** The sheet of a workbook. */
  sheet?: string;
  /** Unknown names of sites are registered with the upload. */
  createSites?: boolean;
  dryRun: boolean;
  overwrite: boolean;
  onError: 'reject-file' | 'skip-rows';
  reason?: string;
  /** Of a commit: the `token` of its trial run. */
  token?: string;
}

/** One rejected cell or line, in the language asked for. */
export interface UploadFault {
  /** The sheet of a workbook that it is in. */
  sheet?: string;
  line: number;
  column: string;
  value: string;
  code: string;
  message: string;
  mend: string;
}

/** One sheet of a workbook; without a layout it was not understood. */
export interface SheetReport extends Pick<
  UploadReport,
  'headerLine' | 'layout' | 'interval' | 'columns' | 'confidence'
> {
  name: string;
  rowsRead: number;
}

export interface UploadReport {
  id: string | null;
  status: 'committed' | 'rejected' | 'dry-run' | 'needs-overwrite';
  fileName: string;
  sha256: string;
  bytes: number;
  /** `workbook` for .xlsx. */
  encoding: string;
  /** What the file was read with. */
  options?: Record<string, unknown>;
  /** Sheets of a workbook that hold a table, each as it was understood. */
  sheets?: SheetReport[];
  /** The sheet when only one was read. For several, `columns` is empty and the rest what they have in common. */
  sheet: string | null;
  headerLine: number | null;
  layout: string | null;
  interval: string | null;
  /** 1 when nothing had to be assumed, less for every assumption; `null` when the table was not understood. */
  confidence: number | null;
  /** How far the table was understood, where it was not or not surely. */
  understanding: Understanding | null;
  /** The source named in the request; `taken` from its settings. */
  source: {
    code: string;
    nameZh: string;
    version: number;
    taken: string[];
    mappingVersion: number | null;
  } | null;
  /** `role` is what the column was read as: `item` for values, `ignored` for columns that were not used. */
  columns: { position: number; header: string; role: string; indicator?: string; unit?: string }[];
  rows: {
    read: number;
    new: number;
    unchanged: number;
    changed: number;
    rejected: number;
    duplicate: number;
  };
  values: { new: number; unchanged: number; changed: number };
  firstTime: string | null;
  lastTime: string | null;
  faults: UploadFault[];
  faultCount: number;
  /** Up to 200 stored values that differ from the file's. */
  changes: {
    sheet?: string;
    line: number;
    site: string;
    time: string;
    indicator: string;
    stored: string;
    file: string;
  }[];
  suspectCount: number;
  notices: string[];
  /** Of a trial run: targets whose verdict or value would change; `null` when that was not worked out. */
  impact:
    | {
        targetId: number;
        name: string;
        before: { verdict: VerdictName; value: string | null };
        after: { verdict: VerdictName; value: string | null };
      }[]
    | null;
  /** Sites that the upload registers, or would register. */
  createdSites: { code: string; name: string; kind: string; near: string[] }[];
  /** Of a trial run: what a commit sends to store exactly this, or nothing. */
  token: string | null;
  /** Who took the upload back, when and why. */
  undone: { at: string; by: string; reason: string } | null;
  recomputed: boolean;
  uploadedAt: string;
  uploadedBy: string;
}

/** Which uploads; `from` and `to` are RFC 3339 instants or Beijing days, half-open. */
export interface UploadListFilter {
  before?: string;
  /** `committed` are those that stand. */
  status?: 'committed' | 'rejected' | 'undone';
  /** Part of the name or office. */
  actor?: string;
  from?: string;
  to?: string;
  /** Part of the file name. */
  fileName?: string;
  limit: number;
}

export interface UploadService {
  /**
   * Reads the stream to its end (bounded by `maxBytes`), decodes, judges and stores it in one transaction.
   * Every outcome is a report; throws DomainError `payload-too-large` over the bound.
   */
  upload(
    actor: Actor,
    file: { name: string; content: Readable },
    options: UploadOptions,
    language: 'zh' | 'en',
  ): Promise<UploadReport>;
  list(filter: UploadListFilter): Promise<Omit<UploadReport, 'faults' | 'changes' | 'understanding'>[]>;
  find(id: string, language: 'zh' | 'en'): Promise<UploadReport | undefined>;
  /**
   * The uploaded file itself with one more column that says what is wrong with each row; `undefined` for an unknown
   * upload. Throws DomainError `not-found` when the file is not a text table or is no longer kept.
   */
  annotate(id: string, language: 'zh' | 'en'): Promise<{ fileName: string; content: Buffer } | undefined>;
}
