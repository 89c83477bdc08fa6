import type { KeyedTable } from './keyedTable.js';
import { adds, anyColumn, differs, quote, sameKey, stageTable } from './mergeSql.js';

/** A staged table that is counted. */
export interface CountedTable {
  readonly table: KeyedTable;
  /** Whether a stored row may have the key of a staged one. */
  readonly mayBeStored: boolean;
}

/** Counts the rows and values of one staged table by kind against what is stored. */
export function countKindsSql(counted: CountedTable): string {
  return `select ${rowKinds}, ${valueKinds} from (${kindsOfTable(counted)}) k`;
}

/**
 * Counts the values of several staged tables, table by table in the order given, and the lines of all: a line of the
 * input that went into several tables counts once: changed if any part of it is, else new if any part is. The lines are
 * in the row without a table.
 */
export function countKindsOfTablesSql(counted: readonly CountedTable[]): string {
  const parts = counted.map((each, i) => `select ${i} as part, t.* from (${kindsOfTable(each)}) t`);
  return `with parts as materialized (${parts.join(' union all ')})
    select k.part, ${rowKinds}, ${valueKinds} from parts k group by k.part
    union all
    select null, ${rowKinds}, 0, 0, 0, 0, 0, 0, null, null
      from (select line, bool_or(changed) as changed, bool_or(added) as added from parts group by line) k
    order by part nulls last`;
}

const rowKinds = `count(*) filter (where k.changed)::integer as rows_changed,
      count(*) filter (where k.added and not k.changed)::integer as rows_new,
      count(*) filter (where not k.added and not k.changed)::integer as rows_unchanged`;

const valueKinds = `count(*)::integer as rows,
      count(*) filter (where k.absent)::integer as rows_absent,
      count(*) filter (where (k.changed or k.added) and not k.absent)::integer as rows_altering,
      coalesce(sum(k.values_changed), 0)::integer as values_changed,
      coalesce(sum(k.values_new), 0)::integer as values_new,
      coalesce(sum(k.values_all), 0)::integer as values_all,
      min(k.ts) as first_ts, max(k.ts) as last_ts`;

function kindsOfTable({ table, mayBeStored }: CountedTable): string {
  const values = `num_nonnulls(${table.columns.map((column) => `s.${quote(column)}`).join(', ')})`;
  if (!mayBeStored) {
    return `select s.line, false as changed, true as added, true as absent, 0 as values_changed,
        ${values} as values_new, ${values} as values_all, s.ts
      from ${stageTable(table)} s`;
  }
  const changed = anyColumn(table, differs('s', 'f'));
  const added = `(f.ts is null or ${anyColumn(table, adds('s', 'f'))})`;
  const sum = (condition: (column: string) => string) =>
    table.columns.map((column) => `(${condition(quote(column))})::integer`).join(' + ');
  return `select s.line, ${changed} as changed, ${added} as added, f.ts is null as absent,
      ${sum(differs('s', 'f'))} as values_changed, ${sum(adds('s', 'f'))} as values_new, ${values} as values_all, s.ts
    from ${stageTable(table)} s left join ${table.table} f on ${sameKey(table, 'f', 's')}`;
}
