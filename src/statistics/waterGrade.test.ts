import { describe, expect, test } from '@jest/globals';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import { computeRiverState } from './riverState.js';
import { readVectors, waterRules } from './standards.fixture.js';
import { computeWaterGrade, computeWaterGrades, type WaterBody, type WaterExceedance } from './waterGrade.js';

const valuesOf = (items: Record<string, string>) =>
  new Map(Object.entries(items).map(([code, text]) => [code, new Decimal(text)]));
const labels = (items: readonly { readonly label: string }[]) => items.map(({ label }) => label).join(';');
const multiples = (items: readonly WaterExceedance[]) =>
  items.map(({ multiple }) => (multiple ? roundHalfEven(multiple, 4).toFixed(4) : ''));

describe('computeWaterGrade reproduces every row of water_grade.csv', () => {
  const rows = readVectors('water_grade.csv').map((row): [string, Record<string, string>] => [
    `${row['case_id']} ${row['body']} ${row['items']}`,
    row,
  ]);
  const byLabel = new Map(waterRules.limits.items.list.map(({ label, code }) => [label, code]));
  test.each(rows)('%s', (_, row) => {
    const values = (row['items'] ?? '').split(';').map((part): [string, Decimal] => {
      const [label = '', text = ''] = part.split('=');
      const value = new Decimal(text.replace('L', ''));
      return [byLabel.get(label) ?? label, text.endsWith('L') ? value.div(2) : value];
    });
    const result = computeWaterGrade(waterRules, row['body'] as WaterBody, new Map(values));
    const { grade } = result;
    expect(row).toMatchObject({
      grade: grade === null ? '' : formatGrade(grade),
      grade_num: String(grade),
      quality_word: result.qualityWord,
      determining_items: labels(result.determining),
      main_pollutants: labels(result.mainPollutants),
      multiples_vs_class3: multiples(result.mainPollutants).join(';'),
      meets_class3: grade !== null && grade <= 3 ? 'Y' : 'N',
      meets_class4: grade !== null && grade <= 4 ? 'Y' : 'N',
    });
  });
});

describe('which items take part', () => {
  test.each([
    ['nothing', {}],
    ['reference items only', { tn: '9.6', fc: '60000', wt: '24' }],
    ['items that GB 3838 table 1 lacks', { so4: '900', ec: '3000' }],
    ['a negative value', { cod: '-1' }],
  ])('%s gives no grade', (_, items) => {
    const result = computeWaterGrade(waterRules, 'river', valuesOf(items));
    expect([result.grade, result.qualityWord, result.items, result.mainPollutants]).toEqual([
      null,
      null,
      [],
      [],
    ]);
  });

  test('reference items are reported apart and the graded ones are stored', () => {
    const result = computeWaterGrade(
      waterRules,
      'lake',
      valuesOf({ tn: '9.6', wt: '-0.1', do: '6', ph: '8' }),
    );
    expect(result.grade).toBe(2);
    expect(labels(result.items)).toBe('pH;DO');
    expect([...result.reference.keys()]).toEqual(['tn', 'wt']);
  });

  test('reference items that have limits are graded apart: TN in lakes, coliform, never temperature', () => {
    const values = valuesOf({ tn: '1.2', fc: '10001', wt: '20', cod: '10', cn: '1' });
    const apart = (body: WaterBody) =>
      computeWaterGrade(waterRules, body, values).referenceItems.map(({ code, grade }) => [code, grade]);
    expect(apart('lake')).toEqual([['tn', 4], ['fc', 4]]);
    expect(apart('river')).toEqual([['fc', 4]]);
    expect(computeWaterGrade(waterRules, 'lake', valuesOf({ tn: '-1' })).referenceItems).toEqual([]);
  }); // prettier-ignore
});

