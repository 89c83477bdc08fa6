import type { Queryable } from './pool.js';

/** Sites, a half-open range of instants, and the instant since which something happened. */
export interface TouchedQuery {
  readonly siteIds: readonly number[];
  readonly from: Date;
  readonly to: Date;
  readonly since: Date | string;
}

const familiesOf = {
  air: ['air_hour', 'air_day'],
  water: ['water_sample', 'water_month'],
} as const;

/**
 * The Beijing days of sites that any write after an instant has touched (a value set, replaced or removed, a flag set
 * or cleared), and those whose derived figures wait for recomputation: on all others what is derived now is what was
 * derived then, as far as values and flags decide it.
 */
export async function listTouchedDays(
  db: Queryable,
  medium: 'air' | 'water',
  { siteIds, from, to, since }: TouchedQuery,
): Promise<{ siteId: number; day: string }[]> {
  const families = familiesOf[medium];
  const within = 'x.site_id = any ($1::integer[]) and x.ts >= $2 and x.ts < $3';
  const names = families.map((family) => `'${family}'`).join(', ');
  const { rows } = await db.query<{ siteId: number; day: string }>(
    `with later as materialized (select id from writes where at > $4)
     select t.site_id as "siteId", beijing_day(t.ts)::text as day from (
       ${families.map((table) => `select x.site_id, x.ts from ${table} x join later on later.id = x.write_id where ${within} union all`).join('\n')}
       select x.site_id, x.ts from value_origins x join later on later.id = x.write_id
        where x.family in (${names}) and ${within}
       union all
       select x.site_id, x.ts from revisions x join later on later.id = x.new_write_id
        where x.family in (${names}) and ${within}
       union all
       select x.site_id, x.ts from flag_history x join later on later.id = x.write_id
        where x.family in (${names}) and ${within}) t
     union
     select p.site_id, p.day::text from pending_days p
      where p.medium = '${medium}' and p.site_id = any ($1::integer[])
        and p.day >= beijing_day($2) and p.day < beijing_day($3)
      order by 1, 2`,
    [siteIds, from, to, since],
  );
  return rows;
}
