import { expect, test } from '@jest/globals';
import { fakeLookup } from './decode/indicators.fixture.js';
import { isPlausibleSiteName } from './plausibleSiteName.js';

const lookup = fakeLookup([]);

test.each([
  '1001A', '城关站', '贺兰山马莲口(对照点)', '河西镇', '3号井', '107国道桥', '12月河断面', 'Tongxin No. 2', '水乡路（直管站）',
])('%s may be a site', (name) => {
  expect(isPlausibleSiteName(name, lookup)).toBe(true);
}); // prettier-ignore

test.each([
  '', ' ', '站', '12', '12.5', '-3', '2024-05-01', '2024/5/1 08:00', '2024年5月1日', '5月1日', '2024年5月', '08:00', '35μg/m³', '99.5%',
  '合计', '平均', '平均值', '全县平均', '备注', '注：以上为审核数据', '—', '/', 'ND', '<0.02', '=cmd|x', '@甲站', 'PM2.5', '日期', '甲\u0007站',
  '甲\n站', '甲\u202e站', '长'.repeat(61),
])('%j is none', (name) => {
  expect(isPlausibleSiteName(name, lookup)).toBe(false);
}); // prettier-ignore
