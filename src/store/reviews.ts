import type { PoolClient } from 'pg';
import { wholeRow } from '../domain/flag.js';
import type { KeyedTable } from './keyedTable.js';
import { markDaysSql, quote } from './mergeSql.js';
import type { Queryable } from './pool.js';

/** The flags that people set. */
export const reviewFlags = ['invalid', 'valid', 'maintenance'] as const;
export type ReviewFlag = (typeof reviewFlags)[number];

/** Stored values of one site in [from, to): one indicator of a table, or `*` for whole rows. */
export interface ReviewedValues {
  readonly table: KeyedTable;
  readonly siteId: number;
  readonly indicator: string;
  readonly from: Date;
  readonly to: Date;
}

/** Values by Beijing day, and the rows they stand in. */
export interface DayCount {
  readonly day: string;
  readonly rows: number;
  readonly values: number;
}

// A narrow table has several rows of one moment, and `$4` is then never the whole row.
function rowsSql({ table, indicator }: ReviewedValues): string {
  const condition =
    table.extraKeys.length > 0
      ? 'f.indicator = $4'
      : indicator === wholeRow
        ? '$4::text is not null'
        : `f.${quote(indicator)} is not null and $4::text is not null`;
  return `from ${table.table} f where f.site_id = $1 and f.ts >= $2 and f.ts < $3 and ${condition}`;
}

function valueCountSql({ table, indicator }: ReviewedValues): string {
  if (table.extraKeys.length > 0 || indicator !== wholeRow) return '1';
  return `num_nonnulls(${table.columns.map((column) => `f.${quote(column)}`).join(', ')})`;
}

const keyParams = ({ siteId, from, to, indicator }: ReviewedValues) => [siteId, from, to, indicator];

/** Counts the values that a review would be about. */
export async function countReviewedValues(db: Queryable, which: ReviewedValues): Promise<DayCount[]> {
  const { rows } = await db.query<DayCount>(
    `select beijing_day(f.ts)::text as day, count(*)::integer as rows, sum(${valueCountSql(which)})::integer as values
       ${rowsSql(which)} group by 1 order by 1`,
    keyParams(which),
  );
  return rows;
}

/** Counts the values that carry a flag. A whole row's flag counts as one. */
export async function countFlaggedValues(
  db: Queryable,
  which: ReviewedValues,
  flag: ReviewFlag,
): Promise<DayCount[]> {
  const { rows } = await db.query<DayCount>(
    `select beijing_day(vf.ts)::text as day, count(distinct vf.ts)::integer as rows, count(*)::integer as values
       from value_flags vf where ${flagCondition} group by 1 order by 1`,
    flagParams(which, flag),
  );
  return rows;
}

const flagCondition = `vf.family = $1 and vf.site_id = $2 and vf.ts >= $3 and vf.ts < $4
  and ($5::text = '*' or vf.indicator = $5::text) and vf.flag = $6`;

const flagParams = ({ table, siteId, from, to, indicator }: ReviewedValues, flag: ReviewFlag) => [
  table.name,
  siteId,
  from,
  to,
  indicator,
  flag,
];

/** Keeps the values as they are until the caller's transaction ends, so that the one reviewed is the one flagged. */
export async function lockReviewedValues(client: PoolClient, which: ReviewedValues): Promise<void> {
  await client.query(
    `select count(*) from (select f.ts ${rowsSql(which)} order by f.ts for share of f) as locked`,
    keyParams(which),
  );
}

// What a review answers, and what it contradicts.
const removedBy: Readonly<Record<ReviewFlag, readonly string[]>> = {
  invalid: ['suspect', 'valid'],
  valid: ['suspect', 'invalid'],
  maintenance: [],
};

/**
 * Sets a reviewer's flag on values and marks their days. `valid` and `invalid` answer a suspicion: its rules move to
 * the review. They end each other. `valid` for whole rows is kept value by value, so that replacing one value ends
 * only its own review. Returns how many flags were set or given another reason.
 */
