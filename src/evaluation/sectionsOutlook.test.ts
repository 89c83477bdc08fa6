import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { waterRules } from '../statistics/standards.fixture.js';
import type { WaterSample } from '../statistics/waterMonths.js';
import { judgeSections, type JudgedSection, type SectionsInput } from './judgeSections.js';
import { certainByBruteForce } from './outlook.fixture.js';
import { projectionDefaults } from './projectionSettings.js';
import { planTarget } from './targets.fixture.js';

/** codmn of each month from January of a year; 'dry' or nothing. River limits: Ⅲ 6, Ⅳ 10, Ⅴ 15. */
type Month = number | 'dry' | null;

function samples(year: number, months: readonly Month[], item = 'codmn'): WaterSample[] {
  return months.flatMap((value, index): WaterSample[] => {
    const month = addMonths(`${year}-01`, index);
    if (value === null) return [];
    if (value === 'dry') return [{ month, values: new Map(), noFlow: true }];
    return [{ month, values: new Map([[item, { value: new Decimal(value) }]]) }];
  });
}

const section = (name: string, ...months: readonly WaterSample[][]): JudgedSection => ({
  name,
  body: 'river',
  placeholder: false,
  months: months.flat(),
  inputs: ['monthly'],
});
const times = (count: number, value: Month): Month[] => Array.from({ length: count }, () => value);
const judge = (
  sections: readonly JudgedSection[],
  asOf: string,
  change: Partial<SectionsInput> = {},
  target: Target = planTarget(22),
) => judgeSections(target, { sections, rules: waterRules, standards: [], ...change }, asOf);

describe('a month counts when it is over', () => {
  const months = section('甲', samples(2025, [4, 4, 90]));
  test.each([
    ['the day before its last', '2025-03-30', 2, 'on-track'],
    ['its last day', '2025-03-31', 3, 'at-risk'],
    ['the day after', '2025-04-01', 3, 'at-risk'],
  ])('%s', (_, asOf, used, verdict) => {
    expect(judge([months], asOf)).toMatchObject({ used, verdict });
  });

  test('targets judged on running data take it at once', () => {
    expect(judge([months], '2025-03-01', { countRunningMonth: true })).toMatchObject({
      used: 3,
      verdict: 'at-risk',
    });
    expect(judge([months], '2025-02-28', { countRunningMonth: true })).toMatchObject({ used: 2 });
  });

  test('a period that ends within a month is final when the month is over', () => {
    const target = planTarget(22, { periodStart: '2025-01-01', due: '2025-12-15' });
    const all = [section('甲', samples(2025, times(12, 4)))];
    expect(judge(all, '2025-12-15', {}, target)).toMatchObject({
      verdict: 'on-track',
      used: 11,
      certainSince: null,
    });
    expect(judge(all, '2025-12-30', {}, target).verdict).toBe('on-track');
    expect(judge(all, '2025-12-31', {}, target)).toMatchObject({
      verdict: 'met',
      certainSince: '2025-12-31',
    });
  });
});

describe('a year with few months', () => {
  test('8 conclude it, and months that lack without a reason are noted; 7 do not', () => {
    const eight = judge([section('甲', samples(2025, times(8, 4)))], '2025-12-31');
    expect(eight.verdict).toBe('met');
    expect(eight.notes.map(({ zh }) => zh)).toEqual([
      '有月份缺测，按现有月份评价（全年至少 8 个月，设置项，待确认）：甲（2025-09、2025-10、2025-11、2025-12）',
    ]);
    expect(judge([section('甲', samples(2025, times(7, 4)))], '2025-12-31').verdict).toBe(
      'insufficient-data',
    );
    expect(judge([section('甲', samples(2025, times(12, 4)))], '2025-12-31').notes).toEqual([]);
  });

  test('months without flow are no gaps', () => {
    const dry = judge([section('甲', samples(2025, [...times(4, 'dry'), ...times(8, 4)]))], '2025-12-31');
    expect(dry.notes.map(({ zh }) => zh).join()).not.toContain('缺测');
  });

  test('the number is a setting of the standard', () => {
    const evaluation = {
      ...waterRules.evaluation,
      period: { ...waterRules.evaluation.period, yearMonths: 12 },
    };
    const judged = judge([section('甲', samples(2025, times(11, 4)))], '2025-12-31', {
      rules: { ...waterRules, evaluation },
    });
    expect(judged.verdict).toBe('insufficient-data');
  });
});

