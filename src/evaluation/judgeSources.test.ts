import { describe, expect, test } from '@jest/globals';
import { addMonths } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import type { Target } from '../domain/target.js';
import { standards, waterRules } from '../statistics/standards.fixture.js';
import type { WaterSample } from '../statistics/waterMonths.js';
import { judgeSections, type JudgedSection } from './judgeSections.js';
import { planTarget } from './targets.fixture.js';

const rules = { ...waterRules, groundwater: chooseStandard(standards.groundwaterLimits, '2025-01-01') };
const months = (year: number, count: number, items: Record<string, number>): WaterSample[] =>
  Array.from({ length: count }, (_, index) => ({
    month: addMonths(`${year}-01`, index),
    values: new Map(Object.entries(items).map(([code, value]) => [code, { value: new Decimal(value) }])),
  }));
const source = (
  name: string,
  body: JudgedSection['body'],
  ...samples: readonly WaterSample[][]
): JudgedSection => ({ name, body, placeholder: false, months: samples.flat(), inputs: ['monthly'] });
const judge = (
  sections: readonly JudgedSection[],
  asOf = '2025-12-31',
  target: Target = planTarget(36),
  used: typeof waterRules = rules,
) => judgeSections(target, { sections, rules: used, standards: [] }, asOf);
const notes = (judged: ReturnType<typeof judge>, language: 'zh' | 'en' = 'zh') =>
  judged.notes.map((words) => words[language]).join('\n');

describe('a source of groundwater against class Ⅲ', () => {
  test('kept by its own limits where a river would fail (TP), without a class', () => {
    const judged = judge([source('井一', 'groundwater', months(2025, 12, { tp: 0.9, codmn: 3, nh3n: 0.5 }))]);
    expect(judged).toMatchObject({
      verdict: 'met',
      value: null,
      valueUnrounded: null,
      distance: null,
      used: 12,
    });
    expect(judged.reason.zh).toBe('1 个断面（点位）中 1 个均值达到Ⅲ类及以上');
    expect(notes(judged)).toContain('未定类别：井一为地下水，按 GB/T 14848 只掌握Ⅲ类限值');
    expect(notes(judged, 'en')).toContain(
      'Not graded: 井一: groundwater; of GB/T 14848 only the class Ⅲ limits',
    );
    expect(notes(judged)).not.toContain('无法判定');
  });

  test('missed by its own limits where a river would keep Ⅲ (CODMn 4, NH3N 0.8)', () => {
    const judged = judge([source('井一', 'groundwater', months(2025, 12, { codmn: 4, nh3n: 0.8, ph: 9 }))]);
    expect(judged).toMatchObject({ verdict: 'missed', value: null });
    expect(judged.reason.zh).toBe(
      '1 个断面（点位）中 0 个均值达到Ⅲ类及以上，未达到：井一 超出地下水Ⅲ类限值，pH、耗氧量（超 0.33 倍）、氨氮（超 0.6 倍）',
    );
    expect(judge([source('河', 'river', months(2025, 12, { codmn: 4, nh3n: 0.8, ph: 9 }))]).verdict).toBe(
      'met',
    );
  });

  test.each([
    [{ nh3n: 0.4 }, '2', 'insufficient-data', true],
    [{ nh3n: 0.4 }, '4', 'met', false],
    [{ nh3n: 0.6 }, '2', 'missed', false],
    [{ nh3n: 0.6 }, '4', 'insufficient-data', true],
  ])('%j against class %s: %s', (items, limit, verdict, open) => {
    const target = planTarget(36, { limit });
    const judged = judge([source('井一', 'groundwater', months(2025, 12, items))], '2025-12-31', target);
    expect(judged.verdict).toBe(verdict);
    expect(notes(judged).includes('无法判定：井一，仅凭地下水Ⅲ类限值不能判断是否达到')).toBe(open);
    const running = judge([source('井一', 'groundwater', months(2025, 6, items))], '2025-06-30', target);
    expect(running.verdict).toBe(
      { met: 'on-track', missed: 'at-risk', 'insufficient-data': 'insufficient-data' }[verdict],
    );
  });

  test('without limits in force it is not judged, and not graded as a river', () => {
    const sources = [source('井一', 'groundwater', months(2025, 12, { codmn: 1 }))];
    expect(judge(sources, '2025-12-31', planTarget(36), waterRules).verdict).toBe('not-reported');
  });

  test('running: what the months to come may hold, by the limits of groundwater; no class is projected', () => {
    const judged = judge(
      [
        source(
          '井一',
          'groundwater',
          ...[2022, 2023, 2024].map((year) => months(year, 12, { f: 0.5, ph: 7 })),
          months(2025, 9, { f: 1.1, ph: 9 }),
        ),
      ],
      '2025-09-30',
    );
    expect(judged).toMatchObject({ verdict: 'at-risk', projection: null });
    expect(judged.allowed).toMatchObject({
      sections: [
        {
          grade: null,
          fails: true,
          items: [{ code: 'f', limit: '1.0', direction: 'at-most', meanSoFar: '1.1', mayAverage: '0.7' }],
        },
      ],
    });
    const other = planTarget(36, { limit: '2' });
    const words = judge(
      [source('井一', 'groundwater', months(2025, 9, { f: 1.1 }))],
      '2025-09-30',
      other,
    ).allowed;
    expect(words?.words).toEqual({ zh: '井一余下 3 个月', en: '井一, 3 months to come' });
  });

  test('同比: how many keep the class, and why there is no class to compare', () => {
    const wells = source('井一', 'groundwater', months(2024, 12, { f: 1.2 }), months(2025, 12, { f: 0.8 }));
    expect(judge([wells]).yearOnYear).toMatchObject({
      value: null,
      difference: null,
      keeping: { now: 1, before: 0, of: 1 },
      reason: { zh: '地下水只按Ⅲ类限值判断，没有类别可比' },
    });
    expect(judge([source('井一', 'groundwater', months(2025, 12, { f: 0.8 }))]).yearOnYear).toMatchObject({
      keeping: null,
      reason: { zh: '上年同期没有数据' },
    });
  });
});

