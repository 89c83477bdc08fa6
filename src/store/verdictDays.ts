import type { PoolClient } from 'pg';
import type { VerdictName } from '../domain/verdict.js';
import type { Queryable } from './pool.js';

/** What the service says of a target as of a day; figures are decimal texts. */
export interface VerdictDay {
  readonly targetId: number;
  readonly targetVersion: number;
  readonly asOf: string;
  readonly verdict: VerdictName;
  readonly value: string | null;
  readonly valueUnrounded: string | null;
  readonly distance: string | null;
  readonly used: number;
  readonly missing: number;
  readonly reasonZh: string;
  readonly reasonEn: string;
}

/** A record with the moment from which it was said; `current` unless a later one took its place. */
export interface VerdictRecord extends VerdictDay {
  readonly recordedAt: Date;
  readonly current: boolean;
}

const columns = `target_id as "targetId", target_version as "targetVersion", as_of::text as "asOf", verdict, value,
  value_unrounded as "valueUnrounded", distance, used, missing, reason_zh as "reasonZh", reason_en as "reasonEn"`;

/** The current records of targets as of the days of [from, to], both inclusive. */
export async function listCurrentVerdicts(
  db: Queryable,
  targetIds: readonly number[],
  from: string,
  to: string,
): Promise<VerdictDay[]> {
  const { rows } = await db.query<VerdictDay>(
    `select distinct on (target_id, verdict_days.as_of) ${columns} from verdict_days
      where target_id = any ($1::integer[]) and verdict_days.as_of >= $2::date and verdict_days.as_of <= $3::date
      order by target_id, verdict_days.as_of, id desc`,
    [targetIds, from, to],
  );
  return rows;
}

/** Adds records. */
export async function insertVerdicts(client: PoolClient, days: readonly VerdictDay[]): Promise<void> {
  if (days.length === 0) return;
  await client.query(
    `insert into verdict_days (target_id, target_version, as_of, verdict, value, value_unrounded, distance, used,
                               missing, reason_zh, reason_en)
     select "targetId", "targetVersion", "asOf", verdict, value, "valueUnrounded", distance, used, missing,
            "reasonZh", "reasonEn"
       from jsonb_to_recordset($1) as r ("targetId" integer, "targetVersion" integer, "asOf" date, verdict text,
            value text, "valueUnrounded" text, distance text, used integer, missing integer, "reasonZh" text,
            "reasonEn" text)
      order by "asOf", "targetId"`,
    [JSON.stringify(days)],
  );
}

/** The last as-of day that any target has a record of. */
export async function findLastVerdictDay(db: Queryable): Promise<string | null> {
  const { rows } = await db.query<{ last: string | null }>(
    'select max(as_of)::text as last from verdict_days',
  );
  return rows[0]!.last;
}

/** Records of a target as of the days of [from, to], both inclusive, by day and then by time of recording. */
export async function listVerdictRecords(
  db: Queryable,
  targetId: number,
  filter: { readonly from: string; readonly to: string; readonly all: boolean },
): Promise<VerdictRecord[]> {
  const { rows } = await db.query<VerdictRecord>(
    `select * from (
       select ${columns}, recorded_at as "recordedAt", id,
              id = max(id) over (partition by verdict_days.as_of) as current
         from verdict_days
        where target_id = $1 and verdict_days.as_of >= $2::date and verdict_days.as_of <= $3::date) as found
      where current or $4 order by "asOf", id`,
    [targetId, filter.from, filter.to, filter.all],
  );
  return rows.map((row) => {
    const { id, ...record } = row as VerdictRecord & { id: string };
    void id;
    return record;
  });
}

/**
 * Per target the verdict recorded as of a day and the first as-of day of its unbroken run. Targets without a record of
 * that very day are absent: nobody can tell yet.
 *
 * @param recordedBy leaves out what was recorded after this instant; default: nothing
 */
export async function listTurningDays(
  db: Queryable,
  asOf: string,
  recordedBy: Date | string | null = null,
): Promise<Map<number, { readonly verdict: VerdictName; readonly since: string }>> {
  const { rows } = await db.query<{ target_id: number; verdict: VerdictName; since: string }>(
    `with said as materialized (
       select distinct on (target_id, as_of) target_id, as_of, verdict from verdict_days
        where as_of <= $1::date and ($2::timestamptz is null or recorded_at <= $2::timestamptz)
        order by target_id, as_of, id desc),
     now_said as materialized (select target_id, verdict from said where as_of = $1::date),
     broken as materialized (
       select s.target_id, max(s.as_of) as day from said s join now_said n using (target_id)
        where s.verdict <> n.verdict group by s.target_id)
     select n.target_id, n.verdict, min(s.as_of)::text as since
       from now_said n
       join said s using (target_id)
       left join broken b using (target_id)
      where b.day is null or s.as_of > b.day
      group by n.target_id, n.verdict`,
    [asOf, recordedBy],
  );
  return new Map(rows.map(({ target_id, verdict, since }) => [target_id, { verdict, since }]));
}
