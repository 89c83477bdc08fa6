import iconv from 'iconv-lite';
import { neutraliseSentence } from '../domain/formulaText.js';
import type { TextEncodingName } from './decode/encoding.js';

/** Header of the added column; recognised as such, and not read, when the mended file comes back. */
export const faultColumn = '错误原因';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const quoteMark = 0x22;

/**
 * Returns a text table with one more column at the end of each record: every other byte stays as it was. Works on
 * bytes: in UTF-8 and GB18030 no part of another character looks like a quote or a line break, and UTF-16 is read in
 * units of two.
 *
 * @param cellOf what to write behind the record that starts on a line (1-based); empty for nothing
 * @param delimiter the delimiter of the table
 */
export function annotateText(
  bytes: Buffer,
  encoding: TextEncodingName,
  delimiter: string,
  cellOf: (line: number) => string,
): Buffer {
  const encode = encoderOf(encoding);
  const width = encoding.startsWith('utf-16') ? 2 : 1;
  const unitAt = unitReader(bytes, encoding);
  const parts: Buffer[] = [];
  let copied = 0;
  let line = 1;
  let recordLine = 1;
  let quoted = false;
  const close = (end: number) => {
    // A blank line is no record: it gets no cell.
    if (end > copied || line > recordLine) {
      parts.push(bytes.subarray(copied, end), encode(delimiter + quoteCell(cellOf(recordLine), delimiter)));
      copied = end;
    }
  };
  for (let at = 0; at + width <= bytes.length; at += width) {
    const unit = unitAt(at);
    if (unit === quoteMark) quoted = !quoted;
    if (unit !== lineFeed) continue;
    line += 1;
    if (quoted) continue;
    const end = at >= width && unitAt(at - width) === carriageReturn ? at - width : at;
    if (!isBlank(bytes, copied, end, width, unitAt)) close(end);
    parts.push(bytes.subarray(copied, at + width));
    copied = at + width;
    recordLine = line;
  }
  if (copied < bytes.length) close(bytes.length);
  parts.push(bytes.subarray(copied));
  return Buffer.concat(parts);
}

function isBlank(
  bytes: Buffer,
  from: number,
  to: number,
  width: number,
  unitAt: (at: number) => number,
): boolean {
  void bytes;
  for (let at = from; at < to; at += width) {
    const unit = unitAt(at);
    if (unit !== 0x20 && unit !== 0x09) return false;
  }
  return true;
}

function unitReader(bytes: Buffer, encoding: TextEncodingName): (at: number) => number {
  if (encoding === 'utf-16le') return (at) => bytes.readUInt16LE(at);
  if (encoding === 'utf-16be') return (at) => bytes.readUInt16BE(at);
  return (at) => bytes[at]!;
}

function encoderOf(encoding: TextEncodingName): (text: string) => Buffer {
  const name = encoding === 'utf-8-bom' ? 'utf-8' : encoding;
  return (text) => iconv.encode(text, name, { addBOM: false });
}

/** Quotes a cell, and keeps a spreadsheet from taking it for a formula. */
function quoteCell(text: string, delimiter: string): string {
  if (text === '') return '';
  const safe = neutraliseSentence(text);
  return safe.includes(delimiter) || /["\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