describe('sources of several kinds', () => {
  const river = source('河', 'river', months(2025, 12, { tp: 0.1, codmn: 4 }));
  const lake = (tp: number) => source('水库', 'lake', months(2025, 12, { tp, codmn: 4 }));

  test('a reservoir has the limits of lakes: TP 0.1 is Ⅱ in a river and Ⅳ there', () => {
    expect(judge([river])).toMatchObject({ verdict: 'met', value: '2' });
    expect(judge([lake(0.1)])).toMatchObject({ verdict: 'missed', value: '4' });
    expect(judge([lake(0.05)])).toMatchObject({ verdict: 'met', value: '3' });
  });

  test('the worst class stands for all only when every well keeps its limits', () => {
    const well = (f: number) => source('井一', 'groundwater', months(2025, 12, { f }));
    expect(judge([river, well(0.5)])).toMatchObject({ verdict: 'met', value: '2', distance: '1' });
    expect(judge([river, well(1.5)])).toMatchObject({ verdict: 'missed', value: null, distance: null });
  });

  test('a well that fails so far is at risk however the rivers are projected', () => {
    const history = [2022, 2023, 2024].map((year) => months(year, 12, { codmn: 4 }));
    const rivers = source('河', 'river', ...history, months(2025, 9, { codmn: 4 }));
    const well = (f: number) => source('井一', 'groundwater', months(2025, 9, { f }));
    expect(judge([rivers, well(0.5)], '2025-09-30')).toMatchObject({
      verdict: 'on-track',
      projection: { years: [2022, 2023, 2024] },
    });
    expect(judge([rivers, well(1.5)], '2025-09-30').verdict).toBe('at-risk');
  });
});

describe('items of table 2 at a source of surface water', () => {
  const values = { tp: 0.02, nh3n: 0.1, codmn: 1, mn: 0.12, fe: 0.3 };
  const river = source('水源', 'river', months(2025, 12, values));

  test('one over its limit is named and changes no class; one at its limit is within', () => {
    const judged = judge([{ ...river, isSource: true }]);
    expect(judged).toMatchObject({ verdict: 'met', value: '1' });
    expect(notes(judged)).toContain(
      '水源补充项目（GB 3838 表 2）均值超过限值，不参与定类，但按水源评价不达标：水源（锰 0.12＞0.1）',
    );
    expect(notes(judged, 'en')).toContain('mn 0.12 > 0.1');
    expect(notes(judged)).not.toContain('铁');
  });

  test('table 2 holds for sources alone', () => {
    expect(notes(judge([river]))).not.toContain('补充项目');
  });
});
