import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { addDays } from '../../domain/calendar.js';
import { warningTablesSchema } from '../../domain/heavyPollution.js';
import { evaluateRule } from '../evaluateRule.js';
import type { QualityFacts, ServiceFacts, SourceFacts, TargetFacts } from '../facts.js';
import { createCalendar } from '../workingDays.js';
import { brief, ruleOf, section, station } from './conditions.fixture.js';

const calendar = createCalendar();
const warningTables = warningTablesSchema.parse(
  JSON.parse(readFileSync('seeds/heavyPollutionLevels.json', 'utf8')),
);
const context = { calendar, warningTables };
const instant = (text: string) => Date.parse(`${text}:00+08:00`);
const hour = 3_600_000;

describe('targets', () => {
  const facts = (rest: Partial<TargetFacts>): TargetFacts => ({
    target: {
      id: 20, nameZh: 'PM10 年均浓度', unit: 'µg/m³', offices: ['ecology'], comparison: '<=', limit: '68.3',
      periodStart: '2025-01-01', due: '2025-12-31',
    }, // prettier-ignore
    asOf: '2025-06-30',
    verdict: 'on-track',
    valueZh: '66.1 µg/m³',
    distanceZh: '余 2.2 µg/m³',
    value: '66.1',
    ...rest,
  });
  const run = (rule: ReturnType<typeof ruleOf<'target'>>, rest: Partial<TargetFacts>) =>
    evaluateRule(rule, facts(rest), context);
  const of = (test: object, rest: object = {}) =>
    ruleOf('target', { offices: 'of-target', targets: 'all', test, ...rest });
  const verdict = of({
    of: 'verdict',
    levels: [
      { severity: 'warning', verdicts: ['at-risk'] },
      { severity: 'critical', verdicts: ['lost', 'missed'] },
    ],
  });

  test('a verdict breaches by its level and recovers', () => {
    const names = ['on-track', 'at-risk', 'lost', 'missed', 'met', 'insufficient-data'] as const;
    expect(names.flatMap((name) => brief(run(verdict, { verdict: name })))).toEqual([
      'ok', 'breach warning', 'breach critical', 'breach critical', 'ok', 'ok',
    ]); // prettier-ignore
    expect(run(verdict, { verdict: 'at-risk' })[0]).toMatchObject({
      labels: { target: '20' },
      offices: ['ecology'],
      at: instant('2025-06-30T00:00'),
      until: instant('2025-07-01T00:00'),
      valueZh: '存在风险，66.1 µg/m³',
      limitZh: '目标 ≤ 68.3 µg/m³',
      periodZh: '截至2025年6月30日',
    });
  });

  test('a failure to judge is an error; other targets are not watched', () => {
    expect(run(verdict, { verdict: null, errorZh: '断开' })[0]).toMatchObject({
      status: 'error',
      notesZh: ['断开'],
    });
    expect(run({ ...verdict, targets: [1] }, { verdict: 'lost' })).toEqual([]);
  });

  test('剩余控制浓度 against last year', () => {
    const rule = of({ of: 'remaining-mean', levels: [{ severity: 'warning', threshold: '0.9' }] });
    expect(brief(run(rule, { remainingMean: '63', lastYearMean: '70' }))).toEqual(['ok']);
    expect(run(rule, { remainingMean: '62.99', lastYearMean: '70' })[0]).toMatchObject({
      status: 'breach',
      valueZh: '剩余控制浓度 62.99 µg/m³，为上年同期均值 70 µg/m³ 的 90%',
      limitZh: '不低于上年同期的 90%',
    });
    expect(brief(run(rule, { remainingMean: '-5', lastYearMean: '70' }))).toEqual(['breach warning']);
    expect(brief(run(rule, { remainingMean: '63', lastYearMean: null }))).toEqual(['no-data']);
    expect(brief(run(rule, { remainingMean: null, lastYearMean: '70' }))).toEqual(['no-data']);
    expect(run(rule, {})).toEqual([]);
  });

  test('bad days left', () => {
    const rule = of({
      of: 'bad-days-left',
      levels: [
        { severity: 'notice', threshold: '10' },
        { severity: 'critical', threshold: '0' },
      ],
    });
    const tries = [11, 10, 0, -2].flatMap((badDaysLeft) => run(rule, { badDaysLeft }));
    expect(brief(tries)).toEqual(['ok', 'breach notice', 'breach critical', 'breach critical']);
    expect(tries.at(-1)?.valueZh).toBe('已超出 2 天');
    expect(brief(run(rule, { badDaysLeft: null }))).toEqual(['no-data']);
    expect(run(rule, {})).toEqual([]);
  });

  test('what may still come is over with the period', () => {
    const { target, asOf } = facts({});
    const over = { asOf, target: { ...target, due: asOf } };
    const levels = [{ severity: 'warning', threshold: '1' }];
    for (const name of ['bad-days-left', 'remaining-mean']) {
      const rule = of({ of: name, levels });
      expect(run(rule, over)[0]).toMatchObject({ status: 'ok', ends: true, valueZh: '考核期已结束' });
      expect(run(rule, { target: { ...target, due: addDays(asOf, 1) } })).toEqual([]);
    }
  });

  test('a rate behind its schedule', () => {
    const rate = { ...facts({}).target, comparison: '>=' as const, limit: '90', unit: '%' };
    const linear = of({
      of: 'behind-schedule',
      schedule: 'linear',
      levels: [{ severity: 'warning', threshold: '5' }],
    });
    const half = (value: string | null) => run(linear, { target: rate, asOf: '2025-07-02', value });
    // 183 of 365 days: 45.12…
    expect(brief([...half('40.13'), ...half('40.12'), ...half(null)])).toEqual([
      'ok',
      'breach warning',
      'no-data',
    ]);
    expect(half('40')[0]).toMatchObject({
      limitZh: '序时进度 45.12 %（目标 90 %）',
      distanceZh: '落后 5.12 %',
    });
    expect(brief(run(linear, { target: rate, asOf: '2024-06-01', value: '0' }))).toEqual(['ok']);
    expect(run(linear, { value: '0' })).toEqual([]);
    const steps = of({
      of: 'behind-schedule',
      schedule: [
        { from: '06-30', share: 0.5 },
        { from: '09-30', share: 0.8 },
      ],
      levels: [{ severity: 'warning', threshold: '0' }],
    });
    const on = (asOf: string, value: string) => brief(run(steps, { target: rate, asOf, value }));
    expect([on('2025-06-29', '0'), on('2025-06-30', '45'), on('2025-06-30', '44.9'), on('2025-10-01', '71')].flat()).toEqual([
      'ok', 'ok', 'breach warning', 'breach warning',
    ]); // prettier-ignore
    expect(on('2025-12-31', '89.9')).toEqual(['breach warning']);
    const long = { ...rate, periodStart: '2023-05-10' };
    expect(brief(run(steps, { target: long, asOf: '2024-10-01', value: '0' }))).toEqual(['ok']);
  });

  test('a section month fails, drops, is dry or absent', () => {
    const rule = of({ of: 'section-month', fails: 'warning', drops: { severity: 'critical', classes: 2 } });
    const months = (grades: (number | null)[], first = 1) =>
      grades.map((grade, index) => ({ month: `2025-0${first + index}`, grade, noFlow: false }));
    const target = { ...facts({}).target, limit: '4', unit: '类' };
    const judge = (list: ReturnType<typeof months>) =>
      run(rule, { target, sections: [{ site: section, months: list }] });
    expect(brief(judge(months([2, 4, 5, 3, 2, null])))).toEqual([
      'ok', 'breach critical', 'breach warning', 'ok', 'ok', 'no-data',
    ]); // prettier-ignore
    expect(judge(months([2, 5]))[1]).toMatchObject({
      labels: { target: '20', site: 'sec-1' },
      valueZh: 'Ⅴ类',
      limitZh: '目标 Ⅳ类',
      distanceZh: '未达到Ⅳ类，比上月（Ⅱ类）下降 3 个类别',
      periodZh: '2025年2月',
      severity: 'critical',
    });
    const dry = [{ month: '2025-01', grade: null, noFlow: true }];
    expect(judge(dry)[0]).toMatchObject({ status: 'ok', valueZh: '断流' });
    // A month between is missing: the drop is not against the month before.
    expect(brief(judge([...months([2]), ...months([4], 3)]))).toEqual(['ok', 'ok']);
  });
});

