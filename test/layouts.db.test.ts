import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { hourMs, instantOfDay } from '../src/domain/calendar.js';
import type { ReadingRow } from '../src/http/services.js';
import { Client, type Answer } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(120_000);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'));
  client = new Client(service.address, await service.firstToken());
});
afterAll(() => yard.clean());

/** `06-30 09:00 pm25=35` with flags and raw text behind it. */
function shown({ time, indicator, value, flags, raw }: ReadingRow): string {
  const note = [...flags, ...(raw === null ? [] : [raw])].join(' ');
  return `${time.slice(5, 16).replace('T', ' ')} ${indicator}=${value}${note === '' ? '' : ` ${note}`}`;
}

async function shownReadings(filter: Record<string, string>): Promise<string[]> {
  return (await client.readings(filter)).map(shown);
}

describe('encodings', () => {
  const text = '站点,监测时间,PM2.5（μg/m³）\n编码站,2024-06-30 10:00,35\n';
  // The same text in GB18030, as hex: the runtime can decode it, not encode it.
  const gb18030 =
    'd5beb5e32cbce0b2e2cab1bce42c504d322e35a3a8a6cc672f6d81308536a3a90ab1e0c2ebd5be2c' +
    '323032342d30362d33302031303a30302c33350a';
  beforeAll(() => client.createSite('encoding', '编码站', 'air-station'));

  test('GB18030 is recognised and its names are read', async () => {
    const { status, body } = await client.upload(Buffer.from(gb18030, 'hex'));
    expect(status).toBe(201);
    expect(body).toMatchObject({ encoding: 'gb18030', rows: { new: 1 } });
    expect(body.columns[0]).toMatchObject({ header: '站点', role: 'site' });
    expect(await shownReadings({ site: 'encoding' })).toEqual(['06-30 09:00 pm25=35']);
  });

  test.each([
    ['utf-8', text],
    ['utf-8-bom', `\ufeff${text}`],
    ['utf-8', text.replaceAll('\n', '\r\n').replaceAll(',', '\t')],
  ])('the same in %s is the same', async (encoding, content) => {
    const { status, body } = await client.upload(content);
    expect(status).toBe(201);
    expect(body).toMatchObject({ encoding, rows: { new: 0, unchanged: 1 } });
  });
});

test('the long layout: an indicator a row, units converted, indicators without a column kept apart', async () => {
  await client.createSite('long', '长表站', 'air-station');
  const file = [
    '站点,监测时间,监测项目,监测值,单位',
    '长表站,2024-06-30 08:00,PM2.5,0.035,mg/m³',
    '长表站,2024-06-30 08:00,一氧化碳,0.8,mg/m³',
    '长表站,2024-06-30 09:00,二氧化硫,12,µg/m³',
  ].join('\n');
  const { status, body } = await client.upload(file);
  expect(status).toBe(201);
  expect(body).toMatchObject({ layout: 'long', interval: 'hour', rows: { read: 3, new: 3 } });
  expect(await shownReadings({ site: 'long' })).toEqual([
    '06-30 07:00 co=0.8',
    '06-30 07:00 pm25=35',
    '06-30 08:00 so2=12',
  ]);
});

