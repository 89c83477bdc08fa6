import { expect, test } from '@jest/globals';
import { formatMessage, messages, type MessageCode } from '../../domain/messages.js';
import type { LineFaultCode } from './lineFault.js';
import { LineScanner } from './lineScanner.js';
import type { TimePrecision } from './lineTime.js';
import { parseLineProtocol, rejectionOfFault } from './parseLineProtocol.js';
import { mostQuotedBytes } from './quoteBytes.js';

const parse = (text: string | Buffer, precision: TimePrecision = 'ns') =>
  parseLineProtocol(typeof text === 'string' ? Buffer.from(text) : text, { precision });

function only(text: string, precision?: TimePrecision) {
  const { points, rejected } = parse(text, precision);
  expect(rejected).toEqual([]);
  expect(points).toHaveLength(1);
  return points[0]!;
}

test('a line with tags, every kind of field and a timestamp', () => {
  const text =
    'air,station=S001,region=R01 pm25=35.2,n=-12i,u=12u,ok=true,说明="同心 站" 1704067200123456789';
  expect(only(text)).toEqual({
    line: 1,
    measurement: 'air',
    tags: [
      ['station', 'S001'],
      ['region', 'R01'],
    ],
    fields: [
      { key: 'pm25', kind: 'float', value: 35.2 },
      { key: 'n', kind: 'integer', value: -12 },
      { key: 'u', kind: 'unsigned', value: 12 },
      { key: 'ok', kind: 'boolean', value: true },
      { key: '说明', kind: 'string', value: '同心 站' },
    ],
    time: { epochMs: 1704067200123, nanoseconds: 456789 },
  });
});

test.each([
  ['a\\ b\\,c\\=d', 'a b,c\\=d', 'an equals sign is not escaped in a measurement'],
  ['a=b"c', 'a=b"c', 'equals and quotes are ordinary there'],
  ['a\\\\ b', 'a\\ b', 'the second backslash escapes the blank'],
  ['a\\n', 'a\\n', 'other escapes are no escapes'],
  ['清水河\u00a0', '清水河\u00a0', 'characters beyond ASCII are ordinary'],
  ['\ufeffa', '\ufeffa', 'a byte order mark is part of it'],
])('measurement %s', (written, meant) => {
  expect(only(`${written} f=1`).measurement).toBe(meant);
});

test('escapes of names and strings', () => {
  const point = only('m,a\\,b\\=c\\ d=e\\,f\\=g\\ h i\\,j\\=k\\ l="\\"\\\\\\n\\r\\t\\x\\,"');
  expect(point.tags).toEqual([['a,b=c d', 'e,f=g h']]);
  expect(point.fields).toEqual([{ key: 'i,j=k l', kind: 'string', value: '"\\\n\r\t\\x\\,' }]);
});

test('a backslash at the end of the input is an ordinary character', () => {
  expect(parse('m,t=v\\').rejected[0]).toMatchObject({ column: 7, code: 'line-field-missing' });
});

test('strings go over lines, and lines are counted in them', () => {
  const { points, rejected } = parse('a f="1\n2\r\n\\n" 5\nb f=1 x\nc f="\n",g=2 y\n');
  expect(points.map(({ line, time }) => [line, time])).toEqual([[1, { epochMs: 0, nanoseconds: 5 }]]);
  expect(rejected.map(({ line, column, reason }) => [line, column, reason])).toEqual([
    [4, 7, 'invalid timestamp ("x")'],
    [6, 7, 'invalid timestamp ("y")'],
  ]);
});

test.each(['', '\n', '\r\n \n', '# comment', '  # comment, a=1\n\r\n   ', '\r', '#\n#\n', '#\ufffd中'])(
  'nothing in %j',
  (text) => expect(parse(text)).toEqual({ points: [], rejected: [], rejectedCount: 0 }),
);

test.each([
  'm f=1',
  'm f=1\n',
  'm f=1\r\n',
  'm f=1\r',
  '   m f=1   ',
  'm   f=1   \r\n',
  '# c\nm f=1',
  'm f=1 ',
])('one point without a time in %j', (text) => expect(only(text).time).toBeNull());

