import { decimalFromDouble } from '../../domain/decimal.js';
import type { NumberKind } from './numberFormat.js';

const daySeconds = 86_400;
/** 1899-12-30 and 1904-01-01 as UTC: day 0 of the two date systems, right from 1 March 1900 on. */
const epochs = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) } as const;
const lastSerial = 2_958_466;
const exactIntegerLength = 15;

/**
 * The shortest decimal for a stored number, as Excel shows it: 15 significant digits at most, so that
 * 35.299999999999997 reads `35.3`. Never an exponent between 1e-30 and 1e30.
 *
 * @returns the text itself when it is not a number
 */
export function numberText(stored: string): string {
  const value = Number(stored);
  if (stored.trim() === '' || !Number.isFinite(value)) return stored;
  return shortest(value, stored.length);
}

function shortest(value: number, storedLength = 99): string {
  const rounded = storedLength <= exactIntegerLength ? value : Number(value.toPrecision(15));
  const text = String(rounded);
  return text.includes('e') ? decimalFromDouble(rounded).toString() : text;
}

/**
 * The text of a stored number under its format: `91.2%` for percentages, ISO texts for dates and times. What the
 * format hides is kept: a clock time other than midnight is shown even where the format is of a date only.
 */
export function formattedNumber(stored: string, kind: NumberKind, date1904: boolean): string {
  if (kind === 'number') return numberText(stored);
  const value = Number(stored);
  if (stored.trim() === '' || !Number.isFinite(value)) return stored;
  if (kind === 'percent') {
    return `${decimalFromDouble(Number(value.toPrecision(15)))
      .times(100)
      .toString()}%`;
  }
  return dateText(value, kind, date1904) ?? numberText(stored);
}

/**
 * The date that a serial number stands for: `45393` is `2024-04-11`, `45393.375` is `2024-04-11 09:00`. For cells of
 * a date column whose format is General. `undefined` for texts that are no serial of the years 1990 to 2100.
 */
export function serialToText(text: string, date1904 = false): string | undefined {
  if (!/^\d{5}(?:\.\d{1,17})?$/.test(text)) return undefined;
  const date = dateText(Number(text), 'date', date1904);
  const year = Number(date?.slice(0, 4));
  return date !== undefined && year >= 1990 && year <= 2100 ? date : undefined;
}

function dateText(serial: number, kind: NumberKind, date1904: boolean): string | undefined {
  if (serial < 0 || serial >= lastSerial) return undefined;
  const seconds = Math.round(serial * daySeconds);
  if (kind === 'duration') return clockText(seconds);
  if (seconds < daySeconds) return kind === 'time' || kind === 'datetime' ? clockText(seconds) : undefined;
  const instant = new Date(instantOf(seconds, date1904)).toISOString();
  const day = instant.slice(0, 10);
  const midnight = seconds % daySeconds === 0;
  if (midnight && kind === 'month' && day.endsWith('-01')) return day.slice(0, 7);
  if (midnight && kind === 'year' && day.endsWith('-01-01')) return day.slice(0, 4);
  const needsClock = !midnight || kind === 'datetime' || kind === 'time';
  return needsClock ? `${day} ${clockText(seconds % daySeconds)}` : day;
}

function instantOf(seconds: number, date1904: boolean): number {
  if (date1904) return epochs[1904] + seconds * 1000;
  // The 1900 system counts a 29 February 1900 that never was: before it, days lie one later.
  const shift = seconds < 60 * daySeconds ? daySeconds : 0;
  return epochs[1900] + (seconds + shift) * 1000;
}

/** `08:00`, with seconds only where there are any; hours run beyond 24. */
function clockText(seconds: number): string {
  const two = (part: number): string => String(part).padStart(2, '0');
  const rest = seconds % 60;
  const minutes = Math.floor(seconds / 60);
  const clock = `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
  return rest === 0 ? clock : `${clock}:${two(rest)}`;
}

/** A cell of ISO 8601 text (`t="d"`): `2025-01-01T08:00:00Z` reads `2025-01-01 08:00`. */
export function isoCellText(stored: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2})(?::(\d{2})(?:\.\d+)?)?Z?)?$/.exec(stored.trim());
  if (match === null) return stored;
  const [, day = '', clock, seconds = '00'] = match;
  if (clock === undefined) return day;
  return seconds === '00' ? `${day} ${clock}` : `${day} ${clock}:${seconds}`;
}

/** Replaces the escapes `_xHHHH_` with which SpreadsheetML writes characters that XML cannot carry. */
export function decodeEscapes(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([\da-fA-F]{4})_/g, (_, code: string) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}
