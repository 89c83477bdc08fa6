import type { Readable } from 'node:stream';
import type { Actor, Role } from '../domain/role.js';
import type { VerdictName } from '../domain/verdict.js';
import type { Mapping } from '../ingest/decode/mapping.js';
import type { Understanding } from '../ingest/decode/understanding.js';
import type { ImportOptions } from '../ingest/importOptions.js';
import type { DustPeriodService } from './services/dustPeriods.js';
import type { HistoryService } from './services/history.js';
import type { QualityService } from './services/quality.js';
import type { SiteInfo } from './services/site.js';
import type { SiteHistoryService } from './services/siteHistory.js';
import type { ColumnNameService, SourceService } from './services/sources.js';
import type { TargetOutlook } from './services/targetOutlook.js';
import type { TemplateService } from './services/templates.js';
import type { UndoService } from './services/undo.js';

/** What the routes need from the rest of the service; `main` wires it, tests may hand in their own. */
export interface Services {
  readonly version: string;
  /** Default date for judgements: the JUDGE_DATE setting or yesterday in Beijing; `YYYY-MM-DD`. */
  judgeDate(): string;
  /** Whether generated demonstration data (示例数据) are stored; every page and answer then says so. */
  demoData(): boolean;
  /** Throws when the database does not answer. */
  checkReady(): Promise<{ database: string; pendingDays: number }>;
  readonly tokens: TokenService;
  readonly audit: AuditService;
  readonly catalogue: CatalogueService;
  readonly siteHistory: SiteHistoryService;
  readonly dustPeriods: DustPeriodService;
  readonly uploads: UploadService;
  readonly sources: SourceService;
  readonly columnNames: ColumnNameService;
  readonly undo: UndoService;
  readonly history: HistoryService;
  readonly readings: ReadingService;
  readonly reports: ReportService;
  readonly targets: TargetService;
  readonly quality: QualityService;
  readonly templates: TemplateService;
}

export interface TokenInfo {
  id: number;
  name: string;
  office: string;
  role: Role;
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  revokedAt: string | null;
}

export interface TokenService {
  /** The actor behind a token text, or `undefined` when unknown, expired or revoked. */
  authenticate(tokenText: string): Promise<Actor | undefined>;
  list(): Promise<TokenInfo[]>;
  create(
    actor: Actor,
    input: { name: string; office: string; role: Role; expiresAt: string },
  ): Promise<TokenInfo & { token: string }>;
  revoke(actor: Actor, id: number): Promise<TokenInfo>;
}

export interface AuditEntry {
  id: string;
  at: string;
  actorName: string;
  actorOffice: string;
  action: string;
  subject: string;
  details: Record<string, unknown>;
}

export interface AuditService {
  list(filter: { before?: string; limit: number; action?: string }): Promise<AuditEntry[]>;
}

export type { SiteInfo };

export interface SiteInput {
  code: string;
  name: string;
  kind: string;
  waterBody?: string | null;
  aliases?: string[];
  groups?: string[];
}

export interface SiteGroupInfo {
  code: string;
  nameZh: string;
  /** Site codes in the order in which they are shown. */
  members: string[];
}

export interface IndicatorInput {
  code: string;
  nameZh: string;
  nameEn: string;
  unit: string;
  decimals: number;
  medium: 'air' | 'water' | 'other' | 'report';
  plausibleMin: number | null;
  plausibleMax: number | null;
  possibleMin: number | null;
  possibleMax: number | null;
  synonyms: string[];
}

export interface CatalogueService {
  listIndicators(): Promise<Record<string, unknown>[]>;
  /** Adds an indicator, such as a new plan's rate. */
  createIndicator(actor: Actor, input: IndicatorInput): Promise<Record<string, unknown>>;
  listSiteGroups(): Promise<SiteGroupInfo[]>;
  /** Adds a site group, or sets the name and members of an existing one. */
  putSiteGroup(actor: Actor, code: string, input: Omit<SiteGroupInfo, 'code'>): Promise<SiteGroupInfo>;
  listSites(filter: { kind?: string; group?: string }): Promise<SiteInfo[]>;
  createSite(actor: Actor, input: SiteInput): Promise<SiteInfo>;
  updateSite(actor: Actor, code: string, input: Partial<Omit<SiteInput, 'code'>>): Promise<SiteInfo>;
  listPlans(): Promise<Record<string, unknown>[]>;
  /** Adds a plan with its document number, dates and title. */
  createPlan(actor: Actor, input: PlanInput): Promise<Record<string, unknown>>;
  /** Adds a target to a plan, or, with `id`, a new version of an existing one. */
  putTarget(actor: Actor, input: TargetInput): Promise<Record<string, unknown>>;
}