// The numbers of Go's strconv, which the reference reads with.
test.each([
  ['0', 0],
  ['-0', -0],
  ['1.', 1],
  ['.5', 0.5],
  ['-.5', -0.5],
  ['00012.50', 12.5],
  ['1e3', 1000],
  ['1E+3', 1000],
  ['1e-3', 0.001],
  ['123456789012345', 123456789012345],
  ['9007199254740993', 9007199254740992],
  ['0.30000000000000004', 0.30000000000000004],
  ['1.7976931348623158e308', 1.7976931348623157e308],
  ['1e-400', 0],
  ['2.4703282292062328e-324', 5e-324],
  ['1_000.2_5', 1000.25],
  ['1e1_0', 1e10],
  ['0x1p-2', 0.25],
  ['0X.8P1', 1],
  ['0x_1p0', 1],
  ['0x1.8p-1075', 5e-324],
  ['0x1p-1075', 0],
  ['0x20000000000001p0', 9007199254740992],
  ['0x20000000000003p0', 9007199254740996],
  ['0x1000000000000080000000001p0', 2 ** 96 + 2 ** 44],
])('float %s', (text, value) => {
  expect(only(`m f=${text}`).fields[0]).toEqual({ key: 'f', kind: 'float', value });
});

test.each([
  ['1', 1],
  ['-0', 0],
  ['007', 7],
  ['9007199254740991', 9007199254740991],
  ['9007199254740992', 9007199254740992n],
  ['9223372036854775807', 9223372036854775807n],
  ['-9223372036854775808', -9223372036854775808n],
])('integer %si', (text, value) => {
  expect(only(`m f=${text}i`).fields[0]).toEqual({ key: 'f', kind: 'integer', value });
});

test('the largest unsigned integer, and its nearest double', () => {
  expect(only('m f=18446744073709551615u').fields[0]).toMatchObject({ value: 18446744073709551615n });
  const scanner = new LineScanner();
  scanner.open(Buffer.from('m f=18446744073709551615u'));
  expect(scanner.next()).toBe(true);
  expect(scanner.fieldNumbers[0]).toBe(2 ** 64);
  expect(scanner.fieldText(0)).toBe('18446744073709551615u');
});

test.each(['t', 'T', 'true', 'True', 'TRUE', 'f', 'F', 'false', 'False', 'FALSE'])('boolean %s', (text) => {
  expect(only(`m f=${text}`).fields[0]).toMatchObject({ kind: 'boolean', value: 'tT'.includes(text[0]!) });
});

test.each([
  ['ns', '1704067200000000001', 1704067200000, 1],
  ['ns', '-1', -1, 999999],
  ['ns', '-1000000', -1, 0],
  ['ns', '-0', 0, 0],
  ['ns', '9223372036854775807', 9223372036854, 775807],
  ['ns', '-9223372036854775808', -9223372036855, 224192],
  ['us', '1704067200000001', 1704067200000, 1000],
  ['us', '-1', -1, 999000],
  ['us', '9223372036854775', 9223372036854, 775000],
  ['ms', '1704067200001', 1704067200001, 0],
  ['ms', '-9223372036854', -9223372036854, 0],
  ['s', '00000000000000000000001704067200', 1704067200000, 0],
  ['m', '28401120', 1704067200000, 0],
  ['h', '473352', 1704067200000, 0],
  ['h', '2562047', 9223369200000, 0],
] as const)('a time in %s: %s', (precision, text, epochMs, nanoseconds) => {
  expect(only(`m f=1 ${text}`, precision).time).toEqual({ epochMs, nanoseconds });
});

