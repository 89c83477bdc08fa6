import { describe, expect, test } from '@jest/globals';
import type { DecodeOptions } from './decodeLookup.js';
import { fakeLookup } from './indicators.fixture.js';
import { recogniseLayout } from './layout.js';

function recognise(text: string, options: DecodeOptions = {}) {
  const head = text.split('\n').map((line, i) => ({ line: i + 1, cells: line.split(',') }));
  return recogniseLayout(head, fakeLookup(), options);
}

function summary(text: string, options: DecodeOptions = {}) {
  const result = recognise(text, options);
  if (!result.ok) return result.rejected.map(({ code }) => code).join(' ');
  const { layout, interval, columns } = result.plan;
  const items = columns.filter(({ role }) => role === 'item').map(({ indicator }) => indicator?.code);
  return [layout, interval, ...items].join(' ');
}

describe('layouts', () => {
  test.each([
    ['Date,Hour,WatchPoint,PM2.5,O3_1h\n20200402,08,甲,1,2', 'wide hour pm25 o3'],
    ['监测时间,站点,PM2.5(μg/m³),CO（mg/m3）\n2025-01-01 08:00,甲,1,2', 'wide hour pm25 co'],
    ['日期,站点名称,PM₂.₅ ug/m3,pm10\n2025-01-01,甲,1,2', 'wide day pm25 pm10'],
    ['时间,站点,SO2\n2025-01-01,甲,1', 'wide day so2'],
    ['日期,站点,SO2\n2025-01-01 00:00:00,甲,1\n2025-01-02 00:00:00,甲,1', 'wide day so2'],
    ['日期,站点,O3\n2025-01-01,甲,1', 'wide day o3_8h'],
    ['日期,站点,O3(8h),臭氧（1小时）\n2025-01-01,甲,1,2', 'wide day o3_8h o3_1h'],
    ['年月,站点,SO2\n2025-01,甲,1', 'wide month so2'],
    ['月份,站点,SO2\n2025-01,甲,1', 'wide month so2'],
    ['年,月,站点,SO2\n2025,1,甲,1', 'wide month so2'],
    ['year,month,day,hour,station,SO2\n2025,1,2,3,a,1', 'wide hour so2'],
    ['站点,时间,指标,数值,单位\n甲,2025-01-01 08:00,PM2.5,3,μg/m³', 'long hour'],
    ['站点,日期,监测项目,监测值\n甲,2025-01-01,PM2.5,3', 'long day'],
    ['断面名称,采样时间,项目,结果\n甲,2025-01-01 08:20,氨氮,3', 'long instant'],
    [
      '断面名称,监测时间,水质类别,氨氮(mg/L),铬(六价),站点情况\n甲,04-01 08:00,Ⅱ,1,2,正常',
      'water-sections instant nh3n cr6',
    ],
    ['断面名称,年月,水质类别,总磷\n甲,2025-01,Ⅱ,1', 'water-sections month tp'],
    ['断面名称,年月,水质类别\n甲,2025-01,Ⅱ', 'water-sections month'],
    [
      '乡镇,年度,秸秆综合利用率(%),残膜回收率\n河西镇,2024,91,92',
      'township-rates period straw_utilisation_rate film_recovery_rate',
    ],
    ['乡（镇）,期间,指标,数值\n河西镇,2024上半年,秸秆综合利用率,91', 'township-rates period'],
    ['指标,年度,数值,佐证\n秸秆综合利用率,2024,91,文', 'county-figures period'],
    ['年度,秸秆综合利用率\n2024,91', 'county-figures period straw_utilisation_rate'],
    ['月报表,,\n站点,年月,SO2\n甲,2025-01,1', 'wide month so2'],
  ])('%j', (text, expected) => {
    expect(summary(text)).toBe(expected);
  });

  test.each<[string, DecodeOptions, string]>([
    ['站点,PM2.5\n甲,1', { date: '2025-01-01' }, 'wide day pm25'],
    ['站点,PM2.5\n甲,1', { date: '2025-01-01 08:00' }, 'wide hour pm25'],
    ['站点,PM2.5\n甲,1', { date: '2025-01' }, 'wide month pm25'],
    ['时间,PM2.5\n2025-01-01,1', { site: '甲' }, 'wide day pm25'],
    ['时间,站点,SO2\n2025-01-01 00:00,甲,1\n2025-01-02 00:00,甲,1', { interval: 'day' }, 'wide day so2'],
    ['月,日,小时,站点,SO2\n1,2,3,甲,1', { year: 2025 }, 'wide hour so2'],
    ['乡镇,秸秆综合利用率\n河西镇,91', { year: 2024 }, 'township-rates period straw_utilisation_rate'],
  ])('%j with %j', (text, options, expected) => {
    expect(summary(text, options)).toBe(expected);
  });
});

describe('refusals', () => {
  test.each<[string, string, string, DecodeOptions]>([
    ['no header', '银川,2013-12-02,129,108~143,轻度污染,59.9', 'no-header', {}],
    ['no time', '站点,PM2.5\n甲,1', 'no-time-column', {}],
    ['no site', '时间,PM2.5\n2025-01-01,1', 'no-site-column', {}],
    ['neither', '等级,PM2.5\n优,1', 'no-site-column no-time-column', {}],
    ['unknown words', '甲,乙,丙\n子,丑,寅', 'layout-unknown', {}],
    ['no items', '站点,时间,备注\n甲,2025-01-01,无', 'layout-unknown', {}],
    ['two columns of one item', '站点,时间,PM2.5,细颗粒物\n甲,2025-01-01,1,2', 'column-ambiguous', {}],
    ['two site columns', '站点,断面,时间,PM2.5\n甲,乙,2025-01-01,1', 'column-ambiguous', {}],
    ['another dimension', '站点,时间,CO(ppm)\n甲,2025-01-01,1', 'unit-unknown', {}],
    [
      'midnight or day',
      '时间,站点,SO2\n2025-01-01 00:00,甲,1\n2025-01-02 00:00,甲,1',
      'interval-ambiguous',
      {},
    ],
    ['a bad date', '站点,PM2.5\n甲,1', 'option-invalid', { date: '01/02/2025' }],
    ['an hour column without its day', '小时,站点,PM2.5\n8,甲,1', 'no-time-column', {}],
  ])('%s', (_, text, expected, options) => {
    expect(summary(text, options)).toBe(expected);
  });

  test('a site of the request that is not registered', () => {
    const head = [{ line: 1, cells: ['时间', 'PM2.5'] }];
    const result = recogniseLayout(head, fakeLookup(['石炭沟']), { site: '石炭河' });
    expect(result).toMatchObject({
      ok: false,
      rejected: [{ code: 'site-unknown', column: 'site', params: { near: '（相近的有：石炭沟）' } }],
    });
  });

  test('says what is missing and what was seen', () => {
    expect(recognise('站点,时间,备注\n甲,2025-01-01,无')).toMatchObject({
      rejected: [{ line: 1, params: { needed: '监测项目或指标的列', seen: '站点、时间、备注' } }],
    });
  });
});

test('ignored columns and assumptions are listed and lower the confidence', () => {
  const result = recognise('日报,,,,\n城市,日期,排名,O3,\n甲,2025-01-01,3,4,');
  expect(result.ok && result.plan).toMatchObject({
    headerLine: 2,
    ignored: [
      { position: 2, header: '排名' },
      { position: 4, header: '第 5 列' },
    ],
    assumptions: [
      { code: 'assumed-title-rows' },
      { code: 'assumed-area-as-site' },
      { code: 'assumed-daily-o3' },
    ],
    confidence: 0.51,
  });
});
