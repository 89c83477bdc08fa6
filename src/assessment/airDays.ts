import type { PoolClient } from 'pg';
import { beijingOffsetMs, dayMs, dayOfInstant, hourMs, instantOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import { findDustHours } from '../statistics/dustHours.js';
import { computeDayAqi, computeGroupDay, type GroupDay } from '../statistics/groupDay.js';
import {
  airDayItems,
  computeSiteDay,
  siteDayRulesOf,
  type AirHourItem,
  type SiteDay,
  type SiteDayInput,
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

const hourItems: readonly AirHourItem[] = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'];

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
  await saveSiteDays(client, derived);
  const kept = new Set(derived.map(({ siteId, day }) => `${siteId} ${day}`));
  const empty = keys.filter(({ siteId, day }) => !kept.has(`${siteId} ${day}`));
  await deleteSiteDays(client, empty);
  // Two processes may have derived two stations of one county: whoever comes second must see what the first stored.
  await client.query(`select pg_advisory_xact_lock(hashtext('air group days'))`);
  const groupDays = await deriveGroupDays(client, reference, keys);
  await saveGroupDays(
    client,
    groupDays.filter(({ stations }) => stations > 0),
  );
  await deleteGroupDays(
    client,
    groupDays.filter(({ stations }) => stations === 0),
  );
}

async function deriveSiteDays(
  client: PoolClient,
  reference: Reference,
  keys: readonly SiteDayKey[],
): Promise<AirSiteDayRow[]> {
  const siteIds = keys.map(({ siteId }) => siteId);
  const starts = keys.map(({ day }) => new Date(instantOfDay(day)));
  const hours = await listHours(client, siteIds, starts);
  const reported = await listReportedDays(client, siteIds, starts);
  const times = starts.map((start) => start.getTime());
  const dust = await listDustPeriods(client, Math.min(...times), Math.max(...times) + dayMs);
  const inputs = new Map(keys.map((key) => [`${key.siteId} ${key.day}`, emptyInput()]));
  for (const row of hours) {
    const input = inputs.get(`${row.siteId} ${dayOfInstant(row.ts)}`)!;
    const hour = Math.floor(((row.ts + beijingOffsetMs) % dayMs) / hourMs);
    hourItems.forEach((item, index) => {
      input.hours[item][hour] = row.values[index] ?? null;
    });
  }
  for (const row of reported) inputs.get(`${row.siteId} ${dayOfInstant(row.ts)}`)!.reported = row.values;
  const known = new Set([...hours, ...reported].map((row) => `${row.siteId} ${dayOfInstant(row.ts)}`));
  const stored = keys.filter(({ siteId, day }) => known.has(`${siteId} ${day}`));
  return stored.map((key) => {
    const input = inputs.get(`${key.siteId} ${key.day}`)!;
    const dustHours = findDustHours(key.day, dust);
    const rules = siteDayRulesOf(
      chooseStandard(reference.standards.airLimits, key.day),
      chooseStandard(reference.standards.airEvaluation, key.day),
    );
    return toRow(key, computeSiteDay({ ...input, dustHours }, rules), dustHours);
  });
}

interface MutableInput {
  hours: Record<AirHourItem, (number | null)[]>;
  reported: SiteDayInput['reported'];
}

function emptyInput(): MutableInput {
  const empty = () => Array.from({ length: 24 }, () => null as number | null);
  return {
    hours: { so2: empty(), no2: empty(), co: empty(), o3: empty(), pm10: empty(), pm25: empty() },
    reported: null,
  };
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
): Promise<AirGroupDayRow[]> {
  const rows: AirGroupDayRow[] = [];
  for (const [groupCode, members] of reference.groups) {
    const days = [...new Set(keys.filter(({ siteId }) => members.includes(siteId)).map(({ day }) => day))];
    if (days.length === 0) continue;
    const stored = await listSiteDays(client, members, days);
    for (const day of days) {
      const siteDays = stored.filter((row) => row.day === day);
      rows.push(deriveGroupDay(reference, groupCode, members.length, day, siteDays));
    }
  }
  return rows;
}

function deriveGroupDay(
  reference: Reference,
  groupCode: string,
  members: number,
  day: string,
  siteDays: readonly AirSiteDayRow[],
): AirGroupDayRow {
  const evaluation = chooseStandard(reference.standards.airEvaluation, day);
  const group = computeGroupDay(siteDays.map(fromRow), members, evaluation.stations.minimumShare);
  const standard = chooseStandard(reference.standards.aqi, day);
  const report = computeDayAqi(standard, group);
  return {
    day,
    groupCode,
    ...valueTexts(group),
    stations: siteDays.length,
    standardId: standard.id,
    aqi: report.aqi,
    level: report.level?.level ?? null,
    category: report.level?.category ?? null,
    primaryPollutants: report.primary,
    iaqi: Object.fromEntries(Object.entries(report.items).map(([item, { iaqi }]) => [item, iaqi])),
    dustHours: Math.max(0, ...siteDays.map(({ dustHours }) => dustHours)),
  };
}

function fromRow(row: AirSiteDayRow): SiteDay {
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
