import { addMonths, daysInYear, addDays } from '../domain/calendar.js';

/** A half-open range of Beijing days. */
export interface PeriodRange {
  readonly from: string;
  readonly to: string;
}

const periodPattern = /^(\d{4})(?:-(?:(0[1-9]|1[0-2])|Q([1-4])))?$/;

/**
 * The days of a calendar year `2025`, quarter `2025-Q2` or month `2025-04`.
 *
 * @returns `undefined` for any other text.
 */
export function parsePeriodRange(text: string): PeriodRange | undefined {
  const [, year, month, quarter] = periodPattern.exec(text) ?? [];
  if (year === undefined) return undefined;
  if (month === undefined && quarter === undefined) {
    const from = `${year}-01-01`;
    return { from, to: addDays(from, daysInYear(Number(year))) };
  }
  const first = month ?? String(Number(quarter) * 3 - 2).padStart(2, '0');
  const months = month === undefined ? 3 : 1;
  return { from: `${year}-${first}-01`, to: `${addMonths(`${year}-${first}`, months)}-01` };
}
