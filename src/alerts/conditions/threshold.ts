import { meetLevels } from '../../domain/alertLevel.js';
import type { RuleOfKind } from '../../domain/alertRule.js';
import { hourMs } from '../../domain/calendar.js';
import { Decimal, meanOf, parseDecimal, roundHalfEven } from '../../domain/decimal.js';
import type { Flag } from '../../domain/flag.js';
import type { ConditionResult } from '../conditionResult.js';
import type { FactLimit, FactRow, SeriesFacts } from '../facts.js';
import { periodZh } from '../periodWords.js';
import { isInScope, resultOf, withUnit } from './result.js';

type Rule = RuleOfKind<'threshold'>;

/** What all results of a series are about; one object for all of them. */
interface Labels {
  readonly site: string;
  readonly indicator: string;
}

/** A figure ready to be compared; `null` with why there is none. */
interface Figure {
  readonly at: number;
  readonly until: number;
  readonly value: Decimal | null;
  readonly lackZh?: string;
  readonly belowDetection: boolean;
  readonly doubtful: boolean;
  readonly limit?: FactLimit | undefined;
}

/**
 * One result for each interval of the series from `facts.from` on. Missing values, maintenance, 断流 and values judged
 * invalid are no data, never zero; a doubtful value counts until a person has judged it, and the message says so.
 * A value below detection is in breach of nothing; where its detection limit lies beyond the threshold it proves nothing.
 */
export function evaluateThreshold(rule: Rule, facts: SeriesFacts): ConditionResult[] {
  if (!isInScope(rule.scope, facts.site)) return [];
  const { measure } = rule;
  if (
    measure.of === 'class-limit' &&
    measure.items !== 'all' &&
    !measure.items.includes(facts.indicator.code)
  )
    return [];
  const figures =
    measure.of === 'running-mean'
      ? meansOf(facts.rows, facts.from, measure.hours, measure.minHours)
      : facts.rows.filter(({ at }) => at >= facts.from).map(figureOf);
  const labels = { site: facts.site.code, indicator: facts.indicator.code };
  return figures.map((figure) =>
    measure.of === 'class-limit'
      ? judgeClass(rule, facts, labels, figure)
      : judge(rule, facts, labels, figure),
  );
}

const lacks: readonly (readonly [Flag, string])[] = [
  ['invalid', '审核为无效'],
  ['no-flow', '断流'],
  ['maintenance', '维护'],
];

function figureOf(row: FactRow): Figure {
  const { at, until, flags, limit } = row;
  const base = {
    at,
    until,
    limit,
    belowDetection: flags.includes('below-detection'),
    doubtful: flags.includes('suspect'),
  };
  const lack = lacks.find(([flag]) => flags.includes(flag));
  if (lack !== undefined) return { ...base, value: null, lackZh: lack[1] };
  if (row.value === null) return { ...base, value: null, lackZh: '缺测' };
  const value = parseDecimal(row.value);
  return value === undefined ? { ...base, value: null, lackZh: '无法识别' } : { ...base, value };
}

/** Means of the last hours that end with each hour from `from` on; exact, not rounded. */
function meansOf(rows: readonly FactRow[], from: number, hours: number, minHours: number): Figure[] {
  const figures = rows.map(figureOf);
  let first = 0;
  return figures.flatMap((figure, index): Figure[] => {
    if (figure.at < from) return [];
    const start = figure.until - hours * hourMs;
    while (figures[first]!.at < start) first += 1;
    const window = figures.slice(first, index + 1);
    const values = window.flatMap(({ value }) => (value === null ? [] : [value]));
    const value = values.length < minHours ? null : meanOf(values)!;
    return [
      {
        at: figure.at,
        until: figure.until,
        value,
        ...(value === null ? { lackZh: `近 ${hours} 小时只有 ${values.length} 小时有值` } : {}),
        belowDetection: false,
        doubtful: window.some(({ doubtful }) => doubtful),
      },
    ];
  });
}

