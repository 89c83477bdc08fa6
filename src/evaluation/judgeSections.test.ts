import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addMonths } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { waterRules } from '../statistics/standards.fixture.js';
import type { WaterSample } from '../statistics/waterMonths.js';
import { judgeSections, monthsOf, type JudgedSection } from './judgeSections.js';
import { planTarget } from './targets.fixture.js';

/** What one month holds: codmn, 'dry' or nothing. River limits: Ⅱ 4, Ⅲ 6, Ⅳ 10, Ⅴ 15. */
type Month = number | 'dry' | null;

function samples(year: number, months: readonly Month[]): WaterSample[] {
  return months.flatMap((value, index): WaterSample[] => {
    const month = addMonths(`${year}-01`, index);
    if (value === null) return [];
    if (value === 'dry') return [{ month, values: new Map(), noFlow: true }];
    return [{ month, values: new Map([['codmn', { value: new Decimal(value) }]]) }];
  });
}

function section(name: string, months: readonly Month[], change: Partial<JudgedSection> = {}): JudgedSection {
  return {
    name,
    body: 'river',
    placeholder: false,
    months: samples(2025, months),
    inputs: ['monthly'],
    ...change,
  };
}

const twelve = (value: Month): Month[] => Array.from({ length: 12 }, () => value);
const judge = (sections: readonly JudgedSection[], asOf = '2025-12-31', target: Target = planTarget(22)) =>
  judgeSections(target, { sections, rules: waterRules, standards: ['GB3838-2002'] }, asOf);
const notes = (judged: ReturnType<typeof judge>) => judged.notes.map(({ zh }) => zh).join('\n');

describe('the year over', () => {
  test.each([
    ['Ⅳ exactly at its limit is met', [twelve(10)], 'met', '4', '0'],
    ['just above it is Ⅴ, and missed', [twelve(10.01)], 'missed', '5', '-1'],
    ['better than asked', [twelve(4)], 'met', '2', '2'],
    ['worse than Ⅴ', [twelve(16)], 'missed', '6', '-2'],
    [
      'every section one by one: a single one fails all',
      [twelve(4), twelve(4), twelve(11)],
      'missed',
      '5',
      '-1',
    ],
    ['8 months suffice', [[...twelve(4).slice(0, 8), null, null, null, null]], 'met', '2', '2'],
    ['7 do not', [[...twelve(4).slice(0, 7), null, null, null, null, null]], 'insufficient-data', '2', '2'],
    ['a fail on 7 months is no conclusion', [[...twelve(11).slice(0, 7)]], 'insufficient-data', '5', '-1'],
    [
      'but one on 8 months outweighs what others lack',
      [twelve(11).slice(0, 8), twelve(4).slice(0, 3)],
      'missed',
      '5',
      '-1',
    ],
    ['a section without data keeps the rest from being met', [twelve(4), []], 'insufficient-data', '2', '2'],
  ] as const)('%s', (_, lists, verdict, value, distance) => {
    const judged = judge(
      (lists as readonly (readonly Month[])[]).map((months, index) => section(`断面${index + 1}`, months)),
    );
    expect(judged).toMatchObject({ verdict, value, distance, countUnit: 'month', inputs: ['monthly'] });
  });

  test('the mean of the items is graded, not the months: failed months of a mean that holds are listed', () => {
    // (11 × 4 + 7 × 12) ÷ 11 … the mean over 12 months is 5: class Ⅲ.
    const judged = judge([section('甲', [12, 11, ...twelve(3.7).slice(0, 10)])]);
    expect(judged).toMatchObject({ verdict: 'met', value: '3' });
    expect(notes(judged)).toContain('均值达标但有单月未达标（“稳定达到”需关注）：甲（2025-01、2025-02）');
    expect(judged.reason.zh).toBe('1 个断面（点位）中 1 个均值达到Ⅳ类及以上');
  });

  test('one very bad month fails the mean although eleven months hold', () => {
    const judged = judge([section('乙', [90, ...twelve(4).slice(0, 11)])]);
    expect(judged).toMatchObject({ verdict: 'missed', value: '5' });
    expect(judged.reason.zh).toContain('未达到：乙 Ⅴ类，高锰酸盐指数（超 0.12 倍）');
    expect(notes(judged)).not.toContain('稳定达到');
  });

  test('months without flow leave the denominator, and are listed; they are neither missing nor zero', () => {
    const judged = judge([section('丙', ['dry', 'dry', ...twelve(10).slice(0, 10)])]);
    expect(judged).toMatchObject({ verdict: 'met', value: '4', used: 10, missing: 0 });
    expect(notes(judged)).toContain('断流未监测：丙（2025-01、2025-02）');
  });

  test.each([
    ['four dry months leave eight', 4, 'met'],
    ['five leave seven', 5, 'insufficient-data'],
    ['a year without flow has no grade', 12, 'insufficient-data'],
  ])('%s', (_, dry, verdict) => {
    const months = twelve(4).map((value, index): Month => (index < dry ? 'dry' : value));
    const judged = judge([section('丁', months)]);
    expect(judged).toMatchObject({ verdict, used: 12 - dry, missing: 0, value: dry === 12 ? null : '2' });
    expect(notes(judged).includes(`丁 ${12 - dry} 个月`)).toBe(verdict !== 'met');
  });

  test('no section, or none with any month: not reported', () => {
    expect(judge([])).toMatchObject({ verdict: 'not-reported', value: null, distance: null });
    expect(judge([section('甲', []), section('乙', [])])).toMatchObject({
      verdict: 'not-reported',
      missing: 24,
    });
  });

  test('a month that measured nothing gradable is missing', () => {
    const warm = samples(2025, twelve(4)).map((sample) => ({
      ...sample,
      values: new Map([['wt', { value: new Decimal(12) }]]),
    }));
    expect(judge([section('甲', [], { months: warm })]).verdict).toBe('not-reported');
  });

  test('placeholders are pointed out', () => {
    const judged = judge([
      section('清水河断面1', twelve(4), { placeholder: true }),
      section('石炭沟', twelve(4)),
    ]);
    expect(notes(judged)).toBe('1 个点位名称待生态环境分局补充');
  });

  test('a river and a lake are graded by their own columns: TP 0.06 is Ⅱ in a river, Ⅳ in a lake', () => {
    const tp = (body: 'river' | 'lake') =>
      section('甲', [], {
        body,
        months: Array.from({ length: 12 }, (_, index) => ({
          month: addMonths('2025-01', index),
          values: new Map([['tp', { value: new Decimal('0.06') }]]),
        })),
      });
    const source = planTarget(36);
    expect(judge([tp('river')], '2025-12-31', source)).toMatchObject({ verdict: 'met', value: '2' });
    expect(judge([tp('lake')], '2025-12-31', source)).toMatchObject({ verdict: 'missed', value: '4' });
  });

  test('months of other years, and after the period, take no part', () => {
    const months = [...samples(2024, twelve(90)), ...samples(2025, twelve(4)), ...samples(2026, twelve(90))];
    expect(judge([section('甲', [], { months })], '2026-06-30')).toMatchObject({ verdict: 'met', used: 12 });
  });
});

