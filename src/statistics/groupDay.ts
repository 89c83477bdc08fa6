import { Decimal } from '../domain/decimal.js';
import type { AqiStandard, Pollutant } from '../domain/standard.js';
import type { DustLedger } from '../domain/target.js';
import { computeDailyAqi, type DailyAqiReport, type DailyConcentrations } from './aqi.js';
import { computeExactMean } from './exactMean.js';
import { airDayItems, type AirDayItem, type DustItem, type SiteDay, type SiteDayValue } from './siteDay.js';

/** One item of a county's day: the unrounded mean over the valid stations, and how many those were. */
export interface GroupDayValue {
  readonly value: Decimal | null;
  readonly stations: number;
  readonly basis: 'hourly' | 'daily' | 'mixed' | null;
}

/** The day of a group of evaluation stations in both ledgers. `dust`: at least one station was inside a dust period. */
export interface GroupDay {
  readonly items: Readonly<Record<AirDayItem, GroupDayValue>>;
  readonly withoutDust: Readonly<Record<DustItem, GroupDayValue>>;
  readonly dust: boolean;
  /** Evaluation stations that the group has on the day, with or without data. */
  readonly members: number;
}

/**
 * The value of a county's or city's day: the arithmetic mean over the valid evaluation stations, item by item (HJ 663;
 * HJ 633—2026 clauses 4.2.1–4.2.2), never a mean of indexes and never the worst station. With one station it equals
 * the station.
 *
 * @param days one entry per member station that has any data.
 * @param members number of member stations; those without data count against the share.
 * @param minimumShare smallest share of valid stations as decimal text, e.g. `0.75`; `null` (default) asks for none
 *   (unconfirmed).
 */
export function computeGroupDay(
  days: readonly SiteDay[],
  members: number = days.length,
  minimumShare: string | null = null,
): GroupDay {
  const needed = minimumShare === null ? new Decimal(0) : new Decimal(minimumShare).times(members);
  const combine = (values: readonly SiteDayValue[]): GroupDayValue => {
    const valid = values.filter(({ value }) => value !== null);
    const enough = valid.length > 0 && needed.lte(valid.length);
    const mean = enough ? computeExactMean(valid.flatMap(({ value }) => value ?? [])) : undefined;
    return { value: mean ?? null, stations: valid.length, basis: mean ? basisOf(valid) : null };
  };
  const itemEntries = airDayItems.map((item) => [item, combine(days.map((day) => day.items[item]))]);
  return {
    items: Object.fromEntries(itemEntries) as Record<AirDayItem, GroupDayValue>,
    withoutDust: {
      pm10: combine(days.map((day) => day.withoutDust.pm10)),
      pm25: combine(days.map((day) => day.withoutDust.pm25)),
    },
    dust: days.some(({ dust }) => dust),
    members,
  };
}

/** The concentrations of a day in one ledger, ready for the index. */
export function concentrationsOf(day: SiteDay | GroupDay, ledger: DustLedger): DailyConcentrations {
  const { items } = day;
  const particles = ledger === 'with-dust' ? items : day.withoutDust;
  return {
    so2: items.so2.value,
    no2: items.no2.value,
    co: items.co.value,
    o3_8h: items.o3_8h.value,
    o3_1h: items.o3_1h.value,
    pm10: particles.pm10.value,
    pm25: particles.pm25.value,
  };
}

/** The AQI of a site's or county's day in one ledger, from its mean concentrations. */
export function computeDayAqi(
  standard: AqiStandard,
  day: SiteDay | GroupDay,
  ledger: DustLedger = 'with-dust',
  exempt?: ReadonlySet<Pollutant>,
): DailyAqiReport {
  return computeDailyAqi(standard, concentrationsOf(day, ledger), exempt);
}

function basisOf(values: readonly SiteDayValue[]): GroupDayValue['basis'] {
  const hourly = values.some(({ basis }) => basis === 'hourly');
  const daily = values.some(({ basis }) => basis === 'daily');
  if (hourly && daily) return 'mixed';
  return hourly ? 'hourly' : 'daily';
}
