import { addDays, dayMs, daysInRange, hourMs, instantOfDay } from '../domain/calendar.js';
import type { CellNote } from '../domain/reading.js';
import { demoFirstDay, demoLastDay, demoLabel, type DemoRow, type DustPeriod } from './demoData.js';
import { dustAt } from './dust.js';
import { createRandom, roundTo, type Random } from './random.js';

/** Level of a year against the common shape of all years: the air gets slowly better. */
interface YearLevel {
  readonly pm25: number;
  /** PM10 to PM2.5 outside dust. */
  readonly pm10Ratio: number;
  readonly o3: number;
}

const yearLevels: Readonly<Record<string, YearLevel>> = {
  '2021': { pm25: 1.08, pm10Ratio: 2.0, o3: 1.03 },
  '2022': { pm25: 1.0, pm10Ratio: 1.95, o3: 1.01 },
  '2023': { pm25: 0.88, pm10Ratio: 1.9, o3: 1.02 },
  '2024': { pm25: 0.9, pm10Ratio: 1.9, o3: 1.01 },
  '2025': { pm25: 0.81, pm10Ratio: 2.14, o3: 1 },
};
const ordinaryYear: YearLevel = { pm25: 1, pm10Ratio: 2, o3: 1 };

/** Daily PM2.5 set by hand: the stagnant spell of January 2025 with one heavy-pollution day that no dust explains. */
const spells: Readonly<Record<string, number>> = {
  '2025-01-12': 96,
  '2025-01-13': 128,
  '2025-01-14': 183,
  '2025-01-15': 118,
};

/** Beyond this an ordinary day's PM2.5 does not go: heavy days (> 150) are only those set by hand. */
const ordinaryPm25Limit = 132;
/** Likewise for the daily maximum 8 h mean of O3 (heavy > 265). */
const ordinaryO3Limit = 205;

type Outage = 'silent' | 'maintenance' | 'pm10';

/** Hours without data: `silent` rows are absent, `maintenance` rows say so, `pm10` lacks only that instrument. */
const outages: readonly { from: string; fromHour: number; hours: number; kind: Outage }[] = [
  { from: '2021-02-18', fromHour: 9, hours: 7, kind: 'silent' },
  { from: '2021-08-05', fromHour: 2, hours: 14, kind: 'silent' },
  // Six days: October 2022 keeps 25 valid days and the year 2022 fails the rule of 27.
  { from: '2022-10-11', fromHour: 0, hours: 144, kind: 'maintenance' },
  { from: '2022-12-29', fromHour: 16, hours: 12, kind: 'silent' },
  { from: '2023-06-14', fromHour: 8, hours: 9, kind: 'silent' },
  { from: '2023-08-22', fromHour: 6, hours: 12, kind: 'pm10' },
  { from: '2024-07-02', fromHour: 15, hours: 31, kind: 'silent' },
  { from: '2024-11-06', fromHour: 9, hours: 6, kind: 'maintenance' },
  { from: '2025-02-20', fromHour: 10, hours: 8, kind: 'maintenance' },
  { from: '2025-06-11', fromHour: 7, hours: 10, kind: 'silent' },
];

/** Nitrogen dioxide stuck at one value (恒值): stored, flagged suspect, kept in the means until a reviewer says. */
const stuck = { from: instantOfDay('2024-09-03') + hourMs, hours: 14, no2: 23 };

/** Share of single hours that are lost for no recorded reason. */
const lostHourShare = 0.004;

// Hour by hour against the day's mean: traffic in the morning, a shallow layer of air in the evening and at night.
const particleShape = normalised([
  1.08, 1.04, 1.0, 0.97, 0.95, 0.97, 1.05, 1.17, 1.26, 1.23, 1.11, 0.98, 0.89, 0.83, 0.79, 0.78, 0.81, 0.89,
  1.0, 1.09, 1.14, 1.15, 1.13, 1.1,
]);
// Against the mean of the hours 10 to 17, which make the daily maximum 8 h mean.
const ozoneShape = [
  0.44, 0.41, 0.38, 0.35, 0.33, 0.31, 0.32, 0.39, 0.52, 0.68, 0.82, 0.93, 1.02, 1.07, 1.1, 1.08, 1.02, 0.96, 0.83,
  0.71, 0.62, 0.55, 0.5, 0.47,
]; // prettier-ignore

function normalised(shape: readonly number[]): number[] {
  const mean = shape.reduce((sum, value) => sum + value, 0) / shape.length;
  return shape.map((value) => value / mean);
}

/** The weather of one day: what all hours of the day share. */
interface AirDay {
  readonly day: string;
  readonly pm25: number;
  readonly pm10: number;
  readonly o3Max8h: number;
  readonly so2: number;
  readonly no2: number;
  readonly co: number;
}

