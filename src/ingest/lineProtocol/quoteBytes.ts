import { sequenceLength } from './utf8.js';

/** Longer tokens are cut in the words of a fault, so that a fault is never as long as its input. */
export const mostQuotedBytes = 256;

const named = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x5c, '\\\\'],
]);

// One code point at a time, and only in the words of a fault.
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

function quoteCodePoint(codePoint: number, delimiter: number): string {
  if (codePoint === delimiter) return `\\${String.fromCharCode(delimiter)}`;
  const name = named.get(codePoint);
  if (name !== undefined) return name;
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${codePoint.toString(16).padStart(2, '0')}`;
  if (codePoint < 0x7f) return String.fromCharCode(codePoint);
  const text = String.fromCodePoint(codePoint);
  if (printable.test(text)) return text;
  if (codePoint < 0x10000) return `\\u${codePoint.toString(16).padStart(4, '0')}`;
  return `\\U${codePoint.toString(16).padStart(8, '0')}`;
}

/** A byte in single quotes as Go's `%q` prints it: the code point of that number. */
export function quoteByte(code: number): string {
  return `'${quoteCodePoint(code, 0x27)}'`;
}

/**
 * Bytes in double quotes as Go's `%q` prints them; bytes that are not UTF-8 appear as `\xNN`. Of more than
 * `mostQuotedBytes` the first are given, followed by `...`.
 */
export function quoteBytes(bytes: Uint8Array): string {
  let text = '"';
  let at = 0;
  while (at < bytes.length && at < mostQuotedBytes) {
    const length = sequenceLength(bytes, at, bytes.length);
    if (length === 0) {
      text += `\\x${bytes[at]!.toString(16).padStart(2, '0')}`;
      at += 1;
      continue;
    }
    text += quoteCodePoint(codePointAt(bytes, at, length), 0x22);
    at += length;
  }
  return at < bytes.length ? `${text}"...` : `${text}"`;
}

function codePointAt(bytes: Uint8Array, at: number, length: number): number {
  if (length === 1) return bytes[at]!;
  let codePoint = bytes[at]! & (0xff >> (length + 1));
  for (let index = 1; index < length; index += 1) codePoint = (codePoint << 6) | (bytes[at + index]! & 0x3f);
  return codePoint;
}
