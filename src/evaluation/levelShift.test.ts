import { describe, expect, test } from '@jest/globals';
import { drawTotals, levelShift } from './bootstrap.js';
import { createRandom } from './random.js';

const settings = { shiftBounds: [0.5, 2] as const, shiftDays: 30 };

describe('the level of this year against another', () => {
  test.each([
    ['this year unknown', null, 50, 1],
    ['the other unknown', 50, null, 1],
    ['this year zero', 0, 50, 1],
    ['the other zero', 50, 0, 1],
    ['both negative', -10, -20, 1],
    ['this year negative', -10, 10, 1],
    ['the other negative', 10, -10, 1],
    ['both ends of what is believed: half', 50, 100, Math.sqrt(0.5)],
    ['both ends of what is believed: double', 100, 50, Math.SQRT2],
    ['below half is not', 49.9, 100, 1],
    ['above double is not', 100, 49.9, 1],
    ['the same level', 50, 50, 1],
  ])('%s', (_, now, before, factor) => {
    // After as many days as the setting says, the ratio counts half: its square root.
    expect(levelShift(now, before, 30, settings)).toBeCloseTo(factor, 12);
  });

  test('without a day it says nothing; with many it counts nearly whole', () => {
    expect(levelShift(60, 50, 0, settings)).toBe(1);
    expect(levelShift(60, 50, 90, settings)).toBeCloseTo(1.2 ** 0.75, 12);
  });
});

describe('totals of the days to come', () => {
  const fixed = { draws: 20, blockDays: 2, jitterDays: 0 };

  test('without jitter each draw is the window of one year as it was', () => {
    const windows = [
      { year: 2023, days: [[1], [2], [3], [4], [5]] },
      { year: 2024, days: [[10], [20], [30], [40], [50]] },
    ];
    const sums = drawTotals(windows, 5, fixed, createRandom(1)).map(([sum]) => sum);
    expect([...new Set(sums)].sort()).toEqual([15, 150]);
  });

  test('a block without any day known stands at the mean of its window; one with some, at theirs', () => {
    const gaps = [{ year: 2024, days: [null, null, [6], null, [9], [9]] }];
    // Blocks: none known (mean 8 twice), 6 of two (12), 9 and 9.
    expect(drawTotals(gaps, 6, { ...fixed, draws: 1 }, createRandom(1))).toEqual([[16 + 12 + 18]]);
  });

  test('a measure for each; a last block that is shorter', () => {
    const window = [
      {
        year: 2024,
        days: [
          [1, 10],
          [2, 20],
          [3, 30],
        ] as const,
      },
    ];
    expect(drawTotals(window, 3, { ...fixed, draws: 2 }, createRandom(1))).toEqual([
      [6, 60],
      [6, 60],
    ]);
  });
});
