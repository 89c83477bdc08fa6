import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { formatLineProtocol } from './formatLineProtocol.js';
import type { LinePoint, LineValue } from './linePoint.js';
import { LineScanner } from './lineScanner.js';
import { parseLineProtocol, pointOf } from './parseLineProtocol.js';

const unicode = fc.string({ unit: 'binary', maxLength: 12 });
const name = fc
  .oneof(fc.string({ unit: fc.constantFrom(...'ab,= \\"#清µ\u00a0💧'), minLength: 1, maxLength: 8 }), unicode)
  .filter((text) => text !== '' && !text.endsWith('\\') && ![...text].some(isControl));

function isControl(character: string): boolean {
  return character < ' ' || character === '\u007f';
}

const bits = (min: bigint, max: bigint) =>
  fc
    .oneof(fc.bigInt({ min, max }), fc.bigInt({ min: 0n, max: 1000n }), fc.constantFrom(min, max))
    .map(narrow);
const narrow = (exact: bigint): number | bigint =>
  exact >= BigInt(Number.MIN_SAFE_INTEGER) && exact <= BigInt(Number.MAX_SAFE_INTEGER)
    ? Number(exact)
    : exact;

const value: fc.Arbitrary<LineValue> = fc.oneof(
  fc.record({
    kind: fc.constant('float' as const),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
  }),
  fc.record({ kind: fc.constant('integer' as const), value: bits(-(2n ** 63n), 2n ** 63n - 1n) }),
  fc.record({ kind: fc.constant('unsigned' as const), value: bits(0n, 2n ** 64n - 1n) }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
  fc.record({
    kind: fc.constant('string' as const),
    value: fc.oneof(unicode, fc.string({ unit: fc.constantFrom(...'a\\"\n\r\tnrt ,=') })),
  }),
);

const time = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((ns) => ({ epochMs: Number((ns - modulo(ns)) / 1_000_000n), nanoseconds: Number(modulo(ns)) }));
const modulo = (ns: bigint): bigint => ((ns % 1_000_000n) + 1_000_000n) % 1_000_000n;

const point: fc.Arbitrary<LinePoint> = fc.record({
  measurement: name.filter((text) => !text.startsWith('#')),
  tags: fc.array(fc.tuple(name, name), { maxLength: 4 }),
  fields: fc.array(
    fc.tuple(name, value).map(([key, one]) => ({ key, ...one })),
    { minLength: 1, maxLength: 4 },
  ),
  time: fc.option(time, { nil: null }),
});

test('what is written is read: names, values to the last bit, times to the nanosecond', () => {
  fc.assert(
    fc.property(fc.array(point, { maxLength: 4 }), (points) => {
      const { points: read, rejected } = parseLineProtocol(Buffer.from(formatLineProtocol(points)));
      expect(rejected).toEqual([]);
      const sent = read.map(({ measurement, tags, fields, time }) => ({ measurement, tags, fields, time }));
      expect(sent).toEqual(points);
    }),
    { numRuns: 200 },
  );
});

const series = [
  'a,t=1',
  'a,t=2',
  'a,t=12',
  'a',
  'a,t=1\\ ',
  'a,t=1\\',
  'é,t=1',
  'a,t=1,t=1',
  'a,=1',
  '#a',
  ',a',
];
const fields = ['f=1', 'g=2.5,f=1i', 'f="a b"', 'f="x\ny"', 'f=', 'f=1x', ''];
const times = ['', ' 1', ' 12', ' 1700000000000000000', ' 1700000000000000001', ' -1', ' 1x', ' 99999999999999999999', ' 1 1', '  1  ']; // prettier-ignore
const ends = ['\n', '\r\n', '\n\n', ' \n', '\n# c\n'];
const linesOfSeries = fc
  .tuple(
    fc.constantFrom(...series),
    fc.constantFrom(' ', '  '),
    fc.array(fc.tuple(fc.constantFrom(...fields), fc.constantFrom(...times), fc.constantFrom(...ends)), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([name, blank, rest]) => rest.map((parts) => `${name}${blank}${parts.join('')}`));

test('a line means the same behind lines of its series and time as alone', () => {
  let repeated = 0;
  fc.assert(
    fc.property(fc.array(linesOfSeries, { maxLength: 5 }), (runs) => {
      const lines = runs.flat();
      const whole = new LineScanner();
      whole.open(Buffer.from(lines.join('')));
      const got: unknown[] = [];
      let before: string | undefined;
      while (whole.next()) {
        const text = whole.bytes.toString('latin1', whole.measurementStart, whole.seriesEnd);
        // Whoever remembers what the last line's series meant relies on it.
        if (whole.repeatsLast) expect(text).toBe(before);
        repeated += Number(whole.repeatsLast);
        before = text;
        const { line, ...rest } = pointOf(whole);
        got.push({ ...rest, at: whole.hasTime ? [whole.epochMs, whole.nanoseconds] : null, sits: line > 0 });
      }
      const alone = lines.flatMap((line) => {
        const scanner = new LineScanner();
        scanner.open(Buffer.from(line));
        const found: unknown[] = [];
        while (scanner.next()) {
          const { line: at, ...rest } = pointOf(scanner);
          found.push({
            ...rest,
            at: scanner.hasTime ? [scanner.epochMs, scanner.nanoseconds] : null,
            sits: at > 0,
          });
        }
        return found;
      });
      expect(got).toEqual(alone);
    }),
    { numRuns: 1_500 },
  );
  expect(repeated).toBeGreaterThan(500);
});

test('a decimal of up to 15 digits is read as JavaScript reads it', () => {
  const decimal = fc
    .tuple(fc.boolean(), fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), fc.nat({ max: 15 }))
    .map(([negative, digits, decimals]) => {
      const text = digits
        .toString()
        .padStart(decimals + 1, '0')
        .slice(-15);
      const split = Math.max(text.length - decimals, 0);
      return `${negative ? '-' : ''}${text.slice(0, split)}.${text.slice(split)}`;
    })
    .filter((text) => text !== '.' && text !== '-.');
  fc.assert(
    fc.property(decimal, (text) => {
      const { points } = parseLineProtocol(Buffer.from(`m f=${text}`));
      expect(points[0]!.fields[0]!.value).toBe(Number(text));
    }),
    { numRuns: 200 },
  );
});

// Bytes that are likely to mean something.
const bytes = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ...['m', 'f', '=', ',', ' ', '"', '\\', '\n', '\r', '\r\n', '#', '1', '-', '.', 'i', 't', '\t', '清'],
        ...['m f=1', ',t=v', ' 12\n', '="a\nb"', 'e5', '9223372036854775808', '0x1p'],
      ),
      fc.uint8Array({ maxLength: 3 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

test('no bytes make it throw or leave anything unread, and every entry is a point or a fault', () => {
  fc.assert(
    fc.property(fc.oneof(bytes, fc.uint8Array({ maxLength: 200 })), (input) => {
      const scanner = new LineScanner({ mostFaults: 2 });
      scanner.open(input);
      let points = 0;
      while (scanner.next()) points += 1;
      expect(scanner.consumed).toBe(input.length);
      expect(points).toBe(scanner.pointCount);
      expect(scanner.faults).toHaveLength(Math.min(2, scanner.faultCount));
      expect(points + scanner.faultCount).toBeLessThanOrEqual(input.length);
      expect(scanner.next()).toBe(false);
    }),
    { numRuns: 200 },
  );
});

test('cut into buffers anywhere, it says the same', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat({ max: 40 }), { maxLength: 6 }), (input, lengths) => {
      const whole = parseLineProtocol(input);
      const scanner = new LineScanner();
      const points = [];
      let rest = Buffer.alloc(0);
      let at = 0;
      for (const length of [...lengths, input.length]) {
        const chunk = Buffer.concat([rest, input.subarray(at, at + length)]);
        at = Math.min(at + length, input.length);
        scanner.open(chunk, at === input.length);
        while (scanner.next()) points.push(pointOf(scanner));
        rest = chunk.subarray(scanner.consumed);
        if (at === input.length) break;
      }
      expect(points).toEqual(whole.points);
      expect(scanner.faults).toEqual(whole.rejected);
      expect(rest).toHaveLength(0);
    }),
    { numRuns: 200 },
  );
});

