import type { AlertLabelName, AlertRuleKind } from '../domain/alertRule.js';
import type { Severity } from '../domain/notification.js';
import type { OutboxState } from './outbox.js';
import type { Queryable } from './pool.js';

/** States in which an alert can be. */
export const alertStatuses = ['inactive', 'pending', 'firing', 'resolved', 'no-data', 'error'] as const;
export type StoredAlertStatus = (typeof alertStatuses)[number];

/** The last result of an alert, ready to be shown; what it does not have is absent. */
export interface StoredResult {
  readonly kind: AlertRuleKind;
  readonly titleZh: string;
  readonly siteZh?: string;
  readonly indicatorZh?: string;
  readonly valueZh?: string;
  readonly limitZh?: string;
  readonly distanceZh?: string;
  readonly periodZh: string;
  readonly adviceZh?: string;
  readonly suppressedZh?: string;
  readonly notesZh?: readonly string[];
  /** Interval of data, epoch milliseconds. */
  readonly at: number;
  readonly until: number;
}

/** An alert as it is now. */
export interface StoredAlert {
  readonly fingerprint: string;
  readonly ruleCode: string;
  readonly labels: Readonly<Partial<Record<AlertLabelName, string>>>;
  readonly offices: readonly string[];
  readonly status: StoredAlertStatus;
  /** Of an alert that fires, also without data. */
  readonly severity: Severity | null;
  readonly firingSince: Date | null;
  readonly result: StoredResult;
  readonly ruleVersion: number;
  readonly changedAt: Date;
  /** Place in lists. */
  readonly cursor: string;
}

/** Which alerts; an absent part means all. */
export interface AlertFilter {
  /** Those that fire, also without data. */
  readonly firing?: boolean | undefined;
  readonly status?: StoredAlertStatus | undefined;
  readonly severity?: Severity | undefined;
  readonly office?: string | undefined;
  readonly site?: string | undefined;
  readonly rule?: string | undefined;
  /** `cursor` of the last one that is known. */
  readonly after?: string | undefined;
  readonly limit: number;
}

const columns = `fingerprint, rule_code as "ruleCode", labels, offices, status, severity, firing_since as "firingSince",
  result, rule_version as "ruleVersion", changed_at as "changedAt",
  (extract(epoch from changed_at) * 1000000)::bigint || '.' || fingerprint as cursor`;

/** Alerts, those that changed last first. */
export async function listAlerts(db: Queryable, filter: AlertFilter): Promise<StoredAlert[]> {
  const [micros, fingerprint] = filter.after?.split('.') ?? [];
  const { rows } = await db.query<StoredAlert>(
    `select ${columns} from alerts
      where ($1::boolean is null or (severity is not null) = $1)
        and ($2::text is null or status = $2) and ($3::text is null or severity = $3)
        and ($4::text is null or $4 = any (offices)) and ($5::text is null or labels ->> 'site' = $5)
        and ($6::text is null or rule_code = $6)
        and ($7::bigint is null
             or ((extract(epoch from changed_at) * 1000000)::bigint, fingerprint collate "C") < ($7, $8))
      order by (extract(epoch from changed_at) * 1000000)::bigint desc, fingerprint collate "C" desc
      limit $9`,
    [
      filter.firing ?? null,
      filter.status ?? null,
      filter.severity ?? null,
      filter.office ?? null,
      filter.site ?? null,
      filter.rule ?? null,
      micros ?? null,
      fingerprint ?? null,
      filter.limit,
    ],
  );
  return rows;
}

/** One alert. */
export async function findAlert(db: Queryable, fingerprint: string): Promise<StoredAlert | undefined> {
  const { rows } = await db.query<StoredAlert>(`select ${columns} from alerts where fingerprint = $1`, [
    fingerprint,
  ]);
  return rows[0];
}