export interface PlanInput {
  id: string;
  document: string;
  titleZh: string;
  issued: string;
  effective: string;
  due: string;
}

export interface TargetInput {
  id?: number;
  planId: string;
  effective: string;
  document: string;
  definition: Record<string, unknown>;
}

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

export interface ReadingFilter {
  family?: string;
  site?: string;
  indicator?: string;
  /** Half-open range of RFC 3339 instants or Beijing days. */
  from?: string;
  to?: string;
  /** Opaque cursor of the page before. */
  cursor?: string;
  limit: number;
}

export interface ReadingRow {
  family: string;
  site: string;
  siteName: string;
  /** Start of the interval, RFC 3339 with +08:00. */
  time: string;
  /** `*` for a row without flow. */
  indicator: string;
  value: number | null;
  unit: string;
  flags: string[];
  raw: string | null;
  /** `upload 12`, `device …`. */
  origin: string;
}

export interface ReadingService {
  page(filter: ReadingFilter): Promise<{ items: ReadingRow[]; next: string | null }>;
  /** All matching rows, streamed in key order. */
  stream(filter: Omit<ReadingFilter, 'cursor' | 'limit'>): AsyncIterable<ReadingRow[]>;
}

export interface ReportFilter {
  indicator?: string;
  site?: string;
  from?: string;
  to?: string;
  cursor?: string;
  limit: number;
}

/** A rate, area, count or milestone of a period. */
export interface ReportRow {
  indicator: string;
  site: string;
  siteName: string;
  periodKind: 'year' | 'half-year' | 'quarter' | 'month' | 'to-date';
  /** First and last Beijing day. */
  from: string;
  to: string;
  /** Exact decimal text. */
  value: string;
  numerator: string | null;
  denominator: string | null;
  unit: string;
  evidence: string | null;
  origin: string;
}

export interface ReportService {
  page(filter: ReportFilter): Promise<{ items: ReportRow[]; next: string | null }>;
}

export interface TargetView extends TargetOutlook {
  id: number;
  planId: string;
  planDocument: string;
  clause: string;
  name: string;
  nameEn: string;
  kind: string;
  indicator: string;
  comparison: '<=' | '>=' | '=';
  limit: string;
  unit: string;
  quote: string;
  scope: string;
  offices: string[];
  due: string;
  asOf: string;
  verdict: VerdictName;
  verdictZh: string;
  /** Value at the target's precision, decimal text. */
  value: string | null;
  /** The same unrounded (up to 20 decimals). */
  valueUnrounded: string | null;
  /** Distance to the limit in its unit; positive is room, negative is breach. */
  distance: string | null;
  /** Days, months or reports that the value rests on, and how many are missing of those due so far. */
  used: number;
  missing: number;
  unitOfCount: 'day' | 'month' | 'report';
  /** Which inputs: hourly, daily, monthly, samples, report. */
  inputs: string[];
  ledger: 'with-dust' | 'without-dust' | null;
  /** The figure of the other ledger, where there is one. */
  otherLedgerValue: string | null;
  /** Words for the reader: what decides the verdict. */
  reason: string;
  notes: string[];
  assumptions: string[];
  standards: string[];
  demo: boolean;
}

export interface TargetService {
  list(
    asOf: string,
    language: 'zh' | 'en',
    filter: { planId?: string; verdict?: VerdictName },
  ): Promise<TargetView[]>;
  find(id: number, asOf: string, language: 'zh' | 'en'): Promise<TargetView | undefined>;
}
