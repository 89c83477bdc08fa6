import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBytes } from './decodeBytes.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import type { DecodedText } from './decodeText.fixture.js';
import { fakeLookup } from './indicators.fixture.js';

interface Column {
  /** Any of these names means the same. */
  readonly names: readonly string[];
  readonly cells: readonly string[];
  readonly units?: readonly string[];
}

interface Table {
  readonly layout: string;
  readonly columns: readonly Column[];
  /** What missing columns are called in the rejection; items may be missing without a fault. */
  readonly needed: Readonly<Record<number, string>>;
}

const sites = ['甲', '乙', '河西镇', '王团镇'];
const ug = ['μg/m³', 'ug/m3', '㎍/㎥', 'µg/m^3'];
const mg = ['mg/L', 'mg/l', '毫克/升'];
const tables: readonly Table[] = [
  {
    layout: 'wide',
    columns: [
      { names: ['监测时间', '时间', '采样时间', 'datetime', '数据时间'], cells: ['2025-01-01 08:00', '2025-01-01 09:00', '2025/1/1 10:00'] },
      { names: ['站点', '点位名称', '监测点', 'station'], cells: ['甲', '乙', '甲'] },
      { names: ['PM2.5', 'pm25', '细颗粒物', 'PM₂.₅', 'pm2_5'], cells: ['35', '--', '7.5'], units: ug },
      { names: ['CO', '一氧化碳'], cells: ['0.8', '1', 'NaN'], units: ['mg/m³', 'mg/m3', '毫克/立方米'] },
      { names: ['AQI', '空气质量指数'], cells: ['50', '', '12'] },
    ],
    needed: { 0: 'no-time-column', 1: 'no-site-column' },
  },
  {
    layout: 'water-sections',
    columns: [
      { names: ['断面名称', '断面', '监测断面'], cells: ['甲', '乙', '甲'] },
      { names: ['监测时间', '采样时间', '时间'], cells: ['2025-01-01 08:20', '2025-01-01 12:00', '2025-01-02 08:00'] },
      { names: ['水质类别', '水质等级'], cells: ['Ⅱ', '*', '劣Ⅴ'] },
      { names: ['氨氮', 'NH3-N', 'nh3n'], cells: ['0.025L', '1', '<0.02'], units: mg },
      { names: ['总磷', 'TP'], cells: ['0.1', '0.2', '—'], units: mg },
    ],
    needed: { 0: 'no-site-column', 1: 'no-time-column' },
  },
  {
    layout: 'long',
    columns: [
      { names: ['站点', '点位名称', '监测点'], cells: ['甲', '乙', '甲'] },
      { names: ['时间', '监测时间', 'datetime'], cells: ['2025-01-01 08:00', '2025-01-01 08:00', '2025-01-01 09:00'] },
      { names: ['指标', '监测项目', 'parameter'], cells: ['PM2.5', '一氧化碳', 'AQI'] },
      { names: ['数值', '监测值', 'value', '浓度'], cells: ['35', '300', '50'] },
      { names: ['单位', 'unit'], cells: ['μg/m³', 'ug/m3', ''] },
    ],
    needed: { 0: 'no-site-column', 1: 'no-time-column', 2: 'layout-unknown', 3: 'layout-unknown' },
  },
  {
    layout: 'township-rates',
    columns: [
      { names: ['乡镇', '乡（镇）', '乡镇名称', 'township'], cells: ['河西镇', '王团镇', '河西镇'] },
      { names: ['年度', '期间', '年份', '统计年度'], cells: ['2024', '2024', '2023'] },
      { names: ['秸秆综合利用率', '农作物秸秆综合利用率'], cells: ['91.2', '88', '--'], units: ['%', '％'] },
      { names: ['残膜回收率', '农膜回收率'], cells: ['90', '', '85'], units: ['%', '％'] },
    ],
    needed: { 1: 'no-time-column' },
  },
  {
    layout: 'wide-by-site',
    columns: [
      { names: ['date', '日期', '监测日期'], cells: ['20250101', '20250101', '20250101'] },
      { names: ['hour', '小时', '时'], cells: ['1', '2', '24'] },
      { names: ['type', '指标', '监测项目'], cells: ['PM2.5', 'CO', 'AQI'] },
      { names: ['甲'], cells: ['35', '0.8', '50'] },
      { names: ['乙'], cells: ['12', '', 'NaN'] },
    ],
    needed: { 0: 'no-time-column', 2: 'layout-unknown' },
  },
]; // prettier-ignore

const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

