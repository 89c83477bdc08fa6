import { describe, expect, test } from '@jest/globals';
import { standards } from '../../statistics/standards.fixture.js';
import type { FactLimit, FactRow, SeriesFacts } from '../facts.js';
import { classLimitOf, hourlyAqiRows } from '../factSeries.js';
import { brief, ruleOf, section, station } from './conditions.fixture.js';
import { evaluateThreshold } from './threshold.js';

const hour = 3_600_000;
const start = Date.parse('2025-01-03T13:00:00+08:00');
const pm10 = { code: 'pm10', nameZh: 'PM10', unit: 'µg/m³', decimals: 0 };
const rows = (values: (string | null)[], rest: Partial<FactRow> = {}): FactRow[] =>
  values.map((value, index) => ({
    at: start + index * hour,
    until: start + (index + 1) * hour,
    value,
    flags: [],
    ...rest,
  }));
const facts = (list: FactRow[], rest: Partial<SeriesFacts> = {}): SeriesFacts => ({
  site: station,
  indicator: pm10,
  rows: list,
  from: start,
  ...rest,
});
const levels = [
  { severity: 'notice', threshold: '150', clear: '140' },
  { severity: 'warning', threshold: '200.5' },
];
const hourly = ruleOf('threshold', {
  measure: { of: 'value', interval: 'hour', indicator: 'pm10' },
  op: 'above',
  levels,
});
const mean = ruleOf('threshold', {
  measure: { of: 'running-mean', indicator: 'pm10', hours: 3, minHours: 2 },
  op: 'above',
  levels,
});

describe('values and means', () => {
  test('a threshold itself is no breach; clearing thresholds hold; decimals are exact', () => {
    const list = rows(['150', '150.0001', '145', '140', '200.5', '200.50000000000000001', '0', '-3']);
    expect(brief(evaluateThreshold(hourly, facts(list)))).toEqual([
      'ok holds notice', 'breach notice', 'ok holds notice', 'ok', 'breach notice', 'breach warning', 'ok', 'ok',
    ]); // prettier-ignore
  });

  test('below: the other way round', () => {
    const low = ruleOf('threshold', {
      measure: { of: 'value', interval: 'hour', indicator: 'do' },
      op: 'below',
      levels: [{ severity: 'warning', threshold: '3', clear: '3.5' }],
    });
    expect(brief(evaluateThreshold(low, facts(rows(['3', '2.99', '3.4', '3.5']))))).toEqual([
      'ok holds warning', 'breach warning', 'ok holds warning', 'ok',
    ]); // prettier-ignore
  });

  test('missing, invalid, 断流, maintenance and unreadable are no data, each in its words', () => {
    const list = [
      ...rows([null, 'abc']),
      ...rows(['900'], { flags: ['invalid'] }),
      ...rows(['900'], { flags: ['no-flow'] }),
      ...rows(['900'], { flags: ['maintenance'] }),
    ];
    const results = evaluateThreshold(hourly, facts(list));
    expect(brief(results)).toEqual(Array.from({ length: 5 }, () => 'no-data'));
    expect(results.map(({ valueZh }) => valueZh)).toEqual(['缺测', '无法识别', '审核为无效', '断流', '维护']);
    expect(results.map(({ value }) => value)).toEqual(Array.from({ length: 5 }, () => undefined));
  });

  test('a doubtful value counts, and the message says so', () => {
    const [result] = evaluateThreshold(hourly, facts(rows(['300'], { flags: ['suspect'] })));
    expect(result).toMatchObject({
      status: 'breach',
      severity: 'warning',
      notesZh: ['其中有存疑数据，待审核'],
    });
  });

  test('below detection breaches nothing, and proves nothing above the threshold', () => {
    const below = (value: string) =>
      brief(evaluateThreshold(hourly, facts(rows([value], { flags: ['below-detection'] }))));
    expect(below('10')).toEqual(['ok']);
    expect(below('160')).toEqual(['no-data']);
  });

  test('a result tells value, limit, distance and period, and who it is about', () => {
    const [result] = evaluateThreshold(hourly, facts(rows(['161.26']), { standardZh: 'HJ 633' }));
    expect(result).toMatchObject({
      kind: 'threshold',
      ruleCode: 'r',
      labels: { kind: 'threshold', rule: 'r', site: 'air-town', indicator: 'pm10' },
      offices: ['ecology'],
      at: start,
      until: start + hour,
      value: '161.26',
      valueZh: '161.3 µg/m³',
      limitZh: '≤ 150 µg/m³',
      distanceZh: '超出 11.3 µg/m³',
      periodZh: '2025年1月3日 14时',
      siteZh: '城区站',
      notesZh: ['按 HJ 633'],
    });
    expect(evaluateThreshold(hourly, facts(rows(['100'])))[0]).toMatchObject({
      distanceZh: '距阈值 50 µg/m³',
    });
  });

  test('means are exact, of the last hours alone, and need enough of them', () => {
    const list = rows(['140', '150', '161', null, '161', null, null, '500']);
    expect(
      evaluateThreshold(mean, facts(list)).map(({ status, value }) => [status, value?.slice(0, 9)]),
    ).toEqual([
      ['no-data', undefined],
      ['ok', '145'],
      ['breach', '150.33333'],
      ['breach', '155.5'],
      ['breach', '161'],
      ['no-data', undefined],
      ['no-data', undefined],
      ['no-data', undefined],
    ]);
    expect(evaluateThreshold(mean, facts(list))[5]?.valueZh).toBe('近 3 小时只有 1 小时有值');
    const later = facts(list, { from: start + 2 * hour });
    expect(evaluateThreshold(mean, later)[0]).toMatchObject({ at: start + 2 * hour, status: 'breach' });
  });

  test('a site outside the scope gives nothing', () => {
    expect(evaluateThreshold(hourly, facts(rows(['900']), { site: { ...station, groups: [] } }))).toEqual([]);
    const byKind = { ...hourly, scope: { sites: [], groups: [], kinds: ['air-station'] } };
    expect(
      evaluateThreshold(byKind, facts(rows(['900']), { site: { ...station, groups: [] } })),
    ).toHaveLength(1);
  });
});

