import { addDays, addMonths, isDay } from '../../domain/calendar.js';
import type { ReportPeriodKind } from '../../domain/reading.js';
import type { Fault } from './rejectCell.js';

/** The period that a report is about: a half-open range of Beijing days. */
export interface ReportPeriod {
  readonly kind: ReportPeriodKind;
  readonly start: string;
  readonly end: string;
}

const unreadable: Fault = { code: 'period-unreadable' };
const halves: Readonly<Record<string, number>> = { 上: 0, 下: 1, '1': 0, '2': 1 };
const quarters: Readonly<Record<string, number>> = {
  一: 0, 二: 1, 三: 2, 四: 3, '1': 0, '2': 1, '3': 2, '4': 3,
}; // prettier-ignore

/**
 * Reads a period: `2024`, `2024年度`, `2024上半年`, `2024-H1`, `2024Q3`, `2024年三季度`, `2024-03`, `2024年3月`,
 * `2024年1-9月`, `截至2024-09-30`. Periods without a year (`上半年`, `3月`) need `year`. A plain day is read as "up
 * to this day" only when the column or text says so (`upTo`).
 */
export function parsePeriod(
  text: string,
  options: { year?: number; upTo?: boolean } = {},
): ReportPeriod | Fault {
  if (text.length > 80) return unreadable;
  let folded = text.normalize('NFKC').replace(/\s+/g, '').toUpperCase();
  let upTo = options.upTo ?? false;
  const marked = /^(?:截至|截止|至)(?:到)?(.+?)(?:底|止)?$/.exec(folded);
  if (marked !== null) {
    upTo = true;
    folded = marked[1] ?? '';
  }
  const withYear = /^(\d{4})(?:年度|年)?[-/.]?(.*)$/.exec(folded);
  if (withYear === null || /^\d{4}$/.test(folded.slice(0, 4)) === false) {
    return options.year === undefined ? withoutYear(folded) : parseWithin(options.year, folded, upTo);
  }
  return parseWithin(Number(withYear[1]), withYear[2] ?? '', upTo);
}

function withoutYear(folded: string): Fault {
  return /^(?:[上下]半年|第?[一二三四1-4]季度|Q[1-4]|H[12]|\d{1,2}月份?)$/.test(folded)
    ? { code: 'year-missing' }
    : unreadable;
}

function parseWithin(year: number, rest: string, upTo: boolean): ReportPeriod | Fault {
  if (year < 1990 || year > 2100) return { code: 'year-out-of-range' };
  if (upTo) return parseUpTo(year, rest);
  if (rest === '' || rest === '全年' || rest === '年度' || rest === '年') return months('year', year, 0, 12);
  const half = /^(?:([上下])半年|H([12]))$/.exec(rest);
  if (half !== null) return months('half-year', year, 6 * (halves[half[1] ?? half[2] ?? ''] ?? 0), 6);
  const quarter = /^(?:第?([一二三四1-4])季度?|Q([1-4]))$/.exec(rest);
  if (quarter !== null)
    return months('quarter', year, 3 * (quarters[quarter[1] ?? quarter[2] ?? ''] ?? 0), 3);
  const toMonth = /^(?:1-(\d{1,2})月份?|前([二三])季度)$/.exec(rest);
  if (toMonth !== null) {
    return monthsUpTo(
      year,
      toMonth[1] === undefined ? 3 * ((quarters[toMonth[2] ?? ''] ?? 0) + 1) : Number(toMonth[1]),
    );
  }
  const month = /^(\d{1,2})(?:月份?)?$/.exec(rest);
  if (month === null) return unreadable;
  const number = Number(month[1]);
  return number < 1 || number > 12 ? { code: 'time-impossible' } : months('month', year, number - 1, 1);
}

function parseUpTo(year: number, rest: string): ReportPeriod | Fault {
  const day = /^(\d{1,2})[-/.月](\d{1,2})日?$/.exec(rest) ?? /^(\d{2})(\d{2})$/.exec(rest);
  if (day !== null) {
    const text = `${year}-${(day[1] ?? '').padStart(2, '0')}-${(day[2] ?? '').padStart(2, '0')}`;
    if (!isDay(text)) return { code: 'time-impossible' };
    return { kind: 'to-date', start: `${year}-01-01`, end: addDays(text, 1) };
  }
  const month = /^(\d{1,2})(?:月份?)?$/.exec(rest);
  if (month !== null) return monthsUpTo(year, Number(month[1]));
  return rest === '' || rest === '年' ? monthsUpTo(year, 12) : unreadable;
}

function monthsUpTo(year: number, month: number): ReportPeriod | Fault {
  if (month < 1 || month > 12) return { code: 'time-impossible' };
  return { kind: 'to-date', start: `${year}-01-01`, end: `${addMonths(`${year}-01`, month)}-01` };
}

function months(kind: ReportPeriodKind, year: number, first: number, count: number): ReportPeriod {
  const start = addMonths(`${year}-01`, first);
  return { kind, start: `${start}-01`, end: `${addMonths(start, count)}-01` };
}
