import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, addMonths } from '../domain/calendar.js';
import { judgeAmount, judgeMilestone, judgeRate } from './judgeReported.js';
import { certainByBruteForce } from './outlook.fixture.js';
import { input, towns, zh } from './reportedFigure.fixture.js';
import { countMonths } from './reportedOutlook.js';
import { planTarget } from './targets.fixture.js';

const y2024 = 'year 2024-01-01..2025-01-01';
const h2025 = 'half-year 2025-01-01..2025-07-01';
const h2024 = 'half-year 2024-01-01..2024-07-01';

test.each([
  ['three whole months', '2025-10-01', '2026-01-01', '3'],
  ['a half of April', '2025-04-16', '2025-05-01', '0.5'],
  ['parts at both ends', '2025-04-16', '2025-06-16', '2'],
  ['a leap February', '2024-02-01', '2024-03-01', '1'],
  ['nothing left', '2026-01-01', '2026-01-01', '0'],
  ['gone by', '2026-02-01', '2026-01-01', '0'],
])('months: %s', (_, from, to, months) => {
  expect(countMonths(from, to).toString()).toBe(months);
});

describe('rates', () => {
  const rate = (county: readonly string[], asOf: string, target = planTarget(34), list = towns(h2025)) =>
    judgeRate(target, input(county, list), asOf);

  test('the gap and the pace to the due date', () => {
    expect(rate([`${h2025} 84`], '2025-09-30').allowed).toEqual({
      kind: 'gap',
      gap: '6',
      perMonth: '2',
      monthsLeft: '3',
      daysLeft: 92,
      words: {
        zh: '还差 6%，余下 3 个月，每月需 2%',
        en: '6 % lacking, 3 months left: 2 a month',
      },
    });
    expect(rate([`${h2025} 90`], '2025-09-30').allowed).toMatchObject({ gap: '0', perMonth: '0' });
    expect(rate([`${h2025} 95`], '2025-09-30').allowed?.words.zh).toBe('已达到要求，保持即可');
    expect(rate([], '2025-09-30').allowed).toMatchObject({ gap: null, perMonth: null, monthsLeft: '3' });
    expect(rate([`${h2025} 84`], '2026-01-31').allowed).toBeNull();
    // The year before the period has ended, that of the period has not begun to be judged.
    expect(rate([`${y2024} 84`], '2024-12-31').allowed).toMatchObject({
      gap: '6',
      perMonth: null,
      daysLeft: 0,
    });
  });

  test('a rate that should be low lacks what is above it', () => {
    const low = planTarget(34, { comparison: '<=', limit: '5' });
    expect(rate([`${h2025} 8`], '2025-09-30', low).allowed).toMatchObject({ gap: '3', perMonth: '1' });
    expect(rate([`${h2025} 4`], '2025-09-30', low).allowed).toMatchObject({ gap: '0' });
  });

  test('同比 with the same part of the year before, by kind and dates', () => {
    expect(rate([`${h2025} 84`, `${h2024} 80`, `${y2024} 82`], '2025-09-30').yearOnYear).toMatchObject({
      from: '2024-01-01',
      through: '2024-06-30',
      value: '80',
      valid: true,
      difference: '4',
      changePercent: '5',
    });
    expect(rate([`${h2025} 84`, `${y2024} 82`], '2025-09-30').yearOnYear).toMatchObject({
      value: null,
      difference: null,
      reason: { zh: '上年同期没有数据' },
    });
    const year = `year 2025-01-01..2026-01-01 93`;
    expect(rate([year, `${y2024} 90`], '2026-01-31').yearOnYear).toMatchObject({
      value: '90',
      difference: '3',
    });
    // Nothing of this year yet: the year before is compared with the one before it.
    expect(rate([`${y2024} 90`, 'year 2023-01-01..2024-01-01 88'], '2025-09-30').yearOnYear).toMatchObject({
      from: '2023-01-01',
      difference: '2',
    });
    expect(rate([], '2025-09-30').yearOnYear).toMatchObject({
      from: '2024-01-01',
      through: '2024-12-31',
      value: null,
    });
  });

  test('“1–9月” compares with “1–9月”', () => {
    const nine = (year: number, value: number) => `to-date ${year}-01-01..${year}-10-01 ${value}`;
    expect(rate([nine(2025, 88), nine(2024, 80), `${y2024} 95`], '2025-09-30')).toMatchObject({
      value: '88',
      yearOnYear: { through: '2024-09-30', value: '80', difference: '8', changePercent: '10' },
    });
    expect(rate([nine(2025, 88)], '2025-09-29')).toMatchObject({ verdict: 'not-reported' });
  });

  test('a change since the base year keeps its beginning; townships are added up', () => {
    const carbon = planTarget(18);
    const since = (end: string, value: string) => `to-date 2020-01-01..${end} ${value}`;
    expect(
      rate([since('2025-07-01', '15'), since('2024-07-01', '12')], '2025-09-30', carbon).yearOnYear,
    ).toMatchObject({
      from: '2020-01-01',
      through: '2024-06-30',
      difference: '3',
    });
    const list = [
      ...towns(h2025, '90=90/100', '90=90/100', '96=96/100'),
      ...towns(h2024, '80=80/100', '80=80/100', '80=80/100'),
    ];
    expect(rate([], '2025-09-30', planTarget(34), list).yearOnYear).toMatchObject({
      value: '80',
      difference: '12',
    });
  });

  test('met and missed are certain at the due date; nothing is projected', () => {
    const year = (value: number) => `year 2025-01-01..2026-01-01 ${value}`;
    expect(rate([year(95)], '2026-05-01')).toMatchObject({ certainSince: '2025-12-31', projection: null });
    expect(rate([year(85)], '2025-12-31')).toMatchObject({ verdict: 'missed', certainSince: '2025-12-31' });
    expect(rate([`${h2025} 95`], '2026-05-01')).toMatchObject({
      verdict: 'insufficient-data',
      certainSince: null,
    });
    expect(rate([`${h2025} 95`], '2025-09-30')).toMatchObject({ certainSince: null, projection: null });
  });
});