describe('class limits', () => {
  const rule = ruleOf('threshold', {
    offices: 'of-target',
    measure: { of: 'class-limit', interval: 'month', items: 'all' },
    op: 'above',
    levels: [
      { severity: 'warning', threshold: '1' },
      { severity: 'critical', threshold: '2' },
    ],
  });
  const item = (code: string) => ({ code, nameZh: code, unit: 'mg/L', decimals: 2 });
  const judge = (
    code: string,
    value: string | null,
    limit: FactLimit | undefined,
    flags: FactRow['flags'] = [],
  ) =>
    evaluateThreshold(
      rule,
      facts(rows([value], { flags, ...(limit === undefined ? {} : { limit }) }), {
        site: section,
        indicator: item(code),
        classZh: 'Ⅳ类',
        targetOffices: ['ecology', 'water'],
      }),
    );
  const limitOf = (code: string) => classLimitOf(standards, '2025-05-01', 'river', 4, code);

  test('come from GB 3838 by item', () => {
    expect(limitOf('cod')).toEqual({ direction: 'max', limit: '30' });
    expect(limitOf('do')).toEqual({ direction: 'min', limit: '3' });
    expect(limitOf('ph')).toEqual({ direction: 'range', range: ['6', '9'] });
    expect([limitOf('wt'), limitOf('nonsense')]).toEqual([undefined, undefined]);
  });

  test('the limit itself complies; multiples are counted exactly', () => {
    expect(brief(judge('cod', '30', limitOf('cod')))).toEqual(['ok']);
    const [over] = judge('cod', '37.5', limitOf('cod'));
    expect(over).toMatchObject({
      status: 'breach',
      severity: 'warning',
      limitZh: 'Ⅳ类限值 ≤ 30 mg/L',
      distanceZh: '超标 0.25 倍',
      offices: ['ecology', 'water'],
    });
    expect(brief(judge('cod', '60', limitOf('cod')))).toEqual(['breach warning']);
    expect(brief(judge('cod', '60.01', limitOf('cod')))).toEqual(['breach critical']);
  });

  test('oxygen from below, pH on both sides', () => {
    expect(brief(judge('do', '3', limitOf('do')))).toEqual(['ok']);
    expect(judge('do', '2.9', limitOf('do'))[0]).toMatchObject({
      severity: 'warning',
      distanceZh: '低 0.1 mg/L',
    });
    expect(brief(judge('do', '1.49', limitOf('do')))).toEqual(['breach critical']);
    expect(brief(judge('do', '0', limitOf('do')))).toEqual(['breach critical']);
    expect([6, 9].flatMap((value) => brief(judge('ph', String(value), limitOf('ph'))))).toEqual(['ok', 'ok']);
    expect(['5.99', '9.01'].flatMap((value) => brief(judge('ph', value, limitOf('ph'))))).toEqual([
      'breach warning',
      'breach warning',
    ]);
  });

  test('no value is no data, below detection breaks nothing, no limit is an error', () => {
    expect(brief(judge('cod', null, limitOf('cod')))).toEqual(['no-data']);
    expect(brief(judge('cod', '10', limitOf('cod'), ['below-detection']))).toEqual(['ok']);
    expect(brief(judge('cod', '31', limitOf('cod'), ['below-detection']))).toEqual(['no-data']);
    expect(brief(judge('do', '2', limitOf('do'), ['below-detection']))).toEqual(['no-data']);
    expect(brief(judge('cod', '31', undefined))).toEqual(['error']);
  });

  test('only the items named', () => {
    const named = {
      ...rule,
      measure: { of: 'class-limit', interval: 'month', items: ['tp'] },
    } as typeof rule;
    expect(evaluateThreshold(named, facts(rows(['9']), { site: section }))).toEqual([]);
  });
});

describe('hourly AQI', () => {
  test('follows the version in force on the day of the hour', () => {
    const make = (first: string) =>
      hourlyAqiRows(
        {
          firstAt: Date.parse(first),
          values: {
            so2: Array.from({ length: 24 }, () => 10),
            no2: Array.from({ length: 24 }, () => 10),
            co: Array.from({ length: 24 }, () => 0.5),
            o3: Array.from({ length: 24 }, () => 20),
            pm10: [...Array.from({ length: 23 }, () => 60), 420],
            pm25: Array.from({ length: 24 }, () => 20),
          },
        },
        standards,
      );
    // 2012: the sliding 24 h mean of PM10, 75; 2026: the hour itself, 420.
    expect(make('2025-01-03T00:00:00+08:00')).toMatchObject([{ value: '63', standardId: 'HJ633-2012' }]);
    expect(make('2026-04-03T00:00:00+08:00')).toMatchObject([{ value: '300', standardId: 'HJ633-2026' }]);
    expect(hourlyAqiRows({ firstAt: 0, values: { pm10: [1, 2] } }, standards)).toEqual([]);
  });

  test('is no value where the version publishes none', () => {
    const values = { pm10: Array.from({ length: 24 }, () => 60) };
    expect(
      hourlyAqiRows({ firstAt: Date.parse('2026-04-03T00:00:00+08:00'), values }, standards)[0]?.value,
    ).toBeNull();
  });
});
