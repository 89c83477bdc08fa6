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

const windowList =
  'unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) as m (site_id, first_ts, end_ts)';

function windowParams(windows: readonly SiteWindow[]): unknown[] {
  return [
    windows.map(({ siteId }) => siteId),
    windows.map(({ from }) => new Date(from)),
    windows.map(({ to }) => new Date(to)),
  ];
}

/**
 * The rows of a family in windows that do not overlap. `offset 0` keeps the planner from reading whole partitions for
 * a few days when it has no statistics yet.
 */
export async function listCheckedRows(
  db: Queryable,
  family: FamilyName,
  windows: readonly SiteWindow[],
): Promise<CheckedRow[]> {
  const { columns, table } = families[family];
  const { rows } = await db.query<{ site_id: number; ts: Date } & Record<string, number | null>>(
    `select f.site_id, f.ts, ${columns.map((column) => `f.${quote(column)}`).join(', ')}
       from ${windowList}
       cross join lateral (
         select * from ${table} t where t.site_id = m.site_id and t.ts >= m.first_ts and t.ts < m.end_ts offset 0) f`,
    windowParams(windows),
  );
  return rows.map((row) => ({
    siteId: row.site_id,
    ts: row.ts.getTime(),
    values: columns.map((column) => row[column] ?? null),
  }));
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
       from ${windowList}
       cross join lateral (
         select * from value_flags v
          where v.family = '${family}' and v.ts >= m.first_ts and v.ts < m.end_ts and v.site_id = m.site_id
            and v.flag in ('suspect', 'valid', 'invalid', 'below-detection') offset 0) f`,
    windowParams(windows),
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
