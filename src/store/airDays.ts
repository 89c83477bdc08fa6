import type { PoolClient } from 'pg';
import type { Queryable } from './pool.js';

/** The items of a day, as columns of the derived tables. */
export const airDayColumns = [
  'so2',
  'no2',
  'co',
  'o3_8h',
  'o3_1h',
  'pm10',
  'pm25',
  'pm10_no_dust',
  'pm25_no_dust',
] as const;
export type AirDayColumn = (typeof airDayColumns)[number];

/** Where an item of a day comes from, and how many hours it rests on. */
export interface DayInput {
  readonly basis: 'hourly' | 'daily' | 'mixed';
  readonly hours: number;
}

/** A station's derived day: unrounded means as decimal texts. */
export interface AirSiteDayRow extends Readonly<Record<AirDayColumn, string | null>> {
  readonly day: string;
  readonly siteId: number;
  readonly inputs: Readonly<Record<string, DayInput>>;
  readonly dustHours: number;
}

/** A county's or city's derived day with its index. */
export interface AirGroupDayRow extends Readonly<Record<AirDayColumn, string | null>> {
  readonly day: string;
  readonly groupCode: string;
  readonly stations: number;
  readonly standardId: string;
  readonly aqi: number | null;
  readonly level: string | null;
  readonly category: string | null;
  readonly primaryPollutants: readonly string[];
  /** Item → IAQI, `null` where there is none, with the inputs the item rests on. */
  readonly iaqi: Readonly<Record<string, number | null>>;
  readonly dustHours: number;
}

/** Hourly rows of the given site days. `values` in the order so2, no2, co, o3, pm10, pm25. */
export interface HourRow {
  readonly siteId: number;
  readonly ts: number;
  readonly values: readonly (number | null)[];
}

const siteDayList = `unnest($1::integer[], $2::timestamptz[]) as m (site_id, day_start)`;

// A reviewer's `invalid` takes a value out of every statistic; no automatic flag does.
const unlessInvalid = (alias: string, column: string) =>
  `case when v.invalid is null or not (v.invalid && array['*', '${column}']) then ${alias}.${column} end as ${column}`;

const invalidOf = (family: string, alias: string) => `left join lateral (
    select array_agg(vf.indicator) as invalid from value_flags vf
     where vf.family = '${family}' and vf.ts = ${alias}.ts and vf.site_id = ${alias}.site_id and vf.flag = 'invalid'
  ) v on true`;

/**
 * The hourly rows of site days; `dayStarts` are the instants at which the days begin. `offset 0` keeps the planner from
 * reading whole partitions for a few days when it has no statistics yet.
 */
export async function listHours(
  db: Queryable,
  siteIds: readonly number[],
  dayStarts: readonly Date[],
): Promise<HourRow[]> {
  const columns = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'];
  const { rows } = await db.query<{ site_id: number; ts: Date } & Record<string, number | null>>(
    `select h.site_id, h.ts, ${columns.map((column) => unlessInvalid('h', column)).join(', ')}
       from ${siteDayList}
       cross join lateral (
         select * from air_hour a
          where a.site_id = m.site_id and a.ts >= m.day_start and a.ts < m.day_start + interval '1 day' offset 0) h
       ${invalidOf('air_hour', 'h')}`,
    [siteIds, dayStarts],
  );
  return rows.map((row) => ({
    siteId: row.site_id,
    ts: row.ts.getTime(),
    values: columns.map((column) => row[column] ?? null),
  }));
}

/** The daily rows that other offices reported for site days: items by name, `null` where there is none. */
export async function listReportedDays(
  db: Queryable,
  siteIds: readonly number[],
  dayStarts: readonly Date[],
): Promise<{ siteId: number; ts: number; values: Record<string, number | null> }[]> {
  const columns = ['so2', 'no2', 'co', 'o3_8h', 'o3_1h', 'pm10', 'pm25'];
  const { rows } = await db.query<{ site_id: number; ts: Date } & Record<string, number | null>>(
    `select d.site_id, d.ts, ${columns.map((column) => unlessInvalid('d', column)).join(', ')}
       from ${siteDayList} join air_day d on d.site_id = m.site_id and d.ts = m.day_start
       ${invalidOf('air_day', 'd')}`,
    [siteIds, dayStarts],
  );
  return rows.map((row) => ({
    siteId: row.site_id,
    ts: row.ts.getTime(),
    values: Object.fromEntries(columns.map((column) => [column, row[column] ?? null])),
  }));
}

