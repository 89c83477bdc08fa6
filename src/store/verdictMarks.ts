import type { PoolClient } from 'pg';

/** As-of days of some targets to be judged anew; both days inclusive, without `to` open-ended. */
export interface VerdictMark {
  readonly scope: string;
  readonly from: string;
  readonly to: string | null;
}

/** Takes the open-ended marks, in the caller's transaction. Others skip those meanwhile. */
export async function takeOpenMarks(client: PoolClient): Promise<VerdictMark[]> {
  const { rows } = await client.query<VerdictMark>(
    `with taken as materialized (select id from verdict_marks where to_day is null for update skip locked),
     gone as (
       delete from verdict_marks m using taken where m.id = taken.id returning m.scope, m.from_day)
     select scope, min(from_day)::text as "from", null as "to" from gone group by scope`,
  );
  return rows;
}

/** Adds marks. */
export async function insertMarks(client: PoolClient, marks: readonly VerdictMark[]): Promise<void> {
  if (marks.length === 0) return;
  await client.query(
    `insert into verdict_marks (scope, from_day, to_day)
     select * from unnest($1::text[], $2::date[], $3::date[])`,
    [marks.map(({ scope }) => scope), marks.map(({ from }) => from), marks.map(({ to }) => to)],
  );
}

/** Whether any mark is left, of either kind. */
export async function hasMarks(client: PoolClient): Promise<boolean> {
  const { rowCount } = await client.query('select from verdict_marks limit 1');
  return (rowCount ?? 0) > 0;
}

/** First days of the quarters that have marks ready to be taken, oldest first. */
export async function listMarkedQuarters(client: PoolClient): Promise<string[]> {
  const { rows } = await client.query<{ quarter: string }>(
    `select distinct date_trunc('quarter', to_day)::date::text as quarter from verdict_marks
      where to_day is not null order by 1`,
  );
  return rows.map(({ quarter }) => quarter);
}

/**
 * Has the verdicts of a quarter to itself until the caller's transaction ends: a verdict found from older data is
 * never stored after one found from newer. `false`: another has them.
 */
export async function tryLockQuarter(client: PoolClient, quarter: string): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>(
    `select pg_try_advisory_xact_lock(hashtext('verdict history'), $1::date - date '2000-01-01') as locked`,
    [quarter],
  );
  return rows[0]!.locked;
}

/** As `tryLockQuarter`, waiting for it. */
export async function lockQuarterOf(client: PoolClient, day: string): Promise<void> {
  await client.query(
    `select pg_advisory_xact_lock(hashtext('verdict history'),
                                  date_trunc('quarter', $1::date)::date - date '2000-01-01')`,
    [day],
  );
}

/** Takes the marks of a quarter, in the caller's transaction. */
export async function takeMarksOf(client: PoolClient, quarter: string): Promise<VerdictMark[]> {
  const { rows } = await client.query<VerdictMark>(
    `delete from verdict_marks where to_day is not null and date_trunc('quarter', to_day)::date = $1::date
     returning scope, from_day::text as "from", to_day::text as "to"`,
    [quarter],
  );
  return rows;
}
