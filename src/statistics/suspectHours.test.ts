import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HourRules } from '../domain/qualityRule.js';
import { findSuspectHours, reachOfHourRules } from './suspectHours.js';

const marks = (hours: (number | null)[], rules: HourRules) =>
  Object.fromEntries([...findSuspectHours(hours, rules)].map(([index, names]) => [index, names.join(',')]));

describe('constant', () => {
  const rules: HourRules = { constant: { hours: 3, above: 5 } };
  test('every hour of a run that is long enough', () => {
    expect(marks([7, 8, 8, 8, 9], rules)).toEqual({ 1: 'constant', 2: 'constant', 3: 'constant' });
    expect(marks([8, 8, 9, 8, 8], rules)).toEqual({});
  });
  test('low levels, zeros and gaps make no run', () => {
    expect(marks([5, 5, 5, 5], rules)).toEqual({});
    expect(marks([0, 0, 0, 0], rules)).toEqual({});
    expect(marks([8, 8, null, 8, 8], rules)).toEqual({});
    expect(marks([null, null, null, null], rules)).toEqual({});
  });
});

describe('jump', () => {
  const rules: HourRules = { jump: { difference: 100, ratio: 2 } };
  test('up or down by difference and factor', () => {
    expect(marks([50, 150, 160], rules)).toEqual({ 1: 'jump' });
    expect(marks([50, 149], rules)).toEqual({});
    expect(marks([150, 260], rules)).toEqual({});
    expect(marks([300, 20, 25], rules)).toEqual({ 1: 'jump' });
    expect(marks([-3, 120], rules)).toEqual({ 1: 'jump' });
    expect(marks([0.4, 3.4], { jump: { difference: 3, ratio: 3 } })).toEqual({ 1: 'jump' });
  });
  test('the return from a spike is not another, a gap is no neighbour', () => {
    expect(marks([50, 400, 55, 60], rules)).toEqual({ 1: 'jump' });
    expect(marks([50, 400, 1200, 60], rules)).toEqual({ 1: 'jump', 2: 'jump', 3: 'jump' });
    expect(marks([50, null, 400], rules)).toEqual({});
  });
});

describe('negatives', () => {
  const rules: HourRules = { negatives: { hours: 5, count: 3 } };
  test('as many within the window as are asked for', () => {
    expect(marks([-1, 2, -1, 2, -2, 4, 4], rules)).toEqual({
      0: 'negatives',
      2: 'negatives',
      4: 'negatives',
    });
    expect(marks([-1, 2, -1, 2, 3, -2], rules)).toEqual({});
    expect(marks([-1, -1, -1, 4, 4, -1, 4, 4, 4, 4, -1], rules)).toMatchObject({ 0: 'negatives' });
    expect(marks([-1, -1, -1, 4, 4, 4, 4, 4, 4, 4, -1], rules)).not.toHaveProperty('10');
  });
});

test('an hour further away than the reach decides about nothing', () => {
  const value = fc.option(
    fc.integer({ min: -2, max: 3 }).map((n) => n * 100),
    { nil: null, freq: 6 },
  );
  const rules = fc.record({
    constant: fc.record({ hours: fc.integer({ min: 2, max: 5 }), above: fc.constantFrom(-300, 0, 100) }),
    jump: fc.constant({ difference: 200, ratio: 1 }),
    negatives: fc.record({ hours: fc.integer({ min: 2, max: 6 }), count: fc.integer({ min: 1, max: 4 }) }),
  });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), rules, fc.nat(39), (hours, one, at) => {
      const reach = reachOfHourRules(one);
      const index = at % hours.length;
      const from = Math.max(0, index - reach);
      const near = hours.slice(from, index + reach + 1);
      expect(findSuspectHours(near, one).get(index - from)).toEqual(findSuspectHours(hours, one).get(index));
    }),
    { numRuns: 500 },
  );
});
