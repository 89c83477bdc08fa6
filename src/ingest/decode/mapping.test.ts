import { describe, expect, test } from '@jest/globals';
import { formatMend, formatMessage } from '../../domain/messages.js';
import { decodeText, type DecodedText } from './decodeText.fixture.js';
import { fakeLookup } from './indicators.fixture.js';
import { describeMapping, mappingSchema, type Mapping } from './mapping.js';

const linesOf = ({ readings }: DecodedText) =>
  readings.map(({ line, siteId, values }) => [line, siteId, ...values]);
const columns: Mapping['columns'] = [
  { position: 0, role: 'site' },
  { position: 1, role: 'date' },
  { position: 2, role: 'item', indicator: 'pm25' },
  { position: 4, role: 'item', indicator: '一氧化碳', unit: 'ug/m3' },
];
const headless: Mapping = { header: false, columns };
const rows = '甲,2025-01-01,35,x,800\n乙,2025-01-02,12,y,400\n';

describe('files without a header', () => {
  test('are read by the mapping', async () => {
    const decoded = await decodeText(rows, { mapping: headless });
    expect(decoded.plan).toMatchObject({
      layout: 'wide',
      interval: 'day',
      headerLine: 0,
      columnCount: 5,
      confidence: 1,
    });
    expect(decoded.plan?.ignored).toEqual([{ position: 3, header: '第 4 列' }]);
    expect(linesOf(decoded)).toEqual([
      [1, 101, null, null, 0.8, null, null, 35, null],
      [2, 102, null, null, 0.4, null, null, 12, null],
    ]);
  });

  test('faults name the place of the column', async () => {
    const decoded = await decodeText('甲,2025-01-01,a,x,1\n', { mapping: headless });
    expect(decoded.rejected).toMatchObject([{ line: 1, column: '第 3 列', code: 'number-unreadable' }]);
  });

  test('delimiter, year and hour label come from the mapping, the request goes before it', async () => {
    const mapping: Mapping = {
      header: false,
      delimiter: ';',
      year: 2021,
      hourLabel: 'start',
      columns: [
        { position: 0, role: 'site' },
        { position: 1, role: 'datetime' },
        { position: 2, role: 'item', indicator: 'pm25' },
      ],
    };
    const text = '甲,乙;04-01 08:00;35\n';
    const [saved] = (await decodeText(text, { mapping })).readings;
    const [asked] = (await decodeText(text, { mapping, year: 2022, hourLabel: 'end' })).readings;
    expect(saved?.ts).toBe(Date.parse('2021-04-01T00:00:00Z'));
    expect(asked?.ts).toBe(Date.parse('2022-03-31T23:00:00Z'));
  });

  test.each<[string, Mapping, string[]]>([
    [
      'a column that is not there',
      { header: false, columns: [...columns, { position: 9, role: 'published', published: 'aqi' }] },
      ['mapping-column-count 第 10 列'],
    ],
    ['another number of columns', { ...headless, columnCount: 7 }, ['mapping-column-count ']],
    [
      'an unknown indicator',
      { header: false, columns: [...columns.slice(0, 3), { position: 4, role: 'item', indicator: 'h2s' }] },
      ['indicator-unknown 第 5 列'],
    ],
    [
      'no indicator',
      { header: false, columns: [...columns.slice(0, 3), { position: 4, role: 'item' }] },
      ['mapping-invalid mapping'],
    ],
    [
      'no published',
      { header: false, columns: [...columns, { position: 3, role: 'published' }] },
      ['mapping-invalid mapping'],
    ],
    [
      'two sites',
      { header: false, columns: [...columns, { position: 3, role: 'site' }] },
      ['mapping-invalid mapping'],
    ],
    [
      'two times',
      { header: false, columns: [...columns, { position: 3, role: 'datetime' }] },
      ['mapping-invalid mapping'],
    ],
    [
      'a column twice',
      { header: false, columns: [...columns, { position: 2, role: 'evidence' }] },
      ['mapping-invalid mapping'],
    ],
    [
      'two columns of one item',
      { header: false, columns: [...columns, { position: 3, role: 'item', indicator: 'pm2.5' }] },
      ['column-ambiguous 第 3 列（第 3 列）、第 4 列（第 4 列）'],
    ],
    [
      'a unit of another kind',
      {
        header: false,
        columns: [...columns.slice(0, 3), { position: 4, role: 'item', indicator: 'co', unit: 'ppm' }],
      },
      ['unit-unknown 第 5 列'],
    ],
    ['no site', { header: false, columns: columns.slice(1) }, ['no-site-column ']],
    ['no time', { header: false, columns: [columns[0]!, columns[2]!] }, ['no-time-column ']],
    ['no items', { header: false, columns: columns.slice(0, 2) }, ['layout-unknown ']],
    [
      'nonsense',
      { header: false, columns: [{ position: -1, role: 'x' }] } as unknown as Mapping,
      ['mapping-invalid mapping', 'mapping-invalid mapping'],
    ],
    ['a header that is data', { header: true, columns }, ['no-header ']],
  ])('refused: %s', async (_, mapping, codes) => {
    const { refused, readings } = await decodeText(rows, { mapping });
    expect(refused.map(({ code, column }) => `${code} ${column}`)).toEqual(codes);
    expect(readings).toEqual([]);
    for (const { code, params } of refused) {
      for (const language of ['zh', 'en'] as const) {
        expect(formatMessage(code, language, params) + formatMend(code, language, params)).not.toMatch(
          /\{\w+\}/,
        );
      }
    }
  });
});

