import type { PoolClient } from 'pg';
import type { Queryable } from './pool.js';

/** A Beijing day of a site whose derived figures are out of date. */
export interface PendingDay {
  readonly medium: 'air' | 'water';
  readonly siteId: number;
  readonly day: string;
}

/**
 * Takes up to `limit` marks, in order of medium, day and site so that a county's stations of one day come together, in
 * the caller's transaction: other processes skip them meanwhile, and they are gone only when that transaction commits.
 * A write that arrives afterwards marks its day anew.
 */
export async function takePendingDays(client: PoolClient, limit: number): Promise<PendingDay[]> {
  const { rows } = await client.query<{ medium: 'air' | 'water'; site_id: number; day: string }>(
    `with taken as materialized (
       select medium, site_id, day from pending_days order by medium, day, site_id limit $1 for update skip locked)
     delete from pending_days p using taken
      where p.medium = taken.medium and p.site_id = taken.site_id and p.day = taken.day
      returning p.medium, p.site_id, p.day::text`,
    [limit],
  );
  return rows.map((row) => ({ medium: row.medium, siteId: row.site_id, day: row.day }));
}

const batchesTogether = 200;
const batchesWhileBusy = 20;
const mostTries = 5;

/**
 * Marks the days that devices have touched, and keeps their latest times: to be called before marks are taken. What
 * another process is marking at the moment is left to it.
 *
 * @param busy something else needs the database more: only some of them are marked
 */
export async function spreadTouches(db: Queryable, busy = false): Promise<void> {
  const together = busy ? batchesWhileBusy : batchesTogether;
  for (;;) {
    if ((await spreadOnce(db, together)) < together || busy) return;
  }
}

async function spreadOnce(db: Queryable, together: number): Promise<number> {
  for (let tries = 1; ; tries += 1) {
    try {
      const { rows } = await db.query<{ n: number }>('select spread_touches($1) as n', [together]);
      return rows[0]!.n;
    } catch (error) {
      // A writer that merges marks its days itself, and latest times in whatever order its statement takes.
      if ((error as { code?: unknown }).code !== '40P01' || tries >= mostTries) throw error;
    }
  }
}

/** The number of days that wait for recomputation; what devices touched a moment ago counts once for each write. */
export async function countPendingDays(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    `select (select count(*) from pending_days)::integer
            + coalesce((select sum(cardinality(site_ids)) from touches), 0)::integer as n`,
  );
  return rows[0]!.n;
}
