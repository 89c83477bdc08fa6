import type { PoolClient } from 'pg';
import type { KeyedTable } from './keyedTable.js';
import { markDaysSql, quote } from './mergeSql.js';
import { joinOrigin, unpivotRow } from './undoSql.js';
import { undoRowsTable, type UndoStretch } from './undoValues.js';

/**
 * Flags follow what an undo does to values. Those of a value that is taken back become what they were before the
 * write; a reviewer's `invalid` stays on a value that goes back to an earlier one, as it does when a file replaces it,
 * and goes with a value that is removed. Flags that the write set or cleared elsewhere (on values that were there
 * already, on whole rows) become what the other writes made them, unless a later write has given the value anew.
 * What flags were is replayed from their history without undone writes and the undoing of them.
 *
 * Returns how many flags were set and cleared.
 */
export async function undoFlags(
  client: PoolClient,
  { table, first, last }: UndoStretch,
  writeId: string,
  undoWriteId: string,
): Promise<{ set: number; cleared: number }> {
  await client.query(
    `drop table if exists undo_flag_keys;
     drop table if exists undo_flag_states;
     create temporary table undo_flag_keys
       (ts timestamptz, site_id integer, indicator text, taken boolean, removed boolean) on commit drop;`,
  );
  await client.query(takenKeysSql(table), [first, last]);
  await client.query(otherKeysSql(table), [writeId, first, last]);
  await client.query(statesSql(table), [writeId]);
  const cleared = await client.query(clearSql(table), [writeId, undoWriteId]);
  const set = await client.query(setSql(table), [writeId, undoWriteId]);
  if (table.medium !== undefined) await client.query(markDaysSql(table.medium, 'undo_flag_keys'));
  return { set: set.rowCount ?? 0, cleared: cleared.rowCount ?? 0 };
}

/** $1 and $2 are the stretch. */
function takenKeysSql(table: KeyedTable): string {
  return `insert into undo_flag_keys (ts, site_id, indicator, taken, removed)
    select u.ts, u.site_id, u.indicator, true, bool_and(u.back_value is null)
      from undo_values u
     where u.family = '${table.name}'
       and (u.ts, u.site_id, u.indicator) in (
         select h.ts, h.site_id, h.indicator from flag_history h
          where h.family = '${table.name}' and h.ts between $1::timestamptz and $2::timestamptz)
     group by u.ts, u.site_id, u.indicator`;
}

/** $1 is the write, $2 and $3 the stretch. */
function otherKeysSql(table: KeyedTable): string {
  const narrow = table.extraKeys.length > 0 ? 'and f.indicator = h.indicator' : '';
  return `insert into undo_flag_keys (ts, site_id, indicator, taken, removed)
    select distinct h.ts, h.site_id, h.indicator, false, false from flag_history h
     where h.family = '${table.name}' and h.ts between $2::timestamptz and $3::timestamptz
       and h.write_id = $1::bigint
       and not exists (
         select from undo_flag_keys k
          where k.ts = h.ts and k.site_id = h.site_id and k.indicator = h.indicator)
       and not exists (
         select from ${table.table} f ${unpivotRow(table, 'f')} ${joinOrigin(table)}
           join writes w on w.id = coalesce(o.write_id, f.write_id)
          where f.ts = h.ts and f.site_id = h.site_id ${narrow} and v.indicator = h.indicator
            and v.value is not null and w.at > (select at from writes where id = $1::bigint))`;
}

/** The last entry of each flag's history that counts; $1 is the write. */
function statesSql(table: KeyedTable): string {
  return `create temporary table undo_flag_states on commit drop as
    select distinct on (h.ts, h.site_id, h.indicator, h.flag) h.*
      from undo_flag_keys k
      join flag_history h on h.family = '${table.name}' and h.ts = k.ts and h.site_id = k.site_id
        and h.indicator = k.indicator
      join writes w on w.id = h.write_id
     where w.kind <> 'undo' and h.write_id <> $1::bigint
       and not exists (select from write_undos n where n.write_id = h.write_id)
       and (not k.taken or (h.flag = 'invalid' and not k.removed)
            or w.at < (select at from writes where id = $1::bigint))
     order by h.ts, h.site_id, h.indicator, h.flag, h.id desc`;
}

const isSet = (alias: string) => `exists (select from undo_flag_states s
  where s.change = 'set' and s.ts = ${alias}.ts and s.site_id = ${alias}.site_id
    and s.indicator = ${alias}.indicator and s.flag = ${alias}.flag)`;

/** $1 is the undone write, $2 the undo. */
function clearSql(table: KeyedTable): string {
  return `with cleared as (
      delete from value_flags vf using undo_flag_keys k
       where vf.family = '${table.name}' and vf.ts = k.ts and vf.site_id = k.site_id and vf.indicator = k.indicator
         and (k.taken or vf.write_id = $1::bigint) and not ${isSet('vf')}
      returning vf.*)
    insert into flag_history (family, ts, site_id, indicator, flag, change, raw, detection_limit, reason, write_id)
    select family, ts, site_id, indicator, flag, 'cleared', raw, detection_limit, reason, $2::bigint from cleared`;
}

/** `no-flow` does not come back to a row that other writes have given values; $1 is the undone write, $2 the undo. */
function setSql(table: KeyedTable): string {
  const hasValues = table.columns.map((column) => `f.${quote(column)} is not null`).join(' or ');
  const rows = undoRowsTable(table);
  const unlessFilled =
    table.extraKeys.length > 0
      ? ''
      : `and not (s.flag = 'no-flow' and s.indicator = '*'
           and exists (select from ${table.table} f where f.ts = s.ts and f.site_id = s.site_id and (${hasValues}))
           and not exists (select from ${rows} r where r.ts = s.ts and r.site_id = s.site_id and r.emptied))`;
  return `with kept as (
      insert into value_flags (family, ts, site_id, indicator, flag, raw, detection_limit, reason, write_id)
      select s.family, s.ts, s.site_id, s.indicator, s.flag, s.raw, s.detection_limit, s.reason, s.write_id
        from undo_flag_states s where s.change = 'set' ${unlessFilled}
      on conflict (family, ts, site_id, indicator, flag) do update
        set raw = excluded.raw, detection_limit = excluded.detection_limit, reason = excluded.reason,
            write_id = excluded.write_id
        where (value_flags.raw, value_flags.detection_limit, value_flags.reason)
          is distinct from (excluded.raw, excluded.detection_limit, excluded.reason)
          or value_flags.write_id = $1::bigint
      returning *)
    insert into flag_history (family, ts, site_id, indicator, flag, change, raw, detection_limit, reason, write_id)
    select family, ts, site_id, indicator, flag, 'set', raw, detection_limit, reason, $2::bigint from kept`;
}