describe('the year running', () => {
  const nine = (value: Month) => twelve(value).slice(0, 9);
  test.each([
    ['the means so far hold', [nine(4), nine(10)], 'on-track'],
    ['one fails so far', [nine(4), nine(11)], 'at-risk'],
    ['a section has nothing yet', [nine(4), []], 'insufficient-data'],
    ['a failing one outweighs one that has nothing yet', [nine(11), []], 'at-risk'],
    ['five months and three to come are eight', [['dry', 'dry', 'dry', 'dry', 4, 4, 4, 4, 4]], 'on-track'],
    ['four and three are not', [['dry', 'dry', 'dry', 'dry', 'dry', 4, 4, 4, 4]], 'insufficient-data'],
  ] as const)('%s', (_, lists, verdict) => {
    const sections = (lists as readonly (readonly Month[])[]).map((months, index) =>
      section(`断面${index + 1}`, months),
    );
    expect(judge(sections, '2025-09-30').verdict).toBe(verdict);
  });

  test('a month that is not over is to come, not missing; one that is over is missing', () => {
    const eight = [section('甲', twelve(4).slice(0, 8))];
    expect(judge(eight, '2025-09-29')).toMatchObject({ used: 8, missing: 0, verdict: 'on-track' });
    expect(judge(eight, '2025-09-30')).toMatchObject({ used: 8, missing: 1 });
  });

  test('early in the year the eight months are still ahead: no note of shortage', () => {
    expect(judge([section('甲', [4])], '2025-01-31')).toMatchObject({ verdict: 'on-track', notes: [] });
  });

  test('months after the date asked for are not known yet', () => {
    const judged = judge([section('甲', [4, 4, 4, ...twelve(90).slice(0, 9)])], '2025-03-31');
    expect(judged).toMatchObject({ verdict: 'on-track', used: 3 });
  });

  test.each([
    [4, 'on-track'],
    [90, 'at-risk'],
  ])('2024 at %d is progress towards 2025: %s', (value, verdict) => {
    for (const asOf of ['2024-06-30', '2024-12-31']) {
      const judged = judge([section('甲', [], { months: samples(2024, twelve(value)) })], asOf);
      expect(judged.verdict).toBe(verdict);
      expect(notes(judged)).toContain('2024 年的进展');
    }
  });
});

test.each([
  ['a calendar year', '2025-01-01', '2026-01-01', '2025-01', '2026-01'],
  ['a campaign counts the months it touches', '2023-10-19', '2024-01-01', '2023-10', '2024-01'],
  ['to its last day', '2023-10-19', '2024-01-16', '2023-10', '2024-02'],
])('months of a period: %s', (_, from, to, first, end) => {
  expect(monthsOf({ from, to })).toEqual({ from: first, to: end });
});

test('after the due date no open verdict, before it no final one; distance agrees with the verdict', () => {
  const month = fc.constantFrom<Month>(2, 4, 9, 10, 11, 20, 'dry', null);
  const lists = fc.array(fc.array(month, { minLength: 12, maxLength: 12 }), { maxLength: 3 });
  const final = ['met', 'missed', 'insufficient-data', 'not-reported'];
  fc.assert(
    fc.property(lists, fc.integer({ min: 1, max: 11 }), (all, upTo) => {
      const sections = all.map((months, index) => section(`断面${index}`, months));
      const end = judge(sections);
      expect(final).toContain(end.verdict);
      const asOf = `2025-${String(upTo).padStart(2, '0')}-28`;
      expect(['met', 'missed', 'secured', 'lost']).not.toContain(judge(sections, asOf).verdict);
      if (end.verdict === 'met') expect(Number(end.distance)).toBeGreaterThanOrEqual(0);
      if (end.verdict === 'missed') expect(Number(end.distance)).toBeLessThan(0);
    }),
    { numRuns: 60 },
  );
});
