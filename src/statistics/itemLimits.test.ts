import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import { compareWithLimits } from './itemLimits.js';
import { standards, waterRules } from './standards.fixture.js';

const groundwater = chooseStandard(standards.groundwaterLimits, '2025-01-01');
const valuesOf = (items: Record<string, string>) =>
  new Map(Object.entries(items).map(([code, value]) => [code, new Decimal(value)]));
const compare = (body: 'river' | 'lake' | 'groundwater', items: Record<string, string>, isSource = false) =>
  Object.fromEntries(
    compareWithLimits({ ...waterRules, groundwater }, body, valuesOf(items), isSource).map(
      ({ code, ...rest }) => [code, rest],
    ),
  );

const twoThirds = '0.6666666666666666666666666666666666666667';

// Limits written down apart from the seeds.
describe('a river', () => {
  test('an item is over every class that it is worse than, with the multiple of that class', () => {
    expect(compare('river', { cod: '25' })).toEqual({
      cod: {
        part: 'grading',
        grade: 4,
        direction: 'max',
        limits: { 1: '15', 2: '15', 3: '20', 4: '30', 5: '40' },
        over: { 1: twoThirds, 2: twoThirds, 3: '0.25' },
      },
    });
  });

  test('the limit itself is kept', () => {
    expect(compare('river', { nh3n: '1.5' })['nh3n']).toMatchObject({ grade: 4, over: { 3: '0.5' } });
    expect(Object.keys(compare('river', { nh3n: '1.5' })['nh3n']!.over)).toEqual(['1', '2', '3']);
    expect(compare('river', { tp: '0.02' })['tp']!.over).toEqual({});
  });

  test('oxygen is a floor without a multiple, pH a range for all classes', () => {
    expect(compare('river', { do: '2.9', ph: '9.1' })).toMatchObject({
      do: { direction: 'min', grade: 5, limits: { 4: '3' }, over: { 1: null, 2: null, 3: null, 4: null } },
      ph: { direction: 'range', grade: 6, limits: { '*': '6–9' }, over: { '*': null } },
    });
    expect(compare('river', { ph: '9' })['ph']!.over).toEqual({});
  });

  test('what is only reported apart is over nothing, and what has no limit is not judged', () => {
    expect(compare('lake', { tn: '3' })['tn']).toMatchObject({ part: 'reference', grade: 6, over: {} });
    expect(compare('river', { tn: '3', wt: '21', cond: '500' })).toMatchObject({
      tn: { part: 'none', limits: {} },
      wt: { part: 'none', limits: {} },
      cond: { part: 'none', limits: {} },
    });
  });

  test('items stand in the order of the standard, whatever the order of the values', () => {
    expect(Object.keys(compare('river', { zz: '1', tp: '0.1', cod: '1', ph: '7' }))).toEqual([
      'ph',
      'cod',
      'tp',
      'zz',
    ]);
  });
});

test('a source is also held against table 2, a section is not', () => {
  const items = { so4: '300' };
  expect(compare('river', items)['so4']).toMatchObject({ part: 'none' });
  expect(compare('river', items, true)['so4']).toEqual({
    part: 'supplementary',
    grade: null,
    direction: 'max',
    limits: { '*': '250' },
    over: { '*': '0.2' },
  });
  expect(compare('river', { so4: '250' }, true)['so4']!.over).toEqual({});
});

test('groundwater has the limits of class Ⅲ alone', () => {
  expect(compare('groundwater', { th: '675', ph: '6.4', fe: '0.3', xx: '1' })).toMatchObject({
    th: { part: 'grading', grade: null, limits: { 3: '450' }, over: { 3: '0.5' } },
    ph: { direction: 'range', limits: { 3: '6.5–8.5' }, over: { 3: null } },
    fe: { over: {} },
    xx: { part: 'none' },
  });
  expect(compareWithLimits(waterRules, 'groundwater', valuesOf({ th: '1' }), true)).toMatchObject([
    { code: 'th', part: 'none' },
  ]);
});
