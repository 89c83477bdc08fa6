import { mappedDataOutcomes } from '../src/ingest/decode/mappedDataOutcomes.fixture.js';
import type { Options } from './client.js';

/** An imported file: how it was understood, rows by kind, and the first and last stored value of one of its sites. */
interface Imported {
  /** Layout, interval and confidence. */
  readonly read: string;
  readonly rows: Readonly<Record<string, number>>;
  readonly probe: {
    readonly site: string;
    readonly indicator: string;
    readonly family: string;
    /** Where other files hold values of the site, too. */
    readonly from?: string;
    readonly to?: string;
  };
  readonly first: string;
  readonly last: string;
  /** Of rows that were skipped; without it, none. */
  readonly codes?: Readonly<Record<string, number>>;
  /** How many sites the file registers. */
  readonly created?: number;
  /** What the report must say besides. */
  readonly notices?: readonly string[];
}

/** A refused file: its codes with how often each occurs. */
interface Refused {
  readonly read?: string;
  readonly rows?: Readonly<Record<string, number>>;
  readonly codes: Readonly<Record<string, number>>;
}

/** A file, the options it is uploaded with, and what becomes of it. */
export type Case = readonly [file: string, options: Options, outcome: Imported | Refused];

const section = (
  name: string,
  [read, added, rejected, duplicate]: readonly [number, number, number, number],
  first: string,
  last: string,
): Case => [
  `water-sections/宁夏/${name}.csv`,
  { year: '2021', onError: 'skip-rows' },
  {
    read: 'water-sections instant 1',
    rows: { read, new: added, unchanged: 0, changed: 0, rejected, duplicate },
    ...(rejected === 0 ? {} : { codes: { 'time-missing': rejected } }),
    probe: { site: name, indicator: 'nh3n', family: 'water_sample' },
    first: `2021-${first}`,
    last: `2021-${last}`,
  },
];

/** Names in the files that are registered beforehand. */
export const sites: readonly (readonly [name: string, kind: string])[] = [
  ...[
    '贺兰山马莲口', '贺兰山马莲口(对照点)', '水乡路', '水乡路(直管站)', '银湖巷', '宁安大街', '宁化生活区', '贺兰山东路',
    '学院路', '上海东路', '文昌北街',
  ].map((name) => [name, 'air-station'] as const), // prettier-ignore
  ...['沙坡头消防站', '官桥站', '环保局站', 'Aotizhongxin', 'Cardiff Centre', 'Blagdon Alley'].map(
    (name) => [name, 'air-station'] as const,
  ),
  ['手工断面', 'river-section'],
  ...['北京', '银川', '中卫'].map((name) => [name, 'other'] as const),
  ...['中卫下河沿(新墩)', '叶盛公路桥', '银古公路桥', '麻黄沟', '泉眼山'].map(
    (name) => [name, 'river-section'] as const,
  ),
  ['香山湖', 'lake-section'],
];

const refused = (file: string, codes: Record<string, number>, options: Options = {}): Case => [
  file,
  options,
  { codes },
];

const epaColumns = [
  { position: 0, role: 'date', header: 'Date' },
  { position: 4, role: 'item', indicator: 'pm25', header: 'Daily Mean PM2.5 Concentration' },
  { position: 6, role: 'published', published: 'aqi', header: 'DAILY_AQI_VALUE' },
  { position: 7, role: 'site', header: 'Site Name' },
];
const epa = JSON.stringify({ header: true, interval: 'day', dateOrder: 'month-first', columns: epaColumns });
const undated = JSON.stringify({ header: true, interval: 'day', columns: epaColumns });
const hourly = { indicator: 'pm25', family: 'air_hour' };
const unreadable = { 'time-not-on-hour': 4, 'unit-unknown': 1, 'time-unreadable': 1, 'indicator-missing': 1, 'number-unreadable': 1, 'site-unknown': 1 }; // prettier-ignore

