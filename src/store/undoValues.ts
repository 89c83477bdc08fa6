import type { PoolClient } from 'pg';
import { keyedTables, type KeyedTable } from './keyedTable.js';
import { markComparedDaysSql, markDaysSql, quote } from './mergeSql.js';
import { unpackStretch } from './packedChunks.js';
import { joinOrigin, rowKeys, sameRow, sameValue, spanOf, unpivotRow } from './undoSql.js';

/** The stretch of one table that an undo looks at, ends included. */
export interface UndoStretch {
  readonly table: KeyedTable;
  readonly first: string;
  readonly last: string;
}

/**
 * The temporary tables of an undo. `undo_values`: values whose present origin is the write, with what they go back to
 * (`back_write_id` null: nothing, they are removed). `undo_kept`: values it set that later writes have changed since.
 */
const createSql = `
  create temporary table undo_values (family text, ts timestamptz, site_id integer, indicator text, span text,
    value text, back_value text, back_write_id bigint) on commit drop;
  create temporary table undo_kept (family text, ts timestamptz, site_id integer, indicator text, span text,
    given text, stored text, write_id bigint) on commit drop;`;

/** The temporary table of a table's rows as they will be: `emptied` rows are left without a value. */
export function undoRowsTable(table: KeyedTable): string {
  return `undo_rows_${table.name}`;
}

/**
 * Finds what a write set: values that are its own to this day, with what each goes back to, and values that later
 * writes have changed since. What a value goes back to is what the write replaced; where that came from a write which
 * was itself undone meanwhile, what that one had replaced, and so on.
 */
export async function collectUndo(
  client: PoolClient,
  writeId: string,
  stretches: readonly UndoStretch[],
): Promise<void> {
  await client.query(createSql);
  for (const { table, first, last } of stretches) {
    // Also for reading: looking up row after row in compressed chunks takes them apart again for each.
    await unpackStretch(client, table.table, { first, last });
    await client.query(ownValuesSql(table), [writeId, first, last]);
    await client.query(keptValuesSql(table), [writeId, first, last]);
  }
  await client.query('analyze undo_values');
  while (((await client.query(skipUndoneSql)).rowCount ?? 0) > 0);
}

/** Takes back the collected values of one table but for its rows' flags: revisions, rows, origins, marks. */
export async function collectRows(client: PoolClient, writeId: string, stretch: UndoStretch): Promise<void> {
  await client.query(undoRowsSql(stretch.table), [writeId, stretch.first, stretch.last]);
  await client.query(`analyze ${undoRowsTable(stretch.table)}`);
}

/** Stores the collected rows of one table as they are to be; flags must be in their final state already. */
export async function storeRows(
  client: PoolClient,
  { table, first, last }: UndoStretch,
  writeId: string,
  undoWriteId: string,
): Promise<number> {
  const within = await unpackStretch(client, table.table, { first, last });
  await client.query(
    `delete from value_origins o using undo_values u
      where o.family = '${table.name}' and u.family = o.family and ${sameValue('u', 'o')} and o.write_id = $1::bigint`,
    [writeId],
  );
  const removed = await client.query(deleteEmptySql(table, within));
  await client.query(updateRowsSql(table, within), [writeId, undoWriteId]);
  await client.query(restoreOriginsSql(table));
  await client.query(dropSpareOriginsSql(table));
  await client.query(correctLatestSql(table));
  if (table.medium !== undefined) await client.query(markDaysSql(table.medium, undoRowsTable(table)));
  if (table.name === 'published') await client.query(markComparedDaysSql(undoRowsTable(table)));
  return removed.rowCount ?? 0;
}

/** Keeps every value taken back as a revision; $1 is the undone write, $2 the undo. */
export const keepUndoneSql = `
  insert into revisions (family, ts, site_id, indicator, span, old_value, new_value, old_write_id, new_write_id)
  select family, ts, site_id, indicator, span, value, back_value, $1::bigint, $2::bigint from undo_values
   order by family, ts, site_id, indicator`;

