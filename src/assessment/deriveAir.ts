import { Decimal } from '../domain/decimal.js';
import { chooseStandard, type Standards } from '../domain/standard.js';
import { computeDayAqi, computeGroupDay, type GroupDay } from '../statistics/groupDay.js';
import {
  airDayItems,
  computeSiteDay,
  siteDayRulesOf,
  type SiteDay,
  type SiteDayInput,
  type SiteDayRules,
  type SiteDayValue,
} from '../statistics/siteDay.js';
import type { AirGroupDayRow, AirSiteDayRow, DayInput } from '../store/airDays.js';

/** A station's Beijing day. */
export interface SiteDayKey {
  readonly siteId: number;
  readonly day: string;
}

/** A station's derived day as it is computed with and as it is stored. */
export interface DerivedDay {
  readonly day: SiteDay;
  readonly row: AirSiteDayRow;
}

/** The validity rules of the versions in force on a day. */
export function dayRulesOf(
  { airLimits, airEvaluation }: Pick<Standards, 'airLimits' | 'airEvaluation'>,
  day: string,
): SiteDayRules {
  return siteDayRulesOf(chooseStandard(airLimits, day), chooseStandard(airEvaluation, day));
}

/** A station's day from everything stored for it; `undefined` when that is nothing. */
export function deriveSiteDay(
  key: SiteDayKey,
  input: SiteDayInput,
  rules: SiteDayRules,
): DerivedDay | undefined {
  if (input.hours === null && input.reported === null) return undefined;
  const day = computeSiteDay(input, rules);
  return { day, row: toRow(key, day, input.dustHours) };
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

/** A station's day as its groups take it. */
export interface MemberDay {
  readonly day: SiteDay;
  readonly dustHours: number;
}

/**
 * A group's day from the days of its members that have data.
 *
 * @param members number of members, with or without data
 */
export function deriveGroupDay(
  standards: Pick<Standards, 'airEvaluation' | 'aqi'>,
  groupCode: string,
  members: number,
  day: string,
  found: readonly MemberDay[],
): AirGroupDayRow {
  const evaluation = chooseStandard(standards.airEvaluation, day);
  const group = computeGroupDay(
    found.map(({ day: siteDay }) => siteDay),
    members,
    evaluation.stations.minimumShare,
  );
  const standard = chooseStandard(standards.aqi, day);
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

/** Rows by their day, in order of day. */
export function groupByDay<T extends { readonly day: string }>(rows: readonly T[]): [string, T[]][] {
  const days = new Map<string, T[]>();
  for (const row of rows) {
    const own = days.get(row.day);
    if (own === undefined) days.set(row.day, [row]);
    else own.push(row);
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** A group's days from the stored days of its members. */
export function deriveGroupDays(
  standards: Pick<Standards, 'airEvaluation' | 'aqi'>,
  groupCode: string,
  members: number,
  stationDays: readonly AirSiteDayRow[],
): AirGroupDayRow[] {
  return groupByDay(stationDays).map(([day, found]) => {
    const own = found.map((row) => ({ day: siteDayOfRow(row), dustHours: row.dustHours }));
    return deriveGroupDay(standards, groupCode, members, day, own);
  });
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
