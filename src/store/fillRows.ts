import type { PoolClient } from 'pg';
import { floatArray, integerArray } from './arrayBytes.js';
import type { KeyedTable } from './keyedTable.js';
import {
  adds,
  anyColumn,
  clearsFlag,
  differs,
  givenColumn,
  keepOriginsSql,
  noteClearedSql,
  priorValues,
  quote,
  replacesOrigin,
  updateSql,
} from './mergeSql.js';
import type { RowBatch } from './rowBatch.js';

/**
 * Fills stored rows that lack values which some rows of a batch give, where that replaces none: what the merge of a stage
 * does, in one statement for a few rows. Days are left to be marked by the caller.
 *
 * @param rows numbers of the rows in the batch
 * @param within what `unpackStretch` said of the rows
 * @returns the numbers of those that were filled; the others are not stored, or known, or replace something
 */
export async function fillRows(
  client: PoolClient,
  batch: RowBatch,
  rows: readonly number[],
  writeId: number,
  within: string,
): Promise<Set<number>> {
  const { table } = batch;
  const result = await client.query<[number, number]>({
    // Conditions on times differ from one to the next.
    ...(within === '' ? { name: `fill-${batch.family}` } : {}),
    text: fillRowsSql(table, within),
    values: [
      String(writeId),
      floatArray(rows.map((row) => batch.tsAt(row) / 1000)),
      integerArray(rows.map((row) => batch.siteAt(row))),
      ...table.columns.map((_, column) => floatArray(rows.map((row) => batch.valueAt(row, column)))),
    ],
    rowMode: 'array',
  });
  return new Set(result.rows.map(([ts, siteId]) => batch.findRow(Math.round(ts), siteId)));
}

/**
 * The rows lead: were the planner to choose, a plan made while the tables are small would read all of them when they are
 * large. Hence `lateral`, with a lock or an `offset`, and places (`ctid`) instead of joins.
 */
function fillRowsSql(table: KeyedTable, within: string): string {
  const columns = table.columns.map(quote);
  const given = table.columns.map(givenColumn);
  const arrays = columns.map((_, index) => `$${index + 4}::double precision[]`).join(', ');
  // Stored values have the names of their columns, given ones those of `givenColumn`, as in a table of prior rows.
  return `with fills as materialized (
      select f.*
        from (select * from unnest($2::double precision[], $3::integer[], ${arrays}) as u (seconds, site_id, ${columns.join(', ')})
               order by seconds, site_id) s
       cross join lateral (
         select f.ts, f.site_id, f.write_id, ${columns.map((column) => `f.${column}`).join(', ')},
                ${columns.map((column, index) => `s.${column} as ${given[index]}`).join(', ')}
           from ${table.table} f
          where f.ts = to_timestamp(s.seconds) and f.site_id = s.site_id
            and not ${anyColumn(table, differs('s', 'f'))} ${within} and ${anyColumn(table, adds('s', 'f'))}
            for update of f) f),
    dropped as (
      delete from value_origins where ctid = any (array(
        select o.at from ${priorValues(table, 'fills')} cross join lateral (
          select o.ctid as at from value_origins o where ${replacesOrigin(table)} offset 0) o))),
    kept as (${keepOriginsSql(table, 'fills')}),
    cleared as (
      delete from value_flags where ctid = any (array(
        select vf.at from fills p cross join lateral (
          select vf.ctid as at from value_flags vf where ${clearsFlag(table)} offset 0) vf))
      returning *),
    noted as (${noteClearedSql}),
    updated as (${updateSql(table, 'fills', within)})
    select extract(epoch from ts)::float8 * 1000, site_id from updated`;
}
