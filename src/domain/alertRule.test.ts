import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { alertMatcherSchema, matchesAll, matchesGlob } from './alertMatcher.js';
import { alertRoutingSchema } from './alertRoute.js';
import { alertRuleSchema, speaksOfDataTime, type AlertRule } from './alertRule.js';
import { describeRule, explainRule } from './alertRuleWords.js';
import { warningTablesSchema } from './heavyPollution.js';
import { parseSeeds } from './seed.js';
import { readSeedFiles } from './seedFiles.fixture.js';

const read = (name: string): unknown => JSON.parse(readFileSync(`seeds/${name}`, 'utf8'));
const seeds = parseSeeds(readSeedFiles());
const rules = (read('alertRules.json') as unknown[]).map((one) => alertRuleSchema.parse(one));

const base = {
  code: 'r',
  titleZh: '规则',
  offices: ['ecology'],
  source: '测试',
  scope: { sites: ['air-town'] },
};
const value = { of: 'value', interval: 'hour', indicator: 'pm10' };
const threshold = {
  kind: 'threshold',
  ...base,
  measure: value,
  op: 'above',
  levels: [{ severity: 'notice', threshold: '150' }],
};

/** Path and message of every fault. */
function faults(rule: unknown): string[] {
  const parsed = alertRuleSchema.safeParse(rule);
  return parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
}

describe('faults of a rule say where and why', () => {
  const levels = (...list: [string, string, string?][]) => ({
    ...threshold,
    levels: list.map(([severity, at, clear]) => ({
      severity,
      threshold: at,
      ...(clear === undefined ? {} : { clear }),
    })),
  });
  test.each([
    ['a good one', threshold, []],
    [
      'severities in falling order',
      levels(['warning', '150'], ['notice', '200']),
      [/^levels\.1\.severity: .*notice 不比 warning 重/],
    ],
    ['the same severity twice', levels(['warning', '150'], ['warning', '200']), [/^levels\.1\.severity/]],
    [
      'thresholds in falling order',
      levels(['notice', '150'], ['warning', '15']),
      [/^levels\.1\.threshold: .*15 不高于 150/],
    ],
    ['thresholds compared as numbers', levels(['notice', '9'], ['warning', '10']), []],
    [
      'a clearing threshold above',
      levels(['notice', '150', '151']),
      [/^levels\.0\.clear: 解除值不得高于阈值 150/],
    ],
    ['a clearing threshold at it', levels(['notice', '150', '150']), []],
    [
      'a clearing threshold below, for below',
      { ...levels(['notice', '3', '2.5']), op: 'below' },
      [/^levels\.0\.clear: 解除值不得低于阈值 3/],
    ],
    [
      'rising thresholds for below',
      { ...levels(['notice', '3'], ['warning', '4']), op: 'below' },
      [/^levels\.1\.threshold: .*不低于 3/],
    ],
    ['a threshold that is no number', levels(['notice', '1,5']), [/^levels\.0\.threshold: 应为十进制数/]],
    ['nothing to watch', { ...threshold, scope: {} }, [/^scope: 至少写明一个点位/]],
    [
      'offices of a target without one',
      { ...threshold, offices: 'of-target' },
      [/^offices: 读数规则没有目标/],
    ],
    [
      'a mean of more hours than it has',
      { ...threshold, measure: { of: 'running-mean', indicator: 'pm10', hours: 3, minHours: 4 } },
      [/^measure\.minHours: 不得多于 hours/],
    ],
    [
      'a class limit from below',
      {
        ...levels(['notice', '1']),
        measure: { of: 'class-limit', interval: 'month', items: 'all' },
        op: 'below',
      },
      [/^op: 超标倍数只能用 above/],
    ],
    [
      'a multiple below one',
      { ...levels(['notice', '0.5']), measure: { of: 'class-limit', interval: 'month', items: 'all' } },
      [/^levels: 倍数不得小于 1/],
    ],
    [
      'a duration of moments',
      { ...threshold, measure: { ...value, interval: 'instant' }, forHours: 2 },
      [/^forHours: .*只能为 0/],
    ],
    ['an unknown field', { ...threshold, surprise: 1 }, [/surprise/]],
    [
      'a verdict twice',
      {
        kind: 'target',
        ...base,
        scope: undefined,
        targets: 'all',
        test: {
          of: 'verdict',
          levels: [
            { severity: 'notice', verdicts: ['lost'] },
            { severity: 'warning', verdicts: ['lost'] },
          ],
        },
      },
      [/^test\.levels: lost 写了两次/],
    ],
    [
      'a section test of nothing',
      {
        kind: 'target',
        ...base,
        scope: undefined,
        targets: 'all',
        test: { of: 'section-month', fails: null, drops: null },
      },
      [/^test: fails 与 drops/],
    ],
    [
      'silence of both measures',
      {
        kind: 'absence',
        ...base,
        indicators: 'any',
        calendar: 'hourly',
        levels: [{ severity: 'notice', afterHours: 1, afterWorkingDays: 1 }],
      },
      [/^levels\.0: afterHours 与 afterWorkingDays 应恰好写一个/],
    ],
    [
      'silence that escalates backwards',
      {
        kind: 'absence',
        ...base,
        indicators: 'any',
        calendar: 'hourly',
        levels: [
          { severity: 'notice', afterWorkingDays: 1 },
          { severity: 'warning', afterHours: 2 },
        ],
      },
      [/^levels\.1: 应比前一级更晚/],
    ],
    [
      'hours of grace for months',
      {
        kind: 'absence',
        ...base,
        indicators: 'any',
        calendar: 'monthly',
        graceHours: 2,
        levels: [{ severity: 'notice', afterHours: 1 }],
      },
      [/^graceHours: 按月、按季的数据用 graceWorkingDays/],
    ],
    [
      'red lighter than yellow',
      {
        kind: 'heavy-pollution',
        ...base,
        basis: 'natural-day',
        severities: { yellow: 'critical', orange: 'warning', red: 'warning' },
      },
      [/^severities: 红色不得轻于橙色/],
    ],
  ] as const)('%s', (_name, rule, expected) => {
    const found = faults(JSON.parse(JSON.stringify(rule)));
    expect(found).toHaveLength(expected.length);
    expected.forEach((pattern, index) => expect(found[index]).toMatch(pattern));
  });
});