function judge(rule: Rule, facts: SeriesFacts, labels: Labels, figure: Figure): ConditionResult {
  const { value, belowDetection, at, until } = figure;
  const { unit } = facts.indicator;
  const { severity, holds, shown } =
    value === null
      ? { severity: undefined, holds: undefined, shown: rule.levels[0]! }
      : meetLevels(rule.op, rule.levels, value);
  const threshold = new Decimal(shown.threshold);
  const sign = rule.op === 'above' ? '≤' : '≥';
  const common = {
    ...wordsOf(facts, figure),
    limitZh: withUnit(`${sign} ${shown.threshold}`, unit),
    ...(value === null
      ? {}
      : {
          distanceZh: `${severity === undefined ? '距阈值' : '超出'} ${withUnit(shownText(value.minus(threshold).abs(), facts), unit)}`,
        }),
  };
  const notesZh = notesOf(facts, figure);
  if (value === null) return resultOf(rule, labels, { at, until, status: 'no-data', ...common, notesZh });
  if (belowDetection) {
    const proves = rule.op === 'above' && severity === undefined;
    return resultOf(rule, labels, { at, until, status: proves ? 'ok' : 'no-data', ...common, notesZh });
  }
  const status = severity === undefined ? 'ok' : 'breach';
  return resultOf(rule, labels, {
    at,
    until,
    status,
    severity,
    holds,
    value: value.toString(),
    ...common,
    notesZh,
  });
}

function shownText(value: Decimal, { indicator }: SeriesFacts): string {
  return roundHalfEven(value, Math.max(indicator.decimals, 1)).toString();
}

function wordsOf(facts: SeriesFacts, { at, until, value, lackZh, belowDetection }: Figure) {
  const text =
    value === null
      ? (lackZh ?? '缺测')
      : `${belowDetection ? '<' : ''}${roundHalfEven(value, facts.indicator.decimals + 1).toString()}`;
  return {
    siteZh: facts.site.nameZh,
    indicatorZh: facts.indicator.nameZh,
    valueZh: value === null ? text : withUnit(text, facts.indicator.unit),
    periodZh: periodZh(at, until),
  };
}

function notesOf({ standardZh }: SeriesFacts, { doubtful }: Figure): string[] {
  return [
    ...(standardZh === undefined ? [] : [`按 ${standardZh}`]),
    ...(doubtful ? ['其中有存疑数据，待审核'] : []),
  ];
}

/** Thresholds are multiples of the limit; a limit from below is broken by less than limit ÷ multiple, a range once. */
function judgeClass(rule: Rule, facts: SeriesFacts, labels: Labels, figure: Figure): ConditionResult {
  const { value, limit, at, until, belowDetection } = figure;
  const { unit } = facts.indicator;
  const common = {
    ...wordsOf(facts, figure),
    offices: facts.targetOffices ?? [],
    notesZh: notesOf(facts, figure),
  };
  if (limit === undefined)
    return resultOf(rule, labels, { at, until, status: 'error', ...common, notesZh: ['没有目标类别限值'] });
  const limitZh = `${facts.classZh ?? '目标类别'}限值 ${describeLimit(limit, unit)}`;
  if (value === null) return resultOf(rule, labels, { at, until, status: 'no-data', ...common, limitZh });
  const ratio = ratioOf(limit, value);
  const { severity, holds } = meetLevels('above', rule.levels, ratio);
  if (belowDetection) {
    const proves = limit.direction === 'max' && severity === undefined;
    return resultOf(rule, labels, { at, until, status: proves ? 'ok' : 'no-data', ...common, limitZh });
  }
  return resultOf(rule, labels, {
    at,
    until,
    status: severity === undefined ? 'ok' : 'breach',
    severity,
    holds,
    value: value.toString(),
    ...common,
    limitZh,
    ...(severity === undefined ? {} : { distanceZh: describeExcess(limit, ratio, value, unit) }),
  });
}

function ratioOf(limit: FactLimit, value: Decimal): Decimal {
  const one = new Decimal(1);
  if (limit.direction === 'range') {
    const [low, high] = limit.range;
    return value.lt(low) || value.gt(high) ? one.plus('0.000001') : one;
  }
  if (limit.direction === 'max') return value.div(limit.limit);
  // A ratio above every multiple: a limit from below cannot be divided by nothing left.
  return value.lte(0) ? new Decimal(1_000_000) : new Decimal(limit.limit).div(value);
}

function describeLimit(limit: FactLimit, unit: string): string {
  if (limit.direction === 'range') return limit.range.join('–');
  return withUnit(`${limit.direction === 'max' ? '≤' : '≥'} ${limit.limit}`, unit);
}

function describeExcess(limit: FactLimit, ratio: Decimal, value: Decimal, unit: string): string {
  if (limit.direction === 'max') return `超标 ${roundHalfEven(ratio.minus(1), 2).toString()} 倍`;
  if (limit.direction === 'range') return '超出范围';
  return `低 ${withUnit(roundHalfEven(new Decimal(limit.limit).minus(value), 2).toString(), unit)}`;
}
