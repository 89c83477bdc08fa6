import { meetLevels, type LevelsMet } from '../../domain/alertLevel.js';
import type { RuleOfKind } from '../../domain/alertRule.js';
import { addDays, addMonths, daysBetween, instantOfDay } from '../../domain/calendar.js';
import { Decimal, parseDecimal, roundHalfEven } from '../../domain/decimal.js';
import type { Severity } from '../../domain/notification.js';
import { verdictZh } from '../../domain/verdict.js';
import { formatGrade, type WaterGrade } from '../../domain/waterGrade.js';
import type { ConditionResult } from '../conditionResult.js';
import type { SectionMonths, TargetFacts } from '../facts.js';
import { dayZh, monthZh } from '../periodWords.js';
import { resultOf, withUnit } from './result.js';

type Rule = RuleOfKind<'target'>;
type Levelled = Extract<Rule['test'], { of: 'remaining-mean' | 'bad-days-left' | 'behind-schedule' }>;

/**
 * What a target rule says as of one day. A failure to judge is an error; a figure that the target does not have (such as
 * 剩余控制浓度 of a rate) gives no result at all, and one that it lacks today gives no data. What may still come ends with
 * the period.
 */
export function evaluateTarget(rule: Rule, facts: TargetFacts): ConditionResult[] {
  if (rule.targets !== 'all' && !rule.targets.includes(facts.target.id)) return [];
  const { test } = rule;
  if (test.of === 'section-month')
    return (facts.sections ?? []).flatMap((one) => judgeMonths(rule, test, facts, one));
  if (facts.verdict === null)
    return [one(rule, facts, { status: 'error', notesZh: [facts.errorZh ?? '评价失败'] })];
  if (test.of === 'verdict') {
    const name = facts.verdict;
    const level = test.levels.findLast(({ verdicts }) => verdicts.includes(name));
    const status = level === undefined ? 'ok' : 'breach';
    return [
      one(rule, facts, { status, severity: level?.severity, value: name, valueZh: verdictWords(facts) }),
    ];
  }
  return judgeFigure(rule, test, facts);
}

type Said = Partial<ConditionResult> & Pick<ConditionResult, 'status'>;

function one(rule: Rule, facts: TargetFacts, said: Said): ConditionResult {
  const { target, asOf, distanceZh } = facts;
  const sign = { '<=': '≤', '>=': '≥', '=': '=' }[target.comparison];
  return resultOf(
    rule,
    { target: String(target.id) },
    {
      at: instantOfDay(asOf),
      until: instantOfDay(addDays(asOf, 1)),
      indicatorZh: target.nameZh,
      limitZh: `目标 ${withUnit(`${sign} ${target.limit}`, target.unit)}`,
      ...(distanceZh === null ? {} : { distanceZh }),
      periodZh: `截至${dayZh(asOf)}`,
      offices: target.offices,
      ...said,
    },
  );
}

function verdictWords({ verdict, valueZh }: TargetFacts): string {
  const words = verdictZh[verdict!];
  return valueZh === null ? words : `${words}，${valueZh}`;
}

function judgeFigure(rule: Rule, test: Levelled, facts: TargetFacts): ConditionResult[] {
  if (test.of === 'remaining-mean') return judgeRemaining(rule, test, facts);
  if (test.of === 'bad-days-left') {
    const { badDaysLeft } = facts;
    if (badDaysLeft === undefined) return endWithPeriod(rule, facts);
    if (badDaysLeft === null) return [one(rule, facts, { status: 'no-data' })];
    const met = meetLevels('at-most', test.levels, new Decimal(badDaysLeft));
    const words = badDaysLeft >= 0 ? `还可出现 ${badDaysLeft} 天` : `已超出 ${-badDaysLeft} 天`;
    return [one(rule, facts, { ...statusOf(met), value: String(badDaysLeft), valueZh: words })];
  }
  return judgeSchedule(rule, test, facts);
}

/** What may still come is no question any more once the period is over. */
function endWithPeriod(rule: Rule, facts: TargetFacts): ConditionResult[] {
  if (facts.asOf < facts.target.due) return [];
  return [one(rule, facts, { status: 'ok', ends: true, value: 'over', valueZh: '考核期已结束' })];
}

function statusOf({ severity, holds }: LevelsMet): Pick<ConditionResult, 'status' | 'severity' | 'holds'> {
  return { status: severity === undefined ? 'ok' : 'breach', severity, holds };
}

