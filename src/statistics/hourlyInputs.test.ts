import { describe, expect, test } from '@jest/globals';
import { computeHourlyInputs, type TrailingHours } from './hourlyInputs.js';
import { evaluation2013, limits2012 } from './standards.fixture.js';

const at = (hours: TrailingHours) =>
  Object.fromEntries(
    Object.entries(computeHourlyInputs(hours, limits2012, evaluation2013)).flatMap(([input, value]) =>
      value === null ? [] : [[input, value.toFixed()]],
    ),
  );
/** 24 hours: the last `count` have the values, the others are missing. */
const last = (count: number, value: (i: number) => number | null) =>
  Array.from({ length: 24 }, (_, i) => (i >= 24 - count ? value(i - (24 - count)) : null));

describe('computeHourlyInputs', () => {
  test('the hour itself and the sliding means that end with it', () => {
    const rising = last(24, (i) => i);
    expect(at({ so2: rising, no2: rising, co: rising, o3: rising, pm10: rising, pm25: rising })).toEqual({
      so2_1h: '23', so2_24h: '11.5', no2_1h: '23', co_1h: '23', o3_1h: '23', o3_8h: '19.5', pm10_1h: '23',
      pm10_24h: '11.5', pm25_1h: '23', pm25_24h: '11.5',
    }); // prettier-ignore
  });

  test.each([
    ['20 of 24 hours', 20, { pm10_1h: '9', pm10_24h: '9' }],
    ['19 of 24 hours', 19, { pm10_1h: '9' }],
    ['the last hour alone', 1, { pm10_1h: '9' }],
    ['nothing', 0, {}],
  ])('sliding 24 h: %s', (_, count, expected) => {
    expect(at({ pm10: last(count, () => 9) })).toEqual(expected);
  });

  test.each([
    ['6 of 8 hours', 6, { o3_1h: '9', o3_8h: '9' }],
    ['5 of 8 hours', 5, { o3_1h: '9' }],
  ])('sliding 8 h: %s', (_, count, expected) => {
    expect(at({ o3: last(count, () => 9) })).toEqual(expected);
  });

  test('hours before the 8 do not count, and a missing last hour leaves the sliding means', () => {
    const hours = last(24, (i) => (i < 16 ? 500 : i === 23 ? null : 7));
    expect(at({ o3: hours })).toEqual({ o3_8h: '7' });
  });

  test('a negative hour is missing; an item that is not there has no input', () => {
    expect(at({ pm25: last(1, () => -1) })).toEqual({});
    expect(at({})).toEqual({});
  });

  test('other than 24 hours are refused', () => {
    expect(() => at({ o3: [1, 2, 3] })).toThrow('24 trailing hours are needed, not 3');
  });
});
