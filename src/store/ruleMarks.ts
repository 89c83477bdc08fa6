import type { PoolClient } from 'pg';
import { families } from '../domain/family.js';
import { lockMembership } from './membershipLock.js';
import { quote } from './mergeSql.js';
import { listSectionGrades } from './sectionGrades.js';

/**
 * Makes a change on which the classes of sections may depend (targets, members of their groups), and marks the days
 * whose detection limits are then compared with the limits of another class.
 */
export async function changingGrades<T>(client: PoolClient, change: () => Promise<T>): Promise<T> {
  await lockMembership(client);
  const before = await listSectionGrades(client);
  const result = await change();
  const after = await listSectionGrades(client);
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (siteId) => before.get(siteId) !== after.get(siteId),
  );
  if (changed.length > 0) await markDetectionDays(client, changed);
  return result;
}

async function markDetectionDays(client: PoolClient, siteIds: readonly number[]): Promise<void> {
  await client.query(
    `insert into pending_days (medium, site_id, day)
     select distinct 'water', site_id, beijing_day(ts) as day from value_flags
      where family in ('water_sample', 'water_month') and flag = 'below-detection' and site_id = any ($1::integer[])
      order by site_id, day
     on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
    [siteIds],
  );
}

/** Marks every stored day of an indicator, to be compared with its new plausible range. */
export async function markRangeDays(client: PoolClient, indicator: string): Promise<void> {
  const holding = Object.values(families).filter(({ columns }) => columns.includes(indicator));
  if (holding.length === 0) return;
  await lockMembership(client);
  for (const { table, medium } of holding) {
    await client.query(
      `insert into pending_days (medium, site_id, day)
       select distinct $1, site_id, beijing_day(ts) as day from ${table} where ${quote(indicator)} is not null
        order by site_id, day
       on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
      [medium],
    );
  }
}
