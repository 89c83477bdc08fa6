import { describe, expect, test } from '@jest/globals';
import { daysInRange } from '../domain/calendar.js';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { computeAnnualMean, computeRangeMean, type DayValue } from './annualMean.js';
import { limits2012 } from './standards.fixture.js';

const { validity } = limits2012;
function yearOf(year: number, value: string, missing: (day: string) => boolean = () => false): DayValue[] {
  return daysInRange(`${year}-01-01`, `${year + 1}-01-01`).map((day) => ({
    day,
    value: missing(day) ? null : new Decimal(value),
  }));
}
const after = (month: string, lastDay: number) => (day: string) =>
  day.startsWith(month) && Number(day.slice(8)) > lastDay;

describe('validity of a year (GB 3095 table 4)', () => {
  test.each([
    ['a full year', 2025, () => false, 365, [], true],
    ['a full leap year', 2024, () => false, 366, [], true],
    ['27 days in a month suffice', 2025, after('2025-05', 27), 361, [], true],
    ['26 days in a month do not', 2025, after('2025-05', 26), 360, ['2025-05'], false],
    ['February with 25 suffices', 2025, after('2025-02', 25), 362, [], true],
    ['February with 24 does not', 2025, after('2025-02', 24), 361, ['2025-02'], false],
    ['February of a leap year with 25', 2024, after('2024-02', 25), 362, [], true],
    ['every month at its minimum is 322: below 324', 2025, (day: string) => Number(day.slice(8)) > (day.slice(5, 7) === '02' ? 25 : 27), 322, [], false],
    ['324 exactly', 2025, (day: string) => Number(day.slice(8)) > (day.slice(5, 7) === '02' ? 27 : 27), 324, [], true],
    ['an empty year', 2025, () => true, 0, ['2025-01', '2025-02', '2025-03', '2025-04', '2025-05', '2025-06', '2025-07', '2025-08', '2025-09', '2025-10', '2025-11', '2025-12'], false],
  ])('%s', (_, year, missing, n, short, valid) => {
    const result = computeAnnualMean(yearOf(year, '68.3', missing), year, validity);
    expect([result.validDays, result.shortMonths, result.valid]).toEqual([n, short, valid]);
    expect(result.mean?.toFixed() ?? null).toBe(n === 0 ? null : '68.3');
    expect(result.requiredDays).toBe(324);
  }); // prettier-ignore
});

describe('a year in progress', () => {
  const series = yearOf(2025, '60', after('2025-03', 20));
  const result = computeAnnualMean(series, 2025, validity, { until: '2025-04-11' });

  test('counts the days that are over and no later ones', () => {
    expect([result.rangeDays, result.elapsedDays, result.validDays]).toEqual([365, 100, 31 + 28 + 20 + 10]);
    expect(result.sum.toFixed()).toBe('5340');
  });

  test('names the complete months that are short and not the running one', () => {
    expect(result.shortMonths).toEqual(['2025-03']);
    expect(result.months[3]).toEqual({
      month: '2025-04',
      valid: 10,
      days: 30,
      required: 27,
      complete: false,
      short: false,
    });
    expect(result.months).toHaveLength(12);
  });

  test('is provisional even with enough days', () => {
    expect(computeAnnualMean(yearOf(2025, '60'), 2025, validity, { until: '2025-12-31' }).valid).toBe(false);
    expect(computeAnnualMean(yearOf(2025, '60'), 2025, validity, { until: '2026-01-01' }).valid).toBe(true);
  });

  test('has not begun', () => {
    const none = computeAnnualMean(series, 2025, validity, { until: '2024-12-01' });
    expect([none.elapsedDays, none.validDays, none.mean, none.valid]).toEqual([0, 0, null, false]);
  });
});

describe('other ranges', () => {
  const series = yearOf(2025, '60', after('2025-03', 26));
  test.each([
    ['a month', '2025-01-01', '2025-02-01', 31, [], true],
    ['a short month', '2025-03-01', '2025-04-01', 26, ['2025-03'], false],
    ['a quarter with a short month', '2025-01-01', '2025-04-01', 85, ['2025-03'], false],
    ['a part of a month asks for no count', '2025-03-10', '2025-03-20', 10, [], true],
    ['an empty range', '2025-03-10', '2025-03-10', 0, [], false],
  ])('%s', (_, from, to, n, short, valid) => {
    const result = computeRangeMean(series, from, to, validity);
    expect([result.validDays, result.shortMonths, result.valid, result.requiredDays]).toEqual([
      n,
      short,
      valid,
      null,
    ]);
  });
});

describe('the months of a range', () => {
  const series = yearOf(2025, '60');
  const monthsOf = (from: string, to: string, until?: string) =>
    computeRangeMean(series, from, to, validity, until === undefined ? {} : { until }).months;

  test('a part of a month at either end has its days and asks for no count', () => {
    const part = { complete: false, short: false, required: null };
    expect(monthsOf('2025-01-15', '2025-03-11')).toEqual([
      { month: '2025-01', valid: 17, days: 17, ...part },
      { month: '2025-02', valid: 28, days: 28, required: 25, complete: true, short: false },
      { month: '2025-03', valid: 10, days: 10, ...part },
    ]);
    expect(monthsOf('2025-03-10', '2025-03-20')).toEqual([
      { month: '2025-03', valid: 10, days: 10, ...part },
    ]);
  });

  test('an empty range has none', () => {
    expect(monthsOf('2025-03-10', '2025-03-10')).toEqual([]);
  });

  test('an end of the data after the range lets no later day in', () => {
    const result = computeRangeMean(series, '2025-01-01', '2025-02-01', validity, { until: '2025-06-01' });
    expect([result.validDays, result.elapsedDays, result.valid]).toEqual([31, 31, true]);
  });

  test.each([
    ['2025-01-01', '2026-01-01', 324],
    ['2025-03-01', '2026-01-01', null],
    ['2025-01-01', '2025-12-31', null],
    ['2024-01-01', '2026-01-01', null],
  ])('[%s, %s) needs %s days', (from, to, required) => {
    expect(computeRangeMean(series, from, to, validity).requiredDays).toBe(required);
  });
});

describe('rounding once', () => {
  const series: DayValue[] = [
    { day: '2025-01-01', value: new Decimal('68.4') },
    { day: '2025-01-02', value: new Decimal('68.3') },
  ];
  test('by default the daily values stay as they are', () => {
    const { mean } = computeRangeMean(series, '2025-01-01', '2025-01-03', validity);
    expect(mean?.toFixed()).toBe('68.35');
    expect(mean && roundHalfEven(mean, 1).toFixed(1)).toBe('68.4');
  });

  test('rounded daily values are a setting', () => {
    const options = { dailyDecimals: 0 };
    expect(computeRangeMean(series, '2025-01-01', '2025-01-03', validity, options).mean?.toFixed()).toBe(
      '68',
    );
  });
});
