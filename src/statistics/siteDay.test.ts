import { describe, expect, test } from '@jest/globals';
import { instantOfDay } from '../domain/calendar.js';
import { findDustHours } from './dustHours.js';
import { computeSiteDay, siteDayRulesOf, type SiteDayInput, type SiteDayValue } from './siteDay.js';
import { evaluation2013, limits2012 } from './standards.fixture.js';

const rules = siteDayRulesOf(limits2012, evaluation2013);
const hours = (value: number, count = 24) => Array.from({ length: 24 }, (_, i) => (i < count ? value : null));
const show = ({ value, basis, validHours }: SiteDayValue) => [value?.toFixed() ?? null, basis, validHours];
const dayOf = (input: Partial<SiteDayInput>) =>
  computeSiteDay({ hours: null, reported: null, ...input }, rules);

describe('which input counts', () => {
  test.each([
    ['hourly wins', { hours: { pm10: hours(50) }, reported: { pm10: 60 } }, ['50', 'hourly', 24]],
    [
      'reported where hours are too few',
      { hours: { pm10: hours(50, 19) }, reported: { pm10: 60 } },
      ['60', 'daily', 19],
    ],
    ['reported alone', { reported: { pm10: 60.4 } }, ['60.4', 'daily', 0]],
    ['hours too few alone', { hours: { pm10: hours(50, 19) } }, [null, null, 19]],
    ['nothing', {}, [null, null, 0]],
    ['a negative reported value is missing', { reported: { pm10: -1 } }, [null, null, 0]],
    ['a reported zero is a value', { reported: { pm10: 0 } }, ['0', 'daily', 0]],
  ])('%s', (_, input, expected) => {
    const day = dayOf(input);
    expect(show(day.items.pm10)).toEqual(expected);
    expect(show(day.withoutDust.pm10)).toEqual(expected);
    expect(day.dust).toBe(false);
  });

  test('item by item: O3 from hours, the others as reported', () => {
    const { items } = dayOf({
      hours: { o3: hours(90) },
      reported: { so2: 8, no2: 15, co: 0.5, pm25: 20, o3_8h: 70 },
    });
    expect(Object.entries(items).map(([item, value]) => [item, ...show(value).slice(0, 2)])).toEqual([
      ['so2', '8', 'daily'], ['no2', '15', 'daily'], ['co', '0.5', 'daily'], ['o3_8h', '90', 'hourly'],
      ['pm10', null, null], ['pm25', '20', 'daily'], ['o3_1h', '90', 'hourly'],
    ]); // prettier-ignore
  });
});

describe('the dust-excluded ledger', () => {
  const dusty = (count: number) => Array.from({ length: 24 }, (_, i) => i < count);
  const storm = (count: number) => hours(50).map((value, i) => (i < count ? 1000 : value));

  test('four dust hours are dropped from PM and from nothing else', () => {
    const day = dayOf({ hours: { pm10: storm(4), pm25: hours(30), so2: storm(4) }, dustHours: dusty(4) });
    expect(show(day.withoutDust.pm10)).toEqual(['50', 'hourly', 20]);
    expect(show(day.withoutDust.pm25)).toEqual(['30', 'hourly', 20]);
    expect(day.items.pm10.value?.round(4).toFixed()).toBe('208.3333');
    expect(day.items.so2.validHours).toBe(24);
    expect(day.dust).toBe(true);
  });

  test('fewer than 20 remaining hours leave no value', () => {
    const day = dayOf({ hours: { pm10: storm(5) }, dustHours: dusty(5) });
    expect(show(day.withoutDust.pm10)).toEqual([null, null, 19]);
    expect(day.items.pm10.value).not.toBeNull();
  });

  test.each([
    ['alone', {}],
    ['beside hours that are too few', { hours: { pm10: hours(50, 19) } }],
    ['beside hours that dust makes too few', { hours: { pm10: storm(5) } }],
  ])('a reported daily value %s cannot be freed of dust', (_, input) => {
    const day = dayOf({ ...input, reported: { pm10: 300 }, dustHours: dusty(5) });
    expect(day.withoutDust.pm10.value).toBeNull();
    expect(day.items.pm10.value).not.toBeNull();
  });
});

describe('findDustHours', () => {
  const start = instantOfDay('2025-04-11');
  const hour = 3_600_000;
  const touched = (from: number, to: number) =>
    findDustHours('2025-04-11', [{ start: start + from * hour, end: start + to * hour }])?.flatMap((d, i) =>
      d ? i : [],
    );
  test.each([
    ['whole hours', 2, 4, [2, 3]],
    ['a part of an hour counts', 2.5, 3.1, [2, 3]],
    ['from the day before', -5, 1, [0]],
    ['into the next day', 23, 30, [23]],
    ['ending where the day begins', -5, 0, undefined],
    ['beginning where the day ends', 24, 25, undefined],
    ['an empty period', 5, 5, undefined],
    ['an empty period inside an hour', 5.5, 5.5, undefined],
  ])('%s', (_, from, to, expected) => {
    expect(touched(from, to)).toEqual(expected);
  });

  test('no periods', () => {
    expect(findDustHours('2025-04-11', [])).toBeUndefined();
  });
});

test('rules come from the limits and the evaluation of the day', () => {
  expect({ ...rules, ozone: { ...rules.ozone, limit: rules.ozone.limit.toFixed() } }).toEqual({
    dayHours: 20,
    ozone: {
      windowHours: 8,
      windowMinHours: 6,
      firstWindowEnd: 8,
      lastWindowEnd: 24,
      dayWindows: 14,
      limit: '160',
    },
    ozoneOneHourMinHours: 20,
  });
  const withoutOzone = { ...limits2012, limits: { ...limits2012.limits, list: [] } };
  expect(() => siteDayRulesOf(withoutOzone, evaluation2013)).toThrow(
    new RangeError('GB3095-2012 has no 8 h limit of O3'),
  );
});
