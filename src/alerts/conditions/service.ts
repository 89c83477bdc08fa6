import { meetLevels } from '../../domain/alertLevel.js';
import { serviceChecks, type RuleOfKind } from '../../domain/alertRule.js';
import { parseDecimal } from '../../domain/decimal.js';
import type { ConditionResult } from '../conditionResult.js';
import type { ServiceFacts } from '../facts.js';
import { momentZh } from '../periodWords.js';
import { resultOf } from './result.js';

/** What the service tells of itself at a moment. What could not be measured is an error. */
export function evaluateService(rule: RuleOfKind<'service'>, facts: ServiceFacts): ConditionResult[] {
  const { subject, measuredAt, detailZh } = facts;
  const { nameZh, unit } = serviceChecks[rule.check];
  const labels = { check: rule.check, ...(subject === null ? {} : { subject }) };
  const value = facts.value === null ? undefined : parseDecimal(facts.value);
  const base = {
    at: measuredAt,
    until: measuredAt,
    indicatorZh: subject === null ? nameZh : `${nameZh}（${subject}）`,
    periodZh: momentZh(measuredAt),
    notesZh: detailZh === undefined ? [] : [detailZh],
  };
  if (value === undefined)
    return [resultOf(rule, labels, { ...base, status: 'error', valueZh: facts.errorZh ?? '无法测得' })];
  const { severity, holds, shown } = meetLevels('at-least', rule.levels, value);
  return [
    resultOf(rule, labels, {
      ...base,
      status: severity === undefined ? 'ok' : 'breach',
      severity,
      holds,
      value: value.toString(),
      valueZh: `${value.toString()} ${unit}`,
      limitZh: `低于 ${shown.threshold} ${unit}`,
    }),
  ];
}
