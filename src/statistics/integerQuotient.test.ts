import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal } from '../domain/decimal.js';
import { divideIntegers } from './integerQuotient.js';

test.each([
  ['terminating', 684, 10, '68.4'],
  ['zero', 0, 24, '0'],
  ['whole', 48, 24, '2'],
  ['rounded down', 1, 3, '0.3333333333333333333333333333333333333333'],
  ['rounded up', 2, 3, '0.6666666666666666666666666666666666666667'],
])('%s: %i ÷ %i', (_, numerator, denominator, expected) => {
  expect(divideIntegers(numerator, denominator).toFixed()).toBe(expected);
});

test('a tie at the 40th place goes to the even digit', () => {
  const half = divideIntegers(1, 2 ** 41);
  expect(half.eq(new Decimal(1).div(2 ** 41))).toBe(true);
});

test('has the same digits as the division of Decimal', () => {
  const integer = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  fc.assert(
    fc.property(integer, fc.integer({ min: 1, max: 1e6 }), (numerator, denominator) => {
      const expected = new Decimal(numerator).div(denominator).toFixed();
      expect(divideIntegers(numerator, denominator).toFixed()).toBe(expected);
    }),
  );
});
