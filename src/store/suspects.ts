import { keyedTables, type KeyedTable } from './keyedTable.js';
import { originWords } from './originWords.js';
import type { Queryable } from './pool.js';
import { readingTables, type ReadingKey, type ReadingTable } from './readings.js';

/** Which suspicions; times are half-open, `after` is the last key of the page before. */
export interface SuspectQuery {
  readonly siteId: number | null;
  readonly indicator: string | null;
  readonly rule: string | null;
  readonly upload: string | null;
  /** Answered by a person, still open, or (`null`) both. */
  readonly reviewed: boolean | null;
  readonly from: Date;
  readonly to: Date;
  readonly after: ReadingKey | null;
  readonly limit: number;
}

/** A suspicion about a stored value or row, with what surrounds it. */
export interface StoredSuspect extends ReadingKey {
  readonly value: number | null;
  readonly flag: 'suspect' | 'valid' | 'invalid';
  readonly rules: string[];
  readonly reason: string;
  readonly around: readonly { readonly ts: number; readonly value: number }[];
  readonly origin: string;
  readonly setBy: string;
  readonly setAt: Date;
}

interface SuspectRow {
  ts: Date;
  site_id: number;
  indicator: string;
  value: number | null;
  flag: StoredSuspect['flag'];
  rule: string;
  reason: string;
  around: [ms: number, value: number][] | null;
  kind: string | null;
  upload_id: string | null;
  source: string | null;
  actor: string;
  set_at: Date;
}

// How far around a value its neighbours are shown.
const surroundings: Readonly<Record<ReadingTable, string>> = {
  air_hour: '3 hours',
  air_day: '3 days',
  air_month: '3 months',
  water_sample: '1 day',
  water_month: '3 months',
  series: '3 hours',
};

/** Lists suspicions about the values of one table in order of time, site and indicator, at most `limit`. */
export async function listSuspects(
  db: Queryable,
  name: ReadingTable,
  query: SuspectQuery,
): Promise<StoredSuspect[]> {
  const { rows } = await db.query<SuspectRow>(listSql(name), [
    query.from,
    query.to,
    query.siteId,
    query.indicator,
    query.rule,
    query.upload,
    query.reviewed,
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
    flag: row.flag,
    rules: row.rule.split(','),
    reason: row.reason,
    around: (row.around ?? []).map(([ts, value]) => ({ ts, value })),
    origin: originWords({ uploadId: row.upload_id, kind: row.kind, source: row.source }),
    setBy: row.actor,
    setAt: row.set_at,
  }));
}

/** The values of an upload whose suspicion nobody has answered yet. */
export async function countOpenSuspects(db: Queryable, upload: string): Promise<number> {
  const parts = readingTables.map(
    (name) => `select 1 from value_flags vf ${originSql(keyedTables[name])}
      where vf.family = '${name}' and vf.flag = 'suspect' and vf.rule <> '' and w.upload_id = $1::bigint`,
  );
  const { rows } = await db.query<{ n: number }>(
    `select count(*)::integer as n from (${parts.join(' union all ')}) as open`,
    [upload],
  );
  return rows[0]!.n;
}

function originSql(table: KeyedTable): string {
  const narrow = table.extraKeys.length > 0;
  return `join lateral (
      select r.*, ${narrow ? 'r.value' : '(to_jsonb(r) ->> vf.indicator)::double precision'} as flagged
        from ${table.table} r
       where r.ts = vf.ts and r.site_id = vf.site_id ${narrow ? 'and r.indicator = vf.indicator' : ''} limit 1) f on true
    left join value_origins o on o.family = vf.family and o.ts = vf.ts and o.site_id = vf.site_id
      and o.indicator = vf.indicator ${narrow ? 'and o.span = f.span' : ''}
    left join writes w on w.id = coalesce(o.write_id, f.write_id)`;
}

function listSql(name: ReadingTable): string {
  const table = keyedTables[name];
  const narrow = table.extraKeys.length > 0;
  const neighbour = narrow ? 'n.value' : '(to_jsonb(n) ->> k.indicator)::double precision';
  return `select k.*, a.around, s.actor_name || '（' || s.actor_office || '）' as actor, s.at as set_at
    from (
      select vf.ts, vf.site_id, vf.indicator, vf.flag, vf.rule, vf.reason, vf.write_id, f.flagged as value, w.kind,
             w.upload_id, w.source
        from value_flags vf ${originSql(table)}
       where vf.family = '${name}' and vf.rule <> '' and vf.flag in ('suspect', 'valid', 'invalid')
         and vf.ts >= $1::timestamptz and vf.ts < $2::timestamptz
         and ($3::integer is null or vf.site_id = $3::integer)
         and ($4::text is null or vf.indicator = $4::text)
         and ($5::text is null or $5::text = any (string_to_array(vf.rule, ',')))
         and ($6::bigint is null or w.upload_id = $6::bigint)
         and ($7::boolean is null or $7::boolean = (vf.flag <> 'suspect'))
         and ($8::timestamptz is null
              or (vf.ts, vf.site_id, vf.indicator collate "C") > ($8::timestamptz, $9::integer, $10::text collate "C"))
       order by vf.ts, vf.site_id, vf.indicator collate "C" limit $11::integer) k
    join writes s on s.id = k.write_id
    left join lateral (
      select jsonb_agg(jsonb_build_array((extract(epoch from v.ts) * 1000)::bigint, v.value) order by v.ts) as around
        from (select n.ts, ${neighbour} as value
                from ${table.table} n
               where n.site_id = k.site_id ${narrow ? 'and n.indicator = k.indicator' : ''} and n.ts <> k.ts
                 and n.ts >= k.ts - interval '${surroundings[name]}' and n.ts <= k.ts + interval '${surroundings[name]}'
             ) v
       where v.value is not null) a on true
    order by k.ts, k.site_id, k.indicator collate "C"`;
}
