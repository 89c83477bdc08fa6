import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addMonths } from '../domain/calendar.js';
import type { Target } from '../domain/target.js';
import { judgeAmount, judgeMilestone, judgeRate } from './judgeReported.js';
import { input, zh } from './reportedFigure.fixture.js';
import { planTarget } from './targets.fixture.js';

const y2023 = 'year 2023-01-01..2024-01-01';
const y2024 = 'year 2024-01-01..2025-01-01';
const y2025 = 'year 2025-01-01..2026-01-01';

describe('amounts', () => {
  const amount = (county: readonly string[], asOf: string, target = planTarget(16)) =>
    judgeAmount(target, input(county), asOf);
  const q = (quarter: number, value: string | number) =>
    `quarter ${addMonths('2023-01', 3 * quarter - 3)}-01..${addMonths('2023-01', 3 * quarter)}-01 ${value}`;
  const toDate = (end: string, value: string | number) => `to-date 2023-01-01..${end} ${value}`;

  test.each([
    ['exactly the limit', [toDate('2024-01-01', 5)], 'met', '5', '0'],
    ['more', [toDate('2024-01-01', 5.2)], 'met', '5.2', '0.2'],
    ['4.99 is not 5', [toDate('2024-01-01', 4.99)], 'missed', '4.99', '-0.01'],
    [
      'figures to date are not added to each other',
      [toDate('2023-07-01', 2.9), toDate('2023-11-01', 4.6), toDate('2024-01-01', 4.9)],
      'missed',
      '4.9',
      '-0.1',
    ],
    ['quarters are', [q(1, 1), q(2, 1), q(3, 1), q(4, 2)], 'met', '5', '0'],
    [
      'a quarter after the figure to date is added to it',
      [toDate('2023-10-01', 3), q(4, 2)],
      'met',
      '5',
      '0',
    ],
    ['one before it is part of it', [q(1, 2), q(2, 2), toDate('2024-01-01', 3)], 'missed', '3', '-2'],
    ['one that overlaps it is not added', [toDate('2023-11-01', 4), q(4, 2)], 'insufficient-data', '4', '-1'],
    ['a year holds its quarters', [q(1, 2), q(2, 2), `${y2023} 4`], 'missed', '4', '-1'],
    [
      'half a year and the quarters of the other half',
      ['half-year 2023-01-01..2023-07-01 3', q(2, 3), q(3, 1), q(4, 0.5)],
      'missed',
      '4.5',
      '-0.5',
    ],
    [
      'too little, but a quarter was never reported',
      [q(1, 1), q(2, 1), q(4, 1)],
      'insufficient-data',
      '3',
      '-2',
    ],
    [
      'too little by autumn: nothing is known of the rest',
      [toDate('2023-11-01', 4.6)],
      'insufficient-data',
      '4.6',
      '-0.4',
    ],
    ['delivered by autumn is delivered', [toDate('2023-11-01', 5.1)], 'met', '5.1', '0.1'],
    [
      'delivered only in the next year',
      [toDate('2024-01-01', 4), toDate('2024-03-01', 6)],
      'missed',
      '4',
      '-1',
    ],
    ['nothing in time', [toDate('2024-03-01', 6)], 'not-reported', null, null],
    ['nothing', [], 'not-reported', null, null],
  ] as const)('period over: %s', (_, county, verdict, value, distance) => {
    expect(amount(county, '2024-06-30')).toMatchObject({ verdict, value, distance });
  });

  test.each([
    ['delivered', toDate('2023-07-01', 5), 'secured'],
    ['the share of the time elapsed: 181 ÷ 365 × 5 = 2.479…', toDate('2023-07-01', 2.48), 'on-track'],
    ['less', toDate('2023-07-01', 2.47), 'at-risk'],
    ['nothing yet', toDate('2023-07-01', 0), 'at-risk'],
  ])('period running: %s', (_, county, verdict) => {
    const judged = amount([county], '2023-06-30');
    expect(judged.verdict).toBe(verdict);
    expect(judged.reason.zh.includes('按时间进度应达到 2.48')).toBe(verdict !== 'secured');
  });

  test('on the due date it is final', () => {
    expect(amount([toDate('2023-07-01', 5)], '2023-12-30').verdict).toBe('secured');
    expect(amount([toDate('2023-07-01', 5)], '2023-12-31').verdict).toBe('met');
  });

  test('what was delivered before the period began secures nothing', () => {
    const next = planTarget(16, { periodStart: '2025-01-01', due: '2025-12-31' });
    expect(amount([`${y2024} 9`], '2024-12-31', next).verdict).toBe('on-track');
    expect(amount([`${y2024} 9`], '2025-02-28', next).verdict).toBe('not-reported');
  });

  describe('none allowed (= 0)', () => {
    const none = planTarget(44);
    const since = (end: string, value: number) => `to-date 2023-05-10..${end} ${value}`;
    test.each([
      ['none so far', [since('2025-07-01', 0)], '2025-09-30', 'on-track'],
      ['one cannot be undone', [since('2025-07-01', 1)], '2025-09-30', 'lost'],
      [
        'one in an earlier year counts, though later figures begin anew',
        [`${y2024} 1`, 'to-date 2025-01-01..2025-07-01 0'],
        '2025-09-30',
        'lost',
      ],
      [
        'a figure to date corrected to none',
        [since('2025-01-01', 1), since('2025-07-01', 0)],
        '2025-09-30',
        'on-track',
      ],
      ['none to the end', [since('2026-01-01', 0)], '2025-12-31', 'met'],
      ['one at the end', [since('2026-01-01', 0.5)], '2025-12-31', 'missed'],
      ['one in summer, nothing reported after', [since('2025-07-01', 1)], '2026-03-31', 'missed'],
      ['none by summer says nothing of autumn', [since('2025-07-01', 0)], '2026-03-31', 'insufficient-data'],
      ['nothing reported is not none', [], '2026-03-31', 'not-reported'],
    ] as const)('%s', (_, county, asOf, verdict) => {
      expect(amount(county, asOf, none).verdict).toBe(verdict);
    });

    test('before the period even a breach is progress', () => {
      const next = planTarget(44, { periodStart: '2026-01-01', due: '2026-12-31' });
      expect(amount([`${y2025} 3`], '2025-12-31', next)).toMatchObject({ verdict: 'at-risk', value: '3' });
    });
  });
});

