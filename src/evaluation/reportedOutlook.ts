import { addMonths, daysBetween, daysInMonth, monthOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { yearsBefore } from './bootstrap.js';
import { daysToCome, shown, unroundedText, type JudgedPeriod } from './judgement.js';
import type { Allowed, YearOnYear } from './outlook.js';
import type { ReportedFigure } from './reportedFigure.js';
import { compareYears } from './yearOnYear.js';

/** Months of a half-open range of days: whole ones, and a part of one as its share of that month's days; exact. */
export function countMonths(from: string, to: string): Decimal {
  let months = new Decimal(0);
  for (let day = from; day < to;) {
    const month = monthOfDay(day);
    const next = `${addMonths(month, 1)}-01`;
    const end = next < to ? next : to;
    const [days, length] = [daysBetween(day, end), daysInMonth(month)];
    // Most are whole, and a division takes a hundred times as long as a sum.
    months = months.plus(days === length ? 1 : new Decimal(days).div(length));
    day = end;
  }
  return months;
}

/** What lacks to the limit, and the pace at which it is made up by the due date. */
export function allowGap(
  target: Target,
  period: JudgedPeriod,
  value: Decimal | null,
): Extract<Allowed, { kind: 'gap' }> {
  const months = countMonths(period.until, period.to);
  const gap = value === null ? null : gapOf(target, value);
  const pace = gap === null || (months.eq(0) && gap.gt(0)) ? null : gap.eq(0) ? gap : gap.div(months);
  const monthsLeft = shown(months, 2);
  const perMonth = pace === null ? null : shown(pace, Math.max(target.decimals, 2) + 2);
  return {
    kind: 'gap',
    gap: gap === null ? null : unroundedText(gap),
    perMonth,
    monthsLeft,
    daysLeft: daysToCome(period),
    words: gapWords(target, gap, perMonth, monthsLeft),
  };
}

function gapOf(target: Target, value: Decimal): Decimal {
  const lacking =
    target.comparison === '<=' ? value.minus(target.limit) : new Decimal(target.limit).minus(value);
  return lacking.gt(0) ? lacking : new Decimal(0);
}

function gapWords({ unit }: Target, gap: Decimal | null, perMonth: string | null, monthsLeft: string) {
  if (gap === null)
    return { zh: `尚未报送，余下 ${monthsLeft} 个月`, en: `Nothing reported; ${monthsLeft} months left` };
  if (gap.eq(0)) return { zh: '已达到要求，保持即可', en: 'Reached; to be kept' };
  const size = shown(gap, 4);
  if (perMonth === null)
    return { zh: `还差 ${size}${unit}，没有余下的时间`, en: `${size} ${unit} lacking, no time left` };
  return {
    zh: `还差 ${size}${unit}，余下 ${monthsLeft} 个月，每月需 ${perMonth}${unit}`,
    en: `${size} ${unit} lacking, ${monthsLeft} months left: ${perMonth} a month`,
  };
}

/** What may still be added to an amount that must stay at or below its limit. */
export function allowRoom(
  target: Target,
  period: JudgedPeriod,
  amount: Decimal,
): Extract<Allowed, { kind: 'room' }> {
  const left = new Decimal(target.limit).minus(amount);
  const text = unroundedText(left);
  return {
    kind: 'room',
    left: text,
    daysLeft: daysToCome(period),
    words: left.gte(0)
      ? { zh: `还可增加 ${text}${target.unit}`, en: `${text} ${target.unit} more are allowed` }
      : { zh: `已超出 ${text.slice(1)}${target.unit}`, en: `exceeded by ${text.slice(1)} ${target.unit}` },
  };
}

/** The days left for something that is done or not. */
export function allowTime(period: JudgedPeriod, done: boolean): Extract<Allowed, { kind: 'time' }> {
  const daysLeft = daysToCome(period);
  return {
    kind: 'time',
    done,
    daysLeft,
    words: done
      ? { zh: '已完成', en: 'Done' }
      : { zh: `距到期还有 ${daysLeft} 天`, en: `${daysLeft} days until due` },
  };
}

type Figure = Omit<ReportedFigure, 'siteName'>;

/** 同比 of a rate: the county's figure for the same part of the year before; a figure since a base year keeps its start. */
export function compareRates(
  target: Target,
  period: JudgedPeriod,
  figure: Figure | null,
  find: (wanted: Pick<Figure, 'periodKind' | 'periodStart' | 'periodEnd'>) => Figure | undefined,
): YearOnYear {
  const window =
    figure === null
      ? { from: yearsBefore(period.from, 1), to: yearsBefore(period.to, 1) }
      : { from: yearsBefore(figure.periodStart, 1), to: yearsBefore(figure.periodEnd, 1) };
  const sameKind = (periodStart: string) =>
    find({ periodKind: figure?.periodKind ?? 'year', periodStart, periodEnd: window.to });
  const sinceBase = figure !== null && figure.periodStart < period.from && figure.periodKind === 'to-date';
  const before = (sinceBase ? sameKind(figure.periodStart) : undefined) ?? sameKind(window.from);
  return compareYears({
    window: before === undefined ? window : { from: before.periodStart, to: before.periodEnd },
    now: figure?.value ?? null,
    before: before?.value ?? null,
    printed: before === undefined ? null : shown(before.value, 4),
    used: before === undefined ? 0 : 1,
    missing: before === undefined ? 1 : 0,
    valid: before !== undefined,
    decimals: Math.max(target.decimals, 2),
    withPercent: true,
    shortage: { zh: '', en: '' },
  });
}
