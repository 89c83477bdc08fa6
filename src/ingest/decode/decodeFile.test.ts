import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { families } from '../../domain/family.js';
import { uploadMessages } from '../../domain/messages/upload.js';
import { formatMend, formatMessage, messages, type MessageCode } from '../../domain/messages.js';
import { decodeRecords } from './decodeFile.js';
import type { DecodeOptions } from './decodeLookup.js';
import { countCodes, decodeText, type DecodedText } from './decodeText.fixture.js';
import { countySiteId, fakeLookup } from './indicators.fixture.js';
import { recogniseLayout } from './layout.js';

const when = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

/** `line site-number time code=value…[flags]` per reading, in Beijing time. */
function readingsOf(decoded: DecodedText): string[] {
  return decoded.readings.map(({ line, siteId, ts, family, values, notes }) => {
    const { columns } = families[family];
    const filled = columns.flatMap((code, i) => (values[i] === null ? [] : [`${code}=${values[i]}`]));
    const flags = notes.map((note) => `${note.indicator}:${note.flag}:${note.raw}`);
    return [line, siteId, when(ts), ...filled, ...flags].join(' ');
  });
}

const faultsOf = ({ rejected }: DecodedText) =>
  rejected.map(({ line, column, value, code }) => `${line} ${column} ${value} ${code}`);

describe('wide tables', () => {
  test('hours: missing marks are nothing, hour 24 and 0 end the day, notes are kept', async () => {
    const decoded = await decodeText(
      ['日期,小时,站点,AQI,首要污染物,PM2.5,PM10,CO,NO2,O3_1h,O3_8h,SO2',
        '20200402,08,甲,148,"颗粒物(PM10)\n   细颗粒物(PM2.5)",113,139,0.8,32,58,39,12',
        '20200402,24,甲,NaN,,--,139,,—,*,NaN,0',
        '20200402,0,乙,NaN,,NaN,NaN,NaN,NaN,NaN,NaN,NaN',
        '20200402,9,乙,50,NaN,-3,1，200,20,1,2,3,4',
      ].join('\n'),
    ); // prettier-ignore
    expect(readingsOf(decoded)).toEqual([
      '2 101 2020-04-02 07:00 so2=12 no2=32 co=0.8 o3=58 pm10=139 pm25=113',
      '4 101 2020-04-02 23:00 so2=0 pm10=139',
    ]);
    expect(decoded.series).toEqual([
      {
        line: 2,
        siteId: 101,
        indicator: 'o3_8h',
        ts: Date.parse('2020-04-01T23:00:00Z'),
        interval: 'hour',
        value: 39,
      },
    ]);
    expect(decoded.published.map(({ indicator, text }) => [indicator, text])).toEqual([
      ['aqi', '148'],
      ['primary_pollutant', '颗粒物(PM10)\n   细颗粒物(PM2.5)'],
    ]);
    expect(faultsOf(decoded)).toEqual(['6 PM10 1，200 number-comma']);
    expect(decoded).toMatchObject({ rowsRead: 4, rowsRejected: 1, rowsEmpty: 1 });
  });

  test('every faulty cell of a row is reported and the row is left out', async () => {
    const decoded = await decodeText(
      '时间,站点,PM2.5,PM10,CO,SO2\n2025-02-29 08:00,丙,x,"1,200",ND,6000\n2025-01-01 08:00,甲,1,2,3,4\n',
      {},
      fakeLookup(['甲']),
    );
    expect(faultsOf(decoded)).toEqual([
      '2 站点 丙 site-unknown',
      '2 时间 2025-02-29 08:00 time-impossible',
      '2 PM2.5 x number-unreadable',
      '2 PM10 1,200 number-comma',
      '2 CO ND detection-limit-missing',
      '2 SO2 6000 value-impossible',
    ]);
    expect(readingsOf(decoded)).toEqual(['3 101 2025-01-01 07:00 so2=4 co=3 pm10=2 pm25=1']);
    expect(decoded.rowsRejected).toBe(1);
  });

  test('values outside the plausible range and small negatives are kept', async () => {
    const decoded = await decodeText('时间,站点,PM2.5,PM10\n2025-01-01 08:00,甲,1200,-2\n');
    expect(readingsOf(decoded)).toEqual([
      '2 101 2025-01-01 07:00 pm10=-2 pm25=1200 pm25:suspect:1200 pm10:suspect:-2',
    ]);
  });

  test('units in headers and in the request are converted exactly', async () => {
    const named = await decodeText('时间,站点,CO(μg/m³)\n2025-01-01 08:00,甲,300\n');
    const asked = await decodeText('时间,站点,CO\n2025-01-01 08:00,甲,300\n', { units: { co: 'ug/m3' } });
    expect(readingsOf(named)).toEqual(['2 101 2025-01-01 07:00 co=0.3']);
    expect(readingsOf(asked)).toEqual(readingsOf(named));
  });

  test('quantities without a family go to the narrow table, with their notes beside', async () => {
    const decoded = await decodeText('日期,站点,夜间噪声\n2025-01-01,甲,120\n');
    expect(decoded.series).toMatchObject([{ indicator: 'noise_night', interval: 'day', value: 120 }]);
    expect(decoded.notes).toEqual([
      { line: 2, siteId: 101, note: { indicator: 'noise_night', flag: 'suspect', raw: '120' } },
    ]);
  });
});