describe('同比', () => {
  test('the worst grade and the sections at the class, by the same months a year before', () => {
    const judged = judge(
      [
        section('甲', samples(2024, [...times(9, 11), ...times(3, 90)]), samples(2025, times(9, 9))),
        section('乙', samples(2024, times(12, 5)), samples(2025, times(9, 5))),
      ],
      '2025-09-30',
    );
    expect(judged.yearOnYear).toEqual({
      from: '2024-01-01',
      through: '2024-09-30',
      value: '5',
      valueUnrounded: '5',
      used: 18,
      missing: 0,
      valid: true,
      difference: '-1',
      differenceUnrounded: '-1',
      changePercent: null,
      keeping: { now: 2, before: 1, of: 2 },
      reason: null,
    });
  });

  test.each([
    // 9 months × 8 ÷ 12 = 6.
    ['six of nine months suffice', 6, true],
    ['five do not', 5, false],
  ])('%s', (_, count, valid) => {
    const judged = judge(
      [section('甲', samples(2024, times(count, 4)), samples(2025, times(9, 4)))],
      '2025-09-30',
    );
    expect(judged.yearOnYear).toMatchObject({ valid, used: count, missing: 9 - count, value: '2' });
    expect(judged.yearOnYear?.difference).toBe(valid ? '0' : null);
    expect(judged.yearOnYear?.reason?.zh ?? '').toBe(valid ? '' : '上年同期有断面监测不足 6 个月');
  });

  test('no data, or no month over yet', () => {
    expect(judge([section('甲', samples(2025, times(9, 4)))], '2025-09-30').yearOnYear).toMatchObject({
      value: null,
      keeping: null,
      reason: { zh: '上年同期没有数据' },
    });
    const early = judge([section('甲', samples(2024, times(12, 4)))], '2025-01-15');
    expect(early).toMatchObject({ verdict: 'not-reported', yearOnYear: { value: null, valid: false } });
  });
});

describe('what the months to come may average', () => {
  const items = (sections: readonly JudgedSection[], asOf: string) => {
    const { allowed } = judge(sections, asOf);
    if (allowed?.kind !== 'sections') throw new Error('no sections');
    return allowed;
  };

  test('(L·N − Σ) ÷ months to come for every item over the class', () => {
    const allowed = items([section('甲', samples(2025, [12, 12, 9, ...times(6, 11)]))], '2025-09-30');
    // Σ = 99 over 9 months; (10 × 12 − 99) ÷ 3 = 7.
    expect(allowed.sections[0]).toMatchObject({
      name: '甲',
      grade: '5',
      fails: true,
      failedMonths: ['2025-01', '2025-02', '2025-04', '2025-05', '2025-06', '2025-07', '2025-08', '2025-09'],
      monthsToCome: ['2025-10', '2025-11', '2025-12'],
      monthsNeeded: 0,
      items: [
        {
          code: 'codmn',
          limit: '10',
          direction: 'at-most',
          meanSoFar: '11',
          mayAverage: '7',
          reachable: true,
        },
      ],
    });
    expect(allowed.words.zh).toBe('甲余下 3 个月：高锰酸盐指数月均不高于 7');
  });

  test('out of reach when below zero would be needed; zero itself is in reach', () => {
    const at = (value: number) =>
      items([section('甲', samples(2025, times(9, value)))], '2025-09-30').sections[0]!;
    // 120 ÷ 9 = 13.33…
    expect(at(13.4).items[0]).toMatchObject({ reachable: false, mayAverage: '-0.2' });
    expect(at(13.3).items[0]).toMatchObject({ reachable: true, mayAverage: '0.1' });
    expect(
      items([section('甲', samples(2025, [120, ...times(8, 0)]))], '2025-09-30').sections[0]!.items[0],
    ).toMatchObject({ mayAverage: '0', reachable: true });
  });

  test('a section that holds shows the item nearest to its limit alone', () => {
    const months = times(9, 4).map((_, index): WaterSample => ({
      month: addMonths('2025-01', index),
      values: new Map([
        ['codmn', { value: new Decimal(5) }],
        ['nh3n', { value: new Decimal('1.2') }],
        ['do', { value: new Decimal(12) }],
      ]),
    }));
    const allowed = items([section('甲', months)], '2025-09-30');
    expect(allowed.sections[0]).toMatchObject({ fails: false, items: [{ code: 'nh3n', mayAverage: '2.4' }] });
    expect(allowed.sections[0]!.items).toHaveLength(1);
    expect(allowed.words.zh).toBe('1 个断面（点位）累计均值均未超出要求');
  });

  test('dissolved oxygen asks for at least', () => {
    const allowed = items(
      [section('甲', samples(2025, times(9, '2.5' as unknown as number), 'do'))],
      '2025-09-30',
    );
    // (3 × 12 − 22.5) ÷ 3 = 4.5
    expect(allowed.sections[0]!.items[0]).toMatchObject({
      direction: 'at-least',
      mayAverage: '4.5',
      reachable: true,
    });
    expect(allowed.words.zh).toContain('溶解氧月均不低于 4.5');
  });

  test('months still needed, months missing and dry; none is left when the period is over', () => {
    const one = items([section('甲', samples(2025, [4, 'dry', null, 4]))], '2025-04-30').sections[0];
    expect(one).toMatchObject({ monthsNeeded: 6, missingMonths: ['2025-03'], noFlowMonths: ['2025-02'] });
    expect(judge([section('甲', samples(2025, times(12, 4)))], '2025-12-31').allowed).toBeNull();
    const whole = judge([section('甲', samples(2024, times(12, 11)))], '2024-12-31');
    expect(whole.allowed).toMatchObject({ sections: [{ items: [{ mayAverage: null, reachable: false }] }] });
    expect(whole.allowed?.words.zh).toBe('甲没有余下的月份');
  });
});

