import { describe, expect, test } from '@jest/globals';
import { judgeRate } from './judgeReported.js';
import { input, towns, zh } from './reportedFigure.fixture.js';
import type { ReportedFigure } from './reportedFigure.js';
import { planTarget } from './targets.fixture.js';

const y2023 = 'year 2023-01-01..2024-01-01';
const y2024 = 'year 2024-01-01..2025-01-01';
const y2025 = 'year 2025-01-01..2026-01-01';
const h2025 = 'half-year 2025-01-01..2025-07-01';

describe('rates', () => {
  const rate = (
    county: readonly string[],
    asOf: string,
    townships: ReportedFigure[] = [],
    target = planTarget(34),
  ) => judgeRate(target, input(county, townships), asOf);

  test.each([
    ['exactly the limit is met', [`${y2025} 90`], 'met', '90', '0'],
    ['89.96 is not rounded up to 90', [`${y2025} 89.96`], 'missed', '89.96', '-0.04'],
    ['89.999 neither', [`${y2025} 89.999`], 'missed', '89.999', '-0.001'],
    ['90.01', [`${y2025} 90.01`], 'met', '90.01', '0.01'],
    ['a half year after the due date is no conclusion', [`${h2025} 95`], 'insufficient-data', '95', '5'],
    ['nor the fourth quarter', ['quarter 2025-10-01..2026-01-01 95'], 'insufficient-data', '95', '5'],
    [
      'the whole year outweighs its last quarter',
      ['quarter 2025-10-01..2026-01-01 95', `${y2025} 88`],
      'missed',
      '88',
      '-2',
    ],
    [
      'to date, from the first to the last day, is the whole year',
      ['to-date 2025-01-01..2026-01-01 91'],
      'met',
      '91',
      '1',
    ],
    ['only the year before: not reported', [`${y2024} 95`], 'not-reported', null, null],
    ['nothing at all', [], 'not-reported', null, null],
    [
      'a figure of the next year does not count',
      ['year 2026-01-01..2027-01-01 95'],
      'not-reported',
      null,
      null,
    ],
  ] as const)('year over: %s', (_, county, verdict, value, distance) => {
    expect(rate(county, '2027-03-31')).toMatchObject({ verdict, value, distance, countUnit: 'report' });
  });

  test.each([
    ['the due date itself: the figure that ends with it counts', '2025-12-31', 'met'],
    ['the day before: its period is not over, the year before shows', '2025-12-30', 'on-track'],
  ])('%s', (_, asOf, verdict) => {
    expect(rate([`${y2025} 93`, `${y2024} 92`], asOf).verdict).toBe(verdict);
  });

  test.each([
    ['the latest figure keeps the limit', [`${h2025} 91`], 'on-track', '91'],
    ['it does not', [`${h2025} 89`], 'at-risk', '89'],
    [
      'the one that reaches furthest speaks',
      ['quarter 2025-04-01..2025-07-01 80', 'quarter 2025-07-01..2025-10-01 92'],
      'on-track',
      '92',
    ],
    [
      'of two that reach as far, the one that covers more',
      [`quarter 2025-04-01..2025-07-01 80`, `${h2025} 91`],
      'on-track',
      '91',
    ],
    ['in whatever order they come', [`${h2025} 91`, `quarter 2025-04-01..2025-07-01 80`], 'on-track', '91'],
    [
      'figures of periods that are not over are unknown',
      ['to-date 2025-01-01..2025-12-01 99', `${h2025} 80`],
      'at-risk',
      '80',
    ],
  ] as const)('year running: %s', (_, county, verdict, value) => {
    const judged = rate(county, '2025-09-30');
    expect(judged).toMatchObject({ verdict, value, used: 1, missing: 0 });
    expect(zh(judged)).toContain('阶段性');
  });

  test('before the first figure of the year the last year reported shows the progress, and says so', () => {
    const judged = rate([`${y2023} 88`, `${y2024} 91`], '2025-09-30');
    expect(judged).toMatchObject({ verdict: 'on-track', value: '91', missing: 1 });
    expect(zh(judged)).toContain('本考核期尚未报送，这里是2024 年的数据');
    expect(judged.notes[0]?.en).toContain('figure of 2024');
    expect(rate([`${y2023} 88`], '2025-09-30').notes[0]?.en).toContain('figure of 2023');
    expect(rate([`${y2023} 88`], '2025-09-30').verdict).toBe('at-risk');
  });

  test.each([
    ['89', 'at-risk'],
    ['92', 'on-track'],
  ])('2024 with %s is progress towards 2025: %s', (value, verdict) => {
    for (const asOf of ['2024-12-31', '2024-06-30']) {
      const judged = rate([`half-year 2024-01-01..2024-07-01 ${value}`, `${y2024} ${value}`], asOf);
      expect(judged.verdict).toBe(verdict);
      expect(zh(judged)).toContain('2024 年的进展');
    }
  });

  test('a change since the base year may begin before the period', () => {
    const carbon = planTarget(18);
    expect(rate(['to-date 2020-01-01..2025-07-01 16.2'], '2025-09-30', [], carbon)).toMatchObject({
      verdict: 'on-track',
      value: '16.2',
    });
    expect(rate(['to-date 2020-01-01..2026-01-01 15.9'], '2026-01-31', [], carbon).verdict).toBe('missed');
    expect(rate(['to-date 2020-01-01..2025-01-01 17'], '2026-01-31', [], carbon).verdict).toBe(
      'not-reported',
    );
  });

  test('a rate that should be low is judged downwards', () => {
    const low = planTarget(34, { comparison: '<=', limit: '5' });
    expect(rate([`${y2025} 5`], '2026-01-31', [], low)).toMatchObject({ verdict: 'met', distance: '0' });
    expect(rate([`${y2025} 5.01`], '2026-01-31', [], low)).toMatchObject({
      verdict: 'missed',
      distance: '-0.01',
    });
  });

  describe('townships', () => {
    const straw = planTarget(9);
    const of = (list: ReportedFigure[], county: readonly string[] = [], asOf = '2024-01-31') =>
      rate(county, asOf, list, straw);

    test('amounts of all are added up: 270 of 300, not the mean of 100, 100 and 70', () => {
      const judged = of(towns(y2023, '100=10/10', '100=90/90', '85=170/200'));
      expect(judged).toMatchObject({
        verdict: 'met',
        value: '90',
        valueUnrounded: '90',
        inputs: ['townships'],
      });
      expect(zh(judged)).toContain('由各乡镇的分子、分母相加得出');
      expect(zh(judged)).toContain('未达到的乡镇：乡镇3 85%');
    });

    test('the sum is compared unrounded and printed readably, never across the limit', () => {
      const judged = of(towns(y2023, '90=30/33', '90=30/33', '90=29999/33333'));
      expect(judged).toMatchObject({ verdict: 'missed', value: '89.9997' });
      expect(Number(judged.distance)).toBeLessThan(0);
      expect(of(towns(y2023, '91=10/11', '91=10/11', '91=10/11'))).toMatchObject({
        verdict: 'met',
        value: '90.91',
        distance: '0.91',
        valueUnrounded: '90.90909090909090909091',
      });
    });

    test('the county’s own figure goes first', () => {
      const judged = of(towns(y2023, '80=80/100', '80=80/100', '80=80/100'), [`${y2023} 92`]);
      expect(judged).toMatchObject({ verdict: 'met', value: '92', inputs: ['report'] });
      expect(zh(judged)).toContain('乡镇1 80%、乡镇2 80%、乡镇3 80%');
    });

    test('unless it is partial and all townships have the whole period', () => {
      const judged = of(towns(y2023, '95=95/100', '95=95/100', '95=95/100'), [
        'half-year 2023-01-01..2023-07-01 60',
      ]);
      expect(judged).toMatchObject({ verdict: 'met', value: '95', inputs: ['townships'] });
    });

    test.each([
      ['only some have reported', towns(y2023, '95=95/100', '95=95/100'), 2],
      ['one gives no amounts', towns(y2023, '95=95/100', '95=95/100', '95'), 3],
      [
        'one reported twice does not stand for another',
        [...towns(y2023, '95=95/100', '95=95/100'), ...towns('to-date 2023-01-01..2024-01-01', '95=95/100')],
        2,
      ],
      [
        'figures of other years do not count as reported',
        [...towns(y2023, '95=95/100'), ...towns(y2024, '9=9/100', '9=9/100')],
        1,
      ],
      ['no amounts at all', towns(y2023, '0=0/0', '0=0/0', '0=0/0'), 3],
    ])('%s: insufficient data', (_, list, used) => {
      expect(of(list)).toMatchObject({ verdict: 'insufficient-data', value: null, used, missing: 3 - used });
    });

    test('a newer period that only some have reported does not hide an older one that all have', () => {
      const half = towns('half-year 2023-01-01..2023-07-01', '95=95/100', '95=95/100', '95=95/100');
      const newer = towns('quarter 2023-07-01..2023-10-01', '50=50/100');
      expect(of([...half, ...newer], [], '2023-10-31')).toMatchObject({ verdict: 'on-track', value: '95' });
      expect(of(half, [], '2024-01-31')).toMatchObject({ verdict: 'insufficient-data', value: '95' });
    });
  });
});