/** Stores derived station days, in place of what was derived before. */
export async function saveSiteDays(client: PoolClient, days: readonly AirSiteDayRow[]): Promise<void> {
  await saveDays(
    client,
    'air_site_days',
    ['day', 'site_id'],
    [...airDayColumns, 'inputs', 'dust_hours'],
    days.map(({ siteId, dustHours, ...day }) => ({ ...day, site_id: siteId, dust_hours: dustHours })),
  );
}

/** Stores derived county days, in place of what was derived before. */
export async function saveGroupDays(client: PoolClient, days: readonly AirGroupDayRow[]): Promise<void> {
  await saveDays(
    client,
    'air_group_days',
    ['day', 'group_code'],
    [
      ...airDayColumns,
      'stations',
      'standard_id',
      'aqi',
      'level',
      'category',
      'primary_pollutants',
      'iaqi',
      'dust_hours',
    ],
    days.map(({ groupCode, standardId, primaryPollutants, dustHours, ...day }) => ({
      ...day,
      group_code: groupCode,
      standard_id: standardId,
      primary_pollutants: primaryPollutants,
      dust_hours: dustHours,
    })),
  );
}

async function saveDays(
  client: PoolClient,
  table: string,
  keys: readonly string[],
  columns: readonly string[],
  rows: readonly object[],
): Promise<void> {
  if (rows.length === 0) return;
  const names = [...keys, ...columns].join(', ');
  await client.query(
    `insert into ${table} (${names})
     select ${names} from jsonb_populate_recordset(null::${table}, $1)
     on conflict (${keys.join(', ')}) do update set computed_at = now(),
       ${columns.map((column) => `${column} = excluded.${column}`).join(', ')}`,
    [JSON.stringify(rows)],
  );
}

/** Removes derived station days for which nothing is stored any more. */
export async function deleteSiteDays(
  client: PoolClient,
  keys: readonly { readonly siteId: number; readonly day: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await client.query(
    `delete from air_site_days d using unnest($1::integer[], $2::date[]) as k (site_id, day)
      where d.site_id = k.site_id and d.day = k.day`,
    [keys.map(({ siteId }) => siteId), keys.map(({ day }) => day)],
  );
}

/** Removes derived county days of groups without any station day. */
export async function deleteGroupDays(
  client: PoolClient,
  keys: readonly { readonly groupCode: string; readonly day: string }[],
): Promise<void> {
  if (keys.length === 0) return;
  await client.query(
    `delete from air_group_days d using unnest($1::text[], $2::date[]) as k (group_code, day)
      where d.group_code = k.group_code and d.day = k.day`,
    [keys.map(({ groupCode }) => groupCode), keys.map(({ day }) => day)],
  );
}

/** Derived station days of the given sites and days. */
export async function listSiteDays(
  db: Queryable,
  siteIds: readonly number[],
  days: readonly string[],
): Promise<AirSiteDayRow[]> {
  const { rows } = await db.query<AirSiteDayRow>(
    `select day::text, site_id as "siteId", ${airDayColumns.map((column) => `${column}::text`).join(', ')},
            inputs, dust_hours as "dustHours"
       from air_site_days where site_id = any ($1::integer[]) and day = any ($2::date[]) order by day, site_id`,
    [siteIds, days],
  );
  return rows;
}

/** Derived county days of a group in the half-open range [from, to), in order. */
export async function listGroupDays(
  db: Queryable,
  groupCode: string,
  from: string,
  to: string,
): Promise<AirGroupDayRow[]> {
  const { rows } = await db.query<AirGroupDayRow>(
    `select day::text, group_code as "groupCode", ${airDayColumns.map((column) => `${column}::text`).join(', ')},
            stations, standard_id as "standardId", aqi, level, category, primary_pollutants as "primaryPollutants",
            iaqi, dust_hours as "dustHours"
       from air_group_days where group_code = $1 and day >= $2::date and day < $3::date order by day`,
    [groupCode, from, to],
  );
  return rows;
}