describe('long tables', () => {
  test('one value a row, units per row', async () => {
    const decoded = await decodeText(
      '站点,时间,指标,数值,单位\n甲,2025-01-01 08:00,PM2.5,35,μg/m³\n甲,2025-01-01 08:00,一氧化碳,300,ug/m3\n甲,2025-01-01 08:00,AQI,50,\n甲,2025-01-01 08:00,SO2,--,\n甲,2025-01-01 08:00,O3,3,ppm\n甲,2025-01-01 08:00,甲醛,3,\n甲,2025-01-01 08:00,,3,\n甲,2025-01-01 08:00,秸秆综合利用率,3,\n',
    );
    expect(readingsOf(decoded)).toEqual(['2 101 2025-01-01 07:00 pm25=35', '3 101 2025-01-01 07:00 co=0.3']);
    expect(decoded.published).toMatchObject([{ line: 4, indicator: 'aqi', text: '50' }]);
    expect(decoded.rowsEmpty).toBe(1);
    expect(faultsOf(decoded)).toEqual([
      '6 单位 ppm unit-unknown',
      '7 指标 甲醛 indicator-unknown',
      '8 指标  indicator-missing',
      '9 指标 秸秆综合利用率 indicator-needs-period',
    ]);
  });
});

describe('water sections', () => {
  const header = '断面名称,监测时间,水质类别,pH(无量纲),氨氮(mg/L),汞(μg/L),站点情况\n';

  test('below detection is half the limit, maintenance and no flow are flags', async () => {
    const decoded = await decodeText(
      `${header}甲,2025-01-01 08:20,Ⅱ,7.76,0.025L,0.04L,正常\n甲,2025-01-02 08:00,*,7.5,1,--,维护\n乙,2025-01-03,断流未监测,--,,,断流\n乙,2025-01-04,,断流,,,\n乙,2025-01-05,,7,,,断流\n甲,2025-01-06,,7,,,限电\n`,
    );
    expect(readingsOf(decoded)).toEqual([
      '2 101 2025-01-01 08:20 ph=7.76 nh3n=0.0125 hg=0.00002 nh3n:below-detection:0.025L hg:below-detection:0.04L',
      '3 101 2025-01-02 08:00 ph=7.5 nh3n=1 *:maintenance:维护',
      '4 102 2025-01-03 00:00 *:no-flow:断流',
      '5 102 2025-01-04 00:00 *:no-flow:断流',
      '7 101 2025-01-06 00:00 ph=7 *:suspect:限电',
    ]);
    expect(decoded.readings[0]?.notes.map(({ detectionLimit }) => detectionLimit)).toEqual([0.025, 0.00004]);
    expect(faultsOf(decoded)).toEqual(['6 站点情况 断流 no-flow-with-values']);
    expect(decoded.published.map(({ text }) => text)).toEqual(['Ⅱ', '断流未监测']);
  });

  test('monthly classes without items still say that a section had no water', async () => {
    const decoded = await decodeText('断面,年月,水质类别\n甲,2025-01,Ⅳ\n乙,2025-01,断流\n');
    expect(decoded.published).toMatchObject([{ text: 'Ⅳ', interval: 'month' }, { text: '断流' }]);
    expect(decoded.readings).toMatchObject([
      { family: 'water_month', line: 3, notes: [{ flag: 'no-flow' }] },
    ]);
  });

  test('a time without a year needs one from the request', async () => {
    const text = `${header}甲,04-01 04:00,Ⅱ,7,,,\n`;
    expect(countCodes((await decodeText(text)).rejected)).toEqual({ 'year-missing': 1 });
    expect(readingsOf(await decodeText(text, { year: 2021 }))).toEqual(['2 101 2021-04-01 04:00 ph=7']);
  });
});

