import { expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { waterRules } from './standards.fixture.js';
import { computeWaterGrade, computeWaterGrades, type WaterRules } from './waterGrade.js';

const valuesOf = (items: Record<string, string>) =>
  new Map(Object.entries(items).map(([code, value]) => [code, new Decimal(value)]));
const withPollutants = (change: Partial<WaterRules['evaluation']['mainPollutants']>): WaterRules => ({
  ...waterRules,
  evaluation: {
    ...waterRules.evaluation,
    mainPollutants: { ...waterRules.evaluation.mainPollutants, ...change },
  },
});

test('nothing determines Ⅰ, nor what was not measured', () => {
  expect(computeWaterGrade(waterRules, 'river', valuesOf({ codmn: '1' }))).toMatchObject({
    grade: 1,
    determining: [],
    exceeding: [],
    overTarget: [],
  });
  expect(computeWaterGrade(waterRules, 'river', valuesOf({}))).toMatchObject({
    grade: null,
    qualityWord: null,
    items: [],
    determining: [],
    mainPollutants: [],
    overTarget: [],
  });
});

test('an item without limits for the water takes no part, graded or apart', () => {
  const { gradingItems } = waterRules.evaluation;
  const rules: WaterRules = {
    ...waterRules,
    evaluation: {
      ...waterRules.evaluation,
      gradingItems: { ...gradingItems, list: [...gradingItems.list, 'tn'] },
    },
  };
  const inRiver = computeWaterGrade(rules, 'river', valuesOf({ tn: '9', codmn: '3' }));
  expect([inRiver.grade, inRiver.items.map(({ code }) => code), inRiver.referenceItems]).toEqual([
    2,
    ['codmn'],
    [],
  ]);
  expect(computeWaterGrade(rules, 'lake', valuesOf({ tn: '9', codmn: '3' })).grade).toBe(6);
});

test('both grades are compared with the target', () => {
  const { measured, withoutNatural } = computeWaterGrades(
    waterRules,
    'river',
    valuesOf({ f: '1.8', codmn: '12' }),
    new Set(['f']),
    4,
  );
  expect(measured.overTarget.map(({ code, multiple }) => [code, multiple?.toFixed()])).toEqual([
    ['f', '0.2'],
    ['codmn', '0.2'],
  ]);
  expect(withoutNatural?.overTarget.map(({ code }) => code)).toEqual(['codmn']);
});

test('inside a class those with a multiple come by it, those without after them, in the order of the table', () => {
  const codes = (items: Record<string, string>, rules = waterRules) =>
    computeWaterGrade(rules, 'river', valuesOf(items)).exceeding.map(({ code }) => code);
  // All Ⅳ: multiples 0.5 of CODMn, 0.2 of COD; oxygen has none.
  expect(codes({ do: '4', codmn: '9', cod: '24' })).toEqual(['codmn', 'cod', 'do']);
  expect(codes({ do: '4', cod: '24' })).toEqual(['cod', 'do']);
  // 劣Ⅴ both, neither with a multiple.
  expect(codes({ ph: '10', do: '1' })).toEqual(['ph', 'do']);
  expect(codes({ ph: '10', do: '1', codmn: '20' })).toEqual(['codmn', 'ph', 'do']);
});

test('pH has no limit that a multiple could be of, even where the setting forgets it', () => {
  const rules = withPollutants({ withoutMultiple: [] });
  const { exceeding } = computeWaterGrade(rules, 'river', valuesOf({ ph: '10', codmn: '12' }));
  expect(exceeding.map(({ code, multiple }) => [code, multiple?.toFixed() ?? null])).toEqual([
    ['ph', null],
    ['codmn', '1'],
  ]);
});

test('rounding first, where it is a setting, leaves items without decimals as they are', () => {
  const { rounding } = waterRules.evaluation;
  const rules: WaterRules = {
    ...waterRules,
    evaluation: {
      ...waterRules.evaluation,
      rounding: { ...rounding, enabled: true, decimals: { codmn: 1 } },
    },
  };
  const { items } = computeWaterGrade(rules, 'river', valuesOf({ codmn: '4.04', nh3n: '0.5004' }));
  expect(items.map(({ value, grade }) => [value.toFixed(), grade])).toEqual([
    ['4', 2],
    ['0.5004', 3],
  ]);
});
