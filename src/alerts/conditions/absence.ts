import type { RuleOfKind } from '../../domain/alertRule.js';
import {
  addDays,
  addMonths,
  dayMs,
  dayOfInstant,
  hourMs,
  instantOfDay,
  monthOfDay,
} from '../../domain/calendar.js';
import type { ConditionResult } from '../conditionResult.js';
import type { SourceFacts } from '../facts.js';
import { durationZh, momentZh, periodZh } from '../periodWords.js';
import {
  addWorkingDays,
  isAssumedBetween,
  workingDaysBetween,
  type WorkingCalendar,
} from '../workingDays.js';
import { isInScope, resultOf } from './result.js';

type Rule = RuleOfKind<'absence'>;

/** A period whose data are due. */
export interface DuePeriod {
  readonly start: number;
  readonly end: number;
  /** When its data should be there. */
  readonly due: number;
}

/**
 * The period that follows the data stored so far: the first one that ends after them.
 *
 * @param lastUntil end of the last interval of data, epoch milliseconds
 */
export function findNextPeriod(rule: Rule, calendar: WorkingCalendar, lastUntil: number): DuePeriod {
  const { calendar: of, graceHours, graceWorkingDays } = rule;
  if (of === 'hourly') {
    const start = Math.floor(lastUntil / hourMs) * hourMs;
    return { start, end: start + hourMs, due: start + hourMs + graceHours * hourMs };
  }
  const day = dayOfInstant(lastUntil);
  if (of === 'daily') {
    const start = instantOfDay(day);
    return { start, end: start + dayMs, due: start + dayMs + graceHours * hourMs };
  }
  const months = of === 'monthly' ? 1 : 3;
  const month = monthOfDay(day);
  const first = addMonths(month, -((Number(month.slice(5)) - 1) % months));
  const lastDay = addDays(`${addMonths(first, months)}-01`, -1);
  const dueDay = graceWorkingDays === 0 ? lastDay : addWorkingDays(calendar, lastDay, graceWorkingDays);
  return {
    start: instantOfDay(`${first}-01`),
    end: instantOfDay(addDays(lastDay, 1)),
    due: instantOfDay(addDays(dueDay, 1)),
  };
}

/**
 * Whether a source is silent beyond its reporting calendar at the moment of looking. The result speaks of that moment: data
 * that come late end the alert and do not withdraw it, for they were late. A source of which nothing ever came is silent
 * since the watch over it began.
 */
export function evaluateAbsence(
  rule: Rule,
  facts: SourceFacts,
  calendar: WorkingCalendar,
): ConditionResult[] {
  const { site, indicator, lookedAt, excusedZh, excusedUntil } = facts;
  if (!isInScope(rule.scope, site)) return [];
  if (indicator === null ? rule.indicators !== 'any' : !rule.indicators.includes(indicator.code)) return [];
  const heard = Math.max(facts.lastUntil ?? facts.watchedSince, facts.watchedSince);
  const severityAt = (due: number) =>
    lookedAt < due ? undefined : findSeverity(rule, calendar, due, lookedAt);
  // What comes after an interruption is due as after data.
  const period = findNextPeriod(rule, calendar, Math.max(heard, excusedUntil ?? heard));
  const late = lookedAt - period.due;
  const severity = severityAt(period.due);
  const excused = excusedZh !== undefined && (excusedUntil === undefined || severity === undefined);
  const breach = severity !== undefined && !excused;
  const excuses = excused && severityAt(findNextPeriod(rule, calendar, heard).due) !== undefined;
  const [dueDay, today] = [dayOfInstant(period.due), dayOfInstant(lookedAt)];
  const assumed = severity !== undefined && isAssumedBetween(calendar, dueDay, today);
  return [
    resultOf(
      rule,
      { site: site.code, ...(indicator === null ? {} : { indicator: indicator.code }) },
      {
        at: lookedAt,
        until: lookedAt,
        status: breach ? 'breach' : 'ok',
        ...(breach ? { severity, holds: severity } : {}),
        // Which period is missing, not how late it is: being later still is no other figure.
        value: String(period.start),
        siteZh: site.nameZh,
        ...(indicator === null ? {} : { indicatorZh: indicator.nameZh }),
        valueZh: facts.lastUntil === null ? '从未收到数据' : `最后数据截至${momentZh(facts.lastUntil)}`,
        limitZh: `应于${momentZh(period.due)}前报送`,
        ...(late < 0 ? {} : { distanceZh: `已逾期 ${durationZh(late)}` }),
        periodZh: `${periodZh(period.start, period.end)}起缺报`,
        ...(excuses ? { suppressedZh: excusedZh } : {}),
        notesZh: assumed ? ['该年节假日安排尚未录入，工作日按周一至周五推算'] : [],
      },
    ),
  ];
}

function findSeverity(rule: Rule, calendar: WorkingCalendar, due: number, now: number) {
  const dueDay = dayOfInstant(due);
  // A due time at midnight leaves that whole day to pass; later in the day the next one counts first.
  const from = due === instantOfDay(dueDay) ? addDays(dueDay, -1) : dueDay;
  const passed = workingDaysBetween(calendar, from, addDays(dayOfInstant(now), -1));
  return rule.levels.findLast(({ afterHours, afterWorkingDays }) =>
    afterHours === undefined ? passed >= (afterWorkingDays ?? 0) : now - due >= afterHours * hourMs,
  )?.severity;
}
