import { expect, test } from '@jest/globals';
import { parsePeriodRange } from './periodRange.js';

test.each([
  ['2025', '2025-01-01', '2026-01-01'],
  ['2024', '2024-01-01', '2025-01-01'],
  ['2025-Q1', '2025-01-01', '2025-04-01'],
  ['2025-Q2', '2025-04-01', '2025-07-01'],
  ['2025-Q4', '2025-10-01', '2026-01-01'],
  ['2025-02', '2025-02-01', '2025-03-01'],
  ['2025-12', '2025-12-01', '2026-01-01'],
])('%s is [%s, %s)', (text, from, to) => {
  expect(parsePeriodRange(text)).toEqual({ from, to });
});

test.each([
  [''], ['25'], ['2025-0'], ['2025-13'], ['2025-00'], ['2025-Q0'], ['2025-Q5'], ['2025-01-01'], ['x2025'], ['2025-01Q1'],
])('%j is no period', (text) => {
  expect(parsePeriodRange(text)).toBeUndefined();
}); // prettier-ignore
