import { parseDecimal, type Decimal } from '../../domain/decimal.js';
import type { Fault } from './rejectCell.js';
import { saysNoFlow } from './structuralSynonyms.js';
import { convertUnit } from './unit.js';

/** What one cell of a measured item says. */
export type NumberCell =
  | { readonly kind: 'value'; readonly decimal: Decimal }
  | { readonly kind: 'missing' }
  | { readonly kind: 'no-flow' }
  /** `decimal` is the limit, not the value that is stored for it. */
  | { readonly kind: 'below-detection'; readonly decimal: Decimal }
  | { readonly kind: 'fault'; readonly fault: Fault };

const missingMarks = new Set([
  '', 'nan', 'na', 'n/a', 'null', 'none', '-', '--', '---', '—', '——', '–', '*', '**', '/', '\\', '无', '未监测', '未测',
  '缺测', '缺失', '无数据', '-;', '—;', '&mdash;', '&mdash', '&nbsp;',
]); // prettier-ignore
const missing: NumberCell = { kind: 'missing' };
const noFlow: NumberCell = { kind: 'no-flow' };
const number = String.raw`([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?)`;
const belowPatterns = [
  new RegExp(String.raw`^<\s*${number}\s*[lL]?$`),
  new RegExp(String.raw`^${number}\s*[lL]$`),
  new RegExp(String.raw`^(?:未检出|nd|n\.d\.?)\s*\(?\s*<?\s*${number}\s*[lL]?\s*\)?$`, 'i'),
];
const belowWithoutLimit = /^(?:未检出|nd|n\.d\.?|bdl|<|<检出限|低于检出限|小于检出限|l)$/i;
const withUnit = new RegExp(String.raw`^${number}\s*([^\d\s.,+-].*)$`);
const maxDigits = 15;
const maxNumberText = 60;

/**
 * Reads the plain form that nearly all cells have (`12`, `-0.5`, at most 15 digits) without making objects; `NaN` for
 * everything else, which `readNumberCell` then looks at.
 */
export function readPlainNumber(text: string): number {
  return readPlainNumberIn(text, 0, text.length);
}

/** As `readPlainNumber`, for the part of a text from `start` to before `stop`. */
export function readPlainNumberIn(text: string, start: number, stop: number): number {
  const length = stop - start;
  if (length <= 0 || length > maxDigits + 2) return NaN;
  const negative = text.charCodeAt(start) === 45;
  let digits = 0;
  let decimals = -1;
  let whole = 0;
  for (let at = negative ? start + 1 : start; at < stop; at += 1) {
    const digit = text.charCodeAt(at) - 48;
    if (digit >= 0 && digit <= 9) {
      whole = whole * 10 + digit;
      digits += 1;
      if (decimals >= 0) decimals += 1;
    } else if (digit === -2 && decimals < 0 && digits > 0 && at < stop - 1) decimals = 0;
    else return NaN;
  }
  if (digits === 0 || digits > maxDigits) return NaN;
  // Both are exact, so that their quotient is rounded once, as reading the text would round it.
  const value = decimals > 0 ? whole / powersOfTen[decimals]! : whole;
  // No -0.
  return negative && value !== 0 ? -value : value;
}

const powersOfTen: readonly number[] = Array.from({ length: maxDigits + 1 }, (_, power) => 10 ** power);

/**
 * Reads a cell in full: full-width digits, missing-value marks (never zero), `0.025L`, `<0.025`, `未检出`, `断流`,
 * scientific notation, a unit behind the number. `unit` is the unit the number is meant in unless the cell names
 * another; a convertible one is converted exactly. Thousands separators and more than 15 significant digits are
 * faults.
 */
export function readNumberCell(text: string, unit: string): NumberCell {
  const folded = foldNumberText(text);
  if (missingMarks.has(folded.toLowerCase())) return missing;
  // No number is that long, and the patterns below must not be tried on hostile lengths.
  if (folded.length > maxNumberText) return faulty('number-unreadable');
  const plain = parseDecimal(folded);
  if (plain !== undefined) return checkedDigits(plain);
  for (const pattern of belowPatterns) {
    const limit = parseDecimal(pattern.exec(folded)?.[1] ?? '');
    if (limit === undefined) continue;
    if (limit.lte(0)) return faulty('number-unreadable');
    const checked = checkedDigits(limit);
    return checked.kind === 'value' ? { kind: 'below-detection', decimal: limit } : checked;
  }
  if (belowWithoutLimit.test(folded)) return faulty('detection-limit-missing');
  if (saysNoFlow(folded)) return noFlow;
  if (/^[+-]?\d{1,3}(?:,\d+)+(?:\.\d+)?$/.test(folded)) return faulty('number-comma');
  return readWithUnit(folded, unit);
}

function readWithUnit(folded: string, unit: string): NumberCell {
  const match = withUnit.exec(folded);
  const decimal = parseDecimal(match?.[1] ?? '');
  const named = match?.[2];
  if (decimal === undefined || named === undefined) return faulty('number-unreadable');
  const conversion = named.trim() === '' ? undefined : convertUnit(named, unit);
  if (conversion === undefined) return faulty('number-unreadable');
  return checkedDigits(conversion.factor === undefined ? decimal : decimal.times(conversion.factor));
}

/** The value that stands for a result below a detection limit: half of it (surface-water.md §7, unconfirmed). */
export function halfOf(limit: Decimal): Decimal {
  return limit.div(2);
}

/** Whether a text is one of the marks for "no value". */
export function isMissingMark(text: string): boolean {
  return missingMarks.has(foldNumberText(text).toLowerCase());
}

/** Whether a double keeps the decimal exactly: at most 15 significant digits. */
export function isStorable(decimal: Decimal): boolean {
  return decimal.c.length <= maxDigits;
}

function checkedDigits(decimal: Decimal): NumberCell {
  if (!isStorable(decimal)) return faulty('number-too-precise');
  return decimal.abs().lt('1e300') ? { kind: 'value', decimal } : faulty('number-unreadable');
}

function faulty(code: Fault['code']): NumberCell {
  return { kind: 'fault', fault: { code } };
}

// Not NFKC, which would turn 5² into 52.
function foldNumberText(text: string): string {
  return text
    .replace(/[\uff01-\uff5e]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\u2212/g, '-')
    .replace(/[\u200b-\u200d\ufeff]/g, '')
    .trim();
}