describe('absence', () => {
  const rule = ruleOf('absence', {
    indicators: 'any',
    calendar: 'hourly',
    graceHours: 2,
    levels: [
      { severity: 'notice', afterHours: 1 },
      { severity: 'warning', afterWorkingDays: 1 },
      { severity: 'critical', afterWorkingDays: 3 },
    ],
  });
  const look = (lookedAt: string, rest: Partial<SourceFacts> = {}, one = rule) =>
    evaluateRule(
      one,
      {
        site: station,
        indicator: null,
        lastUntil: instant('2026-11-20T10:00'),
        watchedSince: 0,
        lookedAt: instant(lookedAt),
        ...rest,
      },
      context,
    );

  test('hours, then working days: a weekend escalates nothing', () => {
    // Friday 10:00 the last; the hour to 11:00 is due at 13:00.
    const at = [
      '2026-11-20T12:59',
      '2026-11-20T13:59',
      '2026-11-20T14:00',
      '2026-11-23T23:59',
      '2026-11-24T00:00',
      '2026-11-26T00:00',
    ];
    expect(at.flatMap((one) => brief(look(one)))).toEqual([
      'ok', 'ok', 'breach notice', 'breach notice', 'breach warning', 'breach critical',
    ]); // prettier-ignore
    expect(look('2026-11-20T14:00')[0]).toMatchObject({
      valueZh: '最后数据截至2026年11月20日 10:00',
      limitZh: '应于2026年11月20日 13:00前报送',
      distanceZh: '已逾期 1 小时',
      periodZh: '2026年11月20日 11时起缺报',
    });
  });

  test('monthly data are due some working days after the month, over the holidays of October', () => {
    const monthly = ruleOf('absence', {
      indicators: ['cod'],
      calendar: 'monthly',
      graceWorkingDays: 2,
      levels: [
        { severity: 'notice', afterWorkingDays: 0 },
        { severity: 'warning', afterWorkingDays: 2 },
      ],
    });
    const indicator = { code: 'cod', nameZh: '化学需氧量', unit: 'mg/L', decimals: 1 };
    const september = { indicator, lastUntil: instant('2026-09-01T00:00'), site: section };
    // September ends before the holiday: working days 8 and 9 October; due at the end of the 9th.
    const at = ['2026-10-09T23:59', '2026-10-10T00:00', '2026-10-12T23:59', '2026-10-13T00:00'];
    expect(at.flatMap((one) => brief(look(one, september, monthly)))).toEqual([
      'ok', 'breach notice', 'breach notice', 'breach warning',
    ]); // prettier-ignore
    expect(look(at[1]!, september, monthly)[0]).toMatchObject({
      periodZh: '2026年9月起缺报',
      labels: { indicator: 'cod', site: 'sec-1' },
    });
    expect(look(at[1]!, { ...september, indicator: { ...indicator, code: 'tp' } }, monthly)).toEqual([]);
    expect(look(at[1]!, { site: section }, monthly)).toEqual([]);
  });

  test('quarterly and daily periods', () => {
    const quarterly = ruleOf('absence', {
      indicators: 'any',
      calendar: 'quarterly',
      levels: [{ severity: 'notice', afterHours: 0 }],
    });
    const q = (at: string) => brief(look(at, { lastUntil: instant('2026-07-01T00:00') }, quarterly));
    expect([q('2026-09-30T23:59'), q('2026-10-01T00:00')].flat()).toEqual(['ok', 'breach notice']);
    const daily = ruleOf('absence', {
      indicators: 'any',
      calendar: 'daily',
      graceHours: 12,
      levels: [{ severity: 'notice', afterHours: 0 }],
    });
    const d = (at: string) => brief(look(at, {}, daily));
    expect([d('2026-11-21T11:59'), d('2026-11-21T12:00')].flat()).toEqual(['ok', 'breach notice']);
  });

  test('nothing ever came, a known interruption, and a year without holidays', () => {
    expect(
      look('2026-11-22T00:00', { lastUntil: null, watchedSince: instant('2026-11-20T00:00') })[0],
    ).toMatchObject({
      status: 'breach',
      valueZh: '从未收到数据',
    });
    expect(look('2026-11-26T00:00', { excusedZh: '停机检修' })[0]).toMatchObject({
      status: 'ok',
      suppressedZh: '停机检修',
    });
    expect(look('2026-11-20T12:00', { excusedZh: '停机检修' })[0]?.suppressedZh).toBeUndefined();
    // It lasted until the 26th at noon: what comes after it is due as after data.
    const lasted = { excusedZh: '停机检修', excusedUntil: instant('2026-11-26T12:00') };
    expect(look('2026-11-26T13:00', lasted)[0]).toMatchObject({ status: 'ok', suppressedZh: '停机检修' });
    expect(look('2026-11-29T00:00', lasted)[0]).toMatchObject({ status: 'breach' });
    expect(look('2026-11-29T00:00', lasted)[0]).not.toHaveProperty('suppressedZh');
    expect(look('2027-01-04T00:00', { lastUntil: instant('2026-12-31T10:00') })[0]?.notesZh).toEqual([
      '该年节假日安排尚未录入，工作日按周一至周五推算',
    ]);
  });
});

