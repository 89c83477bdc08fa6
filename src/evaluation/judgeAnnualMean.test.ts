import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { limits2012 } from '../statistics/standards.fixture.js';
import { computeRemainingConcentration, judgeAnnualMean, type JudgedDay } from './judgeAnnualMean.js';
import { planTarget } from './targets.fixture.js';

type Value = (day: string) => string | number | null;

/** Days of [from, to) with the value that a rule gives; the other ledger has 1 less. */
function days(from: string, to: string, value: Value): JudgedDay[] {
  return daysInRange(from, to).map((day): JudgedDay => {
    const given = value(day);
    const judged = given === null ? null : new Decimal(given);
    return { day, judged, other: judged?.minus(1) ?? null, basis: judged === null ? null : 'hourly' };
  });
}

function judge(target: Target, list: JudgedDay[], asOf: string, dailyDecimals: number | null = null) {
  return judgeAnnualMean(target, { days: list, limits: limits2012, dailyDecimals, standards: ['X'] }, asOf);
}

const year2023 = (value: Value) => days('2023-01-01', '2024-01-01', value);

describe('the year is over', () => {
  test.each([
    ['exactly the limit is met', 2, '68', 'met', '68', '0'],
    ['68.5 is 68 half to even, and met', 2, '68.5', 'met', '68', '0'],
    ['68.51 is 69, and missed', 2, '68.51', 'missed', '69', '-1'],
    ['34.5 is 34, and met', 1, '34.5', 'met', '34', '0'],
    ['well below the limit', 1, '20', 'met', '20', '14'],
  ])('%s', (_, id, mean, verdict, value, distance) => {
    expect(
      judge(
        planTarget(id),
        year2023(() => mean),
        '2023-12-31',
      ),
    ).toMatchObject({
      verdict,
      value,
      distance,
      used: 365,
      missing: 0,
      countUnit: 'day',
      inputs: ['hourly'],
      standards: ['X'],
      notes: [],
    });
  });

  test.each([
    ['68.34 meets 68.3', '68.34', 'met', '68.3'],
    ['68.35 is 68.4 and does not', '68.35', 'missed', '68.4'],
    ['68.25 is 68.2', '68.25', 'met', '68.2'],
    ['68.4 does not', '68.4', 'missed', '68.4'],
  ])('PM10 of 2025, one decimal: %s', (_, mean, verdict, value) => {
    const list = days('2025-01-01', '2026-01-01', () => mean);
    expect(judge(planTarget(20), list, '2025-12-31')).toMatchObject({ verdict, value, valueUnrounded: mean });
  });

  test('a true tie of thirds is not lost to a quotient: 68.35 over days of 68.35 − x and 68.35 + x', () => {
    let n = 0;
    const list = days('2025-01-01', '2025-12-27', () => {
      n += 1;
      return new Decimal('68.35').plus(new Decimal(n % 2 === 0 ? -1 : 1).div(3)).toString();
    });
    expect(list).toHaveLength(360);
    expect(judge(planTarget(20), list, '2025-12-31')).toMatchObject({
      value: '68.4',
      valueUnrounded: '68.35',
    });
  });

  test('the other ledger stands beside it at the same precision', () => {
    expect(
      judge(
        planTarget(2),
        year2023(() => '68.6'),
        '2023-12-31',
      ),
    ).toMatchObject({
      value: '69',
      otherLedgerValue: '68',
    });
  });

  test('daily values are rounded first only when the setting asks for it', () => {
    const list = year2023(() => '68.6');
    expect(judge(planTarget(2), list, '2023-12-31').valueUnrounded).toBe('68.6');
    expect(judge(planTarget(2), list, '2023-12-31', 0).valueUnrounded).toBe('69');
  });

  test.each([
    ['one day before the due date it is still open', '2023-12-30', 'on-track'],
    ['on the due date it is final', '2023-12-31', 'met'],
    ['long afterwards it is the same', '2025-09-30', 'met'],
  ])('%s', (_, asOf, verdict) => {
    expect(
      judge(
        planTarget(2),
        year2023(() => 60),
        asOf,
      ).verdict,
    ).toBe(verdict);
  });

  test('days after the period take no part, in no count', () => {
    const list = [...year2023(() => 60), ...days('2024-01-01', '2024-07-01', () => 500)].map((day) => ({
      ...day,
      basis: day.day > '2024' ? ('daily' as const) : day.basis,
    }));
    expect(judge(planTarget(2), list, '2024-06-30')).toMatchObject({
      verdict: 'met',
      value: '60',
      used: 365,
      inputs: ['hourly'],
    });
  });
});

