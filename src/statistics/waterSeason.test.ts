import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { waterRules } from './standards.fixture.js';
import type { WaterSample } from './waterMonths.js';
import { computeWaterSeason, quartersOf, waterSeasonsOf } from './waterSeason.js';

const sample = (month: string, cod: string): WaterSample => ({
  month,
  values: new Map([['cod', { value: new Decimal(cod) }]]),
});

test('quarters', () => {
  expect(quartersOf(2025)).toEqual([
    { code: 'Q1', nameZh: '第一季度', months: ['2025-01', '2025-02', '2025-03'] },
    { code: 'Q2', nameZh: '第二季度', months: ['2025-04', '2025-05', '2025-06'] },
    { code: 'Q3', nameZh: '第三季度', months: ['2025-07', '2025-08', '2025-09'] },
    { code: 'Q4', nameZh: '第四季度', months: ['2025-10', '2025-11', '2025-12'] },
  ]);
});

test('water seasons: the dry one begins in December of the year before', () => {
  expect(waterSeasonsOf(2025, waterRules.evaluation)).toEqual([
    { code: 'wet', nameZh: '丰水期', months: ['2025-06', '2025-07', '2025-08', '2025-09'] },
    { code: 'normal', nameZh: '平水期', months: ['2025-03', '2025-04', '2025-05', '2025-10', '2025-11'] },
    { code: 'dry', nameZh: '枯水期', months: ['2024-12', '2025-01', '2025-02'] },
  ]);
});

test('a season of other months', () => {
  const { evaluation } = waterRules;
  const list = [{ code: 'x', nameZh: 'x', months: [10, 11, 12, 1] }];
  const other = { ...evaluation, seasons: { ...evaluation.seasons, list } };
  expect(waterSeasonsOf(2025, other)[0]?.months).toEqual(['2024-10', '2024-11', '2024-12', '2025-01']);
});

describe('a season', () => {
  const [first] = quartersOf(2025);
  const [, , dry] = waterSeasonsOf(2025, waterRules.evaluation);
  const of = (samples: WaterSample[], season = first!) =>
    computeWaterSeason(waterRules, 'river', samples, season, { target: 3 });

  test.each([
    ['two samples in two months', [sample('2025-01', '10'), sample('2025-02', '20')], true, 2, '15'],
    ['two samples in one month', [sample('2025-01', '10'), sample('2025-01', '20')], true, 2, '15'],
    ['one sample', [sample('2025-01', '10')], false, 1, '10'],
    ['samples of other months', [sample('2025-04', '10'), sample('2024-12', '20')], false, 0, undefined],
    ['reference items only', [1, 2].map((i) => ({ month: `2025-0${i}`, values: new Map([['tn', { value: new Decimal(1) }]]) })), false, 0, undefined],
  ])('%s', (_, samples, sufficient, count, cod) => {
    const result = of(samples);
    expect([result.sufficient, result.samples, result.values.get('cod')?.toFixed()]).toEqual([sufficient, count, cod]);
  }); // prettier-ignore

  test('months weigh alike, and the grade is of the mean', () => {
    const result = of([sample('2025-01', '42'), sample('2025-02', '10'), sample('2025-02', '6'), sample('2025-03', '4')]); // prettier-ignore
    expect([result.values.get('cod')?.toFixed(), result.result?.grade, result.failedMonths]).toEqual(['18', 3, ['2025-01']]); // prettier-ignore
    expect(result.season.code).toBe('Q1');
  });

  test('across the new year', () => {
    const result = of([sample('2024-12', '10'), sample('2025-02', '20'), sample('2025-12', '90')], dry);
    expect([result.values.get('cod')?.toFixed(), result.missingMonths]).toEqual(['15', ['2025-01']]);
  });

  test('without options there is no target', () => {
    const result = computeWaterSeason(waterRules, 'lake', [sample('2025-01', '42')], first!);
    expect(result.months[0]?.meetsTarget).toBeNull();
  });
});