/** Some alerts, locked against a change of their state until the transaction ends. */
export async function lockAlerts(db: Queryable, fingerprints: readonly string[]): Promise<StoredAlert[]> {
  const { rows } = await db.query<StoredAlert>(
    `select ${columns} from alerts where fingerprint = any ($1::text[]) order by fingerprint for share`,
    [fingerprints],
  );
  return rows;
}

/** A transition as it was noted. */
export interface StoredTransition {
  readonly id: string;
  readonly reason: string;
  readonly at: Date;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly severity: Severity | null;
  readonly fromSeverity: Severity | null;
  readonly verdict: StoredResult;
  readonly ruleVersion: number;
  readonly notedAt: Date;
  readonly withdrawnAt: Date | null;
}

/** Transitions of an alert, the one noted last first; also those that corrected data have withdrawn. */
export async function listTransitions(
  db: Queryable,
  fingerprint: string,
  limit: number,
): Promise<StoredTransition[]> {
  const { rows } = await db.query<StoredTransition>(
    `select id, reason, at, starts_at as "startsAt", ends_at as "endsAt", severity, from_severity as "fromSeverity",
            verdict, rule_version as "ruleVersion", noted_at as "notedAt", withdrawn_at as "withdrawnAt"
       from alert_transitions where fingerprint = $1 order by noted_at desc, id desc limit $2`,
    [fingerprint, limit],
  );
  return rows;
}

/** Who was told of an alert, by which message, and whether it arrived. */
export interface ToldRow {
  readonly outboxId: string;
  readonly channelId: number;
  readonly channelName: string;
  readonly kind: string;
  /** Level of an escalation, 0 the first. */
  readonly level: number | null;
  readonly startsAt: Date;
  readonly toldAt: Date;
  readonly state: OutboxState;
  readonly deliveredAt: Date | null;
  readonly lastMessage: string | null;
}

/** Messages that told of an alert, the newest first. */
export async function listTold(db: Queryable, fingerprint: string, limit: number): Promise<ToldRow[]> {
  const { rows } = await db.query<ToldRow>(
    `select outbox_id as "outboxId", t.channel_id as "channelId", c.name as "channelName", t.kind, level,
            starts_at as "startsAt", told_at as "toldAt", coalesce(m.state, o.state) as state,
            coalesce(m.delivered_at, o.delivered_at) as "deliveredAt", coalesce(m.last_message, o.last_message) as "lastMessage"
       from alert_told t join outbox o on o.id = t.outbox_id left join outbox m on m.id = o.merged_into join channels c on c.id = t.channel_id
      where fingerprint = $1 order by outbox_id desc limit $2`,
    [fingerprint, limit],
  );
  return rows;
}

/** What was not sent, and why. */
export interface WithheldRow {
  readonly channel: string | null;
  readonly kind: string | null;
  readonly why: string;
  readonly reasonZh: string;
  readonly withheldBy: string | null;
  readonly at: Date;
}

/** What of an alert was kept back, the newest first. */
export async function listWithheld(
  db: Queryable,
  fingerprint: string,
  limit: number,
): Promise<WithheldRow[]> {
  const { rows } = await db.query<WithheldRow>(
    `select channel, kind, why, reason_zh as "reasonZh", withheld_by as "withheldBy", at
       from alert_withheld where fingerprint = $1 order by id desc limit $2`,
    [fingerprint, limit],
  );
  return rows;
}

/** What rules, routes and silences may name. */
export async function readAlertReferences(db: Queryable): Promise<{
  sites: Set<string>;
  groups: Set<string>;
  indicators: Set<string>;
  offices: Set<string>;
  targets: Set<number>;
}> {
  const codes = async <T>(statement: string): Promise<Set<T>> =>
    new Set((await db.query<{ code: T }>(statement)).rows.map(({ code }) => code));
  return {
    sites: await codes('select code from sites'),
    groups: await codes('select code from site_groups'),
    indicators: await codes('select code from indicators'),
    offices: await codes('select code from offices'),
    targets: await codes('select id as code from targets'),
  };
}
