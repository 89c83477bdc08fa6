import type { Mapping } from './mapping.js';
import type { Case } from './sharedDataOutcomes.fixture.js';

// City, date, AQI, range of AQI, level, PM2.5, PM10, SO2, CO, NO2, O3_8h, rank: files without a header.
const aqistudy: Mapping = {
  header: false,
  columnCount: 12,
  columns: [
    { position: 0, role: 'site' },
    { position: 1, role: 'date' },
    { position: 2, role: 'published', published: 'aqi' },
    { position: 4, role: 'published', published: 'aqi_level' },
    { position: 5, role: 'item', indicator: 'pm25' },
    { position: 6, role: 'item', indicator: 'pm10' },
    { position: 7, role: 'item', indicator: 'so2' },
    { position: 8, role: 'item', indicator: 'co' },
    { position: 9, role: 'item', indicator: 'no2' },
    { position: 10, role: 'item', indicator: 'o3_8h' },
  ],
};

// The header is shifted: the fourth column is the city's rank, ozone is lost.
const tianqihoubao: Mapping = {
  header: true,
  columns: [
    { position: 0, role: 'date', header: '日期' },
    { position: 1, role: 'published', published: 'aqi_level', header: '质量等级' },
    { position: 2, role: 'published', published: 'aqi', header: 'AQI' },
    { position: 4, role: 'item', indicator: 'pm25', header: 'PM10' },
    { position: 5, role: 'item', indicator: 'pm10', header: 'SO2' },
    { position: 6, role: 'item', indicator: 'no2', header: 'NO2' },
    { position: 7, role: 'item', indicator: 'so2', header: 'CO' },
    { position: 8, role: 'item', indicator: 'co', header: 'O3' },
    { position: 9, role: 'site', header: '城市' },
  ],
};

/** The stated outcome of files in `../shared/data` that need a mapping. */
export const mappedDataOutcomes: readonly Case[] = [
  [
    'air-daily-aqistudy/银川.csv',
    { mapping: aqistudy },
    {
      encoding: 'utf-8-bom',
      layout: 'wide day',
      rows: 1157,
      readings: 1157,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2013-12-02 00:00 so2=139.8 no2=53.7 co=1.12 o3_8h=80 pm10=101.9 pm25=59.9',
      last: '2017-01-31 00:00 so2=125.4 no2=39.6 co=2.004 o3_8h=70 pm10=111.7 pm25=63.1',
    },
  ],
  [
    'air-daily-aqistudy/中卫.csv',
    { mapping: aqistudy },
    {
      encoding: 'utf-8-bom',
      layout: 'wide day',
      rows: 761,
      readings: 761,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2014-12-31 00:00 so2=53.8 no2=35 co=1.256 o3_8h=58 pm10=160.4 pm25=104.2',
      last: '2017-01-31 00:00 so2=86.9 no2=23.6 co=1.296 o3_8h=52 pm10=86.3 pm25=49.9',
    },
  ],
  [
    'air-daily-aqistudy/北京.csv',
    { mapping: aqistudy },
    {
      encoding: 'utf-8-bom',
      layout: 'wide day',
      rows: 1157,
      readings: 1157,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2013-12-02 00:00 so2=60.9 no2=88.3 co=2.578 o3_8h=16 pm10=138.4 pm25=108.8',
      last: '2017-01-31 00:00 so2=28.3 no2=42.8 co=1.292 o3_8h=68 pm10=90.8 pm25=79',
    },
  ],
  [
    'air-monthly-aqistudy/all_city_monthly.csv',
    { mapping: aqistudy },
    {
      encoding: 'utf-8-bom',
      layout: 'wide month',
      rows: 12384,
      readings: 12378,
      series: 0,
      empty: 0,
      rejected: { 'value-impossible': 6 },
      first: '2014-12-01 00:00 so2=31 no2=19 co=1.1 o3_8h=59 pm10=121 pm25=99',
      last: '2017-02-01 00:00 so2=9.8 no2=25.3 co=0.708 o3_8h=84.8 pm10=44 pm25=27.2',
    },
  ],
  [
    'air-monthly-aqistudy/银川.csv',
    { mapping: aqistudy },
    {
      encoding: 'utf-8-bom',
      layout: 'wide month',
      rows: 39,
      readings: 39,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2013-12-01 00:00 so2=148.2 no2=63.4 co=1.897 o3_8h=34.7 pm10=129.9 pm25=79.4',
      last: '2017-02-01 00:00 so2=91.9 no2=49.3 co=1.538 o3_8h=81.2 pm10=140.9 pm25=76',
    },
  ],
  [
    'air-daily-tianqihoubao/北京.csv',
    { mapping: tianqihoubao },
    {
      encoding: 'utf-8-bom',
      layout: 'wide day',
      rows: 523,
      readings: 523,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2025-01-01 00:00 so2=3 no2=38 co=0.54 pm10=48 pm25=22',
      last: '2026-06-07 00:00 so2=2 no2=12 co=0.28 pm10=12 pm25=5',
    },
  ],
  [
    'air-daily-tianqihoubao/银川.csv',
    { mapping: tianqihoubao },
    {
      encoding: 'utf-8-bom',
      layout: 'wide day',
      rows: 523,
      readings: 523,
      series: 0,
      empty: 0,
      rejected: {},
      first: '2025-01-01 00:00 so2=39 no2=57 co=1.53 pm10=158 pm25=107',
      last: '2026-06-07 00:00 so2=7 no2=13 co=0.38 pm10=30 pm25=8',
    },
  ],
];
