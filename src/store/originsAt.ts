import { keyedTables } from './keyedTable.js';
import { quote } from './mergeSql.js';
import type { Queryable } from './pool.js';
import type { AtQuery } from './valuesAt.js';

/**
 * Where values of one site came from. A write with an upload or a reason stands for itself, `source` is its number then;
 * others (devices, line protocol) are told by kind, name and office together, however many they are.
 */
export interface ValueOrigin {
  readonly siteId: number;
  readonly family: string;
  readonly source: string;
  /** Beijing days, both inclusive, and on how many of them. */
  readonly firstDay: string;
  readonly lastDay: string;
  readonly days: number;
  readonly values: number;
  readonly writes: number;
}

/** Where the values of a wide family came from as they stood at an instant (the rule of `rowsAtSql`). */
export async function listOriginsAt(
  db: Queryable,
  family: 'air_hour' | 'air_day' | 'water_sample' | 'water_month',
  query: AtQuery,
): Promise<ValueOrigin[]> {
  const { table, columns } = keyedTables[family];
  const within = (alias: string) =>
    `${alias}.ts >= $2 and ${alias}.ts < $3 and ($1::integer[] is null or ${alias}.site_id = any ($1::integer[]))`;
  const { rows } = await db.query<ValueOrigin>(
    `with replaced as materialized (
       select distinct on (r.ts, r.site_id, r.indicator) r.ts, r.site_id, r.indicator, r.old_write_id,
              r.old_value is not null and ow.at <= $4 as stood
         from revisions r join writes nw on nw.id = r.new_write_id join writes ow on ow.id = r.old_write_id
        where r.family = '${family}' and ${within('r')} and nw.at > $4
        order by r.ts, r.site_id, r.indicator, r.id),
     present as (
       select f.ts, f.site_id, v.indicator, coalesce(o.write_id, f.write_id) as write_id
         from ${table} f
        cross join lateral (values ${columns.map((column) => `('${column}', f.${quote(column)})`).join(', ')}) as v (indicator, value)
         left join value_origins o on o.family = '${family}' and o.ts = f.ts and o.site_id = f.site_id
              and o.indicator = v.indicator
        where v.value is not null and ${within('f')})
     select x.site_id as "siteId", '${family}' as family, o.source, min(beijing_day(x.ts))::text as "firstDay",
            max(beijing_day(x.ts))::text as "lastDay", count(distinct beijing_day(x.ts))::integer as days,
            count(*)::integer as values, count(distinct x.write_id)::integer as writes
       from (select ts, site_id, old_write_id as write_id from replaced where stood
             union all
             select p.ts, p.site_id, p.write_id from present p join writes w on w.id = p.write_id
              where w.at <= $4 and not exists (
                select from replaced r where r.ts = p.ts and r.site_id = p.site_id and r.indicator = p.indicator)) x
       join writes w on w.id = x.write_id
      cross join lateral (
        select case when w.upload_id is null and w.reason = '' then concat_ws(' ', w.kind, w.actor_name, w.actor_office)
                    else w.id::text end as source) o
      group by x.site_id, o.source order by x.site_id, min(x.ts), o.source`,
    [query.siteIds, query.from, query.to, query.at],
  );
  return rows;
}

/** A write with the upload behind it, as a proof names it. */
export interface WriteOrigin {
  readonly id: string;
  readonly kind: string;
  readonly at: string;
  readonly actorName: string;
  readonly actorOffice: string;
  readonly reason: string;
  readonly uploadId: string | null;
  readonly fileName: string | null;
  readonly sha256: string | null;
}

/** Lists writes by their ids, in that order. */
export async function listWriteOrigins(db: Queryable, ids: readonly string[]): Promise<WriteOrigin[]> {
  const { rows } = await db.query<WriteOrigin>(
    `select w.id::text, w.kind, to_jsonb(w.at) #>> '{}' as at, w.actor_name as "actorName",
            w.actor_office as "actorOffice", w.reason, w.upload_id::text as "uploadId", u.file_name as "fileName", u.sha256
       from writes w left join uploads u on u.id = w.upload_id
      where w.id = any ($1::bigint[]) order by w.id`,
    [ids],
  );
  return rows;
}
