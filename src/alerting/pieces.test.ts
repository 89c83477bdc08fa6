import { expect, test } from '@jest/globals';
import { alertRuleSchema } from '../domain/alertRule.js';
import { hourMs } from '../domain/calendar.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { endOfPiece, piecesOf, subjectsTogether } from './pieces.js';
import { reachOf } from './stretches.js';

const { seeds } = await readSeedFiles();
const rules = seeds.alertRules.map((rule) => alertRuleSchema.parse(rule));
const from = Date.parse('2020-01-01T00:00:00+08:00');

test.each([
  ['an hour', 1, 1],
  ['a month of one site', 24 * 31, 1],
  ['five years of one site', 5 * 365 * 24, 1],
  ['five years of thirty sites', 5 * 365 * 24, 30],
  ['a week of two thousand sites', 7 * 24, 2_000],
])('pieces of %s follow each other without gap and overlap', (_, hours, subjects) => {
  const to = from + hours * hourMs;
  const pieces = piecesOf({ grain: 'hour' }, { from, to }, subjects);
  expect(pieces[0]!.from).toBe(from);
  expect(pieces.at(-1)!.to).toBe(to);
  for (const [index, piece] of pieces.entries()) {
    expect(piece.to).toBeGreaterThan(piece.from);
    if (index > 0) expect(piece.from).toBe(pieces[index - 1]!.to);
    expect((piece.to - piece.from) / hourMs).toBeLessThanOrEqual(Math.max(24, 2_000 / subjects));
  }
});

test('pieces end with Beijing days, and those of rules about days hold at least a week', () => {
  const first = from + 5 * hourMs;
  for (const grain of ['hour', 'day'] as const) {
    const pieces = piecesOf({ grain }, { from: first, to: from + 400 * 24 * hourMs }, 2_000);
    for (const piece of pieces.slice(0, -1)) expect((piece.to - from) % (24 * hourMs)).toBe(0);
    expect((pieces[1]!.to - pieces[1]!.from) / hourMs).toBe(grain === 'hour' ? 24 : 7 * 24);
  }
});

test('what follows on a changed stretch is taken in pieces that grow', () => {
  const to = from + 1_000 * 24 * hourMs;
  const lengths = [0, 1, 2, 3, 9].map(
    (turn) => (endOfPiece({ grain: 'hour' }, from, to, { subjects: 1, wanted: from, turn }) - from) / hourMs,
  );
  expect(lengths).toEqual([24, 48, 96, 192, 1_992]);
  const wanted = from + 10 * 24 * hourMs;
  expect(endOfPiece({ grain: 'hour' }, from, to, { subjects: 1, wanted })).toBe(wanted);
});

test('a span without a rule that can be cut is one piece', () => {
  const span = { from, to: from + 5 * 365 * 24 * hourMs };
  expect(piecesOf(undefined, span, 3)).toEqual([span]);
  expect(piecesOf({ grain: 'hour' }, { from, to: from }, 3)).toEqual([{ from, to: from }]);
});

test('rules that may be judged in parts, and how far data reach in them', () => {
  const reaches = Object.fromEntries(
    rules.map((rule) => [
      rule.code,
      reachOf({ segments: [{ version: 1, rule, from: -Infinity, to: Infinity }] }, 'air-station', 0),
    ]),
  );
  expect(reaches['hourly-aqi']).toEqual({ grain: 'hour', beforeMs: 0, afterMs: 23 * hourMs });
  expect(reaches['pm10-6h']).toEqual({ grain: 'hour', beforeMs: 0, afterMs: 5 * hourMs });
  expect(reaches['quality-jump']).toEqual({ grain: 'day', beforeMs: 0, afterMs: 0 });
  expect(reaches['heavy-pollution']).toMatchObject({ afterMs: 240 * hourMs });
  for (const { code, kind } of rules)
    if (kind === 'target' || kind === 'absence' || kind === 'service') expect(reaches[code]).toBeUndefined();
  expect(reaches['quality-published-changed']).toBeUndefined();
  // One version that cannot be cut forbids it, and which items a section is asked of depends on the span.
  const of = (code: string) => ({
    version: 1,
    rule: rules.find((rule) => rule.code === code)!,
    from: 0,
    to: 1,
  });
  expect(
    reachOf({ segments: [of('hourly-aqi'), of('quality-published-changed')] }, 'air-station', 0),
  ).toBeUndefined();
  expect(reachOf({ segments: [of('quality-jump')] }, 'river-section', 0)).toBeUndefined();
  expect(reachOf({ segments: [of('hourly-aqi'), of('quality-jump')] }, 'air-station', 96 * hourMs)).toEqual({
    grain: 'day',
    beforeMs: 96 * hourMs,
    afterMs: 96 * hourMs,
  });
});

test('results that are held together are bounded, but for one series', () => {
  const years = { from, to: from + 20 * 365 * 24 * hourMs };
  expect(subjectsTogether(years)).toBe(1);
  expect(subjectsTogether({ from, to: from + 48 * hourMs })).toBe(833);
  expect(subjectsTogether({ from, to: from })).toBe(40_000);
});
