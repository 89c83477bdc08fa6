import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBytes, type DecodedFile } from './decodeBytes.js';
import { fakeLookup, indicatorFixtures } from './indicators.fixture.js';
import { listSynonyms } from './listSynonyms.js';
import { structuralSynonyms } from './structuralSynonyms.js';

interface Column {
  /** Any of these names means the same: a line of the table of column names, or an indicator's names. */
  readonly names: readonly string[];
  readonly cells: readonly string[];
  readonly units?: readonly string[];
  /** Without it the table cannot be read as what it is. */
  readonly needed?: boolean;
}

interface Table {
  readonly layout: string;
  readonly columns: readonly Column[];
}

const like = (name: string): readonly string[] =>
  structuralSynonyms.find(({ names }) => names.includes(name))?.names ?? [];
const likeOfList = (role: string): readonly string[] =>
  listSynonyms.find((each) => each.role === role)?.names ?? [];
const item = (code: string): readonly string[] =>
  indicatorFixtures.find((indicator) => indicator.code === code)?.synonyms ?? [];
const only = (names: readonly string[], pattern: RegExp): readonly string[] =>
  names.filter((name) => pattern.test(name));

const sites = ['甲', '乙', '河西镇', '王团镇'];
const mg = ['mg/L', 'mg/l', '毫克/升'];

const tables: Readonly<Record<string, Table>> = {
  'hourly wide': {
    layout: 'wide',
    columns: [
      { names: like('监测时间'), cells: ['2025-01-01 08:00', '2025-01-01 24:00', '2025年1月2日 3时'], needed: true },
      { names: like('站点'), cells: ['甲', '乙', '甲'], needed: true },
      { names: item('pm10'), cells: ['70', '--', '55'], units: ['μg/m³', 'ug/m3'] },
      { names: item('so2'), cells: ['7', '8', ''], units: ['μg/m³', 'ug/m3'] },
      { names: like('aqi'), cells: ['60', '', '53'] },
      { names: like('首要污染物'), cells: ['PM10', '', '—'] },
    ],
  },
  'hourly wide with date and hour': {
    layout: 'wide',
    columns: [
      { names: only(like('日期'), /^(?!.*time)/), cells: ['2025-01-01', '20250101', '2025/1/2'], needed: true },
      { names: like('小时'), cells: ['1', '24', '0'] },
      { names: like('站点编码'), cells: ['甲', '乙', '甲'], needed: true },
      { names: item('no2'), cells: ['30', '31', '32'] },
    ],
  },
  'monthly water sections': {
    layout: 'water-sections',
    columns: [
      { names: like('断面名称'), cells: ['甲', '乙', '甲'], needed: true },
      { names: like('年月'), cells: ['2025-01', '2025-01', '2025年2月'], needed: true },
      { names: like('水质类别'), cells: ['Ⅲ', '劣Ⅴ', '4'] },
      { names: item('codmn'), cells: ['3.1', '0.5L', '—'], units: mg },
      { names: item('tn'), cells: ['1', '2', '3'], units: mg },
      { names: like('站点情况'), cells: ['正常', '', '运行'] },
    ],
  },
  'water sections of classes alone': {
    layout: 'water-sections',
    columns: [
      { names: like('断面名称'), cells: ['甲', '乙', '甲'], needed: true },
      { names: like('监测时间'), cells: ['2025-01-05', '2025-01-06', '2025-02-07'], needed: true },
      { names: like('水质类别'), cells: ['Ⅱ', 'IV', '五类'], needed: true },
    ],
  },
  'township rates, an indicator a row': {
    layout: 'township-rates',
    columns: [
      { names: like('乡镇'), cells: ['河西镇', '王团镇', '河西镇'] },
      { names: only(like('期间'), /^(?!截)/), cells: ['2024Q1', '2024上半年', '2024'], needed: true },
      { names: like('指标'), cells: ['秸秆综合利用率', '残膜回收率', '秸秆综合利用率'], needed: true },
      { names: like('数值'), cells: ['91.2', '85', '88'], needed: true },
      { names: like('单位'), cells: ['%', '％', ''] },
      { names: like('分子'), cells: ['912', '', '88'] },
      { names: like('分母'), cells: ['1000', '', '100'] },
      { names: like('佐证'), cells: ['文一', '', '文二'] },
    ],
  },
  'county figures, an indicator a row': {
    layout: 'county-figures',
    columns: [
      { names: like('年度'), cells: ['2024', '2024', '2023'], needed: true },
      { names: like('指标'), cells: ['草原修复治理面积', '联网油气回收在线监控设备', '草原修复治理'], needed: true },
      { names: like('数值'), cells: ['1.5', '12', '1'], needed: true },
      { names: like('单位'), cells: ['万亩', '家', ''] },
      { names: like('佐证'), cells: ['文一', '文二', ''] },
    ],
  },
  'county figures, a column each': {
    layout: 'county-figures',
    columns: [
      { names: only(like('期间'), /^(?!截)/), cells: ['2024-03', '2024-04', '2024-05'], needed: true },
      { names: item('straw_utilisation_rate'), cells: ['80', '81', '82'], units: ['%'] },
      { names: item('film_recovery_rate'), cells: ['70', '', '72'], units: ['%'] },
    ],
  },
  'dust periods': {
    layout: 'dust-periods',
    columns: [
      { names: likeOfList('start'), cells: ['2024-03-05 08:00', '2024-03-09', '2024-04-01'], needed: true },
      { names: likeOfList('end'), cells: ['2024-03-06 08:00', '2024-03-10', '2024-04-01'], needed: true },
      { names: only(likeOfList('document'), /文|依据/), cells: ['环监〔2024〕1号', '2号', '3号'], needed: true },
      { names: only(likeOfList('note'), /^(?!备注)/), cells: ['沙尘', '扬沙', ''] },
    ],
  },
  'a site list': {
    layout: 'site-list',
    columns: [
      { names: only(likeOfList('name'), /名称$/), cells: ['丙断面', '丁站', '戊镇'], needed: true },
      { names: likeOfList('kind'), cells: ['河流断面', '空气站', '乡镇'], needed: true },
      { names: only(likeOfList('code'), /编码|代码|编号|code/), cells: ['C1', 'D1', 'E1'] },
      { names: likeOfList('aliases'), cells: ['旧丙', '', ''] },
      { names: likeOfList('longitude'), cells: ['105.6', '', '105.7'] },
      { names: likeOfList('latitude'), cells: ['37.1', '', '37.2'] },
    ],
  },
}; // prettier-ignore

