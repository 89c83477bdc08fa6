import { beijingOffsetMs, dayMs, hourMs } from '../../domain/calendar.js';
import type { Interval } from '../../domain/family.js';
import type { Fault } from './rejectCell.js';
import type { DateOrder, HourLabel } from './timeConvention.js';

export type TimePrecision = 'year' | 'month' | 'day' | 'minute';

/** A time as written, in Beijing. */
export interface Moment {
  /** The wall clock in Beijing as if it were UTC, epoch milliseconds. 24:00 is 00:00 of the next day. */
  readonly wallMs: number;
  readonly precision: TimePrecision;
  /** Written as hour 24. */
  readonly hour24: boolean;
  /** From an Excel serial number, which writes midnight as a mere day. */
  readonly serial?: true;
}

export type MomentResult = Moment | Fault;

/** Whether reading gave a fault instead of a result. */
export function isFault(result: object): result is Fault {
  return 'code' in result;
}

const unreadable: Fault = { code: 'time-unreadable' };
const impossible: Fault = { code: 'time-impossible' };
const ambiguous: Fault = { code: 'date-ambiguous' };
const yearMissing: Fault = { code: 'year-missing' };
const yearOutOfRange: Fault = { code: 'year-out-of-range' };

const clock = String.raw`(?:[T\s]*(\d{1,2})(?:[:时点](?:(\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?)?)`;
const zone = String.raw`\s*(Z|[+-]\d{2}:?\d{2})?`;
const fullPattern = new RegExp(String.raw`^(\d{4})([-/.年])(\d{1,2})[-/.月](\d{1,2})日?(?:(?<=日)|(?=[T\s]|$))${clock}?${zone}$`, 'i'); // prettier-ignore
const monthPattern = /^(\d{4})([-/.年])(\d{1,2})月?(?:份)?$/;
const compactPattern = /^(\d{4})(\d{2})(\d{2})?(\d{2})?(\d{2})?(\d{2})?$/;
const compactClockPattern = /^(\d{4})(\d{2})(\d{2})[T\s](\d{1,2})(?::(\d{2})(?::(\d{2}))?)?$/i;
const yearlessPattern = new RegExp(String.raw`^(\d{1,2})[-/.月](\d{1,2})日?(?:(?<=日)|(?=\s))${clock}?$`);
const yearlessDayPattern = /^(\d{1,2})[-/月](\d{1,2})日?$/;
const yearLastPattern = /^\d{1,2}([-/.])\d{1,2}\1(?:\d{4}|\d{2})(?:\s.*)?$/;
const orderedPattern = new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?=\s|$)${clock}?$`);
const maxTimeText = 80;
const serialPattern = /^[2-7]\d{4}(?:\.\d+)?$/;

/**
 * Reads a time as clerks and exports write it: `20200402`, `2025-01-01`, `2025/1/1`, `2025.1.1`, `2025年1月1日 8时`,
 * `2025-01-01 08:00[:00]`, ISO with `Z` or an offset, `2025-01`, and with `year` also `04-01 08:00`. Day-first and
 * month-first dates with the year last are ambiguous and refused unless `order` says which they are.
 */
export function parseMoment(text: string, year?: number, order?: DateOrder): MomentResult {
  if (text.length > maxTimeText) return unreadable;
  const folded = foldTimeText(text);
  const full = fullPattern.exec(folded);
  if (full !== null) {
    return buildMoment(
      [full[1], full[3], full[4]],
      full[5] === undefined ? undefined : [full[5], full[6], full[7]],
      full[8],
    );
  }
  if (serialPattern.test(folded)) return { code: 'date-excel-serial' };
  const compact = compactClockPattern.exec(folded) ?? compactPattern.exec(folded);
  if (compact !== null) {
    return buildMoment(
      [compact[1], compact[2], compact[3]],
      compact[4] === undefined ? undefined : [compact[4], compact[5], compact[6]],
    );
  }
  return (
    (order === undefined ? undefined : parseOrdered(folded, order)) ?? parseMonthOrYearless(folded, year)
  );
}

function parseOrdered(folded: string, order: DateOrder): MomentResult | undefined {
  const found = orderedPattern.exec(folded);
  if (found === null) return undefined;
  const [month, day] = order === 'month-first' ? [found[1], found[3]] : [found[3], found[1]];
  return buildMoment(
    [found[4], month, day],
    found[5] === undefined ? undefined : [found[5], found[6], found[7]],
  );
}

function parseMonthOrYearless(folded: string, year: number | undefined): MomentResult {
  const month = monthPattern.exec(folded);
  if (month !== null) {
    // Excel shows 2025.10 as 2025.1: October and January cannot be told apart.
    if (month[2] === '.' && month[3] === '1') return ambiguous;
    return buildMoment([month[1], month[3], undefined]);
  }
  if (yearLastPattern.test(folded)) return ambiguous;
  const yearless = yearlessPattern.exec(folded) ?? yearlessDayPattern.exec(folded);
  if (yearless !== null) {
    if (year === undefined) return yearMissing;
    return buildMoment(
      [String(year), yearless[1], yearless[2]],
      yearless[3] === undefined ? undefined : [yearless[3], yearless[4], yearless[5]],
    );
  }
  const onlyYear = /^(\d{4})年?$/.exec(folded);
  return onlyYear === null ? unreadable : buildMoment([onlyYear[1], undefined, undefined]);
}

type Part = string | undefined;

/** A moment from its parts; faults for dates and times that do not exist. */
export function buildMoment(
  date: readonly [Part, Part, Part],
  clockParts?: readonly [Part, Part, Part],
  zoneText?: string,
): MomentResult {
  const year = Number(date[0]);
  if (!Number.isInteger(year)) return unreadable;
  if (year < 1990 || year > 2100) return yearOutOfRange;
  const month = date[1] === undefined ? 1 : Number(date[1]);
  const day = date[2] === undefined ? 1 : Number(date[2]);
  if (month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return impossible;
  const start = Date.UTC(year, month - 1, day);
  if (clockParts === undefined) {
    const precision = date[1] === undefined ? 'year' : date[2] === undefined ? 'month' : 'day';
    return { wallMs: start, precision, hour24: false };
  }
  const [hour, minute, second] = clockParts.map((part) => Number(part ?? 0)) as [number, number, number];
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) return impossible;
  const wallMs = start + ((hour * 60 + minute) * 60 + second) * 1000 + zoneShift(zoneText);
  return { wallMs, precision: 'minute', hour24: hour === 24 };
}

/** A time of day as written. */
export interface ClockTime {
  readonly ms: number;
  /** Written as hour 24. */
  readonly hour24: boolean;
}

/** Reads an hour column: `8`, `08`, `8时`, `08:00`; 0 to 24. */
export function parseClock(hourText: string): ClockTime | Fault {
  const match = /^(\d{1,2})(?:[时点h]|:(\d{2})(?::(\d{2}))?)?$/i.exec(foldTimeText(hourText));
  if (match === null) return unreadable;
  const hour = Number(match[1]);
  const minute = Number(match[2] ?? 0);
  const second = Number(match[3] ?? 0);
  if (hour > 24 || minute > 59 || second > 59 || (hour === 24 && minute + second > 0)) return impossible;
  return { ms: ((hour * 60 + minute) * 60 + second) * 1000, hour24: hour === 24 };
}

/** The moment at a time of a day. */
export function atClock(day: Moment, { ms, hour24 }: ClockTime): Moment {
  return { wallMs: day.wallMs + ms, precision: 'minute', hour24 };
}

/** Adds an hour column to a day; see `parseClock`. */
export function addHour(day: Moment, hourText: string): MomentResult {
  const clockTime = parseClock(hourText);
  return isFault(clockTime) ? clockTime : atClock(day, clockTime);
}

/**
 * The start of the interval that a moment labels, epoch milliseconds; for samples the moment itself. Under `end`
 * the hour label 08:00 speaks for 07:00–08:00, and 24:00 and 00:00 for the last hour of the day before.
 */
export function intervalStart(moment: Moment, interval: Interval, hourLabel: HourLabel): number | Fault {
  const instant = moment.wallMs - beijingOffsetMs;
  const { precision } = moment;
  switch (interval) {
    case 'instant':
      return precision === 'day' || precision === 'minute' ? instant : otherInterval(interval);
    case 'hour':
      if (precision !== 'minute' && moment.serial === undefined) return otherInterval(interval);
      if (moment.wallMs % hourMs !== 0) return { code: 'time-not-on-hour' };
      if (hourLabel === 'end') return instant - hourMs;
      return moment.hour24 ? impossible : instant;
    case 'day':
      if (precision === 'day') return instant;
      return precision === 'minute' && moment.wallMs % dayMs === 0 && !moment.hour24
        ? instant
        : otherInterval(interval);
    case 'month':
      if (precision === 'month') return instant;
      return precision === 'day' && new Date(moment.wallMs).getUTCDate() === 1
        ? instant
        : otherInterval(interval);
  }
}

const intervalZh: Readonly<Record<Interval, string>> = {
  hour: '小时值',
  day: '日值',
  month: '月值',
  instant: '瞬时采样',
};

function otherInterval(interval: Interval): Fault {
  return { code: 'time-of-other-interval', params: { interval, intervalZh: intervalZh[interval] } };
}

function zoneShift(zoneText: string | undefined): number {
  if (zoneText === undefined) return 0;
  if (/^z$/i.test(zoneText)) return beijingOffsetMs;
  const sign = zoneText.startsWith('-') ? -1 : 1;
  const minutes = Number(zoneText.slice(1, 3)) * 60 + Number(zoneText.slice(-2));
  return beijingOffsetMs - sign * minutes * 60_000;
}

function daysOf(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** Full-width characters to half-width, outer blanks away. */
export function foldTimeText(text: string): string {
  const trimmed = text.trim();
  // eslint-disable-next-line no-control-regex
  return /^[\x00-\x7f]*$/.test(trimmed)
    ? trimmed
    : trimmed.normalize('NFKC').replace(/[\u200b-\u200d\ufeff]/g, '');
}