/** One way to write a column's header: a synonym, perhaps in full width, perhaps with its unit. */
function headerOf(column: Column): fc.Arbitrary<string> {
  const named = fc
    .tuple(fc.constantFrom(...column.names), fc.constantFrom('', ' ', '\u3000'))
    .map(([name, blank]) => blank + name + blank);
  const unit = fc.constantFrom(undefined, ...(column.units ?? []));
  const brackets = fc.constantFrom(['(', ')'], ['（', '）'], ['[', ']']);
  return fc
    .tuple(named, unit, brackets, fc.boolean())
    .map(([name, chosen, [open = '', close = ''], wide]) => {
      const plain = name.includes('₂') || !wide ? name : fullWidth(name);
      return chosen === undefined ? plain : `${plain.trimEnd()}${open}${chosen}${close}`;
    });
}

interface Dress {
  readonly order: readonly number[];
  readonly headers: readonly string[];
  readonly titles: number;
  readonly bom: boolean;
  readonly newline: string;
  readonly quoted: boolean;
  readonly delimiter: string;
  readonly ending: boolean;
}

function dressOf({ columns }: Table): fc.Arbitrary<Dress> {
  const indexes = columns.map((_, i) => i);
  return fc.record({
    order: fc.shuffledSubarray(indexes, { minLength: indexes.length }),
    headers: fc.tuple(...columns.map(headerOf)),
    titles: fc.integer({ min: 0, max: 3 }),
    bom: fc.boolean(),
    newline: fc.constantFrom('\n', '\r\n'),
    quoted: fc.boolean(),
    delimiter: fc.constantFrom(',', ';', '\t', '|', '||'),
    ending: fc.boolean(),
  });
}

const extra = { header: '附注栏', cells: ['x', '9', '2024-01-01'] };

function write({ columns }: Table, dress: Dress, withExtra: boolean): Buffer {
  const { order, headers, titles, delimiter, newline, quoted } = dress;
  const cell = (text: string) => (quoted ? `"${text}"` : text);
  const line = (cells: readonly string[]) => cells.map(cell).join(delimiter);
  const width = order.length + (withExtra ? 1 : 0);
  const rows = [
    ...Array.from({ length: titles }, (_, i) => [
      `监测结果统计表 ${i + 1}`,
      ...new Array<string>(width - 1).fill(''),
    ]),
    [...order.map((i) => headers[i] ?? ''), ...(withExtra ? [extra.header] : [])],
    ...[0, 1, 2].map((row) => [
      ...order.map((i) => columns[i]?.cells[row] ?? ''),
      ...(withExtra ? [extra.cells[row] ?? ''] : []),
    ]),
  ];
  return Buffer.from(
    (dress.bom ? '\ufeff' : '') + rows.map(line).join(newline) + (dress.ending ? newline : ''),
  );
}

/** All that is stored, without lines and in an order of its own. */
function stored(decoded: DecodedText): string[] {
  const { readings, series, reports, published } = decoded;
  return [
    ...readings.map((reading) => ({
      ...reading,
      notes: reading.notes.map((note) => JSON.stringify(note)).sort(),
    })),
    ...series,
    ...reports,
    ...published,
  ]
    .map((each) => JSON.stringify({ ...each, line: 0 }))
    .sort();
}

const decode = (bytes: Uint8Array, options: DecodeOptions = {}, lookup: DecodeLookup = fakeLookup(sites)) =>
  decodeBytes(bytes, lookup, options);
const plainDress = ({ columns }: Table): Dress => ({
  order: columns.map((_, i) => i),
  headers: columns.map(({ names }) => names[0] ?? ''),
  titles: 0,
  bom: false,
  newline: '\n',
  quoted: false,
  delimiter: ',',
  ending: true,
});