// Names with 截至 are left out above: they say that figures run up to the day, which is another figure.
const fullWidth = (text: string) =>
  text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

function headerOf({ names, units }: Column): fc.Arbitrary<string> {
  const brackets = fc.constantFrom(['(', ')'], ['（', '）'], ['[', ']'], ['【', '】']);
  return fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(undefined, ...(units ?? [])), brackets, fc.boolean())
    .map(([name, unit, [open = '', close = ''], wide]) => {
      const shown = wide ? fullWidth(name) : name.toUpperCase();
      return unit === undefined ? shown : `${shown}${open}${unit}${close}`;
    });
}

/** Columns in any order under any of their names, perhaps with one that nobody knows. */
function dress({ columns }: Table): fc.Arbitrary<{ order: number[]; headers: string[]; extraAt: number }> {
  const indexes = columns.map((_, index) => index);
  return fc.record({
    order: fc.shuffledSubarray(indexes, { minLength: indexes.length }),
    headers: fc.tuple(...columns.map(headerOf)),
    extraAt: fc.integer({ min: -1, max: columns.length }),
  });
}

function write({ columns }: Table, order: readonly number[], headers: readonly string[], extraAt = -1): Buffer {
  const line = (texts: string[], extra: string) => {
    if (extraAt >= 0) texts.splice(Math.min(extraAt, texts.length), 0, extra);
    return texts.join(',');
  };
  const rows = [0, 1, 2].map((row) => order.map((index) => columns[index]?.cells[row] ?? ''));
  return Buffer.from(
    [line(order.map((index) => headers[index] ?? ''), '附注栏'), ...rows.map((cells) => line(cells, '9'))].join('\n'),
  );
} // prettier-ignore

