import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { waterRules } from './standards.fixture.js';
import { computeWaterMonth, computeWaterPeriod, type WaterSample } from './waterMonths.js';

function sample(month: string, items: Record<string, string>): WaterSample {
  const values = Object.entries(items).map(([code, text]) => [code, { value: new Decimal(text) }] as const);
  return { month, values: new Map(values) };
}
const dry = (month: string): WaterSample => ({ month, values: new Map(), noFlow: true });
const monthOf = (i: number) => `2025-${String(i).padStart(2, '0')}`;
const year = (samples: WaterSample[], options = {}) =>
  computeWaterPeriod(waterRules, 'river', samples, '2025-01', '2026-01', options);
const text = (values: ReadonlyMap<string, Decimal>) =>
  Object.fromEntries([...values].map(([code, value]) => [code, value.toFixed()]));

describe('a month', () => {
  test('several samples: the mean of each item over those that have it', () => {
    const samples = [sample('2025-01', { cod: '20', f: '1.0' }), sample('2025-01', { cod: '21' })];
    const month = computeWaterMonth(waterRules, 'river', '2025-01', samples, { target: 4 });
    expect(text(month.values)).toEqual({ cod: '20.5', f: '1' });
    expect([month.state, month.samples, month.result?.grade, month.meetsTarget]).toEqual([
      'measured',
      2,
      4,
      true,
    ]);
  });

  test('below detection: half the limit, or another fraction when the setting says so', () => {
    const below: WaterSample = {
      month: '2025-01',
      values: new Map([['oil', { value: new Decimal('0.03'), detectionLimit: new Decimal('0.06') }]]),
    };
    expect(computeWaterMonth(waterRules, 'river', '2025-01', [below]).result?.grade).toBe(1);
    const { evaluation } = waterRules;
    const full = {
      ...waterRules,
      evaluation: { ...evaluation, belowDetection: { ...evaluation.belowDetection, fraction: '1' } },
    };
    expect(computeWaterMonth(full, 'river', '2025-01', [below]).result?.grade).toBe(4);
  });

  test.each([
    ['no samples', [], undefined, 'missing'],
    ['no samples in a month to come', [], '2025-01', 'to-come'],
    ['no flow', [dry('2025-01')], undefined, 'no-flow'],
    ['no flow in the running month', [dry('2025-01')], '2025-01', 'no-flow'],
    ['no flow and a sample', [dry('2025-01'), sample('2025-01', { cod: '10' })], undefined, 'measured'],
    ['a sample in the running month', [sample('2025-01', { cod: '10' })], '2025-01', 'measured'],
    ['reference items only', [sample('2025-01', { tn: '3' })], undefined, 'missing'],
    ['negative values only', [sample('2025-01', { cod: '-1' })], undefined, 'missing'],
  ])('%s', (_, samples, untilMonth, state) => {
    const month = computeWaterMonth(
      waterRules,
      'river',
      '2025-01',
      samples,
      untilMonth ? { untilMonth, target: 4 } : { target: 4 },
    );
    expect([month.state, month.meetsTarget]).toEqual([state, state === 'measured' ? true : null]);
  });

  test('pH by hydrogen ions is a setting', () => {
    const samples = [sample('2025-01', { ph: '6' }), sample('2025-01', { ph: '8' })];
    const ph = (rules: typeof waterRules) =>
      computeWaterMonth(rules, 'river', '2025-01', samples).values.get('ph')?.round(4).toFixed();
    expect(ph(waterRules)).toBe('7');
    const { evaluation } = waterRules;
    const ions = { ...evaluation, phMean: { ...evaluation.phMean, method: 'hydrogen-ion' as const } };
    expect(ph({ ...waterRules, evaluation: ions })).toBe('6.2967');
  });
});

