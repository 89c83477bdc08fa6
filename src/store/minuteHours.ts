import type { PoolClient } from 'pg';
import { airHourColumns } from './airDays.js';
import type { Queryable } from './pool.js';

/** The writes that store hours made of minutes carry this source. */
export const minuteMeansSource = 'minute-means';

/** The minutes of one item of one hour, in order of time; `null` is missing. */
export interface MinuteHour {
  readonly siteId: number;
  /** Start of the hour, epoch milliseconds. */
  readonly ts: number;
  readonly item: (typeof airHourColumns)[number];
  /** How many minutes a value stands for. */
  readonly minutesEach: 1 | 5;
  readonly values: readonly (number | null)[];
}

const tables = [
  ['air_minute', 1],
  ['air_minute5', 5],
] as const;

/**
 * The minutes of the given site days, hour by hour, of hours that are over by the database's clock. Items of which an
 * hour holds another sender's value are left out: that value goes before ours.
 */
export async function listMinuteHours(
  client: PoolClient,
  siteIds: readonly number[],
  dayStarts: readonly Date[],
): Promise<MinuteHour[]> {
  const found: MinuteHour[] = [];
  for (const [table, minutesEach] of tables) {
    for (const item of airHourColumns) {
      const { rows } = await client.query<{ site_id: number; hour: Date; minutes: number[]; held: number[] }>(
        `select m.site_id, date_trunc('hour', m.ts) as hour,
                array_agg(extract(minute from m.ts)::integer / ${minutesEach} order by m.ts) as minutes,
                array_agg(m.${item} order by m.ts) as held
           from unnest($1::integer[], $2::timestamptz[]) as k (site_id, day_start)
           join ${table} m on m.site_id = k.site_id and m.ts >= k.day_start and m.ts < k.day_start + interval '1 day'
          where m.${item} is not null and date_trunc('hour', m.ts) + interval '1 hour' <= clock_timestamp()
            and not exists (
              select from air_hour h
                left join value_origins o on o.family = 'air_hour' and o.ts = h.ts and o.site_id = h.site_id
                     and o.indicator = '${item}' and o.span = ''
                join writes w on w.id = coalesce(o.write_id, h.write_id)
               where h.ts = date_trunc('hour', m.ts) and h.site_id = m.site_id and h.${item} is not null
                 and w.source is distinct from $3)
          group by m.site_id, hour order by hour, m.site_id`,
        [siteIds, dayStarts, minuteMeansSource],
      );
      for (const { site_id, hour, minutes, held } of rows) {
        const values = Array.from({ length: 60 / minutesEach }, (): number | null => null);
        minutes.forEach((place, index) => (values[place] = held[index]!));
        found.push({ siteId: site_id, ts: hour.getTime(), item, minutesEach, values });
      }
    }
  }
  return found;
}

/** Whether any minutes are stored at all: most counties have none. */
export async function hasMinutes(db: Queryable): Promise<boolean> {
  const { rows } = await db.query<{ found: boolean }>(
    'select exists (select from air_minute) or exists (select from air_minute5) as found',
  );
  return rows[0]!.found;
}

/** Marks the days of stations that sent minutes lately, so that an hour whose last minutes fell silent is made too. */
export async function markMinuteDays(db: Queryable): Promise<void> {
  await db.query(
    `insert into pending_days (medium, site_id, day)
     select distinct 'air', site_id, beijing_day(ts) as day
       from (select ts, site_id from air_minute where ts >= clock_timestamp() - interval '2 hours'
             union all
             select ts, site_id from air_minute5 where ts >= clock_timestamp() - interval '2 hours') m
      order by site_id, day
     on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
  );
}