describe('reports', () => {
  const reportsOf = ({ reports }: DecodedText) =>
    reports.map(({ siteId, indicator, periodKind, periodStart, value }) =>
      [siteId, indicator, periodKind, periodStart, value].join(' '),
    );

  test('rates by township, a column per indicator', async () => {
    const decoded = await decodeText(
      '乡镇,年度,秸秆综合利用率(%),残膜回收率（%）\n河西镇,2024,91.20%,--\n王团镇,2024年,0.912,101\n预旺镇,2024,0.912,90\n丁塘镇,去年,90,90\n',
    );
    expect(reportsOf(decoded)).toEqual([
      '101 straw_utilisation_rate year 2024-01-01 91.2',
      '103 straw_utilisation_rate year 2024-01-01 0.912',
      '103 film_recovery_rate year 2024-01-01 90',
    ]);
    expect(decoded.notes).toEqual([
      { line: 4, siteId: 103, note: { indicator: 'straw_utilisation_rate', flag: 'suspect', raw: '0.912' } },
    ]);
    expect(faultsOf(decoded)).toEqual([
      '3 残膜回收率（%） 101 value-impossible',
      '5 年度 去年 period-unreadable',
    ]);
  });

  test('year and quarter in two columns, one indicator a row', async () => {
    const decoded = await decodeText(
      '乡镇,年度,季度,指标,数值,单位\n河西镇,2024,三季度,秸秆综合利用率,91,%\n河西镇,2024,2,草原修复治理,30000,亩\n河西镇,2024,,残膜回收率,85,\n河西镇,2024,1,PM2.5,85,\n',
    );
    expect(reportsOf(decoded)).toEqual([
      '101 straw_utilisation_rate quarter 2024-07-01 91',
      '101 grassland_restoration_area quarter 2024-04-01 3',
      '101 film_recovery_rate year 2024-01-01 85',
    ]);
    expect(faultsOf(decoded)).toEqual(['5 指标 PM2.5 indicator-not-reported']);
  });

  test('county figures with evidence and milestones', async () => {
    const decoded = await decodeText(
      '指标,年度,数值,分子,分母,佐证\n秸秆综合利用率,2024,91.2,912,1000,县农函〔2025〕3号\n上下垣村等村污水管网建设,截至2024-09-30,已完成,,,\n上下垣村等村污水管网建设,2024,快了,,,\n联网油气回收在线监控设备,2024,3家,,,\n残膜回收率,2024,,,,\n残膜回收率,2024,90,九百,1000,\n',
    );
    expect(decoded.reports).toEqual([
      { line: 2, indicator: 'straw_utilisation_rate', siteId: countySiteId, periodKind: 'year', periodStart: '2024-01-01', periodEnd: '2025-01-01', value: '91.2', numerator: '912', denominator: '1000', evidence: '县农函〔2025〕3号' },
      { line: 3, indicator: 'village_sewer_networks', siteId: countySiteId, periodKind: 'to-date', periodStart: '2024-01-01', periodEnd: '2024-10-01', value: '1' },
      { line: 5, indicator: 'vapour_recovery_devices', siteId: countySiteId, periodKind: 'year', periodStart: '2024-01-01', periodEnd: '2025-01-01', value: '3' },
    ]); // prettier-ignore
    expect(faultsOf(decoded)).toEqual(['4 数值 快了 milestone-unreadable', '7 分子 九百 number-unreadable']);
    expect(decoded.rowsEmpty).toBe(1);
  });

  test('without a period column the request names the period', async () => {
    const decoded = await decodeText('乡镇,秸秆综合利用率\n河西镇,91\n', { date: '2024上半年' });
    expect(reportsOf(decoded)).toEqual(['101 straw_utilisation_rate half-year 2024-01-01 91']);
  });
});