const decode = (bytes: Buffer): Promise<DecodedFile> =>
  decodeBytes(bytes, fakeLookup(sites), { lists: true });

function stored({ readings, series, reports, published, dustPeriods, sites: listed }: DecodedFile): string[] {
  const plain = readings.map((reading) => ({
    ...reading,
    notes: reading.notes.map((note) => JSON.stringify(note)).sort(),
  }));
  const all = [...plain, ...series, ...reports, ...published, ...dustPeriods, ...listed];
  return all.map((each) => JSON.stringify(each)).sort();
}

/** Each figure by itself, so that a table without some of its columns can be compared with the whole. */
function figures({
  readings,
  series,
  reports,
  published,
  dustPeriods,
  sites: listed,
}: DecodedFile): string[] {
  return [
    ...readings.flatMap(({ family, siteId, ts, values }) =>
      values.flatMap((value, i) => (value === null ? [] : [`${family} ${siteId} ${ts} ${i} ${value}`])),
    ),
    ...[...series, ...published].map((each) => JSON.stringify(each)),
    ...reports.map(({ indicator, siteId, periodKind, periodStart, periodEnd, value }) =>
      [indicator, siteId, periodKind, periodStart, periodEnd, value].join(' '),
    ),
    ...dustPeriods.map(({ start, end, document }) => `${start} ${end} ${document}`),
    ...listed.map(({ name, kind }) => `${name} ${kind}`),
  ];
}

describe.each(Object.entries(tables))('%s', (_, table) => {
  const indexes = table.columns.map((_column, index) => index);
  const plain = write(
    table,
    indexes,
    table.columns.map(({ names }) => names[0] ?? ''),
  );

  test('reads', async () => {
    const decoded = await decode(plain);
    expect([decoded.refused, decoded.rejected]).toEqual([[], []]);
    expect(decoded.plan).toMatchObject({ layout: table.layout, confidence: 1 });
    expect(figures(decoded).length).toBeGreaterThanOrEqual(3);
  });

  test('in any order, under any names, beside an unknown column it gives the same or says why not', async () => {
    const expected = stored(await decode(plain));
    await fc.assert(
      fc.asyncProperty(dress(table), async ({ order, headers, extraAt }) => {
        const decoded = await decode(write(table, order, headers, extraAt));
        expect([headers, decoded.refused]).toEqual([headers, []]);
        expect(stored(decoded)).toEqual(expected);
        expect(decoded.plan?.ignored.map(({ header }) => header)).toEqual(extraAt < 0 ? [] : ['附注栏']);
      }),
      { numRuns: 120 },
    );
  });

  test('without some columns: fewer figures, or a fault; never another figure', async () => {
    const whole = await decode(plain);
    const known = new Set(figures(whole));
    await fc.assert(
      fc.asyncProperty(
        dress(table),
        fc.subarray(indexes, { minLength: 1, maxLength: indexes.length - 1 }),
        async ({ order, headers }, kept) => {
          const decoded = await decode(write(table, order.filter((index) => kept.includes(index)), headers));
          const lacks = table.columns.some(({ needed }, index) => needed === true && !kept.includes(index));
          if (lacks) expect([headers, decoded.plan?.layout !== table.layout || decoded.refused.length > 0]).toEqual([headers, true]);
          if (decoded.plan === undefined) {
            expect(decoded.refused.length).toBeGreaterThan(0);
            return;
          }
          // Of another kind or interval, which the report states: hours without their hour are days, for one.
          const { layout, interval } = decoded.plan;
          if (layout !== table.layout || interval !== whole.plan?.interval) return;
          for (const figure of figures(decoded)) expect(known).toContain(figure);
        },
      ),
      { numRuns: 120 },
    );
  }); // prettier-ignore
});