describe('validity (GB 3095 table 4)', () => {
  /** Removes three days of each of the first `months` months, and `extra` of December. */
  const thin =
    (months: number, extra: number): Value =>
    (day) => {
      const month = Number(day.slice(5, 7));
      const dayOfMonth = Number(day.slice(8));
      if (month === 12) return dayOfMonth <= extra ? null : 60;
      return month <= months && dayOfMonth <= 3 ? null : 60;
    };

  test.each([
    ['328 valid days, no month short, suffice', 11, 4, 'met', 328],
    ['27 of 31 suffice in December', 0, 4, 'met', 361],
    ['26 of 31 do not', 0, 5, 'insufficient-data', 360],
  ])('%s', (_, months, extra, verdict, used) => {
    const judged = judge(planTarget(2), year2023(thin(months, extra)), '2023-12-31');
    expect(judged).toMatchObject({ verdict, used, missing: 365 - used });
  });

  test.each([
    ['a day short of 324', 323, 'insufficient-data'],
    ['324', 324, 'met'],
  ])('%s valid days, every month with its 27', (_, valid, verdict) => {
    // A month may lose 4 of 31, 3 of 30 and 3 of 28 days: at most 28 + 12 + 3 = 43 in 2023.
    let toRemove = 365 - valid;
    const list = year2023((day) => {
      const spare = day.slice(5, 7) === '02' || ['04', '06', '09', '11'].includes(day.slice(5, 7)) ? 3 : 4;
      if (Number(day.slice(8)) > spare || toRemove === 0) return 60;
      toRemove -= 1;
      return null;
    });
    const judged = judge(planTarget(2), list, '2023-12-31');
    expect(judged).toMatchObject({ verdict, used: valid });
    expect(judged.notes.map(({ zh }) => zh).join()).toContain(valid < 324 ? '少于 324 天' : '');
  });

  test.each([
    ['24 of 28 days of February are too few', '2023', 24, 'insufficient-data'],
    ['25 of 28 suffice', '2023', 25, 'met'],
    ['25 of 29 in a leap year suffice, too', '2024', 25, 'met'],
    ['24 of 29 do not', '2024', 24, 'insufficient-data'],
    ['all 29 count', '2024', 29, 'met'],
  ])('%s', (_, year, valid, verdict) => {
    const target = planTarget(2, { periodStart: `${year}-01-01`, due: `${year}-12-31` });
    const list = days(`${year}-01-01`, `${Number(year) + 1}-01-01`, (day) =>
      day.slice(5, 7) === '02' && Number(day.slice(8)) > valid ? null : 60,
    );
    const judged = judge(target, list, `${year}-12-31`);
    expect(judged.verdict).toBe(verdict);
    if (verdict !== 'met') expect(judged.notes[0]?.zh).toContain(`${year}-02`);
  });

  test('a value of a month that is short is shown, never compared as final', () => {
    const judged = judge(
      planTarget(2),
      year2023((day) => (day.startsWith('2023-05') && Number(day.slice(8)) > 26 ? null : 50)),
      '2023-12-31',
    );
    expect(judged).toMatchObject({ verdict: 'insufficient-data', value: '50', distance: '18' });
    expect(judged.notes[0]?.en).toContain('2023-05');
  });

  test('a campaign of 74 days needs its share of valid days', () => {
    const campaign = planTarget(2, { periodStart: '2023-10-19', due: '2023-12-31' });
    const some = (n: number) => {
      const all = days('2023-10-19', '2024-01-01', () => 60);
      return all.filter(({ day }) => day >= '2023-11-01').concat(all.slice(0, n));
    };
    expect(judge(campaign, some(5), '2023-12-31')).toMatchObject({ verdict: 'met', used: 66 });
    expect(judge(campaign, some(4), '2023-12-31')).toMatchObject({ verdict: 'insufficient-data', used: 65 });
  });
});

describe('missing is never zero', () => {
  test.each([
    ['no days at all', []],
    ['days without a valid value', year2023(() => null)],
    ['only days of another year', days('2022-01-01', '2023-01-01', () => 10)],
  ])('%s: not reported', (_, list) => {
    expect(judge(planTarget(2), list, '2023-12-31')).toMatchObject({
      verdict: 'not-reported',
      value: null,
      distance: null,
      used: 0,
      missing: 365,
    });
  });

  test('the year before the period is marked as progress even without data', () => {
    expect(judge(planTarget(20), [], '2024-06-30').notes[0]?.zh).toContain('2024 年的进展');
  });
});

