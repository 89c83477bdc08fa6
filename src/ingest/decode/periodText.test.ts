import { expect, test } from '@jest/globals';
import { parsePeriod } from './periodText.js';

const read = (text: string, options = {}) => {
  const period = parsePeriod(text, options);
  return 'code' in period ? period.code : `${period.kind} ${period.start} ${period.end}`;
};

test.each([
  ['2024', 'year 2024-01-01 2025-01-01'],
  ['2024年', 'year 2024-01-01 2025-01-01'],
  ['2024年度', 'year 2024-01-01 2025-01-01'],
  ['２０２４年全年', 'year 2024-01-01 2025-01-01'],
  ['2024上半年', 'half-year 2024-01-01 2024-07-01'],
  ['2024年下半年', 'half-year 2024-07-01 2025-01-01'],
  ['2024-H1', 'half-year 2024-01-01 2024-07-01'],
  ['2024H2', 'half-year 2024-07-01 2025-01-01'],
  ['2024Q3', 'quarter 2024-07-01 2024-10-01'],
  ['2024-q4', 'quarter 2024-10-01 2025-01-01'],
  ['2024年三季度', 'quarter 2024-07-01 2024-10-01'],
  ['2024年第1季度', 'quarter 2024-01-01 2024-04-01'],
  ['2024-03', 'month 2024-03-01 2024-04-01'],
  ['2024年12月', 'month 2024-12-01 2025-01-01'],
  ['2024年3月份', 'month 2024-03-01 2024-04-01'],
  ['202403', 'month 2024-03-01 2024-04-01'],
  ['2024年1-9月', 'to-date 2024-01-01 2024-10-01'],
  ['2024年前三季度', 'to-date 2024-01-01 2024-10-01'],
  ['截至2024-09-30', 'to-date 2024-01-01 2024-10-01'],
  ['截止2024年9月30日', 'to-date 2024-01-01 2024-10-01'],
  ['截至2024年9月底', 'to-date 2024-01-01 2024-10-01'],
  ['至2024/12/31', 'to-date 2024-01-01 2025-01-01'],
])('%s', (text, expected) => {
  expect(read(text)).toBe(expected);
});

test.each([
  ['', 'period-unreadable'],
  ['今年', 'period-unreadable'],
  ['2024年第五季度', 'period-unreadable'],
  ['2024-09-30', 'period-unreadable'],
  ['2024-13', 'time-impossible'],
  ['截至2024-02-30', 'time-impossible'],
  ['上半年', 'year-missing'],
  ['三季度', 'year-missing'],
  ['1924', 'year-out-of-range'],
])('%s is a fault', (text, code) => {
  expect(read(text)).toBe(code);
});

test('a period without a year takes the year of the request', () => {
  expect(read('上半年', { year: 2024 })).toBe('half-year 2024-01-01 2024-07-01');
});

test('a plain day in a column headed 截至日期 runs up to that day', () => {
  expect(read('2024-09-30', { upTo: true })).toBe('to-date 2024-01-01 2024-10-01');
});