describe.each(tables.map((table) => [table.layout, table] as const))('%s', (layout, table) => {
  test('reads', async () => {
    const decoded = await decode(write(table, plainDress(table), false));
    expect(decoded.plan).toMatchObject({ layout, confidence: 1 });
    expect(stored(decoded).length).toBeGreaterThan(1);
    expect(decoded.rejected).toEqual([]);
  });

  test('permuted, renamed and dressed tables give the same', async () => {
    const expected = stored(await decode(write(table, plainDress(table), false)));
    await fc.assert(
      fc.asyncProperty(dressOf(table), async (dress) => {
        const decoded = await decode(write(table, dress, false));
        expect(decoded.refused).toEqual([]);
        expect(stored(decoded)).toEqual(expected);
        expect(decoded.plan?.assumptions.map(({ code }) => code)).toEqual(
          dress.titles > 0 ? ['assumed-title-rows'] : [],
        );
      }),
      { numRuns: 150 },
    );
  });

  test('an extra column is listed as ignored, or refused where it could be a site', async () => {
    const expected = stored(await decode(write(table, plainDress(table), false)));
    await fc.assert(
      fc.asyncProperty(dressOf(table), async (dress) => {
        const decoded = await decode(write(table, dress, true));
        if (layout === 'wide-by-site') {
          expect(decoded.refused.map(({ code, column }) => [code, column])).toEqual([
            ['site-column-unknown', extra.header],
          ]);
          return;
        }
        expect(decoded.plan?.ignored.map(({ header }) => header)).toEqual([extra.header]);
        expect(stored(decoded)).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test('a missing column gives fewer values or a precise rejection, never other values', async () => {
    const expected = await decode(write(table, plainDress(table), false));
    await fc.assert(
      fc.asyncProperty(dressOf(table), fc.nat({ max: table.columns.length - 1 }), async (dress, missing) => {
        const order = dress.order.filter((index) => index !== missing);
        const decoded = await decode(write(table, { ...dress, order }, false));
        const code = table.needed[missing];
        if (code !== undefined) {
          expect(decoded.refused.map((each) => each.code)).toEqual([code]);
          expect(stored(decoded)).toEqual([]);
          return;
        }
        expectPartOf(decoded, expected, layout);
      }),
      { numRuns: 100 },
    );
  });
});

/** Every value is one of the whole table's; whoever lacks the hour or the unit column must say so or be refused. */
function expectPartOf(decoded: DecodedText, whole: DecodedText, layout: string): void {
  if (decoded.plan === undefined || decoded.refused.length > 0) {
    expect(decoded.refused.length).toBeGreaterThan(0);
    return;
  }
  if (decoded.plan.layout !== layout || decoded.plan.interval !== whole.plan?.interval) {
    // Without the hour column these are days, without the township figures of the county: said by the plan.
    expect(['wide-by-site day', 'county-figures period']).toContain(
      `${decoded.plan.layout} ${decoded.plan.interval}`,
    );
    return;
  }
  const known = new Set(
    whole.readings.flatMap(({ siteId, ts, values }) =>
      values.map((value, i) => `${siteId} ${ts} ${i} ${value}`),
    ),
  );
  for (const { siteId, ts, values } of decoded.readings) {
    values.forEach((value, i) => {
      if (value !== null && layout !== 'long') expect(known).toContain(`${siteId} ${ts} ${i} ${value}`);
    });
  }
  const reports = new Set(whole.reports.map((report) => JSON.stringify({ ...report, line: 0 })));
  for (const report of decoded.reports) expect(reports).toContain(JSON.stringify({ ...report, line: 0 }));
}

test("the bureau's own names go before the built-in ones", async () => {
  const table = '测站,何时,细颗粒,类型\n甲,2025-01-01 08:00,35,国控\n';
  const plain = await decode(Buffer.from(table));
  expect(plain.refused.map(({ code }) => code)).toEqual(['layout-unknown']);
  const lookup: DecodeLookup = {
    ...fakeLookup(sites),
    findIndicator: (name) => fakeLookup().findIndicator(name === '细颗粒' ? 'pm25' : name),
    findStructural: (name) =>
      (
        ({
          测站: { role: 'site', rank: 0 },
          何时: { role: 'datetime', rank: 0 },
          类型: { role: 'evidence', rank: 9 },
        }) as const
      )[name],
  };
  const decoded = await decode(Buffer.from(table), {}, lookup);
  expect(decoded.plan).toMatchObject({ layout: 'wide', interval: 'hour' });
  expect(decoded.readings).toHaveLength(1);
  const list = await decode(
    Buffer.from('起点,终点,批文\n2024-03-05,2024-03-06,A\n'),
    { lists: true },
    {
      ...lookup,
      findStructural: (name) =>
        (({ 起点: { role: 'start' }, 终点: { role: 'end' }, 批文: { role: 'document' } }) as const)[name],
    },
  );
  expect(list.dustPeriods).toHaveLength(1);
});

test('bytes flipped anywhere never make the decoder throw', async () => {
  const table = tables[0];
  if (table === undefined) throw new Error('no table');
  const flips = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(dressOf(table), flips, fc.boolean(), async (dress, changes, asked) => {
      const bytes = write(table, dress, true);
      for (const [at, value] of changes) bytes[at % bytes.length] = value;
      const decoded = await decode(bytes, { serialDates: asked, fillDownDates: asked, lists: asked });
      expect(decoded.rowsRejected).toBeLessThanOrEqual(decoded.rowsRead);
    }),
    { numRuns: 300 },
  );
});
