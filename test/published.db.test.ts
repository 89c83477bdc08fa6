import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { DifferenceRow } from '../src/http/services/quality.js';
import { Client, type Answer } from './client.js';
import { findDatabaseUrl, query, ServiceYard, type ServiceProcess } from './service.js';

jest.setTimeout(180_000);

const root = path.resolve('../shared/data');
const present = existsSync(root);
if (!present) console.warn(`skipped: the shared data are not at ${root}`);

let yard: ServiceYard;
let service: ServiceProcess;
let client: Client;

beforeAll(async () => {
  yard = await ServiceYard.create();
  service = await yard.start(yard.dataDir('data'));
  client = new Client(service.address, await service.firstToken());
});
afterAll(() => yard.clean());

async function differences(filter: Record<string, string> = {}, limit = 1000): Promise<DifferenceRow[]> {
  const items: DifferenceRow[] = [];
  let cursor: string | null = null;
  do {
    const search = new URLSearchParams({
      ...filter,
      limit: String(limit),
      ...(cursor === null ? {} : { cursor }),
    });
    const page: Answer<{ items: DifferenceRow[]; next: string | null }> = await client.get(
      `/api/v1/published-differences?${search.toString()}`,
    );
    expect(page.status).toBe(200);
    items.push(...page.body.items);
    cursor = page.body.next;
  } while (cursor !== null);
  return items;
}

async function settled(): Promise<void> {
  const url = await findDatabaseUrl(service.dataDir);
  await service.until(async () => (await query(url, 'select from pending_days')).length === 0, 'recomputed');
}

async function countPublished(indicator: string, span = 'hour'): Promise<number> {
  const url = await findDatabaseUrl(service.dataDir);
  const [row] = await query<{ n: number }>(
    url,
    'select count(*)::integer as n from published_texts where indicator = $1 and span = $2',
    [indicator, span],
  );
  return row!.n;
}

describe('small files', () => {
  const header = '站点,时间,AQI,空气质量级别,首要污染物,PM2.5,PM10\n';
  test('differences appear, are counted in the report, and go when the published or the measured value is mended', async () => {
    const text = `${header}air-town,2020-04-02 08:00,148,轻度污染,PM2.5,113,139\nair-town,2020-04-02 09:00,90,良,PM2.5,113,139\n`;
    const { body } = await client.upload(text);
    expect(body.notices.join('\n')).toMatch(new RegExp(`有 2 处与计算结果不同.*upload=${body.id}`));
    const found = await differences();
    expect(found).toEqual([
      expect.objectContaining({
        site: 'air-town',
        time: '2020-04-02T08:00:00+08:00',
        span: 'hour',
        indicator: 'aqi',
        published: '90',
        computed: '148',
        cause: '',
        origin: `upload ${body.id}`,
      }),
      expect.objectContaining({
        indicator: 'aqi_level',
        published: '良',
        computed: '轻度污染',
        cause: 'follows-published-aqi',
        explanation: '与公布的 AQI 一致，随 AQI 的差异而不同',
      }),
    ]);
    expect(await differences({}, 1)).toEqual(found);
    expect(await differences({ indicator: 'aqi', upload: body.id! })).toHaveLength(1);
    expect(await differences({ upload: '999' })).toEqual([]);
    // The index mended at its source, with the same measurements.
    await client.upload(`${header}air-town,2020-04-02 09:00,148,轻度污染,PM2.5,113,139\n`, {
      overwrite: 'true',
    });
    await settled();
    expect(await differences()).toEqual([]);
    // The measurement corrected: now the published figure is the old one.
    await client.upload(`站点,时间,PM2.5\nair-town,2020-04-02 09:00,60\n`, { overwrite: 'true' });
    await settled();
    expect((await differences({ indicator: 'aqi' })).map(({ published }) => published)).toEqual(['148']);
    const invalid = {
      site: 'air-town',
      family: 'air_hour',
      indicator: '*',
      time: '2020-04-02T08:00:00+08:00',
      flag: 'invalid',
      reason: '停电',
    };
    expect((await client.send('POST', '/api/v1/flags', invalid)).status).toBe(200);
    await settled();
    expect(await differences()).toEqual([]);
  });

  test('a day, and a month of water', async () => {
    await client.upload(
      '站点,日期,AQI,质量等级,PM2.5,PM10,SO2,NO2,CO,O3_8h\nair-town,2020-05-01,100,良,20,30,5,10,0.5,80\nair-town,2020-05-02,44,优,20,30,5,10,0.5,80\n',
    );
    await client.upload(
      '断面名称,月份,水质类别,高锰酸盐指数,氨氮\nsec-shitangou,2021-03,Ⅱ,12,0.3\nsec-shitangou,2021-04,Ⅱ,3,0.3\n',
      { interval: 'month' },
    );
    await settled();
    const found = await differences({ from: '2020-05-01', to: '2021-06-01' });
    expect(
      found.map(({ time, span, indicator, published, computed }) => [
        time.slice(0, 10),
        span,
        indicator,
        published,
        computed,
      ]),
    ).toEqual([
      ['2020-05-01', 'day', 'aqi', '100', '40'],
      ['2020-05-01', 'day', 'aqi_level', '良', '优'],
      ['2020-05-02', 'day', 'aqi', '44', '40'],
      ['2021-03-01', 'month', 'water_class', 'Ⅱ', 'Ⅴ'],
    ]);
  });
});