const faults: [text: string, column: number, code: LineFaultCode, reason: string, precision?: TimePrecision][] = [
  [',t=v f=1', 1, 'line-measurement-start', "invalid character ',' found at start of measurement name"],
  ['\tm f=1', 1, 'line-measurement-start', "invalid character '\\t' found at start of measurement name"],
  ['\u0000', 1, 'line-measurement-start', "invalid character '\\x00' found at start of measurement name"],
  ['\rm f=1', 1, 'line-measurement-start', "invalid character '\\r' found at start of measurement name"],
  ['#\tc', 1, 'line-comment-character', 'invalid character found in comment line'],
  [' #\tc', 1, 'line-measurement-start', "invalid character ' ' found at start of measurement name"],
  ['m', 2, 'line-tag-or-field', 'expected tag key or field but found end of input instead'],
  ['m\n', 2, 'line-tag-or-field', "expected tag key or field but found '\\n' instead"],
  ['m,,t=v f=1', 3, 'line-tag-or-field', "expected tag key or field but found ',' instead"],
  ['m,', 3, 'line-tag-after-comma', 'expected tag key after comma; got end of input'],
  ['m, t=v f=1', 3, 'line-tag-after-comma', 'expected tag key after comma; got white space instead'],
  ['m,t', 3, 'line-tag-equals', 'expected \'=\' after tag key "t", but got end of input instead'],
  ['m,t v f=1', 3, 'line-tag-equals', 'expected \'=\' after tag key "t", but got \' \' instead'],
  ['m,=v f=1', 3, 'line-tag-key-empty', 'empty tag key'],
  ['m,t=v=w f=1', 6, 'line-tag-key-empty', 'empty tag key'],
  ['m,t= f=1', 5, 'line-tag-value-missing', 'expected tag value after tag key "t", but none found'],
  ['m,t=v', 6, 'line-field-missing', 'expected field key but none found'],
  ['m ', 3, 'line-field-missing', 'expected field key but none found'],
  ['m f=1,', 7, 'line-field-missing', 'expected field key but none found'],
  ['m f=1, g=2', 7, 'line-field-start', "invalid character ' ' found at start of field key"],
  ['m f', 4, 'line-field-equals', 'want \'=\' after field key "f", found end of input'],
  ['m f 1', 4, 'line-field-equals', 'want \'=\' after field key "f", found \' \''],
  ['m f=', 5, 'line-value-missing', 'expected value for field "f", found end of input'],
  ['m f=,g=1', 5, 'line-value-missing', 'missing field value for field "f"'],
  ['m f="a', 5, 'line-string-open', 'expected closing quote for string field "f", found end of input'],
  ['m f=abc', 5, 'line-value-type', 'value for field "f" ("abc") has unrecognized type'],
  ['m f=+1', 5, 'line-value-type', 'value for field "f" ("+1") has unrecognized type'],
  ['m f=NaN', 5, 'line-value-type', 'value for field "f" ("NaN") has unrecognized type'],
  ['m f="a"b', 8, 'line-after-value', 'unexpected character \'b\' after field "f"'],
  ['m f=1_', 5, 'line-value-float', 'cannot parse value for field key "f": invalid float value syntax'],
  ['m f=0x1', 5, 'line-value-float', 'cannot parse value for field key "f": invalid float value syntax'],
  ['m f=-', 5, 'line-value-float', 'cannot parse value for field key "f": invalid float value syntax'],
  ['m f=1.5i', 5, 'line-value-integer', 'cannot parse value for field key "f": invalid integer value syntax'],
  ['m f=-1u', 5, 'line-value-unsigned', 'cannot parse value for field key "f": invalid unsigned integer value syntax'],
  ['m a\\=b=tru', 8, 'line-value-boolean', 'cannot parse value for field key "a=b": invalid bool value "tru"'],
  ['m f=1e309', 5, 'line-value-range', 'cannot parse value for field key "f": line-protocol value out of range'],
  ['m f=9223372036854775808i', 5, 'line-value-range', 'cannot parse value for field key "f": line-protocol value out of range'],
  ['m f=18446744073709551616u', 5, 'line-value-range', 'cannot parse value for field key "f": line-protocol value out of range'],
  ['m f=99999999999999999999xi', 5, 'line-value-range', 'cannot parse value for field key "f": line-protocol value out of range'],
  ['m f=-inf', 5, 'line-value-not-finite', 'cannot parse value for field key "f": non-number "-inf" cannot be represented as a line-protocol field value'],
  ['m f=1 x1', 7, 'line-time', 'invalid timestamp ("x1")'],
  ['m f=1 1.5', 7, 'line-time', 'invalid timestamp ("1.5")'],
  ['m f=1 1-2', 7, 'line-time-syntax', 'invalid timestamp ("1-2"): invalid syntax'],
  ['m f=1 -', 7, 'line-time-syntax', 'invalid timestamp ("-"): invalid syntax'],
  ['m f=1 9223372036854775808', 7, 'line-time-range', 'invalid timestamp ("9223372036854775808"): line-protocol value out of range'],
  ['m f=1 9223372036854776', 7, 'line-time-range', 'invalid timestamp ("9223372036854776"): line-protocol value out of range', 'us'],
  ['m f=1 9223372036855', 7, 'line-time-range', 'invalid timestamp ("9223372036855"): line-protocol value out of range', 'ms'],
  ['m f=1 -9223372037', 7, 'line-time-range', 'invalid timestamp ("-9223372037"): line-protocol value out of range', 's'],
  ['m f=1 1 2', 9, 'line-after-time', 'unexpected text after timestamp ("2")'],
]; // prettier-ignore

