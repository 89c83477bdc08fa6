import { addDays, daysBetween, daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import type { Target } from '../domain/target.js';
import { computeGoodDays, type DayCount, type DayIndex } from '../statistics/goodDays.js';
import { computeShare } from '../statistics/share.js';
import { drawTotals, levelShift, meanOrNull, widen, yearsBefore, type EarlierWindow } from './bootstrap.js';
import { firstTrue } from './certainty.js';
import type { Counted, DaysInput } from './daysInput.js';
import {
  atTargetPrecision,
  daysToCome,
  endOfData,
  keepsLimit,
  lastDayOf,
  requiredDays,
} from './judgement.js';
import type { Allowed, Projection, YearOnYear } from './outlook.js';
import { concludeDraws, nameYears, randomFor, type Outcome } from './projection.js';
import { projectionDefaults, type ProjectionSettings } from './projectionSettings.js';
import { compareYears, lengthOf, tooFewDaysBefore, windowBefore } from './yearOnYear.js';

/** The largest number of bad days among `total` with which the share, rounded, still keeps the target. */
export function badDaysAllowed(target: Target, total: number): number {
  const breaks = (bad: number): boolean =>
    !keepsLimit(target, atTargetPrecision(target, computeShare(total - bad, total)!));
  const first = total === 0 ? 0 : firstTrue(total, (index) => breaks(index + 1));
  return first ?? total;
}

/** How many more bad days a share may have; days without an index so far may still get one, or stay missing. */
export function allowBadDays(
  target: Target,
  { period, count, open }: Counted,
): Extract<Allowed, { kind: 'bad-days' }> {
  const toCome = daysToCome(period);
  const soFar = count.valid - count.good;
  const inAll = badDaysAllowed(target, count.valid + open);
  const left = inAll - soFar;
  const leftIfMissingStay = badDaysAllowed(target, count.valid + toCome) - soFar;
  const missing = open - toCome;
  return {
    kind: 'bad-days',
    inAll,
    soFar,
    left,
    leftIfMissingStay,
    daysToCome: toCome,
    words: {
      zh:
        `全年最多可超标 ${inAll} 天，${budgetZh(left)}` +
        (missing > 0 ? `；缺测的 ${missing} 天若不再补报，${budgetZh(leftIfMissingStay)}` : ''),
      en:
        `at most ${inAll} bad days in the year, ${left} left` +
        (missing > 0 ? ` (${leftIfMissingStay} if the ${missing} missing days stay missing)` : ''),
    },
  };
}

function budgetZh(budget: number): string {
  return budget >= 0 ? `还可超标 ${budget} 天` : `已超出 ${-budget} 天`;
}

/** How many more heavily polluted days may come. */
export function allowHeavyDays(
  target: Target,
  { period, count }: Counted,
): Extract<Allowed, { kind: 'bad-days' }> {
  const inAll = Math.floor(Number(target.limit));
  const left = inAll - count.heavy;
  return {
    kind: 'bad-days',
    inAll,
    soFar: count.heavy,
    left,
    leftIfMissingStay: left,
    daysToCome: daysToCome(period),
    words: {
      zh: left >= 0 ? `还可出现重污染 ${left} 天` : `重污染已超出 ${-left} 天`,
      en: left >= 0 ? `${left} more heavily polluted days may come` : `exceeded by ${-left} days`,
    },
  };
}

/** 同比 of the share of good days, or of the number of heavy days, in the ledger of the target. */
export function compareDays(
  target: Target,
  input: DaysInput,
  counted: Counted,
  pick: (count: DayCount) => Decimal | null,
): YearOnYear {
  const window = windowBefore(counted.period);
  const days = (input.earlier?.days ?? []).filter(({ day }) => day >= window.from && day < window.to);
  const both = computeGoodDays(days, input.dust);
  const { valid } = both.withDust;
  const required = requiredDays(window, input.limits.validity);
  const before = valid === 0 ? null : pick(target.ledger === 'with-dust' ? both.withDust : both.withoutDust);
  return compareYears({
    window,
    now: counted.both.withDust.valid === 0 ? null : pick(counted.count),
    before,
    printed: before === null ? null : atTargetPrecision(target, before).toFixed(target.decimals),
    used: valid,
    missing: lengthOf(window) - valid,
    valid: valid >= required,
    decimals: Math.max(target.decimals, 1),
    withPercent: true,
    shortage: tooFewDaysBefore(valid, required),
  });
}

/**
 * The first as-of day from which the share was secured or lost, or the last day of the period where its end alone
 * decided. Both stay once they hold: bad days and days with an index only grow, and days that the dust rule removes only
 * take good days away; so the day is found by bisection over running counts.
 */
export function shareCertainSince(target: Target, counted: Counted, verdict: string): string | null {
  const { period, required } = counted;
  if (!['met', 'missed', 'secured', 'lost'].includes(verdict)) return null;
  const broken = verdict === 'lost' || verdict === 'missed';
  const runs = runningCounts(target, counted);
  const rangeDays = daysBetween(period.from, period.to);
  const first = firstTrue(runs.length, (index) => {
    const { valid, good, indexed } = runs[index]!;
    if (valid === 0) return false;
    const open = rangeDays - indexed;
    const total = valid + open;
    const share = computeShare(broken ? good + open : good, total)!;
    const kept = keepsLimit(target, atTargetPrecision(target, share));
    return broken ? !kept : kept && indexed >= required;
  });
  return first === undefined ? lastDayOf(period) : addDays(period.from, first);
}

/** Counts after each day from the first of the period to the last that counts. */
function runningCounts(
  target: Target,
  { period, days, both }: Counted,
): { valid: number; good: number; indexed: number }[] {
  const removed = new Set(
    target.ledger === 'with-dust' ? [] : both.withoutDust.removed.map(({ day }) => day),
  );
  const byDay = new Map(days.map((day) => [day.day, day]));
  let [valid, good, indexed] = [0, 0, 0];
  return daysInRange(period.from, endOfData(period)).map((day) => {
    const report = byDay.get(day)?.report ?? null;
    if (report !== null && report.aqi !== null) {
      indexed += 1;
      if (!removed.has(day)) valid += 1;
      if (report.good === true) good += 1;
    }
    return { valid, good, indexed };
  });
}

/** The first as-of day with more heavy days than allowed, or the last day of the period where its end decided. */
export function heavyCertainSince(target: Target, counted: Counted, verdict: string): string | null {
  if (verdict === 'met') return lastDayOf(counted.period);
  if (verdict !== 'lost' && verdict !== 'missed') return null;
  return [...counted.count.heavyDays].sort()[Math.floor(Number(target.limit))]!;
}

/** The measures of a day in draws: whether it counts, is bad (AQI > 100), and heavy (AQI > 200). */
const counts = 0;
const isBad = 1;
const isHeavy = 2;

/**
 * The share of good days at the end: those so far and the days to come as the same calendar window of every earlier year
 * given. The index of each earlier day is multiplied by the ratio of this year's mean index so far to that of the same
 * days then, and counted anew. `null` when no day is to come or no earlier year has three quarters of its window.
 */
export function projectShare(target: Target, input: DaysInput, counted: Counted): Outcome | null {
  const drawn = drawDays(target, input, counted);
  if (drawn === null) return null;
  const { valid, good } = counted.count;
  const rates = drawn.totals.map((sums) => (sums[counts]! === 0 ? 0 : sums[isBad]! / sums[counts]!));
  const widened = widen(rates, drawn.years.length).map((rate) => Math.min(1, Math.max(0, rate)));
  return concludeDraws({
    ...drawn,
    draws: widened.map((rate, index) => {
      const come = drawn.totals[index]![counts]!;
      return ((good + come * (1 - rate)) * 100) / (valid + come);
    }),
    keeps: (value) => keepsLimit(target, atTargetPrecision(target, new Decimal(String(value)))),
    places: target.decimals + 1,
  });
}

/** The number of heavy days at the end, drawn likewise; counts stay whole numbers. */
export function projectHeavy(target: Target, input: DaysInput, counted: Counted): Outcome | null {
  const drawn = drawDays(target, input, counted);
  if (drawn === null) return null;
  return concludeDraws({
    ...drawn,
    target: { ...target, comparison: '<=' },
    draws: drawn.totals.map((sums) => counted.count.heavy + Math.round(sums[isHeavy]!)),
    keeps: (value) => value <= Number(target.limit),
    places: 0,
  });
}

function drawDays(target: Target, input: DaysInput, counted: Counted) {
  const { period } = counted;
  const settings = input.projection ?? projectionDefaults;
  const toCome = daysToCome(period);
  const windows = toCome === 0 ? [] : findWindows(target, input, counted, toCome, settings);
  if (windows.length === 0) return null;
  const years = windows.map(({ year }) => year);
  const named = nameYears(years, Number(period.from.slice(0, 4)));
  return {
    target,
    settings,
    years,
    method: 'same-window-bootstrap' as const satisfies Projection['method'],
    totals: drawTotals(windows, toCome, settings, randomFor(target, addDays(period.until, -1), settings)),
    source: {
      zh: `余下日期按${named.zh}同期推算`,
      en: `days left as in the same window of ${named.en}`,
    },
  };
}

function findWindows(
  target: Target,
  input: DaysInput,
  { period, days }: Counted,
  toCome: number,
  settings: ProjectionSettings,
): EarlierWindow[] {
  const { earlier } = input;
  if (earlier === undefined) return [];
  const known = new Map<string, DayIndex>();
  for (const one of earlier.days) if (one.day < period.until) known.set(one.day, one);
  const removed = new Set(
    target.ledger === 'with-dust'
      ? []
      : computeGoodDays([...known.values()], input.dust).withoutDust.removed.map(({ day }) => day),
  );
  const indexOf = (one: DayIndex | undefined): number | null => one?.report?.aqi ?? null;
  const now = days.flatMap((day) => indexOf(day) ?? []);
  const first = earlier.days.reduce((least, { day }) => (day < least ? day : least), period.from);
  const windows: EarlierWindow[] = [];
  for (let back = Number(period.from.slice(0, 4)) - Number(first.slice(0, 4)); back > 0; back -= 1) {
    const from = yearsBefore(period.until, back);
    const window = daysInRange(from, addDays(from, toCome)).map((day) => ({
      day,
      aqi: indexOf(known.get(day)),
    }));
    if (window.filter(({ aqi }) => aqi !== null).length < toCome * settings.historyShare) continue;
    const soFar = daysInRange(yearsBefore(period.from, back), from);
    const before = soFar.flatMap((day) => indexOf(known.get(day)) ?? []);
    const enough = before.length > 0 && before.length >= soFar.length * settings.historyShare;
    const shift = levelShift(meanOrNull(now), enough ? meanOrNull(before) : null, now.length, settings);
    const { goodUpTo, heavyAbove } = earlier;
    windows.push({
      year: Number(period.from.slice(0, 4)) - back,
      days: window.map(({ day, aqi }) => {
        if (aqi === null) return null;
        if (removed.has(day)) return [0, 0, 0];
        return [1, aqi * shift > goodUpTo ? 1 : 0, aqi * shift > heavyAbove ? 1 : 0];
      }),
    });
  }
  return windows;
}
