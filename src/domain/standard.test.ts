import { describe, expect, test } from '@jest/globals';
import { readSeeds, standards } from '../statistics/standards.fixture.js';
import { chooseStandard, findLimit, listAssumptions, parseStandards, type Standard } from './standard.js';

describe('chooseStandard', () => {
  test.each([
    ['before the nationwide date the 2012 generation holds', '2013-01-01', 'HJ633-2012'],
    ['the last day of 2012', '2026-02-28', 'HJ633-2012'],
    ['the first day of 2026', '2026-03-01', 'HJ633-2026'],
    ['an open end', '2040-01-01', 'HJ633-2026'],
  ])('%s', (_, day, id) => {
    expect(chooseStandard(standards.aqi, day).id).toBe(id);
  });

  test.each([
    ['2012', '2026-02-28', 'GB3095-2012', '70', '35', '150'],
    ['transition', '2026-03-01', 'GB3095-2026/transition', '60', '30', '120'],
    ['the last transition day', '2030-12-31', 'GB3095-2026/transition', '60', '30', '120'],
    ['final', '2031-01-01', 'GB3095-2026/final', '50', '25', '100'],
  ])('limits of %s', (_, day, id, pm10, pm25, pm10Day) => {
    const limits = chooseStandard(standards.airLimits, day);
    expect(limits.id).toBe(id);
    expect(findLimit(limits, 'pm10', 'year')?.toFixed()).toBe(pm10);
    expect(findLimit(limits, 'pm25', 'year')?.toFixed()).toBe(pm25);
    expect(findLimit(limits, 'pm10', '24h')?.toFixed()).toBe(pm10Day);
  });

  test('an empty list is a fault of the caller', () => {
    expect(() => chooseStandard([], '2025-01-01')).toThrow(RangeError);
  });
});

test('levels and absent limits', () => {
  const [limits] = standards.airLimits;
  expect(limits && findLimit(limits, 'pm10', '24h', 1)?.toFixed()).toBe('50');
  expect(limits && findLimit(limits, 'o3', 'year')).toBeUndefined();
});

test('every unconfirmed group can be listed with its assumption', () => {
  const hj663 = chooseStandard(standards.airEvaluation, '2026-03-01');
  expect(listAssumptions(hj663).map(({ path }) => path)).toEqual([
    'ozoneOneHour', 'statisticDecimals', 'multipleDecimals', 'indexDecimals', 'compositeIndex', 'dailyRounding',
    'stations', 'ozoneAcrossStations', 'shortPeriods', 'slidingDay', 'hourLabels', 'additions',
  ]); // prettier-ignore
});

test.each([
  ['HJ633-2012', ['cap', 'inputRounding', 'daily', 'versionChange']],
  ['HJ633-2026', ['versionChange', 'afterTransition']],
  ['HBJC2016-120', ['exclusion', 'proposal']],
  ['GB3838-2002', ['oxygenSaturation']],
  ['PROJECTION-1', ['drawing', 'interval', 'risk']],
  ['GBT14848-2017', ['items']],
  ['HB2011-22', ['colours', 'mainPollutants', 'period', 'noFlow', 'belowDetection', 'detectionPrinting', 'detectionAboveClass', 'naturalBackground', 'seasons', 'drinkingSource', 'phMean', 'rounding', 'river']],
])('unconfirmed in %s: %j', (id, paths) => {
  const all = Object.values(standards).flat() as Standard[];
  const found = listAssumptions(all.find((one) => one.id === id)!);
  expect(found.map(({ path }) => path)).toEqual(paths);
  for (const { zh, en } of found) expect([zh.length > 4, en.length > 8]).toEqual([true, true]);
}); // prettier-ignore

type Seeds = ReturnType<typeof readSeeds>;
function at(value: unknown, ...path: (string | number)[]): Record<string, unknown> {
  return path.reduce((inner, key) => (inner as Record<string | number, unknown>)[key], value) as Record<
    string,
    unknown
  >;
}

describe('parseStandards refuses', () => {
  const faults: [string, (seeds: Seeds) => unknown, RegExp][] = [
    ['no object', () => [], /expected an object/],
    ['nothing', () => null, /expected an object/],
    ['an interval of nothing', (s) => (at(s, 'PROJECTION-1.json', 'interval')['level'] = '1'), /^PROJECTION-1\.json: interval\.level/],
    ['history of more than a window', (s) => (at(s, 'PROJECTION-1.json', 'drawing')['historyShare'] = '1.1'), /drawing\.historyShare/],
    ['bounds that leave 1 out', (s) => { at(s, 'PROJECTION-1.json', 'drawing')['shiftBounds'] = ['1.1', '2']; }, /drawing\.shiftBounds/],
    ['more draws than there are', (s) => (at(s, 'PROJECTION-1.json', 'risk')['keptDraws'] = 4), /risk\.keptDraws/],
    ['no draws', (s) => (at(s, 'PROJECTION-1.json', 'drawing')['draws'] = 0), /drawing\.draws/],
    ['a kind without any version', (s) => delete s['HBJC2016-120.json'], /none of kind dust/],
    ['an id that occurs twice', (s) => (s['copy.json'] = at(s, 'HJ633-2012.json')), /HJ633-2012 occurs twice/],
    ['a number instead of decimal text', (s) => (at(s, 'GB3095-2012.json', 'limits', 'list', 0)['level2'] = 60), /^GB3095-2012\.json: limits\.list\.0\.level2/],
    ['text that is no number', (s) => (at(s, 'GB3838-2002.json', 'items', 'list', 3, 'limits', 'river')[0] = '2,0'), /^GB3838-2002\.json: items\.list\.3\.limits\.river\.0: is not a decimal/],
    ['an unknown field', (s) => (at(s, 'HJ663-2013.json')['extra'] = 1), /^HJ663-2013\.json/],
    ['an unknown kind', (s) => (at(s, 'HJ663-2013.json')['kind'] = 'x'), /^HJ663-2013\.json: kind/],
    ['a day that does not exist', (s) => (at(s, 'HJ633-2026.json')['validFrom'] = '2026-02-30'), /^HJ633-2026\.json: validFrom: is not a day/],
    ['an end before the beginning', (s) => (at(s, 'HJ633-2012.json')['validTo'] = '2010-01-01'), /^HJ633-2012\.json: validTo/],
    ['overlapping versions', (s) => (at(s, 'HJ633-2012.json')['validTo'] = '2026-03-02'), /HJ633-2012 overlaps HJ633-2026/],
    ['breakpoints that do not ascend', (s) => (at(s, 'HJ633-2012.json', 'series', 'list', 0, 'points')[2] = '50'), /series\.list\.0\.points/],
    ['a month in two water seasons', (s) => ((at(s, 'HB2011-22.json', 'seasons', 'list', 2)['months'] as number[]).push(6)), /^HB2011-22\.json: seasons\.list: a month belongs to two/],
    ['unconfirmed without assumption', (s) => delete at(s, 'HJ663-2013.json', 'stations')['assumption'], /stations: is unconfirmed/],
  ]; // prettier-ignore
  test.each(faults)('%s', (_, damage, message) => {
    const seeds = readSeeds();
    const result = damage(seeds);
    const json = result === null || Array.isArray(result) ? result : seeds;
    expect(() => parseStandards(json)).toThrow(message);
  });
});