describe('the year is running', () => {
  const pm10 = planTarget(20);
  const so = (value: Value, asOf = '2025-09-30') =>
    judge(pm10, days('2025-01-01', '2025-10-01', value), asOf);

  test('without history the mean so far speaks', () => {
    expect(so(() => 68).verdict).toBe('on-track');
    expect(so(() => 69).verdict).toBe('at-risk');
    expect(so(() => 68).projection?.words.zh).toContain('没有上年同期数据');
  });

  test('with history the days left repeat the same window of last year', () => {
    const lastYear = (value: number) =>
      days('2024-01-01', '2025-01-01', (day) => (day >= '2024-10-01' ? value : 1));
    const thisYear = days('2025-01-01', '2025-10-01', () => 69);
    const mild = judge(pm10, [...lastYear(60), ...thisYear], '2025-09-30');
    expect(mild.verdict).toBe('on-track');
    // (69 × 273 + 60 × 92) ÷ 365 = 66.73
    expect(mild.projection?.words.zh).toContain('预计全年 66.73（余下日期按上年同期浓度推算）');
    const harsh = judge(pm10, [...lastYear(90), ...days('2025-01-01', '2025-10-01', () => 65)], '2025-09-30');
    expect(harsh.verdict).toBe('at-risk');
    expect(harsh.projection?.words.zh).toContain('预计全年 71.3');
  });

  test.each([
    ['69 of 92 days are three quarters and enough', 69, '按上年同期浓度推算'],
    ['68 are not', 68, '没有上年同期数据'],
  ])('history: %s', (_, count, words) => {
    const history = days('2024-10-01', '2025-01-01', () => 60).slice(0, count);
    const judged = judge(pm10, [...history, ...days('2025-01-01', '2025-10-01', () => 69)], '2025-09-30');
    expect(judged.projection?.words.zh).toContain(words);
  });

  test('on 28 and 29 February of a leap year the window of the year before is the rest of that year', () => {
    const target = planTarget(2, { periodStart: '2024-01-01', due: '2024-12-31' });
    const before = days('2023-01-01', '2024-01-01', (day) => (day < '2023-03-01' ? 1000 : 60));
    for (const asOf of ['2024-02-28', '2024-02-29']) {
      const list = [...before, ...days('2024-01-01', '2024-03-01', () => 60)];
      expect(judge(target, list, asOf).projection?.words.zh).toContain('预计全年 60（');
    }
  });

  test('lost as soon as zeros on every day left cannot help, and not a day earlier', () => {
    // 68.3 at one decimal holds up to a mean of 68.35 exclusive: Σ < 68.35 × 365 = 24947.75.
    const list = days('2025-01-01', '2026-01-01', (day) => (day === '2025-01-01' ? '24947.74' : 0));
    expect(judge(pm10, list, '2025-03-31').verdict).toBe('at-risk');
    const tie = days('2025-01-01', '2026-01-01', (day) => (day === '2025-01-01' ? '24947.75' : 0));
    expect(judge(pm10, tie, '2025-03-31').verdict).toBe('lost');
    expect(judge(pm10, list, '2025-12-31').verdict).toBe('met');
    expect(judge(pm10, tie, '2025-12-31').verdict).toBe('missed');
  });

  test('days not reported so far may still come: they count as days left', () => {
    const half = days('2025-01-01', '2025-10-01', (day) => (day < '2025-07-01' ? 120 : null));
    // 181 × 120 = 21720 ≤ 24929.5: not lost, but no longer valid.
    expect(judge(pm10, half, '2025-09-30').verdict).toBe('insufficient-data');
    const more = days('2025-01-01', '2025-10-01', (day) => (day < '2025-07-01' ? 140 : null));
    expect(judge(pm10, more, '2025-09-30').verdict).toBe('lost');
  });

  test.each([
    ['four days of September gone', 4, 'on-track'],
    ['five: the month cannot reach 27 of 30 any more', 5, 'insufficient-data'],
  ])('%s', (_, gone, verdict) => {
    const list = days('2025-01-01', '2025-09-11', (day) =>
      day >= '2025-09-01' && Number(day.slice(8)) < gone ? null : 50,
    );
    expect(judge(pm10, list, '2025-09-10').verdict).toBe(verdict);
  });

  test('the sentence names the remaining concentration', () => {
    const judged = so(() => 70);
    // (68.3 × 365 − 70 × 273) ÷ 92 = 63.255…
    expect(judged.allowed?.words.zh).toContain('余下 92 天的剩余控制浓度为 63.26');
    expect(judged.allowed?.words.en).toContain('the 92 days left may average 63.26');
    expect(judged.reason).toEqual({
      zh: '截至 2025-09-30 有效 273 天，累计均值 70，要求 ≤ 68.3',
      en: '273 valid days to 2025-09-30, mean 70, limit 68.3',
    });
  });
});

