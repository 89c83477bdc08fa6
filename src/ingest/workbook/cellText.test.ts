import { describe, expect, test } from '@jest/globals';
import { cellName, columnLetters, columnOf, parseRange } from './cellReference.js';
import { decodeEscapes, formattedNumber, isoCellText, numberText, serialToText } from './cellText.js';
import { builtInKind, formatKind, type NumberKind } from './numberFormat.js';

describe('numbers', () => {
  test.each([
    ['0.1', '0.1'],
    ['35.299999999999997', '35.3'],
    ['0.30000000000000004', '0.3'],
    ['2.5000000000000001E-2', '0.025'],
    ['1E-3', '0.001'],
    ['1.0000000000000001E-7', '0.0000001'],
    ['7.0', '7'],
    ['-3', '-3'],
    ['-0', '0'],
    ['123456789012345', '123456789012345'],
    ['1.2345678901234568E+17', '123456789012346000'],
    ['1E+22', '10000000000000000000000'],
    ['NaN', 'NaN'],
    ['', ''],
  ])('%s reads %s', (stored, text) => {
    expect(numberText(stored)).toBe(text);
  });

  test.each<[string, NumberKind, string]>([
    ['0.91200000000000003', 'percent', '91.2%'],
    ['1', 'percent', '100%'],
    ['45393', 'date', '2024-04-11'],
    ['45393.375', 'date', '2024-04-11 09:00'],
    ['45393', 'datetime', '2024-04-11 00:00'],
    ['45658.333333333336', 'datetime', '2025-01-01 08:00'],
    ['45658.333345', 'datetime', '2025-01-01 08:00:01'],
    ['45658.99999999', 'datetime', '2025-01-02 00:00'],
    ['45658', 'month', '2025-01'],
    ['45672', 'month', '2025-01-15'],
    ['45658', 'year', '2025'],
    ['0.33333333333333331', 'time', '08:00'],
    ['1', 'duration', '24:00'],
    ['1.5', 'duration', '36:00'],
    ['59', 'date', '1900-02-28'],
    ['61', 'date', '1900-03-01'],
    ['-1', 'date', '-1'],
    ['2958466', 'date', '2958466'],
    ['0', 'date', '0'],
  ])('%s as %s reads %s', (stored, kind, text) => {
    expect(formattedNumber(stored, kind, false)).toBe(text);
  });

  test('dates from 1904 lie 1,462 days later', () => {
    expect(formattedNumber('43931', 'date', true)).toBe('2024-04-11');
    expect(formattedNumber('43931.5', 'datetime', true)).toBe('2024-04-11 12:00');
  });

  test.each([
    ['45393', false, '2024-04-11'],
    ['45393.375', false, '2024-04-11 09:00'],
    ['43931', true, '2024-04-11'],
    ['12345', false, undefined],
    ['99999', false, undefined],
    ['35.3', false, undefined],
    ['2024-04-11', false, undefined],
  ])('serial %s (1904: %s) is %s', (text, date1904, date) => {
    expect(serialToText(text, date1904)).toBe(date);
  });

  test.each([
    ['2025-01-01T08:00:00', '2025-01-01 08:00'],
    ['2025-01-01T08:00:05.25Z', '2025-01-01 08:00:05'],
    ['2025-01-01', '2025-01-01'],
    ['P1D', 'P1D'],
  ])('ISO cell %s reads %s', (stored, text) => {
    expect(isoCellText(stored)).toBe(text);
  });

  test('escapes of characters that XML cannot carry', () => {
    expect(decodeEscapes('a_x000D_b_x005F_x000D_')).toBe('a\rb_x000D_');
  });
});

test.each<[string, NumberKind]>([
  ['General', 'number'],
  ['G/通用格式', 'number'],
  ['0.00E+00', 'number'],
  ['#,##0.00_ ;[Red]\\-#,##0.00\\ ', 'number'],
  ['0"天"', 'number'],
  ['0.0%', 'percent'],
  ['yyyy/m/d', 'date'],
  ['yyyy"年"m"月"d"日";@', 'date'],
  ['[$-804]yyyy\\-mm\\-dd', 'date'],
  ['yyyy-mm-dd hh:mm', 'datetime'],
  ['yyyy/m/d h:mm;@', 'datetime'],
  ['m"月"d"日" h"时"', 'datetime'],
  ['yyyy-mm', 'month'],
  ['yyyy"年"m"月"', 'month'],
  ['yyyy', 'year'],
  ['h:mm AM/PM', 'time'],
  ['上午/下午h"时"mm"分"', 'time'],
  ['mm:ss.0', 'time'],
  ['[h]:mm', 'duration'],
  ['@', 'number'],
  ['"yyyy"0', 'number'],
  ['[Blue]', 'number'],
  ['', 'number'],
])('format %s is a %s', (code, kind) => {
  expect(formatKind(code)).toBe(kind);
});

test.each<[number, NumberKind]>([
  [0, 'number'],
  [10, 'percent'],
  [14, 'date'],
  [22, 'datetime'],
  [58, 'date'],
  [57, 'month'],
  [46, 'duration'],
  [999, 'number'],
])('built-in format %i is a %s', (id, kind) => {
  expect(builtInKind(id)).toBe(kind);
});

describe('references', () => {
  test.each([
    [0, 'A'],
    [25, 'Z'],
    [26, 'AA'],
    [701, 'ZZ'],
    [702, 'AAA'],
    [16_383, 'XFD'],
  ])('column %i is %s', (column, letters) => {
    expect(columnLetters(column)).toBe(letters);
    expect(columnOf(`${letters}12`)).toBe(column);
  });

  test.each(['12', 'A', '', 'XFE1', 'AAAAAAAAAA1', '中1'])('%j is no reference', (text) => {
    expect(columnOf(text)).toBe(-1);
  });

  test('names and ranges', () => {
    expect(cellName(12, 2)).toBe('C12');
    expect(parseRange('$B$2:C5')).toEqual({ top: 2, left: 1, bottom: 5, right: 2 });
    expect(parseRange('B2')).toEqual({ top: 2, left: 1, bottom: 2, right: 1 });
    expect(parseRange('C5:B2')).toBeUndefined();
    expect(parseRange('A:A')).toBeUndefined();
  });
});
