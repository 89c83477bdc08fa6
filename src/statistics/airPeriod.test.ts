import { describe, expect, test } from '@jest/globals';
import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { pollutants, type Pollutant } from '../domain/standard.js';
import {
  computeAirPeriod,
  findCompositeLimits,
  type AirPeriodRules,
  type LimitedFigure,
} from './airPeriod.js';
import type { DayValue } from './annualMean.js';
import { evaluation2013, evaluation2026, limits2012, limits2026, standards } from './standards.fixture.js';

const rules2013: AirPeriodRules = {
  limits: limits2012,
  evaluation: evaluation2013,
  compositeLimits: limits2012,
};
const rules2026: AirPeriodRules = {
  limits: limits2026,
  evaluation: evaluation2026,
  compositeLimits: limits2026,
};
const clean: Record<Pollutant, string> = { so2: '10', no2: '20', co: '1', o3: '140', pm10: '68', pm25: '25' };
type Series = (i: number, day: string) => string | null;
function period(
  from: string,
  to: string,
  changed: Partial<Record<Pollutant, Series>> = {},
  rules = rules2013,
  until?: string,
) {
  const days = Object.fromEntries(
    pollutants.map((item) => [
      item,
      daysInRange(from, to).map((day, i): DayValue => {
        const text = changed[item] ? changed[item](i, day) : clean[item];
        return { day, value: text === null ? null : new Decimal(text) };
      }),
    ]),
  ) as unknown as Record<Pollutant, DayValue[]>;
  return computeAirPeriod({ days, from, to, ...(until === undefined ? {} : { until }) }, rules);
}
const show = ({ value, printed, limit, complies, multiple }: LimitedFigure) => [
  value?.round(4).toFixed() ?? null, printed, limit?.toFixed() ?? null, complies, multiple?.round(4).toFixed() ?? null,
]; // prettier-ignore

describe('a year under the 2013 version', () => {
  const result = period('2025-01-01', '2026-01-01', {
    pm10: (i) => (i < 365 ? String(i + 1) : null),
    o3: (i) => String(i + 1),
    pm25: () => '35.4',
  });

  test('means against the annual limits, percentiles against the daily ones', () => {
    expect(show(result.items.pm10.mean)).toEqual(['183', '183', '70', false, '1.6143']);
    expect(show(result.items.pm10.percentile)).toEqual(['346.8', '347', '150', false, '1.312']);
    expect(result.items.pm10.percentile.percent).toBe('95');
    expect(show(result.items.so2.mean)).toEqual(['10', '10', '60', true, null]);
    expect(show(result.items.so2.percentile)).toEqual(['10', '10', '150', true, null]);
    expect(result.items.so2.percentile.percent).toBe('98');
  });

  test('each item has its daily limit', () => {
    const limits = pollutants.map((item) => result.items[item].percentile.limit?.toFixed());
    expect(limits).toEqual(['150', '80', '4', '160', '150', '75']);
  });

  test('CO and O3 have no annual limit: their figure is the percentile', () => {
    expect(pollutants.map((item) => result.items[item].figure)).toEqual([
      'mean', 'mean', 'percentile', 'percentile', 'mean', 'mean',
    ]); // prettier-ignore
    expect(show(result.items.o3.mean)).toEqual(['183', '183', null, null, null]);
    expect(show(result.items.o3.percentile)).toEqual(['328.6', '329', '160', false, '1.0538']);
    expect(show(result.items.co.percentile)).toEqual(['1', '1.0', '4', true, null]);
  });

  test('equal to a limit after the rounding for the decision complies', () => {
    expect(show(result.items.pm25.mean)).toEqual(['35.4', '35', '35', true, null]);
    const above = period('2025-01-01', '2026-01-01', { pm25: () => '35.51' });
    expect(show(above.items.pm25.mean)).toEqual(['35.51', '36', '35', false, '0.0146']);
  });

  test('days over the daily limit; a day equal to it is none', () => {
    const { days } = result.items.pm10;
    expect([days.valid, days.exceeding.length, days.exceeding[0]]).toEqual([365, 215, '2025-05-31']);
    expect(days.share?.round(2).toFixed()).toBe('41.1');
  });

  test('the composite index from the unrounded figures', () => {
    const index = period('2025-01-01', '2026-01-01').composite;
    expect(index?.value.round(6).toFixed()).toBe('3.477381');
  });

  test('validity of the year is that of each item', () => {
    expect(result.valid).toBe(true);
    const short = period('2025-01-01', '2026-01-01', { co: (_, day) => (day.endsWith('05') || day < '2025-02-01' ? null : '1') }); // prettier-ignore
    expect([short.valid, short.items.co.valid, short.items.so2.valid]).toEqual([false, false, true]);
    expect(short.items.co.range.shortMonths).toEqual(['2025-01']);
  });

  test('an item without any day has no figure, and then there is no composite index', () => {
    const none = period('2025-01-01', '2026-01-01', { co: () => null });
    expect(show(none.items.co.percentile)).toEqual([null, null, '4', null, null]);
    expect(none.items.co.days).toEqual({ valid: 0, exceeding: [], share: null });
    expect([none.composite, none.items.co.valid]).toEqual([null, false]);
  });
});