describe('the year before the period: progress, never a breach', () => {
  test.each([
    ['within the limit', 60, 'on-track'],
    ['above it', 90, 'at-risk'],
    ['hopelessly above it', 500, 'at-risk'],
  ])('%s in 2024', (_, mean, verdict) => {
    for (const asOf of ['2024-06-30', '2024-12-31']) {
      const judged = judge(
        planTarget(20),
        days('2024-01-01', '2025-01-01', () => mean),
        asOf,
      );
      expect(judged.verdict).toBe(verdict);
      expect(judged.notes[0]?.zh).toContain('不作为是否完成的结论');
    }
  });
});

describe('剩余控制浓度', () => {
  test.each([
    ['bulletin of July: 209 valid days, mean 58', 57, 366, 209, 58, '55.67'],
    ['bulletin of December: 348 valid days, mean 55', 57, 366, 348, 55, '95.67'],
    ['exactly on the limit so far', 35, 365, 100, 35, '35'],
    ['out of reach', 35, 365, 300, 50, '-34.23'],
  ])('%s', (_, limit, n, valid, mean, expected) => {
    const sum = new Decimal(mean).times(valid);
    expect(computeRemainingConcentration(new Decimal(limit), n, sum, valid)?.round(2).toString()).toBe(
      expected,
    );
  });

  test('no day left: there is nothing to control', () => {
    expect(computeRemainingConcentration(new Decimal(57), 366, new Decimal(20000), 366)).toBeNull();
  });

  test('with it on every day left the mean is the limit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 364 }), fc.integer({ min: 0, max: 40000 }), (valid, total) => {
        const limit = new Decimal('68.3');
        const remaining = computeRemainingConcentration(limit, 365, new Decimal(total), valid)!;
        const mean = remaining
          .times(365 - valid)
          .plus(total)
          .div(365);
        expect(mean.minus(limit).abs().lt('1e-30')).toBe(true);
      }),
    );
  });
});

describe('properties', () => {
  const value = fc.option(fc.integer({ min: 0, max: 300 }), { nil: null, freq: 60 });
  const months = fc.array(value, { minLength: 12, maxLength: 12 });
  const year = (list: readonly (number | null)[]) =>
    year2023((day) => list[Number(day.slice(5, 7)) - 1] ?? null);
  const day = fc.integer({ min: 0, max: 364 }).map((n) => daysInRange('2023-01-01', '2024-01-01')[n]!);

  test('after the due date never an open verdict; before it never a final one', () => {
    fc.assert(
      fc.property(months, day, (list, asOf) => {
        const target = planTarget(2);
        expect(['met', 'missed', 'insufficient-data', 'not-reported']).toContain(
          judge(target, year(list), '2024-03-01').verdict,
        );
        if (asOf !== '2023-12-31')
          expect(['met', 'missed', 'secured']).not.toContain(judge(target, year(list), asOf).verdict);
      }),
      { numRuns: 30 },
    );
  });

  test('the value reads as a number and its distance says what the verdict says', () => {
    fc.assert(
      fc.property(months, (list) => {
        const judged = judge(planTarget(2), year(list), '2023-12-31');
        if (judged.value === null) return;
        expect(judged.value).toMatch(/^\d+$/);
        expect(new Decimal(judged.distance!).eq(new Decimal(68).minus(judged.value))).toBe(true);
        if (judged.verdict === 'met') expect(Number(judged.distance)).toBeGreaterThanOrEqual(0);
        if (judged.verdict === 'missed') expect(Number(judged.distance)).toBeLessThan(0);
      }),
      { numRuns: 30 },
    );
  });

  test('what is lost is never met in the end', () => {
    fc.assert(
      fc.property(months, day, (list, asOf) => {
        const target = planTarget(2);
        if (judge(target, year(list), asOf).verdict === 'lost')
          expect(judge(target, year(list), '2023-12-31').verdict).not.toBe('met');
      }),
      { numRuns: 30 },
    );
  });
});
