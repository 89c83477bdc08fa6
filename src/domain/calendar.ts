/**
 * Beijing time (UTC+8, no daylight saving since 1991): the natural day of GB 3095 and HJ 633 is the Beijing day.
 * Days are `YYYY-MM-DD` texts, months `YYYY-MM`; both compare correctly as text.
 */
export const beijingOffsetMs = 8 * 3_600_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;

const dayPattern = /^(\d{4})-(\d{2})-(\d{2})$/;

/** The Beijing day that contains an instant (epoch milliseconds). */
export function dayOfInstant(epochMs: number): string {
  return new Date(epochMs + beijingOffsetMs).toISOString().slice(0, 10);
}

/** The instant (epoch milliseconds) at which a Beijing day begins. */
export function instantOfDay(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) - beijingOffsetMs;
}

/** Whether the text is a day that exists in the calendar, e.g. not 2025-02-29. */
export function isDay(text: string): boolean {
  if (!dayPattern.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return Number.isFinite(ms) && new Date(ms).toISOString().slice(0, 10) === text;
}

// Days are asked for in millions, and are few: turning dates into texts took most of the time of judging a year.
const numbersOfDays = new Map<string, number>();
const textsOfDays = new Map<number, string>();
const mostRemembered = 100_000;

/** Days since 1970-01-01; NaN for what is no day. */
function numberOfDay(day: string): number {
  let number = numbersOfDays.get(day);
  if (number === undefined) {
    number = Math.round(Date.parse(`${day}T00:00:00Z`) / dayMs);
    if (numbersOfDays.size < mostRemembered) numbersOfDays.set(day, number);
  }
  return number;
}

function textOfDay(number: number): string {
  let text = textsOfDays.get(number);
  if (text === undefined) {
    text = new Date(number * dayMs).toISOString().slice(0, 10);
    if (textsOfDays.size < mostRemembered) textsOfDays.set(number, text);
  }
  return text;
}

/** The day a number of days later (negative: earlier). */
export function addDays(day: string, days: number): string {
  return textOfDay(numberOfDay(day) + days);
}

/** Whole days from one day to another; positive when `to` is later. */
export function daysBetween(from: string, to: string): number {
  return numberOfDay(to) - numberOfDay(from);
}

/** Every day of the half-open range [from, to). */
export function daysInRange(from: string, to: string): string[] {
  const first = numberOfDay(from);
  return Array.from({ length: Math.max(0, numberOfDay(to) - first) }, (_, i) => textOfDay(first + i));
}

/** The month (`YYYY-MM`) of a day. */
export function monthOfDay(day: string): string {
  return day.slice(0, 7);
}

/** The month a number of months later (negative: earlier). */
export function addMonths(month: string, months: number): string {
  const index = Number(month.slice(0, 4)) * 12 + Number(month.slice(5, 7)) - 1 + months;
  return `${String(Math.floor(index / 12)).padStart(4, '0')}-${String((index % 12) + 1).padStart(2, '0')}`;
}

/** The number of days in a month. */
export function daysInMonth(month: string): number {
  return daysBetween(`${month}-01`, `${addMonths(month, 1)}-01`);
}

/** The number of days in a year: 365 or 366. */
export function daysInYear(year: number): number {
  return daysBetween(`${year}-01-01`, `${year + 1}-01-01`);
}