/** $1 is the write, $2 and $3 the stretch. */
function ownValuesSql(table: KeyedTable): string {
  const span = spanOf(table, 'f');
  const own = `select f.ts, f.site_id, v.indicator, ${span} as span, v.value::text as value
      from ${table.table} f ${unpivotRow(table, 'f')} ${joinOrigin(table)}
     where f.ts between $2::timestamptz and $3::timestamptz and v.value is not null`;
  // Two searches: a row of this write needs no look at its origins' owners, and the other way round.
  return `insert into undo_values (family, ts, site_id, indicator, span, value, back_value, back_write_id)
    select '${table.name}', k.ts, k.site_id, k.indicator, k.span, k.value, r.old_value, r.old_write_id
      from (${own} and f.write_id = $1::bigint and o.write_id is null
            union all ${own} and o.write_id = $1::bigint) k
      left join (
        select distinct on (r.ts, r.site_id, r.indicator, r.span) r.* from revisions r
         where r.family = '${table.name}' and r.ts between $2::timestamptz and $3::timestamptz
           and r.new_write_id = $1::bigint
         order by r.ts, r.site_id, r.indicator, r.span, r.id) r on ${sameValue('r', 'k')}`;
}

/** $1 is the write, $2 and $3 the stretch. */
function keptValuesSql(table: KeyedTable): string {
  const narrow = table.extraKeys.length > 0 ? 'and f.indicator = k.indicator and f.span = k.span' : '';
  return `insert into undo_kept (family, ts, site_id, indicator, span, given, stored, write_id)
    select '${table.name}', k.ts, k.site_id, k.indicator, k.span, k.old_value, v.value::text,
           coalesce(o.write_id, f.write_id)
      from (select distinct on (r.ts, r.site_id, r.indicator, r.span) r.* from revisions r
             where r.family = '${table.name}' and r.ts between $2::timestamptz and $3::timestamptz
               and r.old_write_id = $1::bigint
             order by r.ts, r.site_id, r.indicator, r.span, r.id desc) k
      join ${table.table} f on f.ts = k.ts and f.site_id = k.site_id ${narrow}
      ${unpivotRow(table, 'f')} ${joinOrigin(table)}
     where v.indicator = k.indicator and v.value is not null
       and coalesce(o.write_id, f.write_id) <> $1::bigint`;
}

const skipUndoneSql = `
  update undo_values u set back_value = r.old_value, back_write_id = r.old_write_id
    from undo_values x join write_undos n on n.write_id = x.back_write_id
    left join lateral (
      select r.old_value, r.old_write_id from revisions r
       where r.family = x.family and ${sameValue('r', 'x')} and r.new_write_id = x.back_write_id
       order by r.id limit 1) r on true
   where u.ctid = x.ctid`;

/** Rows that lose values, and rows without values that only the write speaks for; $1 is the write, $2 and $3 the stretch. */
function undoRowsSql(table: KeyedTable): string {
  const keys = rowKeys(table);
  const narrow = table.extraKeys.length > 0;
  const picks = table.columns.map((column) => {
    const of = narrow ? '' : ` filter (where u.indicator = '${column}')`;
    return `bool_or(true)${of} as ${quote(`take_${column}`)}, max(u.back_value)${of} as ${quote(column)}`;
  });
  const after = (column: string) =>
    `case when r.${quote(`take_${column}`)} then r.${quote(column)}::${table.columnType} else f.${quote(column)} end`;
  const columns = table.columns.map((column) => `${after(column)} as ${quote(column)}`);
  const emptied = table.columns.map((column) => `${after(column)} is null`).join(' and ');
  const untouched = table.columns.map((column) => `f.${quote(column)} is null`).join(' and ');
  return `create temporary table ${undoRowsTable(table)} on commit drop as
    select ${keys.map((key) => `f.${key}`).join(', ')}, f.write_id, r.back_write_id, (${emptied}) as emptied,
           ${columns.join(', ')}
      from (select ${keys.map((key) => `u.${key}`).join(', ')}, max(u.back_write_id) as back_write_id, ${picks.join(', ')}
              from undo_values u where u.family = '${table.name}'
             group by ${keys.map((key) => `u.${key}`).join(', ')}) r
      join ${table.table} f on ${sameRow(table, 'f', 'r')}
    union all
    select ${keys.map((key) => `f.${key}`).join(', ')}, f.write_id, null, true,
           ${table.columns.map((column) => `f.${quote(column)}`).join(', ')}
      from ${table.table} f
     where f.write_id = $1::bigint and f.ts between $2::timestamptz and $3::timestamptz and ${untouched}`;
}

/**
 * A row of a wide family that is left without values stays while something is known of it: no flow, maintenance. A
 * suspicion, or its review, is about a value: the next check clears it.
 */
