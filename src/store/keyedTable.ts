import { families, type FamilyName } from '../domain/family.js';

/** A time-keyed table of values: what the write path needs to know to serve all of them with the same code. */
export interface KeyedTable {
  /** Its name in the side tables (flags, revisions, origins, latest rows). */
  readonly name: string;
  readonly table: string;
  /** Key columns after (ts, site_id). */
  readonly extraKeys: readonly { readonly name: string; readonly type: 'text' }[];
  readonly columns: readonly string[];
  readonly columnType: 'double precision' | 'text';
  /** Whose derived figures hang on it; `undefined` for none. */
  readonly medium: 'air' | 'water' | undefined;
}

export type KeyedTableName = FamilyName | 'series' | 'published';

const narrowKeys = [
  { name: 'indicator', type: 'text' },
  { name: 'span', type: 'text' },
] as const;

/** All keyed tables by name: the wide families, the narrow series and the published texts. */
export const keyedTables: Readonly<Record<KeyedTableName, KeyedTable>> = {
  air_minute: wide('air_minute'),
  air_minute5: wide('air_minute5'),
  air_hour: wide('air_hour'),
  air_day: wide('air_day'),
  air_month: wide('air_month'),
  water_sample: wide('water_sample'),
  water_month: wide('water_month'),
  series: {
    name: 'series',
    table: 'series_values',
    extraKeys: narrowKeys,
    columns: ['value'],
    columnType: 'double precision',
    medium: undefined,
  },
  published: {
    name: 'published',
    table: 'published_texts',
    extraKeys: narrowKeys,
    columns: ['value'],
    columnType: 'text',
    medium: undefined,
  },
};

function wide(name: FamilyName): KeyedTable {
  const family = families[name];
  return {
    name,
    table: family.table,
    extraKeys: [],
    columns: family.columns,
    columnType: 'double precision',
    medium: family.medium,
  };
}

/** One row to be written: `values` in the order of the table's columns, `keys` in the order of its extra keys. */
export interface StagedRow {
  readonly line: number;
  readonly ts: number;
  readonly siteId: number;
  readonly keys?: readonly string[];
  readonly values: readonly (number | string | null)[];
}