describe('natural background', () => {
  const values = valuesOf({ f: '1.62', cod: '22' });
  test('keeps both grades and says what was removed', () => {
    const { measured, withoutNatural } = computeWaterGrades(
      waterRules,
      'river',
      values,
      new Set(['f', 'as']),
    );
    expect([measured.grade, measured.removed]).toEqual([6, []]);
    expect([withoutNatural?.grade, withoutNatural?.removed]).toEqual([4, ['f']]);
  });

  test('without an approval there is one grade', () => {
    expect(computeWaterGrades(waterRules, 'river', values, new Set()).withoutNatural).toBeNull();
  });

  test('removing the only item leaves no grade', () => {
    const result = computeWaterGrade(waterRules, 'river', valuesOf({ f: '2' }), { removed: new Set(['f']) });
    expect([result.grade, result.removed]).toEqual([null, ['f']]);
  });
});

describe('against a target class', () => {
  test.each<[string, WaterGrade, string, string[]]>([
    ['Ⅳ', 4, 'F;COD', ['0.1333', '0.0667']],
    ['Ⅲ', 3, 'F;COD', ['0.7000', '0.6000']],
    ['Ⅴ', 5, 'F', ['0.1333']],
    ['劣Ⅴ', 6, '', []],
  ])('%s', (_, target, items, expected) => {
    const values = valuesOf({ f: '1.7', cod: '32', ph: '8' });
    const { overTarget, mainPollutants } = computeWaterGrade(waterRules, 'river', values, { target });
    expect([labels(overTarget), multiples(overTarget)]).toEqual([items, expected]);
    expect(multiples(mainPollutants)).toEqual(['0.7000', '0.6000']);
  });
});

describe('order of the main pollutants (unconfirmed places)', () => {
  test.each([
    ['cyanide and heavy metals first', { cod: '41', pb: '0.051' }, 'Pb;COD'],
    ['an item without a multiple after those with one', { ph: '9.5', cod: '41' }, 'COD;pH'],
    ['two without a multiple in the order of the table', { do: '1', ph: '5' }, 'pH;DO'],
    ['at most three', { cod: '41', bod5: '11', nh3n: '2.4', tp: '0.5' }, 'BOD5;TP;NH3N'],
  ])('%s', (_, items, expected) => {
    const result = computeWaterGrade(waterRules, 'river', valuesOf(items));
    expect(labels(result.mainPollutants)).toBe(expected);
    expect(result.exceeding).toHaveLength(Object.keys(items).length);
  });
});

test('rounding before grading is a setting, off by default', () => {
  const values = valuesOf({ ph: '9.4', do: '7.49', cod: '15' });
  expect(computeWaterGrade(waterRules, 'river', values).grade).toBe(6);
  const { evaluation } = waterRules;
  const rounding = { ...evaluation, rounding: { ...evaluation.rounding, enabled: true } };
  expect(computeWaterGrade({ ...waterRules, evaluation: rounding }, 'river', values).grade).toBe(1);
});

describe('computeRiverState', () => {
  const state = (...grades: WaterGrade[]) => computeRiverState(grades, waterRules.evaluation)?.word;
  const of = (good: number, poor: number, worst: number): WaterGrade[] => [
    ...new Array<WaterGrade>(good).fill(2),
    ...new Array<WaterGrade>(poor).fill(4),
    ...new Array<WaterGrade>(worst).fill(6),
  ];
  test.each([
    ['90 % good', of(9, 1, 0), '优'],
    ['just under 90 %', of(8, 1, 0), '良好'],
    ['75 % good', of(6, 2, 0), '良好'],
    ['75 % good with bad ones', of(6, 0, 2), '良好'],
    ['under 75 %, few 劣Ⅴ', of(7, 2, 1), '轻度污染'],
    ['20 % 劣Ⅴ', of(3, 1, 1), '中度污染'],
    ['40 % 劣Ⅴ', of(3, 0, 2), '重度污染'],
    ['four sections have no state', of(4, 0, 0), undefined],
  ])('%s', (_, grades, word) => {
    expect(state(...grades)).toBe(word);
  });
});
