import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { day, daysOf, input, type Kind } from './days.fixture.js';
import { judgeDayCount, judgeDayShare, type DaysInput } from './judgeDays.js';
import { planTarget } from './targets.fixture.js';

type Day = DaysInput['days'][number];
const share = (days: readonly Day[], asOf: string) => judgeDayShare(planTarget(21), input(days), asOf);

describe('properties', () => {
  const kind = fc.constantFrom<Kind | 'none'>(
    'good',
    'good',
    'good',
    'bad',
    'heavy',
    'dust-heavy',
    'na',
    'none',
  );
  const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 120 }), kind), { minLength: 1, maxLength: 8 });
  const asOf = fc.integer({ min: 0, max: 363 }).map((n) => daysInRange('2025-01-01', '2026-01-01')[n]!);
  const inYear = (list: readonly (readonly [number, Kind | 'none'])[]) =>
    daysOf(2025, ...list).filter((one) => one.day < '2026');
  const both = [
    { target: planTarget(21), judge: judgeDayShare },
    { target: planTarget(21, { ledger: 'without-dust' }), judge: judgeDayShare },
    { target: planTarget(28), judge: judgeDayCount },
    { target: planTarget(28, { ledger: 'with-dust' }), judge: judgeDayCount },
  ];

  test('secured ends met and lost never does; nothing final while it runs, nothing open after it', () => {
    fc.assert(
      fc.property(fc.constantFrom(...both), runs, asOf, ({ target, judge }, list, on) => {
        const days = inYear(list);
        const during = judge(target, input(days), on).verdict;
        const end = judge(target, input(days), '2025-12-31').verdict;
        expect(['met', 'missed']).not.toContain(during);
        expect(['met', 'missed', 'insufficient-data', 'not-reported']).toContain(end);
        if (during === 'secured') expect(end).toBe('met');
        if (during === 'lost') expect(end).not.toBe('met');
      }),
      { numRuns: 300 },
    );
  });

  test('one more good day never lowers the share', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const days = inYear(list);
        const before = share(days, '2025-12-31').valueUnrounded;
        const more = share(
          [...days, ...(days.length < 365 ? [day('2025-12-31', 'good')] : [])],
          '2025-12-31',
        );
        if (before === null) return;
        expect(new Decimal(more.valueUnrounded!).gte(before)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });

  test('the printed value has the decimals of the target and agrees with the verdict', () => {
    fc.assert(
      fc.property(runs, (list) => {
        const judged = share(inYear(list), '2025-12-31');
        if (judged.value === null) return;
        expect(judged.value).toMatch(/^\d+\.\d$/);
        if (judged.verdict === 'met') expect(new Decimal(judged.distance!).gte(0)).toBe(true);
        if (judged.verdict === 'missed') expect(new Decimal(judged.distance!).lt(0)).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});