describe('quality and service', () => {
  const rule = ruleOf('quality', { check: 'inversion', levels: [{ severity: 'notice', threshold: '3' }] });
  const quality = (rest: Partial<QualityFacts>) =>
    evaluateRule(
      rule,
      { site: station, day: '2026-11-20', indicator: null, marked: 3, rows: 24, ...rest },
      context,
    );

  test('counts of a day', () => {
    expect(brief([...quality({}), ...quality({ marked: 2 }), ...quality({ marked: 0, rows: 0 })])).toEqual([
      'breach notice', 'ok', 'no-data',
    ]); // prettier-ignore
    expect(quality({})[0]).toMatchObject({
      labels: { check: 'inversion', site: 'air-town' },
      valueZh: 'PM2.5 与 PM10 倒挂 3 行（当日 24 行）',
      periodZh: '2026年11月20日',
    });
    expect(quality({ site: { ...station, groups: [] } })).toEqual([]);
  });

  test('the service: reached is a breach, what cannot be measured an error', () => {
    const disk = ruleOf('service', {
      check: 'disk-used-percent',
      levels: [{ severity: 'warning', threshold: '85', clear: '80' }],
    });
    const tell = (value: string | null, rest: Partial<ServiceFacts> = {}) =>
      evaluateRule(disk, { subject: '/data', value, measuredAt: 5 * hour, ...rest }, context);
    expect(brief([...tell('84.9'), ...tell('85'), ...tell('79'), ...tell(null)])).toEqual([
      'ok holds warning', 'breach warning', 'ok', 'error',
    ]); // prettier-ignore
    expect(tell('90', { detailZh: '剩余 3 GB' })[0]).toMatchObject({
      labels: { check: 'disk-used-percent', subject: '/data' },
      indicatorZh: '磁盘已用（/data）',
      valueZh: '90 %',
      limitZh: '低于 85 %',
      notesZh: ['剩余 3 GB'],
    });
  });
});
