import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { waterRules } from './standards.fixture.js';
import { findDetectionDoubts, printWaterMean } from './waterDetection.js';

const dec = (text: string) => new Decimal(text);
const below = (limit: string) => ({ value: dec(limit).div(2), detectionLimit: dec(limit) });

describe('findDetectionDoubts', () => {
  test('Oil 0.06L passes as 0.03, but a value at the limit would be Ⅳ', () => {
    const doubts = findDetectionDoubts(waterRules, 'river', new Map([['oil', below('0.06')]]));
    expect(doubts).toEqual([
      { code: 'oil', label: 'Oil', nameZh: '石油类', detectionLimit: dec('0.06'), used: dec('0.03'), grade: 1, gradeAtLimit: 4 },
    ]);
  }); // prettier-ignore

  test.each([
    ['a limit that meets the class itself', 'oil', below('0.05'), 'river', 0],
    ['a measured value', 'oil', { value: dec('0.06') }, 'river', 0],
    ['an item that does not grade', 'fc', below('300'), 'river', 0],
    ['an item of no table', 'so4', below('300'), 'river', 0],
    ['a negative limit', 'oil', { value: dec('0'), detectionLimit: dec('-1') }, 'river', 0],
    ['phosphorus in a river', 'tp', below('0.02'), 'river', 0],
    ['phosphorus in a lake', 'tp', below('0.02'), 'lake', 1],
    ['temperature', 'wt', below('1'), 'river', 0],
  ] as const)('%s', (_, code, value, body, count) => {
    expect(findDetectionDoubts(waterRules, body, new Map([[code, value]]))).toHaveLength(count);
  });

  test('an item that is made to grade but has no limits for the water body leaves no doubt', () => {
    const { evaluation } = waterRules;
    const gradingItems = { ...evaluation.gradingItems, list: ['tn'] };
    const rules = { ...waterRules, evaluation: { ...evaluation, gradingItems } };
    expect(findDetectionDoubts(rules, 'river', new Map([['tn', below('0.4')]]))).toEqual([]);
    expect(findDetectionDoubts(rules, 'lake', new Map([['tn', below('0.4')]]))).toHaveLength(1);
  });

  test('the fraction is a setting: the whole limit leaves no doubt', () => {
    const { evaluation } = waterRules;
    const whole = { ...evaluation, belowDetection: { ...evaluation.belowDetection, fraction: '1' } };
    const rules = { ...waterRules, evaluation: whole };
    expect(findDetectionDoubts(rules, 'river', new Map([['oil', below('0.06')]]))).toEqual([]);
  });
});

describe('printWaterMean', () => {
  const print = (mean: string, limits: string[], enabled = true) => {
    const { evaluation } = waterRules;
    const setting = { ...evaluation, detectionPrinting: { ...evaluation.detectionPrinting, enabled } };
    return printWaterMean(dec(mean), limits.map(dec), 3, setting);
  };
  test.each([
    ['below the limit', '0.0125', ['0.025'], true, '0.025L'],
    ['below the largest of several', '0.02', ['0.01', '0.025', '0.015'], true, '0.025L'],
    ['at the limit', '0.025', ['0.025'], true, '0.025'],
    ['above it', '0.0305', ['0.025'], true, '0.030'],
    ['every sample above detection', '0.0315', [], true, '0.032'],
    ['zero without a limit', '0', [], true, '0.000'],
    ['the setting off', '0.0125', ['0.025'], false, '0.012'],
  ])('%s', (_, mean, limits, enabled, expected) => {
    expect(print(mean, limits, enabled)).toBe(expected);
  });
});
