import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { computePercentile } from './percentile.js';

const dec = (values: readonly (number | string)[]) => values.map((value) => new Decimal(value));
const oneTo365 = Array.from({ length: 365 }, (_, i) => i + 1);
const co = ['0.4', '0.5', '0.5', '0.6', '0.7', '0.7', '0.8', '0.9', '1.1', '1.4', '1.5', '1.8', '2.1'];

describe('worked examples of HJ 663 (air-quality.md §5.2)', () => {
  test.each([
    ['ten O3 values', [60, 72, 85, 90, 101, 110, 118, 125, 133, 140], '90', '133.7'],
    ['1 … 365', oneTo365, '90', '328.6'],
    ['1 … 365', oneTo365, '95', '346.8'],
    ['1 … 365', oneTo365, '98', '357.72'],
    ['CO', co, '95', '1.92'],
    ['one value', [7], '95', '7'],
    ['two values', [1, 2], '95', '1.95'],
    ['p0 is the smallest', [3, 1, 2], '0', '1'],
    ['p100 is the largest', [3, 1, 2], '100', '3'],
    ['unsorted, compared as numbers', [100, 9, 20], '50', '20'],
  ])('%s p%s', (_, values, percent, expected) => {
    expect(computePercentile(dec(values), percent)?.toFixed()).toBe(expected);
  });

  test('CO is reported as 1.9', () => {
    const p95 = computePercentile(dec(co), '95');
    expect(p95 && roundHalfEven(p95, 1).toFixed(1)).toBe('1.9');
  });
});

test('no values have no percentile', () => {
  expect(computePercentile([], '95')).toBeNull();
});

test.each([['-1'], ['100.1']])('refuses p%s', (percent) => {
  expect(() => computePercentile(dec([1]), percent)).toThrow(
    new RangeError(`percentile ${percent} is outside 0–100`),
  );
});

test('lies between the extremes, ignores order, and leaves its input alone', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 9999 }), { minLength: 1 }),
      fc.integer({ min: 0, max: 100 }),
      (values, p) => {
        const input = dec(values);
        const result = computePercentile(input, String(p));
        expect(input.map(Number)).toEqual(values);
        expect(result?.gte(Math.min(...values)) === true && result.lte(Math.max(...values))).toBe(true);
        expect(computePercentile(dec(values.toReversed()), String(p))).toEqual(result);
      },
    ),
  );
});
