import type { AlertRule, AlertScope } from '../../domain/alertRule.js';
import { fingerprintOf, type AlertLabels, type ConditionResult } from '../conditionResult.js';
import type { FactSite } from '../facts.js';

type Finding = Omit<
  ConditionResult,
  'fingerprint' | 'ruleCode' | 'kind' | 'labels' | 'offices' | 'titleZh' | 'notesZh'
>;

interface Identity {
  readonly rule: AlertRule;
  readonly labels: AlertLabels;
  readonly fingerprint: string;
}

// One series has thousands of results with the same labels.
const identities = new WeakMap<object, Identity>();

function identityOf(rule: AlertRule, labels: Omit<AlertLabels, 'kind' | 'rule'>): Identity {
  const known = identities.get(labels);
  if (known?.rule === rule) return known;
  const all: AlertLabels = { kind: rule.kind, rule: rule.code, ...labels };
  const identity = { rule, labels: all, fingerprint: fingerprintOf(all) };
  identities.set(labels, identity);
  return identity;
}

/** Completes what a condition found to a result of its rule. */
export function resultOf(
  rule: AlertRule,
  labels: Omit<AlertLabels, 'kind' | 'rule'>,
  found: Finding & { readonly notesZh?: readonly string[]; readonly offices?: readonly string[] },
): ConditionResult {
  const { notesZh = [], offices, ...rest } = found;
  const { labels: all, fingerprint } = identityOf(rule, labels);
  return {
    ...rest,
    fingerprint,
    ruleCode: rule.code,
    kind: rule.kind,
    labels: all,
    offices: rule.offices === 'of-target' ? (offices ?? []) : rule.offices,
    titleZh: rule.titleZh,
    ...(rule.adviceZh === undefined ? {} : { adviceZh: rule.adviceZh }),
    notesZh: rule.assumptionZh === undefined ? notesZh : [...notesZh, `假定：${rule.assumptionZh}`],
  };
}

/** Whether a rule watches a site. */
export function isInScope({ sites, groups, kinds }: AlertScope, site: FactSite): boolean {
  return (
    sites.includes(site.code) || kinds.includes(site.kind) || groups.some((one) => site.groups.includes(one))
  );
}

/** A figure with its unit. */
export function withUnit(value: string, unit: string): string {
  return unit === '' ? value : `${value} ${unit}`;
}
