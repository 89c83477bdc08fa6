import type { AlertRule } from '../domain/alertRule.js';
import type { Severity } from '../domain/notification.js';
import type { ConditionResult } from './conditionResult.js';
import { episodesOf } from './episodes.js';
import { evaluateRule, timingOf, type ConditionContext } from './evaluateRule.js';
import type { FactsOfKind } from './facts.js';
import { replay, type AlertState } from './stateMachine.js';

/** One alert that a rule would have raised. */
export interface BacktestAlert {
  readonly fingerprint: string;
  readonly siteZh: string | null;
  readonly indicatorZh: string | null;
  readonly severity: Severity;
  readonly startsAt: number;
  /** When it would have been told: the end of the data that made it fire. */
  readonly firedAt: number;
  /** `null`: it fires at the end of the span. */
  readonly endsAt: number | null;
  /** Up to the end of the data where it fires still. */
  readonly durationMs: number;
  readonly valueZh: string | null;
  readonly periodZh: string;
}

export interface Backtest {
  readonly alerts: readonly BacktestAlert[];
  /**
   * Alerts that began within `flapHours` of the end of the one before about the same thing: what `for`, a clearing threshold
   * or `keepFiringFor` would have made one.
   */
  readonly flaps: number;
  /** Intervals looked at, by what was found. */
  readonly intervals: Readonly<Record<ConditionResult['status'], number>>;
  /** Breaches that did not count, e.g. for dust. */
  readonly suppressed: number;
}

/** Hours between two alerts that make the second a flap of the first; for display only. */
export const flapHours = 24;

/**
 * Replays history through a rule, whether it is saved or not.
 *
 * @param facts the facts of each series, target, source, place … over the whole span; moments of looking at a source are
 *   facts of their own, in order
 */
export function backtest<R extends AlertRule>(
  rule: R,
  facts: readonly FactsOfKind[R['kind']][],
  context: ConditionContext,
): Backtest {
  const byAlert = new Map<string, ConditionResult[]>();
  const intervals = { ok: 0, breach: 0, 'no-data': 0, error: 0 };
  let suppressed = 0;
  for (const one of facts)
    for (const result of evaluateRule<R['kind']>(rule as never, one as never, context)) {
      intervals[result.status] += 1;
      if (result.suppressedZh !== undefined) suppressed += 1;
      const list = byAlert.get(result.fingerprint);
      if (list === undefined) byAlert.set(result.fingerprint, [result]);
      else list.push(result);
    }
  const timing = timingOf(rule);
  const lists = [...byAlert.values()].map((results) => {
    const { transitions, state } = replay(timing, results, 0);
    return episodesOf(transitions).map((episode) => describe(episode, state));
  });
  const alerts = lists.flat().sort((one, other) => one.startsAt - other.startsAt);
  return { alerts, flaps: lists.reduce((sum, list) => sum + countFlaps(list), 0), intervals, suppressed };
}

function describe(
  episode: ReturnType<typeof episodesOf<ConditionResult>>[number],
  { through }: AlertState,
): BacktestAlert {
  const { verdict } = episode.transitions[0]!;
  return {
    fingerprint: verdict.fingerprint,
    siteZh: verdict.siteZh ?? null,
    indicatorZh: verdict.indicatorZh ?? null,
    severity: episode.gravest,
    startsAt: episode.startsAt,
    firedAt: verdict.until,
    endsAt: episode.endsAt,
    durationMs: (episode.endsAt ?? through ?? episode.startsAt) - episode.startsAt,
    valueZh: verdict.valueZh ?? null,
    periodZh: verdict.periodZh,
  };
}

function countFlaps(alerts: readonly BacktestAlert[]): number {
  return alerts.filter(({ startsAt }, index) => {
    const before = alerts[index - 1]?.endsAt;
    return before !== undefined && before !== null && startsAt - before < flapHours * 3_600_000;
  }).length;
}
