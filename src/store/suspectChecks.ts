import type { PoolClient } from 'pg';
import { families, type FamilyName } from '../domain/family.js';
import { quote } from './mergeSql.js';
import type { Queryable } from './pool.js';

/** A stretch [from, to) of one site, epoch milliseconds. */
export interface SiteWindow {
  readonly siteId: number;
  readonly from: number;
  readonly to: number;
}

/** A stored row of a wide family, `values` in the order of its columns, invalid ones included. */
export interface CheckedRow {
  readonly siteId: number;
  readonly ts: number;
  readonly values: readonly (number | null)[];
}

/** A flag that bears on the checks. */
export interface CheckedFlag {
  readonly siteId: number;
  readonly ts: number;
  readonly indicator: string;
  readonly flag: 'suspect' | 'valid' | 'invalid' | 'below-detection';
  readonly rule: string;
  readonly detectionLimit: number | null;
}

/** A suspicion to be stored, or (empty `rule`) taken back. */
export interface SuspectMark {
  readonly siteId: number;
  readonly ts: number;
  readonly indicator: string;
  readonly rule: string;
}

const rangeList = 'unnest($2::timestamptz[], $3::timestamptz[]) as m (first_ts, end_ts)';

/** All sites of the windows, and the stretches of time that any of them covers, joined where they touch. */
function rangeParams(windows: readonly SiteWindow[]): unknown[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...windows].sort((x, y) => x.from - y.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return [
    [...new Set(windows.map(({ siteId }) => siteId))],
    joined.map(({ from }) => new Date(from)),
    joined.map(({ to }) => new Date(to)),
  ];
}

/**
 * The rows of a family in windows, in order of time for each site; those of the same sites between the windows may
 * come along. They are read by time alone, as the key begins with it, and packed into one row per site and stretch: a
 * row for each would spend most of the time on its fields. `offset 0` keeps the planner from reading whole partitions
 * for a few days when it has no statistics yet.
 */
export async function listCheckedRows(
  db: Queryable,
  family: FamilyName,
  windows: readonly SiteWindow[],
): Promise<CheckedRow[]> {
  const { columns, table } = families[family];
  const packed = (value: string) => `string_agg(coalesce((${value})::text, ''), ',' order by t.ts)`;
  const { rows } = await db.query<[number, string, ...string[]]>({
    text: `select f.*
       from ${rangeList}
       cross join lateral (
         select t.site_id, ${packed('(extract(epoch from t.ts) * 1000)::bigint')},
                ${columns.map((column) => packed(`t.${quote(column)}`)).join(', ')}
           from ${table} t
          where t.ts >= m.first_ts and t.ts < m.end_ts and t.site_id = any ($1::integer[])
          group by t.site_id offset 0) f`,
    values: rangeParams(windows),
    rowMode: 'array',
  });
  return rows.flatMap(([siteId, times, ...texts]) => {
    const values = texts.map((text) => text.split(','));
    return times.split(',').map((time, index): CheckedRow => ({
      siteId,
      ts: Number(time),
      values: values.map((column) => (column[index] === '' ? null : Number(column[index]))),
    }));
  });
}

/** The flags in windows that decide about suspicions. */
export async function listCheckedFlags(
  db: Queryable,
  family: FamilyName,
  windows: readonly SiteWindow[],
): Promise<CheckedFlag[]> {
  const { rows } = await db.query<{
    site_id: number;
    ts: Date;
    indicator: string;
    flag: CheckedFlag['flag'];
    rule: string;
    detection_limit: number | null;
  }>(
    `select f.site_id, f.ts, f.indicator, f.flag, f.rule, f.detection_limit
       from ${rangeList}
       cross join lateral (
         select * from value_flags v
          where v.family = '${family}' and v.ts >= m.first_ts and v.ts < m.end_ts and v.site_id = any ($1::integer[])
            and v.flag in ('suspect', 'valid', 'invalid', 'below-detection') offset 0) f`,
    rangeParams(windows),
  );
  return rows.map((row) => ({
    siteId: row.site_id,
    ts: row.ts.getTime(),
    indicator: row.indicator,
    flag: row.flag,
    rule: row.rule,
    detectionLimit: row.detection_limit,
  }));
}

/** Stores what the checks found, with its history. */
export async function saveSuspects(
  client: PoolClient,
  family: FamilyName,
  marks: readonly SuspectMark[],
  writeId: string,
): Promise<void> {
  const keyParams = (list: readonly SuspectMark[]) => [
    list.map(({ ts }) => new Date(ts)),
    list.map(({ siteId }) => siteId),
    list.map(({ indicator }) => indicator),
  ];
  const taken = marks.filter(({ rule }) => rule === '');
  const raised = marks.filter(({ rule }) => rule !== '');
  if (taken.length > 0)
    await client.query(
      `with taken as (
         delete from value_flags vf using unnest($1::timestamptz[], $2::integer[], $3::text[]) as k (ts, site_id, indicator)
          where vf.family = '${family}' and vf.ts = k.ts and vf.site_id = k.site_id and vf.indicator = k.indicator
            and vf.flag = 'suspect'
         returning vf.*)
       insert into flag_history (family, ts, site_id, indicator, flag, change, raw, reason, rule, write_id)
       select family, ts, site_id, indicator, flag, 'cleared', raw, reason, rule, $4::bigint from taken`,
      [...keyParams(taken), writeId],
    );
  if (raised.length > 0)
    await client.query(
      `with raised as (
         insert into value_flags (family, ts, site_id, indicator, flag, rule, write_id)
         select '${family}', k.ts, k.site_id, k.indicator, 'suspect', k.rule, $5::bigint
           from unnest($1::timestamptz[], $2::integer[], $3::text[], $4::text[]) as k (ts, site_id, indicator, rule)
          order by k.ts, k.site_id, k.indicator
         on conflict (family, ts, site_id, indicator, flag) do update
           set rule = excluded.rule, write_id = excluded.write_id where value_flags.rule <> excluded.rule
         returning *)
       insert into flag_history (family, ts, site_id, indicator, flag, change, raw, reason, rule, write_id)
       select family, ts, site_id, indicator, flag, 'set', raw, reason, rule, $5::bigint from raised`,
      [...keyParams(raised), raised.map(({ rule }) => rule), writeId],
    );
}
