/** Bytes that mean something in line protocol. */
export const byte = {
  tab: 0x09,
  newline: 0x0a,
  carriageReturn: 0x0d,
  space: 0x20,
  quote: 0x22,
  hash: 0x23,
  comma: 0x2c,
  minus: 0x2d,
  point: 0x2e,
  zero: 0x30,
  nine: 0x39,
  equals: 0x3d,
  backslash: 0x5c,
  delete: 0x7f,
} as const;

/** What a byte does to the token that is being read. */
export const plain = 0;
export const stop = 1;
export const escapes = 2;
/** Part of a multi-byte character: the token is checked for UTF-8 at its end. */
export const high = 3;
/** A line break inside of a string. */
export const breaks = 4;

function tableOf(stops: string, withControls: boolean): Uint8Array {
  const table = new Uint8Array(256);
  for (let code = 0; code < 256; code += 1) {
    if (code >= 0x80) table[code] = high;
    else if (withControls && (code < byte.space || code === byte.delete)) table[code] = stop;
  }
  for (let index = 0; index < stops.length; index += 1) table[stops.charCodeAt(index)] = stop;
  table[byte.backslash] = escapes;
  return table;
}

/** Bytes of a measurement: everything printable up to a comma or a blank. */
export const measurementBytes = tableOf(', ', true);
/** Bytes of a tag's key or value and of a field's key: up to a comma, a blank or an equals sign. */
export const nameBytes = tableOf(',= ', true);
/** Bytes of a string value: everything up to a double quote. */
export const stringBytes = tableOf('"', false);
stringBytes[byte.newline] = breaks;
/** Bytes that end a value that is not a string: comma, blank, line end. */
export const valueBytes = new Uint8Array(256);
for (const code of [byte.comma, byte.space, byte.carriageReturn, byte.newline]) valueBytes[code] = stop;

/** What a byte after a backslash stands for, 0 when the backslash is an ordinary character there. */
export const measurementEscapes = new Uint8Array(256);
export const nameEscapes = new Uint8Array(256);
export const stringEscapes = new Uint8Array(256);
for (const code of [byte.space, byte.comma]) measurementEscapes[code] = nameEscapes[code] = code;
nameEscapes[byte.equals] = byte.equals;
for (const code of [byte.backslash, byte.quote]) stringEscapes[code] = code;
stringEscapes['n'.charCodeAt(0)] = byte.newline;
stringEscapes['r'.charCodeAt(0)] = byte.carriageReturn;
stringEscapes['t'.charCodeAt(0)] = byte.tab;

/** Whether a byte is one of the three that separate the sections of a line. */
export function isBlank(code: number): boolean {
  return code === byte.space || code === byte.newline || code === byte.carriageReturn;
}

/** The bytes of a token without its escapes, in a buffer of its own. */
export function unescape(bytes: Uint8Array, start: number, end: number, table: Uint8Array): Buffer {
  const plainBytes = Buffer.allocUnsafe(end - start);
  let length = 0;
  for (let at = start; at < end; at += 1) {
    const code = bytes[at]!;
    const stands = code === byte.backslash && at + 1 < end ? table[bytes[at + 1]!]! : 0;
    if (stands !== 0) at += 1;
    plainBytes[length] = stands === 0 ? code : stands;
    length += 1;
  }
  return plainBytes.subarray(0, length);
}

/** What may stand in a comment: no control characters. */
export function isCommentByte(code: number): boolean {
  return code >= byte.space && code !== byte.delete;
}

/** What a timestamp consists of. */
export function isTimeByte(code: number): boolean {
  return (code >= byte.zero && code <= byte.nine) || code === byte.minus;
}
