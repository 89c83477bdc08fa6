import { describe, expect, test } from '@jest/globals';
import { computeDayAqi, computeGroupDay, concentrationsOf, type GroupDayValue } from './groupDay.js';
import { computeSiteDay, siteDayRulesOf, type SiteDayInput } from './siteDay.js';
import { aqi2012, aqi2026, evaluation2013, limits2012 } from './standards.fixture.js';

const rules = siteDayRulesOf(limits2012, evaluation2013);
const reported = { so2: 8, no2: 15, co: 0.5, o3_8h: 60, pm10: 30, pm25: 20 };
const hours = (value: number) => new Array<number>(24).fill(value);
const site = (input: Partial<SiteDayInput>) =>
  computeSiteDay({ hours: null, reported: null, ...input }, rules);
const show = ({ value, stations, basis }: GroupDayValue) => [value?.toFixed() ?? null, stations, basis];

describe('computeGroupDay', () => {
  test('one station is the county', () => {
    const day = site({ reported });
    expect(concentrationsOf(computeGroupDay([day]), 'with-dust')).toEqual(concentrationsOf(day, 'with-dust'));
  });

  test('means item by item over the valid stations, not over indexes', () => {
    const group = computeGroupDay([
      site({ reported: { ...reported, pm25: 20 } }),
      site({ hours: { pm25: hours(151) } }),
      site({ reported: { pm25: null } }),
    ]);
    expect(show(group.items.pm25)).toEqual(['85.5', 2, 'mixed']);
    expect(show(group.items.pm10)).toEqual(['30', 1, 'daily']);
    expect(group.members).toBe(3);
    // IAQI(20) = 29 and IAQI(151) = 201 would have the mean 115; 85.5 has 114 (2012: unrounded input).
    expect(computeDayAqi(aqi2012, group).aqi).toBe(114);
  });

  test('a mean of thirds is exact again: three stations at 1/3 of the way', () => {
    const third = [1, ...new Array<number | null>(20).fill(0), null, null, null];
    const group = computeGroupDay([1, 2, 3].map(() => site({ hours: { pm10: third } })));
    expect(group.items.pm10.value?.times(21).round(20).toFixed()).toBe('1');
  });

  test.each([
    ['no share asked', 4, null, '30'],
    ['three of four at 75 %', 4, '0.75', '30'],
    ['three of five at 75 %', 5, '0.75', null],
  ])('%s', (_, members, share, value) => {
    const group = computeGroupDay(
      [1, 2, 3].map(() => site({ reported })),
      members,
      share,
    );
    expect(group.items.pm10.value?.toFixed() ?? null).toBe(value);
    expect(group.items.pm10.stations).toBe(3);
  });

  test('no stations: everything absent', () => {
    const group = computeGroupDay([]);
    expect(show(group.items.pm10)).toEqual([null, 0, null]);
    expect(group.dust).toBe(false);
  });

  test('both ledgers: the station without remaining hours leaves only the dust-excluded mean', () => {
    const dustHours = Array.from({ length: 24 }, (_, i) => i < 5);
    const group = computeGroupDay([
      site({ hours: { pm10: hours(900) }, dustHours }),
      site({ hours: { pm10: hours(100) } }),
    ]);
    expect(group.dust).toBe(true);
    expect(show(group.items.pm10)).toEqual(['500', 2, 'hourly']);
    expect(show(group.withoutDust.pm10)).toEqual(['100', 1, 'hourly']);
  });
});

test('the index of the dust-excluded ledger leaves gases as they are', () => {
  const dustHours = Array.from({ length: 24 }, (_, i) => i < 2);
  const pm10 = hours(60).map((value, i) => (i < 2 ? 2000 : value));
  const day = site({ hours: { pm10 }, reported: { ...reported, pm25: 20 }, dustHours });
  expect(computeDayAqi(aqi2012, day).aqi).toBe(136);
  expect(computeDayAqi(aqi2012, day, 'without-dust').items.pm10.iaqi).toBe(55);
  // PM2.5 was reported for the day and cannot be freed of dust: 2026 publishes no index up to 100 without it.
  expect(computeDayAqi(aqi2026, day, 'without-dust').aqi).toBeNull();
});