describe('milestones', () => {
  const milestone = (county: readonly string[], asOf: string, target: Target = planTarget(55)) =>
    judgeMilestone(target, input(county), asOf);
  const report = (end: string, value: number) => `to-date 2023-05-10..${end} ${value}`;

  test.each([
    ['done in time', [report('2023-11-01', 0), report('2023-12-21', 1)], 'met', '1'],
    ['in whatever order', [report('2023-12-21', 1), report('2023-11-01', 0)], 'met', '1'],
    ['not done at the due date', [report('2024-01-01', 0)], 'missed', '0'],
    ['not done long after it', [report('2023-11-01', 0), report('2024-03-01', 0)], 'missed', '0'],
    [
      'done, but after having been open at the due date',
      [report('2024-01-01', 0), report('2024-03-01', 1)],
      'missed',
      '0',
    ],
    ['the last report is older than the due date', [report('2023-11-01', 0)], 'insufficient-data', '0'],
    [
      'reported done only later: in time or late, nobody says',
      [report('2023-11-01', 0), report('2024-03-01', 1)],
      'insufficient-data',
      '0',
    ],
    ['only a late report', [report('2024-03-01', 1)], 'insufficient-data', '1'],
    ['undone again by the due date', [report('2023-07-01', 1), report('2024-01-01', 0)], 'missed', '0'],
    ['no report', [], 'not-reported', null],
  ] as const)('period over: %s', (_, county, verdict, value) => {
    expect(milestone(county, '2024-06-30')).toMatchObject({ verdict, value });
  });

  test('a late completion is said', () => {
    expect(zh(milestone([report('2024-01-01', 0), report('2024-03-01', 1)], '2024-06-30'))).toContain(
      '考核期满后才报告完成（2024-02-29）',
    );
    expect(milestone([report('2024-03-01', 1)], '2024-06-30').reason.zh).toContain('期满后才报告完成');
    expect(milestone([report('2023-11-01', 0)], '2024-06-30').reason.zh).toBe('截至 2023-10-31 报告尚未完成');
  });

  test.each([
    ['done', 1, '2023-07-31', 'secured'],
    ['open in the first three quarters', 0, '2023-10-31', 'on-track'],
    ['open when 177 of 236 days are gone', 0, '2023-11-02', 'at-risk'],
    ['176 days', 0, '2023-11-01', 'on-track'],
  ])('period running: %s', (_, value, asOf, verdict) => {
    expect(milestone([report('2023-07-01', value)], asOf).verdict).toBe(verdict);
  });

  test('before the period nothing is concluded', () => {
    const next = planTarget(55, { periodStart: '2026-01-01', due: '2026-12-31' });
    expect(milestone([report('2025-07-01', 1)], '2025-09-30', next).verdict).toBe('on-track');
  });
});

