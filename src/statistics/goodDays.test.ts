import { describe, expect, test } from '@jest/globals';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { computeDailyAqi } from './aqi.js';
import { computeGoodDays, type DayIndex } from './goodDays.js';
import { computeShare } from './share.js';
import { aqi2012, aqi2026, dustRule } from './standards.fixture.js';

const clean = { so2: 8, no2: 15, co: 0.5, o3_8h: 60, o3_1h: null, pm10: 30, pm25: 20 };
function indexOf(
  day: string,
  values: Partial<Record<keyof typeof clean, number | null>>,
  dust = false,
): DayIndex {
  const entries = Object.entries({ ...clean, ...values }).map(([k, v]) => [
    k,
    v === null ? null : new Decimal(v),
  ]);
  const concentrations = Object.fromEntries(entries) as Parameters<typeof computeDailyAqi>[1];
  return { day, report: computeDailyAqi(aqi2012, concentrations), dust };
}

describe('computeGoodDays', () => {
  const days: DayIndex[] = [
    indexOf('2025-04-01', {}),
    indexOf('2025-04-02', { pm10: 150 }),
    indexOf('2025-04-03', { pm10: 151 }, true),
    indexOf('2025-04-04', { pm10: 900 }, true),
    indexOf('2025-04-05', { pm10: 900 }),
    indexOf('2025-04-06', { pm10: 250, o3_8h: 215 }, true),
    indexOf('2025-04-07', { o3_8h: 170 }, true),
    indexOf('2025-04-08', { pm10: 150 }, true),
    { day: '2025-04-09', report: null, dust: true },
    indexOf('2025-04-10', { pm10: 400, pm25: 200 }, true),
  ];
  const result = computeGoodDays(days, dustRule);

  test('as measured: every valid day counts', () => {
    expect(result.withDust).toMatchObject({ valid: 9, good: 3, exceeding: 6, heavy: 3 });
    expect(result.withDust.heavyDays).toEqual(['2025-04-04', '2025-04-05', '2025-04-10']);
    expect(result.withDust.goodShare?.round(4).toFixed()).toBe('33.3333');
  });

  test('dust-excluded: exceedances by PM on dust days leave numerator and denominator, and are listed', () => {
    expect(result.withoutDust).toMatchObject({
      valid: 6,
      good: 3,
      exceeding: 3,
      heavy: 1,
      heavyDays: ['2025-04-05'],
    });
    expect(result.withoutDust.removed).toEqual([
      { day: '2025-04-03', aqi: 101, primary: ['pm10'], heavy: false },
      { day: '2025-04-04', aqi: 500, primary: ['pm10'], heavy: true },
      { day: '2025-04-10', aqi: 272, primary: ['pm10'], heavy: true },
    ]);
    expect(result.withoutDust.goodShare?.toFixed()).toBe('50');
  });

  test('a day whose AQI is NA is no valid day', () => {
    const concentrations = {
      so2: null,
      no2: null,
      co: null,
      o3_8h: null,
      o3_1h: null,
      pm10: new Decimal(30),
      pm25: null,
    };
    const report = computeDailyAqi(aqi2026, concentrations);
    const { withDust } = computeGoodDays([{ day: '2026-04-01', report, dust: false }], dustRule);
    expect([withDust.valid, withDust.good, withDust.goodShare]).toEqual([0, 0, null]);
  });
});

describe('computeShare', () => {
  test('86 of 91 valid days is 94.5 % (official bulletin)', () => {
    const share = computeShare(86, 91);
    expect(share && roundHalfEven(share, 1).toFixed(1)).toBe('94.5');
  });

  test('multiplies before dividing, so that thirds of 300 are exact', () => {
    expect(computeShare(new Decimal(3), 300)?.toFixed()).toBe('1');
  });

  test('of nothing there is no share', () => {
    expect(computeShare(0, 0)).toBeNull();
  });
});
