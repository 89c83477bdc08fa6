import { keyedTables, type KeyedTable, type KeyedTableName } from './keyedTable.js';
import { quote } from './mergeSql.js';
import type { Queryable } from './pool.js';
import { reportOf, sameReport } from './undoReports.js';
import { rowKeys } from './undoSql.js';

/**
 * What was stored at a past instant.
 *
 * "At T" means: after every write whose `at` is at or before T, and none after. `at` is stamped as the last thing
 * before a commit, under a lock that is held until the commit is done, and rises from write to write (migration 0008):
 * so it orders writes as they took effect, also where transactions overlapped. A reader of that moment could miss a
 * write only in the instant between its stamp and the end of its commit. Writes from before that migration carry the
 * start of their transaction; among them, only those that did not overlap are exact.
 *
 * The rule, for one value: the first revision (by id) whose new write is after T tells what it was, namely its old
 * value if the old write was at or before T, else nothing; without such a revision it was what is stored now if that
 * value's origin is at or before T, else nothing. It holds because whatever replaces or removes a value leaves a
 * revision that names the origin of what it took, and because an undo that brings a value back brings back its origin
 * as well. A value that is set where there is none, also again after a removal, needs no revision: its origin is after
 * every moment at which it was missing.
 *
 * The functions below give SQL for a from clause; parameters are SQL texts such as `$1`, of the types given.
 */
export interface AtParameters {
  /** integer[] of site numbers, or null for all. */
  readonly sites: string;
  /** timestamptz: the half-open range of the rows' times. */
  readonly from: string;
  readonly to: string;
  /** timestamptz: the instant. */
  readonly at: string;
}

/**
 * Rows of a table as they stood: its key columns and its value columns. Rows of wide families that held no value are
 * given where a flag of the whole row (`*`: no flow, maintenance) stood.
 */
export function rowsAtSql(name: KeyedTableName, parameters: AtParameters): string {
  const table = keyedTables[name];
  const keys = rowKeys(table).join(', ');
  const narrow = table.extraKeys.length > 0;
  const values = table.columns.map((column) => quote(column));
  const within = (alias: string) => withinSql(alias, parameters);
  const laterFlags = narrow
    ? ''
    : `full join (
        select distinct ts, site_id, true as flagged from ${flagsAtSql(name, parameters)} g where g.indicator = '*') g
        using (${keys})`;
  return `(select x.* from (
      select ${keys}, ${table.columns.map((column) => `${valueAtSql(column, parameters)} as ${quote(column)}`).join(', ')}
             ${narrow ? '' : ', g.flagged'}
        from (select * from ${table.table} f where ${within('f')}) f
        full join (${replacedSql(table, parameters)}) r using (${keys})
        left join writes w on w.id = f.write_id
        left join (${originsSql(table, parameters)}) o using (${keys})
        ${laterFlags}) x
     where ${values.map((column) => `x.${column} is not null`).join(' or ')} ${narrow ? '' : 'or x.flagged'})`;
}

function valueAtSql(column: string, { at }: AtParameters): string {
  return `case when r.${quote(`has_${column}`)} then r.${quote(column)}
    when coalesce(o.${quote(column)}, w.at) <= ${at}::timestamptz then f.${quote(column)} end`;
}

function withinSql(alias: string, { sites, from, to }: AtParameters): string {
  return `${alias}.ts >= ${from}::timestamptz and ${alias}.ts < ${to}::timestamptz
    and (${sites}::integer[] is null or ${alias}.site_id = any (${sites}::integer[]))`;
}

/** Per row, the values that were replaced or removed after the instant, as they were at it. */
function replacedSql(table: KeyedTable, parameters: AtParameters): string {
  const keys = rowKeys(table).map((key) => `x.${key}`);
  return `select ${keys.join(', ')}, ${pivot(table, (of, column) => [
    `bool_or(true)${of} as ${quote(`has_${column}`)}`,
    `max(x.old_value)${of}::${table.columnType} as ${quote(column)}`,
  ])}
    from (select distinct on (r.ts, r.site_id, r.indicator, r.span) r.ts, r.site_id, r.indicator, r.span,
                 case when ow.at <= ${parameters.at}::timestamptz then r.old_value end as old_value
            from revisions r join writes nw on nw.id = r.new_write_id join writes ow on ow.id = r.old_write_id
           where r.family = '${table.name}' and ${withinSql('r', parameters)}
             and nw.at > ${parameters.at}::timestamptz
           order by r.ts, r.site_id, r.indicator, r.span, r.id) x
   group by ${keys.join(', ')}`;
}