test('water sections: no flow, below detection and maintenance stand beside the values', async () => {
  const header = '断面名称,监测时间,站点情况,水质类别,pH,溶解氧(mg/L),氨氮(mg/L),总磷(mg/L)';
  const file = [
    header,
    '石炭沟,2024-06-30 08:00,正常,Ⅲ,8.1,7.5,0.025L,0.12',
    '石炭沟,2024-06-30 12:00,维护,*,8.2,7.4,0.3,0.13',
    '石炭沟,2024-06-30 16:00,断流,*,,--,*,',
  ].join('\n');
  const { status, body } = await client.upload(file);
  expect(status).toBe(201);
  expect(body).toMatchObject({ layout: 'water-sections', interval: 'instant', rows: { read: 3, new: 3 } });
  expect(await shownReadings({ site: 'sec-shitangou' })).toEqual([
    '06-30 08:00 do=7.5',
    '06-30 08:00 nh3n=0.0125 below-detection 0.025L',
    '06-30 08:00 ph=8.1',
    '06-30 08:00 tp=0.12',
    '06-30 12:00 do=7.4 maintenance',
    '06-30 12:00 nh3n=0.3 maintenance',
    '06-30 12:00 ph=8.2 maintenance',
    '06-30 12:00 tp=0.13 maintenance',
    '06-30 16:00 *=null no-flow 断流',
  ]);
  // A row without values is no reading; what it says is kept for the judgement of the section.
  const url = await findDatabaseUrl(service.dataDir);
  expect(await query(url, `select indicator, flag, raw from value_flags where flag = 'no-flow'`)).toEqual([
    { indicator: '*', flag: 'no-flow', raw: '断流' },
  ]);
  // A row of figures that says 断流 contradicts itself.
  const refused = await client.upload(`${header}\n石炭沟,2024-06-30 20:00,断流,*,8.0,7,0.2,0.1\n`);
  expect(refused.body.report?.faults).toMatchObject([{ line: 2, code: 'no-flow-with-values' }]);
});

test('rates by township and a county figure: the verdict of target 9 follows, the townships do not decide', async () => {
  const asOf = '2024-03-01';
  expect(await client.target(9, asOf)).toMatchObject({ verdict: 'not-reported', value: null });
  const townships = '乡镇,年度,指标,数值\n豫海镇,2023,秸秆综合利用率,88\n河西镇,2023,秸秆综合利用率,95.5\n';
  expect(await client.upload(townships)).toMatchObject({
    status: 201,
    body: { layout: 'township-rates', interval: 'period', rows: { new: 2 } },
  });
  expect(await client.target(9, asOf)).toMatchObject({ verdict: 'insufficient-data', value: null });
  const county = (value: number) => `年度,指标,数值,佐证\n2023,秸秆综合利用率,${value},农业农村局年报\n`;
  expect(await client.upload(county(91))).toMatchObject({
    status: 201,
    body: { layout: 'county-figures', rows: { new: 1 } },
  });
  expect(await client.target(9, asOf)).toMatchObject({ verdict: 'met', value: '91', used: 1 });
  // Townships that lost their column would look the same: the report says whose figures they were taken for.
  const lost = await client.upload('年度,秸秆综合利用率\n2022,88\n', { dryRun: 'true' });
  expect(lost.body).toMatchObject({ status: 'dry-run', layout: 'county-figures' });
  expect(lost.body.notices).toContainEqual(expect.stringMatching(/没有乡镇（点位）列，数字都当作全县的读取/));
  const mapping = JSON.stringify({
    header: true,
    layout: 'county-figures',
    columns: [
      { position: 0, role: 'year' },
      { position: 1, role: 'item', indicator: '秸秆综合利用率' },
    ],
  });
  const mapped = await client.upload('年度,秸秆综合利用率\n2022,88\n', { dryRun: 'true', mapping });
  expect(mapped.body).toMatchObject({ status: 'dry-run', layout: 'county-figures', notices: [] });
  expect(await client.upload(county(89))).toMatchObject({
    status: 409,
    body: { report: { changes: [{ line: 2, time: '2023-01-01', stored: '91', file: '89' }] } },
  });
  expect(await client.target(9, asOf)).toMatchObject({ verdict: 'met', value: '91' });
  const corrected = await client.upload(county(89), { overwrite: 'true', reason: '核减' });
  expect(corrected.status).toBe(201);
  expect(await client.target(9, asOf)).toMatchObject({ verdict: 'missed', value: '89' });
});

