import type { LinePoint, LineTime, LineValue } from './linePoint.js';
import type { TimePrecision } from './lineTime.js';

const nanosecondsIn: Readonly<Record<TimePrecision, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/**
 * Writes points as line protocol, a line each, tags and fields in the order given.
 *
 * @throws RangeError for what line protocol cannot say: an empty name, a control character or a backslash at the end
 *   of a name, a measurement that begins like a comment, text that is not Unicode, no field, a number that is not
 *   finite or beyond 64 bits, and a time that is not whole in the precision.
 */
export function formatLineProtocol(points: Iterable<LinePoint>, precision: TimePrecision = 'ns'): string {
  let text = '';
  for (const point of points) text += `${formatPoint(point, precision)}\n`;
  return text;
}

function formatPoint({ measurement, tags, fields, time }: LinePoint, precision: TimePrecision): string {
  if (measurement.startsWith('#')) throw new RangeError(`a line cannot begin with ${measurement}`);
  if (fields.length === 0) throw new RangeError(`a point of ${measurement} has no field`);
  let line = escapeName(measurement, ', ');
  for (const [key, value] of tags) line += `,${escapeName(key, ',= ')}=${escapeName(value, ',= ')}`;
  fields.forEach((field, index) => {
    line += `${index === 0 ? ' ' : ','}${escapeName(field.key, ',= ')}=${formatValue(field)}`;
  });
  return time === null ? line : `${line} ${formatTime(time, precision)}`;
}

function escapeName(name: string, special: string): string {
  if (name === '' || name.endsWith('\\')) throw new RangeError(`'${name}' cannot be a name`);
  assertUnicode(name);
  let text = '';
  for (const character of name) {
    const code = character.charCodeAt(0);
    if (code < 0x20 || code === 0x7f) throw new RangeError(`control character in ${JSON.stringify(name)}`);
    text += special.includes(character) ? `\\${character}` : character;
  }
  return text;
}

const stringEscapes = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
]);

function formatValue(field: LineValue): string {
  switch (field.kind) {
    case 'float':
      if (!Number.isFinite(field.value)) throw new RangeError(`${field.value} is not finite`);
      return Object.is(field.value, -0) ? '-0' : String(field.value);
    case 'integer':
      return `${formatInteger(field.value, 64, true)}i`;
    case 'unsigned':
      return `${formatInteger(field.value, 64, false)}u`;
    case 'boolean':
      return String(field.value);
    case 'string': {
      assertUnicode(field.value);
      let text = '"';
      for (const character of field.value) text += stringEscapes.get(character) ?? character;
      return `${text}"`;
    }
  }
}

function formatInteger(value: number | bigint, bits: number, signed: boolean): string {
  if (typeof value === 'number' && !Number.isSafeInteger(value))
    throw new RangeError(`${value} is no safe integer: give a BigInt`);
  const exact = BigInt(value);
  const fitting = signed ? BigInt.asIntN(bits, exact) : BigInt.asUintN(bits, exact);
  if (fitting !== exact) throw new RangeError(`${exact} does not fit into ${bits} bits`);
  return exact.toString();
}

function formatTime({ epochMs, nanoseconds }: LineTime, precision: TimePrecision): string {
  const total = BigInt(epochMs) * nanosecondsIn.ms + BigInt(nanoseconds);
  if (BigInt.asIntN(64, total) !== total) throw new RangeError(`${total} ns is out of range`);
  const unit = nanosecondsIn[precision];
  if (total % unit !== 0n) throw new RangeError(`${total} ns is not whole in ${precision}`);
  return (total / unit).toString();
}

function assertUnicode(text: string): void {
  for (const character of text) {
    const code = character.codePointAt(0)!;
    if (code >= 0xd800 && code <= 0xdfff) throw new RangeError('half a surrogate pair is not Unicode text');
  }
}
