import { dayMs } from '../../domain/calendar.js';
import type { DateSystem } from './timeConvention.js';
import { foldTimeText, type MomentResult } from './timeText.js';

// Serial 60 of the 1900 system is 29 February 1900, which never was; with 1899-12-30 as day 0 all later days are right.
const dayZero: Readonly<Record<DateSystem, number>> = {
  1900: Date.UTC(1899, 11, 30),
  1904: Date.UTC(1904, 0, 1),
};
const serialPattern = /^(\d{5})(?:\.(\d{1,17}))?$/;
const firstYear = Date.UTC(1990, 0, 1);
const afterLastYear = Date.UTC(2101, 0, 1);

/**
 * The day or time that a serial number stands for; `undefined` for texts that are no serial number (five digits,
 * perhaps with a fraction). A fraction is rounded to the minute when it cannot say more exactly, else to the second.
 */
export function parseSerial(text: string, system: DateSystem): MomentResult | undefined {
  const match = serialPattern.exec(foldTimeText(text));
  if (match === null) return undefined;
  const [, days = '', fraction = ''] = match;
  const start = dayZero[system] + Number(days) * dayMs;
  const wallMs = start + clockMs(fraction);
  if (wallMs < firstYear || wallMs >= afterLastYear) return { code: 'year-out-of-range' };
  const precision = /[1-9]/.test(fraction) ? 'minute' : 'day';
  return { wallMs, precision, hour24: false, serial: true };
}

function clockMs(fraction: string): number {
  if (fraction === '') return 0;
  const seconds = Number(`0.${fraction}`) * 86_400;
  // Half of what the last digit stands for, in seconds, and never less than half a second.
  const tolerance = Math.max(0.5, 43_200 / 10 ** fraction.length);
  const minute = Math.round(seconds / 60) * 60;
  return (Math.abs(seconds - minute) <= tolerance ? minute : Math.round(seconds)) * 1000;
}

/** The ISO day of a serial number without a time, for texts of periods; other texts as they are. */
export function serialDayText(text: string, system: DateSystem): string {
  const moment = parseSerial(text, system);
  if (moment === undefined || 'code' in moment || moment.precision !== 'day') return text;
  return new Date(moment.wallMs).toISOString().slice(0, 10);
}
