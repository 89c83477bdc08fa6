import {
  breaks,
  byte,
  escapes,
  high,
  plain,
  stop,
  stringBytes,
  stringEscapes,
  valueBytes,
} from './characters.js';
import { FaultNotes } from './faultNotes.js';
import { parseFloat64, parseInteger64, type NumberProblem } from './numbers.js';
import { fieldKind } from './pointOffsets.js';
import { isUtf8 } from './utf8.js';

/** Why the text of a value is none of its kind. */
export type ValueProblem = NumberProblem | 'boolean';

const powersOfTen = Float64Array.from({ length: 16 }, (_, exponent) => 10 ** exponent);

const truths = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, 1] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as const),
]);

/** Reads the tokens of an entry: each method takes bytes from the position on and leaves the position behind them. */
export class TokenReader extends FaultNotes {
  protected end = 0;
  protected position = 0;
  /** 1-based line of the position. */
  protected line = 1;
  /** A line end has been taken, and not for want of bytes behind it. */
  protected closed = false;
  /** 1 when the last token has escapes. */
  protected escaped = 0;
  /** The number of the last value, and what is wrong with it. */
  protected value = 0;
  protected problem: ValueProblem | undefined;

  // The position behind the line end at `at`, counted; -1 when there is none. The end of the input is a line end.
  protected endOfLine(at: number): number {
    if (at >= this.end) return at;
    const code = this.bytes[at];
    if (code === byte.newline) {
      this.line += 1;
      this.closed = true;
      return at + 1;
    }
    if (code !== byte.carriageReturn) return -1;
    if (at + 1 === this.end) return at + 1;
    if (this.bytes[at + 1] !== byte.newline) return -1;
    this.line += 1;
    this.closed = true;
    return at + 2;
  }

  // The suffix of integers belongs to the value's end; the plain numbers of instruments never become texts.
  protected takeNumber(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    const negative = bytes[start] === byte.minus;
    const first = negative ? start + 1 : start;
    let at = first;
    let mantissa = 0;
    let code = 0;
    while (at < end && (code = bytes[at]!) >= byte.zero && code <= byte.nine) {
      mantissa = mantissa * 10 + (code - byte.zero);
      at += 1;
    }
    let digits = at - first;
    let decimals = 0;
    if (at < end && code === byte.point) {
      at += 1;
      const point = at;
      while (at < end && (code = bytes[at]!) >= byte.zero && code <= byte.nine) {
        mantissa = mantissa * 10 + (code - byte.zero);
        at += 1;
      }
      decimals = at - point;
      digits += decimals;
    }
    if (digits > 0 && digits <= 15 && (at >= end || valueBytes[code] === stop)) {
      // Both are exact doubles, so that the quotient is the nearest one.
      const magnitude = decimals === 0 ? mantissa : mantissa / powersOfTen[decimals]!;
      this.value = negative ? -magnitude : magnitude;
      this.position = at;
      this.escaped = 0;
      return fieldKind.float;
    }
    return this.takeOddNumber(start, at);
  }

  private takeOddNumber(start: number, from: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = from;
    while (at < end && valueBytes[bytes[at]!] !== stop) at += 1;
    this.position = at;
    this.escaped = 0;
    const last = bytes[at - 1];
    const kind = last === 0x69 ? fieldKind.integer : last === 0x75 ? fieldKind.unsigned : fieldKind.float;
    const value =
      kind === fieldKind.float
        ? parseFloat64(bytes, start, at)
        : parseInteger64(bytes, start, at - 1, kind === fieldKind.integer);
    if (typeof value === 'string') this.problem = value;
    else this.value = Number(value);
    return kind;
  }

  protected takeBoolean(start: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = start;
    while (at < end && valueBytes[bytes[at]!] !== stop) at += 1;
    this.position = at;
    this.escaped = 0;
    const truth = at - start <= 5 ? truths.get(bytes.toString('latin1', start, at)) : undefined;
    if (truth === undefined) this.problem = 'boolean';
    else this.value = truth;
    return fieldKind.boolean;
  }

  protected takeString(start: number): number {
    this.position = start;
    if (!this.takeToken(stringBytes, stringEscapes)) {
      this.faultText('line-utf8', start, this.position, 'string');
      return 0;
    }
    if (this.position >= this.end) {
      this.faultNamed('line-string-open', start - 1);
      return 0;
    }
    this.position += 1;
    this.value = NaN;
    return fieldKind.string;
  }

  protected lineBreak(from: number): number {
    const bytes = this.bytes;
    let at = from;
    while (at < this.end && bytes[at] !== byte.newline && bytes[at] !== byte.carriageReturn) at += 1;
    return at;
  }

  // Takes bytes from the position on, up to one that ends the token; false when they are not UTF-8.
  protected takeToken(table: Uint8Array, escapable: Uint8Array): boolean {
    const bytes = this.bytes;
    const end = this.end;
    const start = this.position;
    let at = start;
    let beyondAscii = false;
    this.escaped = 0;
    for (;;) {
      while (at < end && table[bytes[at]!] === plain) at += 1;
      if (at >= end) break;
      const kind = table[bytes[at]!]!;
      if (kind === stop) break;
      if (kind === high) beyondAscii = true;
      else if (kind === breaks) this.line += 1;
      else if (kind === escapes && at + 1 < end && escapable[bytes[at + 1]!] !== 0) {
        this.escaped = 1;
        at += 1;
      }
      at += 1;
    }
    this.position = at;
    return !beyondAscii || isUtf8(bytes, start, at);
  }
}
