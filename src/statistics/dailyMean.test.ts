import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal, decimalFromDouble, sumOf } from '../domain/decimal.js';
import { computeDailyMean, computeO3DailyMax1h, computeO3DailyMax8h, type DayHours } from './dailyMean.js';
import { siteDayRulesOf } from './siteDay.js';
import { evaluation2013, limits2012 } from './standards.fixture.js';

const { ozone } = siteDayRulesOf(limits2012, evaluation2013);
const hoursOf = (count: number, value: number): (number | null)[] =>
  Array.from({ length: 24 }, (_, i) => (i < count ? value : null));
const anyHour = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 0, max: 5000 }).map((n) => n / 10) },
  { weight: 1, arbitrary: fc.constantFrom(null, -1, 0) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 9_999_999 }).map((n) => n / 1e5) },
);
const anyDay = fc.array(anyHour, { minLength: 24, maxLength: 24 });
const valid = (hours: DayHours) =>
  hours.flatMap((hour) => (hour !== null && hour >= 0 ? decimalFromDouble(hour) : []));

describe('computeDailyMean', () => {
  test.each([
    ['24 hours', hoursOf(24, 35), '35', 24],
    ['20 hours suffice', hoursOf(20, 35), '35', 20],
    ['19 hours do not', hoursOf(19, 35), null, 19],
    ['no hours', hoursOf(0, 35), null, 0],
    [
      'decimals that binary sums get wrong',
      [...hoursOf(20, 0.1).slice(0, 20), 0.7, 0.7, 0.7, 0.7],
      '0.2',
      24,
    ],
    ['zero is a value', hoursOf(24, 0), '0', 24],
    ['more than three decimals', hoursOf(24, 0.12345), '0.12345', 24],
    ['a mix of short and long decimals', [...hoursOf(20, 1).slice(0, 20), 1.00004, 1, 1, 1], null, 24],
  ])('%s', (name, hours, value, validHours) => {
    const result = computeDailyMean(hours, 20);
    expect(result.validHours).toBe(validHours);
    if (name.startsWith('a mix')) expect(result.value?.times(24).round(20).toFixed()).toBe('24.00004');
    else expect(result.value?.toFixed() ?? null).toBe(value);
  });

  test.each([
    ['negative', -1],
    ['NaN', Number.NaN],
    ['infinite', Infinity],
  ])('a %s hour is missing', (_, bad) => {
    const hours = [...hoursOf(20, 10).slice(0, 20), bad, null, null, null];
    expect(computeDailyMean(hours, 20)).toEqual({ value: new Decimal(10), validHours: 20 });
    expect(computeDailyMean([bad, ...hours.slice(1)], 20)).toEqual({ value: null, validHours: 19 });
  });

  test('skipped hours take no part', () => {
    const hours = hoursOf(24, 10).map((hour, i) => (i < 4 ? 500 : hour));
    const skip = (n: number) => Array.from({ length: 24 }, (_, i) => i < n);
    expect(computeDailyMean(hours, 20, skip(4)).value?.toFixed()).toBe('10');
    expect(computeDailyMean(hours, 20, skip(5))).toEqual({ value: null, validHours: 19 });
  });

  test.each([[23], [25], [0]])('%i hours are no day', (length) => {
    const hours = new Array<number>(length).fill(1);
    const fault = new RangeError(`a day has 24 hourly values, not ${length}`);
    expect(() => computeDailyMean(hours, 20)).toThrow(fault);
    expect(() => computeO3DailyMax8h(hours, ozone)).toThrow(fault);
    expect(() => computeO3DailyMax1h(hours, 20)).toThrow(fault);
  });

  test('equals the exact decimal sum divided once', () => {
    fc.assert(
      fc.property(anyDay, (hours) => {
        const { value, validHours } = computeDailyMean(hours, 1);
        const exact = valid(hours);
        expect(validHours).toBe(exact.length);
        if (value !== null) expect(value.eq(sumOf(exact).div(exact.length))).toBe(true);
      }),
    );
  });
});

describe('computeO3DailyMax8h', () => {
  const ramp = Array.from({ length: 24 }, (_, i) => i + 1);
  test.each([
    ['the window 17:00–24:00 of a ramp', ramp, '20.5', 17],
    ['the window 01:00–08:00 of a falling ramp', [...ramp].reverse(), '20.5', 17],
    // 21 hours missing at the end: windows ending at 08:00 … 13:00 keep six hours.
    ['11 hours: windows ending 08:00–13:00, too few', hoursOf(11, 100), null, 6],
    ['19 hours: windows ending 08:00–21:00 are 14', hoursOf(19, 100), '100', 14],
    ['18 hours: 13 windows are too few', hoursOf(18, 100), null, 13],
    ['13 windows at the limit: still invalid', hoursOf(18, 160), null, 13],
    ['13 windows above the limit: valid', hoursOf(18, 161), '161', 13],
    ['one window above the limit: valid', hoursOf(6, 200), '200', 1],
    ['five hours are no window', hoursOf(5, 300), null, 0],
    ['nothing', hoursOf(0, 0), null, 0],
  ])('%s', (_, hours, value, windows) => {
    const result = computeO3DailyMax8h(hours, ozone);
    expect([result.value?.toFixed() ?? null, result.validWindows]).toEqual([value, windows]);
    expect(result.validHours).toBe(hours.filter((hour) => hour !== null).length);
  });

  test('windows of six and eight hours are compared by mean, not by sum', () => {
    const hours = [
      ...new Array<number>(8).fill(100),
      null,
      null,
      ...new Array<number>(6).fill(120),
      ...new Array<number>(8).fill(50),
    ];
    expect(computeO3DailyMax8h(hours, ozone).value?.toFixed()).toBe('120');
  });

  test('equals the definition, with short and with long decimals', () => {
    fc.assert(
      fc.property(anyDay, fc.integer({ min: 0, max: 24 }), (day, gaps) => {
        const hours = day.map((hour, i) => (i < gaps ? null : hour));
        const means = Array.from({ length: 17 }, (_, i) => valid(hours.slice(i, i + 8)))
          .filter((window) => window.length >= 6)
          .map((window) => sumOf(window).div(window.length));
        const max = means.reduce<Decimal | null>(
          (best, mean) => (best === null || mean.gt(best) ? mean : best),
          null,
        );
        const expected = max !== null && (means.length >= 14 || max.gt(160)) ? max : null;
        expect(computeO3DailyMax8h(hours, ozone).value?.toFixed()).toBe(expected?.toFixed());
      }),
    );
  });
});

test.each([
  ['the largest hour', [...hoursOf(23, 80).slice(0, 23), 120.5], '120.5', 24],
  ['too few hours', hoursOf(19, 80), null, 19],
  ['none', hoursOf(0, 80), null, 0],
])('computeO3DailyMax1h: %s', (_, hours, value, validHours) => {
  const result = computeO3DailyMax1h(hours, 20);
  expect([result.value?.toFixed() ?? null, result.validHours]).toEqual([value, validHours]);
});
