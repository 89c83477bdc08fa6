import { describe, expect, test } from '@jest/globals';
import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { day, daysOf, input, type Kind } from './days.fixture.js';
import { judgeDayCount, judgeDayShare, type DaysInput } from './judgeDays.js';
import { planTarget } from './targets.fixture.js';

type Day = DaysInput['days'][number];
const share = (days: readonly Day[], asOf: string, target: Target = planTarget(21)) =>
  judgeDayShare(target, input(days), asOf);
const heavy = (days: readonly Day[], asOf: string, target: Target = planTarget(28)) =>
  judgeDayCount(target, input(days), asOf);

test('the days of this test are what they are called', () => {
  const index = (kind: Kind) => day('2025-01-01', kind).report;
  expect(index('good')?.good).toBe(true);
  expect(index('bad')).toMatchObject({ good: false, heavy: false, primary: ['pm25'] });
  expect(index('heavy')).toMatchObject({ aqi: 201, heavy: true });
  expect(index('dust-tie')).toMatchObject({ aqi: 300, primary: ['o3', 'pm10'] });
  expect(index('na')).toMatchObject({ aqi: null, calculated: 45 });
});

describe('share of good days, the year over', () => {
  test.each([
    ['312 of 365 are 85.479 %, 85.5 % at the precision of the target', 312, 53, 'met', '85.5', '0'],
    ['311 of 365 are 85.2 %', 311, 54, 'missed', '85.2', '-0.3'],
    ['every day good', 365, 0, 'met', '100.0', '14.5'],
    ['no day good', 0, 365, 'missed', '0.0', '-85.5'],
  ])('%s', (_, good, bad, verdict, value, distance) => {
    expect(share(daysOf(2025, [good, 'good'], [bad, 'bad']), '2025-12-31')).toMatchObject({
      verdict,
      value,
      distance,
      used: 365,
      missing: 0,
      inputs: ['hourly'],
      notes: [],
    });
  });

  test('a true tie goes to the even neighbour: 1709 of 2000 are 85.45 %, 85.4 % and missed', () => {
    const target = planTarget(21, { periodStart: '2020-07-01', due: '2025-12-21' });
    const dates = daysInRange('2020-07-01', '2025-12-22');
    expect(dates).toHaveLength(2000);
    const days = dates.map((date, index) => day(date, index < 1709 ? 'good' : 'bad'));
    expect(share(days, '2025-12-31', target)).toMatchObject({
      verdict: 'missed',
      value: '85.4',
      valueUnrounded: '85.45',
    });
  });

  test.each([
    ['324 valid days suffice', 324, 'met'],
    ['323 do not', 323, 'insufficient-data'],
  ])('%s', (_, valid, verdict) => {
    const judged = share(daysOf(2025, [valid, 'good']), '2025-12-31');
    expect(judged).toMatchObject({ verdict, used: valid, missing: 365 - valid });
    expect(judged.notes).toHaveLength(verdict === 'met' ? 0 : 1);
  });

  test('a day whose index is NA is no valid day: neither good nor in the denominator', () => {
    expect(share(daysOf(2025, [300, 'good'], [30, 'bad'], [35, 'na']), '2025-12-31')).toMatchObject({
      verdict: 'met',
      value: '90.9',
      used: 330,
      missing: 35,
    });
  });

  test.each([
    ['no day', daysOf(2025, [0, 'good'])],
    ['only NA', daysOf(2025, [365, 'na'])],
    ['only days of the next year', daysOf(2026, [100, 'good'])],
  ])('%s: not reported', (_, days) => {
    expect(share(days, '2025-12-31')).toMatchObject({ verdict: 'not-reported', value: null, missing: 365 });
  });
});

