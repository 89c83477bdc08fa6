import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal } from '../domain/decimal.js';
import { limits2012 } from '../statistics/standards.fixture.js';
import {
  atTargetPrecision,
  distanceTo,
  findJudgedPeriod,
  findPeriodAt,
  keepsLimit,
  progressNote,
  readable,
  requiredDays,
  unroundedText,
} from './judgement.js';
import { planTarget } from './targets.fixture.js';

describe('the period that is judged', () => {
  test.each([
    [
      'the day before the period begins shows its own year',
      '2024-12-31',
      '2024-01-01',
      '2025-01-01',
      'before',
    ],
    ['two years before: that year', '2023-06-30', '2023-01-01', '2024-01-01', 'before'],
    ['a leap year before has 366 days', '2024-02-29', '2024-01-01', '2025-01-01', 'before'],
    ['its first day is open', '2025-01-01', '2025-01-01', '2026-01-01', 'open'],
    ['the day before the due date is open', '2025-12-30', '2025-01-01', '2026-01-01', 'open'],
    ['the due date itself counts: over', '2025-12-31', '2025-01-01', '2026-01-01', 'over'],
    ['years later still the same period', '2030-05-05', '2025-01-01', '2026-01-01', 'over'],
  ])('%s', (_, asOf, from, to, state) => {
    expect(findJudgedPeriod({ periodStart: '2025-01-01', due: '2025-12-31' }, asOf)).toMatchObject({
      from,
      to,
      state,
    });
  });

  test('a campaign within a year: before it, the whole year is shown', () => {
    const campaign = { periodStart: '2023-10-19', due: '2023-12-31' };
    expect(findJudgedPeriod(campaign, '2023-10-18')).toEqual({
      from: '2023-01-01',
      to: '2024-01-01',
      until: '2023-10-19',
      state: 'before',
    });
    expect(findJudgedPeriod(campaign, '2023-10-19')).toMatchObject({ from: '2023-10-19', state: 'open' });
  });

  test.each([
    ['the year of the target', '2023-01-01', '2024-01-01', true],
    ['a month of it', '2023-12-01', '2024-01-01', true],
    ['the year after', '2024-01-01', '2025-01-01', false],
    ['the month after', '2024-01-01', '2024-02-01', false],
    ['a year of progress before', '2022-01-01', '2023-01-01', true],
  ])('days of which a target of 2023 says something: %s', (_, firstDay, endDay, touched) => {
    expect(
      findPeriodAt({ periodStart: '2023-01-01', due: '2023-12-31' }, { firstDay, endDay }),
    ).toMatchObject({
      touched,
    });
  });

  test('only the time before carries the note of progress, with its year', () => {
    const period = findJudgedPeriod(planTarget(20), '2024-06-30');
    expect(progressNote(period)[0]?.zh).toContain('2024 年的进展');
    expect(progressNote(findJudgedPeriod(planTarget(20), '2025-06-30'))).toEqual([]);
    expect(progressNote(findJudgedPeriod(planTarget(20), '2026-06-30'))).toEqual([]);
  });

  test.each([
    ['a calendar year', '2023-01-01', '2024-01-01', 324],
    ['a leap year, too', '2024-01-01', '2025-01-01', 324],
    ['the 74 days of the campaign: the same share', '2023-10-19', '2024-01-01', 66],
    ['a year that begins in July', '2024-07-01', '2025-07-01', 324],
  ])('valid days needed: %s', (_, from, to, days) => {
    expect(requiredDays({ from, to, until: to, state: 'over' }, limits2012.validity)).toBe(days);
  });
});

describe('rounding half to even, at the target, before comparing', () => {
  test.each([
    ['68.34', 20, '68.3', true],
    ['68.3499999999', 20, '68.3', true],
    ['68.35', 20, '68.4', false],
    ['68.4', 20, '68.4', false],
    ['68.25', 20, '68.2', true],
    ['68.3', 20, '68.3', true],
    ['68.36', 20, '68.4', false],
    ['34.5', 1, '34', true],
    ['34.50000000001', 1, '35', false],
    ['33.5', 19, '34', false],
    ['32.5', 19, '32', true],
    ['68.5', 2, '68', true],
    ['85.45', 21, '85.4', false],
    ['85.55', 21, '85.6', true],
    ['85.4500001', 21, '85.5', true],
    ['85.5', 21, '85.5', true],
  ])('%s against target %d is %s: kept %s', (value, id, rounded, kept) => {
    const target = planTarget(id);
    const compared = atTargetPrecision(target, new Decimal(value));
    expect(compared.toFixed(target.decimals)).toBe(rounded);
    expect(keepsLimit(target, compared)).toBe(kept);
  });
});

describe('distance', () => {
  test.each([
    ['below an upper limit is room', '<=', '34', '30', '4'],
    ['above it is a breach', '<=', '34', '36.5', '-2.5'],
    ['above a lower limit is room', '>=', '90', '92', '2'],
    ['below it is a breach', '>=', '90', '89.96', '-0.04'],
    ['an equality that holds has none', '=', '0', '0', '0'],
    ['one that does not lacks the difference', '=', '0', '3', '-3'],
    ['whichever way', '=', '5', '3', '-2'],
  ] as const)('%s', (_, comparison, limit, value, distance) => {
    expect(distanceTo({ comparison, limit }, new Decimal(value)).toString()).toBe(distance);
  });

  test('its sign always agrees with whether the limit is kept', () => {
    const number = fc.integer({ min: 0, max: 2000 }).map((n) => String(n / 10));
    fc.assert(
      fc.property(fc.constantFrom('<=', '>=', '=' as const), number, number, (comparison, limit, value) => {
        const kept = keepsLimit({ comparison, limit }, new Decimal(value));
        expect(distanceTo({ comparison, limit }, new Decimal(value)).gte(0)).toBe(kept);
      }),
    );
  });
});

describe('texts', () => {
  test.each([
    ['a quotient is cut to two decimals', '>=', '90', '91.23456', '91.23'],
    ['but never across the limit', '>=', '90', '89.99999', '89.99999'],
    ['nor from above', '<=', '90', '90.000001', '90.000001'],
    ['the limit itself stays', '>=', '90', '90', '90'],
    ['a target of two decimals keeps two', '>=', '77.17', '77.1666', '77.167'],
  ] as const)('%s', (_, comparison, limit, value, text) => {
    const decimals = limit.includes('.') ? 2 : 0;
    expect(readable({ comparison, limit, decimals }, new Decimal(value)).toString()).toBe(text);
  });

  test('an unrounded third is printed with 20 decimals, never as a power of ten', () => {
    expect(unroundedText(new Decimal(1).div(3))).toBe('0.33333333333333333333');
    expect(unroundedText(new Decimal('0.0000001'))).toBe('0.0000001');
  });
});
