import { expect, test } from '@jest/globals';
import { Decimal, roundHalfEven, sumOf } from '../domain/decimal.js';
import { computeExactMean, settle } from './exactMean.js';

test('no values have no mean', () => {
  expect(computeExactMean([])).toBeUndefined();
});

test('a sum of thirds is whole again', () => {
  const thirds = [1, 1, 1].map((value) => new Decimal(value).div(3));
  expect(sumOf(thirds).eq(1)).toBe(false);
  expect(settle(sumOf(thirds)).eq(1)).toBe(true);
});

test('a tie hidden under the residue of earlier divisions is a tie again', () => {
  const below = new Decimal('68.35').minus('1e-40');
  expect(roundHalfEven(below, 1).toFixed(1)).toBe('68.3');
  const mean = computeExactMean([below, below]);
  expect(mean?.toFixed()).toBe('68.35');
  expect(mean && roundHalfEven(mean, 1).toFixed(1)).toBe('68.4');
});

test('a value truly below a tie stays below', () => {
  expect(settle(new Decimal('68.35').minus('1e-29')).lt('68.35')).toBe(true);
});

test('exact decimals stay as they are', () => {
  const text = '0.123456789012345678901234567891';
  expect(settle(new Decimal(text)).toFixed()).toBe(text);
});
