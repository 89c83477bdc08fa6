import { meetLevels } from '../../domain/alertLevel.js';
import type { RuleOfKind } from '../../domain/alertRule.js';
import { qualityCheckZh } from '../../domain/alertRuleWords.js';
import { addDays, instantOfDay } from '../../domain/calendar.js';
import { Decimal } from '../../domain/decimal.js';
import type { ConditionResult } from '../conditionResult.js';
import type { FactSite, QualityFacts } from '../facts.js';
import { dayZh } from '../periodWords.js';
import { isInScope, resultOf } from './result.js';

interface Labels {
  readonly site: string;
  readonly check: string;
  readonly indicator?: string;
}

/** Labels by site: their digest is the identity of an alert and dear; days have the same ones. */
const labelsOfSites = new WeakMap<FactSite, Map<string, Labels>>();

function labelsOf(check: string, site: FactSite, indicator: string | undefined): Labels {
  const own = labelsOfSites.get(site) ?? new Map<string, Labels>();
  labelsOfSites.set(site, own);
  const key = `${check} ${indicator ?? ''}`;
  const known = own.get(key);
  if (known !== undefined) return known;
  const labels = { site: site.code, check, ...(indicator === undefined ? {} : { indicator }) };
  own.set(key, labels);
  return labels;
}

/** Whether a check has marked too many rows of a site and day. A day without rows is no data. */
export function evaluateQuality(rule: RuleOfKind<'quality'>, facts: QualityFacts): ConditionResult[] {
  const { site, day, indicator, marked, rows, examplesZh = [] } = facts;
  if (!isInScope(rule.scope, site)) return [];
  const { severity, holds, shown } = meetLevels('at-least', rule.levels, new Decimal(marked));
  const base = {
    at: instantOfDay(day),
    until: instantOfDay(addDays(day, 1)),
    siteZh: site.nameZh,
    indicatorZh: indicator?.nameZh,
    limitZh: `少于 ${shown.threshold} 行`,
    periodZh: dayZh(day),
  };
  const labels = labelsOf(rule.check, site, indicator?.code);
  if (rows === 0) return [resultOf(rule, labels, { ...base, status: 'no-data', valueZh: '当日没有数据' })];
  return [
    resultOf(rule, labels, {
      ...base,
      status: severity === undefined ? 'ok' : 'breach',
      severity,
      holds,
      value: String(marked),
      valueZh: `${qualityCheckZh[rule.check]} ${marked} 行（当日 ${rows} 行）`,
      notesZh: examplesZh.slice(0, 5),
    }),
  ];
}