describe('properties', () => {
  const month = fc.integer({ min: 0, max: 35 });
  const anyFigure = fc
    .record({
      kind: fc.constantFrom('year', 'quarter', 'half-year', 'month', 'to-date'),
      start: month,
      length: fc.integer({ min: 1, max: 12 }),
      value: fc.integer({ min: 0, max: 1200 }).map((n) => String(n / 10)),
    })
    .map(
      ({ kind, start, length, value }) =>
        `${kind} ${addMonths('2023-01', start)}-01..${addMonths('2023-01', start + length)}-01 ${value}`,
    );
  const cases = [
    { target: planTarget(34), judge: judgeRate },
    { target: planTarget(18), judge: judgeRate },
    { target: planTarget(29), judge: judgeAmount },
    { target: planTarget(44), judge: judgeAmount },
    { target: planTarget(52), judge: judgeMilestone },
  ];
  const anyCase = fc.constantFrom(...cases);

  test('after the due date no open verdict, before it no final one, before the period no conclusion', () => {
    fc.assert(
      fc.property(anyCase, fc.array(anyFigure, { maxLength: 6 }), month, ({ target, judge }, list, at) => {
        const asOf = `${addMonths('2023-01', at)}-15`;
        const judged = judge(target, input(list), asOf);
        const allowed =
          asOf < target.periodStart
            ? ['on-track', 'at-risk', 'insufficient-data', 'not-reported']
            : ['on-track', 'at-risk', 'insufficient-data', 'not-reported', 'secured', 'lost'];
        expect(allowed).toContain(judged.verdict);
        expect(['met', 'missed', 'insufficient-data', 'not-reported']).toContain(
          judge(target, input(list), '2026-01-31').verdict,
        );
      }),
      { numRuns: 400 },
    );
  });

  test('value and distance are decimal texts; the sign of the distance says what the verdict says', () => {
    fc.assert(
      fc.property(anyCase, fc.array(anyFigure, { maxLength: 6 }), ({ target, judge }, list) => {
        const judged = judge(target, input(list), '2026-01-31');
        if (judged.value === null) {
          expect(['not-reported', 'insufficient-data']).toContain(judged.verdict);
          return;
        }
        expect(judged.value).toMatch(/^\d+(\.\d+)?$/);
        expect(judged.distance).toMatch(/^-?\d+(\.\d+)?$/);
        if (judged.verdict === 'met') expect(Number(judged.distance)).toBeGreaterThanOrEqual(0);
        if (judged.verdict === 'missed') expect(Number(judged.distance)).toBeLessThan(0);
      }),
      { numRuns: 400 },
    );
  });

  test('the order in which figures come does not matter', () => {
    fc.assert(
      fc.property(
        anyCase,
        fc.uniqueArray(anyFigure, {
          maxLength: 5,
          selector: (text) => text.slice(0, text.lastIndexOf(' ')).replace(/^\S+ /, ''),
        }),
        ({ target, judge }, list) => {
          expect(judge(target, input([...list].reverse()), '2025-09-30')).toEqual(
            judge(target, input(list), '2025-09-30'),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});
