import { Decimal, decimalFromDouble } from '../domain/decimal.js';
import { divideIntegers } from './integerQuotient.js';

/** 24 hourly values of one Beijing day in order of time, index 0 for the hour that ends at 01:00; `null` is missing. */
export type DayHours = readonly (number | null)[];

/** A daily statistic: unrounded, `null` when too few hours are valid, with the number of valid hours. */
export interface DailyStatistic {
  readonly value: Decimal | null;
  readonly validHours: number;
}

/** What the O3 daily maximum 8 h mean needs: GB 3095 table 4 and HJ 663 clause 6.1.2. */
export interface OzoneRule {
  /** Length of a window in hours: 8. */
  readonly windowHours: number;
  /** Valid hours that a window needs: 6. */
  readonly windowMinHours: number;
  /** Label (1–24) of the hour with which the first and the last window end: 8 and 24. */
  readonly firstWindowEnd: number;
  readonly lastWindowEnd: number;
  /** Valid windows that a day needs: 14. */
  readonly dayWindows: number;
  /** With fewer windows a day stays valid when its maximum already exceeds this limit (µg/m³). */
  readonly limit: Decimal;
}

export interface OzoneStatistic extends DailyStatistic {
  readonly validWindows: number;
}

const scale = 1000;
const scaledMax = 1e12;

/**
 * The daily mean of hourly means (GB 3095 table 4: at least `minHours` = 20). Negative and non-finite values count as
 * missing. Hours where `skip` is true are left out, as the dust-excluded ledger asks.
 */
export function computeDailyMean(
  hours: DayHours,
  minHours: number,
  skip?: readonly boolean[],
): DailyStatistic {
  assertDay(hours);
  let scaledSum = 0;
  let validHours = 0;
  let rest: Decimal | undefined;
  for (let i = 0; i < 24; i += 1) {
    const hour = hours[i];
    if (!isConcentration(hour) || skip?.[i] === true) continue;
    validHours += 1;
    const scaled = scaleToInteger(hour);
    if (scaled === undefined) rest = (rest ?? new Decimal(0)).plus(decimalFromDouble(hour));
    else scaledSum += scaled;
  }
  if (validHours === 0 || validHours < minHours) return { value: null, validHours };
  const value =
    rest === undefined
      ? divideIntegers(scaledSum, scale * validHours)
      : new Decimal(scaledSum).div(scale).plus(rest).div(validHours);
  return { value, validHours };
}

/**
 * The O3 daily maximum 8 h mean: the largest of the 8 h means ending at 08:00 … 24:00, so that every window lies in
 * the day. A window needs 6 valid hours, the day 14 valid windows, unless the maximum already exceeds the limit
 * (compared unrounded; equal to the limit is no exceedance).
 */
export function computeO3DailyMax8h(hours: DayHours, rule: OzoneRule): OzoneStatistic {
  assertDay(hours);
  const scaled = scaleAll(hours);
  const { value, validWindows } = scaled ? maxOfIntegers(scaled, rule) : maxOfDecimals(exactAll(hours), rule);
  const validHours = hours.reduce<number>((n, hour) => n + (isConcentration(hour) ? 1 : 0), 0);
  const valid = value !== null && (validWindows >= rule.dayWindows || value.gt(rule.limit));
  return { value: valid ? value : null, validHours, validWindows };
}

/** The O3 daily maximum of the 1 h means; valid with `minHours` hours (20 by assumption, no clause was read). */
export function computeO3DailyMax1h(hours: DayHours, minHours: number): DailyStatistic {
  assertDay(hours);
  const valid = hours.filter(isConcentration);
  const enough = valid.length > 0 && valid.length >= minHours;
  return { value: enough ? decimalFromDouble(Math.max(...valid)) : null, validHours: valid.length };
}

/** Whether a stored double can be a concentration: present, finite and not negative. */
export function isConcentration(value: number | null | undefined): value is number {
  return value !== null && value !== undefined && value >= 0 && value < Infinity;
}

/**
 * The value in thousandths when it has at most three decimals, else `undefined`. Exact: dividing an integer below 1e12
 * by 1000 rounds to the double nearest to that decimal, and a decimal of at most 15 digits is the only one of that
 * length which reads back as that double, so it is the text that was stored.
 */
function scaleToInteger(value: number): number | undefined {
  const scaled = Math.round(value * scale);
  return scaled < scaledMax && scaled / scale === value ? scaled : undefined;
}

function scaleAll(hours: DayHours): (number | null)[] | undefined {
  const scaled: (number | null)[] = [];
  for (const hour of hours) {
    const integer = isConcentration(hour) ? scaleToInteger(hour) : null;
    if (integer === undefined) return undefined;
    scaled.push(integer);
  }
  return scaled;
}

function exactAll(hours: DayHours): (Decimal | null)[] {
  return hours.map((hour) => (isConcentration(hour) ? decimalFromDouble(hour) : null));
}

/** The largest mean of the valid windows, and how many those are. */
interface MaxWindow {
  readonly value: Decimal | null;
  readonly validWindows: number;
}

function maxOfIntegers(hours: DayHours, rule: OzoneRule): MaxWindow {
  let best = { sum: 0, count: 0 };
  let validWindows = 0;
  for (let end = rule.firstWindowEnd; end <= rule.lastWindowEnd; end += 1) {
    let sum = 0;
    let count = 0;
    for (let i = end - rule.windowHours; i < end; i += 1) {
      const hour = hours[i];
      if (hour === null || hour === undefined) continue;
      sum += hour;
      count += 1;
    }
    if (count < rule.windowMinHours) continue;
    validWindows += 1;
    // Means compared crosswise: both products stay far below 2^53.
    if (best.count === 0 || sum * best.count > best.sum * count) best = { sum, count };
  }
  const value = best.count === 0 ? null : divideIntegers(best.sum, scale * best.count);
  return { value, validWindows };
}

function maxOfDecimals(hours: readonly (Decimal | null)[], rule: OzoneRule): MaxWindow {
  let best = { sum: new Decimal(0), count: 0 };
  let validWindows = 0;
  for (let end = rule.firstWindowEnd; end <= rule.lastWindowEnd; end += 1) {
    const valid = hours.slice(end - rule.windowHours, end).filter((hour) => hour !== null);
    if (valid.length < rule.windowMinHours) continue;
    validWindows += 1;
    const sum = valid.reduce<Decimal>((total, hour) => total.plus(hour), new Decimal(0));
    if (best.count === 0 || sum.times(best.count).gt(best.sum.times(valid.length)))
      best = { sum, count: valid.length };
  }
  return { value: best.count === 0 ? null : best.sum.div(best.count), validWindows };
}

function assertDay(hours: DayHours): void {
  if (hours.length !== 24) throw new RangeError(`a day has 24 hourly values, not ${hours.length}`);
}
