import type { AlertRule } from '../domain/alertRule.js';
import type { Severity } from '../domain/notification.js';
import type { ConditionResult } from './conditionResult.js';
import { episodesOf } from './episodes.js';
import { evaluateRule, timingOf, type ConditionContext } from './evaluateRule.js';
import type { FactsOfKind } from './facts.js';
import { initialState, step, type AlertState, type AlertTiming, type Transition } from './stateMachine.js';

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
  /** Series, targets, sources … that were replayed. */
  readonly subjects: number;
}

/** Hours between two alerts that make the second a flap of the first; for display only. */
export const flapHours = 24;

/** What is kept of one alert while history passes. */
interface Replayed {
  state: AlertState;
  readonly transitions: Transition<ConditionResult>[];
}

/**
 * Replays history through a rule, whether it is saved or not, as its facts come: those of each series, target, source, place …
 * in the order of time. What is kept is the transitions.
 */
export class BacktestRun<R extends AlertRule> {
  readonly #rule: R;
  readonly #context: ConditionContext;
  readonly #timing: AlertTiming;
  readonly #byAlert = new Map<string, Replayed>();
  readonly #series = new Set<string>();
  readonly #intervals = { ok: 0, breach: 0, 'no-data': 0, error: 0 };
  #subjects = 0;
  #suppressed = 0;

  constructor(rule: R, context: ConditionContext) {
    this.#rule = rule;
    this.#context = context;
    this.#timing = timingOf(rule);
  }

  /** Takes facts that follow on those taken of the same series, target, source or place. */
  take(facts: FactsOfKind[R['kind']]): void {
    const results = evaluateRule<R['kind']>(this.#rule as never, facts as never, this.#context);
    this.#count(facts);
    for (const result of results) {
      this.#intervals[result.status] += 1;
      if (result.suppressedZh !== undefined) this.#suppressed += 1;
      const known = this.#byAlert.get(result.fingerprint) ?? { state: initialState, transitions: [] };
      this.#byAlert.set(result.fingerprint, known);
      const { next, events } = step(this.#timing, known.state, result, 0);
      known.state = next;
      known.transitions.push(...events);
    }
  }

  /** A series or place that comes in parts is one. */
  #count(facts: FactsOfKind[AlertRule['kind']]): void {
    const series =
      'points' in facts
        ? facts.place.code
        : 'indicator' in facts && 'from' in facts
          ? `${facts.site.code} ${facts.indicator.code}`
          : undefined;
    if (series !== undefined && this.#series.has(series)) return;
    if (series !== undefined) this.#series.add(series);
    this.#subjects += 1;
  }

  /** What the rule would have raised by all that was taken. */
  finish(): Backtest {
    const lists = [...this.#byAlert.values()].map(({ state, transitions }) =>
      episodesOf(transitions).map((episode) => describe(episode, state)),
    );
    const order = (one: BacktestAlert, other: BacktestAlert) =>
      one.startsAt - other.startsAt || (one.fingerprint < other.fingerprint ? -1 : 1);
    return {
      alerts: lists.flat().sort(order),
      flaps: lists.reduce((sum, list) => sum + countFlaps(list), 0),
      intervals: this.#intervals,
      suppressed: this.#suppressed,
      subjects: this.#subjects,
    };
  }
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
