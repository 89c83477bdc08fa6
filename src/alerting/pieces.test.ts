import { expect, test } from '@jest/globals';
import { alertRuleSchema } from '../domain/alertRule.js';
import { hourMs } from '../domain/calendar.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { piecesOf, subjectsTogether } from './pieces.js';

const { seeds } = await readSeedFiles();
const rules = seeds.alertRules.map((rule) => alertRuleSchema.parse(rule));
const hourly = rules.find(({ code }) => code === 'hourly-aqi')!;
const from = Date.parse('2020-01-01T00:00:00+08:00');

test.each([
  ['an hour', 1, 1],
  ['a month of one site', 24 * 31, 1],
  ['five years of one site', 5 * 365 * 24, 1],
  ['five years of thirty sites', 5 * 365 * 24, 30],
  ['a week of two thousand sites', 7 * 24, 2_000],
])('pieces of %s follow each other without gap and overlap', (_, hours, subjects) => {
  const to = from + hours * hourMs;
  const pieces = piecesOf(hourly, { from, to }, subjects);
  expect(pieces[0]!.from).toBe(from);
  expect(pieces.at(-1)!.to).toBe(to);
  for (const [index, piece] of pieces.entries()) {
    expect(piece.to).toBeGreaterThan(piece.from);
    if (index > 0) expect(piece.from).toBe(pieces[index - 1]!.to);
    expect((piece.to - piece.from) / hourMs).toBeLessThanOrEqual(Math.max(24, 2_000 / subjects));
  }
});

test('what looks beyond an hour is judged as a whole', () => {
  const span = { from, to: from + 5 * 365 * 24 * hourMs };
  for (const rule of rules.filter(({ kind }) => kind !== 'threshold'))
    expect(piecesOf(rule, span, 3)).toEqual([span]);
  expect(piecesOf(undefined, span, 3)).toEqual([span]);
  expect(piecesOf(hourly, { from, to: from }, 3)).toEqual([{ from, to: from }]);
});

test('results that are held together are bounded, but for one series', () => {
  const years = { from, to: from + 20 * 365 * 24 * hourMs };
  expect(subjectsTogether(years)).toBe(1);
  expect(subjectsTogether({ from, to: from + 48 * hourMs })).toBe(833);
  expect(subjectsTogether({ from, to: from })).toBe(40_000);
});