describe('what takes part in a month', () => {
  test('a negative value is missing, not a number of the mean', () => {
    const samples = [sample('2025-01', { cod: '-1' }), sample('2025-01', { cod: '20', nh3n: '-2' })];
    const month = computeWaterMonth(waterRules, 'river', '2025-01', samples);
    expect([text(month.values), month.samples]).toEqual([{ cod: '20' }, 1]);
  });

  test('without any value there is no result, and a grade without a target meets nothing', () => {
    expect(computeWaterMonth(waterRules, 'river', '2025-01', [dry('2025-01')]).result).toBeNull();
    const graded = computeWaterMonth(waterRules, 'river', '2025-01', [sample('2025-01', { cod: '20' })]);
    expect([graded.meetsTarget, graded.result?.grade]).toEqual([null, 3]);
  });

  test('different samples of one month are averaged within a period, too', () => {
    const samples = [sample('2025-01', { cod: '10' }), sample('2025-01', { cod: '20' })];
    expect(text(year(samples).values)).toEqual({ cod: '15' });
  });

  test('a month with reference items only does not count as graded', () => {
    const result = year([sample('2025-01', { tn: '3' }), sample('2025-02', { cod: '10', tn: '1' })]);
    expect([result.gradedMonths, text(result.values)]).toEqual([1, { cod: '10', tn: '1' }]);
  });

  test('the hydrogen-ion mean is of pH alone', () => {
    const { evaluation } = waterRules;
    const ions = { ...evaluation, phMean: { ...evaluation.phMean, method: 'hydrogen-ion' as const } };
    const samples = [sample('2025-01', { cod: '6' }), sample('2025-01', { cod: '8' })];
    const month = computeWaterMonth({ ...waterRules, evaluation: ions }, 'river', '2025-01', samples);
    expect(text(month.values)).toEqual({ cod: '7' });
  });
});

describe('a year', () => {
  test('means of months, not of samples, and never a mean of grades', () => {
    const samples = [
      ...[1, 2, 3].map(() => sample('2025-01', { cod: '60' })),
      ...Array.from({ length: 11 }, (_, i) => sample(monthOf(i + 2), { cod: '12' })),
    ];
    const result = year(samples, { target: 3 });
    expect(text(result.values)).toEqual({ cod: '16' });
    expect([result.result?.grade, result.failedMonths, result.gradedMonths]).toEqual([3, ['2025-01'], 12]);
    expect(result.months.map(({ result: month }) => month?.grade)).toEqual([
      6, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
    ]);
  });

  test('one very bad month can fail a year whose other months pass', () => {
    const samples = Array.from({ length: 12 }, (_, i) =>
      sample(monthOf(i + 1), { nh3n: i === 0 ? '12' : '0.9' }),
    );
    expect([year(samples).result?.grade, year(samples, { target: 3 }).failedMonths]).toEqual([
      5,
      ['2025-01'],
    ]);
  });

  test.each([
    [8, true],
    [7, false],
  ])('%i measured months: sufficient %s', (count, sufficient) => {
    const samples = Array.from({ length: count }, (_, i) => sample(monthOf(i + 1), { cod: '10' }));
    const result = year(samples);
    expect([result.sufficient, result.gradedMonths, result.missingMonths.length]).toEqual([
      sufficient,
      count,
      12 - count,
    ]);
  });

  test('a dry month leaves the denominator and is neither missing nor failed', () => {
    const samples = [
      dry('2025-01'),
      ...Array.from({ length: 11 }, (_, i) => sample(monthOf(i + 2), { cod: '10' })),
    ];
    const result = year(samples, { target: 4 });
    expect(result).toMatchObject({
      gradedMonths: 11,
      noFlowMonths: ['2025-01'],
      missingMonths: [],
      failedMonths: [],
    });
  });

  test('in progress: months to come are not missing', () => {
    const samples = [1, 2, 3].map((i) => sample(monthOf(i), { f: '1.6' }));
    const result = year(samples, { target: 4, untilMonth: '2025-05' });
    expect(result.missingMonths).toEqual(['2025-04']);
    expect(result.monthsToCome).toHaveLength(8);
    expect([result.result?.grade, result.failedMonths.length]).toEqual([6, 3]);
  });

  test('natural-background items leave the months and the year', () => {
    const samples = [1, 2].map((i) => sample(monthOf(i), { f: '1.6', cod: '10' }));
    const result = year(samples, { target: 4, removed: new Set(['f']) });
    expect([result.result?.grade, result.result?.removed, result.failedMonths]).toEqual([1, ['f'], []]);
  });

  test('no samples: no grade', () => {
    expect([year([]).result, year([]).sufficient, year([]).missingMonths.length]).toEqual([null, false, 12]);
  });
});
