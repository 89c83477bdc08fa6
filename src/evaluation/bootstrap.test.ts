import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { drawTotals, levelShift, meanOrNull, quantile, widen, yearsBefore } from './bootstrap.js';
import { certainSinceAmong, firstTrue, sideOf, startOfLastRun } from './certainty.js';
import { keptShare } from './projection.js';
import { projectionDefaults } from './projectionSettings.js';
import { createRandom, drawBelow, seedOf } from './random.js';

describe('seeded numbers', () => {
  test('FNV-1a of known texts', () => {
    expect(seedOf('')).toBe(0x811c9dc5);
    expect(seedOf('a')).toBe(0xe40c292c);
    expect(seedOf('foobar')).toBe(0xbf9cf968);
  });

  test('mulberry32 of seed 1 gives its published beginning; the same seed the same numbers', () => {
    const random = createRandom(1);
    expect([random(), random()]).toEqual([0.6270739405881613, 0.002735721180215478]);
    expect(createRandom(7)()).toBe(createRandom(7)());
    expect(createRandom(7)()).not.toBe(createRandom(8)());
  });

  test('a draw below a bound takes every whole number below it and no other', () => {
    const random = createRandom(3);
    expect(new Set(Array.from({ length: 200 }, () => drawBelow(random, 3)))).toEqual(new Set([0, 1, 2]));
  });
});

describe('block bootstrap', () => {
  const draw = (days: readonly (readonly number[] | null)[], length: number, change = {}) =>
    drawTotals(
      [{ year: 2024, days }],
      length,
      { ...projectionDefaults, draws: 20, ...change },
      createRandom(1),
    );

  test('a constant window gives its constant, over whole blocks and the rest', () => {
    for (const total of draw(new Array<number[]>(23).fill([2, 5]), 23)) expect(total).toEqual([46, 115]);
  });

  test('days unknown count like the rest of their block', () => {
    const days = [[3], null, [5], null];
    expect(draw(days, 4, { jitterDays: 0 })[0]).toEqual([16]);
  });

  test('a block without any known day counts as the mean of the window', () => {
    const days = [[4], [8], null, null];
    expect(draw(days, 4, { blockDays: 2, jitterDays: 0 })[0]).toEqual([24]);
  });

  test('without jitter a single year is repeated as it was; with it, blocks never leave the window', () => {
    const days = Array.from({ length: 30 }, (_, index) => [index]);
    expect(draw(days, 30, { jitterDays: 0 })[0]).toEqual([435]);
    for (const [total] of draw(days, 30, { draws: 200 })) {
      expect(total!).toBeGreaterThanOrEqual(45 * 3);
      expect(total!).toBeLessThanOrEqual(245 * 3);
    }
  });

  test('every year is drawn, and a draw never mixes two', () => {
    const window = (year: number, value: number) => ({ year, days: new Array<number[]>(20).fill([value]) });
    const totals = drawTotals([window(2023, 1), window(2024, 10)], 20, projectionDefaults, createRandom(5));
    expect(new Set(totals.map(([total]) => total))).toEqual(new Set([20, 200]));
  });
});

describe('from draws to an interval', () => {
  test('widening keeps the mean: two years by √3, three by √2, one not at all', () => {
    expect(widen([0, 2], 2)).toEqual([1 - Math.sqrt(3), 1 + Math.sqrt(3)]);
    expect(widen([0, 2], 3)).toEqual([1 - Math.sqrt(2), 1 + Math.sqrt(2)]);
    expect(widen([0, 2], 1)).toEqual([0, 2]);
  });

  test('nearest ranks', () => {
    const sorted = [10, 20, 30, 40, 50];
    expect([0, 0.1, 0.2, 0.5, 0.9, 1].map((share) => quantile(sorted, share))).toEqual([
      10, 10, 20, 30, 50, 50,
    ]);
  });

  test.each([
    ['upper limit', '<=', 30, 0.6],
    ['upper limit below all', '<=', 9, 0],
    ['upper limit above all', '<=', 50, 1],
    ['lower limit', '>=', 30, 0.6],
    ['lower limit above all', '>=', 51, 0],
    ['lower limit below all', '>=', 10, 1],
  ] as const)('share kept: %s', (_, comparison, limit, share) => {
    const keeps = (value: number) => (comparison === '>=' ? value >= limit : value <= limit);
    expect(keptShare([10, 20, 30, 40, 50], comparison, keeps)).toBe(share);
  });
});

describe('level of this year', () => {
  const shift = (now: number | null, before: number | null, days: number) =>
    levelShift(now, before, days, projectionDefaults);
  test.each([
    ['half weight after 30 days', 40, 10 * 4, 30, 1],
    ['a higher level, half weighted', 14.4, 10, 30, 1.2],
    ['no day, no shift', 15, 10, 0, 1],
    ['exactly twice is believed', 20, 10, 30, Math.SQRT2],
    ['more is not', 20.001, 10, 30, 1],
    ['exactly half is believed', 5, 10, 30, Math.SQRT1_2],
    ['less is not', 4.999, 10, 30, 1],
    ['nothing to compare', null, 10, 30, 1],
    ['nor before', 10, null, 30, 1],
    ['zero now', 0, 10, 30, 1],
    ['zero before', 10, 0, 30, 1],
  ])('%s', (_, now, before, days, expected) => {
    expect(shift(now, before, days)).toBeCloseTo(expected, 12);
  });

  test('the mean of nothing is nothing', () => {
    expect(meanOrNull([])).toBeNull();
    expect(meanOrNull([1, 2, 6])).toBe(3);
  });
});

test.each([
  ['2025-03-01', 1, '2024-03-01'],
  ['2024-02-29', 1, '2023-03-01'],
  ['2024-02-29', 4, '2020-02-29'],
  ['2024-02-28', 1, '2023-02-28'],
])('%s, %d years before: %s', (day, years, expected) => {
  expect(yearsBefore(day, years)).toBe(expected);
});

describe('when something became certain', () => {
  test('bisection and walking find the same first day of what stays', () => {
    fc.assert(
      fc.property(fc.nat(40), fc.nat(45), (length, from) => {
        const holds = (index: number) => index >= from;
        const expected = from < length ? from : undefined;
        expect(firstTrue(length, holds)).toBe(expected);
        expect(startOfLastRun(length, holds)).toBe(expected);
      }),
    );
  });

  test('what turned back counts from its last turn', () => {
    const holds = [true, true, false, true, true];
    expect(startOfLastRun(5, (index) => holds[index]!)).toBe(3);
    expect(startOfLastRun(3, (index) => holds[index]!)).toBeUndefined();
  });

  test('secured and met are one side, lost and missed the other, all else is open', () => {
    expect(
      (['met', 'secured', 'missed', 'lost', 'on-track', 'insufficient-data'] as const).map(sideOf),
    ).toEqual(['kept', 'kept', 'broken', 'broken', null, null]);
  });

  test('among candidate days the run on the same side that reaches the day asked for', () => {
    const at = (day: string) => (day < '2025-03-01' ? 'secured' : day < '2025-06-01' ? 'on-track' : 'met');
    const days = ['2025-07-01', '2025-01-05', '2025-03-01', '2025-06-01', '2025-06-01', '2025-12-31'];
    expect(certainSinceAmong(days, '2025-08-01', at)).toBe('2025-06-01');
    expect(certainSinceAmong(days, '2025-02-01', at)).toBe('2025-01-05');
    expect(certainSinceAmong(days, '2025-04-01', at)).toBeNull();
  });
});
