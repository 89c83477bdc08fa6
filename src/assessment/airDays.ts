import type { PoolClient } from 'pg';
import { breathe } from '../breathing.js';
import { dayMs, dayOfInstant, instantOfDay } from '../domain/calendar.js';
import { findDustHours } from '../statistics/dustHours.js';
import {
  deleteGroupDays,
  deleteSiteDays,
  listHours,
  listReportedDays,
  listSiteDays,
  saveGroupDays,
  saveSiteDays,
  type AirGroupDayRow,
} from '../store/airDays.js';
import { listDustPeriods } from '../store/dustPeriods.js';
import { recomputeAirMonths } from './airMonths.js';
import {
  dayRulesOf,
  deriveGroupDay,
  deriveSiteDay,
  siteDayOfRow,
  type DerivedDay,
  type MemberDay,
  type SiteDayKey,
} from './deriveAir.js';
import type { Reference } from './reference.js';

/**
 * Derives the given station days, and then the days and months of every group that one of those stations belongs to.
 * A day for which nothing is stored has no derived row.
 */
export async function recomputeAirDays(
  client: PoolClient,
  reference: Reference,
  keys: readonly SiteDayKey[],
): Promise<void> {
  const derived = await deriveSiteDays(client, reference, keys);
  await saveSiteDays(
    client,
    [...derived.values()].map(({ row }) => row),
  );
  const empty = keys.filter((key) => !derived.has(textOf(key)));
  await deleteSiteDays(client, empty);
  // Two processes may have derived two stations of one county: whoever comes second must see what the first stored.
  await client.query(`select pg_advisory_xact_lock(hashtext('air group days'))`);
  const groupDays = await deriveGroupDays(client, reference, keys, derived);
  await saveGroupDays(
    client,
    groupDays.filter(({ stations }) => stations > 0),
  );
  await deleteGroupDays(
    client,
    groupDays.filter(({ stations }) => stations === 0),
  );
  await recomputeAirMonths(client, reference, groupDays);
}

const textOf = ({ siteId, day }: SiteDayKey) => `${siteId} ${day}`;

async function deriveSiteDays(
  client: PoolClient,
  reference: Reference,
  keys: readonly SiteDayKey[],
): Promise<Map<string, DerivedDay>> {
  const siteIds = [...new Set(keys.map(({ siteId }) => siteId))];
  const days = [...new Set(keys.map(({ day }) => day))];
  const starts = days.map((day) => new Date(instantOfDay(day)));
  const hours = await listHours(client, siteIds, starts);
  const reported = await listReportedDays(
    client,
    keys.map(({ siteId }) => siteId),
    keys.map(({ day }) => new Date(instantOfDay(day))),
  );
  const times = starts.map((start) => start.getTime());
  const dust = await listDustPeriods(client, Math.min(...times), Math.max(...times) + dayMs);
  const hoursOf = new Map(hours.map((row) => [`${row.siteId} ${dayOfInstant(row.dayStart)}`, row.hours]));
  const reportedOf = new Map(reported.map((row) => [`${row.siteId} ${dayOfInstant(row.ts)}`, row.values]));
  const rulesOf = new Map(days.map((day) => [day, dayRulesOf(reference.standards, day)]));
  const dustOf = new Map(days.map((day) => [day, findDustHours(day, dust)]));
  const derived = new Map<string, DerivedDay>();
  for (const key of keys) {
    await breathe();
    const text = textOf(key);
    const input = { hours: hoursOf.get(text) ?? null, reported: reportedOf.get(text) ?? null };
    const found = deriveSiteDay(key, { ...input, dustHours: dustOf.get(key.day) }, rulesOf.get(key.day)!);
    if (found !== undefined) derived.set(text, found);
  }
  return derived;
}

async function deriveGroupDays(
  client: PoolClient,
  reference: Reference,
  keys: readonly SiteDayKey[],
  derived: ReadonlyMap<string, DerivedDay>,
): Promise<AirGroupDayRow[]> {
  const inHand = new Set(keys.map(textOf));
  const rows: AirGroupDayRow[] = [];
  for (const [groupCode, members] of reference.groups) {
    const own = new Set(members);
    const days = [...new Set(keys.filter(({ siteId }) => own.has(siteId)).map(({ day }) => day))];
    if (days.length === 0) continue;
    const others = members.filter((siteId) => days.some((day) => !inHand.has(textOf({ siteId, day }))));
    const stored = others.length === 0 ? [] : await listSiteDays(client, others, days);
    const storedOf = new Map(stored.map((row) => [textOf(row), row]));
    for (const day of days) {
      await breathe();
      const found = members.flatMap((siteId): MemberDay[] => {
        const key = textOf({ siteId, day });
        const own = derived.get(key);
        if (own !== undefined) return [{ day: own.day, dustHours: own.row.dustHours }];
        const row = inHand.has(key) ? undefined : storedOf.get(key);
        return row === undefined ? [] : [{ day: siteDayOfRow(row), dustHours: row.dustHours }];
      });
      rows.push(deriveGroupDay(reference.standards, groupCode, members.length, day, found));
    }
  }
  return rows;
}