function judgeRemaining(rule: Rule, test: Levelled, facts: TargetFacts): ConditionResult[] {
  const { remainingMean, lastYearMean, target } = facts;
  if (remainingMean === undefined) return endWithPeriod(rule, facts);
  const [remaining, before] = [remainingMean, lastYearMean ?? null].map((text) =>
    text === null ? undefined : parseDecimal(text),
  );
  if (remaining === undefined || before === undefined || before.lte(0))
    return [one(rule, facts, { status: 'no-data', notesZh: ['没有剩余控制浓度或上年同期均值'] })];
  const share = remaining.div(before);
  const met = meetLevels('below', test.levels, share);
  const percent = roundHalfEven(share.times(100), 1).toString();
  return [
    one(rule, facts, {
      ...statusOf(met),
      value: share.toString(),
      valueZh: `剩余控制浓度 ${withUnit(shown(remaining), target.unit)}，为上年同期均值 ${withUnit(shown(before), target.unit)} 的 ${percent}%`,
      limitZh: `不低于上年同期的 ${new Decimal(met.shown.threshold).times(100).toString()}%`,
    }),
  ];
}

function shown(value: Decimal): string {
  return roundHalfEven(value, 2).toString();
}

function judgeSchedule(rule: Rule, test: Levelled, facts: TargetFacts): ConditionResult[] {
  const { target, asOf } = facts;
  if (test.of !== 'behind-schedule' || target.comparison !== '>=') return [];
  const share = shareDue(test.schedule, target, asOf);
  if (share === undefined) return [one(rule, facts, { status: 'ok', notesZh: ['尚无进度要求'] })];
  const value = facts.value === null ? undefined : parseDecimal(facts.value);
  if (value === undefined) return [one(rule, facts, { status: 'no-data', valueZh: '未报送' })];
  const due = new Decimal(target.limit).times(share);
  const behind = due.minus(value);
  const met = meetLevels('above', test.levels, behind);
  return [
    one(rule, facts, {
      ...statusOf(met),
      value: value.toString(),
      valueZh: withUnit(shown(value), target.unit),
      limitZh: `序时进度 ${withUnit(shown(due), target.unit)}（目标 ${withUnit(target.limit, target.unit)}）`,
      distanceZh: behind.gt(0) ? `落后 ${withUnit(shown(behind), target.unit)}` : '不落后',
    }),
  ];
}

/** The share of the limit that is due at the end of a day; `undefined` while nothing is. */
function shareDue(
  schedule: Extract<Levelled, { of: 'behind-schedule' }>['schedule'],
  { periodStart, due }: TargetFacts['target'],
  asOf: string,
): Decimal | undefined {
  if (asOf < periodStart) return undefined;
  if (asOf >= due) return new Decimal(1);
  if (schedule === 'linear')
    return new Decimal(daysBetween(periodStart, asOf) + 1).div(daysBetween(periodStart, due) + 1);
  const step = schedule.findLast(({ from }) => from <= asOf.slice(5));
  // A step names a day of the year; in the years before the last one of a longer period nothing is due yet.
  if (step === undefined || asOf.slice(0, 4) !== due.slice(0, 4)) return undefined;
  return new Decimal(String(step.share));
}

type MonthTest = Extract<Rule['test'], { of: 'section-month' }>;

function judgeMonths(
  rule: Rule,
  test: MonthTest,
  facts: TargetFacts,
  { site, months }: SectionMonths,
): ConditionResult[] {
  const wanted = Number(facts.target.limit) as WaterGrade;
  return months.map(({ month, grade, noFlow }, index) => {
    const before = months[index - 1];
    const adjacent = before?.month === addMonths(month, -1) ? before.grade : null;
    const fallen = grade !== null && adjacent !== null ? grade - adjacent : 0;
    const fails = grade !== null && grade > wanted;
    const drops = test.drops !== null && fallen >= test.drops.classes;
    const severity = graver(fails ? test.fails : null, drops ? (test.drops?.severity ?? null) : null);
    const reasons = [
      ...(fails ? [`未达到${formatGrade(wanted)}类`] : []),
      ...(drops ? [`比上月（${formatGrade(adjacent as WaterGrade)}类）下降 ${fallen} 个类别`] : []),
    ];
    return resultOf(
      rule,
      { target: String(facts.target.id), site: site.code },
      {
        at: instantOfDay(`${month}-01`),
        until: instantOfDay(`${addMonths(month, 1)}-01`),
        // 断流 is a state of the river that is known: it neither breaks nor lacks anything.
        status: severity !== null ? 'breach' : grade === null && !noFlow ? 'no-data' : 'ok',
        severity: severity ?? undefined,
        value: grade === null ? undefined : String(grade),
        siteZh: site.nameZh,
        indicatorZh: '水质类别',
        valueZh:
          grade === null ? (noFlow ? '断流' : '没有评价结果') : `${formatGrade(grade as WaterGrade)}类`,
        limitZh: `目标 ${formatGrade(wanted)}类`,
        ...(reasons.length === 0 ? {} : { distanceZh: reasons.join('，') }),
        periodZh: monthZh(month),
        offices: facts.target.offices,
      },
    );
  });
}

function graver(one: Severity | null, other: Severity | null): Severity | null {
  const order: readonly (Severity | null)[] = [null, 'notice', 'warning', 'critical'];
  return order.indexOf(one) >= order.indexOf(other) ? one : other;
}