describe('readings', () => {
  const hoursStored = 300;
  const site = 'paging';
  const start = instantOfDay('2022-12-25');
  beforeAll(async () => {
    await client.createSite(site, '翻页站', 'air-station');
    const rows = Array.from({ length: hoursStored }, (_, index) => {
      const time = new Date(start + 8 * hourMs + (index + 1) * hourMs)
        .toISOString()
        .slice(0, 16)
        .replace('T', ' ');
      return `翻页站,${time},${index % 7 === 0 ? '' : index},${index + 500},"${index % 11 === 0 ? '' : 40}"`;
    });
    await client.upload(['站点,监测时间,PM2.5,PM10,SO2', ...rows].join('\n'));
    await client.upload('站点,日期,PM2.5,O3_8h\n翻页站,2022-12-25,50,80\n翻页站,2022-12-26,51,81\n');
  });

  test.each([1, 7, 100, 5000])('pages of %d cover every value exactly once, in order', async (limit) => {
    const filter: Record<string, string> = limit === 1 ? { site, to: '2022-12-26' } : { site };
    const all = await client.readings(filter, limit);
    const keys = all.map(({ family, time, indicator }) => `${family} ${time} ${indicator}`);
    expect(new Set(keys).size).toBe(keys.length);
    const families = ['air_hour', 'air_day'].map((family) => keys.filter((key) => key.startsWith(family)));
    expect(keys).toEqual(families.flatMap((part) => part.sort()));
    const ofDays = 4;
    const ofHours = hoursStored * 3 - Math.ceil(hoursStored / 7) - Math.ceil(hoursStored / 11);
    // The first day: 24 hours of three items, without the blanks, and its daily row.
    expect(keys).toHaveLength(limit === 1 ? 24 * 3 - 4 - 3 + 2 : ofHours + ofDays);
  });

  test('CSV holds the same values in the same order', async () => {
    const { status, headers, body }: Answer<string> = await client.get(
      `/api/v1/readings?site=${site}&format=csv`,
    );
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
    const [head, ...lines] = body
      .replace(/^\ufeff/, '')
      .trimEnd()
      .split('\r\n');
    expect(head).toBe('family,site,siteName,time,indicator,value,unit,flags,raw,origin');
    const fromJson = (await client.readings({ site })).map(
      (row) =>
      [
        row.family, row.site, row.siteName, row.time, row.indicator, row.value, row.unit, row.flags.join(';'),
        row.raw ?? '', row.origin,
      ].join(','), // prettier-ignore
    );
    expect(lines).toEqual(fromJson);
  });

  test('filters are half-open in time, and know family and indicator', async () => {
    const filter = {
      site,
      from: '2022-12-25T05:00:00+08:00',
      to: '2022-12-25T07:00:00+08:00',
      family: 'air_hour',
    };
    expect(await shownReadings({ ...filter, indicator: 'pm10' })).toEqual([
      '12-25 05:00 pm10=505',
      '12-25 06:00 pm10=506',
    ]);
    expect(await shownReadings({ site, family: 'air_day' })).toEqual([
      '12-25 00:00 o3_8h=80',
      '12-25 00:00 pm25=50',
      '12-26 00:00 o3_8h=81',
      '12-26 00:00 pm25=51',
    ]);
    expect((await client.get('/api/v1/readings?site=nowhere')).status).toBe(404);
    expect((await client.get('/api/v1/readings?cursor=bm9uc2Vuc2U')).status).toBe(400);
  });
});

test('a file of 150,000 rows is taken in with bounded memory', async () => {
  await client.createSite('large', '大表站', 'air-station');
  const start = instantOfDay('2003-01-01');
  const rowCount = 150_000;
  const lines = ['站点,监测时间,SO2,NO2,CO,O3,PM10,PM2.5'];
  for (let row = 0; row < rowCount; row += 1) {
    const time = new Date(start + 8 * hourMs + (row + 1) * hourMs).toISOString();
    const value = 10 + (row % 90);
    lines.push(
      `大表站,${time.slice(0, 10)} ${time.slice(11, 16)},${value},${value},0.${value},${value},${value + 20},${value}`,
    );
  }
  expect(await client.upload(lines.join('\n'))).toMatchObject({
    status: 201,
    body: { rows: { read: rowCount, new: rowCount }, values: { new: 6 * rowCount } },
  });
  const peak = await service.peakResidentBytes();
  if (peak === undefined) return;
  console.log(`150,000 rows: resident memory at most ${Math.round(peak / 2 ** 20)} MiB`);
  expect(peak / 2 ** 20).toBeLessThan(450);
});
