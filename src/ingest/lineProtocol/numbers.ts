import { byte } from './characters.js';

/** Why the text of a value is no number that can be stored. */
export type NumberProblem = 'syntax' | 'range' | 'not-finite';

const lower = (code: number): number => code | 0x20;
const isDigit = (code: number): boolean => code >= byte.zero && code <= byte.nine;
const underscore = 0x5f;
const letter = { a: 0x61, e: 0x65, f: 0x66, p: 0x70, x: 0x78 } as const;

/**
 * A floating-point number as Go's `strconv.ParseFloat` reads it: decimal or hexadecimal (`0x1p-2`), with `_` between
 * digits, nearest double, ties to even. Too large is out of range, too small is zero. `-inf` is a number to Go and
 * none that can be stored.
 */
export function parseFloat64(bytes: Uint8Array, start: number, end: number): number | NumberProblem {
  const negative = bytes[start] === byte.minus;
  const first = negative ? start + 1 : start;
  if (negative && isInfinity(bytes, first, end)) return 'not-finite';
  if (hasMisplacedUnderscore(bytes, first, end)) return 'syntax';
  const hex = first + 2 < end && bytes[first] === byte.zero && lower(bytes[first + 1]!) === letter.x;
  const magnitude = hex ? parseHex(bytes, first + 2, end) : parseDecimal(bytes, first, end);
  if (typeof magnitude === 'string') return magnitude;
  if (magnitude === Infinity) return 'range';
  return negative ? -magnitude : magnitude;
}

function isInfinity(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== 3 && end - start !== 8) return false;
  for (let at = start; at < end; at += 1)
    if (lower(bytes[at]!) !== 'infinity'.charCodeAt(at - start)) return false;
  return true;
}

// An underscore stands between two digits, or between the base prefix and a digit.
function hasMisplacedUnderscore(bytes: Uint8Array, start: number, end: number): boolean {
  const second = start + 1 < end ? lower(bytes[start + 1]!) : 0;
  const prefixed = bytes[start] === byte.zero && (second === 0x62 || second === 0x6f || second === letter.x);
  const hex = prefixed && second === letter.x;
  let afterDigit = prefixed;
  let open = false;
  for (let at = prefixed ? start + 2 : start; at < end; at += 1) {
    const code = bytes[at]!;
    const small = lower(code);
    if (isDigit(code) || (hex && small >= letter.a && small <= letter.f)) {
      afterDigit = true;
      open = false;
    } else if (code === underscore) {
      if (!afterDigit) return true;
      afterDigit = false;
      open = true;
    } else {
      if (open) return true;
      afterDigit = false;
    }
  }
  return open;
}

/** The exponent from its sign on; beyond five digits the rest is read and not counted, as in Go. */
function parseExponent(bytes: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  const sign = at < end ? bytes[at]! : 0;
  if (sign === byte.minus || sign === 0x2b) at += 1;
  if (at >= end || !isDigit(bytes[at]!)) return undefined;
  let exponent = 0;
  for (; at < end; at += 1) {
    const code = bytes[at]!;
    if (code === underscore) continue;
    if (!isDigit(code)) return undefined;
    if (exponent < 10_000) exponent = exponent * 10 + code - byte.zero;
  }
  return sign === byte.minus ? -exponent : exponent;
}

function parseDecimal(bytes: Uint8Array, start: number, end: number): number | 'syntax' {
  let points = 0;
  let digits = 0;
  let at = start;
  for (; at < end; at += 1) {
    const code = bytes[at]!;
    if (isDigit(code)) digits += 1;
    else if (code === byte.point) points += 1;
    else if (code !== underscore) break;
  }
  if (digits === 0 || points > 1) return 'syntax';
  let exponent: number | undefined = 0;
  if (at < end) exponent = lower(bytes[at]!) === letter.e ? parseExponent(bytes, at + 1, end) : undefined;
  if (exponent === undefined) return 'syntax';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, at - start).toString('latin1');
  return Number(`${text.includes('_') ? text.replaceAll('_', '') : text}e${exponent}`);
}