describe('whole columns', () => {
  const rows = (count: number, cells: (i: number) => string) =>
    Array.from(
      { length: count },
      (_, i) => `2025-01-01 ${String((i % 24) + 1).padStart(2, '0')}:00,S${Math.floor(i / 24)},${cells(i)}`,
    ).join('\n');

  test.each([
    ['20 values, 11 outside: refused', 20, 11, ['column-implausible']],
    ['20 values, 10 outside: flagged only', 20, 10, []],
    ['19 values, all outside: too few to say', 19, 19, []],
  ])('%s', async (_, count, outside, codes) => {
    const decoded = await decodeText(`时间,站点,CO\n${rows(count, (i) => (i < outside ? '57' : '0.5'))}\n`);
    expect(decoded.refused.map(({ code }) => code)).toEqual(codes);
    expect(decoded.readings).toHaveLength(count);
  });

  test('names the column, the share and an example', async () => {
    const decoded = await decodeText(`时间,站点,CO\n${rows(40, () => '57')}\n`);
    expect(decoded.refused[0]).toMatchObject({
      column: 'CO',
      params: { share: 100, example: '57', exampleLine: 2, max: 15 },
    });
  });

  test('PM2.5 above PM10 in most rows', async () => {
    const decoded = await decodeText(`时间,站点,PM2.5,PM10\n${rows(30, () => '90,40')}\n`);
    expect(decoded.refused).toMatchObject([
      { code: 'columns-inverted', params: { share: 100, example: 'PM2.5 90 > PM10 40' } },
    ]);
  });
});

test('cells missing or too many are faults, blank ones behind the table are not', async () => {
  const decoded = await decodeText(
    '时间,站点,CO\n2025-01-01 08:00,甲\n2025-01-01 09:00,甲,1,2\n2025-01-01 10:00,甲,1,,\n',
  );
  expect(decoded.rejected.map(({ code, line }) => [code, line])).toEqual([
    ['cell-count', 2],
    ['cell-count', 3],
  ]);
  expect(decoded.readings).toHaveLength(1);
});

test('batches hold at most the rows asked for', async () => {
  const records = Array.from({ length: 25 }, (_, i) => ({
    line: i + 2,
    cells: ['2025-01-01 08:00', `S${i}`, '1'],
  }));
  const head = [{ line: 1, cells: ['时间', '站点', 'CO'] }, ...records];
  const lookup = fakeLookup();
  const recognised = recogniseLayout(head, lookup);
  if (!recognised.ok) throw new Error('not recognised');
  const sizes: number[] = [];
  for await (const batch of decodeRecords([head.slice(0, 7), head.slice(7)], recognised.plan, lookup, {
    batchRows: 10,
  })) {
    sizes.push(batch.rowsRead);
  }
  expect(sizes).toEqual([10, 10, 5]);
});

