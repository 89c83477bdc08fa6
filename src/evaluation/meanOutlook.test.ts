import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { limits2012 } from '../statistics/standards.fixture.js';
import { judgeAnnualMean, type JudgedDay } from './judgeAnnualMean.js';
import { certainByBruteForce } from './outlook.fixture.js';
import { projectionDefaults, type ProjectionSettings } from './projectionSettings.js';
import { planTarget } from './targets.fixture.js';

type Value = (day: string) => number | string | null;

function days(from: string, to: string, value: Value): JudgedDay[] {
  return daysInRange(from, to).map((day): JudgedDay => {
    const given = value(day);
    const judged = given === null ? null : new Decimal(given);
    return { day, judged, other: null, basis: 'hourly' };
  });
}

function judge(
  target: Target,
  list: readonly JudgedDay[],
  asOf: string,
  projection?: ProjectionSettings,
  dailyDecimals: number | null = null,
) {
  const input = { days: list, limits: limits2012, dailyDecimals, standards: [] };
  return judgeAnnualMean(target, projection === undefined ? input : { ...input, projection }, asOf);
}

const pm10 = planTarget(20);
const two = (before: Value, now: Value, until = '2025-10-01') => [
  ...days('2024-01-01', '2025-01-01', before),
  ...days('2025-01-01', until, now),
];

describe('同比', () => {
  test('difference and percent from unrounded figures, rounded for display only', () => {
    expect(
      judge(
        pm10,
        two(
          () => 64,
          () => '70.4',
        ),
        '2025-09-30',
      ).yearOnYear,
    ).toEqual({
      from: '2024-01-01',
      through: '2024-09-30',
      value: '64.0',
      valueUnrounded: '64',
      used: 274,
      missing: 0,
      valid: true,
      difference: '6.4',
      differenceUnrounded: '6.4',
      changePercent: '10',
      keeping: null,
      reason: null,
    });
    // 70.44 − 64.45 = 5.99; the printed 70.4 − 64.4 would be 6.0, 9.3 %.
    expect(
      judge(
        pm10,
        two(
          () => '64.45',
          () => '70.44',
        ),
        '2025-09-30',
      ).yearOnYear,
    ).toMatchObject({
      value: '64.4',
      difference: '6',
      differenceUnrounded: '5.99',
      changePercent: '9.3',
    });
  });

  test('days after the same calendar day of the year before take no part', () => {
    const list = two(
      (day) => (day <= '2024-06-30' ? 50 : 500),
      () => 60,
    );
    expect(judge(pm10, list, '2025-06-30').yearOnYear).toMatchObject({
      value: '50.0',
      through: '2024-06-30',
    });
    expect(judge(pm10, list, '2025-07-01').yearOnYear).toMatchObject({ through: '2024-07-01', used: 183 });
  });

  test('the end of February compares with the end of February; 02-28 of a leap year does not', () => {
    const leap = planTarget(2, { periodStart: '2024-01-01', due: '2024-12-31' });
    const list = [
      ...days('2023-01-01', '2024-01-01', () => 60),
      ...days('2024-01-01', '2025-01-01', () => 60),
    ];
    expect(judge(leap, list, '2024-02-28').yearOnYear).toMatchObject({ through: '2023-02-28', used: 59 });
    expect(judge(leap, list, '2024-02-29').yearOnYear).toMatchObject({ through: '2023-02-28', used: 59 });
    expect(judge(leap, list, '2024-12-31').yearOnYear).toMatchObject({ through: '2023-12-31', used: 365 });
    expect(
      judge(
        pm10,
        two(
          () => 60,
          () => 60,
        ),
        '2025-02-28',
      ).yearOnYear,
    ).toMatchObject({
      through: '2024-02-29',
      used: 60,
    });
    expect(
      judge(
        pm10,
        two(
          () => 60,
          () => 60,
        ),
        '2025-02-27',
      ).yearOnYear,
    ).toMatchObject({
      through: '2024-02-27',
      used: 58,
    });
  });

  test.each([
    ['no data', () => null, null, '没有数据'],
    [
      'a short month',
      (day: string) => (day.startsWith('2024-03') && day > '2024-03-26' ? null : 60),
      '60.0',
      '有效',
    ],
  ])('%s a year before: no difference, and why', (_, before: Value, value, reason) => {
    const judged = judge(
      pm10,
      two(before, () => 60),
      '2025-09-30',
    ).yearOnYear!;
    expect(judged).toMatchObject({ value, valid: false, difference: null, changePercent: null });
    expect(judged.reason?.zh).toContain(reason);
  });

  test('an elapsed part of a month needs its share of days: 52 of 58, not 51', () => {
    // 58 days × 324 ÷ 365 = 51.48: 52 days.
    const lacking =
      (count: number): Value =>
      (day) =>
        day >= '2024-02-01' && day < addDays('2024-02-01', count) ? null : 60;
    const at = (count: number) =>
      judge(
        pm10,
        two(lacking(count), () => 60),
        '2025-02-27',
      ).yearOnYear;
    expect(at(6)).toMatchObject({ used: 52, missing: 6, valid: true, reason: null });
    expect(at(7)).toMatchObject({ used: 51, missing: 7, valid: false });
  });

  test('a year before of zero has no percent; this year without data has no difference', () => {
    expect(
      judge(
        pm10,
        two(
          () => 0,
          () => 60,
        ),
        '2025-09-30',
      ).yearOnYear,
    ).toMatchObject({
      difference: '60',
      changePercent: null,
      reason: null,
    });
    const none = judge(
      pm10,
      two(
        () => 60,
        () => null,
      ),
      '2025-09-30',
    );
    expect(none.verdict).toBe('not-reported');
    expect(none.yearOnYear).toMatchObject({ value: '60.0', difference: null });
    expect(none.yearOnYear?.reason?.zh).toContain('本期没有数据');
    expect(none.allowed).toMatchObject({ kind: 'mean', remaining: '68.3', days: 365, daysToCome: 92 });
  });
});

