import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { computeCompositeIndex } from './compositeIndex.js';
import { evaluation2013, evaluation2026, limits2012, limits2026 } from './standards.fixture.js';

const all = (values: Record<'so2' | 'no2' | 'co' | 'o3' | 'pm10' | 'pm25', string>) =>
  Object.fromEntries(Object.entries(values).map(([item, text]) => [item, new Decimal(text)])) as Record<
    keyof typeof values,
    Decimal
  >;

describe('computeCompositeIndex', () => {
  test('at the limits of 2012 every single index is 1 and the sum 6', () => {
    const atLimits = all({ so2: '60', no2: '40', co: '4', o3: '160', pm10: '70', pm25: '35' });
    const index = computeCompositeIndex(atLimits, limits2012, evaluation2013.compositeIndex.weights);
    expect(index?.value.toFixed()).toBe('6');
    expect(Object.values(index?.singles ?? {}).map(String)).toEqual(['1', '1', '1', '1', '1', '1']);
  });

  test('at the transition limits with the weights of 2026 the sum is 10', () => {
    const atLimits = all({ so2: '60', no2: '40', co: '4', o3: '160', pm10: '60', pm25: '30' });
    expect(
      computeCompositeIndex(atLimits, limits2026, evaluation2026.compositeIndex.weights)?.value.toFixed(),
    ).toBe('10');
  });

  test('is not rounded', () => {
    const statistics = all({ so2: '10', no2: '20', co: '1', o3: '140', pm10: '68', pm25: '25' });
    const index = computeCompositeIndex(statistics, limits2012, evaluation2013.compositeIndex.weights);
    expect(index?.value.round(6).toFixed()).toBe('3.477381');
    expect(index?.singles.pm10.round(6).toFixed()).toBe('0.971429');
  });

  test('a missing statistic leaves no index', () => {
    const statistics = {
      ...all({ so2: '10', no2: '20', co: '1', o3: '140', pm10: '68', pm25: '25' }),
      co: null,
    };
    expect(computeCompositeIndex(statistics, limits2012, evaluation2013.compositeIndex.weights)).toBeNull();
  });

  test('limits without an item are refused', () => {
    const empty = { ...limits2012, limits: { ...limits2012.limits, list: [] } };
    const statistics = { so2: null, no2: null, co: null, o3: null, pm10: null, pm25: null };
    expect(() => computeCompositeIndex(statistics, empty, evaluation2013.compositeIndex.weights)).toThrow(
      new RangeError('GB3095-2012 has no limit for so2'),
    );
  });
});