// Rows that hold no value at all make the difference between `read` and the sum of the kinds.
/** What becomes of every file. */
export const cases: readonly Case[] = [
  [
    'air-hourly-stations/yinchuan.csv',
    {},
    {
      read: 'wide hour 1',
      rows: { read: 781, new: 551, unchanged: 0, changed: 0, rejected: 0, duplicate: 71 },
      probe: { site: '学院路', ...hourly },
      first: '2020-03-26T18:00:00+08:00 25',
      last: '2020-04-02T07:00:00+08:00 12',
    },
  ],
  [
    'air-hourly-stations/中卫.csv',
    {},
    {
      read: 'wide hour 1',
      rows: { read: 291, new: 279, unchanged: 0, changed: 0, rejected: 0, duplicate: 12 },
      probe: { site: '沙坡头消防站', ...hourly },
      first: '2020-04-02T07:00:00+08:00 38',
      last: '2020-04-08T02:00:00+08:00 22',
    },
  ],
  [
    // Nine of its hours are those on which yinchuan.csv ends.
    'air-hourly-stations/银川.csv',
    {},
    {
      read: 'wide hour 1',
      rows: { read: 1078, new: 829, unchanged: 9, changed: 0, rejected: 0, duplicate: 27 },
      probe: { site: '学院路', ...hourly },
      first: '2020-03-26T18:00:00+08:00 25',
      last: '2020-04-08T02:00:00+08:00 33',
    },
  ],
  // A thousand faults are listed, however many there are.
  refused('uci-prsa/PRSA_Data_Aotizhongxin_20130301-20170228.csv', {
    'column-implausible': 1,
    'value-impossible': 999,
  }),
  [
    'uci-prsa/PRSA_Data_Aotizhongxin_20130301-20170228.csv',
    { units: '{"CO":"ug/m3"}' },
    {
      read: 'wide hour 1',
      rows: { read: 35064, new: 34427, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: 'Aotizhongxin', indicator: 'co', family: 'air_hour' },
      first: '2013-02-28T23:00:00+08:00 0.3',
      last: '2017-02-28T22:00:00+08:00 0.6',
    },
  ],
  [
    'openaq/openaq_cardiff_2018.csv',
    {},
    {
      read: 'long hour 1',
      rows: { read: 7325, new: 7325, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: 'Cardiff Centre', ...hourly },
      first: '2017-10-29T09:00:00+08:00 8',
      last: '2018-01-01T07:00:00+08:00 6',
    },
  ],
  refused('openaq/failing-values.csv', unreadable),
  refused('openaq/passing-with-optional-columns.csv', { 'time-not-on-hour': 5, 'unit-unknown': 2 }),
  refused('air-gbk/aqi.csv', { 'no-time-column': 1 }),
  [
    'air-gbk/aqi.csv',
    { date: '2020-04-02' },
    {
      read: 'wide day 0.8',
      rows: { read: 113, new: 113, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: '宁波', indicator: 'pm25', family: 'air_day' },
      first: '2020-04-02T00:00:00+08:00 408',
      last: '2020-04-02T00:00:00+08:00 408',
      notices: ['没有站点列，“name”当作站点读取'],
    },
  ],
  refused('water-sections/宁夏/叶盛公路桥.csv', { 'year-missing': 26 }),
  refused('water-sections/宁夏/中卫下河沿(新墩).csv', { 'time-missing': 1 }, { year: '2021' }),
  section('中卫下河沿(新墩)', [28, 25, 1, 2], '04-01T04:00:00+08:00 0.17', '04-05T16:00:00+08:00 0.21'),
  section('叶盛公路桥', [26, 24, 0, 2], '04-01T16:00:00+08:00 0.028', '04-05T20:00:00+08:00 0.032'),
  section('银古公路桥', [28, 26, 0, 2], '04-01T04:00:00+08:00 0.052', '04-05T16:00:00+08:00 0.025'),
  section('泉眼山', [28, 27, 0, 1], '04-01T08:00:00+08:00 0.025', '04-05T16:00:00+08:00 0.129'),
  section('香山湖', [28, 27, 0, 1], '04-01T08:00:00+08:00 0.025', '04-05T16:00:00+08:00 0.025'),
  section('麻黄沟', [28, 23, 0, 5], '04-01T04:00:00+08:00 0.396', '04-05T08:00:00+08:00 0.354'),
  refused('air-daily-aqistudy/银川.csv', { 'no-header': 1 }),
  refused('air-daily-aqistudy/中卫.csv', { 'no-header': 1 }),
  refused('air-daily-aqistudy/北京.csv', { 'no-header': 1 }),
  refused('air-monthly-aqistudy/银川.csv', { 'no-header': 1 }),
  refused('air-monthly-aqistudy/all_city_monthly.csv', { 'no-header': 1 }),
  refused('air-daily-tianqihoubao/银川.csv', { 'columns-inverted': 1 }),
  refused('air-daily-tianqihoubao/北京.csv', { 'columns-inverted': 1 }),
  refused('epa-aqs/annual_aqi_by_county_2019.csv', { 'layout-unknown': 1 }),
  refused('epa-aqs/baltimore_pm25_2019.csv', { 'layout-unknown': 1 }),
  refused('influx-line/bird-migration.line', { 'layout-unknown': 1 }),
  refused('air-cnemc-api/airnow.json', { 'file-json': 1 }),
  refused('water-api-json/2020-05-10.json', { 'file-json': 1 }),
  refused('water-api-json/2021-04-01.json', { 'file-json': 1 }),
  refused('water-xlsx/water_info_宁夏回族自治区.xlsx', { 'site-unknown': 4, 'year-missing': 9 }),
  refused('water-xlsx/water_info_甘肃省.xlsx', { 'site-unknown': 19, 'year-missing': 19 }),
  refused('water-xlsx/水质数据.xlsx', { 'no-site-column': 1 }),
];

