import { describe, expect, test } from '@jest/globals';
import { dayOfInstant, hourMs, instantOfDay, isDay } from '../domain/calendar.js';
import { parseSeeds } from '../domain/seed.js';
import { readSeedFiles } from '../domain/seedFiles.fixture.js';
import type { Target } from '../domain/target.js';
import type { DemoReport } from './demoData.js';
import { generateDemo } from './generateDemo.js';

const seeds = parseSeeds(readSeedFiles());
const demo = generateDemo(seeds);

describe('reports', () => {
  const reportsOf = (target: Target): DemoReport[] =>
    demo.reports
      .filter(
        (report) =>
          report.indicator === target.indicator &&
          report.siteCode === 'county-tongxin' &&
          report.periodStart >= target.periodStart &&
          report.periodStart <= target.due &&
          dayOfInstant(instantOfDay(report.periodEnd) - hourMs) <= target.due,
      )
      .sort((a, b) => a.periodEnd.localeCompare(b.periodEnd));
  const byReport = seeds.targets.filter((target) =>
    ['rate', 'change-from-base', 'count', 'area', 'milestone'].includes(target.kind),
  );

  test('belong to known sites and indicators, are labelled, within range and end by 2025-09-30', () => {
    expect(demo.reports).toHaveLength(236);
    const siteCodes = new Set(seeds.sites.map((site) => site.code));
    const keys = new Set<string>();
    for (const report of demo.reports) {
      const indicator = seeds.indicators.find((candidate) => candidate.code === report.indicator);
      expect(indicator?.medium).toBe('report');
      expect(siteCodes.has(report.siteCode)).toBe(true);
      expect(report.evidence).toContain('示例数据');
      expect(isDay(report.periodStart) && isDay(report.periodEnd)).toBe(true);
      expect(report.periodStart < report.periodEnd && report.periodEnd <= '2025-09-30').toBe(true);
      expect(report.value).toMatch(/^\d+(\.\d+)?$/);
      expect(Number(report.value)).toBeLessThanOrEqual(indicator?.possibleMax ?? 0);
      keys.add([report.indicator, report.siteCode, report.periodStart, report.periodEnd].join());
    }
    expect(keys.size).toBe(demo.reports.length);
  });

  test('a share given with its parts equals them', () => {
    for (const report of demo.reports.filter((candidate) => candidate.denominator !== undefined)) {
      const share = (100 * Number(report.numerator)) / Number(report.denominator);
      expect(Math.abs(share - Number(report.value))).toBeLessThan(0.051);
    }
  });

  test('leave four targets without any report', () => {
    const unreported = byReport.filter((target) => reportsOf(target).length === 0).map((target) => target.id);
    expect(unreported).toEqual([12, 35, 49, 54]);
  });

  test('2023: the targets missed by the last figure', () => {
    const due2023 = byReport.filter((target) => target.due === '2023-12-31');
    const missed = due2023.filter((target) => {
      const last = reportsOf(target).at(-1);
      return last !== undefined && Number(Number(last.value).toFixed(target.decimals)) < Number(target.limit);
    });
    expect(missed.map((target) => target.id)).toEqual([8, 10, 17]);
  });

  test('2025: the deeds that are done, and the last figures that fall short', () => {
    const open = byReport.filter((target) => target.due === '2025-12-31');
    const reaches = (target: Target): boolean | undefined => {
      const last = reportsOf(target).at(-1);
      if (last === undefined) return undefined;
      if (target.comparison === '=') return Number(last.value) === Number(target.limit);
      return Number(Number(last.value).toFixed(target.decimals)) >= Number(target.limit);
    };
    const deeds = open.filter((target) => ['count', 'area', 'milestone'].includes(target.kind));
    expect(deeds.filter((target) => reaches(target) === true).map((target) => target.id)).toEqual([
      24, 29, 44, 53,
    ]);
    const short = open.filter((target) => reaches(target) === false).map((target) => target.id);
    expect(short).toEqual([18, 26, 31, 34, 38, 47, 52]);
  });

  test('straw: every township has its own figure, some below 90 while the county is above', () => {
    const straw = demo.reports.filter(
      (report) =>
        report.indicator === 'straw_utilisation_rate' &&
        report.periodKind === 'year' &&
        report.periodStart === '2023-01-01',
    );
    const townships = straw.filter((report) => report.siteCode.startsWith('town-'));
    expect(townships).toHaveLength(12);
    expect(new Set(townships.map((report) => report.value)).size).toBe(12);
    expect(townships.filter((report) => Number(report.value) < 90).length).toBeGreaterThanOrEqual(4);
    expect(Number(straw.find((report) => report.siteCode === 'county-tongxin')?.value)).toBeGreaterThan(90.5);
    const sum = (part: 'numerator' | 'denominator'): number =>
      townships.reduce((total, report) => total + Number(report[part]), 0);
    const county = straw.find((report) => report.siteCode === 'county-tongxin');
    expect([sum('numerator'), sum('denominator')].map(String)).toEqual([
      county?.numerator,
      county?.denominator,
    ]);
  });
});

test('batches hold the station and all water sites, in order of time per site', () => {
  const lastTs = new Map<string, number>();
  const families = new Set<string>();
  let unordered = 0;
  for (const batch of demo.batches()) {
    families.add(batch.family);
    for (const row of batch.rows) {
      if (row.ts <= (lastTs.get(row.siteCode) ?? 0)) unordered += 1;
      lastTs.set(row.siteCode, row.ts);
    }
  }
  expect(unordered).toBe(0);
  expect(families).toEqual(new Set(['air_hour', 'water_month']));
  expect(lastTs.size).toBe(21);
});

test('another county, without these sites and indicators, gets no figures instead of wrong ones', () => {
  const other = generateDemo({ ...seeds, sites: [], indicators: [] });
  expect([...other.batches()]).toEqual([]);
  expect(other.reports).toEqual([]);
  const untouched = generateDemo({ ...seeds, sites: seeds.sites.filter((site) => site.kind !== 'township') });
  expect(untouched.reports.some((report) => report.indicator === 'straw_utilisation_rate')).toBe(false);
});
