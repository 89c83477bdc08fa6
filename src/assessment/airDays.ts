import type { PoolClient } from 'pg';
import { dayMs, dayOfInstant, instantOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import { findDustHours } from '../statistics/dustHours.js';
import { computeDayAqi, computeGroupDay, type GroupDay } from '../statistics/groupDay.js';
import {
  airDayItems,
  computeSiteDay,
  siteDayRulesOf,
  type SiteDay,
  type SiteDayRules,
  type SiteDayValue,
} from '../statistics/siteDay.js';
import {
  deleteGroupDays,
  deleteSiteDays,
  listHours,
  listReportedDays,
  listSiteDays,
  saveGroupDays,
  saveSiteDays,
  type AirGroupDayRow,
  type AirSiteDayRow,
  type DayInput,
} from '../store/airDays.js';
import { listDustPeriods } from '../store/dustPeriods.js';
import type { Reference } from './reference.js';

interface SiteDayKey {
  readonly siteId: number;
  readonly day: string;
}

/**
 * Derives the given station days, and then the days of every group that one of those stations belongs to. A day for
 * which nothing is stored has no derived row.
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
}

/** A station's derived day as it is computed with and as it is stored. */
interface DerivedDay {
  readonly day: SiteDay;
  readonly row: AirSiteDayRow;
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
  const rulesOf = new Map(days.map((day) => [day, dayRules(reference, day)]));
  const dustOf = new Map(days.map((day) => [day, findDustHours(day, dust)]));
  const derived = new Map<string, DerivedDay>();
  for (const key of keys) {
    const text = textOf(key);
    const input = { hours: hoursOf.get(text) ?? null, reported: reportedOf.get(text) ?? null };
    if (input.hours === null && input.reported === null) continue;
    const dustHours = dustOf.get(key.day);
    const day = computeSiteDay({ ...input, dustHours }, rulesOf.get(key.day)!);
    derived.set(text, { day, row: toRow(key, day, dustHours) });
  }
  return derived;
}

function dayRules(reference: Reference, day: string): SiteDayRules {
  const { airLimits, airEvaluation } = reference.standards;
  return siteDayRulesOf(chooseStandard(airLimits, day), chooseStandard(airEvaluation, day));
}

function toRow(key: SiteDayKey, day: SiteDay, dustHours: readonly boolean[] | undefined): AirSiteDayRow {
  const inputs: Record<string, DayInput> = {};
  for (const item of airDayItems) {
    const { basis, validHours } = day.items[item];
    if (basis !== null || validHours > 0) inputs[item] = { basis: basis ?? 'hourly', hours: validHours };
  }
  return {
    day: key.day,
    siteId: key.siteId,
    ...valueTexts(day),
    inputs,
    dustHours: dustHours?.filter(Boolean).length ?? 0,
  };
}

function valueTexts(day: SiteDay | GroupDay) {
  const text = (value: { readonly value: Decimal | null }) => value.value?.toString() ?? null;
  return {
    so2: text(day.items.so2),
    no2: text(day.items.no2),
    co: text(day.items.co),
    o3_8h: text(day.items.o3_8h),
    o3_1h: text(day.items.o3_1h),
    pm10: text(day.items.pm10),
    pm25: text(day.items.pm25),
    pm10_no_dust: text(day.withoutDust.pm10),
    pm25_no_dust: text(day.withoutDust.pm25),
  };
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
      const found = members.flatMap((siteId): MemberDay[] => {
        const key = textOf({ siteId, day });
        const own = derived.get(key);
        if (own !== undefined) return [{ day: own.day, dustHours: own.row.dustHours }];
        const row = inHand.has(key) ? undefined : storedOf.get(key);
        return row === undefined ? [] : [{ day: siteDayOfRow(row), dustHours: row.dustHours }];
      });
      rows.push(deriveGroupDay(reference, groupCode, members.length, day, found));
    }
  }
  return rows;
}

interface MemberDay {
  readonly day: SiteDay;
  readonly dustHours: number;
}

function deriveGroupDay(
  reference: Reference,
  groupCode: string,
  members: number,
  day: string,
  found: readonly MemberDay[],
): AirGroupDayRow {
  const evaluation = chooseStandard(reference.standards.airEvaluation, day);
  const group = computeGroupDay(
    found.map(({ day: siteDay }) => siteDay),
    members,
    evaluation.stations.minimumShare,
  );
  const standard = chooseStandard(reference.standards.aqi, day);
  const report = computeDayAqi(standard, group);
  return {
    day,
    groupCode,
    ...valueTexts(group),
    stations: found.length,
    standardId: standard.id,
    aqi: report.aqi,
    level: report.level?.level ?? null,
    category: report.level?.category ?? null,
    primaryPollutants: report.primary,
    iaqi: Object.fromEntries(Object.entries(report.items).map(([item, { iaqi }]) => [item, iaqi])),
    dustHours: Math.max(0, ...found.map(({ dustHours }) => dustHours)),
  };
}

/** A stored station day as the statistics take it. */
export function siteDayOfRow(row: AirSiteDayRow): SiteDay {
  const value = (text: string | null, input: DayInput | undefined): SiteDayValue => ({
    value: text === null ? null : new Decimal(text),
    basis: text === null || input === undefined ? null : input.basis === 'mixed' ? 'hourly' : input.basis,
    validHours: input?.hours ?? 0,
  });
  return {
    items: {
      so2: value(row.so2, row.inputs['so2']),
      no2: value(row.no2, row.inputs['no2']),
      co: value(row.co, row.inputs['co']),
      o3_8h: value(row.o3_8h, row.inputs['o3_8h']),
      pm10: value(row.pm10, row.inputs['pm10']),
      pm25: value(row.pm25, row.inputs['pm25']),
      o3_1h: value(row.o3_1h, row.inputs['o3_1h']),
    },
    withoutDust: {
      pm10: value(row.pm10_no_dust, row.inputs['pm10']),
      pm25: value(row.pm25_no_dust, row.inputs['pm25']),
    },
    dust: row.dustHours > 0,
  };
}
