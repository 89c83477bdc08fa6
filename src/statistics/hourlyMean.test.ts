import { describe, expect, test } from '@jest/globals';
import { computeHourlyMean } from './hourlyMean.js';
import { limits2012, limits2026 } from './standards.fixture.js';

const { validity } = limits2012;
const minutes = (valid: number, value = 35, count = 60) =>
  Array.from({ length: count }, (_, i) => (i < valid ? value : null));

describe('the 45 minutes of GB 3095 table 4', () => {
  test.each([
    ['60 of 60', minutes(60), 1, '35', 60],
    ['45 of 60', minutes(45), 1, '35', 45],
    ['44 of 60', minutes(44), 1, null, 44],
    ['none', minutes(0), 1, null, 0],
    ['nine values of 5 minutes', minutes(9, 20, 12), 5, '20', 45],
    ['eight values of 5 minutes', minutes(8, 20, 12), 5, null, 40],
    ['three quarters of an hour', minutes(3, 20, 4), 15, '20', 45],
    ['one value for the hour', [12.5], 60, '12.5', 60],
    ['zero is a value', minutes(60, 0), 1, '0', 60],
  ])('%s', (_, values, each, value, sampled) => {
    const result = computeHourlyMean(values, each, validity);
    expect([result.value?.toFixed() ?? null, result.sampledMinutes]).toEqual([value, sampled]);
  });

  test('2026 asks for the same', () => {
    expect(limits2026.validity.hourMinutes).toBe(45);
  });

  test.each([['negative', -1], ['NaN', Number.NaN], ['infinite', Infinity]])(
    'a %s minute is missing',
    (_, bad) => {
      expect(computeHourlyMean([bad, ...minutes(45).slice(1)], 1, validity)).toEqual({
        value: null,
        sampledMinutes: 44,
      });
    },
  ); // prettier-ignore

  test('without a rule an hour without values still has no mean', () => {
    expect(computeHourlyMean(minutes(0), 1, { hourMinutes: 0 }).value).toBeNull();
  });
});

test('decimals that binary sums get wrong', () => {
  const values = [...new Array<number>(50).fill(0.1), ...new Array<number>(10).fill(0.7)];
  expect(computeHourlyMean(values, 1, validity).value?.toFixed()).toBe('0.2');
});

test.each([
  ['59 minutes', new Array<number>(59).fill(1), 1],
  ['61 minutes', new Array<number>(61).fill(1), 1],
  ['12 values of 1 minute', new Array<number>(12).fill(1), 1],
  ['no length', [], 0],
  ['half minutes', new Array<number>(120).fill(1), 0.5],
])('refuses %s', (_, values, each) => {
  expect(() => computeHourlyMean(values, each, validity)).toThrow(`${values.length} values of ${each}`);
});
