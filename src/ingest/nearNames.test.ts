import { expect, test } from '@jest/globals';
import { formatMessage } from '../domain/messages.js';
import { nearParams } from './decode/planParts.js';
import { createNearNames } from './nearNames.js';

const near = createNearNames([
  { name: '贺兰山马莲口', aliases: [] },
  { name: '水乡路', aliases: [] },
  { name: '银湖巷(直管站)', aliases: [] },
  { name: '文昌北街', aliases: ['老城区站'] },
  { name: '沙湖旅游区(对照点)', aliases: [] },
]);

test.each([
  ['贺兰山马莲口(对照点)', '贺兰山马莲口'],
  ['贺兰山马莲口（对照点）', '贺兰山马莲口'],
  ['贺兰山马莲口对照点', '贺兰山马莲口'],
  ['水乡路(直管站)', '水乡路'],
  ['水乡路直管站', '水乡路'],
  ['银湖巷', '银湖巷(直管站)'],
  ['沙湖旅游区', '沙湖旅游区(对照点)'],
  ['对照点', '沙湖旅游区(对照点)'],
  ['直管站', '银湖巷(直管站)'],
  ['老城区', '文昌北街'],
])('%s → %s', (text, name) => {
  expect(near(text)[0]).toBe(name);
});

test('nothing resembles a strange name', () => {
  expect(near('火星基地')).toEqual([]);
});

test('the message names them in both languages, and an old one too', () => {
  const params = { value: '水乡路(直管站)', ...nearParams(near('水乡路(直管站)')) };
  expect(formatMessage('site-unknown', 'zh', params)).toContain('（相近的有：水乡路');
  expect(formatMessage('site-unknown', 'en', params)).toMatch(/\(similar: 水乡路/);
  expect(formatMessage('site-unknown', 'en', params)).not.toContain('相近');
  expect(formatMessage('site-unknown', 'en', { value: '甲', near: '' })).toBe('No such site: "甲"');
});