describe('files with a wrong header', () => {
  const text = '日期,质量等级,AQI,PM2.5,PM10,SO2,城市\n2025-01-01,良,140,297,107,158,甲\n';
  const mapping: Mapping = {
    header: true,
    columns: [
      { position: 0, role: 'date' },
      { position: 4, role: 'item', indicator: 'pm25', header: 'PM10' },
      { position: 5, role: 'item', indicator: 'pm10', header: 'so2' },
      { position: 6, role: 'site' },
    ],
  };

  test('are read by position; what the header must say is checked', async () => {
    const decoded = await decodeText(text, { mapping });
    expect(linesOf(decoded)).toEqual([[2, 101, null, null, null, null, 158, 107, null]]);
    const moved = await decodeText(text.replace('PM10,SO2', 'SO2,PM10'), { mapping });
    expect(
      moved.refused.map(({ code, line, params }) => [code, line, params['expected'], params['actual']]),
    ).toEqual([
      ['mapping-header-differs', 1, 'PM10', 'SO2'],
      ['mapping-header-differs', 1, 'so2', 'PM10'],
    ]);
  });

  test('titles above the header are passed over', async () => {
    expect(linesOf(await decodeText(`月报,,,,,,\n${text}`, { mapping }))).toHaveLength(1);
  });
});

describe('describeMapping', () => {
  test.each([
    ['wide', '监测时间,站点,PM2.5(μg/m³),CO（ug/m3）,空气质量等级,备忘\n2025-01-01 08:00,甲,1,300,优,x\n'],
    ['long', '站点,时间,指标,数值,单位\n甲,2025-01-01 08:00,PM2.5,35,μg/m³\n甲,2025-01-01 08:00,AQI,50,\n'],
    ['water', '断面名称,监测时间,水质类别,氨氮(mg/L),站点情况\n甲,2025-01-01 08:20,Ⅱ,0.025L,维护\n'],
    ['days of ozone', '日期,站点,O3\n2025-01-01,甲,80\n'],
    ['months', '月份,站点,SO2\n2025-01,甲,1\n'],
    ['parts of a date', '年,月,日,时,站点,SO2\n2025,1,2,3,甲,1\n'],
    ['rates', '乡镇,年度,季度,指标,数值,单位\n河西镇,2024,三季度,秸秆综合利用率,91,%\n'],
    ['county', '指标,截至日期,数值,佐证\n草原修复治理,2024-09-30,91,文\n'],
    ['by site', 'date,hour,type,1001A,1002A\n20200102,0,PM2.5,35,12\n20200102,0,AQI,35,12\n'],
    ['dust', '起,止,文号\n2024-03-05,2024-03-06,A\n'],
    ['sites', '代码,名称,类型\nS1,甲,空气站\n'],
    ['two equal headers', '站点,时间,备注,PM2.5,备注\n甲,2025-01-01 08:00,a,3,b\n'],
  ])('%s: saved and read again, with and without its header', async (_, text) => {
    const names = ['甲', '河西镇', '1001A', '1002A'];
    const first = await decodeText(text, { lists: true }, fakeLookup(names));
    if (first.plan === undefined) throw new Error('not recognised');
    const saved = mappingSchema.parse(JSON.parse(JSON.stringify(describeMapping(first.plan))));
    const again = await decodeText(text, { mapping: saved }, fakeLookup(names));
    const parts = ({ readings, series, reports, published, notes, sites, dustPeriods }: DecodedText) => ({
      readings, series, reports, published, notes, sites, dustPeriods,
    }); // prettier-ignore
    expect(parts(again)).toEqual(parts(first));
    const headlessColumns = saved.columns.map(({ header, ...column }) => ({
      ...column,
      ...(header === '' ? {} : {}),
    }));
    const body = text.slice(text.indexOf('\n') + 1);
    const bare = await decodeText(
      body,
      { mapping: { ...saved, header: false, columns: headlessColumns } },
      fakeLookup(names),
    );
    const upLine = <T extends { line: number }>(list: T[]) =>
      list.map((each) => ({ ...each, line: each.line + 1 }));
    expect(bare.refused).toEqual([]);
    expect(upLine(bare.readings)).toEqual(first.readings);
    expect(upLine(bare.reports)).toEqual(first.reports);
  });

  test('does not keep what was said of one file only', async () => {
    const { plan } = await decodeText('月,日,小时,站点,SO2\n1,2,3,甲,1\n', { year: 2025 });
    expect(plan && describeMapping(plan)).not.toHaveProperty('year');
  });
});
