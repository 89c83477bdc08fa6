import type { Queryable } from '../store/pool.js';

const lookbackMs = 400 * 86_400_000;

/** A known interruption of an item: rows that came and say why they hold no value. */
export interface Excuse {
  readonly excusedZh: string;
  /** End of the interval that the last such row answers for. */
  readonly excusedUntil: number;
  /** From when on it was known. */
  readonly since: number;
}

/**
 * Rows of sites that say that there was nothing to measure (断流) or that the device was being maintained, up to an instant
 * and by site in order of time: what of an item they do not hold is not missing.
 *
 * @param endOf SQL of the end of what a row of a family answers for, by the reporting calendar
 */
export async function listExcuses(
  db: Queryable,
  siteIds: readonly number[],
  item: string,
  to: number,
  endOf: { readonly hours: string; readonly water: string },
): Promise<Map<number, Excuse[]>> {
  const { rows } = await db.query<{ siteId: number; flag: string; until: Date; ts: Date }>(
    `select site_id as "siteId", flag, ts,
            case when family = 'air_hour' then ${endOf.hours} else ${endOf.water} end as until
       from value_flags
      where family in ('air_hour', 'water_sample', 'water_month') and flag in ('no-flow', 'maintenance')
        and indicator in ('*', $2) and site_id = any ($1::integer[]) and ts <= $3 and ts >= $4
      order by ts`,
    [siteIds, item, new Date(to), new Date(to - lookbackMs)],
  );
  const found = new Map<number, Excuse[]>();
  for (const { siteId, flag, until, ts } of rows) {
    const list = found.get(siteId) ?? [];
    list.push({
      excusedZh: flag === 'no-flow' ? '断流，没有可监测的水' : '设备维护期间的数据不作为监测值',
      excusedUntil: until.getTime(),
      since: ts.getTime(),
    });
    found.set(siteId, list);
  }
  return found;
}

/** The excuse that holds at a moment of looking. */
export function excuseAt(
  excuses: readonly Excuse[] | undefined,
  lookedAt: number,
): Pick<Excuse, 'excusedZh' | 'excusedUntil'> | undefined {
  const found = excuses?.findLast(({ since }) => since <= lookedAt);
  return found && { excusedZh: found.excusedZh, excusedUntil: found.excusedUntil };
}
