import { expect, test } from '@jest/globals';
import { standards } from '../statistics/standards.fixture.js';
import { randomFor } from './projection.js';
import { projectionDefaults, projectionSettingsOf } from './projectionSettings.js';

const rule = standards.projection[0]!;

test('the seeded rule is the default', () => {
  expect(projectionSettingsOf(rule)).toEqual(projectionDefaults);
  expect(projectionSettingsOf(undefined)).toBe(projectionDefaults);
});

test('every setting is taken from the rule', () => {
  const drawing = {
    ...rule.drawing,
    seed: 7,
    draws: 50,
    blockDays: 5,
    jitterDays: 0,
    blockMonths: 2,
    historyShare: '0.5',
    shiftDays: 60,
    shiftBounds: ['0.25', '4'] as const,
  };
  const interval = { ...rule.interval, level: '0.9', leastYears: 3 };
  const risk = { ...rule.risk, keptDraws: 3, ofDraws: 4 };
  expect(projectionSettingsOf({ ...rule, drawing, interval, risk })).toEqual({
    level: 0.9,
    draws: 50,
    seed: 7,
    blockDays: 5,
    jitterDays: 0,
    blockMonths: 2,
    historyShare: 0.5,
    intervalYears: 3,
    shiftDays: 60,
    shiftBounds: [0.25, 4],
    minimumKeptShare: 0.75,
  });
});

test('what is shown as the assumption names the settings as they are', () => {
  const words = [rule.drawing, rule.interval, rule.risk].map(({ assumption }) => assumption!.zh).join();
  for (const text of [
    '400次',
    '种子0',
    '10天',
    '15天',
    '3个月',
    '0.5至2',
    '30天',
    '75%',
    '80%',
    '2年',
    '2/3',
  ])
    expect(words).toContain(text);
});

test('the same target, day and seed draw the same numbers; any other does not', () => {
  const first = (id: number, day: string, seed: number) => randomFor({ id }, day, { seed })();
  expect(first(20, '2025-06-30', 0)).toBe(first(20, '2025-06-30', 0));
  const others = [first(20, '2025-06-30', 1), first(21, '2025-06-30', 0), first(20, '2025-07-01', 0)];
  for (const other of others) expect(other).not.toBe(first(20, '2025-06-30', 0));
});
