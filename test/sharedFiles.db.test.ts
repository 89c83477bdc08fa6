import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { Client, countFaults, type Options } from './client.js';
import { ServiceYard } from './service.js';

jest.setTimeout(120_000);

// Real files that must not be copied into the project: only what becomes of them is stated here.
const root = path.resolve('../shared/data');
const present = existsSync(root);

/** An imported file: rows by kind, and the first and last stored value of one of its sites. */
interface Imported {
  readonly rows: Readonly<Record<string, number>>;
  readonly probe: { readonly site: string; readonly indicator: string; readonly family: string };
  readonly first: string;
  readonly last: string;
}

/** A refused file: its codes with how often each occurs. */
interface Refused {
  readonly codes: Readonly<Record<string, number>>;
}

type Case = readonly [file: string, options: Options, outcome: Imported | Refused];

const section = (
  name: string,
  [read, added, rejected, duplicate]: readonly [number, number, number, number],
  first: string,
  last: string,
): Case => [
  `water-sections/宁夏/${name}.csv`,
  { year: '2021', onError: 'skip-rows' },
  {
    rows: { read, new: added, unchanged: 0, changed: 0, rejected, duplicate },
    probe: { site: name, indicator: 'nh3n', family: 'water_sample' },
    first: `2021-${first}`,
    last: `2021-${last}`,
  },
];

const sites: readonly (readonly [name: string, kind: string])[] = [
  ...[
    '贺兰山马莲口', '贺兰山马莲口(对照点)', '水乡路', '水乡路(直管站)', '银湖巷', '宁安大街', '宁化生活区', '贺兰山东路',
    '学院路', '上海东路', '文昌北街',
  ].map((name) => [name, 'air-station'] as const), // prettier-ignore
  ...['沙坡头消防站', '官桥站', '环保局站', 'Aotizhongxin', 'Cardiff Centre', 'Blagdon Alley'].map(
    (name) => [name, 'air-station'] as const,
  ),
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
const hourly = { indicator: 'pm25', family: 'air_hour' };
const unreadable = { 'time-not-on-hour': 4, 'unit-unknown': 1, 'time-unreadable': 1, 'indicator-missing': 1, 'number-unreadable': 1, 'site-unknown': 1 }; // prettier-ignore

// Rows that hold no value at all make the difference between `read` and the sum of the kinds.
const cases: readonly Case[] = [
  [
    'air-hourly-stations/yinchuan.csv',
    {},
    {
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
      rows: { read: 113, new: 113, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
      probe: { site: '宁波', indicator: 'pm25', family: 'air_day' },
      first: '2020-04-02T00:00:00+08:00 408',
      last: '2020-04-02T00:00:00+08:00 408',
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

if (!present) console.warn(`skipped: the shared data are not at ${root}`);

(present ? describe : describe.skip)('the shared data files', () => {
  let yard: ServiceYard;
  let client: Client;
  beforeAll(async () => {
    yard = await ServiceYard.create();
    const service = await yard.start(yard.dataDir('data'));
    client = new Client(service.address, await service.firstToken());
    for (const [index, [name, kind]] of sites.entries()) {
      await client.createSite(`real-${index}`, name, kind);
    }
    const cities = new TextDecoder('gb18030')
      .decode(readBytes('air-gbk/aqi.csv'))
      .trim()
      .split('\n')
      .slice(1);
    for (const [index, line] of cities.entries()) {
      const [name = ''] = line.split(',');
      if (!sites.some(([known]) => known === name)) await client.createSite(`city-${index}`, name, 'other');
    }
  });
  afterAll(() => yard.clean());

  test.each(cases)('%s %j', async (file, options, outcome) => {
    const { status, body } = await client.upload(readBytes(file), options, path.basename(file));
    if ('codes' in outcome) {
      expect(status).toBe(422);
      expect(countFaults(body.report)).toEqual(outcome.codes);
      for (const { message, mend } of body.report?.faults ?? []) {
        expect(message + mend).not.toMatch(/\{\w+\}/);
        expect(mend).toMatch(/\p{Script=Han}{2}/u);
      }
      return;
    }
    expect(status).toBe(201);
    expect(body.rows).toEqual(outcome.rows);
    const stored = await client.readings(outcome.probe);
    const shown = stored.map(({ time, value }) => `${time} ${value}`);
    expect([shown.at(0), shown.at(-1)]).toEqual([outcome.first, outcome.last]);
    // Once more: everything is there already.
    const again = await client.upload(readBytes(file), options, path.basename(file));
    const { unchanged = 0, new: added = 0 } = outcome.rows;
    expect(again.body.rows).toEqual({ ...outcome.rows, new: 0, unchanged: unchanged + added });
  });

  test('every file has a stated outcome', () => {
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
    const wanted = files
      .filter((file) => /\.(?:csv|json|line|xlsx)$/.test(file))
      .map((file) => path.normalize(file));
    expect(new Set(cases.map(([file]) => path.normalize(file)))).toEqual(new Set(wanted));
  });
});

function readBytes(file: string): Buffer {
  return readFileSync(path.join(root, file));
}
