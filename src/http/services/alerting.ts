import type { AlertMatcher } from '../../domain/alertMatcher.js';
import type { AlertRouting } from '../../domain/alertRoute.js';
import type { AlertRule } from '../../domain/alertRule.js';
import type { Severity } from '../../domain/notification.js';
import type { Actor } from '../../domain/role.js';

/** Who changed something, when and why. */
export interface ChangeInfo {
  version: number;
  recordedAt: string;
  recordedBy: string;
  office: string;
  reason: string;
}

export interface AlertRuleInfo {
  code: string;
  version: number;
  /** As the seeds have it. */
  seeded: boolean;
  /** When it fires, in plain words. */
  explanationZh: string;
  rule: AlertRule;
}

export interface AlertRuleVersionInfo extends ChangeInfo {
  removed: boolean;
  rule: AlertRule;
}

/** Why something is changed, and which version it follows. */
export interface AlertChange {
  reason: string;
  /** Refused when another version is in force by now. */
  basedOn?: number | undefined;
}

export interface BacktestInfo {
  from: string;
  to: string;
  explanationZh: string;
  alerts: {
    fingerprint: string;
    siteZh: string | null;
    indicatorZh: string | null;
    severity: Severity;
    startsAt: string;
    firedAt: string;
    endsAt: string | null;
    durationHours: number;
    valueZh: string | null;
    periodZh: string;
  }[];
  /** All of them; `alerts` holds the first ones. */
  alertCount: number;
  flaps: number;
  suppressed: number;
  intervals: { ok: number; breach: number; 'no-data': number; error: number };
  subjects: number;
}

/** Rules of alerting. */
export interface AlertRuleService {
  list(): Promise<AlertRuleInfo[]>;
  /** With its versions, the newest first; of a removed rule only those. */
  find(
    code: string,
  ): Promise<{ current: AlertRuleInfo | null; versions: AlertRuleVersionInfo[] } | undefined>;
  /** Adds a rule or replaces the one of its code. */
  put(actor: Actor, rule: AlertRule, change: AlertChange): Promise<AlertRuleInfo>;
  /** Changes top-level fields of a rule; `null` takes one away. */
  patch(
    actor: Actor,
    code: string,
    fields: Readonly<Record<string, unknown>>,
    change: AlertChange,
  ): Promise<AlertRuleInfo>;
  remove(actor: Actor, code: string, reason: string): Promise<void>;
  /** Replays stored history through a rule, saved or not. */
  backtest(rule: AlertRule, from: Date, to: Date): Promise<BacktestInfo>;
}

export interface AlertRoutingInfo extends ChangeInfo {
  seeded: boolean;
  routing: AlertRouting;
  /** Codes of channels that it names and that do not exist: nobody gets what goes there. */
  missingChannels: string[];
}

/** An alert that is not there, or one that is. */
export interface PreviewInput {
  labels: Readonly<Record<string, string>>;
  severity: Severity;
  offices: string[];
  /** When; now unless given. */
  at?: string | undefined;
}

export interface PreviewInfo {
  at: string;
  ways: {
    office: string | null;
    officeZh: string | null;
    path: string[];
    channels: { code: string; name: string | null; disabled: boolean }[];
    deliverAfter: string;
    heldZh: string | null;
    escalation: { afterWorkingHours: number; channels: string[]; noteZh: string }[];
  }[];
  /** Why nobody would be told at all. */
  withheld: { why: string; reasonZh: string; by: string | null } | null;
}

/** Who is told what. */
export interface AlertRoutingService {
  find(): Promise<{ current: AlertRoutingInfo; versions: (ChangeInfo & { routing: AlertRouting })[] }>;
  put(actor: Actor, routing: AlertRouting, change: AlertChange): Promise<AlertRoutingInfo>;
  preview(input: PreviewInput): Promise<PreviewInfo>;
  /** What routes and rules name by code. */
  names(): Promise<{
    offices: { code: string; nameZh: string }[];
    channels: { code: string; name: string; type: string; disabled: boolean }[];
  }>;
}

export interface AcknowledgementInfo {
  startsAt: string;
  severity: Severity;
  at: string;
  by: string;
  office: string;
  /** By the link of a message. */
  byLink: boolean;
  noteZh: string;
}

