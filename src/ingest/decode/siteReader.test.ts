import { describe, expect, test } from '@jest/globals';
import { createLookup } from '../siteLookup.js';
import type { SitesOverTime } from '../siteNames.js';
import { decodeText } from './decodeText.fixture.js';
import { fakeLookup } from './indicators.fixture.js';

const sites = [
  { id: 1, code: '1001A', name: '甲站', kind: 'air-station', aliases: [] },
  { id: 2, code: '1002A', name: '乙站', kind: 'air-station', aliases: [] },
  { id: 9, code: 'county', name: '全县', kind: 'county', aliases: [] },
] as const;
const overTime: SitesOverTime = {
  names: [
    { siteId: 1, name: '城关站', from: null, to: '2024-05-02' },
    { siteId: 2, name: '城关站', from: '2024-05-02', to: null },
  ],
  merges: [],
};
const lookupOf = (time: SitesOverTime) => {
  const known = fakeLookup([]);
  return {
    ...createLookup(sites, [], 9, [], time),
    findIndicator: (name: string) => known.findIndicator(name),
  };
};

test('a name in a file means the site that bore it on the day of the row, hour 24 included', async () => {
  const text =
    '站点,监测时间,PM2.5,PM10\n城关站,2024-05-01 24:00,10,20\n城关站,2024-05-02 01:00,11,21\n1001A,2024-05-02 01:00,12,22\n';
  const { readings, rejected } = await decodeText(text, {}, lookupOf(overTime));
  expect(rejected).toEqual([]);
  expect(readings.map(({ siteId }) => siteId)).toEqual([1, 2, 1]);
});

test('a name nobody bore that day, and one that two bore, are faults with the candidates', async () => {
  const text = '站点,监测时间,PM2.5,PM10\n城关站,2024-05-01 08:00,10,20\n城关站,2024-05-03 08:00,11,21\n';
  const { rejected, readings } = await decodeText(
    text,
    {},
    lookupOf({
      names: [
        { siteId: 1, name: '城关站', from: '2024-05-02', to: null },
        { siteId: 2, name: '城关站', from: '2024-05-03', to: null },
      ],
      merges: [],
    }),
  );
  expect(readings).toEqual([]);
  expect(
    rejected.map(({ line, column, code, params }) => [line, column, code, params['candidates']]),
  ).toEqual([
    [2, '站点', 'site-not-then', '甲站（编码 1001A，2024-05-02 起）、乙站（编码 1002A，2024-05-03 起）'],
    [3, '站点', 'site-ambiguous', '甲站（编码 1001A，2024-05-02 起）、乙站（编码 1002A，2024-05-03 起）'],
  ]);
});

test('the site named for the whole file is resolved by row too', async () => {
  const text = '监测时间,PM2.5,PM10\n2024-05-01 08:00,10,20\n2024-05-02 08:00,11,21\n';
  const { readings } = await decodeText(text, { site: '城关站' }, lookupOf(overTime));
  expect(readings.map(({ siteId }) => siteId)).toEqual([1, 2]);
});

test('a row whose time is unreadable is rejected for that alone', async () => {
  const text = '站点,监测时间,PM2.5,PM10\n城关站,2024-02-30 08:00,10,20\n甲站,2024-05-02 08:00,11,21\n';
  const { rejected } = await decodeText(text, {}, lookupOf(overTime));
  expect(rejected.map(({ code }) => code)).toEqual(['time-impossible']);
});

test('figures of periods go by the first day of the period', async () => {
  const text = '乡镇,期间,秸秆综合利用率\n城关站,2024-04,88\n城关站,2024-06,89\n';
  const { reports, rejected } = await decodeText(text, {}, lookupOf(overTime));
  expect(rejected).toEqual([]);
  expect(reports.map(({ siteId }) => siteId)).toEqual([1, 2]);
});

describe('wide by site', () => {
  const merged: SitesOverTime = { names: [], merges: [{ siteId: 1, into: 2, from: '2024-05-02' }] };

  test('a column of a merged site goes to the successor from the day on, and that is told once', async () => {
    const lookup = lookupOf(merged);
    const text = 'date,hour,type,1001A\n20240501,8,PM2.5,10\n20240502,8,PM2.5,11\n20240503,8,PM2.5,12\n';
    const { readings, rejected } = await decodeText(text, {}, lookup);
    expect(rejected).toEqual([]);
    expect(readings.map(({ siteId }) => siteId)).toEqual([1, 2, 2]);
    expect([...lookup.successors]).toMatchObject([['1001A', { site: { id: 2 }, from: '2024-05-02' }]]);
  });

  test('a column whose name means no site that day must be empty', async () => {
    const dated = { names: [{ siteId: 1, name: '旧站', from: null, to: '2024-05-02' }], merges: [] };
    const text =
      'date,hour,type,旧站,1002A\n20240501,8,PM2.5,10,1\n20240502,8,PM2.5,,2\n20240503,8,PM2.5,12,3\n';
    const { readings, rejected } = await decodeText(text, {}, lookupOf(dated));
    expect(readings.map(({ line, siteId }) => [line, siteId])).toEqual([
      [2, 2],
      [2, 1],
      [3, 2],
    ]);
    expect(rejected.map(({ line, column, code }) => [line, column, code])).toEqual([
      [4, '旧站', 'site-not-then'],
    ]);
  });
});
