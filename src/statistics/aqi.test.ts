import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard, pollutantLabels, pollutants, type Pollutant } from '../domain/standard.js';
import { computeDailyAqi, printIaqi, type AqiReport, type DailyConcentrations } from './aqi.js';
import { aqi2012, aqi2026, readVectors, standards } from './standards.fixture.js';

const dec = (text: string | undefined) => (text === undefined || text === '' ? null : new Decimal(text));
const labels = (list: readonly Pollutant[]) => list.map((p) => pollutantLabels[p]).join(';');
const clean = { so2: '8', no2: '15', co: '0.5', o3_8h: '60', o3_1h: '', pm10: '30', pm25: '20' };
function dayOf(values: Partial<typeof clean>): DailyConcentrations {
  return Object.fromEntries(
    Object.entries({ ...clean, ...values }).map(([item, text]) => [item, dec(text)]),
  ) as unknown as DailyConcentrations;
}
const yesNo = (value: boolean | null) => (value === null ? '' : value ? 'Y' : 'N');

function columnsOf(report: AqiReport): Record<string, string> {
  return {
    ...Object.fromEntries(pollutants.map((p) => [`iaqi_${p}`, printIaqi(report, p)])),
    aqi_calculated: String(report.calculated ?? 'NA'),
    aqi_published: String(report.aqi ?? 'NA'),
    level: report.level?.level ?? 'NA',
    category: report.level?.category ?? 'NA',
    color: report.level?.colour ?? 'NA',
    primary: report.aqi === null ? 'NA' : labels(report.primary),
    iaqi_over_100: labels(report.over100),
    good_day: yesNo(report.good),
    heavy_day: yesNo(report.heavy),
  };
}

describe('computeDailyAqi reproduces every row of air_daily_aqi.csv', () => {
  const rows = readVectors('air_daily_aqi.csv').map((row): [string, Record<string, string>] => [
    `${row['case_id']} ${row['note']}`,
    row,
  ]);
  test.each(rows)('%s', (_, row) => {
    const standard = chooseStandard(standards.aqi, row['date'] ?? '');
    expect(standard.id).toBe(row['standard']);
    const exempt = pollutants.filter((p) =>
      row['not_monitored_exempt']?.split(';').includes(pollutantLabels[p]),
    );
    const day = {
      so2: dec(row['so2']),
      no2: dec(row['no2']),
      co: dec(row['co']),
      o3_8h: dec(row['o3_8h']),
      o3_1h: dec(row['o3_1h_max']),
      pm10: dec(row['pm10']),
      pm25: dec(row['pm25']),
    };
    expect(row).toMatchObject(columnsOf(computeDailyAqi(standard, day, new Set(exempt))));
  });
});

describe('completeness', () => {
  test('2012 publishes from the items that are there and names the missing', () => {
    const report = computeDailyAqi(aqi2012, dayOf({ co: '' }));
    expect([report.aqi, report.missing]).toEqual([30, ['co']]);
  });

  test('2012 knows no exemption', () => {
    const report = computeDailyAqi(aqi2012, dayOf({ co: '' }), new Set<Pollutant>(['co']));
    expect([report.missing, report.exempt]).toEqual([['co'], []]);
  });

  test('an exempt item with a value takes part', () => {
    const report = computeDailyAqi(aqi2026, dayOf({ co: '4.1' }), new Set<Pollutant>(['co']));
    expect([report.aqi, report.primary, report.exempt]).toEqual([101, ['co'], []]);
  });

  test.each([aqi2012, aqi2026])('nothing measured is NA, never zero ($id)', (standard) => {
    const report = computeDailyAqi(
      standard,
      dayOf({ so2: '', no2: '', co: '', o3_8h: '', pm10: '', pm25: '' }),
    );
    expect([report.calculated, report.aqi, report.level, report.good, report.heavy]).toEqual([
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(report.missing).toHaveLength(6);
  });

  test('a negative value is missing', () => {
    expect(computeDailyAqi(aqi2026, dayOf({ pm10: '-3' })).missing).toEqual(['pm10']);
  });
});

describe('O3 of the day', () => {
  test.each([
    ['2012: the 1 h maximum is not asked below 800', aqi2012, { o3_8h: '100', o3_1h: '500' }, 50],
    ['2012: 8 h above 800 without a 1 h value is NA', aqi2012, { o3_8h: '801', o3_1h: '' }, null],
    ['2012: 8 h missing is NA', aqi2012, { o3_8h: '', o3_1h: '500' }, null],
    ['2026: 1 h never takes part', aqi2026, { o3_8h: '', o3_1h: '500' }, null],
  ] as const)('%s', (_, standard, values, iaqi) => {
    expect(computeDailyAqi(standard, dayOf(values)).items.o3.iaqi).toBe(iaqi);
  });

  test('the literal seven-item rule of 2012 takes the larger', () => {
    const literal = { ...aqi2012, daily: { ...aqi2012.daily, o3OneHour: 'always' as const } };
    expect(computeDailyAqi(literal, dayOf({ o3_8h: '100', o3_1h: '300' })).items.o3.iaqi).toBe(150);
    expect(computeDailyAqi(literal, dayOf({ o3_8h: '215', o3_1h: '100' })).items.o3.iaqi).toBe(150);
    expect(computeDailyAqi(literal, dayOf({ o3_8h: '100', o3_1h: '' })).items.o3.iaqi).toBe(50);
  });
});

test('an AQI of 0 is still class 优', () => {
  const zeros = { so2: '0', no2: '0', co: '0', o3_8h: '0', pm10: '0', pm25: '0' };
  const report = computeDailyAqi(aqi2026, dayOf(zeros));
  expect([report.aqi, report.level?.category, report.primary, report.good]).toEqual([0, '优', [], true]);
});
