import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { dayOfInstant } from '../domain/calendar.js';
import { families } from '../domain/family.js';
import { parseSeeds } from '../domain/seed.js';
import { readSeedFiles } from '../domain/seedFiles.fixture.js';
import type { DemoRow } from './demoData.js';
import { generateWaterRows } from './water.js';

const seeds = parseSeeds(readSeedFiles());
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const present = (values: readonly (number | null | undefined)[]): number[] =>
  values.filter((value) => value !== null && value !== undefined);

describe('water', () => {
  const water = new Map<string, DemoRow[]>(
    seeds.sites
      .map((site): [string, DemoRow[]] => [site.code, [...generateWaterRows(site.code)]])
      .filter(([, rows]) => rows.length > 0),
  );
  const item = (name: string): number => families.water_month.columns.indexOf(name);
  const rowsOf = (site: string, year: string): DemoRow[] =>
    (water.get(site) ?? []).filter((row) => dayOfInstant(row.ts).startsWith(year));
  const yearMean = (site: string, year: string, name: string): number =>
    mean(present(rowsOf(site, year).map((row) => row.values[item(name)])));
  const members = (group: string): readonly string[] =>
    seeds.siteGroups.find((candidate) => candidate.code === group)?.members ?? [];
  // GB 3838-2002 class Ⅳ and Ⅲ; dissolved oxygen apart.
  const class4 = { codmn: 10, cod: 30, bod5: 6, nh3n: 1.5, tp: 0.3, f: 1.5, oil: 0.5, hg: 0.001, as: 0.1 };
  const class3 = { codmn: 6, bod5: 4, nh3n: 1, tp: 0.2, f: 1, oil: 0.05, hg: 0.0001, as: 0.05 };
  const meets = (site: string, year: string, limits: Readonly<Record<string, number>>): boolean =>
    yearMean(site, year, 'do') >= 5 &&
    Object.entries(limits).every(([name, limit]) => yearMean(site, year, name) <= limit);

  test('a sample a month from 2021-01 to 2025-08 for sections, a quarter for rural sources', () => {
    expect(water.size).toBe(20);
    expect(water.get('sec-shitangou')).toHaveLength(56);
    expect(water.get('dws-county')).toHaveLength(56);
    expect(water.get('dws-rural-1')).toHaveLength(19);
    expect(dayOfInstant(water.get('sec-shitangou')?.at(-1)?.ts ?? 0)).toBe('2025-08-01');
    expect([...water.values()].flat()).toHaveLength(787);
    for (const row of [...water.values()].flat()) {
      expect(row.values).toHaveLength(families.water_month.columns.length);
    }
  });

  test('is the same every time', () => {
    const hash = createHash('sha256')
      .update(JSON.stringify([...water]))
      .digest('hex');
    expect(hash).toBe('35f91fadfc1e3a5b9977f9edf08c8f1317702672989555b59586e2f702b37116');
  });

  test('石炭沟 misses class Ⅳ by fluoride in 2023, the other sections meet it', () => {
    expect(yearMean('sec-shitangou', '2023', 'f')).toBeGreaterThan(1.55);
    for (const site of members('river-county-9'))
      expect([site, meets(site, '2023', class4)]).toEqual([site, true]);
    const failing = members('river-county-9').filter((site) =>
      rowsOf(site, '2023').some((row) => (row.values[item('f')] ?? 0) > 1.5),
    );
    expect(failing.length).toBeGreaterThan(0);
  });

  test('2025 so far: one of 清水河 above class Ⅳ, 甜水河 within it', () => {
    const missing = members('river-qingshui-5').filter((site) => !meets(site, '2025', class4));
    expect(missing).toEqual(['sec-qingshui-3']);
    expect(yearMean('sec-qingshui-3', '2025', 'f')).toBeGreaterThan(1.55);
    for (const site of members('river-tianshui-4'))
      expect([site, meets(site, '2025', class4)]).toEqual([site, true]);
  });

  test('one section of 甜水河 was dry: six months left in 2023, eight or more in other years', () => {
    const measured = (year: string): number =>
      rowsOf('sec-tianshui-4', year).filter((row) => row.values[item('ph')] !== null).length;
    expect(['2021', '2022', '2023', '2024', '2025'].map(measured)).toEqual([9, 8, 6, 9, 8]);
    const dry = rowsOf('sec-tianshui-4', '2023').filter((row) =>
      row.notes.some((note) => note.flag === 'no-flow'),
    );
    expect(dry).toHaveLength(6);
    expect(dry.every((row) => row.values.every((value) => value === null))).toBe(true);
  });

  test('the county source is class Ⅲ or better, one rural source is not', () => {
    for (const year of ['2021', '2022', '2023', '2024', '2025']) {
      expect(meets('dws-county', year, class3)).toBe(true);
    }
    const failing = members('drinking-rural').filter((site) => !meets(site, '2024', class3));
    expect(failing).toEqual(['dws-rural-6']);
  });

  test('what was not found is kept as half the detection limit with its text', () => {
    const row = rowsOf('sec-shitangou', '2024')[0];
    const note = row?.notes.find((candidate) => candidate.indicator === 'hg');
    expect(note).toEqual({
      indicator: 'hg',
      flag: 'below-detection',
      raw: '0.00004L',
      detectionLimit: 0.00004,
    });
    expect(row?.values[item('hg')]).toBe(0.00002);
  });

  test('every value is plausible', () => {
    const indicators = seeds.indicators.filter((indicator) => indicator.medium === 'water');
    for (const { code, plausibleMin, plausibleMax } of indicators) {
      const values = present([...water.values()].flat().map((row) => row.values[item(code)]));
      expect([
        code,
        ...values.filter((value) => value < (plausibleMin ?? 0) || value > (plausibleMax ?? 0)),
      ]).toEqual([code]);
    }
  });
});
