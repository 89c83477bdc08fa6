import { expect, test } from '@jest/globals';
import { waterBodyOf } from './waterBody.js';

test.each([
  ['river-section', 'river'],
  ['lake-section', 'lake'],
  ['drinking-water-surface', 'river'],
  ['drinking-water-lake', 'lake'],
  ['drinking-water-ground', 'groundwater'],
  ['other', 'river'],
] as const)('a site of kind %s is judged as %s', (kind, body) => {
  expect(waterBodyOf(kind)).toBe(body);
});