describe('share of good days, the year running', () => {
  test.each([
    // At least 312 of 365 keep 85.5 %: 53 bad days are allowed.
    [
      'as good as the target so far',
      [
        [240, 'good'],
        [33, 'bad'],
      ],
      'on-track',
      '还可超标 20 天',
    ],
    [
      'below it, but with bad days left',
      [
        [225, 'good'],
        [48, 'bad'],
      ],
      'at-risk',
      '还可超标 5 天',
    ],
    [
      'the last allowed bad day',
      [
        [220, 'good'],
        [53, 'bad'],
      ],
      'at-risk',
      '还可超标 0 天',
    ],
    [
      'one more: even good days to the end do not help',
      [
        [219, 'good'],
        [54, 'bad'],
      ],
      'lost',
      '已超出 1 天',
    ],
  ] as const)('%s', (_, runs, verdict, budget) => {
    const judged = share(daysOf(2025, ...runs), '2025-09-30');
    expect(judged.verdict).toBe(verdict);
    expect(judged.allowed?.words.zh).toContain(`全年最多可超标 53 天，${budget}`);
  });

  test.each([
    ['312 good days and 324 in all: nothing can change it', 312, 12, 'secured'],
    ['311 good days: bad ones to the end would', 311, 13, 'on-track'],
    ['312 good days, but 323 in all: the year might stay invalid', 312, 11, 'on-track'],
  ])('%s', (_, good, bad, verdict) => {
    expect(share(daysOf(2025, [good, 'good'], [bad, 'bad']), '2025-11-25').verdict).toBe(verdict);
  });

  test('days not reported so far may still be good: not lost, but the year cannot suffice', () => {
    expect(share(daysOf(2025, [50, 'good'], [42, 'none'], [20, 'bad']), '2025-09-30').verdict).toBe(
      'insufficient-data',
    );
    expect(share(daysOf(2025, [50, 'good'], [60, 'bad']), '2025-09-30').verdict).toBe('lost');
  });

  test.each([
    ['good', 'on-track'],
    ['bad', 'at-risk'],
    ['heavy', 'at-risk'],
  ] as const)('2024, all days %s, is progress: %s', (kind, verdict) => {
    const judged = share(daysOf(2024, [366, kind]), '2024-12-31');
    expect(judged.verdict).toBe(verdict);
    expect(judged.notes[0]?.zh).toContain('2024 年的进展');
    expect(judged.reason.zh).not.toContain('全年最多');
  });
});

describe('the two ledgers of the share', () => {
  const year = daysOf(2025, [290, 'good'], [40, 'bad'], [20, 'dust-bad'], [10, 'dust-tie'], [5, 'dust-good']);

  test('with dust every bad day counts; without, dust days with particles alone leave both sides', () => {
    // With: 295 of 365. Without: 295 of 345; the tie with O3 stays a bad day, the good dust day a good one.
    expect(share(year, '2025-12-31')).toMatchObject({
      verdict: 'missed',
      value: '80.8',
      otherLedgerValue: '85.5',
    });
    expect(share(year, '2025-12-31', planTarget(21, { ledger: 'without-dust' }))).toMatchObject({
      verdict: 'met',
      value: '85.5',
      otherLedgerValue: '80.8',
      used: 365,
      missing: 0,
    });
  });

  test('a removed day does not come back as a day left', () => {
    const target = planTarget(21, { ledger: 'without-dust' });
    // 265 days can count in all, of which 39 are bad so far; the 100 removed ones are no days left.
    const days = daysOf(2025, [100, 'dust-bad'], [225, 'good'], [40, 'bad']);
    expect(share(days, '2025-12-30', target).allowed?.words.zh).toContain(
      '全年最多可超标 38 天，已超出 1 天',
    );
    expect(share(days, '2025-12-30', target).verdict).toBe('lost');
  });
});

