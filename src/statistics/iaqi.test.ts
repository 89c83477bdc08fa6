import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { pollutantLabels, pollutants, type Averaging } from '../domain/standard.js';
import { computeIaqi, hasSeries } from './iaqi.js';
import { aqi2012, aqi2026, readVectors } from './standards.fixture.js';

const dec = (text: string) => new Decimal(text);
const allSeries = [aqi2012, aqi2026].flatMap((standard) =>
  standard.series.list.map((series) => ({ standard, series })),
);
const anySeries = fc.constantFrom(...allSeries);
const concentration = fc.integer({ min: 0, max: 3_000_000 }).map((n) => new Decimal(n).div(1000));

describe('computeIaqi reproduces every row of air_iaqi.csv', () => {
  const rows = readVectors('air_iaqi.csv').map((row): [string, Record<string, string>] => [
    `${row['case_id']} ${row['standard']} ${row['pollutant']} ${row['averaging']} ${row['concentration_raw']}`,
    row,
  ]);
  test.each(rows)('%s', (_, row) => {
    const standard = row['standard'] === 'HJ633-2012' ? aqi2012 : aqi2026;
    const pollutant = pollutants.find((p) => pollutantLabels[p] === row['pollutant']) ?? 'so2';
    const result = computeIaqi(
      standard,
      pollutant,
      row['averaging'] as Averaging,
      dec(row['concentration_raw'] ?? ''),
    );
    expect(String(result.iaqi ?? 'NA')).toBe(row['iaqi']);
    expect(result.rule).toBe(row['rule']);
    expect(result.rounded?.eq(row['concentration_rounded'] ?? '')).toBe(true);
  });
});

describe('computeIaqi', () => {
  test.each([
    ['CO 24 h 2.2, where binary ceil gives 56', 'co', '24h', '2.2', 55],
    ['CO 1 h 65.4, where binary ceil gives 219', 'co', '1h', '65.4', 218],
    ['PM2.5 35, where 50/35*35 is above 50', 'pm25', '24h', '35', 50],
  ] as const)('%s', (_, pollutant, averaging, value, iaqi) => {
    expect(computeIaqi(aqi2012, pollutant, averaging, dec(value)).iaqi).toBe(iaqi);
    expect(computeIaqi(aqi2026, pollutant, averaging, dec(value)).iaqi).toBe(iaqi);
  });

  test.each([
    ['2012 does not round its input', aqi2012, '35.2', 51],
    ['2012, a hair above a breakpoint', aqi2012, '35.0000000000000000000000000000000000000001', 51],
    ['2012, above a breakpoint by less than a quotient can show', aqi2012, `35.${'0'.repeat(50)}1`, 51],
    ['2012, below one by as little', aqi2012, `34.${'9'.repeat(50)}`, 50],
    ['2012, a hair below a breakpoint', aqi2012, '34.9999999999999999999999999999999999999999', 50],
    ['2026 rounds half to even first', aqi2026, '35.2', 50],
    ['2026 tie to even', aqi2026, '34.5', 49],
    ['2026 above the tie', aqi2026, '34.51', 50],
  ] as const)('%s', (_, standard, value, iaqi) => {
    expect(computeIaqi(standard, 'pm25', '24h', dec(value)).iaqi).toBe(iaqi);
  });

  test.each([
    ['missing', aqi2026, 'pm25', '24h', null],
    ['negative', aqi2026, 'pm25', '24h', dec('-1')],
    ['negative that would round to zero', aqi2026, 'pm25', '24h', dec('-0.4')],
    ['negative in 2012', aqi2012, 'pm25', '24h', dec('-0.01')],
  ] as const)('%s has no index and no concentration', (_, standard, pollutant, averaging, value) => {
    expect(computeIaqi(standard, pollutant, averaging, value)).toEqual({
      iaqi: null,
      rounded: null,
      rule: 'not_defined',
    });
  });

  test('a series that a version lacks gives no index but keeps the concentration', () => {
    expect(hasSeries(aqi2012, 'pm10', '1h')).toBe(false);
    expect(hasSeries(aqi2026, 'pm10', '1h')).toBe(true);
    const result = computeIaqi(aqi2012, 'pm10', '1h', dec('80'));
    expect([result.iaqi, result.rule, result.rounded?.toFixed()]).toEqual([null, 'not_defined', '80']);
  });

  test('grows with the concentration inside a table', () => {
    fc.assert(
      fc.property(anySeries, concentration, concentration, ({ standard, series }, a, b) => {
        const of = (c: Decimal) => computeIaqi(standard, series.pollutant, series.averaging, c);
        const [low, high] = [of(a.lt(b) ? a : b), of(a.lt(b) ? b : a)];
        if (high.iaqi !== null) expect(low.iaqi).toBeLessThanOrEqual(high.iaqi);
      }),
    );
  });

  test('is the exact formula rounded up: never below it, less than one above', () => {
    fc.assert(
      fc.property(anySeries, concentration, ({ standard, series }, value) => {
        const { iaqi, rounded, rule } = computeIaqi(standard, series.pollutant, series.averaging, value);
        if (rule !== 'table' || iaqi === null || rounded === null) return;
        const hi = Math.max(
          1,
          series.points.findIndex((point) => rounded.lte(point)),
        );
        const [bpLo = '', bpHi = ''] = series.points.slice(hi - 1, hi + 1);
        const [lo = 0, up = 0] = standard.iaqiPoints.slice(hi - 1, hi + 1);
        // Multiplied out, so that the check itself never divides.
        const run = new Decimal(bpHi).minus(bpLo);
        const exactTimesRun = rounded
          .minus(bpLo)
          .times(up - lo)
          .plus(run.times(lo));
        expect(run.times(iaqi).gte(exactTimesRun)).toBe(true);
        expect(run.times(iaqi - 1).lt(exactTimesRun)).toBe(true);
      }),
    );
  });
});

describe('half-even rounding (GB/T 8170), where JavaScript goes wrong', () => {
  test.each([
    ['34.5', 0, '34'], ['35.5', 0, '36'], ['34.51', 0, '35'], ['68.25', 1, '68.2'], ['68.35', 1, '68.4'],
    ['85.45', 1, '85.4'], ['1.005', 2, '1.00'], ['-0.5', 0, '0'],
  ] as const)('%s to %i decimals is %s', (value, decimals, expected) => {
    expect(roundHalfEven(dec(value), decimals).eq(expected)).toBe(true);
  }); // prettier-ignore
});
