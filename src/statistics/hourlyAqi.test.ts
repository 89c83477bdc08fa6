import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { Decimal, parseDecimal } from '../domain/decimal.js';
import { computeHourlyAqi } from './hourlyAqi.js';
import { aqi2012, aqi2026 } from './standards.fixture.js';

const dec = (text: string) => new Decimal(text);
const clean = {
  so2_1h: dec('8'), no2_1h: dec('15'), co_1h: dec('0.5'), o3_1h: dec('60'), o3_8h: dec('60'), pm10_24h: dec('30'),
  pm25_24h: dec('20'), pm10_1h: dec('30'), pm25_1h: dec('20'),
}; // prettier-ignore

describe('computeHourlyAqi', () => {
  test('2012 takes the sliding PM means and ignores PM 1 h', () => {
    const report = computeHourlyAqi(aqi2012, 'hj633-2012', { ...clean, pm25_1h: dec('300') });
    expect([report.aqi, report.items.pm25.iaqi]).toEqual([30, 29]);
  });

  test('2012: SO2 1 h above 800 reports the index of the 24 h mean', () => {
    const report = computeHourlyAqi(aqi2012, 'hj633-2012', {
      ...clean,
      so2_1h: dec('801'),
      so2_24h: dec('475'),
    });
    expect(report.items.so2.iaqi).toBe(150);
    const without = computeHourlyAqi(aqi2012, 'hj633-2012', { ...clean, so2_1h: dec('801') });
    expect(without.missing).toEqual(['so2']);
  });

  test('2012: O3 is the larger of 1 h and sliding 8 h; 8 h above 800 leaves the 1 h value', () => {
    const o3 = (o3_1h: string, o3_8h: string) =>
      computeHourlyAqi(aqi2012, 'hj633-2012', { ...clean, o3_1h: dec(o3_1h), o3_8h: dec(o3_8h) }).items.o3
        .iaqi;
    expect([o3('160', '160'), o3('300', '160'), o3('1000', '801')]).toEqual([100, 150, 400]);
  });

  test('2012: SO2 1 h up to 800 keeps its own index, whatever the 24 h mean says', () => {
    const hour = { ...clean, so2_1h: dec('150'), so2_24h: dec('475') };
    expect(computeHourlyAqi(aqi2012, 'hj633-2012', hour).items.so2.iaqi).toBe(50);
  });

  test('an index of 0 is larger than none, on either side; of equal ones the first term stands', () => {
    const o3 = (o3_1h: string | null, o3_8h: string | null) =>
      computeHourlyAqi(aqi2012, 'hj633-2012', {
        ...clean,
        o3_1h: o3_1h === null ? null : dec(o3_1h),
        o3_8h: o3_8h === null ? null : dec(o3_8h),
      }).items.o3;
    expect([o3('0', null).iaqi, o3(null, '0').iaqi, o3(null, null).iaqi]).toEqual([0, 0, null]);
    expect([o3('160', '100').iaqi, o3('160', '100').rounded?.toFixed()]).toEqual([50, '160']);
  });

  test('an item without an index says why; an item without a term has none', () => {
    const above = computeHourlyAqi(aqi2012, 'cnemc-hourly-2012', { ...clean, so2_1h: dec('801') });
    expect([above.items.so2.rule, above.items.so2.rounded?.toFixed()]).toEqual(['use_24h', '801']);
    const rule = aqi2012.hourly['cnemc-hourly-2012']!;
    const few = { ...aqi2012, hourly: { few: { ...rule, terms: rule.terms.slice(1) } } };
    expect(computeHourlyAqi(few, 'few', clean).items.so2).toEqual({
      iaqi: null,
      rounded: null,
      rule: 'not_defined',
    });
  });

  test('2026 takes 1 h values of all six, with its completeness', () => {
    const report = computeHourlyAqi(aqi2026, 'hj633-2026', { ...clean, pm25_1h: dec('61') });
    expect([report.aqi, report.primary]).toEqual([101, ['pm25']]);
    expect(computeHourlyAqi(aqi2026, 'hj633-2026', { ...clean, co_1h: null }).aqi).toBeNull();
  });

  test('2026: SO2 1 h above 800 is 200', () => {
    expect(computeHourlyAqi(aqi2026, 'hj633-2026', { ...clean, so2_1h: dec('900') }).aqi).toBe(200);
  });

  test('a rule of another version is refused', () => {
    expect(() => computeHourlyAqi(aqi2026, 'cnemc-hourly-2012', clean)).toThrow(
      new RangeError('HJ633-2026 has no hourly rule cnemc-hourly-2012'),
    );
  });

  test('the rule of the national platform is marked as never judged', () => {
    expect(aqi2012.hourly['cnemc-hourly-2012']?.judged).toBe(false);
  });
});

const published = new URL('../../../shared/data/air-hourly-stations/', import.meta.url);
const present = existsSync(published);
const withData = present ? test : test.skip;

describe('cnemc-hourly-2012 reproduces the published index and level', () => {
  const files = present ? readdirSync(published) : ['skipped: ../shared/data is absent'];
  withData.each(files)('%s', (file) => {
    const rows: Record<string, string>[] = parse(readFileSync(new URL(file, published), 'utf8'), {
      columns: true,
    });
    const judged = rows.filter((row) => parseDecimal(row['AQI'] ?? '') !== undefined);
    const misfits = judged.filter((row) => {
      const value = (column: string) => parseDecimal(row[column] ?? '') ?? null;
      const report = computeHourlyAqi(aqi2012, 'cnemc-hourly-2012', {
        so2_1h: value('SO2'),
        no2_1h: value('NO2'),
        co_1h: value('CO'),
        o3_1h: value('O3_1h'),
        pm10_1h: value('PM10'),
        pm25_1h: value('PM2.5'),
      });
      return String(report.aqi) !== row['AQI'] || report.level?.category !== row['Level'];
    });
    expect(judged.length).toBeGreaterThan(200);
    expect(misfits).toEqual([]);
  });
});