// Files that nobody can read as they are, with what the request or a saved source says of them.
export const said: readonly Case[] = [
  ...(
    [
      ['银川', 1157, '2013-12-02T00:00:00+08:00 59.9', '2017-01-31T00:00:00+08:00 63.1', []],
      ['中卫', 761, '2014-12-31T00:00:00+08:00 104.2', '2017-01-31T00:00:00+08:00 49.9', ['42 个值存疑']],
      ['北京', 1157, '2013-12-02T00:00:00+08:00 108.8', '2017-01-31T00:00:00+08:00 79', ['260 个值存疑']],
    ] as const
  ).map(([city, count, first, last, suspects]): Case => [
    `air-daily-aqistudy/${city}.csv`,
    { source: 'aqistudy' },
    {
      read: 'wide day 1',
      rows: { read: count, new: count, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: city, indicator: 'pm25', family: 'air_day', to: '2018-01-01' },
      first,
      last,
      notices: ['（aqistudy，第 1 版）', '第 4 列、第 12 列', '与计算结果不同，以计算结果为准', ...suspects],
    },
  ]),
  [
    'air-monthly-aqistudy/银川.csv',
    mapped('air-monthly-aqistudy/银川.csv'),
    {
      read: 'wide month 1',
      rows: { read: 39, new: 39, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: '银川', indicator: 'pm25', family: 'air_month' },
      first: '2013-12-01T00:00:00+08:00 79.4',
      last: '2017-02-01T00:00:00+08:00 76',
    },
  ],
  refused(
    'air-monthly-aqistudy/all_city_monthly.csv',
    { 'value-impossible': 7 },
    { ...mapped('air-monthly-aqistudy/all_city_monthly.csv'), createSites: 'true' },
  ),
  [
    // Thirty-nine of its months are those of the file before; CO of 433 and more mg/m³, and the like, stand in seven cells.
    'air-monthly-aqistudy/all_city_monthly.csv',
    { ...mapped('air-monthly-aqistudy/all_city_monthly.csv'), createSites: 'true', onError: 'skip-rows' },
    {
      read: 'wide month 1',
      rows: { read: 12384, new: 12338, unchanged: 39, changed: 0, rejected: 7, duplicate: 0 },
      probe: { site: '七台河', indicator: 'pm25', family: 'air_month' },
      first: '2014-12-01T00:00:00+08:00 99',
      last: '2017-02-01T00:00:00+08:00 52.5',
      codes: { 'value-impossible': 7 },
      created: 252,
      notices: ['101 个值存疑'],
    },
  ],
  ...(
    [
      ['北京', '2025-01-01T00:00:00+08:00 0.54', '2026-06-07T00:00:00+08:00 0.28'],
      ['银川', '2025-01-01T00:00:00+08:00 1.53', '2026-06-07T00:00:00+08:00 0.38'],
    ] as const
  ).map(([city, first, last]): Case => [
    `air-daily-tianqihoubao/${city}.csv`,
    mapped(`air-daily-tianqihoubao/${city}.csv`),
    {
      read: 'wide day 1',
      rows: { read: 523, new: 523, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      // What its header calls O3 is carbon monoxide.
      probe: { site: city, indicator: 'co', family: 'air_day', from: '2025-01-01' },
      first,
      last,
      notices: ['未使用的列：PM2.5'],
    },
  ]),
  // Two instruments of one site on one day differ: which of them counts, the file does not say.
  refused(
    'epa-aqs/baltimore_pm25_2019.csv',
    { 'duplicate-different': 286 },
    { mapping: epa, createSites: 'true' },
  ),
  refused(
    'epa-aqs/baltimore_pm25_2019.csv',
    { 'date-ambiguous': 1000 },
    { mapping: undated, createSites: 'true' },
  ),
  [
    'epa-aqs/baltimore_pm25_2019.csv',
    { mapping: epa, createSites: 'true', onError: 'skip-rows' },
    {
      read: 'wide day 1',
      rows: { read: 1614, new: 1327, unchanged: 0, changed: 0, rejected: 286, duplicate: 1 },
      probe: { site: 'Oldtown', indicator: 'pm25', family: 'air_day' },
      first: '2019-01-01T00:00:00+08:00 5.5',
      last: '2019-12-31T00:00:00+08:00 2.7',
      codes: { 'duplicate-different': 286 },
      created: 5,
      notices: ['与计算结果不同，以计算结果为准'],
    },
  ],
  [
    // Means of three hours at half past: neither hours nor days, kept as single values that no statistic uses.
    'openaq/passing-with-optional-columns.csv',
    { interval: 'instant', onError: 'skip-rows' },
    {
      read: 'long instant 1',
      rows: { read: 5, new: 3, unchanged: 0, changed: 0, rejected: 2, duplicate: 0 },
      probe: { site: 'Blagdon Alley', indicator: 'o3', family: 'series' },
      first: '2016-03-15T06:30:00+08:00 11',
      last: '2016-03-15T06:30:00+08:00 11',
      codes: { 'unit-unknown': 2 },
    },
  ],
  refused('water-xlsx/water_info_宁夏回族自治区.xlsx', { 'site-unknown': 4 }, { year: '2025' }),
  [
    'water-xlsx/water_info_宁夏回族自治区.xlsx',
    { year: '2025', createSites: 'true' },
    {
      read: 'water-sections instant 1',
      rows: { read: 9, new: 8, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: '金沙湾', indicator: 'nh3n', family: 'water_sample' },
      first: '2025-02-04T11:00:00+08:00 0.002',
      last: '2025-02-04T11:00:00+08:00 0.002',
      created: 3,
      notices: ['未使用的列：省份、流域', '1 行没有任何数值'],
    },
  ],
  [
    'water-xlsx/water_info_甘肃省.xlsx',
    { year: '2025', createSites: 'true' },
    {
      read: 'water-sections instant 1',
      rows: { read: 19, new: 19, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: '红崖山水库', indicator: 'nh3n', family: 'water_sample' },
      first: '2025-02-04T10:00:00+08:00 0.013',
      last: '2025-02-04T10:00:00+08:00 0.013',
      created: 19,
    },
  ],
  // Its sections' names are lost: every time stands there several times with other figures, so that not one row is left.
  [
    'water-xlsx/水质数据.xlsx',
    { site: '手工断面', onError: 'skip-rows' },
    {
      read: 'water-sections instant 0.8',
      rows: { read: 2199, new: 0, unchanged: 0, changed: 0, rejected: 2199, duplicate: 0 },
      codes: { 'duplicate-different': 1000 },
    },
  ],
];

/** The mapping that is proven with the decoder, as a request carries it. */
function mapped(file: string): Options {
  return { mapping: JSON.stringify(mappingOf(file)) };
}

/** The same as JSON. */
export function mappingOf(file: string): unknown {
  const found = mappedDataOutcomes.find(([name]) => name === file)?.[1].mapping;
  if (found === undefined) throw new Error(`no mapping for ${file}`);
  return found;
}