(present ? describe : describe.skip)('the shared files', () => {
  beforeAll(async () => {
    const stations = [
      '贺兰山马莲口', '贺兰山马莲口(对照点)', '水乡路', '水乡路(直管站)', '银湖巷', '宁安大街', '宁化生活区', '贺兰山东路',
      '学院路', '上海东路', '文昌北街', '沙坡头消防站', '官桥站', '环保局站',
    ]; // prettier-ignore
    for (const [index, name] of stations.entries())
      await client.createSite(`real-${index}`, name, 'air-station');
    for (const [index, file] of sectionFiles().entries()) {
      const kind = file === '香山湖' ? 'lake-section' : 'river-section';
      await client.createSite(`section-${index}`, file, kind);
    }
  });
  const read = (...parts: string[]) => readFileSync(path.join(root, ...parts));
  function sectionFiles(): string[] {
    return readdirSync(path.join(root, 'water-sections/宁夏')).map((file) => file.replace(/\.csv$/, ''));
  }

  test('hourly stations: the platform’s rule gives every published AQI', async () => {
    for (const file of ['yinchuan.csv', '银川.csv', '中卫.csv']) {
      const { status, body } = await client.upload(read('air-hourly-stations', file));
      expect(status).toBe(201);
      await settled();
      expect(await differences({ upload: body.id! })).toEqual([]);
    }
    expect(await countPublished('aqi')).toBeGreaterThan(1600);
  });

  test('water sections: the published class is the single-factor grade in 95 % of the rows or more', async () => {
    for (const name of sectionFiles()) {
      const { status } = await client.upload(read('water-sections/宁夏', `${name}.csv`), {
        year: '2021',
        onError: 'skip-rows',
      });
      expect(status).toBe(201);
    }
    await settled();
    const found = await differences({
      indicator: 'water_class',
      from: '2021-04-01T01:00:00+08:00',
      to: '2021-05-01',
    });
    // 98 %; the others are classes that the platform had not updated yet.
    expect(await countPublished('water_class', 'instant')).toBe(145);
    expect(
      found.map(({ siteName, time, published, computed, cause }) => [
        siteName,
        time,
        published,
        computed,
        cause,
      ]),
    ).toEqual([
      ['泉眼山', '2021-04-02T00:00:00+08:00', 'Ⅲ', 'Ⅱ', 'previous-reading'],
      ['麻黄沟', '2021-04-02T00:00:00+08:00', 'Ⅱ', 'Ⅲ', 'previous-reading'],
      ['中卫下河沿(新墩)', '2021-04-04T00:00:00+08:00', 'Ⅱ', '劣Ⅴ', 'previous-reading'],
    ]);
  });
});
