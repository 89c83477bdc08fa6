import { describe, expect, test } from '@jest/globals';
import { families } from '../../domain/family.js';
import type { DecodeOptions } from './decodeLookup.js';
import { decodeText, type DecodedText } from './decodeText.fixture.js';
import { fakeLookup } from './indicators.fixture.js';

const when = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
const readingsOf = ({ readings }: DecodedText) =>
  readings.map(({ line, siteId, ts, family, values }) => {
    const filled = families[family].columns.flatMap((code, i) =>
      values[i] === null ? [] : [`${code}=${values[i]}`],
    );
    return [line, siteId, when(ts), ...filled].join(' ');
  });
const stations = () => fakeLookup(['1001A', '1002A', '640501']);
const decode = (text: string, options: DecodeOptions = {}) => decodeText(text, options, stations());

describe("the national archive's layout", () => {
  const archive = [
    'date,hour,type,1001A,1002A',
    '20200102,0,AQI,50,',
    '20200102,0,PM2.5,35,12',
    '20200102,0,PM2.5_24h,99,98',
    '20200102,0,PM10,70,',
    '20200102,0,O3_8h,39,',
    '20200102,1,CO,0.8,NaN',
    '20200102,1,SO2,,',
  ].join('\n');

  test('a reading per site and item; hour 0 ends the day before; 24-hour means are left out and said', async () => {
    const decoded = await decode(archive);
    expect(decoded.plan).toMatchObject({
      layout: 'wide-by-site',
      interval: 'hour',
      assumptions: [{ code: 'ignored-daily-mean', params: { column: 'PM2.5_24h' } }],
    });
    expect(readingsOf(decoded)).toEqual([
      '3 101 2020-01-01 23:00 pm25=35',
      '3 102 2020-01-01 23:00 pm25=12',
      '5 101 2020-01-01 23:00 pm10=70',
      '7 101 2020-01-02 00:00 co=0.8',
    ]);
    expect(decoded.series).toMatchObject([{ indicator: 'o3_8h', siteId: 101, value: 39, interval: 'hour' }]);
    expect(decoded.published).toMatchObject([{ siteId: 101, indicator: 'aqi', text: '50' }]);
    expect(decoded.notices).toMatchObject([{ line: 4, code: 'ignored-daily-mean' }]);
    expect(decoded).toMatchObject({ rowsRead: 7, rowsRejected: 0, rowsEmpty: 2, rejected: [] });
  });

  test('every faulty cell names its column, and the row is left out', async () => {
    const decoded = await decode(
      'date,hour,type,1001A,1002A\n20200102,25,PM2.5,x,9999\n20200102,1,H2S,1,2\n',
    );
    expect(decoded.rejected).toEqual([]);
    expect(decoded.refused.map(({ code }) => code)).toEqual(['layout-unknown']);
    const faulty = await decode(
      'date,hour,type,1001A,1002A\n20200102,25,PM2.5,x,9999\n20200102,1,H2S,1,2\n20200102,1,PM10,1,2\n20200102,2,PM10,1,2\n',
    );
    expect(faulty.rejected.map(({ line, column, code }) => `${line} ${column} ${code}`)).toEqual([
      '2 hour time-impossible',
      '2 1001A number-unreadable',
      '2 1002A value-impossible',
      '3 type indicator-unknown',
    ]);
    expect(readingsOf(faulty)).toHaveLength(4);
  });

  test.each<[string, string, DecodeOptions, string[]]>([
    ['an unknown site', 'date,hour,type,1001A,9999A', {}, ['site-column-unknown 9999A']],
    [
      'each unknown site',
      'date,hour,type,8888A,9999A',
      {},
      ['site-column-unknown 8888A', 'site-column-unknown 9999A'],
    ],
    ['ignored by name', 'date,hour,type,1001A,9999A', { ignoreColumns: ['9999A'] }, []],
    ['ignored as asked', 'date,hour,type,1001A,9999A', { unknownSiteColumns: 'ignore' }, []],
    ['nothing left', 'date,hour,type,8888A,9999A', { unknownSiteColumns: 'ignore' }, ['layout-unknown ']],
    [
      'one site twice',
      'date,hour,type,1001A,1001A',
      {},
      ['column-ambiguous 1001A（第 4 列）、1001A（第 5 列）'],
    ],
    ['codes that are numbers', 'date,hour,type,640501,1001A', {}, []],
    ['in Chinese', '日期,时,监测项目,1001A,1002A', {}, []],
  ])('%s', async (_, header, options, refused) => {
    const decoded = await decode(`${header}\n20200102,1,PM2.5,1,2\n20200102,1,AQI,1,2\n`, options);
    expect(decoded.refused.map(({ code, column }) => `${code} ${column}`)).toEqual(refused);
    expect(decoded.plan?.layout).toBe(refused.length === 0 ? 'wide-by-site' : undefined);
  });

  test('ignored unknown sites are said and listed', async () => {
    const { plan } = await decode('date,hour,type,1001A,9999A\n20200102,1,CO,1,2\n', {
      unknownSiteColumns: 'ignore',
    });
    expect(plan?.assumptions).toMatchObject([
      { code: 'ignored-site-columns', params: { count: 1, columns: '9999A' } },
    ]);
    expect(plan?.ignored).toEqual([{ position: 4, header: '9999A' }]);
  });

  test('two thousand stations', async () => {
    const codes = Array.from({ length: 2_000 }, (_, i) => `${1000 + i}A`);
    const rows = Array.from(
      { length: 24 },
      (_, hour) => `20200102,${hour},PM2.5,${codes.map(() => '35').join(',')}`,
    );
    const decoded = await decodeText(`date,hour,type,${codes.join(',')}\n${rows.join('\n')}\n`);
    expect(decoded.readings).toHaveLength(48_000);
  });
});

test.each([
  [
    'a 24-hour mean beside hours is not an hour',
    '时间,站点,PM2.5,PM2.5(24小时)\n2025-01-01 08:00,甲,35,60\n',
    ['pm25=35'],
    1,
  ],
  ['and never read for it', '时间,站点,PM2.5_24小时,PM10\n2025-01-01 08:00,甲,35,60\n', ['pm10=60'], 0],
  ['among days it is the day', '日期,站点,PM2.5(24小时)\n2025-01-01,甲,35\n', ['pm25=35'], 0],
  [
    'long tables',
    '时间,站点,指标,数值\n2025-01-01 08:00,甲,PM2.5(24h),35\n2025-01-01 08:00,甲,PM10,60\n',
    ['pm10=60'],
    0,
  ],
])('%s', async (_, text, values, assumptions) => {
  const decoded = await decodeText(text);
  expect(readingsOf(decoded).map((reading) => reading.split(' ').at(-1))).toEqual(values);
  expect(decoded.plan?.assumptions).toHaveLength(assumptions);
  expect(decoded.rejected).toEqual([]);
});
