import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { groundwaterMeets, judgeGroundwater } from './groundwater.js';
import { standards, waterRules } from './standards.fixture.js';
import { computeWaterMonth, computeWaterPeriod, type WaterSample } from './waterMonths.js';

const limits = chooseStandard(standards.groundwaterLimits, '2025-01-01');
const rules = { ...waterRules, groundwater: limits };
const valuesOf = (items: Record<string, string>) =>
  new Map(Object.entries(items).map(([code, value]) => [code, new Decimal(value)]));
const sample = (month: string, items: Record<string, string>): WaterSample => ({
  month,
  values: new Map([...valuesOf(items)].map(([code, value]) => [code, { value }])),
});

describe('the class Ⅲ limits', () => {
  // Written down apart from the seeds: the limit, a value over it and its multiple.
  test.each([
    ['th', '450', '450.9', '0.002'],
    ['tds', '1000', '1500', '0.5'],
    ['so4', '250', '500', '1'],
    ['cl', '250', '250.01', '0.00004'],
    ['fe', '0.3', '0.6', '1'],
    ['mn', '0.1', '0.15', '0.5'],
    ['codmn', '3', '6', '1'],
    ['nh3n', '0.5', '0.75', '0.5'],
    ['no3n', '20', '25', '0.25'],
    ['no2n', '1', '1.1', '0.1'],
    ['f', '1', '1.01', '0.01'],
    ['as', '0.01', '0.02', '1'],
    ['cr6', '0.05', '0.1', '1'],
    ['cd', '0.005', '0.006', '0.2'],
    ['hg', '0.001', '0.002', '1'],
  ])('%s: %s complies, %s does not', (code, limit, over, multiple) => {
    expect(judgeGroundwater(limits, valuesOf({ [code]: limit }))).toMatchObject({
      compliant: true,
      items: [code],
      failing: [],
      standardId: 'GBT14848-2017',
    });
    const failed = judgeGroundwater(limits, valuesOf({ [code]: over }));
    expect(failed?.compliant).toBe(false);
    expect(failed?.failing.map((one) => [one.code, one.multiple?.round(5).toFixed()])).toEqual([
      [code, multiple],
    ]);
  });

  test('nothing with a limit says nothing', () => {
    expect(judgeGroundwater(limits, valuesOf({ cod: '900', f: '-1' }))).toBeNull();
  });

  test.each([
    [true, [null, null, true, true, true, true]],
    [false, [false, false, false, null, null, null]],
  ])('compliant %s: what it says of classes Ⅰ to 劣Ⅴ', (compliant, expected) => {
    const result = { standardId: 'X', compliant, items: ['f'], failing: [] };
    expect(([1, 2, 3, 4, 5, 6] as WaterGrade[]).map((grade) => groundwaterMeets(result, grade))).toEqual(
      expected,
    );
  });
});

describe('months of a groundwater source', () => {
  test.each([
    // CODMn 4 is Ⅱ in a river; NH3N 0.8 is Ⅲ; TP and COD have no limit in groundwater.
    [{ codmn: '4' }, false, ['codmn']],
    [{ nh3n: '0.8', f: '0.9' }, false, ['nh3n']],
    [{ codmn: '2', tp: '9', cod: '900', nh3n: '0.5' }, true, []],
  ])('%j is never graded by the table of surface water', (items, compliant, failing) => {
    const month = computeWaterMonth(rules, 'groundwater', '2025-03', [sample('2025-03', items)], {
      target: 3,
    });
    expect(month).toMatchObject({ state: 'measured', result: null, meetsTarget: compliant });
    expect(month.groundwater?.failing.map(({ code }) => code)).toEqual(failing);
  });

  test('the mean of each item over the months is compared, and months that failed are listed', () => {
    const samples = [sample('2025-01', { f: '1.3' }), sample('2025-02', { f: '0.5' })];
    const period = computeWaterPeriod(rules, 'groundwater', samples, '2025-01', '2025-04', { target: 3 });
    expect(period).toMatchObject({
      result: null,
      groundwater: { compliant: true },
      meetsTarget: true,
      gradedMonths: 2,
      failedMonths: ['2025-01'],
      missingMonths: ['2025-03'],
    });
  });

  test('an item left out as natural background takes no part', () => {
    const [one] = [sample('2025-01', { f: '1.3', nh3n: '0.1' })];
    const options = { target: 3 as const, removed: new Set(['f']) };
    const month = computeWaterMonth(rules, 'groundwater', '2025-01', [one], options);
    expect([month.groundwater?.items, month.meetsTarget]).toEqual([['nh3n'], true]);
  });

  test('without limits there is no result, and without a target no verdict', () => {
    const one = [sample('2025-01', { f: '0.5' })];
    expect(computeWaterMonth(waterRules, 'groundwater', '2025-01', one, { target: 3 })).toMatchObject({
      state: 'missing',
      groundwater: null,
      meetsTarget: null,
    });
    expect(computeWaterMonth(rules, 'groundwater', '2025-01', one)).toMatchObject({
      state: 'measured',
      meetsTarget: null,
    });
  });
});
