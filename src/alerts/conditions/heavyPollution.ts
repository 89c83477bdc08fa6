import type { RuleOfKind } from '../../domain/alertRule.js';
import { dayMs, dayOfInstant, hourMs } from '../../domain/calendar.js';
import { warningLevelZh, type WarningLevel, type WarningTable } from '../../domain/heavyPollution.js';
import type { ConditionResult } from '../conditionResult.js';
import type { PollutionFacts, PollutionPoint } from '../facts.js';
import { periodZh } from '../periodWords.js';
import { isInScope, resultOf } from './result.js';

type Rule = RuleOfKind<'heavy-pollution'>;

/**
 * One result for each 24 hours of the facts: the gravest level whose condition the measured values meet with them, by the
 * table in force on their last day. Within dust periods the condition is named and does not fire.
 */
export function evaluateHeavyPollution(
  rule: Rule,
  facts: PollutionFacts,
  tables: readonly WarningTable[],
): ConditionResult[] {
  if (!isInScope(rule.scope, facts.place)) return [];
  const step = rule.basis === 'natural-day' ? dayMs : hourMs;
  return facts.points.flatMap((point, index) => {
    if (point.until - step < facts.from) return [];
    const day = dayOfInstant(point.until - 1);
    const table = tables.findLast(({ validFrom }) => validFrom <= day) ?? tables[0];
    const met = table?.levels.findLast(({ anyOf }) =>
      anyOf.some((parts) => meetsParts(parts, facts.points, index, step)),
    )?.level;
    return [judge(rule, facts, point, step, table, met)];
  });
}

interface Part {
  readonly above: number;
  readonly hours: number;
}

function meetsParts(
  parts: readonly Part[],
  points: readonly PollutionPoint[],
  index: number,
  step: number,
): boolean {
  const [first, ...others] = parts;
  if (first === undefined || !isAbove(points, index, first, step)) return false;
  // Further parts hold somewhere within the hours of the first.
  const back = (first.hours * hourMs) / step - dayMs / step;
  return others.every((part) => {
    const room = back - ((part.hours * hourMs) / step - dayMs / step);
    for (let shift = 0; shift <= room; shift += 1)
      if (isAbove(points, index - shift, part, step)) return true;
    return false;
  });
}

/** Whether every 24 hours within the last hours of a part are known, follow on each other and lie above its index. */
function isAbove(
  points: readonly PollutionPoint[],
  index: number,
  { above, hours }: Part,
  step: number,
): boolean {
  const count = (hours * hourMs - dayMs) / step + 1;
  const last = points[index];
  if (last === undefined) return false;
  for (let back = 0; back < count; back += 1) {
    const point = points[index - back];
    if (point === undefined || point.until !== last.until - back * step) return false;
    if (point.aqi === null || point.aqi <= above) return false;
  }
  return true;
}

function judge(
  rule: Rule,
  { place }: PollutionFacts,
  { at, until, aqi, dust }: PollutionPoint,
  step: number,
  table: WarningTable | undefined,
  met: WarningLevel | undefined,
): ConditionResult {
  const base = {
    // Windows of 24 hours overlap: the alert's clock runs by what is new in each.
    at: until - step,
    until,
    siteZh: place.nameZh,
    indicatorZh: 'AQI',
    periodZh: periodZh(at, until),
  };
  const labels = { site: place.code };
  if (table === undefined)
    return resultOf(rule, labels, { ...base, status: 'error', notesZh: ['没有预警条件表'] });
  const notesZh = [
    `条件见${table.titleZh}（${table.source}）`,
    ...(table.assumptionZh === undefined ? [] : [`假定：${table.assumptionZh}`]),
    ...(rule.basis === 'natural-day'
      ? []
      : ['假定：预警所称 AQI 取任意连续 24 小时的均值，可跨零点（转述，未见文件原文）']),
  ];
  if (met === undefined)
    return resultOf(rule, labels, {
      ...base,
      status: aqi === null ? 'no-data' : 'ok',
      ...(aqi === null ? {} : { value: String(aqi) }),
      valueZh: aqi === null ? 'AQI 缺测' : `AQI ${aqi}`,
      notesZh,
    });
  const words = `监测值已达到重污染天气${warningLevelZh[met]}预警的数值条件（AQI ${aqi}）；预警由政府发布`;
  const found = {
    ...base,
    value: `${met} ${aqi}`,
    valueZh: words,
    limitZh: describeLevel(table, met),
    notesZh,
  };
  if (dust) return resultOf(rule, labels, { ...found, status: 'ok', suppressedZh: '沙尘时段，只注明不触发' });
  return resultOf(rule, labels, {
    ...found,
    status: 'breach',
    severity: rule.severities[met],
    holds: rule.severities[met],
  });
}

function describeLevel(table: WarningTable, met: WarningLevel): string {
  const { anyOf } = table.levels.find(({ level }) => level === met)!;
  return anyOf
    .map((parts) => parts.map(({ above, hours }) => `AQI > ${above} 持续 ${hours} 小时`).join('且其中 '))
    .join('，或 ');
}
