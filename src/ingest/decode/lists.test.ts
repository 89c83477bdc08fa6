import { describe, expect, test } from '@jest/globals';
import type { DecodeOptions } from './decodeLookup.js';
import { decodeText, type DecodedText } from './decodeText.fixture.js';

const lists: DecodeOptions = { lists: true };
const when = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
const periodsOf = ({ dustPeriods }: DecodedText) =>
  dustPeriods.map(({ line, start, end, document, note }) =>
    [line, when(start), when(end), document, note].join(' | '),
  );
const faultsOf = ({ rejected }: DecodedText) =>
  rejected.map(({ line, column, value, code }) => `${line} ${column} ${value} ${code}`);

describe('dust periods', () => {
  test.each([
    [
      '开始时间,结束时间,文号,说明',
      '2024-03-05 08:00,2024-03-06 14:00,宁环发〔2024〕3号,扬沙',
      '2024-03-05 08:00 | 2024-03-06 14:00',
    ],
    [
      '起,止,依据,备注',
      '2024年3月5日,2024年3月6日,宁环发〔2024〕3号,扬沙',
      '2024-03-05 00:00 | 2024-03-07 00:00',
    ],
    [
      '开始日期,结束日期,文号,说明',
      '2024/3/5,2024/3/5,宁环发〔2024〕3号,扬沙',
      '2024-03-05 00:00 | 2024-03-06 00:00',
    ],
    [
      '沙尘开始时间,沙尘结束时间,文号,说明',
      '2024-03-05 08:00,2024-03-06 23:59,宁环发〔2024〕3号,扬沙',
      '2024-03-05 08:00 | 2024-03-07 00:00',
    ],
    [
      'start,end,document,note',
      '2024-03-05 08:00,2024-03-06 24:00,宁环发〔2024〕3号,扬沙',
      '2024-03-05 08:00 | 2024-03-07 00:00',
    ],
  ])('%s', async (header, row, period) => {
    const decoded = await decodeText(`${header}\n${row}\n`, lists);
    expect(decoded.plan).toMatchObject({ layout: 'dust-periods', interval: 'none' });
    expect(periodsOf(decoded)).toEqual([`2 | ${period} | 宁环发〔2024〕3号 | 扬沙`]);
  });

  test('titles, further columns, overlaps and ends of days are noted', async () => {
    const decoded = await decodeText(
      '2024年沙尘天气过程,,,\n序号,起,止,文号\n1,2024-03-05 08:00,2024-03-06,A\n2,2024-03-06 20:00,2024-03-07 12:00,B\n3,2024-04-01 00:00,2024-04-01 08:00,C\n',
      lists,
    );
    expect(periodsOf(decoded)).toHaveLength(3);
    expect(decoded.plan?.ignored).toEqual([{ position: 0, header: '序号' }]);
    expect(decoded.plan?.assumptions.map(({ code }) => code)).toEqual(['assumed-title-rows']);
    expect(decoded.notices).toMatchObject([
      { code: 'assumed-end-of-day', line: 3 },
      { code: 'dust-periods-overlap', line: 4, params: { otherLine: 3 } },
    ]);
  });

  test('touching periods do not overlap, and a table that does not say dust is told so', async () => {
    const decoded = await decodeText(
      '起,止,文号\n2024-03-05 08:00,2024-03-06 08:00,A\n2024-03-06 08:00,2024-03-06 09:00,B\n',
      lists,
    );
    expect(decoded.notices).toEqual([]);
    expect(decoded.plan?.assumptions.map(({ code }) => code)).toEqual(['assumed-dust-periods']);
  });

  test('every faulty cell', async () => {
    const decoded = await decodeText(
      '起,止,文号,沙尘说明\n,2024-02-30,,x\n2024-03-05 08:00,2024-03-05 08:00,A,x\n2024-03-06,2024-03-05,A,x\n2024-03,45000,A,x\n',
      lists,
    );
    expect(faultsOf(decoded)).toEqual([
      '2 起  time-missing',
      '2 止 2024-02-30 time-impossible',
      '2 文号  document-missing',
      '3 止 2024-03-05 08:00 period-reversed',
      '4 止 2024-03-05 period-reversed',
      '5 起 2024-03 time-unreadable',
      '5 止 45000 date-excel-serial',
    ]);
    expect(decoded.rowsRejected).toBe(4);
  });

  test.each<[string, string, DecodeOptions]>([
    ['not asked for', '开始时间,结束时间,文号\n2024-03-05,2024-03-06,A\n', {}],
    ['no document', '开始时间,结束时间,说明\n2024-03-05,2024-03-06,沙尘\n', lists],
    ['of stations', '站点,开始时间,结束时间,依据\n甲,2024-03-05,2024-03-06,停电\n', lists],
  ])('refused: %s', async (_, text, options) => {
    const decoded = await decodeText(text, options);
    expect(decoded.refused.map(({ code }) => code)).toEqual(['layout-unknown']);
    expect(decoded.dustPeriods).toEqual([]);
  });
});

