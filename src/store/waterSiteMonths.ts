import type { PoolClient } from 'pg';
import { waterItems } from '../domain/family.js';
import { quote } from './mergeSql.js';
import type { Queryable } from './pool.js';

/** One stored water row with what is unusual about it. */
export interface WaterRow {
  readonly siteId: number;
  readonly ts: number;
  /** Item → value used; below detection, half the limit as stored. */
  readonly values: ReadonlyMap<string, number>;
  /** Item → detection limit, for items below it. */
  readonly detectionLimits: ReadonlyMap<string, number>;
  readonly noFlow: boolean;
  /** Filled during maintenance: not to be used in statistics. */
  readonly maintenance: boolean;
}

/** A section's derived month. `items` are unrounded means as decimal texts. */
export interface WaterSiteMonthRow {
  /** First day of the month. */
  readonly month: string;
  readonly siteId: number;
  readonly items: Readonly<Record<string, string>>;
  readonly samples: number;
  readonly input: 'monthly' | 'samples' | 'none';
  readonly grade: number | null;
  readonly determining: readonly string[];
  readonly mainPollutants: readonly { code: string; multiple: string | null }[];
  readonly noFlow: boolean;
  readonly standardId: string;
}

interface StoredRow extends Record<string, unknown> {
  site_id: number;
  ts: Date;
  flags: { indicator: string; flag: string; detection_limit: number | null }[] | null;
}

/** Rows of a water family of one site in [from, to), epoch milliseconds, with their flags. */
export async function listWaterRows(
  db: Queryable,
  family: 'water_sample' | 'water_month',
  siteId: number,
  from: number,
  to: number,
): Promise<WaterRow[]> {
  const { rows } = await db.query<StoredRow>(
    `select w.site_id, w.ts, ${waterItems.map((item) => `w.${quote(item)}`).join(', ')},
            (select jsonb_agg(jsonb_build_object('indicator', vf.indicator, 'flag', vf.flag,
                                                 'detection_limit', vf.detection_limit))
               from value_flags vf
              where vf.family = '${family}' and vf.ts = w.ts and vf.site_id = w.site_id) as flags
       from ${family} w where w.site_id = $1 and w.ts >= $2 and w.ts < $3 order by w.ts`,
    [siteId, new Date(from), new Date(to)],
  );
  return rows.map(readWaterRow);
}

function readWaterRow(row: StoredRow): WaterRow {
  const flags = (row.flags ?? []).map(({ indicator, flag, detection_limit: detectionLimit }) => ({
    indicator,
    flag,
    detectionLimit,
  }));
  return buildWaterRow(row.site_id, row.ts.getTime(), (item) => row[item], flags);
}

/** A water row from its values and their flags: a value that a reviewer marked `invalid` is none. */
export function buildWaterRow(
  siteId: number,
  ts: number,
  valueOf: (item: string) => unknown,
  flags: readonly {
    readonly indicator: string;
    readonly flag: string;
    readonly detectionLimit: number | null;
  }[],
): WaterRow {
  const invalid = new Set(flags.filter(({ flag }) => flag === 'invalid').map(({ indicator }) => indicator));
  const values = new Map<string, number>();
  for (const item of waterItems) {
    const value = valueOf(item);
    if (typeof value === 'number' && !invalid.has(item) && !invalid.has('*')) values.set(item, value);
  }
  const detectionLimits = new Map<string, number>();
  for (const { indicator, flag, detectionLimit: limit } of flags) {
    if (flag === 'below-detection' && limit !== null) detectionLimits.set(indicator, limit);
  }
  return {
    siteId,
    ts,
    values,
    detectionLimits,
    noFlow: flags.some(({ flag }) => flag === 'no-flow'),
    maintenance: flags.some(({ flag, indicator }) => flag === 'maintenance' && indicator === '*'),
  };
}

/** Stores a derived month, in place of what was derived before. */
export async function saveWaterMonth(client: PoolClient, month: WaterSiteMonthRow): Promise<void> {
  await client.query(
    `insert into water_site_months (month, site_id, items, samples, input, grade, determining, main_pollutants,
                                    no_flow, standard_id)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (month, site_id) do update set items = excluded.items, samples = excluded.samples,
       input = excluded.input, grade = excluded.grade, determining = excluded.determining,
       main_pollutants = excluded.main_pollutants, no_flow = excluded.no_flow, standard_id = excluded.standard_id,
       computed_at = now()`,
    [
      month.month,
      month.siteId,
      JSON.stringify(month.items),
      month.samples,
      month.input,
      month.grade,
      month.determining,
      JSON.stringify(month.mainPollutants),
      month.noFlow,
      month.standardId,
    ],
  );
}

/** Removes a derived month (`YYYY-MM`) of which nothing is stored any more. */
export async function deleteWaterMonth(client: PoolClient, siteId: number, month: string): Promise<void> {
  await client.query('delete from water_site_months where site_id = $1 and month = $2::date', [
    siteId,
    `${month}-01`,
  ]);
}

/** Derived months of sites in the half-open range of days [from, to), in order. */
export async function listWaterMonths(
  db: Queryable,
  siteIds: readonly number[],
  from: string,
  to: string,
): Promise<WaterSiteMonthRow[]> {
  const { rows } = await db.query<WaterSiteMonthRow>(
    `select month::text, site_id as "siteId", items, samples, input, grade, determining,
            main_pollutants as "mainPollutants", no_flow as "noFlow", standard_id as "standardId"
       from water_site_months
      where site_id = any ($1::integer[]) and month >= $2::date and month < $3::date order by month, site_id`,
    [siteIds, from, to],
  );
  return rows;
}
