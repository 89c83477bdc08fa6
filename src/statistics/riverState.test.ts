import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { computeRiverState, countByGrade, evaluateRiver } from './riverState.js';
import { waterRules } from './standards.fixture.js';

const section = (items: Record<string, string>) =>
  new Map(Object.entries(items).map(([code, text]) => [code, new Decimal(text)]));

describe('fewer than five sections: the means of the items, graded', () => {
  test('one bad section may be averaged away, and the grades are not', () => {
    const river = evaluateRiver(waterRules, 'river', [
      section({ cod: '60', nh3n: '0.1' }),
      section({ cod: '14', nh3n: '0.1' }),
      section({ cod: '14' }),
      section({ cod: '14' }),
    ]);
    expect(river).toMatchObject({
      method: 'item-means',
      word: '轻度污染',
      sections: 4,
      byGrade: [3, 0, 0, 0, 0, 1],
      state: null,
      mainPollutants: [],
    });
    expect(river?.result?.items.map(({ code, value }) => [code, value.toFixed()])).toEqual([
      ['cod', '25.5'],
      ['nh3n', '0.1'],
    ]);
  });

  test('lake limits for a lake', () => {
    const values = [section({ tp: '0.15' })];
    expect(evaluateRiver(waterRules, 'river', values)?.word).toBe('良好');
    expect(evaluateRiver(waterRules, 'lake', values)?.word).toBe('中度污染');
  });

  test('a section without a grade takes no part', () => {
    const river = evaluateRiver(waterRules, 'river', [section({ tn: '9' }), section({ cod: '10' })]);
    expect([river?.sections, river?.word, river?.result?.items.map(({ code }) => code)]).toEqual([1, '优', ['cod']]);
  }); // prettier-ignore

  test('no section with a grade: no state', () => {
    expect(evaluateRiver(waterRules, 'river', [])).toBeNull();
    expect(evaluateRiver(waterRules, 'river', [section({ tn: '9' })])).toBeNull();
  });
});

describe('five sections and more: shares', () => {
  test('the word, the shares and the items by the share of sections in which they exceed Ⅲ', () => {
    const river = evaluateRiver(waterRules, 'river', [
      section({ f: '1.6', cod: '45', nh3n: '1.2', tp: '0.25' }),
      section({ f: '1.2', nh3n: '1.2' }),
      section({ f: '1.2', tp: '0.1' }),
      section({ cod: '10', nh3n: '1.2' }),
      section({ cod: '10' }),
      section({ tn: '9' }),
    ]);
    expect(river).toMatchObject({ method: 'shares', word: '中度污染', sections: 5, byGrade: [1, 0, 0, 3, 0, 1], result: null });
    expect([river?.state?.goodShare.toFixed(), river?.state?.worstShare.toFixed()]).toEqual(['20', '20']);
    expect(river?.mainPollutants.map(({ label, nameZh, sections, share }) => [label, nameZh, sections, share.toFixed()])).toEqual([
      ['F', '氟化物', 3, '60'],
      ['NH3N', '氨氮', 3, '60'],
      ['COD', '化学需氧量', 1, '20'],
    ]);
  }); // prettier-ignore

  test('all good: no main pollutant', () => {
    const river = evaluateRiver(
      waterRules,
      'river',
      Array.from({ length: 5 }, () => section({ cod: '10' })),
    );
    expect([river?.word, river?.mainPollutants]).toEqual(['优', []]);
  });

  test('from how many sections on is a setting', () => {
    const { evaluation } = waterRules;
    const six = { ...evaluation, river: { ...evaluation.river, minimumSections: 6 } };
    const sections = Array.from({ length: 5 }, () => section({ cod: '10' }));
    expect(evaluateRiver({ ...waterRules, evaluation: six }, 'river', sections)?.method).toBe('item-means');
  });
});

test('the state names its sections and shares', () => {
  const grades: WaterGrade[] = [1, 3, 4, 5, 6, 6, 6];
  const state = computeRiverState(grades, waterRules.evaluation);
  expect([state?.word, state?.sections, state?.goodShare.round(2).toFixed(), state?.worstShare.round(2).toFixed()]).toEqual([
    '重度污染', 7, '28.57', '42.86',
  ]); // prettier-ignore
  expect(countByGrade(grades)).toEqual([1, 0, 1, 1, 1, 3]);
});