export async function setReviewFlags(
  client: PoolClient,
  which: ReviewedValues,
  { flag, reason, writeId }: { flag: ReviewFlag; reason: string; writeId: string },
): Promise<number> {
  const { table } = which;
  const marks = table.medium === undefined ? '' : `, marks as (${markDaysSql(table.medium, 'keys')})`;
  const { rows } = await client.query<{ kept: number }>(
    `with keys as materialized (${reviewKeysSql(which, flag)}),
     removed as (
       delete from value_flags vf using (select distinct ts, site_id, indicator from keys) k
        where vf.family = '${table.name}' and vf.ts = k.ts and vf.site_id = k.site_id
          and (vf.indicator = k.indicator or $4::text = '*') and vf.flag = any ($8::text[])
       returning vf.*),
     rules as (
       select distinct k.ts, k.site_id, k.indicator, one.rule
         from keys k
         join removed r on r.ts = k.ts and r.site_id = k.site_id
          and (r.indicator = k.indicator or (k.indicator = '*' and $5::text <> 'valid'))
        cross join unnest(string_to_array(r.rule, ',')) as one (rule)),
     answered as (
       select ts, site_id, indicator, string_agg(rule, ',' order by rule) as rule
         from rules group by ts, site_id, indicator),
     kept as (
       insert into value_flags (family, ts, site_id, indicator, flag, reason, rule, write_id)
       select distinct on (k.ts, k.site_id, k.indicator)
              '${table.name}', k.ts, k.site_id, k.indicator, $5::text, $6::text, coalesce(a.rule, ''), $7::bigint
         from keys k
         left join answered a on a.ts = k.ts and a.site_id = k.site_id and a.indicator = k.indicator
        order by k.ts, k.site_id, k.indicator
       on conflict (family, ts, site_id, indicator, flag) do update
         set reason = excluded.reason, write_id = excluded.write_id,
             rule = case when excluded.rule = '' then value_flags.rule else excluded.rule end
       returning *),
     history as (
       insert into flag_history (family, ts, site_id, indicator, flag, change, raw, detection_limit, reason, rule, write_id)
       select family, ts, site_id, indicator, flag, 'cleared', raw, detection_limit, $6::text, rule, $7::bigint
         from removed
       union all
       select family, ts, site_id, indicator, flag, 'set', raw, detection_limit, reason, rule, $7::bigint from kept)
     ${marks}
     select count(*)::integer as kept from kept`,
    [...keyParams(which), flag, reason, writeId, removedBy[flag]],
  );
  return rows[0]!.kept;
}

function reviewKeysSql(which: ReviewedValues, flag: ReviewFlag): string {
  const { table, indicator } = which;
  if (indicator !== wholeRow)
    return `select distinct f.ts, f.site_id, $4::text as indicator ${rowsSql(which)}`;
  if (flag !== 'valid') return `select f.ts, f.site_id, '*'::text as indicator ${rowsSql(which)}`;
  const values = table.columns.map((column) => `('${column}', f.${quote(column)})`).join(', ');
  return `select f.ts, f.site_id, v.indicator
      from ${table.table} f cross join lateral (values ${values}) as v (indicator, value)
     where f.site_id = $1 and f.ts >= $2 and f.ts < $3 and v.value is not null and $4::text = '*'
    union all
    select vf.ts, vf.site_id, '*' from value_flags vf
     where vf.family = '${table.name}' and vf.site_id = $1 and vf.ts >= $2 and vf.ts < $3 and vf.indicator = '*'
       and vf.flag in ('suspect', 'invalid')`;
}

/**
 * Takes a reviewer's flag off values and marks their days. Suspicions that only the upload could raise come back; all
 * others the recomputation raises again.
 */
export async function clearReviewFlags(
  client: PoolClient,
  which: ReviewedValues,
  { flag, reason, writeId }: { flag: ReviewFlag; reason: string; writeId: string },
): Promise<number> {
  const { table } = which;
  const marks = table.medium === undefined ? '' : `, marks as (${markDaysSql(table.medium, 'removed')})`;
  const { rows } = await client.query<{ removed: number }>(
    `with removed as (delete from value_flags vf where ${flagCondition} returning vf.*),
     restored as (
       insert into value_flags (family, ts, site_id, indicator, flag, rule, write_id)
       select family, ts, site_id, indicator, 'suspect',
              case when family = 'series' then rule else 'station-state' end, $8::bigint
         from removed
        where (family = 'series' and rule <> '') or 'station-state' = any (string_to_array(rule, ','))
       on conflict do nothing returning *),
     history as (
       insert into flag_history (family, ts, site_id, indicator, flag, change, raw, detection_limit, reason, rule, write_id)
       select family, ts, site_id, indicator, flag, 'cleared', raw, detection_limit, $7::text, rule, $8::bigint
         from removed
       union all
       select family, ts, site_id, indicator, flag, 'set', raw, detection_limit, $7::text, rule, $8::bigint
         from restored)
     ${marks}
     select count(*)::integer as removed from removed`,
    [...flagParams(which, flag), reason, writeId],
  );
  return rows[0]!.removed;
}
