import { expect, test } from '@jest/globals';
import { isStorable, readNumberCell, readPlainNumber } from './numberCell.js';

const read = (text: string, unit = 'mg/L') => {
  const cell = readNumberCell(text, unit);
  if (cell.kind === 'fault') return cell.fault.code;
  return 'decimal' in cell ? `${cell.kind} ${cell.decimal.toFixed()}` : cell.kind;
};

test.each([
  ['0', 'value 0'],
  ['-0', 'value 0'],
  ['12', 'value 12'],
  ['-1.5', 'value -1.5'],
  ['+3', 'value 3'],
  ['.5', 'value 0.5'],
  ['5.', 'value 5'],
  [' 7.76 ', 'value 7.76'],
  ['１２．５', 'value 12.5'],
  ['−3', 'value -3'],
  ['1.2e3', 'value 1200'],
  ['2.5E-03', 'value 0.0025'],
  ['123456789012345', 'value 123456789012345'],
  ['1.000000000000000000', 'value 1'],
  ['5 mg/L', 'value 5'],
  ['300μg/L', 'value 0.3'],
])('%j is a value', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  '',
  '  ',
  'NaN',
  'NA',
  'N/A',
  'null',
  '-',
  '--',
  '—',
  '——',
  '－',
  '*',
  '/',
  '无',
  '未监测',
  '-;',
  '&mdash;',
  '\u3000',
])('%j is missing, not zero', (text) => {
  expect(read(text)).toBe('missing');
});

test.each([
  ['0.025L', 'below-detection 0.025'],
  ['0.025l', 'below-detection 0.025'],
  ['０．０２５Ｌ', 'below-detection 0.025'],
  ['<0.025', 'below-detection 0.025'],
  ['＜0.025', 'below-detection 0.025'],
  ['< 0.025L', 'below-detection 0.025'],
  ['ND(0.025)', 'below-detection 0.025'],
  ['未检出（<0.025）', 'below-detection 0.025'],
  ['断流', 'no-flow'],
  ['断流未监测', 'no-flow'],
])('%j keeps its meaning', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ['ND', 'detection-limit-missing'],
  ['未检出', 'detection-limit-missing'],
  ['1,234', 'number-comma'],
  ['1,234.5', 'number-comma'],
  ['1，234', 'number-comma'],
  ['0,5', 'number-comma'],
  ['1234567890123456', 'number-too-precise'],
  ['9.717310000000001', 'number-too-precise'],
  ['5²', 'number-unreadable'],
  ['12a', 'number-unreadable'],
  ['1.2.3', 'number-unreadable'],
  ['nine', 'number-unreadable'],
  ['5 ppm', 'number-unreadable'],
  ['0L', 'number-unreadable'],
  ['1e999', 'number-unreadable'],
  ['#DIV/0!', 'number-unreadable'],
  ['108~143', 'number-unreadable'],
  ['9'.repeat(60), 'number-unreadable'],
])('%j is a fault', (text, code) => {
  expect(read(text)).toBe(code);
});

test.each(['91.2%', '91.2％', '91.2 %', '91.2'])('%j is a rate', (text) => {
  expect(read(text, '%')).toBe('value 91.2');
});

test('the quick path gives what the full one gives, or leaves it', () => {
  const texts = [
    '0',
    '-0',
    '12',
    '-1.5',
    '0.30',
    '007',
    '123456789012345',
    '1234567890123456',
    '5.',
    '.5',
    '1e3',
    '',
    '-',
    '1.2.3',
    ' 1',
    '１',
  ];
  for (const text of texts) {
    const quick = readPlainNumber(text);
    if (Number.isNaN(quick)) continue;
    expect(read(text)).toBe(`value ${quick}`);
    expect(Object.is(quick, -0)).toBe(false);
  }
  expect(texts.map(readPlainNumber).filter((value) => !Number.isNaN(value))).toHaveLength(7);
});

test('what is storable reads back exactly', () => {
  const cell = readNumberCell('0.123456789012345', '');
  expect('decimal' in cell && isStorable(cell.decimal) && String(Number(cell.decimal.toString()))).toBe(
    '0.123456789012345',
  );
});
