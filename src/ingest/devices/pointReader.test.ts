import { expect, test } from '@jest/globals';
import { deviceSourceSchema, type DeviceSource } from '../../domain/deviceSource.js';
import type { Indicator } from '../../domain/indicator.js';
import { createDeviceLookup } from './deviceLookup.js';
import { PointReader } from './pointReader.js';

const noon = Date.parse('2024-05-01T12:00:00+08:00');
const seconds = noon / 1000;

function indicator(code: string, medium: 'air' | 'water', unit: string, bounds: number[]): Indicator {
  const [possibleMin, plausibleMin, plausibleMax, possibleMax] = bounds as [number, number, number, number];
  const names = { code, nameZh: code, nameEn: code, unit, decimals: 1, medium };
  return { ...names, plausibleMin, plausibleMax, possibleMin, possibleMax, synonyms: [code] };
}

const indicators = [
  indicator('pm25', 'air', 'µg/m³', [-10, 0, 800, 5000]),
  indicator('pm10', 'air', 'µg/m³', [-10, 0, 2000, 10000]),
  indicator('co', 'air', 'mg/m³', [-1, 0, 15, 150]),
  indicator('wt', 'water', '℃', [-5, 0, 35, 60]),
];

function readerOf(changes: Partial<DeviceSource> = {}) {
  const definitions = [
    { code: 'air', nameZh: '空气', measurements: ['air', 'probe*'], siteTags: ['site', 'station'], medium: 'air', ignoredFields: ['battery'], interval: 'hour', label: 'end', ...changes },
    { code: 'water', nameZh: '水', measurements: ['water'], siteTags: ['site'], medium: 'water', fields: { temp: { indicator: 'wt' } }, interval: 'instant', label: 'start' },
  ].map((definition) => deviceSourceSchema.parse(definition)); // prettier-ignore
  const sites = new Map([['S1', 1], ['S2', 2], ['水口', 3]]); // prettier-ignore
  const lookup = createDeviceLookup(
    definitions,
    indicators,
    {
      findSite: (name, day) => {
        if (name === 'moved' && day !== undefined) return site(day < '2024-05-01' ? 1 : 2);
        return sites.has(name) ? site(sites.get(name)!) : undefined;
      },
      sitePeriods: (name) => (name === 'moved' ? [{ site: site(1), from: null, to: '2024-05-01' }] : []),
      nearSites: (name) => (name === 'S3' ? ['S1'] : []),
    },
    { range: true, inversionMargin: 0 },
  );
  return new PointReader(lookup);
}

const site = (id: number) => ({ id, code: `S${id}`, name: `S${id}`, kind: 'air-station' }) as const;

function read(text: string, changes: Partial<DeviceSource> = {}, precision: 's' | 'ns' = 's') {
  const { batches, notes, problems, ...rest } = readerOf(changes).read(
    Buffer.from(text),
    precision,
    noon + 5_000,
  );
  const rows = batches.flatMap((batch) =>
    Array.from({ length: batch.size }, (_, row) => ({
      family: batch.family,
      site: batch.siteAt(row),
      time: new Date(batch.tsAt(row)).toISOString(),
      values: Object.fromEntries(
        batch.table.columns.flatMap((column, index): [string, number][] => {
          const value = batch.valueAt(row, index);
          return Number.isNaN(value) ? [] : [[column, value]];
        }),
      ),
    })),
  );
  return { rows, notes: [...notes.values()].flat(), problems: problems.map(({ line, column, code }) => [line, column, code]), ...rest }; // prettier-ignore
}

test('a line becomes a row of the hour that its time ends', () => {
  const { rows, goodLines, problemCount } = read(
    `air,site=S1 pm25=12.5,PM2.5=13,pm10=40i,battery="ok" ${seconds}`,
  );
  expect(rows).toEqual([
    { family: 'air_hour', site: 1, time: '2024-05-01T03:00:00.000Z', values: { pm25: 13, pm10: 40 } },
  ]);
  expect([goodLines, problemCount]).toEqual([1, 0]);
});

test('the convention of the label belongs to the source', () => {
  expect(read(`air,site=S1 pm25=1 ${seconds}`, { label: 'start' }).rows[0]!.time).toBe(
    '2024-05-01T04:00:00.000Z',
  );
});

test('minutes that come late are those of their minute; without a time it is that of arrival', () => {
  const minute = { interval: 'minute', label: 'start' } as const;
  const { rows } = read(`air,site=S1 pm25=1 ${seconds + 61}\nair,site=S2 pm25=2`, minute);
  expect(rows.map(({ family, time }) => [family, time])).toEqual([
    ['air_minute', '2024-05-01T04:01:00.000Z'],
    ['air_minute', '2024-05-01T04:00:00.000Z'],
  ]);
});

