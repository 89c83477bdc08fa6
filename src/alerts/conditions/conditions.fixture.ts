import { alertRuleSchema, type AlertRuleKind, type RuleOfKind } from '../../domain/alertRule.js';
import type { ConditionResult } from '../conditionResult.js';
import type { FactSite } from '../facts.js';

export const station: FactSite = {
  code: 'air-town',
  nameZh: '城区站',
  kind: 'air-station',
  groups: ['air-county'],
};
export const section: FactSite = { code: 'sec-1', nameZh: '断面1', kind: 'river-section', groups: ['river'] };

/** A rule of a kind with what a test is not about filled in; refused definitions throw. */
export function ruleOf<K extends AlertRuleKind>(kind: K, rest: Record<string, unknown>): RuleOfKind<K> {
  return alertRuleSchema.parse({
    kind,
    code: 'r',
    titleZh: '规则',
    offices: ['ecology'],
    source: '测试',
    ...(kind === 'target' || kind === 'service' ? {} : { scope: { groups: ['air-county', 'river'] } }),
    ...rest,
  }) as RuleOfKind<K>;
}

/** Status, severity and what is held of each result. */
export function brief(results: readonly ConditionResult[]): string[] {
  return results.map(({ status, severity, holds }) =>
    [
      status,
      ...(severity === undefined ? [] : [severity]),
      ...(holds === severity || holds === undefined ? [] : [`holds ${holds}`]),
    ].join(' '),
  );
}
