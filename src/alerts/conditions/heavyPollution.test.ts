import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { warningTablesSchema } from '../../domain/heavyPollution.js';
import { hour } from '../alerts.fixture.js';
import { evaluateRule } from '../evaluateRule.js';
import type { PollutionPoint } from '../facts.js';
import { createCalendar } from '../workingDays.js';
import { brief, ruleOf, station } from './conditions.fixture.js';

const calendar = createCalendar();
const warningTables = warningTablesSchema.parse(
  JSON.parse(readFileSync('seeds/heavyPollutionLevels.json', 'utf8')),
);
const context = { calendar, warningTables };
const instant = (text: string) => Date.parse(`${text}:00+08:00`);

describe('heavy pollution', () => {
  const day = 24 * hour;
  const rule = (basis: string) =>
    ruleOf('heavy-pollution', {
      basis,
      severities: { yellow: 'notice', orange: 'warning', red: 'critical' },
    });
  const points = (values: (number | null)[], first: string, step: number): PollutionPoint[] =>
    values.map((aqi, index) => ({
      at: instant(first) + index * step,
      until: instant(first) + index * step + day,
      aqi,
      primary: ['pm10'],
      dust: false,
    }));
  const run = (values: (number | null)[], first = '2025-01-01T00:00', dust: number[] = []) =>
    evaluateRule(
      rule('natural-day'),
      {
        place: station,
        from: 0,
        points: points(values, first, day).map((one, index) => ({ ...one, dust: dust.includes(index) })),
      },
      context,
    );

  test('the table of 2024: days by days', () => {
    expect(brief(run([200, 201, 150, 151, 151, 151, 201, 201, 201, 301]))).toEqual([
      'ok', 'breach notice', 'ok', 'ok', 'breach notice', 'breach warning',
      'breach warning', 'breach warning', 'breach warning', 'breach critical',
    ]); // prettier-ignore
    expect(brief(run([301, 201, 201]))).toEqual(['breach notice', 'breach warning', 'breach critical']);
    expect(brief(run([301, 201, 201, 201])).at(-1)).toBe('breach warning');
  });

  test('the table before 2024, by the day of the data', () => {
    expect(brief(run([201, 201, 201, 301, 301], '2019-01-01T00:00'))).toEqual([
      'ok', 'breach notice', 'breach warning', 'breach warning', 'breach critical',
    ]); // prettier-ignore
    expect(brief(run([500], '2019-01-01T00:00'))).toEqual(['breach critical']);
  });

  test('a missing day ends a run and is no data; the words leave the warning to the government', () => {
    expect(brief(run([201, null, 201]))).toEqual(['breach notice', 'no-data', 'breach notice']);
    const [result] = run([250]);
    expect(result?.valueZh).toBe('监测值已达到重污染天气黄色预警的数值条件（AQI 250）；预警由政府发布');
    expect(result?.limitZh).toBe('AQI > 200 持续 24 小时，或 AQI > 150 持续 48 小时');
    expect(result?.notesZh.at(-1)).toMatch(/^假定：分级数值未见国家文件原文/);
  });

  test('dust names the condition and does not fire', () => {
    expect(run([250], '2025-01-01T00:00', [0])[0]).toMatchObject({
      status: 'ok',
      suppressedZh: '沙尘时段，只注明不触发',
      value: 'yellow 250',
    });
  });

  test('24 hours on end may cross midnight: 48 hours are 25 windows', () => {
    const windows = points(
      Array.from({ length: 25 }, () => 160),
      '2025-01-01T05:00',
      hour,
    );
    const results = evaluateRule(rule('rolling-24h'), { place: station, from: 0, points: windows }, context);
    expect(brief(results).slice(-2)).toEqual(['ok', 'breach notice']);
    expect(results.at(-1)).toMatchObject({
      at: instant('2025-01-03T04:00'),
      until: instant('2025-01-03T05:00'),
    });
  });

  test('of the windows that end after the start of the span none is left out', () => {
    const windows = points(
      Array.from({ length: 30 }, () => 210),
      '2025-01-01T00:00',
      hour,
    );
    const facts = { place: station, from: instant('2025-01-02T03:00'), points: windows };
    const results = evaluateRule(rule('rolling-24h'), facts, context);
    expect(results[0]).toMatchObject({ at: facts.from, status: 'breach' });
    expect(results).toHaveLength(26);
    expect(results[0]!.notesZh.at(-1)).toMatch(/任意连续 24 小时/);
  });

  test('without a table it is an error, and points before the span are only drawn on', () => {
    const facts = {
      place: station,
      from: instant('2025-01-02T00:00'),
      points: points([201, 201], '2025-01-01T00:00', day),
    };
    expect(brief(evaluateRule(rule('natural-day'), facts, context))).toEqual(['breach warning']);
    expect(brief(evaluateRule(rule('natural-day'), facts, { calendar, warningTables: [] }))).toEqual([
      'error',
    ]);
  });
});