/**
 * Hourly readings of one station, family `air_hour`, in time order: winter PM, dust in spring, O3 in summer, outages.
 * Whole µg/m³, CO with one decimal.
 */
export function* generateAirRows(
  siteCode: string,
  periods: readonly DustPeriod[],
): Generator<DemoRow, void, undefined> {
  const weather = createRandom(`air-day/${siteCode}`);
  const hourly = createRandom(`air-hour/${siteCode}`);
  for (const day of generateAirDays(weather)) {
    const start = instantOfDay(day.day);
    for (let hour = 0; hour < 24; hour += 1) {
      const ts = start + hour * hourMs;
      const values = hourValues(day, hour, dustAt(ts, periods), hourly);
      const lost = hourly.next() < lostHourShare;
      const row = withFaults(siteCode, ts, values, lost);
      if (row !== undefined) yield row;
    }
  }
}

function* generateAirDays(random: Random): Generator<AirDay, void, undefined> {
  let still = 0;
  let sunny = 0;
  for (const day of daysInRange(demoFirstDay, addDays(demoLastDay, 1))) {
    const level = yearLevels[day.slice(0, 4)] ?? ordinaryYear;
    still = clamp(0.65 * still + 0.76 * random.normal(), -2.2, 2.2);
    sunny = clamp(0.5 * sunny + 0.87 * random.normal(), -2.4, 2.4);
    const winter = seasonOf(day, 15);
    const spring = seasonOf(day, 100) ** 4;
    const summer = seasonOf(day, 182);
    const ordinary = level.pm25 * (17 + 32 * winter) * Math.exp(0.42 * still - 0.088);
    const pm25 = spells[day] ?? Math.min(ordinary, ordinaryPm25Limit);
    const coarse =
      spells[day] === undefined ? level.pm10Ratio + 0.45 * spring + 0.12 * random.normal() : 1.35;
    yield {
      day,
      pm25,
      pm10: pm25 * Math.max(1.25, coarse),
      o3Max8h: Math.min(level.o3 * (60 + 82 * summer + 16 * sunny), ordinaryO3Limit),
      so2: 6 + 14 * winter * Math.exp(0.25 * still),
      no2: 14 + 18 * winter * Math.exp(0.22 * still),
      co: 0.35 + 0.55 * winter * Math.exp(0.25 * still),
    };
  }
}

/** 1 on the given day of the year, 0 half a year away. */
function seasonOf(day: string, peakDayOfYear: number): number {
  const dayOfYear = (instantOfDay(day) - instantOfDay(`${day.slice(0, 4)}-01-01`)) / dayMs;
  return 0.5 + 0.5 * Math.cos((2 * Math.PI * (dayOfYear - peakDayOfYear)) / 365.25);
}

/** In the order of `families.air_hour.columns`: so2, no2, co, o3, pm10, pm25. */
function hourValues(day: AirDay, hour: number, dust: number, random: Random): number[] {
  const shape = particleShape[hour] ?? 1;
  const jitter = (): number => 1 + 0.1 * random.normal();
  const dusty = dust * (1 + 0.08 * random.normal());
  const pm25 = Math.max(1, Math.round(day.pm25 * shape * jitter() + 0.16 * dusty));
  const pm10 = Math.round(day.pm10 * shape * jitter() + dusty);
  return [
    Math.max(1, Math.round(day.so2 * shape * jitter())),
    Math.max(1, Math.round(day.no2 * shape * jitter())),
    Math.max(0.1, roundTo(day.co * shape * jitter(), 1)),
    Math.max(1, Math.round(day.o3Max8h * (ozoneShape[hour] ?? 1) * (1 + 0.04 * random.normal()))),
    Math.max(pm10, pm25 + 2),
    pm25,
  ];
}

function withFaults(siteCode: string, ts: number, values: number[], lost: boolean): DemoRow | undefined {
  const outage = outages.find((candidate) => {
    const start = instantOfDay(candidate.from) + candidate.fromHour * hourMs;
    return ts >= start && ts < start + candidate.hours * hourMs;
  });
  if (outage?.kind === 'silent' || (lost && outage === undefined)) return undefined;
  if (outage?.kind === 'maintenance') {
    const notes: CellNote[] = [{ indicator: '*', flag: 'maintenance', raw: `维护（${demoLabel}）` }];
    return { siteCode, ts, values: values.map(() => null), notes };
  }
  if (outage?.kind === 'pm10') {
    return { siteCode, ts, values: values.map((value, column) => (column === 4 ? null : value)), notes: [] };
  }
  if (ts >= stuck.from && ts < stuck.from + stuck.hours * hourMs) {
    const notes: CellNote[] = [{ indicator: 'no2', flag: 'suspect', raw: String(stuck.no2) }];
    return { siteCode, ts, values: values.map((value, column) => (column === 1 ? stuck.no2 : value)), notes };
  }
  return { siteCode, ts, values, notes: [] };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