test.each(faults.map((one) => [one[0], one] as const))(
  'fault %j',
  (text, [, column, code, reason, precision]) => {
    const { points, rejected, rejectedCount } = parse(text, precision);
    expect({ points, rejectedCount }).toEqual({ points: [], rejectedCount: 1 });
    expect(rejected).toMatchObject([{ line: 1, column, code, reason }]);
    for (const language of ['zh', 'en'] as const)
      expect(formatMessage(rejectionOfFault(rejected[0]!).code, language, rejected[0]!.params)).not.toMatch(
        /[{}]/,
      );
  },
);

test('every fault of the catalogue has a case here, but for the one that is no text', () => {
  const codes = (Object.keys(messages) as MessageCode[]).filter((code) => code.startsWith('line-'));
  expect(new Set([...faults.map(([, , code]) => code), 'line-utf8'])).toEqual(new Set(codes));
});

test.each([
  ['\x80 f=1', 1, '"\\x80"'],
  ['m,\xc3=v f=1', 3, '"\\xc3"'],
  ['m,t=\xed\xa0\x80 f=1', 5, '"\\xed\\xa0\\x80"'],
  ['m \xc0\x80=1', 3, '"\\xc0\\x80"'],
  ['m f="\xf4\x90\x80\x80"', 6, '"\\xf4\\x90\\x80\\x80"'],
  ['m f="\xe2\x80\xa8\xff"', 6, '"\\u2028\\xff"'],
])('what is not UTF-8: %j', (latin, column, quoted) => {
  const { rejected } = parse(Buffer.from(latin, 'latin1'));
  const reason = `invalid utf-8 sequence in token ${quoted}`;
  expect(rejected).toMatchObject([{ line: 1, column, code: 'line-utf8', reason }]);
});

test('after a fault reading goes on where the reference goes on', () => {
  const { points, rejected } = parse('m a=1x,b="q\nm c=2 3\nm d="\nm e=5" 1\nm f=1 x\rm g=1\nm h=6\n');
  expect(points.map(({ fields }) => fields[0]!.key)).toEqual(['c', 'd', 'h']);
  expect(rejected.map(({ line, column }) => [line, column])).toEqual([
    [1, 5],
    [5, 7],
    [5, 1],
  ]);
});

test('faults are counted beyond those that are described, and long tokens are cut', () => {
  const long = 'x'.repeat(100_000);
  const { rejected, rejectedCount } = parseLineProtocol(Buffer.from(`m f=${long}\n`.repeat(7)), {
    mostFaults: 3,
  });
  expect({ described: rejected.length, rejectedCount }).toEqual({ described: 3, rejectedCount: 7 });
  expect(rejected[2]!.reason).toBe(
    `value for field "f" ("${'x'.repeat(mostQuotedBytes)}"...) has unrecognized type`,
  );
  expect(rejected[2]!.params.text).toHaveLength(200);
});

test('the state stays in proportion to the longest line, and is let go', () => {
  const scanner = new LineScanner();
  const line = Buffer.from(`m ${Array.from({ length: 100_000 }, () => 'a=1').join(',')}\n`);
  scanner.open(line);
  expect(scanner.next()).toBe(true);
  expect(scanner.fieldCount).toBe(100_000);
  const bytes =
    scanner.fieldOffsets.byteLength + scanner.fieldNumbers.byteLength + scanner.fieldKinds.byteLength;
  expect(bytes).toBeLessThan(20 * line.length);
  scanner.open(Buffer.from('m f=1'));
  expect(scanner.fieldOffsets.byteLength).toBeLessThan(1000);
});
