import type { PoolClient, Queryable } from './pool.js';

/** One alert as it stands. `State` and `Result` are those of the state machine and of the conditions. */
export interface AlertRow<State, Result> {
  readonly fingerprint: string;
  readonly ruleCode: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly offices: readonly string[];
  readonly state: State;
  readonly status: string;
  readonly severity: string | null;
  readonly firingSince: Date | null;
  readonly result: Result;
  readonly ruleVersion: number;
}

const columns = `fingerprint, rule_code as "ruleCode", labels, offices, state, status, severity,
  firing_since as "firingSince", result, rule_version as "ruleVersion"`;

/** Alerts of some rules. */
export async function listAlertsOf<S, R>(
  db: Queryable,
  ruleCodes: readonly string[],
): Promise<AlertRow<S, R>[]> {
  const { rows } = await db.query<AlertRow<S, R>>(
    `select ${columns} from alerts where rule_code = any ($1::text[]) order by fingerprint`,
    [ruleCodes],
  );
  return rows;
}

/** Alerts that fire, also those without data. */
export async function listFiring<S, R>(db: Queryable): Promise<AlertRow<S, R>[]> {
  const { rows } = await db.query<AlertRow<S, R>>(
    `select ${columns} from alerts where severity is not null order by firing_since, fingerprint`,
  );
  return rows;
}

/** Stores how alerts stand, in place of how they stood. */
export async function saveAlerts<S, R>(client: PoolClient, alerts: readonly AlertRow<S, R>[]): Promise<void> {
  if (alerts.length === 0) return;
  await client.query(
    `insert into alerts (fingerprint, rule_code, labels, offices, state, status, severity, firing_since, result,
                         rule_version)
     select fingerprint, "ruleCode", labels, offices, state, status, severity, "firingSince", result, "ruleVersion"
       from jsonb_to_recordset($1) as r (fingerprint text, "ruleCode" text, labels jsonb, offices text[], state jsonb,
            status text, severity text, "firingSince" timestamptz, result jsonb, "ruleVersion" integer)
     on conflict (fingerprint) do update
        set labels = excluded.labels, offices = excluded.offices, state = excluded.state, status = excluded.status,
            severity = excluded.severity, firing_since = excluded.firing_since, result = excluded.result,
            rule_version = excluded.rule_version,
            changed_at = case when (alerts.status, alerts.severity, alerts.firing_since)
                                is not distinct from (excluded.status, excluded.severity, excluded.firing_since)
                              then alerts.changed_at else clock_timestamp() end`,
    [JSON.stringify(alerts)],
  );
}

/** A transition as it is stored; times are epoch milliseconds. */
export interface TransitionRow<State, Result> {
  readonly id: string;
  readonly fingerprint: string;
  readonly key: string;
  readonly reason: string;
  readonly at: number;
  readonly startsAt: number;
  readonly endsAt: number | null;
  readonly severity: string | null;
  readonly fromSeverity: string | null;
  readonly state: State;
  readonly verdict: Result;
  readonly notedAt: number;
}

/**
 * The transitions that hold of alerts from a time of each on, with the last one before and the episode that it belongs to;
 * in their order.
 */
export async function listTransitions<S, R>(
  db: Queryable,
  wanted: readonly { readonly fingerprint: string; readonly from: number }[],
): Promise<TransitionRow<S, R>[]> {
  if (wanted.length === 0) return [];
  const ms = (column: string) => `round(extract(epoch from t.${column}) * 1000)::float8`;
  const { rows } = await db.query<TransitionRow<S, R>>(
    `select t.id, t.fingerprint, t.transition_key as key, t.reason, ${ms('at')} as at, ${ms('starts_at')} as "startsAt",
            ${ms('ends_at')} as "endsAt", t.severity, t.from_severity as "fromSeverity", t.state, t.verdict,
            ${ms('noted_at')} as "notedAt"
       from unnest($1::text[], $2::timestamptz[]) as k (fingerprint, from_at)
       left join lateral (
         select p.starts_at, to_timestamp((p.state -> 'firing' ->> 'startsAt')::float8 / 1000) as firing_since
           from alert_transitions p
          where p.fingerprint = k.fingerprint and p.withdrawn_at is null and p.at < k.from_at
          order by p.at desc, p.id desc limit 1) p on true
       join alert_transitions t on t.fingerprint = k.fingerprint and t.withdrawn_at is null
        and t.at >= least(k.from_at, p.starts_at, p.firing_since)
      order by t.fingerprint, t.at, t.id`,
    [wanted.map(({ fingerprint }) => fingerprint), wanted.map(({ from }) => new Date(from))],
  );
  return rows;
}

/** Ends what no longer holds. */
export async function withdrawTransitions(client: PoolClient, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await client.query(
    'update alert_transitions set withdrawn_at = clock_timestamp() where id = any ($1::bigint[])',
    [ids],
  );
}

/** Puts other states into transitions that stay as they were told. */
export async function restateTransitions<S>(
  client: PoolClient,
  transitions: readonly { readonly id: string; readonly state: S }[],
): Promise<void> {
  if (transitions.length === 0) return;
  await client.query(
    `update alert_transitions t set state = r.state
       from jsonb_to_recordset($1) as r (id bigint, state jsonb) where t.id = r.id`,
    [JSON.stringify(transitions)],
  );
}

