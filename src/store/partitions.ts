import pg, { type Pool, type PoolClient } from 'pg';
import type { Queryable } from './pool.js';
import type { Stage } from './stage.js';

/**
 * Makes the partitions that the stage's times need, outside the caller's transaction. Where one is missing it takes a
 * connection beside the pool: writers that hold all of the pool's would wait for each other for ever.
 */
export async function ensurePartitions(pool: Pool, client: PoolClient, stage: Stage): Promise<void> {
  const ranges = stage.tables.map((table) => ({ table: table.table, ...stage.trackOf(table).range! }));
  await ensureRanges(pool, client, ranges);
}

/** As `ensurePartitions`, for tables and times (epoch milliseconds, ends included) given one by one. */
export async function ensureRanges(
  pool: Pool,
  client: Queryable,
  ranges: readonly { readonly table: string; readonly first: number; readonly last: number }[],
): Promise<void> {
  if (ranges.length === 0) return;
  const { rows: missing } = await client.query<{ table_name: string; first_ts: Date; last_ts: Date }>(
    `select r.table_name, r.first_ts, r.last_ts
       from (select table_name, to_timestamp(first_s) as first_ts, to_timestamp(last_s) as last_ts
               from unnest($1::text[], $2::double precision[], $3::double precision[]) as u (table_name, first_s, last_s)) r
      where (select relkind from pg_class where oid = r.table_name::regclass) = 'p'
        and exists (
          select from generate_series(extract(year from beijing_day(r.first_ts))::integer,
                                      extract(year from beijing_day(r.last_ts))::integer) as y
           where to_regclass(r.table_name || '_' || y) is null)`,
    [
      ranges.map(({ table }) => table),
      ranges.map(({ first }) => first / 1000),
      ranges.map(({ last }) => last / 1000),
    ],
  );
  if (missing.length === 0) return;
  const maker = new pg.Client(pool.options);
  // Without a listener, losing the database would end the process; the query under way fails anyhow.
  maker.on('error', () => undefined);
  await maker.connect();
  try {
    for (const { table_name, first_ts, last_ts } of missing) {
      await maker.query('select ensure_partitions($1, $2, $3)', [table_name, first_ts, last_ts]);
    }
  } finally {
    await maker.end();
  }
}
