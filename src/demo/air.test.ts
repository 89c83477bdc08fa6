import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { addMonths, dayOfInstant, daysInMonth, hourMs, instantOfDay } from '../domain/calendar.js';
import { families } from '../domain/family.js';
import { parseSeeds } from '../domain/seed.js';
import { readSeedFiles } from '../domain/seedFiles.fixture.js';
import { demoBatchRows, type DemoRow } from './demoData.js';
import { generateDemo } from './generateDemo.js';

const seeds = parseSeeds(readSeedFiles());
const demo = generateDemo(seeds);

const air: DemoRow[] = [];
const batchSizes: number[] = [];

interface Day {
  pm25: number | undefined;
  pm10: number | undefined;
  o3: number | undefined;
  /** Some hour lies in a declared dust period. */
  dust: boolean;
  /** Means over the hours outside dust, when at least 20 are left. */
  clearPm25: number | undefined;
  clearPm10: number | undefined;
}
const rowsOfDay = new Map<string, DemoRow[]>();
const days = new Map<string, Day>();

const column = (name: string): number => families.air_hour.columns.indexOf(name);
const inDust = (ts: number): boolean =>
  demo.dustPeriods.some((period) => ts >= period.start && ts < period.end);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const present = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => value !== null && value !== undefined);

function dailyMean(rows: readonly DemoRow[], name: string): number | undefined {
  const values = present(rows.map((row) => row.values[column(name)]));
  return values.length >= 20 ? mean(values) : undefined;
}

function maximumOf8Hours(rows: readonly DemoRow[]): number | undefined {
  const byHour = new Map(rows.map((row) => [new Date(row.ts + 8 * hourMs).getUTCHours(), row.values[3]]));
  const means = Array.from({ length: 17 }, (_, first) =>
    present(Array.from({ length: 8 }, (_unused, offset) => byHour.get(first + offset))),
  )
    .filter((values) => values.length >= 6)
    .map(mean);
  return means.length >= 14 ? Math.max(...means) : undefined;
}

beforeAll(() => {
  for (const batch of demo.batches()) {
    batchSizes.push(batch.rows.length);
    if (batch.family === 'air_hour') air.push(...batch.rows);
  }
  for (const row of air) {
    const day = dayOfInstant(row.ts);
    const rows = rowsOfDay.get(day);
    if (rows === undefined) rowsOfDay.set(day, [row]);
    else rows.push(row);
  }
  for (const [day, rows] of rowsOfDay) {
    const clear = rows.filter((row) => !inDust(row.ts));
    days.set(day, {
      pm25: dailyMean(rows, 'pm25'),
      pm10: dailyMean(rows, 'pm10'),
      o3: maximumOf8Hours(rows),
      dust: clear.length < rows.length,
      clearPm25: dailyMean(clear, 'pm25'),
      clearPm10: dailyMean(clear, 'pm10'),
    });
  }
});

type Figure = 'pm25' | 'pm10' | 'o3' | 'clearPm25' | 'clearPm10';
const valuesOf = (year: string, figure: Figure): number[] =>
  present([...days].filter(([day]) => day.startsWith(year)).map(([, values]) => values[figure]));
const annualMean = (year: string, figure: Figure): number => mean(valuesOf(year, figure));

// AQI > 200 and > 100 by the daily limits of HJ 633-2012; no other item comes near them here.
const isHeavy = (day: Day): boolean => (day.pm25 ?? 0) > 150 || (day.pm10 ?? 0) > 350 || (day.o3 ?? 0) > 265;
const isBad = (day: Day): boolean => (day.pm25 ?? 0) > 75 || (day.pm10 ?? 0) > 150 || (day.o3 ?? 0) > 160;