/** Per row, the times of the values that have an origin of their own. */
function originsSql(table: KeyedTable, parameters: AtParameters): string {
  const keys = rowKeys(table).map((key) => `x.${key}`);
  return `select ${keys.join(', ')}, ${pivot(table, (of, column) => [`max(ow.at)${of} as ${quote(column)}`])}
    from value_origins x join writes ow on ow.id = x.write_id
   where x.family = '${table.name}' and ${withinSql('x', parameters)} group by ${keys.join(', ')}`;
}

function pivot(table: KeyedTable, parts: (of: string, column: string) => string[]): string {
  return table.columns
    .flatMap((column) =>
      parts(table.extraKeys.length > 0 ? '' : ` filter (where x.indicator = '${column}')`, column),
    )
    .join(', ');
}

/** Flags of a table's values as they stood: ts, site_id, indicator, flag, raw, detection_limit, reason, write_id. */
export function flagsAtSql(name: KeyedTableName, parameters: AtParameters): string {
  return `(select h.ts, h.site_id, h.indicator, h.flag, h.raw, h.detection_limit, h.reason, h.write_id
      from (select distinct on (h.ts, h.site_id, h.indicator, h.flag) h.*
              from flag_history h join writes w on w.id = h.write_id
             where h.family = '${name}' and ${withinSql('h', parameters)}
               and w.at <= ${parameters.at}::timestamptz
             order by h.ts, h.site_id, h.indicator, h.flag, h.id desc) h
     where h.change = 'set')`;
}

/** Period reports as they stood, with all columns of period_reports; `at` is SQL text of an instant. */
export function reportsAtSql(at: string): string {
  const later = `select distinct on (o.indicator, o.site_id, o.period_kind, o.period_start, o.period_end) o.*
      from period_report_revisions r join writes nw on nw.id = r.new_write_id
      cross join lateral ${reportOf('r.old_row')} o
     where nw.at > ${at}::timestamptz
     order by o.indicator, o.site_id, o.period_kind, o.period_start, o.period_end, r.id`;
  return `(with later as materialized (${later})
    select d.* from later d join writes w on w.id = d.write_id where w.at <= ${at}::timestamptz
    union all
    select p.* from period_reports p join writes w on w.id = p.write_id
     where w.at <= ${at}::timestamptz and not exists (select from later d where ${sameReport('d', 'p')}))`;
}

/** Which rows at which instant; `at` may be a text, which keeps the microseconds that a Date drops. */
export interface AtQuery {
  readonly siteIds: readonly number[] | null;
  readonly from: Date;
  readonly to: Date;
  readonly at: Date | string;
}

/** One row as it stood. */
export interface RowAt {
  readonly ts: Date;
  readonly siteId: number;
  /** Of narrow tables: indicator and span. */
  readonly keys: readonly string[];
  /** In the order of the table's columns. */
  readonly values: readonly (number | string | null)[];
}

const usual: AtParameters = { sites: '$1', from: '$2', to: '$3', at: '$4' };

/** Lists a table's rows as they stood at an instant, in key order; see the rule above. */
export async function listRowsAt(db: Queryable, name: KeyedTableName, query: AtQuery): Promise<RowAt[]> {
  const table = keyedTables[name];
  const { rows } = await db.query<{ ts: Date; site_id: number } & Record<string, number | string | null>>(
    `select * from ${rowsAtSql(name, usual)} x order by ${rowKeys(table).join(', ')}`,
    [query.siteIds, query.from, query.to, query.at],
  );
  return rows.map((row) => ({
    ts: row.ts,
    siteId: row.site_id,
    keys: table.extraKeys.map(({ name: key }) => String(row[key])),
    values: table.columns.map((column) => row[column] ?? null),
  }));
}

/** A flag as it stood. */
export interface FlagAt {
  readonly ts: Date;
  readonly siteId: number;
  readonly indicator: string;
  readonly flag: string;
  readonly raw: string;
  readonly detectionLimit: number | null;
  readonly reason: string;
  /** The write that set it. */
  readonly writeId: string;
}

/** Lists the flags of a table's values as they stood at an instant. */
export async function listFlagsAt(db: Queryable, name: KeyedTableName, query: AtQuery): Promise<FlagAt[]> {
  const { rows } = await db.query<FlagAt>(
    `select ts, site_id as "siteId", indicator, flag, raw, detection_limit as "detectionLimit", reason,
            write_id::text as "writeId"
       from ${flagsAtSql(name, usual)} x order by ts, site_id, indicator, flag`,
    [query.siteIds, query.from, query.to, query.at],
  );
  return rows;
}
