import type { Decimal } from '../domain/decimal.js';
import { decimalFromDouble } from '../domain/decimal.js';
import { findLimit, type AirEvaluation, type AirLimits } from '../domain/standard.js';
import {
  computeDailyMean,
  computeO3DailyMax1h,
  computeO3DailyMax8h,
  isConcentration,
  type DailyStatistic,
  type DayHours,
  type OzoneRule,
} from './dailyMean.js';

/** Items of a day, in the columns of the family `air_day`. */
export const airDayItems = ['so2', 'no2', 'co', 'o3_8h', 'pm10', 'pm25', 'o3_1h'] as const;
export type AirDayItem = (typeof airDayItems)[number];
/** Items of an hour, in the columns of the family `air_hour`. */
export type AirHourItem = 'so2' | 'no2' | 'co' | 'o3' | 'pm10' | 'pm25';
/** The items from which dust is excluded; gases are never touched. */
export type DustItem = 'pm10' | 'pm25';

/** Everything stored for one site and Beijing day. */
export interface SiteDayInput {
  readonly hours: Readonly<Partial<Record<AirHourItem, DayHours>>> | null;
  /** Daily values as reported by another office. */
  readonly reported: Readonly<Partial<Record<AirDayItem, number | null>>> | null;
  /** Hours inside dust periods, as `findDustHours` gives them; `undefined` when the day is untouched. */
  readonly dustHours?: readonly boolean[] | undefined;
}

/** One item of a day: unrounded, with the input it rests on and the number of valid hours (0 for a reported value). */
export interface SiteDayValue {
  readonly value: Decimal | null;
  readonly basis: 'hourly' | 'daily' | null;
  readonly validHours: number;
}

/** A site's day in both ledgers: `items` 含沙尘 (as measured), `withoutDust` 扣除沙尘. */
export interface SiteDay {
  readonly items: Readonly<Record<AirDayItem, SiteDayValue>>;
  readonly withoutDust: Readonly<Record<DustItem, SiteDayValue>>;
  readonly dust: boolean;
}

/** Validity counts of a day, gathered once per version from GB 3095 table 4 and HJ 663. */
export interface SiteDayRules {
  readonly dayHours: number;
  readonly ozone: OzoneRule;
  readonly ozoneOneHourMinHours: number;
}

/** The rules of a day from the versions in force on it; the O3 limit is that of level 2. */
export function siteDayRulesOf(limits: AirLimits, evaluation: AirEvaluation): SiteDayRules {
  const limit = findLimit(limits, 'o3', '8h');
  if (limit === undefined) throw new RangeError(`${limits.id} has no 8 h limit of O3`);
  const { windowHours, firstWindowEnd, lastWindowEnd, dayWindows } = evaluation.ozone;
  return {
    dayHours: limits.validity.dayHours,
    ozone: {
      windowHours,
      windowMinHours: limits.validity.eightHourHours,
      firstWindowEnd,
      lastWindowEnd,
      dayWindows,
      limit,
    },
    ozoneOneHourMinHours: evaluation.ozoneOneHour.minHours,
  };
}

/**
 * All items of a site's day. Hourly values win where they suffice for a valid statistic, else the reported daily value
 * stands; each item says which. A reported negative value is missing.
 *
 * On a day touched by dust the dust-excluded PM value is the mean of the remaining hours when enough remain, else
 * absent: a reported daily value cannot be freed of dust.
 */
export function computeSiteDay(input: SiteDayInput, rules: SiteDayRules): SiteDay {
  const { hours, dustHours } = input;
  const mean = (item: AirHourItem, skip?: readonly boolean[]): DailyStatistic | undefined => {
    const values = hours?.[item];
    return values && computeDailyMean(values, rules.dayHours, skip);
  };
  const o3 = hours?.o3;
  const items = {
    so2: decide(mean('so2'), input.reported?.so2),
    no2: decide(mean('no2'), input.reported?.no2),
    co: decide(mean('co'), input.reported?.co),
    o3_8h: decide(o3 && computeO3DailyMax8h(o3, rules.ozone), input.reported?.o3_8h),
    pm10: decide(mean('pm10'), input.reported?.pm10),
    pm25: decide(mean('pm25'), input.reported?.pm25),
    o3_1h: decide(o3 && computeO3DailyMax1h(o3, rules.ozoneOneHourMinHours), input.reported?.o3_1h),
  };
  if (dustHours === undefined)
    return { items, withoutDust: { pm10: items.pm10, pm25: items.pm25 }, dust: false };
  const withoutDust = {
    pm10: decide(mean('pm10', dustHours), null),
    pm25: decide(mean('pm25', dustHours), null),
  };
  return { items, withoutDust, dust: true };
}

function decide(hourly: DailyStatistic | undefined, reported: number | null | undefined): SiteDayValue {
  const validHours = hourly?.validHours ?? 0;
  if (hourly?.value) return { value: hourly.value, basis: 'hourly', validHours };
  if (isConcentration(reported)) return { value: decimalFromDouble(reported), basis: 'daily', validHours };
  return { value: null, basis: null, validHours };
}
