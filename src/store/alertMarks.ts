import type { PoolClient, Queryable } from './pool.js';

/** What rules may have to look at anew. */
export type AlertSubject = 'air' | 'water' | 'target' | 'published';

/** A changed day of a site, as-of day of a target, or day on which a published figure was found to differ. */
export interface AlertMark {
  readonly subject: AlertSubject;
  /** Site, target or published figure. */
  readonly subjectId: number;
  readonly day: string;
}

/** What has changed of a subject: every day that was marked, in order; `day` is the first. */
export interface TakenMark extends AlertMark {
  readonly days: readonly string[];
}

/** Appends marks, in the transaction that changed what they speak of. */
export async function addAlertMarks(client: PoolClient, marks: readonly AlertMark[]): Promise<void> {
  if (marks.length === 0) return;
  await client.query(
    `insert into alert_marks (subject, subject_id, day)
     select * from unnest($1::text[], $2::integer[], $3::date[])`,
    [
      marks.map(({ subject }) => subject),
      marks.map(({ subjectId }) => subjectId),
      marks.map(({ day }) => day),
    ],
  );
}

/**
 * Takes up to `limit` marks in the caller's transaction, gathered by subject; others skip them meanwhile.
 *
 * @param since only those of this day and later; the others stay
 */
export async function takeAlertMarks(
  client: PoolClient,
  limit: number,
  since?: string,
): Promise<TakenMark[]> {
  const { rows } = await client.query<TakenMark>(
    `with taken as materialized (
       select id from alert_marks where $2::date is null or day >= $2 order by id limit $1 for update skip locked),
     gone as (
       delete from alert_marks m using taken where m.id = taken.id returning m.subject, m.subject_id, m.day)
     select subject, subject_id as "subjectId", min(day)::text as day,
            array_agg(distinct day::text order by day::text) as days
       from gone group by 1, 2 order by 1, 2`,
    [limit, since ?? null],
  );
  return rows;
}

/** Whether marks wait, for how long the oldest has, and how much is still to be derived before them. */
export async function readMarkBacklog(
  db: Queryable,
): Promise<{ readonly waiting: boolean; readonly oldestSeconds: number; readonly underived: number }> {
  const { rows } = await db.query<{ waiting: boolean; oldestSeconds: number; underived: number }>(
    `select m.marked_at is not null as waiting,
            coalesce(extract(epoch from clock_timestamp() - m.marked_at), 0)::float8 as "oldestSeconds",
            ((select count(*) from (select from pending_days limit 1000) p)
              + 100 * (select count(distinct date_trunc('quarter', to_day)) from verdict_marks))::integer as underived
       from (select (select marked_at from alert_marks order by id limit 1)) m`,
  );
  return rows[0]!;
}
