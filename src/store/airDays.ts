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

export const airHourColumns = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'] as const;
type AirHourColumn = (typeof airHourColumns)[number];

/** The 24 hours of one site and Beijing day, item by item, `null` where there is no value. */
export interface SiteHours {
  readonly siteId: number;
  /** Instant at which the day begins, epoch milliseconds. */
  readonly dayStart: number;
  readonly hours: Readonly<Record<AirHourColumn, (number | null)[]>>;
}

// A reviewer's `invalid` takes a value out of every statistic; no automatic flag does.
const unlessInvalid = (alias: string, column: string) =>
  `case when v.invalid is null or not (v.invalid && array['*', '${column}']) then ${alias}.${column} end as ${column}`;

const invalidOf = (family: string, alias: string) => `left join lateral (
    select array_agg(vf.indicator) as invalid from value_flags vf
     where vf.family = '${family}' and vf.ts = ${alias}.ts and vf.site_id = ${alias}.site_id and vf.flag = 'invalid'
  ) v on true`;

// One row per site and day, an item's hours in one text: a row per hour would spend most of the time on its fields.
// `offset 0` keeps the planner from reading whole partitions for a few days when it has no statistics yet.
const listHoursSql = `select h.site_id, extract(epoch from d.day_start)::float8 * 1000 as day_start, h.hours,
       ${airHourColumns.map((column) => `h.${column}`).join(', ')}
  from unnest($2::timestamptz[]) as d (day_start)
  cross join lateral (
    select a.site_id,
           string_agg((extract(epoch from a.ts - d.day_start)::integer / 3600)::text, ',' order by a.ts) as hours,
           ${airHourColumns.map((c) => `string_agg(coalesce(a.${c}::text, ''), ',' order by a.ts) as ${c}`).join(', ')}
      from air_hour a
     where a.ts >= d.day_start and a.ts < d.day_start + interval '1 day' and a.site_id = any ($1::integer[])
     group by a.site_id offset 0) h`;

/** The hours of all given sites on all given days (instants at which they begin), but those marked `invalid`. */
export async function listHours(
  db: Queryable,
  siteIds: readonly number[],
  dayStarts: readonly Date[],
): Promise<SiteHours[]> {
  const { rows } = await db.query<[number, number, string, ...string[]]>({
    text: listHoursSql,
    values: [siteIds, dayStarts],
    rowMode: 'array',
  });
  const days = rows.map(([siteId, dayStart, hours, ...texts]): SiteHours => {
    const places = hours.split(',').map(Number);
    const placed = texts.map((text) => placeHours(places, text));
    return {
      siteId,
      dayStart,
      hours: Object.fromEntries(airHourColumns.map((c, i) => [c, placed[i]!])) as SiteHours['hours'],
    };
  });
  await takeOutInvalid(db, days, siteIds, dayStarts);
  return days;
}

function placeHours(places: readonly number[], text: string): (number | null)[] {
  const hours = Array.from({ length: 24 }, (): number | null => null);
  const values = text.split(',');
  for (let i = 0; i < places.length; i += 1) {
    const value = values[i]!;
    if (value !== '') hours[places[i]!] = Number(value);
  }
  return hours;
}

async function takeOutInvalid(
  db: Queryable,
  days: readonly SiteHours[],
  siteIds: readonly number[],
  dayStarts: readonly Date[],
): Promise<void> {
  const { rows } = await db.query<{ site_id: number; day_start: number; hour: number; indicator: string }>(
    `select vf.site_id, extract(epoch from d.day_start)::float8 * 1000 as day_start, vf.indicator,
            (extract(epoch from vf.ts - d.day_start)::integer / 3600) as hour
       from unnest($2::timestamptz[]) as d (day_start)
       join value_flags vf on vf.family = 'air_hour' and vf.ts >= d.day_start and vf.ts < d.day_start + interval '1 day'
      where vf.flag = 'invalid' and vf.site_id = any ($1::integer[])`,
    [siteIds, dayStarts],
  );
  if (rows.length === 0) return;
  const byKey = new Map(days.map((day) => [`${day.siteId} ${day.dayStart}`, day.hours]));
  for (const { site_id, day_start, hour, indicator } of rows) {
    const hours = byKey.get(`${site_id} ${day_start}`);
    if (hours === undefined) continue;
    for (const column of airHourColumns) {
      if (indicator === '*' || indicator === column) hours[column][hour] = null;
    }
  }
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
       from unnest($1::integer[], $2::timestamptz[]) as m (site_id, day_start)
       join air_day d on d.site_id = m.site_id and d.ts = m.day_start
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
