import type { lineProtocolMessages } from '../../domain/messages/lineProtocol.js';
import { measurementEscapes, nameEscapes, stringEscapes, unescape } from './characters.js';
import { mostQuotedBytes, quoteByte, quoteBytes } from './quoteBytes.js';

/** What can be wrong with a line. */
export type LineFaultCode = keyof typeof lineProtocolMessages;

/** One faulty entry of line protocol. */
export interface LineFault {
  /** 1-based. */
  readonly line: number;
  /** In bytes, 1-based, counted from the first character of the entry, behind blanks that precede it. */
  readonly column: number;
  readonly code: LineFaultCode;
  /** Parameters that the message of the code names. */
  readonly params: Readonly<Record<string, string>>;
  /** The words of influxdata/line-protocol for it, for answers in InfluxDB's form. */
  readonly reason: string;
}

/** Where in the bytes the parts of a fault are. Texts that do not occur in the fault are -1. */
export interface FaultParts {
  readonly code: LineFaultCode;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly textStart: number;
  readonly textEnd: number;
  /** Which escapes the text was read with. */
  readonly textKind: 'raw' | 'measurement' | 'name' | 'string';
  /** The byte that stands in the place; -1 for the end of the input. */
  readonly found: number;
}

const tables = {
  raw: new Uint8Array(256),
  measurement: measurementEscapes,
  name: nameEscapes,
  string: stringEscapes,
} as const;

/** The parameters and the English reason of a fault; tokens longer than `mostQuotedBytes` are cut. */
export function describeFault(
  bytes: Uint8Array,
  parts: FaultParts,
): Pick<LineFault, 'code' | 'params' | 'reason'> {
  const token = (start: number, end: number, table: Uint8Array): Buffer =>
    unescape(bytes, start, Math.min(end, start + 2 * mostQuotedBytes + 8), table);
  const name = token(parts.nameStart, parts.nameEnd, nameEscapes);
  const text = token(parts.textStart, parts.textEnd, tables[parts.textKind]);
  const params: Record<string, string> = {};
  if (parts.nameStart >= 0) params.name = cut(name);
  if (parts.textStart >= 0) params.text = cut(text);
  if (wantsFound.has(parts.code)) {
    params.found = parts.found < 0 ? '输入的末尾' : `字符 ${quoteByte(parts.found)}`;
    params.foundEn = parts.found < 0 ? 'the end of the input' : `the character ${quoteByte(parts.found)}`;
  }
  return { code: parts.code, params, reason: reasonOf(parts, name, text) };
}

const wantsFound = new Set<LineFaultCode>([
  'line-measurement-start',
  'line-tag-after-comma',
  'line-tag-or-field',
  'line-tag-equals',
  'line-field-start',
  'line-field-equals',
  'line-after-value',
]);

function cut(bytes: Buffer): string {
  return bytes.toString('utf8').slice(0, 200);
}

function reasonOf(parts: FaultParts, nameBytes: Buffer, textBytes: Buffer): string {
  const name = quoteBytes(nameBytes);
  const text = quoteBytes(textBytes);
  const ended = parts.found < 0;
  const found = ended ? '' : quoteByte(parts.found);
  switch (parts.code) {
    case 'line-measurement-start':
      return `invalid character ${found} found at start of measurement name`;
    case 'line-comment-character':
      return 'invalid character found in comment line';
    case 'line-tag-after-comma':
      return `expected tag key after comma; got ${ended ? 'end of input' : 'white space instead'}`;
    case 'line-tag-or-field':
      return `expected tag key or field but found ${ended ? 'end of input' : found} instead`;
    case 'line-tag-equals':
      return `expected '=' after tag key ${name}, but got ${ended ? 'end of input' : found} instead`;
    case 'line-tag-key-empty':
      return 'empty tag key';
    case 'line-tag-value-missing':
      return `expected tag value after tag key ${name}, but none found`;
    case 'line-field-missing':
      return 'expected field key but none found';
    case 'line-field-start':
      return `invalid character ${found} found at start of field key`;
    case 'line-field-equals':
      return ended
        ? `want '=' after field key ${name}, found end of input`
        : `want '=' after field key ${name}, found ${found}`;
    case 'line-value-missing':
      return ended
        ? `expected value for field ${name}, found end of input`
        : `missing field value for field ${name}`;
    case 'line-string-open':
      return `expected closing quote for string field ${name}, found end of input`;
    case 'line-value-type':
      return `value for field ${name} (${text}) has unrecognized type`;
    case 'line-after-value':
      return `unexpected character ${found} after field ${name}`;
    case 'line-time':
      return `invalid timestamp (${text})`;
    case 'line-time-syntax':
      return `invalid timestamp (${text}): invalid syntax`;
    case 'line-time-range':
      return `invalid timestamp (${text}): line-protocol value out of range`;
    case 'line-after-time':
      return `unexpected text after timestamp (${text})`;
    case 'line-utf8':
      return `invalid utf-8 sequence in token ${text}`;
    default:
      return `cannot parse value for field key ${name}: ${valueReason(parts.code, text)}`;
  }
}

type ValueCode = Extract<
  LineFaultCode,
  | 'line-value-integer'
  | 'line-value-unsigned'
  | 'line-value-float'
  | 'line-value-boolean'
  | 'line-value-range'
  | 'line-value-not-finite'
>;

function valueReason(code: ValueCode, text: string): string {
  switch (code) {
    case 'line-value-integer':
      return 'invalid integer value syntax';
    case 'line-value-unsigned':
      return 'invalid unsigned integer value syntax';
    case 'line-value-float':
      return 'invalid float value syntax';
    case 'line-value-boolean':
      return `invalid bool value ${text}`;
    case 'line-value-range':
      return 'line-protocol value out of range';
    case 'line-value-not-finite':
      return `non-number ${text} cannot be represented as a line-protocol field value`;
  }
}