function deleteEmptySql(table: KeyedTable, within: string): string {
  const unlessFlagged =
    table.extraKeys.length > 0
      ? ''
      : `and not exists (select from value_flags vf
           where vf.family = '${table.name}' and vf.ts = f.ts and vf.site_id = f.site_id
             and vf.flag not in ('suspect', 'valid'))`;
  return `delete from ${table.table} f using ${undoRowsTable(table)} r
     where ${sameRow(table, 'f', 'r')} and r.emptied ${unlessFlagged} ${within}`;
}

/** A row that the write was the last to touch names the latest write of what is left in it; $1 undone, $2 undo. */
function updateRowsSql(table: KeyedTable, within: string): string {
  const columns = table.columns.map((column) => `${quote(column)} = r.${quote(column)}`).join(', ');
  return `update ${table.table} f set ${columns},
      write_id = case when f.write_id <> $1::bigint then f.write_id else coalesce(
        greatest(r.back_write_id, (
          select max(o.write_id) from value_origins o
           where o.family = '${table.name}' and o.ts = f.ts and o.site_id = f.site_id
             ${table.extraKeys.length > 0 ? 'and o.indicator = f.indicator and o.span = f.span' : ''})),
        (select max(vf.write_id) from value_flags vf
          where vf.family = '${table.name}' and vf.ts = f.ts and vf.site_id = f.site_id),
        $2::bigint) end
     from ${undoRowsTable(table)} r where ${sameRow(table, 'f', 'r')} ${within}`;
}

function restoreOriginsSql(table: KeyedTable): string {
  const narrow = table.extraKeys.length > 0 ? 'and f.indicator = u.indicator and f.span = u.span' : '';
  return `insert into value_origins (family, ts, site_id, indicator, span, write_id)
    select u.family, u.ts, u.site_id, u.indicator, u.span, u.back_write_id
      from undo_values u join ${table.table} f on f.ts = u.ts and f.site_id = u.site_id ${narrow}
     where u.family = '${table.name}' and u.back_value is not null and u.back_write_id <> f.write_id
    on conflict (family, ts, site_id, indicator, span) do update set write_id = excluded.write_id`;
}

/** An origin of its own that is the row's anyhow says nothing. */
function dropSpareOriginsSql(table: KeyedTable): string {
  return `delete from value_origins o using ${undoRowsTable(table)} r, ${table.table} f
     where o.family = '${table.name}' and o.ts = r.ts and o.site_id = r.site_id and ${sameRow(table, 'f', 'r')}
       and f.write_id = o.write_id`;
}

/** The latest time of a site is that of its latest row that is left; where none is, there is none. */
function correctLatestSql(table: KeyedTable): string {
  return `with gone as materialized (
      select l.site_id from latest_rows l
       where l.family = '${table.name}'
         and l.site_id in (select r.site_id from ${undoRowsTable(table)} r where r.emptied)
         and not exists (select from ${table.table} f where f.ts = l.ts and f.site_id = l.site_id)),
    newest as materialized (
      select f.site_id, max(f.ts) as ts from ${table.table} f
       where f.site_id in (select site_id from gone) group by f.site_id),
    moved as (
      update latest_rows l set ts = newest.ts from newest
       where l.family = '${table.name}' and l.site_id = newest.site_id)
    delete from latest_rows l using gone
     where l.family = '${table.name}' and l.site_id = gone.site_id
       and not exists (select from newest where newest.site_id = gone.site_id)`;
}

/** The stretches that a write touched; all of every table for writes from before stretches were recorded. */
export async function listStretches(client: PoolClient, writeId: string): Promise<UndoStretch[]> {
  const { rows } = await client.query<{ family: keyof typeof keyedTables; first: string; last: string }>(
    `select family, first_ts::text as first, last_ts::text as last from write_extents where write_id = $1`,
    [writeId],
  );
  if (rows.length === 0) {
    const recorded = await client.query(`select from write_extents where write_id <= $1::bigint limit 1`, [
      writeId,
    ]);
    // Once any earlier write has its stretches, none for this one means that it touched no table.
    if ((recorded.rowCount ?? 0) > 0) return [];
    return Object.values(keyedTables).map((table) => ({ table, first: '-infinity', last: 'infinity' }));
  }
  // In the order in which uploads take the tables, so that they wait for each other instead of deadlocking.
  const order = Object.keys(keyedTables);
  return rows
    .map(({ family, first, last }) => ({ table: keyedTables[family], first, last }))
    .sort((a, b) => order.indexOf(a.table.name) - order.indexOf(b.table.name));
}
