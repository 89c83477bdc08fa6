import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays } from '../domain/calendar.js';
import type { Target } from '../domain/target.js';
import { dustRule, limits2012 } from '../statistics/standards.fixture.js';
import { day, daysOf, input, type Kind } from './days.fixture.js';
import { badDaysAllowed } from './daysOutlook.js';
import { judgeDayCount, judgeDayShare, type DaysInput } from './judgeDays.js';
import { certainByBruteForce } from './outlook.fixture.js';
import { projectionDefaults } from './projectionSettings.js';
import { planTarget } from './targets.fixture.js';

type Day = DaysInput['days'][number];
const share21 = planTarget(21);
const heavy28 = planTarget(28);
const withEarlier = (days: readonly Day[], earlier: readonly Day[]): DaysInput => ({
  ...input(days),
  earlier: { days: earlier, goodUpTo: 100, heavyAbove: 200 },
});
const share = (days: readonly Day[], asOf: string, earlier: readonly Day[] = [], target: Target = share21) =>
  judgeDayShare(target, withEarlier(days, earlier), asOf);
const heavy = (days: readonly Day[], asOf: string, earlier: readonly Day[] = [], target: Target = heavy28) =>
  judgeDayCount(target, withEarlier(days, earlier), asOf);

describe('同比', () => {
  test('the share in percentage points, and relative to the year before', () => {
    const now = daysOf(2025, [240, 'good'], [33, 'bad']);
    const before = daysOf(2024, [220, 'good'], [54, 'bad'], [92, 'heavy']);
    // 240 ÷ 273 = 87.912 %, 220 ÷ 274 = 80.292 %.
    expect(share(now, '2025-09-30', before).yearOnYear).toMatchObject({
      from: '2024-01-01',
      through: '2024-09-30',
      value: '80.3',
      used: 274,
      missing: 0,
      valid: true,
      difference: '7.6',
      changePercent: '9.5',
      reason: null,
    });
  });

  test('in the ledger of the target, heavy days as whole numbers; from none there is no percent', () => {
    const now = daysOf(2025, [270, 'good'], [3, 'heavy']);
    const before = daysOf(2024, [272, 'good'], [1, 'heavy'], [1, 'dust-heavy']);
    expect(heavy(now, '2025-09-30', before).yearOnYear).toMatchObject({
      value: '1',
      difference: '2',
      changePercent: '200',
    });
    const withDust = planTarget(28, { ledger: 'with-dust' });
    expect(heavy(now, '2025-09-30', before, withDust).yearOnYear).toMatchObject({
      value: '2',
      difference: '1',
    });
    expect(heavy(now, '2025-09-30', daysOf(2024, [274, 'good'])).yearOnYear).toMatchObject({
      value: '0',
      difference: '3',
      changePercent: null,
      reason: null,
    });
  });

  test('needs its share of index days: 244 of 274, not 243', () => {
    // 274 × 324 ÷ 365 = 243.2
    const now = daysOf(2025, [273, 'good']);
    expect(share(now, '2025-09-30', daysOf(2024, [244, 'good'])).yearOnYear).toMatchObject({
      valid: true,
      missing: 30,
    });
    const short = share(now, '2025-09-30', daysOf(2024, [243, 'good'])).yearOnYear;
    expect(short).toMatchObject({ valid: false, value: '100.0', difference: null });
    expect(short?.reason?.zh).toContain('上年同期有效 243 天，比较至少需要 244 天');
    expect(share(now, '2025-09-30').yearOnYear?.reason?.zh).toBe('上年同期没有数据');
    expect(heavy(now, '2025-09-30', daysOf(2024, [243, 'na'])).yearOnYear?.reason?.zh).toBe(
      '上年同期没有数据',
    );
    expect(share([], '2025-09-30', daysOf(2024, [274, 'good'])).yearOnYear?.reason?.zh).toBe('本期没有数据');
  });
});