/** Adds transitions in the order given. */
export async function insertTransitions<S, R>(
  client: PoolClient,
  transitions: readonly (Omit<TransitionRow<S, R>, 'id'> & { readonly ruleVersion: number })[],
): Promise<void> {
  if (transitions.length === 0) return;
  await client.query(
    `insert into alert_transitions (fingerprint, transition_key, reason, at, starts_at, ends_at, severity,
                                    from_severity, state, verdict, rule_version, noted_at)
     select fingerprint, key, reason, to_timestamp(at / 1000), to_timestamp("startsAt" / 1000),
            to_timestamp("endsAt" / 1000), severity, "fromSeverity", state, verdict, "ruleVersion",
            to_timestamp("notedAt" / 1000)
       from jsonb_to_recordset($1) as r (place integer, fingerprint text, key text, reason text, at float8,
            "startsAt" float8, "endsAt" float8, severity text, "fromSeverity" text, state jsonb, verdict jsonb,
            "ruleVersion" integer, "notedAt" float8)
      order by place`,
    [JSON.stringify(transitions.map((one, place) => ({ ...one, place })))],
  );
}

/** A message that told of an episode; times are epoch milliseconds. */
export interface ToldRow {
  readonly fingerprint: string;
  readonly startsAt: number;
  readonly channelId: number;
  readonly kind: string;
  readonly level: number | null;
  readonly key: string;
  readonly toldAt: number;
}

/** What was told of alerts, the first message first. */
export async function listTold(db: Queryable, fingerprints: readonly string[]): Promise<ToldRow[]> {
  if (fingerprints.length === 0) return [];
  const { rows } = await db.query<ToldRow>(
    `select t.fingerprint, round(extract(epoch from t.starts_at) * 1000)::float8 as "startsAt", t.channel_id as "channelId",
            t.kind, t.level, coalesce(m.key, o.key) as key, round(extract(epoch from t.told_at) * 1000)::float8 as "toldAt"
       from alert_told t join outbox o on o.id = t.outbox_id left join outbox m on m.id = o.merged_into
      where t.fingerprint = any ($1::text[]) order by t.told_at, t.outbox_id`,
    [fingerprints],
  );
  return rows.map((row) => ({ ...row, toldAt: Math.round(row.toldAt) }));
}

/** When groups were last told something within the last day, by key. */
export async function listGroupTimes(db: Queryable, now: number): Promise<Map<string, number>> {
  const { rows } = await db.query<{ key: string; at: number }>(
    `select group_key as key, round(extract(epoch from max(told_at)) * 1000)::float8 as at from alert_told
      where told_at > $1::timestamptz - interval '1 day' group by group_key`,
    [new Date(now)],
  );
  return new Map(rows.map(({ key, at }) => [key, Math.round(at)]));
}

/** Records whom a message in the outbox told of which episodes. */
export async function insertTold(
  client: PoolClient,
  message: {
    readonly channelId: number;
    readonly key: string;
    readonly groupKey: string;
    readonly kind: string;
    readonly toldAt: number;
  },
  tells: readonly { readonly fingerprint: string; readonly startsAt: number; readonly level?: number }[],
): Promise<void> {
  await client.query(
    `insert into alert_told (outbox_id, fingerprint, starts_at, channel_id, group_key, kind, level, told_at)
     select o.id, r.fingerprint, r.starts_at, $1, $3, $4, r.level, $5
       from outbox o, unnest($6::text[], $7::timestamptz[], $8::integer[]) as r (fingerprint, starts_at, level)
      where o.channel_id = $1 and o.key = $2
     on conflict do nothing`,
    [
      message.channelId,
      message.key,
      message.groupKey,
      message.kind,
      new Date(message.toldAt),
      tells.map(({ fingerprint }) => fingerprint),
      tells.map(({ startsAt }) => new Date(startsAt)),
      tells.map(({ level }) => level ?? null),
    ],
  );
}

/** What was not sent. */
export interface WithheldRow {
  readonly fingerprint: string;
  readonly channel: string | null;
  readonly kind: string | null;
  readonly why: string;
  readonly reasonZh: string;
  readonly by?: string | undefined;
}

/** Records what was not sent and why; the same is noted once a day. */
export async function insertWithheld(client: PoolClient, rows: readonly WithheldRow[]): Promise<void> {
  if (rows.length === 0) return;
  await client.query(
    `insert into alert_withheld (fingerprint, channel, kind, why, reason_zh, withheld_by)
     select distinct r.fingerprint, r.channel, r.kind, r.why, r."reasonZh", r.by
       from jsonb_to_recordset($1) as r (fingerprint text, channel text, kind text, why text, "reasonZh" text, by text)
      where not exists (
        select from alert_withheld w
         where w.fingerprint = r.fingerprint and w.why = r.why and w.reason_zh = r."reasonZh"
           and w.channel is not distinct from r.channel and w.kind is not distinct from r.kind
           and w.at > clock_timestamp() - interval '1 day')`,
    [JSON.stringify(rows)],
  );
}