describe('projection', () => {
  const nine = (value: number) => samples(2025, times(9, value));
  const autumn = (year: number, value: number) => samples(year, [...times(9, null), ...times(3, value)]);

  test('months to come as the same months of earlier years', () => {
    const bad = judge([section('甲', nine(9), autumn(2024, 20))], '2025-09-30');
    // (9 × 9 + 20 × 3) ÷ 12 = 11.75: Ⅴ.
    expect(bad).toMatchObject({
      verdict: 'at-risk',
      value: '4',
      projection: {
        method: 'same-months-bootstrap',
        years: [2024],
        value: '5',
        low: null,
        keptPercent: null,
      },
    });
    const edge = judge([section('甲', nine(9), autumn(2024, 13))], '2025-09-30');
    // Exactly 10 is Ⅳ.
    expect(edge).toMatchObject({ verdict: 'on-track', projection: { value: '4' } });
    const good = judge([section('甲', nine(11), autumn(2024, 4))], '2025-09-30');
    expect(good).toMatchObject({ verdict: 'on-track', value: '5', projection: { value: '4' } });
  });

  test('several years: an interval of grades and the share of draws kept', () => {
    const { projection } = judge(
      [section('甲', nine(9), autumn(2022, 4), autumn(2023, 4), autumn(2024, 40))],
      '2025-09-30',
    );
    expect(projection).toMatchObject({ years: [2022, 2023, 2024], low: '4', value: '4', high: '6' });
    expect(projection!.keptPercent).toBeGreaterThan(55);
    expect(projection!.keptPercent).toBeLessThan(78);
  });

  test('a year with less than three quarters of the months is no history', () => {
    const full = section('甲', nine(9), autumn(2024, 4));
    const none = section('乙', nine(9));
    expect(judge([full, full, full, none], '2025-09-30').projection?.method).toBe('same-months-bootstrap');
    expect(judge([full, full, none], '2025-09-30').projection).toMatchObject({
      method: 'so-far',
      value: '4',
    });
  });

  test('without history the means so far stand, and over there is none', () => {
    expect(judge([section('甲', nine(11))], '2025-09-30')).toMatchObject({
      verdict: 'at-risk',
      projection: { method: 'so-far', years: [], value: '5' },
    });
    expect(judge([section('甲', samples(2025, times(12, 4)))], '2025-12-31').projection).toBeNull();
    expect(
      judge([section('甲', nine(9), autumn(2024, 4))], '2025-09-30', {
        projection: { ...projectionDefaults, historyShare: 1.1 },
      }).projection?.method,
    ).toBe('so-far');
  });

  test('pH outside its range is 劣Ⅴ, a dry month of an earlier year adds nothing', () => {
    const ph = section(
      '甲',
      samples(2025, times(9, 9), 'ph'),
      samples(2024, [...times(9, null), 14, 14, 14], 'ph'),
    );
    expect(judge([ph], '2025-09-30').projection).toMatchObject({ value: '6' });
    const dry = section('甲', nine(9), samples(2024, [...times(9, null), 'dry', 'dry', 'dry']));
    expect(judge([dry], '2025-09-30').projection).toMatchObject({
      method: 'same-months-bootstrap',
      value: '4',
    });
  });
});

test('since when it is certain equals judging every day', () => {
  const month = fc.constantFrom<Month>(4, 9, 11, 'dry', null);
  const list = fc.array(month, { minLength: 12, maxLength: 12 });
  const target = planTarget(22, { periodStart: '2025-01-01', due: '2025-12-20' });
  const asOf = fc.integer({ min: 0, max: 40 }).map((n) => addDays('2025-12-05', n));
  fc.assert(
    fc.property(list, list, asOf, (first, second, on) => {
      const sections = [section('甲', samples(2025, first)), section('乙', samples(2025, second))];
      const at = (day: string) => judge(sections, day, {}, target);
      expect(at(on).certainSince).toBe(certainByBruteForce(at, '2025-12-01', on));
    }),
    { numRuns: 25 },
  );
});