describe('bad days left', () => {
  test.each([
    [365, 53],
    [366, 53],
    [0, 0],
    [1, 0],
    // 6 of 7 are 85.7 %, 5 are 71.4 %.
    [7, 1],
    [6, 0],
  ])('of %d days %d may be bad', (total, allowed) => {
    expect(badDaysAllowed(share21, total)).toBe(allowed);
  });

  test('a share of nothing may be wholly bad', () => {
    expect(badDaysAllowed(planTarget(21, { limit: '0' }), 10)).toBe(10);
  });

  test('missing days that stay missing leave the denominator', () => {
    const judged = share(daysOf(2025, [200, 'good'], [30, 'bad'], [43, 'none']), '2025-09-30');
    // 322 days can still count at most without the missing: 46 of them bad (85.7 %), 47 are 85.4 %.
    expect(judged.allowed).toMatchObject({
      kind: 'bad-days',
      inAll: 53,
      soFar: 30,
      left: 23,
      leftIfMissingStay: 16,
      daysToCome: 92,
    });
    expect(judged.allowed?.words.zh).toBe(
      '全年最多可超标 53 天，还可超标 23 天；缺测的 43 天若不再补报，还可超标 16 天',
    );
    expect(judged.allowed?.words.en).toContain('16 if the 43 missing days stay missing');
    expect(share(daysOf(2025, [365, 'good']), '2025-12-31').allowed).toBeNull();
  });

  test('none missing: nothing is said of missing days', () => {
    const { allowed } = share(daysOf(2025, [240, 'good'], [33, 'bad']), '2025-09-30');
    expect(allowed).toMatchObject({ left: 20, leftIfMissingStay: 20 });
    expect(allowed?.words.zh).toBe('全年最多可超标 53 天，还可超标 20 天');
  });

  test('heavy days: what the limit leaves', () => {
    const limit2 = planTarget(28, { comparison: '<=', limit: '2' });
    const at = (count: number) =>
      heavy(daysOf(2025, [count, 'heavy'], [50, 'good']), '2025-09-30', [], limit2);
    expect(at(1).allowed).toMatchObject({
      inAll: 2,
      soFar: 1,
      left: 1,
      leftIfMissingStay: 1,
      daysToCome: 92,
    });
    expect(at(1).allowed?.words.zh).toBe('还可出现重污染 1 天');
    expect(at(2).allowed?.words.zh).toBe('还可出现重污染 0 天');
    expect(at(3).allowed?.words.zh).toBe('重污染已超出 1 天');
    expect(heavy(daysOf(2025, [365, 'good']), '2025-12-31').allowed).toBeNull();
    expect(heavy([], '2025-09-30').allowed).toMatchObject({ left: 0 });
  });
});

describe('since when it is certain', () => {
  test('secured on the 312th good day once 324 days suffice; lost on the 54th bad day', () => {
    const good = daysOf(2025, [12, 'bad'], [353, 'good']);
    expect(share(good, '2025-11-19')).toMatchObject({ verdict: 'on-track', certainSince: null });
    expect(share(good, '2025-11-20')).toMatchObject({ verdict: 'secured', certainSince: '2025-11-20' });
    expect(share(good, '2026-03-01')).toMatchObject({ verdict: 'met', certainSince: '2025-11-20' });
    const bad = daysOf(2025, [53, 'bad'], [10, 'good'], [302, 'bad']);
    expect(share(bad, '2025-03-04').certainSince).toBeNull();
    expect(share(bad, '2025-03-05')).toMatchObject({ verdict: 'lost', certainSince: '2025-03-05' });
    expect(share(bad, '2025-12-31')).toMatchObject({ verdict: 'missed', certainSince: '2025-03-05' });
  });

  test('heavy days: the day that is one too many; kept only at the end', () => {
    const days = daysOf(2025, [100, 'good'], [1, 'heavy'], [100, 'good'], [1, 'heavy'], [163, 'good']);
    expect(heavy(days, '2025-12-31')).toMatchObject({ verdict: 'missed', certainSince: '2025-04-11' });
    const limit1 = planTarget(28, { comparison: '<=', limit: '1' });
    expect(heavy(days, '2025-12-31', [], limit1).certainSince).toBe('2025-07-21');
    expect(heavy(days, '2025-07-20', [], limit1).certainSince).toBeNull();
    expect(heavy(daysOf(2025, [365, 'good']), '2026-06-30').certainSince).toBe('2025-12-31');
    expect(heavy(daysOf(2025, [100, 'good']), '2026-06-30').certainSince).toBeNull();
    expect(heavy(daysOf(2024, [366, 'heavy']), '2024-12-31').certainSince).toBeNull();
  });

  test('equals judging every day, in both ledgers', () => {
    const kind = fc.constantFrom<Kind | 'none'>(
      'good',
      'good',
      'bad',
      'heavy',
      'dust-bad',
      'dust-heavy',
      'na',
      'none',
    );
    const runs = fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), kind), { minLength: 1, maxLength: 12 });
    const period = { periodStart: '2025-01-01', due: '2025-02-28' };
    const asOf = fc.integer({ min: -3, max: 64 }).map((n) => addDays('2025-01-01', n));
    const cases = (['with-dust', 'without-dust'] as const).flatMap((ledger) => [
      { judge: judgeDayShare, target: planTarget(21, { ...period, ledger }) },
      { judge: judgeDayCount, target: planTarget(28, { ...period, ledger }) },
      { judge: judgeDayCount, target: planTarget(28, { ...period, ledger, comparison: '<=', limit: '3' }) },
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...cases), runs, asOf, ({ judge, target }, list, on) => {
        const days = input(daysOf(2025, ...list));
        const at = (date: string) => judge(target, days, date);
        expect(at(on).certainSince).toBe(certainByBruteForce(at, '2024-12-20', on));
      }),
      { numRuns: 150 },
    );
  });
});

