import type { Actor } from '../domain/role.js';
import type { PoolClient, Queryable } from './pool.js';

/** A day that a person has said to be a working day or a free one. */
export interface WorkingDayOverride {
  /** Beijing day, YYYY-MM-DD. */
  readonly day: string;
  readonly working: boolean;
  readonly nameZh: string;
}

/** All days that were entered, or those of one year (`2027`), in order. */
export async function listWorkingDayOverrides(db: Queryable, year?: string): Promise<WorkingDayOverride[]> {
  const { rows } = await db.query<WorkingDayOverride>(
    `select day::text, works as working, name_zh as "nameZh" from working_day_overrides
      where $1::text is null or to_char(day, 'YYYY') = $1 order by day`,
    [year ?? null],
  );
  return rows;
}

/** Replaces the days entered for a year; what was there is returned, to be kept in the audit. */
export async function replaceWorkingDays(
  client: PoolClient,
  actor: Actor,
  year: string,
  days: readonly WorkingDayOverride[],
): Promise<WorkingDayOverride[]> {
  await client.query(`select pg_advisory_xact_lock(hashtext('working days'))`);
  const before = await listWorkingDayOverrides(client, year);
  await client.query(`delete from working_day_overrides where to_char(day, 'YYYY') = $1`, [year]);
  await client.query(
    `insert into working_day_overrides (day, works, name_zh, actor_name, actor_office)
     select day, works, name_zh, $4, $5 from unnest($1::date[], $2::boolean[], $3::text[]) as u (day, works, name_zh)`,
    [
      days.map(({ day }) => day),
      days.map(({ working }) => working),
      days.map(({ nameZh }) => nameZh),
      actor.name,
      actor.office,
    ],
  );
  return before;
}
