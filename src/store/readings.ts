import { keyedTables, type KeyedTable } from './keyedTable.js';
import { quote } from './mergeSql.js';
import { originWords } from './originWords.js';
import type { Queryable } from './pool.js';

/** Tables whose values are readings, in the order in which they are listed. */
export const readingTables = [
  'air_hour',
  'air_day',
  'air_month',
  'water_sample',
  'water_month',
  'series',
] as const;
export type ReadingTable = (typeof readingTables)[number];

/** Which readings; times are half-open, `after` is the last key of the page before. */
export interface ReadingQuery {
  readonly siteIds: readonly number[] | null;
  readonly indicator: string | null;
  readonly from: Date;
  readonly to: Date;
  readonly after: ReadingKey | null;
  readonly limit: number;
}

/** The key of a stored value. */
export interface ReadingKey {
  readonly ts: number;
  readonly siteId: number;
  readonly indicator: string;
}

/** One stored value with what is known of it. */
export interface StoredReading extends ReadingKey {
  /** `null` for a row without flow (断流), whose indicator is `*`. */
  readonly value: number | null;
  readonly flags: readonly string[];
  readonly raw: string | null;
  /** What stored it: `upload 12`, `device …`, `demo`. */
  readonly origin: string;
}

interface ReadingRow {
  ts: Date;
  site_id: number;
  indicator: string;
  value: number | null;
  flags: string[] | null;
  raw: string | null;
  kind: string;
  upload_id: string | null;
  source: string | null;
}

/**
 * Lists stored values of one table in order of time, site and indicator, at most `limit`. Flags of the whole row
 * (maintenance, no flow) are among each value's flags.
 */
export async function listReadings(
  db: Queryable,
  name: ReadingTable,
  query: ReadingQuery,
): Promise<StoredReading[]> {
  const table = keyedTables[name];
  if (table.extraKeys.length === 0 && query.indicator !== null && !table.columns.includes(query.indicator))
    return [];
  const { rows } = await db.query<ReadingRow>(listSql(table, query.indicator), [
    query.from,
    query.to,
    query.siteIds,
    query.indicator,
    query.after === null ? null : new Date(query.after.ts),
    query.after?.siteId ?? null,
    query.after?.indicator ?? null,
    query.limit,
  ]);
  return rows.map((row) => ({
    ts: row.ts.getTime(),
    siteId: row.site_id,
    indicator: row.indicator,
    value: row.value,
    flags: row.flags ?? [],
    raw: row.raw,
    origin: originWords({ uploadId: row.upload_id, kind: row.kind, source: row.source }),
  }));
}

function listSql(table: KeyedTable, indicator: string | null): string {
  const narrow = table.extraKeys.length > 0;
  const columns = indicator !== null && indicator !== '*' && !narrow ? [indicator] : table.columns;
  const values = narrow
    ? `(f.indicator, f.value)`
    : columns.map((column) => `('${column}', f.${quote(column)})`).join(', ');
  return `select k.ts, k.site_id, k.indicator, k.value, n.flags, n.raw, w.kind, w.upload_id, w.source
    from (select u.* from ((
      select f.ts, f.site_id, v.indicator, v.value, f.write_id
        from ${table.table} f cross join lateral (values ${values}) as v (indicator, value)
       where f.ts >= greatest($1::timestamptz, coalesce($5::timestamptz, $1::timestamptz)) and f.ts < $2::timestamptz
         and ($3::integer[] is null or f.site_id = any ($3::integer[]))
         and ($4::text is null or v.indicator = $4::text)
         and v.value is not null
         and ($5::timestamptz is null
              or (f.ts, f.site_id, v.indicator collate "C") > ($5::timestamptz, $6::integer, $7::text collate "C"))
       order by f.ts, f.site_id, v.indicator collate "C" limit $8::integer) ${narrow ? '' : `union all (${noFlowSql(table)})`}
      ) u order by u.ts, u.site_id, u.indicator collate "C" limit $8::integer) k
    left join value_origins o on o.family = '${table.name}' and o.ts = k.ts and o.site_id = k.site_id
      and o.indicator = k.indicator
    left join writes w on w.id = coalesce(o.write_id, k.write_id)
    left join lateral (
      select array_agg(distinct vf.flag order by vf.flag) as flags,
             max(nullif(vf.raw, '')) filter (where vf.indicator = k.indicator) as raw
        from value_flags vf
       where vf.family = '${table.name}' and vf.ts = k.ts and vf.site_id = k.site_id
         and vf.indicator in (k.indicator, '*')) n on true
    order by k.ts, k.site_id, k.indicator collate "C"`;
}

/** Rows without flow: a state of their own, listed although they hold no value. */
function noFlowSql(table: KeyedTable): string {
  return `select vf.ts, vf.site_id, vf.indicator, null::double precision as value, vf.write_id
      from value_flags vf
     where vf.family = '${table.name}' and vf.indicator = '*' and vf.flag = 'no-flow'
       and vf.ts >= greatest($1::timestamptz, coalesce($5::timestamptz, $1::timestamptz)) and vf.ts < $2::timestamptz
       and ($3::integer[] is null or vf.site_id = any ($3::integer[]))
       and ($4::text is null or $4::text = '*')
       and ($5::timestamptz is null
            or (vf.ts, vf.site_id, vf.indicator collate "C") > ($5::timestamptz, $6::integer, $7::text collate "C"))
     order by vf.ts, vf.site_id limit $8::integer`;
}
