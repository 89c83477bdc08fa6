import { describe, expect, test } from '@jest/globals';
import { Decimal } from '../domain/decimal.js';
import { chooseStandard } from '../domain/standard.js';
import {
  comparePublishedAir,
  comparePublishedClass,
  computePublishedDay,
  computePublishedHour,
} from './publishedFigures.js';
import { standards } from './standards.fixture.js';

const standard = chooseStandard(standards.aqi, '2020-04-02');
// PM2.5 113 on the 24 h breakpoints: 148; the text of the standard would not use an hour of it at all.
const hour = { so2: 12, no2: 32, co: 0.8, o3: 58, pm10: 139, pm25: 113 };
const index = computePublishedHour(
  standard,
  Object.fromEntries(Object.entries(hour).map(([item, value]) => [`${item}_1h`, new Decimal(value)])),
);
const compare = (published: Parameters<typeof comparePublishedAir>[1]) =>
  comparePublishedAir(standard, published, index).map(
    ({ indicator, computed, cause }) => `${indicator} ${computed} ${cause}`,
  );

describe('an hour', () => {
  test('what agrees is no difference, in every spelling', () => {
    expect(index.rule).toContain('cnemc-hourly-2012');
    for (const aqi_level of ['轻度污染', '三级', ' 轻度 '])
      for (const primary_pollutant of ['细颗粒物(PM2.5)', 'PM2.5', 'pm25'])
        expect(compare({ aqi: '148', aqi_level, primary_pollutant })).toEqual([]);
  });
  test('index, level and pollutants that differ', () => {
    expect(compare({ aqi: '147' })).toEqual(['aqi 148 rounding']);
    expect(compare({ aqi: '90', aqi_level: '良' })).toEqual([
      'aqi 148 ',
      'aqi_level 轻度污染 follows-published-aqi',
    ]);
    expect(compare({ aqi: '148', aqi_level: '良' })).toEqual(['aqi_level 轻度污染 unlike-published-aqi']);
    expect(compare({ aqi: '151', aqi_level: '轻度污染' })).toEqual([
      'aqi 148 ',
      'aqi_level 中度污染 unlike-published-aqi',
    ]);
    expect(compare({ aqi_level: '良' })).toEqual(['aqi_level 轻度污染 ']);
    expect(compare({ primary_pollutant: '颗粒物(PM10)\n  细颗粒物(PM2.5)' })).toEqual([
      'primary_pollutant PM2.5 ',
    ]);
    expect(compare({ primary_pollutant: '无' })).toEqual(['primary_pollutant PM2.5 ']);
  });
  test('what cannot be read is said to be so', () => {
    expect(compare({ aqi: '一百', aqi_level: '尚可', primary_pollutant: '粉尘' })).toEqual([
      'aqi 148 unreadable',
      'aqi_level 轻度污染 unreadable',
      'primary_pollutant PM2.5 unreadable',
    ]);
  });
  test('without measurements only the level is held against the published AQI', () => {
    const nothing = computePublishedHour(standard, {});
    const texts = { aqi: '120', aqi_level: '良', primary_pollutant: 'O3' };
    expect(comparePublishedAir(standard, texts, nothing)).toEqual([
      { indicator: 'aqi_level', published: '良', computed: '轻度污染', cause: 'unlike-published-aqi' },
    ]);
  });
});

test('a day whose concentrations were rounded first differs by rounding', () => {
  const none = { so2: null, no2: null, co: null, o3_8h: null, o3_1h: null, pm10: null };
  const day = computePublishedDay(standard, { ...none, pm25: new Decimal('78.4') });
  const other = computePublishedDay(standard, { ...none, pm25: new Decimal('78') }).report.aqi;
  expect(day.report.aqi).not.toBe(other);
  const [difference] = comparePublishedAir(standard, { aqi: String(other) }, day);
  expect(difference).toMatchObject({ cause: 'rounding' });
});

test('water classes: agreement, known causes, unknown ones', () => {
  const others = { previous: 4, otherBody: 5 } as const;
  expect(comparePublishedClass('Ⅲ', 3, others)).toBeUndefined();
  expect(comparePublishedClass('III类', 3, others)).toBeUndefined();
  expect(comparePublishedClass('Ⅲ', null, others)).toBeUndefined();
  expect(comparePublishedClass('Ⅳ', 3, others)).toMatchObject({ computed: 'Ⅲ', cause: 'previous-reading' });
  expect(comparePublishedClass('Ⅴ', 3, others)).toMatchObject({ cause: 'other-water-body' });
  expect(comparePublishedClass('Ⅱ', 3, others)).toMatchObject({ cause: '' });
  expect(comparePublishedClass('清澈', 3, others)).toMatchObject({ cause: 'unreadable' });
});
