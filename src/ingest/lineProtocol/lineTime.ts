import { byte } from './characters.js';
import { parseInteger64 } from './numbers.js';

/** Units of timestamps: the four of the reference, and minutes and hours, which `/write` of InfluxDB 1.x knows. */
export type TimePrecision = 'ns' | 'us' | 'ms' | 's' | 'm' | 'h';

interface Unit {
  /** Milliseconds in it, for those that are at least one. */
  readonly milliseconds: number;
  /** Most that fit into 64 bits of nanoseconds, as millions and rest. */
  readonly mostMillions: number;
  readonly mostRest: number;
}

const units: Readonly<Record<TimePrecision, Unit>> = {
  ns: { milliseconds: 0, mostMillions: 9_223_372_036_854, mostRest: 775_807 },
  us: { milliseconds: 0, mostMillions: 9_223_372_036, mostRest: 854_775 },
  ms: { milliseconds: 1, mostMillions: 9_223_372, mostRest: 36_854 },
  s: { milliseconds: 1000, mostMillions: 9_223, mostRest: 372_036 },
  m: { milliseconds: 60_000, mostMillions: 153, mostRest: 722_867 },
  h: { milliseconds: 3_600_000, mostMillions: 2, mostRest: 562_047 },
};

/** Where a timestamp is put: epoch milliseconds, rounded down, and the nanoseconds (0 to 999,999) beyond them. */
export interface TimeTarget {
  epochMs: number;
  nanoseconds: number;
}

const million = 1_000_000;

/**
 * Reads a timestamp that consists of digits and minus signs, at least one of them, without BigInt.
 *
 * @returns what is wrong with it; `undefined` when it has been put into the target. As nanoseconds it has to fit into
 *   64 bits, in every precision.
 */
export function readTimestamp(
  bytes: Uint8Array,
  start: number,
  end: number,
  precision: TimePrecision,
  target: TimeTarget,
): 'syntax' | 'range' | undefined {
  const negative = bytes[start] === byte.minus;
  let at = negative ? start + 1 : start;
  if (at === end) return 'syntax';
  while (at < end - 1 && bytes[at] === byte.zero) at += 1;
  if (end - at > 19) return parseInteger64(bytes, start, end, true) === 'syntax' ? 'syntax' : 'range';
  let millions = 0;
  let rest = 0;
  const split = end - 6;
  for (; at < end; at += 1) {
    const digit = bytes[at]! - byte.zero;
    if (digit < 0) return 'syntax';
    if (at < split) millions = millions * 10 + digit;
    else rest = rest * 10 + digit;
  }
  const unit = units[precision];
  const mostRest = unit.mostRest + (negative && precision === 'ns' ? 1 : 0);
  if (millions > unit.mostMillions || (millions === unit.mostMillions && rest > mostRest)) return 'range';
  let epochMs = millions;
  let nanoseconds = rest;
  if (unit.milliseconds > 0) {
    epochMs = (millions * million + rest) * unit.milliseconds;
    nanoseconds = 0;
  } else if (precision === 'us') {
    const thousands = Math.floor(rest / 1000);
    epochMs = millions * 1000 + thousands;
    nanoseconds = (rest - thousands * 1000) * 1000;
  }
  if (negative) {
    epochMs = nanoseconds > 0 ? -epochMs - 1 : 0 - epochMs;
    nanoseconds = nanoseconds > 0 ? million - nanoseconds : 0;
  }
  target.epochMs = epochMs;
  target.nanoseconds = nanoseconds;
  return undefined;
}