describe('site lists', () => {
  test('codes, kinds, rivers, aliases and coordinates', async () => {
    const decoded = await decodeText(
      '代码,名称,类型,所在河流,别名,经度,纬度\nS1,甲,空气站,,甲站、老甲；甲(对照点),106.1,37.5°\nS2,乙,河流断面,清水河,,,\n,丙,饮用水源（地下水）,--,丙,,\n',
      lists,
    );
    expect(decoded.plan?.layout).toBe('site-list');
    expect(decoded.sites).toEqual([
      { line: 2, code: 'S1', name: '甲', kind: 'air-station', waterBody: null, aliases: ['甲站', '老甲', '甲(对照点)'], longitude: 106.1, latitude: 37.5 },
      { line: 3, code: 'S2', name: '乙', kind: 'river-section', waterBody: '清水河', aliases: [], longitude: null, latitude: null },
      { line: 4, code: null, name: '丙', kind: 'drinking-water-ground', waterBody: null, aliases: [], longitude: null, latitude: null },
    ]); // prettier-ignore
    expect(decoded.rejected).toEqual([]);
  });

  test.each([
    ['站点编码,站点名称,站点类型', 'S1,甲,空气站'],
    ['name,type,code', '甲,air-station,S1'],
    ['点位名称,点位类型,所在水体', '甲,湖库断面,香山湖'],
    ['乡镇,断面名称,断面类型', '河西镇,甲,河流'],
  ])('%s', async (header, row) => {
    const decoded = await decodeText(`${header}\n${row}\n`, lists);
    expect(decoded.sites).toMatchObject([{ name: '甲' }]);
  });

  test('every faulty cell', async () => {
    const decoded = await decodeText(
      '编码,名称,类型,经度,纬度\nS1,甲,空气站,200,x\nS1,乙,火星站,,\n../a,,河流,,\nS4,甲,河流,,\n',
      lists,
    );
    expect(faultsOf(decoded)).toEqual([
      '2 经度 200 value-impossible',
      '2 纬度 x number-unreadable',
      '3 类型 火星站 site-kind-unknown',
      '3 编码 S1 site-listed-twice',
      '4 编码 ../a site-code-unreadable',
      '4 名称  site-missing',
      '5 名称 甲 site-listed-twice',
    ]);
    expect(decoded.sites).toEqual([]);
  });

  test.each<[string, string, DecodeOptions]>([
    ['not asked for', '代码,名称,类型\nS1,甲,空气站\n', {}],
    ['no kind', '代码,名称,别名\nS1,甲,乙\n', lists],
  ])('refused: %s', async (_, text, options) => {
    expect((await decodeText(text, options)).refused.map(({ code }) => code)).toEqual(['layout-unknown']);
  });

  test('measured tables stay what they are when lists are taken', async () => {
    const decoded = await decodeText(
      '站点编码,站点名称,时间,PM2.5,经度\nS1,甲,2025-01-01 08:00,35,106\n',
      lists,
    );
    expect(decoded.plan?.layout).toBe('wide');
  });
});
