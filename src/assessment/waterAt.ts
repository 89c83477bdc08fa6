import { addMonths, dayOfInstant, instantOfDay, monthOfDay } from '../domain/calendar.js';
import { families } from '../domain/family.js';
import type { Queryable } from '../store/pool.js';
import { listFlagsAt, listRowsAt, type FlagAt } from '../store/valuesAt.js';
import { buildWaterRow, type WaterRow } from '../store/waterSiteMonths.js';
import type { WaterMonthRows } from './deriveWater.js';

/**
 * What was stored at an instant of sections' months in the half-open range [from, to) of months: `<site> <month>` →
 * rows with their flags. A month of which nothing was stored has no entry.
 */
export async function loadWaterRowsAt(
  db: Queryable,
  query: {
    readonly siteIds: readonly number[];
    readonly from: string;
    readonly to: string;
    readonly at: string;
  },
): Promise<Map<string, WaterMonthRows>> {
  const found = new Map<string, { monthly: WaterRow[]; sampled: WaterRow[] }>();
  const range = {
    siteIds: query.siteIds,
    from: new Date(instantOfDay(`${query.from}-01`)),
    to: new Date(instantOfDay(`${query.to}-01`)),
    at: query.at,
  };
  for (const [family, part] of [
    ['water_month', 'monthly'],
    ['water_sample', 'sampled'],
  ] as const) {
    const { columns } = families[family];
    const flags = new Map<string, FlagAt[]>();
    for (const flag of await listFlagsAt(db, family, range)) {
      const key = `${flag.siteId} ${flag.ts.getTime()}`;
      flags.set(key, [...(flags.get(key) ?? []), flag]);
    }
    for (const { siteId, ts, values } of await listRowsAt(db, family, range)) {
      const own = flags.get(`${siteId} ${ts.getTime()}`) ?? [];
      const valueOf = (item: string) => values[columns.indexOf(item)];
      const key = `${siteId} ${monthOfDay(dayOfInstant(ts.getTime()))}`;
      const month = found.get(key) ?? { monthly: [], sampled: [] };
      month[part].push(buildWaterRow(siteId, ts.getTime(), valueOf, own));
      found.set(key, month);
    }
  }
  return found;
}

/** Every month of the half-open range [from, to). */
export function monthsBetween(from: string, to: string): string[] {
  const months: string[] = [];
  for (let month = from; month < to; month = addMonths(month, 1)) months.push(month);
  return months;
}
