import type { Actor, Role } from '../domain/role.js';
import type { VerdictName } from '../domain/verdict.js';
import type { AlertingServices } from './services/alerting.js';
import type { AllowanceService, ChannelService } from './services/channels.js';
import type { DeviceService } from './services/devices.js';
import type { DustPeriodService } from './services/dustPeriods.js';
import type { HistoryService } from './services/history.js';
import type { JobService } from './services/jobs.js';
import type { MirrorService } from './services/mirror.js';
import type { NotificationService } from './services/notifications.js';
import type { ProofService } from './services/proofs.js';
import type { QualityService } from './services/quality.js';
import type { SiteInfo } from './services/site.js';
import type { SiteHistoryService } from './services/siteHistory.js';
import type { ColumnNameService, SourceService } from './services/sources.js';
import type { TargetOutlook } from './services/targetOutlook.js';
import type { TemplateService } from './services/templates.js';
import type { UndoService } from './services/undo.js';
import type { UploadService } from './services/uploads.js';
import type {
  LedgerService,
  PublishedFigureService,
  VerdictHistoryService,
} from './services/verdictHistory.js';

/** What the routes need from the rest of the service; `main` wires it, tests may hand in their own. */
export interface Services {
  readonly version: string;
  /** Default date for judgements: the JUDGE_DATE setting or yesterday in Beijing; `YYYY-MM-DD`. */
  judgeDate(): string;
  /** Whether generated demonstration data (示例数据) are stored; every page and answer then says so. */
  demoData(): boolean;
  /** Whether the alerts of the demonstration are being staged; absent: never. */
  stagingAlerts?(): boolean;
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
  readonly devices: DeviceService;
  readonly mirror: MirrorService;
  readonly undo: UndoService;
  readonly history: HistoryService;
  readonly readings: ReadingService;
  readonly reports: ReportService;
  readonly targets: TargetService;
  readonly proofs: ProofService;
  readonly quality: QualityService;
  readonly templates: TemplateService;
  readonly verdictHistory: VerdictHistoryService;
  readonly publishedFigures: PublishedFigureService;
  readonly ledger: LedgerService;
  readonly channels: ChannelService;
  readonly allowances: AllowanceService;
  readonly notifications: NotificationService;
  readonly jobs: JobService;
  readonly alerting: AlertingServices;
}

export interface TokenInfo {
  id: number;
  name: string;
  office: string;
  role: Role;
  /** Lines of devices with this token may bring new sites. */
  createSites: boolean;
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
    input: { name: string; office: string; role: Role; expiresAt: string; createSites?: boolean | undefined },
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

export * from './services/uploads.js';

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
  /** The instant whose knowledge judged; `null`: what is known now. */
  knownAt: string | null;
  verdict: VerdictName;
  verdictZh: string;
  /** First as-of day of the unbroken run of this verdict by the verdict history; `null` while that is not known. */
  turnedOn: string | null;
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
    filter: { planId?: string; verdict?: VerdictName; knownAt?: string },
  ): Promise<TargetView[]>;
  find(id: number, asOf: string, language: 'zh' | 'en', knownAt?: string): Promise<TargetView | undefined>;
}