export interface AlertInfo {
  fingerprint: string;
  rule: string;
  ruleVersion: number;
  kind: string;
  labels: Record<string, string>;
  offices: { code: string; nameZh: string }[];
  status: 'inactive' | 'pending' | 'firing' | 'resolved' | 'no-data' | 'error';
  statusZh: string;
  /** Of an alert that fires, also without data. */
  severity: Severity | null;
  severityZh: string | null;
  firingSince: string | null;
  titleZh: string;
  siteZh: string | null;
  indicatorZh: string | null;
  valueZh: string | null;
  limitZh: string | null;
  distanceZh: string | null;
  periodZh: string;
  adviceZh: string | null;
  suppressedZh: string | null;
  notesZh: string[];
  changedAt: string;
  /** Who has taken it on as it stands. */
  acknowledged: AcknowledgementInfo | null;
  /** Silence that keeps its messages back now. */
  silenced: { id: number; reason: string; by: string; until: string } | null;
}

export interface AlertDetail {
  alert: AlertInfo;
  transitions: {
    reason: string;
    reasonZh: string;
    at: string;
    startsAt: string;
    endsAt: string | null;
    severity: Severity | null;
    fromSeverity: Severity | null;
    valueZh: string | null;
    periodZh: string;
    ruleVersion: number;
    notedAt: string;
    /** Corrected data no longer say so since. */
    withdrawnAt: string | null;
  }[];
  told: {
    notification: string;
    channel: string;
    kind: string;
    level: number | null;
    startsAt: string;
    toldAt: string;
    state: string;
    deliveredAt: string | null;
    lastMessage: string | null;
  }[];
  withheld: {
    channel: string | null;
    kind: string | null;
    why: string;
    reasonZh: string;
    by: string | null;
    at: string;
  }[];
  acknowledgements: AcknowledgementInfo[];
  notes: { at: string; by: string; office: string; noteZh: string }[];
}

export interface AlertListFilter {
  firing?: boolean | undefined;
  status?: AlertInfo['status'] | undefined;
  severity?: Severity | undefined;
  office?: string | undefined;
  site?: string | undefined;
  rule?: string | undefined;
  cursor?: string | undefined;
  limit: number;
}

/** Alerts as they are and were, and what people do about them. */
export interface AlertService {
  page(filter: AlertListFilter): Promise<{ items: AlertInfo[]; next: string | null }>;
  find(fingerprint: string): Promise<AlertDetail | undefined>;
  acknowledge(actor: Actor, fingerprint: string, noteZh: string): Promise<AlertInfo>;
  note(actor: Actor, fingerprint: string, noteZh: string): Promise<void>;
}

export interface SilenceInfo {
  id: number;
  kind: 'silence' | 'maintenance';
  titleZh: string;
  matchers: AlertMatcher[];
  reason: string;
  startsAt: string;
  endsAt: string;
  createdAt: string;
  by: string;
  office: string;
  endedAt: string | null;
  endedBy: string | null;
  state: 'upcoming' | 'active' | 'over';
}

export interface SilenceInput {
  kind: 'silence' | 'maintenance';
  titleZh: string;
  matchers: AlertMatcher[];
  reason: string;
  /** Now unless given. */
  startsAt?: string | undefined;
  endsAt: string;
}

/** Silences and maintenance windows. */
export interface SilenceService {
  list(filter: {
    active: boolean;
    before?: number | undefined;
    limit: number;
  }): Promise<{ items: SilenceInfo[]; next: string | null }>;
  /** `matching`: how many alerts that fire now it is about. */
  create(actor: Actor, input: SilenceInput): Promise<SilenceInfo & { matching: number }>;
  end(actor: Actor, id: number, reason: string): Promise<SilenceInfo>;
}

export interface WorkingYearInfo {
  year: string;
  /** `assumed`: nothing is known of the year, and only Saturdays and Sundays count as free. */
  basis: 'calendar' | 'entered' | 'assumed';
  basisZh: string;
  /** Days that differ from weekdays and weekends, or were entered. */
  days: { day: string; working: boolean; nameZh: string; entered: boolean }[];
}

/** Working days of the years. */
export interface WorkingDayService {
  find(year: string): Promise<WorkingYearInfo>;
  put(
    actor: Actor,
    year: string,
    input: {
      complete: boolean;
      days: { day: string; working: boolean; nameZh: string }[];
      reason: string;
    },
  ): Promise<WorkingYearInfo>;
}

/** What a link would acknowledge, or why it does not. */
export interface LinkInfo {
  alerts: {
    titleZh: string;
    siteZh: string | null;
    valueZh: string | null;
    severity: Severity;
    over: boolean;
  }[];
}

/** Acknowledging by the link of a message; what is wrong with a link is thrown. */
export interface AlertLinkService {
  find(token: string): Promise<LinkInfo>;
  use(token: string, name: string): Promise<LinkInfo>;
}

/** Everything that people do with alerts. */
export interface AlertingServices {
  readonly rules: AlertRuleService;
  readonly routing: AlertRoutingService;
  readonly alerts: AlertService;
  readonly silences: SilenceService;
  readonly workingDays: WorkingDayService;
  readonly links: AlertLinkService;
}