test('permuted and extra columns give the same readings', async () => {
  const columns: [string, string[]][] = [
    ['监测时间', ['2025-01-01 08:00', '2025-01-01 09:00', '2025/1/1 10:00']],
    ['站点', ['甲', '乙', '甲']],
    ['PM2.5', ['35', '--', '7.5']],
    ['PM10', ['70', '0', '80']],
    ['CO(μg/m³)', ['300', '400', '']],
    ['空气质量等级', ['优', '', '良']],
  ];
  const extra: [string, string[]] = ['备忘', ['x', '9', '2024-01-01']];
  const toText = (chosen: [string, string[]][]) =>
    [0, 1, 2, 3]
      .map((row) => chosen.map(([header, cells]) => (row === 0 ? header : cells[row - 1])).join(','))
      .join('\n');
  const expected = await decodeText(toText(columns), {}, fakeLookup(['甲', '乙']));
  const orders = fc.shuffledSubarray([...columns, extra], { minLength: columns.length + 1 });
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const decoded = await decodeText(toText(order), {}, fakeLookup(['甲', '乙']));
      const withoutNoteOrder = ({ readings }: DecodedText) =>
        readings.map(({ notes, ...rest }) => [rest, notes.length]);
      expect(withoutNoteOrder(decoded)).toEqual(withoutNoteOrder(expected));
      expect(decoded.published).toEqual(expected.published);
      expect(decoded.plan?.ignored.map(({ header }) => header)).toEqual(['备忘']);
    }),
    { numRuns: 60 },
  );
});

test('no text whatever makes the decoder throw', async () => {
  const piece = fc.constantFrom(
    '站点', '时间', 'PM2.5', '断面', '乡镇', '年度', '指标', '数值', '秸秆综合利用率', '"', '""', '\n', '\r\n', ',', ',', ';', '\t',
    '2025-01-01', '2025-01-01 24:00', '04-01 08:00', '0.025L', 'ND', '断流', '1,234', '９', '\u0000', '劣Ⅴ', '\ud83d', '=1+1', '-;',
  ); // prettier-ignore
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 5 })), { maxLength: 60 }),
      async (pieces) => {
        const decoded = await decodeText(pieces.join(''), { year: 2024 } satisfies DecodeOptions);
        expect(decoded.rowsRejected).toBeLessThanOrEqual(decoded.rowsRead);
      },
    ),
    { numRuns: 400 },
  );
});

test.each([
  ['digits', '1'],
  ['opening brackets', '('],
  ['blanks', ' x'],
  ['commas', '1,2'],
])('cells full of %s take no time', async (_, piece) => {
  const long = `"${piece.repeat(30_000 / piece.length)}"`;
  const started = performance.now();
  const text = `站点,时间,指标,数值,单位,${long}\n${long},${long},${long},${long},${long},1\n甲,2025-01-01,SO2,${long},,1\n`;
  const decoded = await decodeText(text, {}, fakeLookup(['甲']));
  await decodeText(`断面,监测时间,氨氮(${long}\n甲,${long},${long}\n`);
  expect(decoded.rowsRejected).toBe(2);
  expect(performance.now() - started).toBeLessThan(3_000);
});

test('every upload message has words and advice in both languages', () => {
  for (const code of Object.keys(uploadMessages) as MessageCode[]) {
    expect(messages[code].zh).not.toBe('');
    if (code.startsWith('assumed-')) continue;
    expect([code, formatMend(code, 'zh'), formatMend(code, 'en')]).not.toContain('');
  }
});

test('rejections fill every place of their messages', async () => {
  const decoded = await decodeText(
    '时间,站点,PM2.5,CO\n44286,丙,ND,500\n04-01 08:00,,"1,2",x\n01/02/2025,甲,1.12345678901234567,1\n2025-01-01,甲,1,1\n,甲\n',
    { interval: 'hour' },
    fakeLookup(['甲']),
  );
  const refused = await decodeText('站点,时间,CO(ppm)\n甲,2025-01-01,1\n');
  for (const { code, params } of [...decoded.rejected, ...refused.refused]) {
    for (const language of ['zh', 'en'] as const) {
      expect(`${formatMessage(code, language, params)}${formatMend(code, language, params)}`).not.toMatch(
        /\{\w+\}/,
      );
    }
  }
  expect(decoded.rejected.length).toBeGreaterThan(8);
});
