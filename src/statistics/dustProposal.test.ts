import { describe, expect, test } from '@jest/globals';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import { listProposedHours, proposeDustHours, type ParticleHour } from './dustProposal.js';
import { dustRule } from './standards.fixture.js';

const rule = dustRule.proposal;
const start = instantOfDay('2025-04-11');
/** Hours from the start of the day on: PM10, or PM10 and PM2.5; PM2.5 is a fifth of PM10 unless given. */
function hoursOf(...values: (number | null | readonly [number | null, number | null])[]): ParticleHour[] {
  return values.map((value, i) => {
    const [pm10, pm25] =
      typeof value === 'object' && value !== null ? value : [value, value === null ? null : value / 5];
    return { ts: start + i * hourMs, pm10, pm25 };
  });
}
const calm = [80, 80, 80, 80, 80, 80] as const;
const shown = (hours: readonly ParticleHour[], changed: Partial<typeof rule> = {}) =>
  proposeDustHours(hours, { ...rule, ...changed }).map((p) => [
    (p.start - start) / hourMs, (p.end - start) / hourMs, p.background.round(4).toFixed(), p.peakPm10.toFixed(),
    p.ratio.round(4).toFixed(), p.ended,
  ]); // prettier-ignore

describe('proposeDustHours', () => {
  test('a storm: from the rise to the hour before PM10 is back', () => {
    const hours = hoursOf(...calm, 400, 1200, 600, 89, 88, 80);
    expect(shown(hours)).toEqual([[6, 10, '80', '1200', '0.2', 'back']]);
    expect(proposeDustHours(hours, rule)[0]?.rule).toBe('proposal-1');
    expect(listProposedHours(hours, rule)).toEqual([6, 7, 8, 9].map((i) => start + i * hourMs));
  });

  test.each([
    ['twice the mean exactly begins', hoursOf(...calm, 160), 1],
    ['just under twice does not', hoursOf(...calm, 159.9), 0],
    ['150 is not above 150', hoursOf(70, 70, 70, 70, 70, 70, 150), 0],
    ['just above 150 is', hoursOf(70, 70, 70, 70, 70, 70, 150.1), 1],
    ['a ratio of exactly 0.3 is coarse', hoursOf(...calm, [200, 60]), 1],
    ['a ratio above 0.3 is smoke', hoursOf(...calm, [200, 60.1]), 0],
    ['without PM2.5 nothing begins', hoursOf(...calm, [200, null]), 0],
    ['a negative PM2.5 is missing', hoursOf(...calm, [200, -1]), 0],
    ['a negative PM10 is missing', hoursOf(...calm, [-200, 1]), 0],
    ['three previous hours suffice', hoursOf(80, null, 80, null, 80, null, 200), 1],
    ['two previous hours do not', hoursOf(80, null, 80, null, null, null, 200), 0],
    ['hours before the six do not count', hoursOf(10, 80, 80, 80, 80, 80, 80, 159.9), 0],
    ['the sixth hour before does', hoursOf(10, 80, 80, 80, 80, 80, 159.9), 1],
    ['clean air', hoursOf(...calm, 90, 70), 0],
    ['nothing', [], 0],
  ])('%s', (_, hours, count) => {
    expect(proposeDustHours(hours, rule)).toHaveLength(count);
  });

  test.each([
    ['back at exactly 110 % of the mean before', hoursOf(...calm, 400, 88.1, 88), [6, 8, 'back']],
    ['still high in the last hour', hoursOf(...calm, 400, 300), [6, 8, 'open']],
    ['an hour without PM10', hoursOf(...calm, 400, null, 300), [6, 7, 'gap']],
    ['an hour that is not there', [...hoursOf(...calm, 400), { ts: start + 9 * hourMs, pm10: 300, pm25: 30 }], [6, 7, 'gap']],
    ['PM2.5 may be missing after the beginning', hoursOf(...calm, 400, [300, null], 80), [6, 8, 'back']],
  ])('ends: %s', (_, hours, expected) => {
    const [[from, to, , , , ended] = []] = shown(hours);
    expect([from, to, ended]).toEqual(expected);
  }); // prettier-ignore

  test('two storms of a day, the second against the hours before it', () => {
    const hours = hoursOf(...calm, 400, 80, 80, 80, 80, 80, 80, 300, 80);
    expect(shown(hours).map((p) => p.slice(0, 3))).toEqual([
      [6, 7, '80'],
      [13, 14, '80'],
    ]);
    expect(listProposedHours(hours, rule)).toEqual([6, 13].map((i) => start + i * hourMs));
  });

  test('an hour inside a proposal begins no second one', () => {
    expect(shown(hoursOf(...calm, 200, 2000, 3000, 80))).toHaveLength(1);
  });

  test('order and repetition of the hours do not matter; the last of an instant counts', () => {
    const hours = hoursOf(...calm, 400, 80);
    const again = { ts: start + 6 * hourMs, pm10: 90, pm25: 9 };
    expect(shown([...hours].reverse())).toEqual(shown(hours));
    expect(shown([...hours, again])).toEqual([]);
    expect(listProposedHours([...hours, ...hours].reverse(), rule)).toEqual([start + 6 * hourMs]);
    const long = hoursOf(...calm, 400, 500, 600, 80);
    const mixed = [7, 8, 6, 0, 1, 2, 3, 4, 5, 9].flatMap((i) => long[i] ?? []);
    expect(listProposedHours(mixed, rule)).toEqual([6, 7, 8].map((i) => start + i * hourMs));
  });

  test('the thresholds are arguments', () => {
    const hours = hoursOf(...calm, [140, 70], 100, 95, 80);
    expect(shown(hours)).toEqual([]);
    const loose = { version: 'mine', pm10Above: '100', ratioAtMost: '0.5', riseFactor: '1.5', endFactor: '1.2' };
    expect(shown(hours, loose)).toEqual([[6, 8, '80', '140', '0.5', 'back']]);
    expect(proposeDustHours(hours, { ...rule, ...loose })[0]?.rule).toBe('mine');
    expect(shown(hours, { ...loose, previousMinHours: 7 })).toEqual([]);
    expect(shown(hours, { ...loose, previousHours: 2, previousMinHours: 2 })).toHaveLength(1);
  }); // prettier-ignore

  test('the hour that begins belongs to the proposal even when the end is set above it', () => {
    expect(shown(hoursOf(...calm, 400, 80), { endFactor: '9' })).toEqual([
      [6, 7, '80', '400', '0.2', 'back'],
    ]);
  });

  test('years of hours at once', () => {
    const hours = Array.from({ length: 200_000 }, (_, i) => ({ ts: i * hourMs, pm10: 80, pm25: 16 }));
    expect(proposeDustHours([...hours, { ts: 200_000 * hourMs, pm10: 400, pm25: 40 }], rule)).toHaveLength(1);
  });
});