describe('air', () => {
  test('runs hour by hour from 2021-01-01 to the whole of 2025-09-29, each hour once', () => {
    expect(air[0]?.ts).toBe(instantOfDay('2021-01-01'));
    expect(air.at(-1)?.ts).toBe(instantOfDay('2025-09-30') - hourMs);
    expect(air.every((row, index) => index === 0 || row.ts > (air[index - 1]?.ts ?? 0))).toBe(true);
    expect(air.every((row) => row.ts % hourMs === 0)).toBe(true);
    expect(air).toHaveLength(41_327);
    expect(days.size).toBe(1733);
  });

  test('is the same every time', () => {
    const hash = (rows: readonly DemoRow[] | undefined): string =>
      createHash('sha256').update(JSON.stringify(rows)).digest('hex');
    const [first] = demo.batches();
    expect(hash(first?.rows)).toBe(hash(air.slice(0, demoBatchRows)));
    expect(hash(air)).toBe('b55e01555e49a5b3fdb6df8bf017d9e1afdbe8dd52aee3c60c1f2e7d86eafbc1');
  });

  test('comes in batches of at most 5,000 rows, a value or null for each column', () => {
    expect(Math.max(...batchSizes)).toBeLessThanOrEqual(demoBatchRows);
    expect(air.every((row) => row.values.length === families.air_hour.columns.length)).toBe(true);
  });

  test.each([
    ['so2', 1, 80, 0],
    ['no2', 1, 120, 0],
    ['co', 0.1, 4, 1],
    ['o3', 1, 260, 0],
    ['pm10', 3, 4000, 0],
    ['pm25', 1, 800, 0],
  ])('%s lies between %d and %d with %d decimals', (name, min, max, decimals) => {
    const values = present(air.map((row) => row.values[column(name)]));
    expect(Math.min(...values)).toBeGreaterThanOrEqual(min);
    expect(Math.max(...values)).toBeLessThanOrEqual(max);
    expect(values.every((value) => value === Number(value.toFixed(decimals)))).toBe(true);
  });

  test('nothing is impossible, and implausible at most at the worst hours of dust', () => {
    for (const name of families.air_hour.columns) {
      const indicator = seeds.indicators.find((candidate) => candidate.code === name);
      const values = present(air.map((row) => row.values[column(name)]));
      expect(Math.max(...values)).toBeLessThan(indicator?.possibleMax ?? 0);
      expect(values.filter((value) => value > (indicator?.plausibleMax ?? 0)).length).toBeLessThan(20);
    }
  });

  test('PM10 is above PM2.5 in every hour', () => {
    const wrong = air.filter((row) => {
      const pm10 = row.values[column('pm10')];
      const pm25 = row.values[column('pm25')];
      return typeof pm10 === 'number' && typeof pm25 === 'number' && pm10 <= pm25;
    });
    expect(wrong).toEqual([]);
  });

  test('PM2.5 is a thing of winter, O3 of summer', () => {
    const ofMonths = (figure: Figure, months: readonly string[]): number =>
      mean(present([...days].filter(([day]) => months.includes(day.slice(5, 7))).map(([, v]) => v[figure])));
    expect(ofMonths('pm25', ['12', '01'])).toBeGreaterThan(1.8 * ofMonths('pm25', ['06', '07']));
    expect(ofMonths('o3', ['06', '07'])).toBeGreaterThan(1.6 * ofMonths('o3', ['12', '01']));
  });

  test('there are outages: short days, a month of 2022 with fewer than 27 days, else whole years', () => {
    expect([...rowsOfDay.values()].filter((rows) => rows.length < 20).length).toBeGreaterThanOrEqual(5);
    const shortMonths = (figure: Figure): string[] => {
      const found: string[] = [];
      for (let month = '2021-01'; month <= '2025-08'; month = addMonths(month, 1)) {
        if (valuesOf(month, figure).length < (daysInMonth(month) < 30 ? 25 : 27)) found.push(month);
      }
      return found;
    };
    expect(shortMonths('pm10')).toEqual(['2022-10']);
    // Dust excluded, April 2022 is short as well; 2023 and 2025 stay valid in both ledgers.
    expect(shortMonths('clearPm10')).toEqual(['2022-04', '2022-10']);
    expect(valuesOf('2023', 'clearPm10').length).toBeGreaterThanOrEqual(324);
    expect(air.some((row) => row.notes.some((note) => note.flag === 'maintenance'))).toBe(true);
    expect(air.some((row) => row.notes.some((note) => note.flag === 'suspect'))).toBe(true);
    expect(air.some((row) => row.values[4] === null && row.values[5] !== null)).toBe(true);
  });

  test('2023: PM2.5 within 34; PM10 above 68 with dust and within it without', () => {
    expect(annualMean('2023', 'pm25')).toBeLessThan(33);
    expect(annualMean('2023', 'pm10')).toBeGreaterThan(70);
    expect(annualMean('2023', 'clearPm10')).toBeLessThan(65);
    expect(annualMean('2023', 'clearPm25')).toBeLessThan(annualMean('2023', 'pm25'));
  });

  test('2025 so far: PM2.5 below 33, PM10 above 68.3 but not beyond rescue, good days above 85.5 %', () => {
    expect(annualMean('2025', 'pm25')).toBeLessThan(31);
    const pm10 = valuesOf('2025', 'pm10');
    expect(mean(pm10)).toBeGreaterThan(69.5);
    const allowed = (68.3 * 365 - mean(pm10) * pm10.length) / (365 - pm10.length);
    expect(allowed).toBeGreaterThan(50);
    const whole = [...days].filter(
      ([day, values]) =>
        day.startsWith('2025') && present([values.pm25, values.pm10, values.o3]).length === 3,
    );
    const good = (100 * whole.filter(([, values]) => !isBad(values)).length) / whole.length;
    expect(good).toBeGreaterThan(87);
    expect(good).toBeLessThan(91);
  });

  test('heavy days: none without dust but 2025-01-14; several in dust, PM10 well over 600 in them', () => {
    const heavy = [...days].filter(([, values]) => isHeavy(values));
    expect(heavy.filter(([, values]) => !values.dust).map(([day]) => day)).toEqual(['2025-01-14']);
    expect(heavy.filter(([day]) => day.startsWith('2023')).length).toBeGreaterThanOrEqual(4);
    expect(heavy.filter(([day]) => day.startsWith('2025')).length).toBeGreaterThanOrEqual(4);
    const inPeriods = air.filter((row) => inDust(row.ts)).map((row) => row.values[column('pm10')] ?? 0);
    expect(Math.max(...inPeriods)).toBeGreaterThan(1000);
    const outside = air.filter((row) => !inDust(row.ts)).map((row) => row.values[column('pm10')] ?? 0);
    expect(Math.max(...outside)).toBeLessThan(450);
  });
});

test('dust periods are labelled, whole hours, in order and apart, some in every year', () => {
  expect(new Set(demo.dustPeriods.map((period) => period.document)).size).toBe(demo.dustPeriods.length);
  demo.dustPeriods.forEach((period, index) => {
    expect(period.document).toContain('示例');
    expect(period.noteZh).toContain('示例数据');
    expect(period.start % hourMs).toBe(0);
    expect(period.end).toBeGreaterThan(period.start);
    expect(period.start).toBeGreaterThan(demo.dustPeriods[index - 1]?.end ?? 0);
  });
  expect(new Set(demo.dustPeriods.map((period) => dayOfInstant(period.start).slice(0, 4)))).toEqual(
    new Set(['2021', '2022', '2023', '2024', '2025']),
  );
});