function parseHex(bytes: Uint8Array, start: number, end: number): number | 'syntax' {
  let mantissa = 0n;
  let kept = 0;
  let seen = 0;
  let sticky = false;
  let pointAfter = -1;
  let significant = 0;
  let at = start;
  for (; at < end; at += 1) {
    const code = bytes[at]!;
    if (code === underscore) continue;
    if (code === byte.point) {
      if (pointAfter >= 0) return 'syntax';
      pointAfter = seen;
      continue;
    }
    const digit = hexDigit(code);
    if (digit < 0) break;
    seen += 1;
    if (digit === 0 && significant === 0) continue;
    significant += 1;
    if (kept < 16) {
      mantissa = mantissa * 16n + BigInt(digit);
      kept += 1;
    } else if (digit !== 0) sticky = true;
  }
  if (seen === 0 || at >= end || lower(bytes[at]!) !== letter.p) return 'syntax';
  const exponent = parseExponent(bytes, at + 1, end);
  if (exponent === undefined) return 'syntax';
  const fraction = pointAfter < 0 ? 0 : seen - pointAfter;
  const scale = exponent + 4 * (significant - kept - fraction);
  return roundToDouble(mantissa * 2n + (sticky ? 1n : 0n), scale - 1);
}

function hexDigit(code: number): number {
  if (isDigit(code)) return code - byte.zero;
  const small = lower(code);
  return small >= letter.a && small <= letter.f ? small - letter.a + 10 : -1;
}

/** The double nearest to mantissa × 2^scale, ties to even; the mantissa has at most 65 bits. */
function roundToDouble(mantissa: bigint, scale: number): number {
  if (mantissa === 0n) return 0;
  const unit = Math.max(mantissa.toString(2).length + scale - 53, -1074);
  const dropped = unit - scale;
  if (dropped <= 0) return Number(mantissa) * 2 ** scale;
  if (dropped > 70) return 0;
  const shift = BigInt(dropped);
  let quotient = mantissa >> shift;
  const rest = mantissa - (quotient << shift);
  const half = 1n << (shift - 1n);
  if (rest > half || (rest === half && (quotient & 1n) === 1n)) quotient += 1n;
  return Number(quotient) * 2 ** unit;
}

const int64Most = 9_223_372_036_854_775_807n;
const uint64Most = 18_446_744_073_709_551_615n;

/**
 * A whole number as Go's `strconv.ParseInt` or `ParseUint` reads it in base 10 with 64 bits: a safe integer as number,
 * any other as BigInt. Like there, what is too long for 64 bits is out of range even when no digit follows later.
 */
export function parseInteger64(
  bytes: Uint8Array,
  start: number,
  end: number,
  signed: boolean,
): number | bigint | NumberProblem {
  const negative = signed && bytes[start] === byte.minus;
  let at = negative ? start + 1 : start;
  if (at >= end) return 'syntax';
  while (at < end - 1 && bytes[at] === byte.zero) at += 1;
  let value = 0;
  let exact: bigint | undefined;
  for (; at < end; at += 1) {
    const digit = bytes[at]! - byte.zero;
    if (digit < 0 || digit > 9) return 'syntax';
    if (exact === undefined && value < 900_000_000_000_000) value = value * 10 + digit;
    else {
      exact = (exact ?? BigInt(value)) * 10n + BigInt(digit);
      if (exact > uint64Most) return 'range';
    }
  }
  if (exact === undefined) return negative && value !== 0 ? -value : value;
  if (signed && exact > (negative ? int64Most + 1n : int64Most)) return 'range';
  if (exact <= BigInt(Number.MAX_SAFE_INTEGER)) return negative ? -Number(exact) : Number(exact);
  return negative ? -exact : exact;
}
