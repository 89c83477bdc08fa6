import { addDays, dayOfInstant, daysBetween, hourMs, instantOfDay } from '../domain/calendar.js';
import { families } from '../domain/family.js';
import type { Standards } from '../domain/standard.js';
import { findDustHours, type DustPeriod } from '../statistics/dustHours.js';
import type { SiteDayInput } from '../statistics/siteDay.js';
import type { Queryable } from '../store/pool.js';
import { listFlagsAt, listRowsAt } from '../store/valuesAt.js';
import { dayRulesOf, deriveSiteDay, type DerivedDay, type SiteDayKey } from './deriveAir.js';

/** Station days with everything stored for each, as at an instant. */
export type SiteDayInputs = ReadonlyMap<string, SiteDayInput>;

/** The key of a station day in such maps. */
export const textOfKey = ({ siteId, day }: SiteDayKey): string => `${siteId} ${day}`;

/** A run of station days shares its queries when the gap to the next is not longer than this many days. */
const bridgedDays = 31;

/**
 * What was stored at an instant for station days in a half-open range of Beijing days: the hours and reported daily
 * values without those that were marked invalid, and the hours inside the given dust periods.
 */
export async function loadSiteDayInputs(
  db: Queryable,
  query: {
    readonly siteIds: readonly number[];
    readonly from: string;
    readonly to: string;
    readonly at: string;
  },
  dust: readonly DustPeriod[],
): Promise<SiteDayInputs> {
  const range = {
    siteIds: query.siteIds,
    from: new Date(instantOfDay(query.from)),
    to: new Date(instantOfDay(query.to)),
    at: query.at,
  };
  const inputs = new Map<string, { hours: Record<string, (number | null)[]> | null; reported: Row | null }>();
  const inputOf = (siteId: number, ts: Date) => {
    const key = textOfKey({ siteId, day: dayOfInstant(ts.getTime()) });
    let input = inputs.get(key);
    if (input === undefined) inputs.set(key, (input = { hours: null, reported: null }));
    return input;
  };
  for (const row of await listRowsAt(db, 'air_hour', range)) {
    const input = inputOf(row.siteId, row.ts);
    input.hours ??= Object.fromEntries(hourItems.map((item) => [item, Array(24).fill(null)]));
    const hour = hourOf(row.ts);
    hourItems.forEach((item, index) => (input.hours![item]![hour] = row.values[index] as number | null));
  }
  for (const row of await listRowsAt(db, 'air_day', range)) {
    inputOf(row.siteId, row.ts).reported = Object.fromEntries(
      dayItems.map((item, index) => [item, row.values[index] as number | null]),
    );
  }
  for (const family of ['air_hour', 'air_day'] as const)
    for (const { siteId, ts, indicator, flag } of await listFlagsAt(db, family, range)) {
      if (flag !== 'invalid') continue;
      const { hours, reported } = inputOf(siteId, ts);
      for (const item of indicator === '*' ? families[family].columns : [indicator]) {
        if (family === 'air_hour' && hours?.[item] !== undefined) hours[item][hourOf(ts)] = null;
        if (family === 'air_day' && reported !== null) reported[item] = null;
      }
    }
  const dustOf = new Map<string, readonly boolean[] | undefined>();
  return new Map(
    [...inputs].map(([key, input]): [string, SiteDayInput] => {
      const day = key.slice(key.indexOf(' ') + 1);
      if (!dustOf.has(day)) dustOf.set(day, findDustHours(day, dust));
      return [key, { ...input, dustHours: dustOf.get(day) }];
    }),
  );
}

type Row = Record<string, number | null>;
const hourItems = families.air_hour.columns;
const dayItems = families.air_day.columns;

function hourOf(ts: Date): number {
  return Math.floor((ts.getTime() - instantOfDay(dayOfInstant(ts.getTime()))) / hourMs);
}

/** Derives station days as they stood at an instant; a day for which nothing was stored has no entry. */
export async function deriveSiteDaysAt(
  db: Queryable,
  standards: Standards,
  keys: readonly SiteDayKey[],
  at: string,
  dust: readonly DustPeriod[],
): Promise<Map<string, DerivedDay>> {
  const derived = new Map<string, DerivedDay>();
  for (const run of runsOf(keys)) {
    const siteIds = [...new Set(run.map(({ siteId }) => siteId))];
    const days = run.map(({ day }) => day).sort();
    const range = { siteIds, from: days[0]!, to: addDays(days.at(-1)!, 1), at };
    const inputs = await loadSiteDayInputs(db, range, dust);
    for (const key of run) {
      const input = inputs.get(textOfKey(key));
      const found = input && deriveSiteDay(key, input, dayRulesOf(standards, key.day));
      if (found !== undefined) derived.set(textOfKey(key), found);
    }
  }
  return derived;
}

function runsOf(keys: readonly SiteDayKey[]): SiteDayKey[][] {
  const runs: SiteDayKey[][] = [];
  for (const key of [...keys].sort((a, b) => (a.day < b.day ? -1 : 1))) {
    const run = runs.at(-1);
    if (run !== undefined && daysBetween(run.at(-1)!.day, key.day) <= bridgedDays) run.push(key);
    else runs.push([key]);
  }
  return runs;
}
