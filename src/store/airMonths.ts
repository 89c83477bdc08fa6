import type { PoolClient } from 'pg';
import { airDayColumns, type AirGroupDayRow } from './airDays.js';

/** A group's month by its first three keys. */
export interface GroupMonthKey {
  readonly groupCode: string;
  /** `YYYY-MM`. */
  readonly month: string;
}

/** A county's or city's mean of one item over a month, in one ledger. */
export interface AirGroupMonthRow extends GroupMonthKey {
  readonly item: string;
  readonly ledger: 'with-dust' | 'without-dust';
  /** Unrounded, as a decimal text; `null` without a valid day. */
  readonly mean: string | null;
  /** As bulletins print it. */
  readonly printed: string | null;
  readonly validDays: number;
  /** Days of the month that were over. */
  readonly elapsedDays: number;
  readonly monthDays: number;
  readonly requiredDays: number | null;
  readonly valid: boolean;
  readonly standardId: string;
}

/** The Beijing day that runs now. */
export async function readToday(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ today: string }>('select beijing_day(now())::text as today');
  return rows[0]!.today;
}

/** Months stored while one of their days was not over that is over now. */
export async function listOutrunMonths(client: PoolClient, today: string): Promise<GroupMonthKey[]> {
  const { rows } = await client.query<GroupMonthKey>(
    `select distinct group_code as "groupCode", to_char(month, 'YYYY-MM') as month from air_group_months
      where elapsed_days < month_days and month + elapsed_days < $1::date`,
    [today],
  );
  return rows;
}

/** Derived county days of some months, in order of group and day. */
export async function listDaysOfMonths(
  client: PoolClient,
  keys: readonly GroupMonthKey[],
): Promise<AirGroupDayRow[]> {
  const { rows } = await client.query<AirGroupDayRow>(
    `select d.day::text, d.group_code as "groupCode", ${airDayColumns.map((column) => `d.${column}::text`).join(', ')},
            d.stations, d.standard_id as "standardId", d.aqi, d.level, d.category,
            d.primary_pollutants as "primaryPollutants", d.iaqi, d.dust_hours as "dustHours"
       from unnest($1::text[], $2::date[]) as k (group_code, month)
       join air_group_days d on d.group_code = k.group_code and d.day >= k.month
        and d.day < (k.month + interval '1 month')::date
      order by d.group_code, d.day`,
    [keys.map(({ groupCode }) => groupCode), keys.map(({ month }) => `${month}-01`)],
  );
  return rows;
}

/** Stores derived months, in place of everything that was derived of the given months before. */
export async function replaceGroupMonths(
  client: PoolClient,
  keys: readonly GroupMonthKey[],
  rows: readonly AirGroupMonthRow[],
): Promise<void> {
  await client.query(
    `delete from air_group_months m using unnest($1::text[], $2::date[]) as k (group_code, month)
      where m.group_code = k.group_code and m.month = k.month`,
    [keys.map(({ groupCode }) => groupCode), keys.map(({ month }) => `${month}-01`)],
  );
  if (rows.length === 0) return;
  await client.query(
    `insert into air_group_months (month, group_code, item, ledger, mean, printed, valid_days, elapsed_days, month_days,
                                   required_days, valid, standard_id)
     select (r.month || '-01')::date, r."groupCode", r.item, r.ledger, r.mean, r.printed, r."validDays", r."elapsedDays",
            r."monthDays", r."requiredDays", r.valid, r."standardId"
       from jsonb_to_recordset($1) as r (month text, "groupCode" text, item text, ledger text, mean text, printed text,
            "validDays" smallint, "elapsedDays" smallint, "monthDays" smallint, "requiredDays" smallint, valid boolean,
            "standardId" text)`,
    [JSON.stringify(rows)],
  );
}
