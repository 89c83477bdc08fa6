import type { KeyedTable } from './keyedTable.js';
import { quote } from './mergeSql.js';

/**
 * Small pieces of the statements over keyed tables that read or take back single values. `f` is the stored table.
 */

/** The key of a table's rows. */
export function rowKeys(table: KeyedTable): string[] {
  return ['ts', 'site_id', ...table.extraKeys.map((key) => key.name)];
}

/** Whether two rows of a table have the same key. */
export function sameRow(table: KeyedTable, left: string, right: string): string {
  return rowKeys(table)
    .map((key) => `${left}.${key} = ${right}.${key}`)
    .join(' and ');
}

/** The columns of a stored row as lines (indicator, value) under the alias `v`. */
export function unpivotRow(table: KeyedTable, row: string): string {
  const lines =
    table.extraKeys.length > 0
      ? `(${row}.indicator, ${row}.value)`
      : table.columns.map((column) => `('${column}', ${row}.${quote(column)})`).join(', ');
  return `cross join lateral (values ${lines}) as v (indicator, value)`;
}

/** The span by which side tables know a value of a row. */
export function spanOf(table: KeyedTable, row: string): string {
  return table.extraKeys.length > 0 ? `${row}.span` : `''`;
}

/** Whether two lines of side tables are about the same value. */
export function sameValue(left: string, right: string): string {
  return ['ts', 'site_id', 'indicator', 'span']
    .map((key) => `${left}.${key} = ${right}.${key}`)
    .join(' and ');
}

/** Joins the separate origin `o` of the unpivoted value `v` of row `f`; the origin is `coalesce(o.write_id, f.write_id)`. */
export function joinOrigin(table: KeyedTable): string {
  return `left join value_origins o on o.family = '${table.name}' and o.ts = f.ts and o.site_id = f.site_id
    and o.indicator = v.indicator and o.span = ${spanOf(table, 'f')}`;
}
