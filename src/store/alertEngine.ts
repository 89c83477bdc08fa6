import type { PoolClient, Queryable } from './pool.js';

/** A version of a rule as the engine follows it. `document` is that of the rule's schema. */
export interface RuleVersionRow {
  readonly code: string;
  readonly version: number;
  readonly document: unknown;
  readonly removed: boolean;
  readonly recordedAt: number;
  readonly holdsFrom: number | null;
  /** The version in force, and the one that the engine has taken up. */
  readonly current: number;
  readonly evaluated: number;
}

/** Every version of every rule, in order. */
export async function listRuleVersions(db: Queryable): Promise<RuleVersionRow[]> {
  const { rows } = await db.query<RuleVersionRow>(
    `select v.code, v.version, v.document, v.removed, round(extract(epoch from v.recorded_at) * 1000)::float8 as "recordedAt",
            round(extract(epoch from v.holds_from) * 1000)::float8 as "holdsFrom", r.version as current,
            r.evaluated_version as evaluated
       from alert_rule_versions v join alert_rules r on r.code = v.code
      where v.version <= r.version
      order by v.code collate "C", v.version`,
  );
  return rows;
}

/** Whether a version of a rule waits to be taken up. */
export async function hasNewVersions(db: Queryable): Promise<boolean> {
  const { rowCount } = await db.query('select from alert_rules where version <> evaluated_version limit 1');
  return (rowCount ?? 0) > 0;
}

/** Notes that a version was taken up; later ones hold from the end of what the rule has judged so far. */
export async function takeUpVersion(client: PoolClient, code: string, version: number): Promise<void> {
  await client.query(
    `update alert_rule_versions v
        set holds_from = coalesce(
              (select to_timestamp(max((state ->> 'through')::float8) / 1000) from alerts where rule_code = $1),
              (select max(ts) + interval '1 hour' from latest_rows))
      where v.code = $1 and v.version = $2 and v.version > 1`,
    [code, version],
  );
  await client.query('update alert_rules set evaluated_version = $2 where code = $1', [code, version]);
}

/** One piece of alerting at a time, of all processes on the database; `false`: another is at work. */
export async function tryLockAlerting(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('alerting')) as locked`,
  );
  return rows[0]!.locked;
}

/** The same, waiting. */
export async function lockAlerting(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('alerting'))`);
}

/** The document of the routing in force; `undefined` before any was stored. */
export async function findRoutingDocument(db: Queryable): Promise<unknown> {
  const { rows } = await db.query<{ document: unknown }>(
    'select document from alert_routings order by version desc limit 1',
  );
  return rows[0]?.document;
}

/** A silence or maintenance window; times are epoch milliseconds. */
export interface SilenceRow {
  readonly id: number;
  readonly kind: 'silence' | 'maintenance';
  readonly titleZh: string;
  readonly matchers: unknown;
  readonly reason: string;
  readonly author: string;
  readonly startsAt: number;
  readonly endsAt: number;
}

/** Silences that hold at an instant and all maintenance windows, which hold for the data of their time. */
export async function listWithholding(db: Queryable, now: number): Promise<SilenceRow[]> {
  const { rows } = await db.query<SilenceRow>(
    `select id, kind, title_zh as "titleZh", matchers, reason, actor_name as author,
            round(extract(epoch from starts_at) * 1000)::float8 as "startsAt",
            round(extract(epoch from least(ends_at, ended_at)) * 1000)::float8 as "endsAt"
       from alert_silences
      where least(ends_at, ended_at) > starts_at
        and (kind = 'maintenance' or least(ends_at, ended_at) > $1)
      order by id`,
    [new Date(now)],
  );
  return rows;
}

/** A channel as routes name it. */
export interface RoutedChannel {
  readonly id: number;
  readonly code: string;
  readonly type: string;
  readonly disabled: boolean;
}

/** Channels that were not removed. */
export async function listRoutedChannels(db: Queryable): Promise<RoutedChannel[]> {
  const { rows } = await db.query<RoutedChannel>(
    'select id, code, type, disabled from channels where removed_at is null order by id',
  );
  return rows;
}

/** Episodes that somebody has taken on; times are epoch milliseconds. */
export async function listEpisodesTakenOn(db: Queryable, fingerprints: readonly string[]) {
  const { rows } = await db.query<{
    fingerprint: string;
    startsAt: number;
    severity: 'notice' | 'warning' | 'critical';
    by: string;
    at: number;
  }>(
    `select fingerprint, round(extract(epoch from starts_at) * 1000)::float8 as "startsAt", severity, actor_name as by,
            round(extract(epoch from at) * 1000)::float8 as at
       from alert_acknowledgements where fingerprint = any ($1::text[]) order by at, id`,
    [fingerprints],
  );
  return rows;
}

/** Ends of the latest data of sites by family: start of the latest interval, epoch milliseconds. */
export async function listLatest(db: Queryable): Promise<{ siteId: number; family: string; ts: number }[]> {
  const { rows } = await db.query<{ siteId: number; family: string; ts: number }>(
    'select site_id as "siteId", family, round(extract(epoch from ts) * 1000)::float8 as ts from latest_rows',
  );
  return rows;
}

/** Changes whenever a rule does, or the engine takes one up. */
export async function readRulesStamp(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ stamp: string }>('select value as stamp from alert_rules_stamp');
  return rows[0]!.stamp;
}