describe('what the days left may average', () => {
  test('(T·N − Σ) ÷ (N − n), and with missing days staying missing', () => {
    const list = days('2025-01-01', '2025-10-01', (day) => (day < '2025-01-04' ? null : 70));
    // (68.3 × 365 − 70 × 270) ÷ 95 = 63.468…; (68.3 × 362 − 18900) ÷ 92 = 63.310…
    expect(judge(pm10, list, '2025-09-30').allowed).toMatchObject({
      kind: 'mean',
      remaining: '63.47',
      days: 95,
      daysToCome: 92,
      remainingIfMissingStay: '63.31',
    });
  });

  test('the last day left, and none', () => {
    const list = days('2025-01-01', '2026-01-01', () => 68);
    // 68.3 × 365 − 68 × 364 = 177.5
    expect(judge(pm10, list, '2025-12-30').allowed).toMatchObject({
      remaining: '177.5',
      days: 1,
      daysToCome: 1,
    });
    expect(judge(pm10, list, '2025-12-31').allowed).toBeNull();
    const before = planTarget(20);
    const whole = days('2024-01-01', '2025-01-01', () => 60);
    expect(judge(before, whole, '2024-12-31').allowed).toMatchObject({
      remaining: null,
      remainingUnrounded: null,
      remainingIfMissingStay: null,
      days: 0,
      words: { zh: '没有余下的日期' },
    });
  });
});

describe('since when it is certain', () => {
  const since = (list: readonly JudgedDay[], asOf: string, decimals: number | null = null) =>
    judge(pm10, list, asOf, undefined, decimals).certainSince;

  test('lost on the very day, met and missed at the end on the due date', () => {
    const bad = days('2025-01-01', '2026-01-01', () => 100);
    // 100 n ÷ 365 ≥ 68.35 from n = 250 on (68.49): 2025-09-07.
    expect(judge(pm10, bad, '2025-09-06')).toMatchObject({ verdict: 'at-risk', certainSince: null });
    expect(judge(pm10, bad, '2025-09-07')).toMatchObject({ verdict: 'lost', certainSince: '2025-09-07' });
    expect(judge(pm10, bad, '2026-05-01')).toMatchObject({ verdict: 'missed', certainSince: '2025-09-07' });
    expect(
      since(
        days('2025-01-01', '2026-01-01', () => 60),
        '2026-05-01',
      ),
    ).toBe('2025-12-31');
    const late = days('2025-01-01', '2026-01-01', (day) => (day === '2025-12-31' ? '1000' : 67));
    expect(judge(pm10, late, '2026-01-01')).toMatchObject({ verdict: 'missed', certainSince: '2025-12-31' });
  });

  test('daily values are rounded first where the setting asks for it', () => {
    // 99.5 rounds to 100: with rounding a day earlier than without (251 days).
    const list = days('2025-01-01', '2026-01-01', () => '99.5');
    expect(since(list, '2025-12-30', 0)).toBe('2025-09-07');
    expect(since(list, '2025-12-30')).toBe('2025-09-08');
  });

  test('no verdict that is open has a day', () => {
    expect(
      since(
        days('2024-01-01', '2025-01-01', () => 900),
        '2024-12-31',
      ),
    ).toBeNull();
    expect(
      since(
        days('2025-01-01', '2025-07-01', () => 60),
        '2025-12-31',
      ),
    ).toBeNull();
  });

  test('equals judging every day, with gaps and negative drift', () => {
    const value = fc.option(fc.integer({ min: -20, max: 260 }), { nil: null, freq: 20 });
    const short = planTarget(20, { periodStart: '2025-02-01', due: '2025-03-31' });
    const asOf = fc.integer({ min: 0, max: 70 }).map((n) => addDays('2025-01-25', n));
    fc.assert(
      fc.property(fc.array(value, { minLength: 59, maxLength: 59 }), asOf, (list, on) => {
        const all = days(
          '2025-02-01',
          '2025-04-01',
          (day) => list[daysInRange('2025-02-01', day).length] ?? null,
        );
        const at = (day: string) => judge(short, all, day);
        expect(at(on).certainSince).toBe(certainByBruteForce(at, '2025-01-20', on));
      }),
      { numRuns: 60 },
    );
  });
});

