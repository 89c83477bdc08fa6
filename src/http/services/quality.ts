import type { Actor } from '../../domain/role.js';

/** Which values a reviewer flags: one site and table, one indicator or `*` for whole rows. */
export interface FlagRequest {
  readonly site: string;
  readonly family: string;
  readonly indicator: string;
  /** Start of one interval; otherwise the half-open range [from, to). */
  readonly time?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly flag: 'invalid' | 'valid' | 'maintenance';
  readonly reason: string;
  readonly dryRun: boolean;
}

/** What a review is about, and which targets' days it touches. */
export interface FlagOutcome {
  dryRun: boolean;
  /** Values (of a clearing: flags) and rows that the request names. */
  values: number;
  rows: number;
  days: number;
  firstDay: string | null;
  lastDay: string | null;
  /** Flags that were set or cleared; 0 in a trial run. */
  changed: number;
  /** Targets that are judged on the days; empty where the flag takes nothing out of a figure. */
  targets: { id: number; name: string; days: number; firstDay: string; lastDay: string }[];
}

export interface QualityRuleView {
  rule: string;
  indicator: string;
  parameters: Record<string, unknown>;
  titleZh: string;
  titleEn: string;
  explanationZh: string;
  explanationEn: string;
  version: number;
}

export interface QualityRuleDetail {
  items: QualityRuleView[];
  history: {
    indicator: string;
    version: number;
    parameters: Record<string, unknown>;
    recordedAt: string;
    recordedBy: string;
    reason: string;
  }[];
}

export interface SuspectFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly site?: string | undefined;
  readonly indicator?: string | undefined;
  readonly rule?: string | undefined;
  readonly upload?: string | undefined;
  readonly reviewed?: boolean | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A suspicious value, or one whose suspicion a person has answered. */
export interface SuspectRow {
  family: string;
  site: string;
  siteName: string;
  /** Start of the interval, RFC 3339 with +08:00. */
  time: string;
  /** `*` for a whole row. */
  indicator: string;
  value: number | null;
  unit: string;
  /** Names of the rules. */
  rules: string[];
  explanation: string;
  /** Values of the same site and item shortly before and after. */
  around: { time: string; value: number }[];
  /** `upload 12`, `device …`. */
  origin: string;
  review: 'open' | 'valid' | 'invalid';
  reviewedBy: string | null;
  reviewedAt: string | null;
  reason: string | null;
}

export interface DifferenceFilter {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly site?: string | undefined;
  readonly indicator?: string | undefined;
  readonly cause?: string | undefined;
  readonly upload?: string | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

/** A published AQI, level, primary pollutant or class that is not the computed one. */
export interface DifferenceRow {
  site: string;
  siteName: string;
  /** Start of the interval, RFC 3339 with +08:00. */
  time: string;
  span: string;
  indicator: string;
  published: string;
  computed: string;
  /** The standard and named rule behind `computed`. */
  rule: string;
  /** Code of a known cause; empty when none is known. */
  cause: string;
  explanation: string;
  origin: string;
}

export interface QualityService {
  setFlags(actor: Actor, request: FlagRequest): Promise<FlagOutcome>;
  clearFlags(actor: Actor, request: FlagRequest): Promise<FlagOutcome>;
  listRules(): Promise<QualityRuleView[]>;
  /** Throws DomainError `not-found` for a name that is no rule. */
  findRule(rule: string): Promise<QualityRuleDetail>;
  putRule(
    actor: Actor,
    rule: string,
    input: { indicator: string; parameters: Record<string, unknown>; reason: string },
  ): Promise<QualityRuleDetail>;
  suspects(
    filter: SuspectFilter,
    language: 'zh' | 'en',
  ): Promise<{ items: SuspectRow[]; next: string | null }>;
  /** All matching rows, in batches. */
  streamSuspects(
    filter: Omit<SuspectFilter, 'cursor' | 'limit'>,
    language: 'zh' | 'en',
  ): AsyncIterable<SuspectRow[]>;
  differences(
    filter: DifferenceFilter,
    language: 'zh' | 'en',
  ): Promise<{ items: DifferenceRow[]; next: string | null }>;
}
