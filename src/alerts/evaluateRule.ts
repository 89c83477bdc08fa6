import type { AlertRule, AlertRuleKind, RuleOfKind } from '../domain/alertRule.js';
import type { WarningTable } from '../domain/heavyPollution.js';
import type { ConditionResult } from './conditionResult.js';
import { evaluateAbsence } from './conditions/absence.js';
import { evaluateHeavyPollution } from './conditions/heavyPollution.js';
import { evaluateQuality } from './conditions/quality.js';
import { evaluateService } from './conditions/service.js';
import { evaluateTarget } from './conditions/target.js';
import { evaluateThreshold } from './conditions/threshold.js';
import type { FactsOfKind } from './facts.js';
import type { AlertTiming } from './stateMachine.js';
import type { WorkingCalendar } from './workingDays.js';

/** Reference data that conditions rest on besides the facts. */
export interface ConditionContext {
  readonly calendar: WorkingCalendar;
  readonly warningTables: readonly WarningTable[];
}

type Evaluators = {
  readonly [K in AlertRuleKind]: (
    rule: RuleOfKind<K>,
    facts: FactsOfKind[K],
    context: ConditionContext,
  ) => ConditionResult[];
};

const evaluators: Evaluators = {
  threshold: evaluateThreshold,
  target: evaluateTarget,
  absence: (rule, facts, { calendar }) => evaluateAbsence(rule, facts, calendar),
  quality: evaluateQuality,
  'heavy-pollution': (rule, facts, { warningTables }) => evaluateHeavyPollution(rule, facts, warningTables),
  service: evaluateService,
};

/**
 * What a rule says of the facts of one series, target, source, site and day, place or measurement: a result for each alert
 * and interval of data, in the order of time; nothing where the rule does not watch it.
 */
export function evaluateRule<K extends AlertRuleKind>(
  rule: RuleOfKind<K>,
  facts: FactsOfKind[K],
  context: ConditionContext,
): ConditionResult[] {
  return evaluators[rule.kind](rule, facts, context);
}

/** How long things have to last for a rule. */
export function timingOf({
  forHours,
  keepFiringForHours,
  noDataForHours,
}: Pick<AlertRule, 'forHours' | 'keepFiringForHours' | 'noDataForHours'>): AlertTiming {
  const hour = 3_600_000;
  return {
    forMs: forHours * hour,
    keepFiringForMs: keepFiringForHours * hour,
    noDataForMs: noDataForHours * hour,
  };
}