describe('heavily polluted days', () => {
  test.each([
    ['none in a full year', [[365, 'good']], 'met', '0', '0', '0'],
    [
      'one',
      [
        [364, 'good'],
        [1, 'heavy'],
      ],
      'missed',
      '1',
      '-1',
      '1',
    ],
    [
      'dust days leave the count',
      [
        [360, 'good'],
        [5, 'dust-heavy'],
      ],
      'met',
      '0',
      '0',
      '5',
    ],
    [
      'a dust day tied with O3 stays',
      [
        [364, 'good'],
        [1, 'dust-tie'],
      ],
      'missed',
      '1',
      '-1',
      '1',
    ],
    [
      'AQI 200 is not heavy',
      [
        [364, 'good'],
        [1, 'bad'],
      ],
      'met',
      '0',
      '0',
      '0',
    ],
    [
      'one heavy day is a breach whatever is missing',
      [
        [10, 'good'],
        [1, 'heavy'],
      ],
      'missed',
      '1',
      '-1',
      '1',
    ],
    ['without one, 323 days prove nothing', [[323, 'good']], 'insufficient-data', '0', '0', '0'],
    ['324 do', [[324, 'good']], 'met', '0', '0', '0'],
  ] as const)('year over: %s', (_, runs, verdict, value, distance, other) => {
    expect(heavy(daysOf(2025, ...runs), '2025-12-31')).toMatchObject({
      verdict,
      value,
      distance: new Decimal(distance).toString(),
      otherLedgerValue: other,
    });
  });

  test('the removed days are listed with their index, the heavy ones by date, too few days noted', () => {
    const judged = heavy(daysOf(2025, [1, 'dust-heavy'], [1, 'heavy'], [1, 'dust-bad']), '2025-12-31');
    const notes = judged.notes.map(({ zh }) => zh).join('\n');
    expect(notes).toContain('因沙尘扣除的重污染日：2025-01-01（AQI 400）');
    expect(notes).not.toContain('2025-01-03');
    expect(notes).toContain('至少需要 324 天');
    expect(judged.reason.zh).toContain('重污染 1 天（2025-01-02）');
    expect(judged.reason.zh).toContain('另有 1 天因沙尘扣除');
  });

  test('judged with dust, nothing is removed', () => {
    const target = planTarget(28, { ledger: 'with-dust' });
    const judged = heavy(daysOf(2025, [364, 'good'], [1, 'dust-heavy']), '2025-12-31', target);
    expect(judged).toMatchObject({ verdict: 'missed', value: '1', otherLedgerValue: '0', notes: [] });
  });

  test('only removed days: reported, and none heavy', () => {
    const judged = heavy(daysOf(2025, [30, 'dust-heavy']), '2025-01-30');
    expect(judged).toMatchObject({ verdict: 'on-track', value: '0', used: 30 });
  });

  test.each([
    ['within the limit', [[273, 'good']], 'on-track'],
    [
      'a heavy day cannot be undone',
      [
        [272, 'good'],
        [1, 'heavy'],
      ],
      'lost',
    ],
    ['with 73 days without an index 324 are out of reach', [[200, 'good']], 'insufficient-data'],
    [
      'a heavy day among few',
      [
        [20, 'good'],
        [1, 'heavy'],
      ],
      'lost',
    ],
  ] as const)('year running: %s', (_, runs, verdict) => {
    expect(heavy(daysOf(2025, ...runs), '2025-09-30').verdict).toBe(verdict);
  });

  test.each([
    ['good', 'on-track'],
    ['heavy', 'at-risk'],
  ] as const)('2024, all days %s, is progress: %s', (kind, verdict) => {
    expect(heavy(daysOf(2024, [182, kind]), '2024-06-30').verdict).toBe(verdict);
  });

  test('a limit of two days allows two', () => {
    const target = planTarget(28, { comparison: '<=', limit: '2' });
    expect(heavy(daysOf(2025, [363, 'good'], [2, 'heavy']), '2025-12-31', target).verdict).toBe('met');
    expect(heavy(daysOf(2025, [362, 'good'], [3, 'heavy']), '2025-12-31', target).verdict).toBe('missed');
  });
});

test('no day at all is not a year without heavy days', () => {
  expect(heavy([], '2025-12-31')).toMatchObject({ verdict: 'not-reported', value: null });
  expect(heavy(daysOf(2025, [200, 'na']), '2025-12-31').verdict).toBe('not-reported');
});
