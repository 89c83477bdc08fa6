import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import type { DailyAqiReport } from './aqi.js';
import { computeGoodDays } from './goodDays.js';
import { computeHourlyAqi, officialHourlyRule } from './hourlyAqi.js';
import { computeDayIndex, computeHourIndex } from './indexVersion.js';
import { aqi2012, aqi2026, dustRule, standards } from './standards.fixture.js';

const dec = (value: number) => new Decimal(value);
const day = {
  so2: dec(8), no2: dec(15), co: dec(0.5), o3_8h: dec(60), o3_1h: null, pm10: dec(130), pm25: dec(70),
}; // prettier-ignore
const hour = {
  so2_1h: dec(8), no2_1h: dec(15), co_1h: dec(0.5), o3_1h: dec(60), o3_8h: dec(60), pm10_1h: dec(130),
  pm10_24h: dec(50), pm25_1h: dec(70), pm25_24h: dec(35),
}; // prettier-ignore

describe('computeDayIndex', () => {
  test.each([
    ['2026-02-28', undefined, 94, false, 'HJ633-2012', '按 HJ633-2012', 'under HJ633-2012'],
    ['2026-03-01', undefined, 110, false, 'HJ633-2026', '按 HJ633-2026', 'under HJ633-2026'],
    ['2026-03-01', 'HJ633-2012', 94, true, 'HJ633-2012', '按 HJ633-2012 重算（当天生效的是 HJ633-2026）', 'restated under HJ633-2012 (in force on the day: HJ633-2026)'],
    ['2025-07-01', 'HJ633-2026', 110, true, 'HJ633-2026', '按 HJ633-2026 重算（当天生效的是 HJ633-2012）', 'restated under HJ633-2026 (in force on the day: HJ633-2012)'],
    ['2025-07-01', 'HJ633-2012', 94, false, 'HJ633-2012', '按 HJ633-2012', 'under HJ633-2012'],
  ])('%s under %s: AQI %i', (date, restatedUnder, aqi, restated, standardId, zh, en) => {
    const { report, version } = computeDayIndex(standards.aqi, date, day, { restatedUnder });
    expect([report.aqi, report.standardId]).toEqual([aqi, standardId]);
    expect(version).toEqual({ standardId, restated, zh, en });
  }); // prettier-ignore

  test('exempt items are passed on', () => {
    const { report } = computeDayIndex(standards.aqi, '2026-03-01', { ...day, pm10: dec(50), pm25: dec(10), co: null }, { exempt: new Set(['co'] as const) }); // prettier-ignore
    expect([report.aqi, report.exempt]).toEqual([50, ['co']]);
  });

  test('an unknown version is refused', () => {
    expect(() => computeDayIndex(standards.aqi, '2025-01-01', day, { restatedUnder: 'X' })).toThrow(
      'there is no AQI version X',
    );
  });

  test('heavy days are the same under both versions: from 150 upwards the tables are', () => {
    for (let pm25 = 0; pm25 <= 600; pm25 += 1) {
      const heavy = (restatedUnder: string) =>
        computeDayIndex(standards.aqi, '2025-01-01', { ...day, pm25: dec(pm25) }, { restatedUnder }).report
          .heavy;
      expect(heavy('HJ633-2012')).toBe(heavy('HJ633-2026'));
    }
  });
});

describe('computeHourIndex', () => {
  test.each([
    ['2012 takes the sliding means', '2026-02-28', undefined, 50, 'hj633-2012', false],
    ['2026 takes the hours', '2026-03-01', undefined, 110, 'hj633-2026', false],
    ['restated', '2026-02-28', 'HJ633-2026', 110, 'hj633-2026', true],
  ])('%s', (_, date, under, aqi, rule, restated) => {
    const { report, version } = computeHourIndex(standards.aqi, date, hour, under);
    expect([report.aqi, report.rule, report.official, version.restated]).toEqual([aqi, rule, true, restated]);
  });
});

describe('the rule of the national platform never feeds a judged figure', () => {
  const published = computeHourlyAqi(aqi2012, 'cnemc-hourly-2012', hour);

  test('its report says so, and no version chooses it', () => {
    expect([published.interval, published.rule, published.official]).toEqual(['hour', 'cnemc-hourly-2012', false]);
    expect([officialHourlyRule(aqi2012), officialHourlyRule(aqi2026)]).toEqual(['hj633-2012', 'hj633-2026']);
  }); // prettier-ignore

  test('the type of a judged day refuses the index of an hour', () => {
    // @ts-expect-error an hourly report is no daily one
    const report: DailyAqiReport = published;
    // @ts-expect-error nor is it accepted among days
    computeGoodDays([{ day: '2025-01-01', report: published, dust: false }], dustRule);
    expect(report.interval).toBe('hour');
  });

  test('a version with no official rule or with two is refused', () => {
    const hourly = aqi2012.hourly['hj633-2012']!;
    const other = aqi2012.hourly['cnemc-hourly-2012']!;
    expect(() => officialHourlyRule({ ...aqi2012, hourly: { other } })).toThrow('HJ633-2012 has 0 official');
    expect(() => officialHourlyRule({ ...aqi2012, hourly: { a: hourly, b: hourly } })).toThrow('has 2 official');
  }); // prettier-ignore
});