describe('amounts', () => {
  const amount = (county: readonly string[], asOf: string, target = planTarget(29), holds = false) =>
    judgeAmount(target, { ...input(county), toDateHoldsEarlier: holds }, asOf);

  test('“1–9月” holds its year: what was reported before is added, and said; the setting says otherwise', () => {
    const list = [`${y2024} 1`, 'to-date 2025-01-01..2025-10-01 1'];
    expect(amount(list, '2025-09-30')).toMatchObject({ verdict: 'secured', value: '2', used: 2 });
    expect(zh(amount(list, '2025-09-30'))).toBe('累计数自 2025-01-01 起算，此前报送的 1家 另行相加');
    expect(amount(list, '2025-09-30', planTarget(29), true)).toMatchObject({
      value: '1',
      used: 1,
      notes: [],
    });
    const whole = [`${y2024} 1`, 'to-date 2023-05-10..2025-10-01 1'];
    expect(amount(whole, '2025-09-30')).toMatchObject({ value: '1', notes: [] });
  });

  test('gap and pace; room for what must stay small; days of a milestone', () => {
    expect(amount(['to-date 2023-05-10..2025-10-01 0.5'], '2025-09-30').allowed).toMatchObject({
      kind: 'gap',
      gap: '1.5',
      perMonth: '0.5',
    });
    expect(amount([], '2025-09-30').allowed).toMatchObject({ gap: '2', daysLeft: 92 });
    expect(amount([], '2026-09-30').allowed).toBeNull();
    const none = planTarget(44);
    expect(amount(['to-date 2023-05-10..2025-10-01 0'], '2025-09-30', none).allowed).toMatchObject({
      kind: 'room',
      left: '0',
      daysLeft: 92,
      words: { zh: '还可增加 0处' },
    });
    expect(amount(['to-date 2023-05-10..2025-10-01 2'], '2025-09-30', none).allowed).toMatchObject({
      left: '-2',
      words: { zh: '已超出 2处' },
    });
    expect(amount([], '2025-09-30', none).allowed).toMatchObject({ kind: 'room', left: '0' });
    const milestone = (county: readonly string[], asOf: string) =>
      judgeMilestone(planTarget(52), input(county), asOf);
    expect(milestone(['to-date 2023-05-10..2025-10-01 0'], '2025-12-30').allowed).toMatchObject({
      kind: 'time',
      done: false,
      daysLeft: 1,
      words: { zh: '距到期还有 1 天' },
    });
    expect(milestone(['to-date 2023-05-10..2025-10-01 1'], '2025-09-30').allowed).toMatchObject({
      done: true,
      words: { zh: '已完成' },
    });
    expect(milestone([], '2025-09-30').allowed).toMatchObject({ done: false, daysLeft: 92 });
    expect(milestone([], '2025-12-31').allowed).toBeNull();
  });

  test('since when it is certain: the last day of the report that delivered', () => {
    const list = ['to-date 2023-05-10..2024-07-01 2', 'to-date 2023-05-10..2025-07-01 2'];
    expect(amount(list, '2025-09-30').certainSince).toBe('2024-06-30');
    expect(amount(list, '2026-09-30')).toMatchObject({ verdict: 'met', certainSince: '2024-06-30' });
    const turned = [list[0]!, 'to-date 2023-05-10..2025-01-01 1', list[1]!];
    expect(amount(turned, '2025-09-30').certainSince).toBe('2025-06-30');
    expect(amount(turned, '2025-02-01').certainSince).toBeNull();
  });

  test('amounts and milestones have no 同比 and no projection', () => {
    expect(amount(['to-date 2023-05-10..2025-10-01 1'], '2025-09-30')).toMatchObject({
      yearOnYear: null,
      projection: null,
    });
  });
});

test('since when it is certain equals judging every day', () => {
  const month = fc.integer({ min: 0, max: 9 });
  const anyFigure = fc
    .record({
      kind: fc.constantFrom('quarter', 'month', 'to-date'),
      start: month,
      length: fc.integer({ min: 1, max: 4 }),
      value: fc.constantFrom('0', '1', '2', '3'),
    })
    .map(
      ({ kind, start, length, value }) =>
        `${kind} ${addMonths('2025-01', start)}-01..${addMonths('2025-01', start + length)}-01 ${value}`,
    );
  const period = { periodStart: '2025-02-01', due: '2025-07-31' };
  const cases = fc.constantFrom(
    { target: planTarget(29, period), judge: judgeAmount },
    { target: planTarget(44, period), judge: judgeAmount },
    { target: planTarget(52, period), judge: judgeMilestone },
    { target: planTarget(34, { ...period, limit: '2' }), judge: judgeRate },
  );
  const asOf = fc.integer({ min: 0, max: 300 }).map((n) => addDays('2025-01-10', n));
  fc.assert(
    fc.property(cases, fc.array(anyFigure, { maxLength: 5 }), asOf, ({ target, judge }, list, on) => {
      const at = (day: string) => judge(target, input(list), day);
      expect(at(on).certainSince).toBe(certainByBruteForce(at, '2025-01-01', on));
    }),
    { numRuns: 120 },
  );
});