describe('projection', () => {
  const season: Value = (day) => (day.slice(5) >= '10-01' ? 90 : 60);

  test('all earlier years given take part; the level of this year shifts them', () => {
    const years = [2021, 2022, 2023, 2024].flatMap((year) =>
      days(`${year}-01-01`, `${year + 1}-01-01`, season),
    );
    const judged = judge(pm10, [...years, ...days('2025-01-01', '2025-10-01', () => 66)], '2025-09-30');
    // 66 ÷ 60 = 1.1 to the power 273 ÷ 303, times 90 = 98.0…; (66 × 273 + 98.07… × 92) ÷ 365
    const left = 90 * 1.1 ** (273 / 303);
    const expected = ((66 * 273 + left * 92) / 365).toFixed(2);
    expect(judged.projection).toMatchObject({
      method: 'same-window-bootstrap',
      years: [2021, 2022, 2023, 2024],
      value: expected,
      low: expected,
      high: expected,
      level: 80,
      keptPercent: 0,
    });
    expect(judged.verdict).toBe('at-risk');
    expect(judged.projection?.words.zh).toContain('余下日期按 2021、2022、2023、2024 年同期浓度推算');
  });

  test('years that differ make an interval, the middle between, the share kept that of the years', () => {
    const years = [50, 60, 70, 80].flatMap((level, index) =>
      days(`${2021 + index}-10-01`, `${2022 + index}-01-01`, () => level),
    );
    const list = [...years, ...days('2025-01-01', '2025-10-01', () => 69)];
    const { projection, verdict } = judge(pm10, list, '2025-09-30');
    // Σ = 69 × 273; draws 65 ± √(5/3) × 15 or 5: four values, each a quarter of the draws.
    expect(projection!.years).toEqual([2021, 2022, 2023, 2024]);
    expect(Number(projection!.low)).toBeLessThan(64);
    expect(Number(projection!.high)).toBeGreaterThan(71);
    expect(projection!.keptPercent).toBeGreaterThan(40);
    expect(projection!.keptPercent).toBeLessThan(60);
    expect(verdict).toBe('at-risk');
    const lenient = { ...projectionDefaults, minimumKeptShare: 0.2 };
    const other = judge(planTarget(20, { limit: '68.9' }), list, '2025-09-30', lenient);
    expect(other.verdict).toBe(Number(other.projection!.value) <= 68.94 ? 'on-track' : 'at-risk');
  });

  test('one earlier year gives a middle, no interval; none says so', () => {
    const one = judge(
      pm10,
      [...days('2024-10-01', '2025-01-01', () => 60), ...days('2025-01-01', '2025-10-01', () => 69)],
      '2025-09-30',
    );
    expect(one.projection).toMatchObject({
      years: [2024],
      value: '66.73',
      low: null,
      high: null,
      keptPercent: null,
    });
    expect(one.projection?.words.zh).toContain('往年不足，不给出区间');
    const none = judge(
      pm10,
      days('2025-01-01', '2025-10-01', () => 69),
      '2025-09-30',
    );
    expect(none.projection).toMatchObject({
      method: 'so-far',
      years: [],
      value: '69',
      low: null,
      keptPercent: null,
    });
    expect(none.projection?.words.zh).toContain('没有往年数据');
  });

  test('what is stored for days after the day asked for is never drawn', () => {
    const history = days('2023-01-01', '2025-01-01', () => 60);
    const so = [...history, ...days('2025-01-01', '2025-04-01', () => 60)];
    const later = [...so, ...days('2025-04-01', '2026-01-01', () => 999)];
    expect(judge(pm10, later, '2025-03-31').projection).toEqual(judge(pm10, so, '2025-03-31').projection);
  });

  test('the same day and target give the same figures, another day others; a period that is over none', () => {
    const noisy: Value = (day) => 50 + ((Number(day.slice(8)) * 37 + Number(day.slice(0, 4)) * 11) % 41);
    const list = days('2021-01-01', '2025-12-01', noisy);
    expect(judge(pm10, list, '2025-06-30').projection).toEqual(
      judge(pm10, [...list].reverse(), '2025-06-30').projection,
    );
    expect(judge(planTarget(20, { id: 99 }), list, '2025-06-30').projection).not.toEqual(
      judge(pm10, list, '2025-06-30').projection,
    );
    expect(judge(pm10, list, '2026-01-15').projection).toBeNull();
    expect(judge(pm10, list, '2024-12-31').projection).toBeNull();
  });
});
