import { MappingType, type Panel, type ValueMapping } from '@grafana/schema';
import { describe, expect, test } from '@jest/globals';
import { headlineTargets } from './boards/common.js';
import { allBoards } from './boards.js';
import { noData } from './colours.js';
import { colourOf, showColumns, showStat } from './display.fixture.js';
import { grafanaData } from './grafanaData.fixture.js';

const grey = colourOf('gray');
const plain = colourOf('text');
const panels = Object.entries(allBoards()).flatMap(([file, board]) =>
  (board.panels as Panel[]).map((panel) => [`${file} ${panel.title}`, panel] as const),
);
const panelOf = (file: string, title: string) =>
  (allBoards()[file]!.panels as Panel[]).find((panel) => panel.title === title)!;

/** Columns with settings of their own, and one that has none. */
function columnsOf(panel: Panel) {
  const own = panel.fieldConfig!.overrides.map(({ matcher, properties }) => ({
    name: matcher.options as string,
    ...(Object.fromEntries(properties.map(({ id, value }) => [id, value])) as {
      unit?: string;
      noValue?: string;
      mappings?: readonly ValueMapping[];
    }),
  }));
  return [...own, { name: '其余' } as (typeof own)[number]].map(({ name, unit, noValue, mappings }) => ({
    name,
    unit: unit ?? panel.fieldConfig!.defaults.unit!,
    noValue: noValue ?? panel.fieldConfig!.defaults.noValue!,
    mappings: mappings ?? panel.fieldConfig!.defaults.mappings!,
  }));
}

describe.each(panels)('%s', (_, panel) => {
  const columns = columnsOf(panel);

  test('what is missing says so and is grey, or has a word of its own where nothing is expected', () => {
    for (const { name, unit, noValue } of columns) {
      const types = unit === 'string' ? ({ [name]: 'text' } as const) : {};
      const [shown] = showColumns(panel, { [name]: [null] }, types)[name]!;
      expect([name, shown]).toEqual([name, { text: noValue, color: noValue === noData ? grey : plain }]);
      expect(noValue).toMatch(/^(无数据|—|到现在)$/);
    }
  });

  test('every mapped value has its text and colour, and its neighbours have none of them', () => {
    for (const { name, unit, mappings } of columns) {
      for (const mapping of mappings) {
        if (mapping.type !== MappingType.ValueToText) continue;
        const entries = Object.entries(mapping.options);
        const isText = unit === 'string';
        const values = entries.map(([key]) => (isText ? key : Number(key)));
        const shown = showColumns(panel, { [name]: values })[name]!;
        entries.forEach(([key, { text, color }], index) => {
          expect([name, key, shown[index]]).toEqual([name, key, { text, color: colourOf(color!) }]);
          expect(text).toMatch(/\S/);
        });
        const strange = isText
          ? entries.map(([key]) => `${key}？`)
          : [Math.min(...(values as number[])) - 1, Math.max(...(values as number[])) + 1];
        for (const one of showColumns(panel, { [name]: strange })[name]!)
          expect([name, one.text, [plain, grey].includes(one.color)]).toEqual([name, one.text, true]);
      }
    }
  });

  test('texts stand as they are, and units are known to Grafana', () => {
    for (const { name, unit, mappings } of columns) {
      const { suffix, text } = grafanaData.getValueFormat(unit)(12.5, 1);
      if (unit !== 'string') expect([name, `${text}${suffix ?? ''}`]).not.toEqual([name, `12.5 ${unit}`]);
      if (unit !== 'string' || mappings.some(({ type }) => type === MappingType.ValueToText)) continue;
      const texts = ['68.30', '007', '≤ 33 µg/m³', `李家“庄”'s; <b>&`, '-3'];
      expect(showColumns(panel, { [name]: texts })[name]!.map((one) => one.text)).toEqual(texts);
    }
  });

  // No threshold colours anything: a value at or past an edge looks as its verdict says, and nothing looks green by itself.
  test('a number has the same colour wherever it lies', () => {
    for (const { name, unit, mappings } of columns) {
      if (unit === 'string' || mappings.some(({ type }) => type === MappingType.ValueToText)) continue;
      const shown = showColumns(panel, { [name]: [-1, 0, 34.999, 35, 35.001, 1e9] })[name]!;
      expect([name, new Set(shown.map(({ color }) => color)).size]).toEqual([name, 1]);
    }
  });
});

test.each(headlineTargets.map(({ title, decimals }) => [title, decimals] as const))(
  'the tile %s',
  (title, decimals) => {
    const panel = panelOf('01-overview.json', title);
    const row = {
      现值: ['68.30%'],
      目标: ['≥ 68.3%'],
      余量: ['-0.1 个百分点'],
      还可以: ['尚未计算'],
      同比: ['同比 +1.3 µg/m³（+4.5%）'],
      结论: ['已无法达标'],
      自: [null],
    };
    const course = { time: [1, 2, 3, 4], 走势: [30.1, null, 30.24, null] };
    const { values, courses } = showStat(panel, [row, course], { 自: 'text' });
    expect(Object.keys(values)).toEqual([...Object.keys(row), '走势']);
    expect(courses).toEqual(['走势']);
    expect(values).toMatchObject({
      现值: { text: '68.30%' },
      还可以: { text: '尚未计算', color: grey },
      结论: { text: '已无法达标', color: colourOf('dark-red') },
      自: { text: '无数据', color: grey },
      // The last value that there is, with the decimals that it has.
      走势: { text: (30.24).toFixed(decimals) },
    });
    expect(showStat(panel, [{}, {}]).values).toMatchObject({ '': { text: '无数据' } });
  },
);

test('particulate matter has the unit in Grafana’s spelling, and days are days', () => {
  const mean = panelOf('03-air.json', 'PM2.5 累计均值与目标');
  expect(showColumns(mean, { 累计均值: [34.96, 35] })['累计均值']!.map(({ text }) => text)).toEqual([
    '35.0 μg/m³',
    '35.0 μg/m³',
  ]);
  const budget = panelOf('03-air.json', '优良天数余额');
  expect(showColumns(budget, { 还可超标: [-3, 0] })['还可超标']!.map(({ text }) => text)).toEqual([
    '-3 天',
    '0 天',
  ]);
  const time = panelOf('06-alerts.json', '报警记录');
  expect(showColumns(time, { 用时: [90, null] })['用时']!.map(({ text }) => text)).toEqual(['90 分钟', '—']);
});