test('units are converted without the noise of binary fractions', () => {
  const fields = { c: { indicator: 'co', unit: 'µg/m³' } };
  expect(read(`air,site=S1 c=1234.7 ${seconds}`, { fields }).rows[0]!.values).toEqual({ co: 1.2347 });
});

test('an item that a tag names', () => {
  const item = { tag: 'item', field: 'value' };
  const text = `air,site=S1,item=pm25 value=7 ${seconds}\nair,site=S1,item=dust value=7 ${seconds}`;
  const { rows, problems, quarantined } = read(text, { item });
  expect(rows[0]!.values).toEqual({ pm25: 7 });
  expect(problems).toEqual([[2, 23, 'device-unknown-field']]);
  expect(quarantined.map(({ subject }) => subject)).toEqual(['dust']);
});

test('a name means the site that bore it at the time of the reading', () => {
  const before = seconds - 86_400;
  const { rows } = read(`air,site=moved pm25=1 ${before}\nair,site=moved pm25=2 ${seconds}`);
  expect(rows.map((row) => row.site)).toEqual([1, 2]);
});

test.each([
  ['air,site=S3 pm25=1 T', 'device-unknown-site', ['S3']],
  ['soil,site=S1 pm25=1 T', 'device-unknown-measurement', ['soil']],
  ['air,room=S1 pm25=1 T', 'device-no-site', ['air']],
  ['air,site=S1 dust=1 T', 'device-unknown-field', ['dust']],
  ['air,site=S1 pm25="low" T', 'device-not-a-number', []],
  ['air,site=S1 pm25=true T', 'device-not-a-number', []],
  ['air,site=S1 pm25=5001 T', 'device-impossible', []],
  ['air,site=S1 pm25=1', 'device-time-missing', []],
  [`air,site=S1 pm25=1 ${seconds + 1}`, 'device-time-off', []],
  ['air,site=S1 pm25=1 1', 'device-time-range', []],
  [`air,site=S1 pm25=1 ${seconds + 172_800}`, 'device-time-range', []],
  ['air,site=S1 pm25=abc T', 'line-value-type', []],
])('%s is reported as %s', (line, code, kept) => {
  const good = `air,site=S2 pm25=3 ${seconds}`;
  const { rows, problems, problemCount, quarantined, goodLines } = read(
    `${good}\n${line.replace(/T$/, String(seconds))}\n${good}`,
  );
  expect(problems.map(([at, , found]) => [at, found])).toEqual([[2, code]]);
  expect([problemCount, goodLines, rows.length]).toEqual([1, 2, 1]);
  expect(quarantined.map(({ subject }) => subject)).toEqual(kept);
});

test('the good fields of a line are taken although another is not understood', () => {
  const { rows, goodLines, quarantined } = read(`air,site=S1 pm25=4,dust=1,pm10=9999999 ${seconds}`);
  expect(rows[0]!.values).toEqual({ pm25: 4 });
  expect(goodLines).toBe(0);
  expect(quarantined[0]!.line.toString()).toBe(`air,site=S1 pm25=4,dust=1,pm10=9999999 ${seconds}`);
});

test('what is implausible, and more fine particles than particles, is taken and named', () => {
  const { rows, notes } = read(`air,site=S1 pm25=900,pm10=50 ${seconds}`);
  expect(rows[0]!.values).toEqual({ pm25: 900, pm10: 50 });
  expect(notes.map(({ indicator: code, flag, rule }) => [code, flag, rule])).toEqual([
    ['pm25', 'suspect', 'range,inversion'],
    ['pm10', 'suspect', 'inversion'],
  ]);
});

test('a body that is read bit by bit says what it says at once', () => {
  const lines = [
    'air,site=S1 pm25=10,pm10=9 1714536000',
    'air,site=S1 pm25=x 1714536000',
    '# a remark',
    'air,site=S9 pm25=10 1714536000',
    'water,site=水口 temp=20 1714536001',
    'air,site=S2 co=1 1714532400',
    '',
    'air,site=S2 pm10=9000 1714532400',
  ];
  const body = Buffer.from(lines.join('\n'));
  const reader = readerOf();
  const whole = reader.read(body, 's', noon + 5_000);
  expect([whole.goodLines, whole.problemCount]).toEqual([4, 2]);
  for (const bit of [1, 2, 3, 100]) {
    const reading = reader.open(body, 's', noon + 5_000);
    while (reading.readOn(bit));
    expect(reading.finish()).toEqual(whole);
  }
});
