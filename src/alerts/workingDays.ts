import { createRequire } from 'node:module';
import { z } from 'zod';
import { addDays, beijingOffsetMs, dayMs, dayOfInstant, instantOfDay, isDay } from '../domain/calendar.js';

// The package's own functions read dates in the time zone of the process and answer for years that they know nothing
// of; its table is read instead.
const table = z
  .object({ holidays: z.record(z.string(), z.string()), workdays: z.record(z.string(), z.string()) })
  .parse(createRequire(import.meta.url)('chinese-days/dist/chinese-days.json'));
const knownYears = new Set(Object.keys(table.holidays).map((day) => day.slice(0, 4)));

/** A day that the bureau has entered, e.g. from the notice of a year that the calendar does not have. */
export interface DayOverride {
  /** Beijing day, YYYY-MM-DD. */
  readonly day: string;
  readonly working: boolean;
  readonly nameZh?: string;
}

/** What a day is, and how that is known. */
export interface DayKind {
  readonly working: boolean;
  /** `assumed`: the calendar has no data for the year, and only Saturdays and Sundays count as free. */
  readonly basis: 'override' | 'calendar' | 'assumed';
  /** Name of the holiday, or of the one that a working weekend makes up for. */
  readonly nameZh?: string;
}

/** Times of the day at which offices work, in minutes since midnight; half-open, in order, apart. */
export type WorkingHours = readonly { readonly from: number; readonly to: number }[];

/** 8:30–12:00 and 14:30–18:30: an assumption that the bureau sets. */
export const defaultWorkingHours: WorkingHours = [
  { from: 8 * 60 + 30, to: 12 * 60 },
  { from: 14 * 60 + 30, to: 18 * 60 + 30 },
];

/** Chinese working days with the bureau's own entries over them. */
export interface WorkingCalendar {
  readonly overrides: ReadonlyMap<string, DayOverride>;
  /** Years entered in full: their other days are weekdays and weekends for certain. */
  readonly completeYears: ReadonlySet<string>;
  readonly hours: WorkingHours;
}

/**
 * A calendar with overrides, the last of several for a day winning.
 *
 * @param completeYears years (`2027`) whose notice was entered in full, so that their days are no longer assumed
 * @throws RangeError for an override of no day
 */
export function createCalendar(
  overrides: readonly DayOverride[] = [],
  completeYears: readonly string[] = [],
  hours: WorkingHours = defaultWorkingHours,
): WorkingCalendar {
  for (const { day } of overrides) if (!isDay(day)) throw new RangeError(`not a day: ${day}`);
  return {
    overrides: new Map(overrides.map((one) => [one.day, one])),
    completeYears: new Set(completeYears),
    hours,
  };
}

/**
 * What a Beijing day is.
 *
 * @throws RangeError for a text that is no day of the calendar
 */
export function kindOfDay(calendar: WorkingCalendar, day: string): DayKind {
  if (!isDay(day)) throw new RangeError(`not a day: ${day}`);
  const override = calendar.overrides.get(day);
  if (override !== undefined) {
    const { working, nameZh } = override;
    return { working, basis: 'override', ...(nameZh === undefined ? {} : { nameZh }) };
  }
  const weekday = !isWeekend(day);
  const year = day.slice(0, 4);
  if (calendar.completeYears.has(year)) return { working: weekday, basis: 'override' };
  const holiday = table.holidays[day];
  if (holiday !== undefined) return { working: false, basis: 'calendar', nameZh: nameOf(holiday) };
  const made = table.workdays[day];
  if (made !== undefined) return { working: true, basis: 'calendar', nameZh: nameOf(made) };
  return { working: weekday, basis: knownYears.has(year) ? 'calendar' : 'assumed' };
}

/** Whether offices work on a Beijing day. */
export function isWorkingDay(calendar: WorkingCalendar, day: string): boolean {
  return kindOfDay(calendar, day).working;
}

/** Whether any day of [from, to] rests on weekends alone, to be shown beside what was counted. */
export function isAssumedBetween(calendar: WorkingCalendar, from: string, to: string): boolean {
  for (let day = from; day <= to; day = addDays(day, 1))
    if (kindOfDay(calendar, day).basis === 'assumed') return true;
  return false;
}

// Entries could make every day a holiday: nothing here may count for ever.
const mostDays = 366 * 3;

/**
 * The `count`-th working day after a day; 0 gives the day itself where it is one, else the next. Negative counts go back.
 *
 * @throws RangeError when three years hold too few working days
 */
export function addWorkingDays(calendar: WorkingCalendar, day: string, count: number): string {
  const step = count < 0 ? -1 : 1;
  let left = Math.abs(count);
  let found = day;
  if (left === 0 && !isWorkingDay(calendar, found)) left = 1;
  for (let tried = 0; left > 0; tried += 1) {
    if (tried > mostDays) throw new RangeError(`too few working days around ${day}`);
    found = addDays(found, step);
    if (isWorkingDay(calendar, found)) left -= 1;
  }
  return found;
}

/** Working days in (from, to]: what has passed at the end of `to` since the end of `from`; 0 when `to` is not later. */
export function workingDaysBetween(calendar: WorkingCalendar, from: string, to: string): number {
  let count = 0;
  for (let day = addDays(from, 1); day <= to; day = addDays(day, 1))
    if (isWorkingDay(calendar, day)) count += 1;
  return count;
}

/** Hours of work (fractions included) between two instants in epoch milliseconds; 0 when `to` is not later. */
export function workingHoursBetween(calendar: WorkingCalendar, from: number, to: number): number {
  if (to <= from) return 0;
  let worked = 0;
  const last = dayOfInstant(to);
  for (let day = dayOfInstant(from); day <= last; day = addDays(day, 1)) {
    if (!isWorkingDay(calendar, day)) continue;
    const start = instantOfDay(day);
    for (const { from: opens, to: closes } of calendar.hours) {
      const begin = Math.max(from, start + opens * 60_000);
      const end = Math.min(to, start + closes * 60_000);
      if (end > begin) worked += end - begin;
    }
  }
  return worked / 3_600_000;
}

function isWeekend(day: string): boolean {
  const weekday = new Date(Date.parse(`${day}T00:00:00Z`)).getUTCDay();
  return weekday === 0 || weekday === 6;
}

function nameOf(entry: string): string {
  return entry.split(',')[1] ?? entry;
}

/** The minute of the Beijing day at an instant, 0–1439. */
export function minuteOfDay(epochMs: number): number {
  return Math.floor(((((epochMs + beijingOffsetMs) % dayMs) + dayMs) % dayMs) / 60_000);
}
