import { expect, test } from '@jest/globals';
import { convertUnit, looksLikeUnit } from './unit.js';

test.each([
  ['μg/m³', 'µg/m³', '1'],
  ['ug/m3', 'µg/m³', '1'],
  ['㎍/㎥', 'µg/m³', '1'],
  ['UG/M^3', 'µg/m³', '1'],
  ['微克/立方米', 'µg/m³', '1'],
  ['ug/m3', 'mg/m³', '0.001'],
  ['mg/m3', 'µg/m³', '1000'],
  ['ug/L', 'mg/L', '0.001'],
  ['mg/m³', 'mg/L', '0.001'],
  ['亩', '万亩', '0.0001'],
  ['公顷', '万亩', '0.0015'],
  ['‰', '%', '0.1'],
  ['％', '%', '1'],
  ['MPN/100mL', '个/L', '10'],
  ['万个/L', 'cells/L', '10000'],
  ['mS/m', 'µS/cm', '10'],
  ['家', '家', '1'],
  ['无量纲', '', '1'],
])('%s to %s', (from, to, factor) => {
  const conversion = convertUnit(from, to);
  expect(conversion === undefined ? undefined : (conversion.factor?.toFixed() ?? '1')).toBe(factor);
});

test.each([
  ['ppm', 'µg/m³'],
  ['ppb', 'mg/m³'],
  ['mg/L', '%'],
  ['亩', '公顷'],
  ['个', '万亩'],
  ['furlong', 'mg/L'],
])('%s cannot become %s', (from, to) => {
  expect(convertUnit(from, to)).toBeUndefined();
});

test.each([
  ['mg/L', true],
  ['kg/h', true],
  ['ppm', true],
  ['%', true],
  ['8小时', false],
  ['无量纲', false],
  ['以N计', false],
  ['日均/月均', false],
])('%s looks like a unit: %s', (text, expected) => {
  expect(looksLikeUnit(text)).toBe(expected);
});