describe('the shipped rules', () => {
  test('are each once, and name what exists', () => {
    const known = {
      offices: new Set(seeds.offices.map(({ code }) => code)),
      groups: new Set(seeds.siteGroups.map(({ code }) => code)),
      kinds: new Set<string>(seeds.sites.map(({ kind }) => kind)),
      indicators: new Set(seeds.indicators.map(({ code }) => code)),
      targets: new Set(seeds.targets.map(({ id }) => id)),
    };
    expect(new Set(rules.map(({ code }) => code)).size).toBe(rules.length);
    for (const rule of rules) {
      if (rule.offices !== 'of-target')
        expect(rule.offices.filter((one) => !known.offices.has(one))).toEqual([]);
      if ('scope' in rule) {
        expect(rule.scope.groups.filter((one) => !known.groups.has(one))).toEqual([]);
        expect(
          rule.scope.kinds.filter(
            (one) => !known.kinds.has(one) && !one.startsWith('drinking') && one !== 'lake-section',
          ),
        ).toEqual([]);
      }
      if (rule.kind === 'target' && rule.targets !== 'all')
        expect(rule.targets.filter((one) => !known.targets.has(one))).toEqual([]);
      if (rule.kind === 'absence' && rule.indicators !== 'any')
        expect(rule.indicators.filter((one) => !known.indicators.has(one))).toEqual([]);
    }
  });

  test('cover every kind, and every section target', () => {
    const kinds = new Set(rules.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual([
      'absence',
      'heavy-pollution',
      'quality',
      'service',
      'target',
      'threshold',
    ]);
    const sections = rules.find(({ code }) => code === 'section-month') as Extract<
      AlertRule,
      { kind: 'target' }
    >;
    expect(sections.targets).toEqual([4, 5, 22, 23, 36]);
  });

  test('explain themselves; an explanation of its own wins', () => {
    const [aqi] = rules as [AlertRule];
    expect(explainRule(aqi)).toBe(
      '小时 AQI高于 150 为提示，回到 140 才解除；高于 200 为警告，回到 190 才解除；高于 300 为严重，回到 285 才解除。' +
        '持续 2 小时的数据才触发，恢复后再保持 2 小时才解除，未解除时每 12 小时提醒一次。',
    );
    expect(explainRule({ ...aqi, explanationZh: '自定' })).toBe('自定');
    for (const rule of rules) expect(describeRule(rule)).toMatch(/。$/);
    expect(rules.map((rule) => describeRule(rule)).join()).not.toMatch(/undefined|null|NaN/);
    const pm = rules.find(({ code }) => code === 'pm10-6h')!;
    expect(explainRule(pm, { indicator: () => ({ nameZh: 'PM10', unit: 'µg/m³' }) })).toMatch(
      /^PM10 6 小时平均（至少 4 小时有值）高于 150 µg\/m³ 为提示/,
    );
  });

  test('silence and the service speak of the moment, everything else of its data', () => {
    const moments = rules.filter((rule) => !speaksOfDataTime(rule)).map(({ kind }) => kind);
    expect(new Set(moments)).toEqual(new Set(['absence', 'service']));
  });

  test('levels of warning and routes are well-formed; what is unconfirmed says so', () => {
    const tables = warningTablesSchema.parse(read('heavyPollutionLevels.json'));
    expect(
      tables.every(({ status, assumptionZh }) => status === 'unconfirmed' && assumptionZh !== undefined),
    ).toBe(true);
    expect(warningTablesSchema.safeParse([{ ...tables[0], assumptionZh: undefined }]).success).toBe(false);
    const routing = alertRoutingSchema.parse(read('alertRoutes.json'));
    const codes = new Set(rules.map(({ code }) => code));
    const named = routing.inhibitions
      .flatMap(({ source, target }) => [...source, ...target])
      .filter(({ label }) => label === 'rule');
    expect(named.filter((one) => !codes.has(one.value))).toEqual([]);
  });
});

describe('routes and matchers', () => {
  const routing = read('alertRoutes.json') as { root: Record<string, unknown> };
  test('a root that takes nothing, has no channel or repeats a name is refused', () => {
    const refuse = (root: object) =>
      alertRoutingSchema.safeParse({ ...routing, root: { ...routing.root, ...root } }).error?.issues[0]
        ?.message;
    expect(refuse({ match: [{ label: 'site', op: '=', value: 'x' }] })).toMatch(/根节点应接收全部/);
    expect(refuse({ channels: [] })).toMatch(/根节点至少一个渠道/);
    expect(refuse({ routes: [{ name: routing.root['name'], channels: ['a'] }] })).toMatch(/重复/);
    expect(refuse({ quietHours: { from: '22:00', to: '22:00', holdBelow: 'critical' } })).toMatch(/不得相同/);
    const level = { afterWorkingHours: 2, channels: ['a'], noteZh: 'x' };
    expect(refuse({ escalation: [level, level] })).toMatch(/更晚/);
  });

  test('patterns', () => {
    const yes: [string, string][] = [
      ['*', ''],
      ['a*c', 'abbc'],
      ['a?c', 'abc'],
      ['x|a*', 'ab'],
      ['*b*', 'abc'],
      ['', ''],
      ['**', 'q'],
      ['a*b*c', 'axbxbxc'],
    ];
    const no: [string, string][] = [
      ['a*c', 'abd'],
      ['a?c', 'ac'],
      ['', 'a'],
      ['x|y', 'xy'],
      ['a', 'ab'],
      ['?', ''],
      ['a.c', 'abc'],
    ];
    expect(yes.filter(([pattern, text]) => !matchesGlob(pattern, text))).toEqual([]);
    expect(no.filter(([pattern, text]) => matchesGlob(pattern, text))).toEqual([]);
    // Takes for ever as a regular expression of the same meaning.
    expect(matchesGlob(`${'a*'.repeat(60)}b`, 'a'.repeat(20_000))).toBe(false);
  });

  test('matchers: a missing label is empty text; negations want it of no office', () => {
    const of = (label: string, op: string, text: string) =>
      alertMatcherSchema.parse({ label, op, value: text });
    const values = { site: ['a'], office: ['ecology', 'water'] };
    const holds = (label: string, op: string, text: string) => matchesAll([of(label, op, text)], values);
    expect([
      holds('site', '=', 'a'),
      holds('site', '!=', 'a'),
      holds('site', '=~', 'b|a'),
      holds('site', '!~', '*'),
    ]).toEqual([true, false, true, false]);
    expect([holds('target', '=', ''), holds('target', '!=', ''), holds('target', '=~', '?*')]).toEqual([
      true,
      false,
      false,
    ]);
    expect([
      holds('office', '=', 'water'),
      holds('office', '!=', 'water'),
      holds('office', '!=', 'x'),
    ]).toEqual([true, false, true]);
    expect(alertMatcherSchema.safeParse({ label: 'colour', op: '=', value: '' }).success).toBe(false);
  });
});
