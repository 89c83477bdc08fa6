import { createHash } from 'node:crypto';
import type { AlertLabelName, AlertRuleKind } from '../domain/alertRule.js';
import type { Severity } from '../domain/notification.js';

/** What an alert is about, by name of label; `kind` and `rule` are always there. */
export type AlertLabels = Readonly<Partial<Record<AlertLabelName, string>>>;

/** What the state machine needs to know of one interval of data. */
export interface IntervalVerdict {
  /** Start and end (exclusive) of the interval of data, epoch milliseconds; equal for a sample taken at a moment. */
  readonly at: number;
  readonly until: number;
  readonly status: 'ok' | 'breach' | 'no-data' | 'error';
  /** With `breach`: the gravest level reached. */
  readonly severity?: Severity | undefined;
  /** The gravest severity that an alert which fires already keeps, by the clearing thresholds. */
  readonly holds?: Severity | undefined;
  /** With `ok`: what it was about is over (a target's period), so that nothing can fire any more. */
  readonly ends?: true | undefined;
  /** The figure as exact decimal text, so that a corrected one is told from the same one. */
  readonly value?: string | undefined;
}

/** What a rule says of one thing (site, indicator, target …) and one interval of data, ready to be shown. */
export interface ConditionResult extends IntervalVerdict {
  readonly fingerprint: string;
  readonly ruleCode: string;
  readonly kind: AlertRuleKind;
  readonly labels: AlertLabels;
  /** Codes of the offices responsible. */
  readonly offices: readonly string[];
  readonly titleZh: string;
  readonly siteZh?: string | undefined;
  readonly indicatorZh?: string | undefined;
  readonly valueZh?: string | undefined;
  readonly limitZh?: string | undefined;
  readonly distanceZh?: string | undefined;
  readonly periodZh: string;
  readonly adviceZh?: string | undefined;
  /** Why a breach does not count, e.g. dust; an alert withdrawn for it says so. */
  readonly suppressedZh?: string | undefined;
  /** What a reader should know besides: assumptions, doubtful values. */
  readonly notesZh: readonly string[];
}

/** Identity of an alert: a digest of its labels, whatever their order. */
export function fingerprintOf(labels: AlertLabels): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return digestOf(pairs.map(([name, value]) => `${name}=${value}`));
}

/** A short digest (32 hex digits) of texts in their order; no text can run into the next. */
export function digestOf(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 32);
}
