import { describe, expect, test } from '@jest/globals';
import type { AlertRule } from '../domain/alertRule.js';
import { BacktestRun, flapHours } from './backtest.js';
import { ruleOf, station } from './conditions/conditions.fixture.js';
import type { SeriesFacts } from './facts.js';
import { createCalendar } from './workingDays.js';

const hour = 3_600_000;
const context = { calendar: createCalendar(), warningTables: [] };
const series = (values: (number | null)[], site = 'air-town'): SeriesFacts => ({
  site: { ...station, code: site },
  indicator: { code: 'pm10', nameZh: 'PM10', unit: 'µg/m³', decimals: 0 },
  from: 0,
  rows: values.map((value, index) => ({
    at: index * hour,
    until: (index + 1) * hour,
    value: value === null ? null : String(value),
    flags: [],
  })),
});
/** All facts at once. */
function backtest(tested: AlertRule, facts: readonly SeriesFacts[], given: typeof context) {
  const run = new BacktestRun(tested, given);
  for (const one of facts) run.take(one);
  return run.finish();
}
const rule = (rest: object = {}) =>
  ruleOf('threshold', {
    measure: { of: 'value', interval: 'hour', indicator: 'pm10' },
    op: 'above',
    levels: [
      { severity: 'notice', threshold: '150' },
      { severity: 'critical', threshold: '300' },
    ],
    ...rest,
  });

describe('backtest', () => {
  const values = [100, 200, 400, 100, 200, null, 100, 200];

  test('gives every alert with its duration, and counts flaps and intervals', () => {
    const { alerts, flaps, intervals, suppressed } = backtest(rule(), [series(values)], context);
    expect(alerts.map(({ startsAt, firedAt, endsAt, severity, durationMs }) => [
      startsAt / hour, firedAt / hour, endsAt === null ? null : endsAt / hour, severity, durationMs / hour,
    ])).toEqual([
      [1, 2, 3, 'critical', 2],
      [4, 5, 6, 'notice', 2],
      [7, 8, null, 'notice', 1],
    ]); // prettier-ignore
    expect([flaps, intervals, suppressed]).toEqual([2, { ok: 3, breach: 4, 'no-data': 1, error: 0 }, 0]);
    expect(alerts[0]).toMatchObject({ siteZh: '城区站', indicatorZh: 'PM10', valueZh: '200 µg/m³' });
  });

  test('a series in parts is one, and gives what it gives as a whole', () => {
    const whole = series(values);
    const parts = [0, 1, 4, 8].flatMap((end, index, ends) =>
      index === 0
        ? []
        : [{ ...whole, from: ends[index - 1]! * hour, rows: whole.rows.slice(ends[index - 1], end) }],
    );
    const [one, other] = [[whole], parts].map((facts) => backtest(rule({ forHours: 2 }), facts, context));
    expect(other).toEqual(one);
    expect([one!.subjects, one!.alerts.length]).toEqual([1, 1]);
  });

  test('keeping it firing makes one of three', () => {
    const { alerts, flaps } = backtest(rule({ keepFiringForHours: 3 }), [series(values)], context);
    expect([alerts.length, flaps]).toEqual([1, 0]);
  });

  test('sites are apart: alerts of different sites are no flaps of each other', () => {
    const { alerts, flaps } = backtest(rule(), [series([200, 100]), series([100, 200], 'other')], context);
    expect([alerts.length, flaps]).toEqual([2, 0]);
  });

  test('a long pause is no flap', () => {
    const pause = (hours: number) =>
      backtest(rule(), [series([200, ...Array.from({ length: hours }, () => 1), 200])], context).flaps;
    expect([pause(flapHours - 1), pause(flapHours)]).toEqual([1, 0]);
  });
});
