import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import { computeDrinkingSource, computeSourceShare, type DrinkingSourceKind } from './drinkingSource.js';
import { standards, waterRules } from './standards.fixture.js';

const rules = { ...waterRules, groundwater: chooseStandard(standards.groundwaterLimits, '2025-01-01') };
function judge(kind: DrinkingSourceKind, items: Record<string, string>, used = rules) {
  const values = new Map(Object.entries(items).map(([code, text]) => [code, new Decimal(text)]));
  const result = computeDrinkingSource(used, kind, values);
  return {
    ...result,
    failing: result.failing.map(({ code, multiple }) => [code, multiple?.round(4).toFixed() ?? null]),
  };
}

describe('a surface source', () => {
  test.each([
    ['basic items at Ⅲ', { ph: '8', cod: '20', nh3n: '1.0' }, true, []],
    ['a basic item at Ⅳ', { ph: '8', cod: '20.1' }, false, [['cod', '0.005']]],
    ['pH and DO without a multiple', { ph: '9.1', do: '4.9' }, false, [['ph', null], ['do', null]]],
    ['table 2 at its limits', { ph: '8', so4: '250', cl: '250', no3n: '10', fe: '0.3', mn: '0.1' }, true, []],
    ['table 2 above', { ph: '8', so4: '300', mn: '0.11' }, false, [['so4', '0.2'], ['mn', '0.1']]],
    ['a table 2 item alone', { so4: '251' }, false, [['so4', '0.004']]],
    ['total nitrogen and coliform never fail it', { ph: '8', tn: '9', fc: '99999' }, true, []],
    ['reference items only', { tn: '9', fc: '99999', wt: '5' }, null, []],
    ['nothing', {}, null, []],
    ['a negative value is missing', { so4: '-1' }, null, []],
  ])('%s', (_, items, compliant, failing) => {
    const result = judge('surface-river', items);
    expect([result.compliant, result.failing, result.standardId]).toEqual([compliant, failing, 'GB3838-2002']);
  }); // prettier-ignore

  test('a reservoir has the limits of lakes', () => {
    expect(judge('surface-river', { tp: '0.06' }).compliant).toBe(true);
    expect(judge('surface-lake', { tp: '0.06' }).compliant).toBe(false);
  });

  test('says which items took part and the grade', () => {
    const { items, grade } = judge('surface-river', { no3n: '1', cod: '16', tn: '3' });
    expect([items, grade?.grade]).toEqual([['cod', 'no3n'], 3]);
  });

  test('the class and the items left out are settings', () => {
    const { drinkingSource } = rules.evaluation;
    const with_ = (changed: object) => ({
      ...rules,
      evaluation: { ...rules.evaluation, drinkingSource: { ...drinkingSource, ...changed } },
    });
    expect(judge('surface-river', { cod: '25', ph: '8' }, with_({ leftOut: ['cod'] })).compliant).toBe(true);
    expect(judge('surface-river', { cod: '25', ph: '8' }, with_({ gradeAtMost: 4 })).compliant).toBe(true);
    expect(judge('surface-river', { cod: '25', ph: '8' }).compliant).toBe(false);
  });
});

describe('a groundwater source (configured limits of class Ⅲ)', () => {
  test.each([
    ['at the limits', { ph: '6.5', so4: '250', f: '1.0', nh3n: '0.50', codmn: '3.0' }, true, []],
    ['pH above', { ph: '8.51' }, false, [['ph', null]]],
    ['pH below', { ph: '6.49' }, false, [['ph', null]]],
    ['pH at the upper end', { ph: '8.5' }, true, []],
    ['fluoride, hardness', { f: '1.5', th: '900' }, false, [['th', '1'], ['f', '0.5']]],
    ['ammonia passes class Ⅲ of surface water and fails here', { nh3n: '0.6' }, false, [['nh3n', '0.2']]],
    ['an item without a limit', { cod: '900', tn: '50' }, null, []],
    ['a negative value is missing', { f: '-1' }, null, []],
    ['zero is a value', { f: '0' }, true, []],
  ])('%s', (_, items, compliant, failing) => {
    const result = judge('ground', items);
    expect([result.compliant, result.failing, result.standardId, result.grade]).toEqual([compliant, failing, 'GBT14848-2017', null]);
  }); // prettier-ignore

  test('says which items took part, with the name of the failing one', () => {
    const values = new Map([['f', new Decimal('2')], ['cod', new Decimal('1')]]);
    const { items, failing } = computeDrinkingSource(rules, 'ground', values);
    expect([items, failing[0]?.nameZh, failing[0]?.value.toFixed()]).toEqual([['f'], '氟化物', '2']);
    const acid = computeDrinkingSource(rules, 'ground', new Map([['ph', new Decimal('5')]])).failing[0];
    expect([acid?.nameZh, acid?.value.toFixed()]).toEqual(['pH', '5']);
  }); // prettier-ignore

  test('holds a limit of every item once', () => {
    const codes = rules.groundwater.items.list.map(({ code }) => code);
    expect(codes).toHaveLength(27);
    expect(new Set(codes).size).toBe(27);
  });
});

describe('the share of compliant sources', () => {
  const yes = { compliant: true };
  const no = { compliant: false };
  test.each([
    ['two of three', [yes, yes, no], 3, 2, '66.6667', null],
    ['a source without a result leaves the denominator', [yes, { compliant: null }], 1, 1, '100', null],
    ['none monitored', [{ compliant: null }], 0, 0, null, null],
    ['by volume', [{ ...yes, volume: new Decimal(30) }, { ...no, volume: new Decimal(10) }, { compliant: null, volume: new Decimal(60) }], 2, 1, '50', '75'],
    ['a volume is missing', [{ ...yes, volume: new Decimal(30) }, no], 2, 1, '50', null],
    ['volumes of nothing', [{ ...yes, volume: new Decimal(0) }], 1, 1, '100', null],
  ])('%s', (_, sources, monitored, compliant, share, volume) => {
    const result = computeSourceShare(sources);
    expect([result.monitored, result.compliant, result.share?.round(4).toFixed() ?? null, result.volumeShare?.round(4).toFixed() ?? null]).toEqual([
      monitored, compliant, share, volume,
    ]);
  }); // prettier-ignore
});
