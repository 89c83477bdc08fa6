import type { Severity } from '../domain/notification.js';
import { hour } from './alerts.fixture.js';
import { fingerprintOf, type AlertLabels, type ConditionResult } from './conditionResult.js';

/** A Monday, Beijing time. */
export const noon = Date.parse('2026-11-23T12:00:00+08:00');

/** A result of an hourly rule; `null`: no breach. */
export function resultOf(
  labels: AlertLabels,
  at: number,
  severity: Severity | null,
  rest: Partial<ConditionResult> = {},
): ConditionResult {
  const all = { kind: 'threshold', rule: 'hourly-aqi', ...labels };
  return {
    fingerprint: fingerprintOf(all),
    ruleCode: all.rule,
    kind: all.kind as ConditionResult['kind'],
    labels: all,
    offices: ['ecology'],
    titleZh: '小时 AQI 偏高',
    siteZh: `站点${labels.site ?? ''}`,
    valueZh: 'AQI 210',
    periodZh: '某时',
    notesZh: [],
    at,
    until: at + hour,
    status: severity === null ? 'ok' : 'breach',
    ...(severity === null ? {} : { severity, holds: severity }),
    ...rest,
  };
}
