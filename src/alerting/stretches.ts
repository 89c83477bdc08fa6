import type { AlertRule } from '../domain/alertRule.js';
import { addDays, dayMs, hourMs, instantOfDay } from '../domain/calendar.js';
import { airDayColumns } from '../store/airDays.js';
import type { Stretch } from './alertWalk.js';
import { byIndicator } from './checkKinds.js';
import type { KnownRule } from './rules.js';
import { lookbackHours, readsHours } from './seriesFacts.js';

/** How a rule may be judged in parts: by what its intervals are, and how far data reach beyond their own. */
export interface Reach {
  readonly grain: 'hour' | 'day';
  /** Data of a day decide about intervals that start up to so long before and after it. */
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** Hours of the longest condition of a warning, by the schema of its table. */
const warningMs = 240 * hourMs;
/** Published figures are compared with what is computed from the day before as well. */
const comparedMs = 2 * dayMs;

/**
 * How far data reach in what all versions of a rule say of a site. `undefined` where what is said of an interval may depend
 * on which others are asked for, or where intervals are not there for every hour or day: such a rule is judged as a whole and
 * to the end.
 *
 * @param checkReachMs how far from a day the checks of data set flags
 */
export function reachOf(
  { segments }: Pick<KnownRule, 'segments'>,
  siteKind: string | undefined,
  checkReachMs: number,
): Reach | undefined {
  const reaches = segments.flatMap(({ rule }) =>
    rule === undefined ? [] : [reachOfRule(rule, siteKind, checkReachMs)],
  );
  return reaches.reduce(
    (one, other) =>
      one === undefined || other === undefined
        ? undefined
        : {
            grain: one.grain === 'day' || other.grain === 'day' ? 'day' : 'hour',
            beforeMs: Math.max(one.beforeMs, other.beforeMs),
            afterMs: Math.max(one.afterMs, other.afterMs),
          },
    reaches[0],
  );
}

function reachOfRule(rule: AlertRule, siteKind: string | undefined, checkReachMs: number): Reach | undefined {
  if (rule.kind === 'threshold') {
    const { measure } = rule;
    if (readsHours(measure)) return { grain: 'hour', beforeMs: 0, afterMs: lookbackHours(measure) * hourMs };
    const isDaily =
      measure.of === 'daily-aqi' ||
      (measure.of === 'value' &&
        measure.interval === 'day' &&
        (airDayColumns as readonly string[]).includes(measure.indicator));
    return isDaily ? { grain: 'day', beforeMs: 0, afterMs: 0 } : undefined;
  }
  if (rule.kind === 'heavy-pollution')
    return { grain: rule.basis === 'natural-day' ? 'day' : 'hour', beforeMs: 0, afterMs: warningMs };
  if (rule.kind !== 'quality' || rule.check === 'published-changed') return undefined;
  // Which items of a section are asked for follows from the days that are asked for.
  const isOfItems = byIndicator.has(rule.check);
  if (isOfItems && siteKind !== 'air-station') return undefined;
  if (isOfItems) return { grain: 'day', beforeMs: checkReachMs, afterMs: checkReachMs };
  return { grain: 'day', beforeMs: 0, afterMs: rule.check === 'published-differs' ? comparedMs : 0 };
}

/** What data of some days, in any order, may have changed of a rule; in order and apart. */
export function stretchesOf(days: readonly string[], { beforeMs, afterMs }: Reach): Stretch[] {
  return joinStretches(
    days.map((day) => ({
      from: instantOfDay(day) - beforeMs,
      to: instantOfDay(addDays(day, 1)) + afterMs,
    })),
  );
}

/** Stretches in order, those that touch made one. */
export function joinStretches(stretches: readonly Stretch[]): Stretch[] {
  const joined: { from: number; to: number }[] = [];
  for (const { from, to } of [...stretches].sort((one, other) => one.from - other.from)) {
    const last = joined.at(-1);
    if (last !== undefined && from <= last.to) last.to = Math.max(last.to, to);
    else joined.push({ from, to });
  }
  return joined;
}
