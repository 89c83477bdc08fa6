import type { MatchedValues } from '../domain/alertMatcher.js';
import type { NotifiedAlert, Severity } from '../domain/notification.js';
import type { ConditionResult } from './conditionResult.js';

/** An alert as silences, routes and messages see it. */
export interface AlertView {
  readonly result: ConditionResult;
  readonly severity: Severity;
  readonly state: NotifiedAlert['state'];
  readonly startsAt: number;
  readonly endsAt?: number;
}

/** What matchers ask about. */
export function matchedValues({ result, severity }: Pick<AlertView, 'result' | 'severity'>): MatchedValues {
  const labels = Object.entries(result.labels).map(([name, value]) => [name, [value]] as const);
  return { ...Object.fromEntries(labels), severity: [severity], office: result.offices };
}

const most = 500;

/** Cuts a text to what a message may hold; that it was cut is seen. */
export function cut(text: string): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

/** The alert as a message words it. */
export function wordAlert({ result, severity, state, startsAt, endsAt }: AlertView): NotifiedAlert {
  const { siteZh, indicatorZh, valueZh, limitZh, distanceZh, adviceZh } = result;
  const optional = { siteZh, indicatorZh, valueZh, limitZh, distanceZh, adviceZh };
  const given = Object.entries(optional).flatMap(([name, text]) =>
    text === undefined || text === '' ? [] : [[name, cut(text)] as const],
  );
  return {
    fingerprint: result.fingerprint,
    ruleCode: result.ruleCode,
    titleZh: cut(result.titleZh),
    severity,
    state,
    ...Object.fromEntries(given),
    periodZh: cut(result.periodZh),
    startsAt,
    ...(endsAt === undefined ? {} : { endsAt }),
  };
}