test.each<[string, Partial<LinePoint>]>([
  ['no field', { fields: [] }],
  ['a measurement like a comment', { measurement: '#m' }],
  ['an empty tag value', { tags: [['t', '']] }],
  ['a backslash at the end', { tags: [['t\\', 'v']] }],
  ['a line break in a name', { measurement: 'a\nb' }],
  ['half a surrogate pair', { fields: [{ key: 'f', kind: 'string', value: '\ud800' }] }],
  ['no finite number', { fields: [{ key: 'f', kind: 'float', value: NaN }] }],
  ['an integer beyond 64 bits', { fields: [{ key: 'f', kind: 'integer', value: 2n ** 63n }] }],
  ['a negative unsigned', { fields: [{ key: 'f', kind: 'unsigned', value: -1 }] }],
  ['a time beyond 64 bits', { time: { epochMs: 9223372036855, nanoseconds: 0 } }],
])('%s cannot be written', (_, part) => {
  const good: LinePoint = {
    measurement: 'm',
    tags: [],
    fields: [{ key: 'f', kind: 'float', value: 1 }],
    time: null,
  };
  expect(() => formatLineProtocol([{ ...good, ...part }])).toThrow(RangeError);
});

test('a time that is not whole in the precision is not cut silently', () => {
  const at = (epochMs: number): LinePoint => ({
    measurement: 'm',
    tags: [],
    fields: [{ key: 'f', kind: 'float', value: 1 }],
    time: { epochMs, nanoseconds: 0 },
  });
  expect(formatLineProtocol([at(1704067200000)], 'h')).toBe('m f=1 473352\n');
  expect(() => formatLineProtocol([at(1704067200001)], 's')).toThrow('not whole in s');
});