describe('projection', () => {
  const autumn = (year: number, bad: number, kind: Kind = 'bad') =>
    daysOf(year, [365 - bad, 'good'], [bad, kind]);

  test('bad days to come as in the same window of the year before', () => {
    const now = daysOf(2025, [240, 'good'], [33, 'bad']);
    const mild = share(now, '2025-09-30', autumn(2024, 0));
    expect(mild.projection).toMatchObject({ method: 'same-window-bootstrap', years: [2024], low: null });
    // The index of this year is above that of a year before without a bad day, and shifts it.
    expect(Number(mild.projection!.value)).toBeGreaterThan(85);
    const harsh = share(daysOf(2025, [273, 'good']), '2025-09-30', autumn(2024, 92));
    // 273 good days of 365: 74.79 %.
    expect(harsh).toMatchObject({ verdict: 'at-risk', projection: { value: '74.79' } });
  });

  test('several years: interval and share kept; without history the share so far, and it says so', () => {
    const years = [2022, 2023, 2024].flatMap((year, index) => autumn(year, 20 * index));
    const judged = share(daysOf(2025, [250, 'good'], [23, 'bad']), '2025-09-30', years);
    expect(judged.projection).toMatchObject({ years: [2022, 2023, 2024], level: 80 });
    const { low, value, high } = judged.projection!;
    expect(Number(low)).toBeLessThan(Number(value));
    expect(Number(value)).toBeLessThan(Number(high));
    const none = share(daysOf(2025, [250, 'good'], [23, 'bad']), '2025-09-30');
    expect(none.projection).toMatchObject({ method: 'so-far', value: '91.6', low: null, keptPercent: null });
    expect(none.projection?.words.zh).toContain('没有往年');
    expect(share(daysOf(2025, [365, 'good']), '2025-12-31').projection).toBeNull();
  });

  test('three quarters of the window are enough, less is not', () => {
    const now = daysOf(2025, [273, 'good']);
    const from = (count: number) =>
      autumn(2024, 0)
        .filter((one) => one.day >= '2024-10-01')
        .slice(0, count);
    expect(share(now, '2025-09-30', from(69)).projection?.method).toBe('same-window-bootstrap');
    expect(share(now, '2025-09-30', from(68)).projection?.method).toBe('so-far');
  });

  test('heavy days to come make a target at risk that is kept so far', () => {
    const now = daysOf(2025, [273, 'good']);
    const bad = heavy(now, '2025-09-30', autumn(2024, 5, 'heavy'));
    expect(bad).toMatchObject({ verdict: 'at-risk', value: '0', projection: { low: null } });
    expect(['4', '5', '6']).toContain(bad.projection!.value);
    expect(heavy(now, '2025-09-30', autumn(2024, 0))).toMatchObject({
      verdict: 'on-track',
      projection: { value: '0' },
    });
    // Dust days leave the count of the ledger that the plan's words choose.
    expect(heavy(now, '2025-09-30', autumn(2024, 5, 'dust-heavy'))).toMatchObject({
      verdict: 'on-track',
      projection: { value: '0' },
    });
    const withDust = planTarget(28, { ledger: 'with-dust' });
    expect(heavy(now, '2025-09-30', autumn(2024, 5, 'dust-heavy'), withDust).verdict).toBe('at-risk');
  });

  test('settings are arguments: a share of draws that is asked for', () => {
    const years = [...autumn(2022, 0), ...autumn(2023, 0), ...autumn(2024, 1, 'heavy')];
    const judge = (minimumKeptShare: number) =>
      judgeDayCount(
        heavy28,
        {
          days: daysOf(2025, [273, 'good']),
          earlier: { days: years, goodUpTo: 100, heavyAbove: 200 },
          limits: limits2012,
          dust: dustRule,
          standards: [],
          projection: { ...projectionDefaults, minimumKeptShare },
        },
        '2025-09-30',
      ).verdict;
    expect(judge(0.5)).toBe('on-track');
    expect(judge(0.95)).toBe('at-risk');
  });
});

test('AQI 200 is bad and not heavy, 201 is heavy; of dust days only those with particles alone leave', () => {
  expect(day('2025-01-01', 'heavy').report?.aqi).toBe(201);
  expect(heavy(daysOf(2025, [1, 'heavy'], [364, 'good']), '2025-12-31').value).toBe('1');
  expect(heavy(daysOf(2025, [1, 'dust-tie'], [364, 'good']), '2025-12-31').value).toBe('1');
  expect(heavy(daysOf(2025, [1, 'dust-heavy'], [364, 'good']), '2025-12-31')).toMatchObject({
    value: '0',
    otherLedgerValue: '1',
    used: 365,
  });
});