describe('a year under the 2026 version', () => {
  const result = period('2027-01-01', '2028-01-01', { pm25: () => '30.45' }, rules2026);

  test('PM2.5 prints one decimal and is decided without any; the transition limits hold', () => {
    expect(show(result.items.pm25.mean)).toEqual(['30.45', '30.4', '30', true, null]);
    expect(show(result.items.pm10.mean)).toEqual(['68', '68', '60', false, '0.1333']);
  });

  test('the composite index weighs PM2.5 three times, NO2 and O3 twice', () => {
    expect(result.composite?.value.round(4).toFixed()).toBe('7.345');
  });
});

describe('months, quarters and a period that runs', () => {
  const gap =
    (days: number): Series =>
    (i) =>
      i < days ? '60' : null;

  test.each([
    ['a month with 27 days', '2025-04-01', '2025-05-01', 27, true],
    ['a month with 26 days', '2025-04-01', '2025-05-01', 26, false],
    ['a February with 25', '2025-02-01', '2025-03-01', 25, true],
    ['a February with 24', '2025-02-01', '2025-03-01', 24, false],
    ['a quarter whose last month has 26', '2025-04-01', '2025-07-01', 30 + 31 + 26, false],
    ['a quarter whose last month has 27', '2025-04-01', '2025-07-01', 30 + 31 + 27, true],
  ])('%s', (_, from, to, count, valid) => {
    const result = period(from, to, { pm10: gap(count) });
    expect([result.items.pm10.valid, result.items.pm10.days.valid]).toEqual([valid, count]);
    expect(result.items.pm10.mean.value?.toFixed()).toBe('60');
  });

  test('the rule for months and quarters is a setting; that of the year is not', () => {
    const { shortPeriods } = evaluation2013;
    const evaluation = { ...evaluation2013, shortPeriods: { ...shortPeriods, monthRule: false } };
    const rules = { ...rules2013, evaluation };
    const of = (from: string, to: string, count: number, until?: string) =>
      period(from, to, { pm10: gap(count) }, rules, until).items.pm10.valid;
    expect(of('2025-04-01', '2025-05-01', 3)).toBe(true);
    expect(of('2025-04-01', '2025-05-01', 0)).toBe(false);
    expect(of('2025-04-01', '2025-05-01', 3, '2025-04-30')).toBe(false);
    expect(of('2025-01-01', '2026-01-01', 300)).toBe(false);
  });

  test('a period that runs is provisional, and days to come take no part', () => {
    const result = period('2025-04-01', '2025-05-01', { pm10: (i) => (i === 9 ? '1000' : '60') }, rules2013, '2025-04-10'); // prettier-ignore
    expect([result.valid, result.items.pm10.days.valid, result.items.pm10.mean.value?.toFixed()]).toEqual([false, 9, '60']); // prettier-ignore
    const later = period('2025-04-01', '2025-05-01', {}, rules2013, '2025-06-01');
    expect(later.valid).toBe(true);
  });

  test('days outside the range take no part', () => {
    const days = Object.fromEntries(
      pollutants.map((item) => [
        item,
        ['2025-03-31', '2025-04-01', '2025-05-01'].map((day, i) => ({ day, value: new Decimal(100 * i) })),
      ]),
    ) as unknown as Record<Pollutant, DayValue[]>;
    for (const until of ['2025-05-01', '2025-06-01']) {
      const { items } = computeAirPeriod({ days, from: '2025-04-01', to: '2025-05-01', until }, rules2013);
      expect([items.o3.percentile.value?.toFixed(), items.o3.days.valid]).toEqual(['100', 1]);
    }
  });

  test('rounded daily values are a setting', () => {
    const { dailyRounding } = evaluation2013;
    const evaluation = { ...evaluation2013, dailyRounding: { ...dailyRounding, enabled: true } };
    const series: Series = () => '150.4';
    const plain = period('2025-04-01', '2025-05-01', { pm10: series });
    const rounded = period('2025-04-01', '2025-05-01', { pm10: series }, { ...rules2013, evaluation });
    expect([plain.items.pm10.days.exceeding.length, rounded.items.pm10.days.exceeding.length]).toEqual([30, 0]);
    expect([plain.items.pm10.percentile.value?.toFixed(), rounded.items.pm10.percentile.value?.toFixed()]).toEqual(['150.4', '150']); // prettier-ignore
    expect(rounded.items.pm10.mean.value?.toFixed()).toBe('150');
  }); // prettier-ignore

  test('without a daily limit no day is compared', () => {
    const list = limits2012.limits.list.filter(({ pollutant, averaging }) => pollutant !== 'pm10' || averaging === 'year'); // prettier-ignore
    const limits = { ...limits2012, limits: { ...limits2012.limits, list } };
    const result = period('2025-04-01', '2025-05-01', {}, { ...rules2013, limits });
    expect(result.items.pm10.days).toEqual({ valid: 30, exceeding: [], share: null });
    expect(show(result.items.pm10.percentile)).toEqual(['68', '68', null, null, null]);
  });
});

test('the limits of the composite index are those the version names', () => {
  expect(findCompositeLimits(standards.airLimits, evaluation2013).id).toBe('GB3095-2012');
  expect(findCompositeLimits(standards.airLimits, evaluation2026).id).toBe('GB3095-2026/transition');
  expect(() => findCompositeLimits([], evaluation2013)).toThrow('there are no limits GB3095-2012');
});
