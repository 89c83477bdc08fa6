import { checkbox, element, field, fillSelect, select } from './dom.js';

/** `列名=单位` lines as the JSON that the interface takes. */
export function unitsJson(text) {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => line.split(/[=＝]/).map((part) => part.trim()))
    .filter(([header, unit]) => header && unit);
  return pairs.length === 0 ? '' : JSON.stringify(Object.fromEntries(pairs));
}

function sourceWords(source) {
  if (!source) return '';
  const label = source.hourLabel === 'start' ? '小时标的是开始' : '小时标的是结束';
  return [source.description, label, source.mapping ? '各列的含义已保存' : '各列看表头']
    .filter(Boolean)
    .join('；');
}

/** The fields of the options. `onChange` is told of every change; `values()` gives texts as the interface takes them. */
export function optionFields(onChange) {
  let sources = [];
  const inputs = {
    source: select([['', '不指定（看表头识别）']]),
    year: element('input', { type: 'number', min: '1990', max: '2099', inputmode: 'numeric' }),
    date: element('input', { type: 'date' }),
    site: element('input', { type: 'text', maxlength: '100' }),
    sheet: element('input', { type: 'text', maxlength: '100' }),
    interval: select([
      ['', '自动识别'],
      ['hour', '小时值'],
      ['day', '日均值'],
      ['month', '月均值'],
      ['instant', '单次采样'],
    ]),
    hourLabel: select([
      ['', '默认（来源的约定，没有则为结束）'],
      ['end', '标的是一小时的结束（如 01:00 指 00–01 时）'],
      ['start', '标的是一小时的开始（如 00:00 指 00–01 时）'],
    ]),
    onError: select([
      ['', '有问题就整份不写入（推荐）'],
      ['skip-rows', '跳过有问题的行，写入其余的行'],
    ]),
    units: element('textarea', { rows: '2', placeholder: 'PM2.5=mg/m³' }),
  };
  const create = checkbox(
    '把没登记过的点位登记为新点位',
    {},
    '慎用：名称写错一个字也会变成新点位，数据就分到两处。请先试读，看清相近的名称。',
  );
  create.node.classList.add('caution');
  const said = element('p', { class: 'status' });
  const advanced = element(
    'details',
    { class: 'advanced' },
    element('summary', {}, '更多选项（一般不用改）'),
    element(
      'div',
      { class: 'filters' },
      field('年份', inputs.year, '文件里的日期没有年份时填写'),
      field('日期', inputs.date, '文件没有时间列时填写'),
      field('点位', inputs.site, '文件没有点位列时填写名称'),
      field('工作表', inputs.sheet, '只读 Excel 里的一张表时填写表名；不填则读所有的表'),
      field('数据是哪一种', inputs.interval),
      field('小时的标法', inputs.hourLabel),
      field('有问题的行', inputs.onError),
      field('单位', inputs.units, '文件的单位与标准不同而表头没有写明时，每行一个：列名=单位'),
    ),
    create.node,
  );
  const node = element(
    'div',
    { on: { change: () => changed() } },
    field('来源', inputs.source, '文件从哪里来（可不选）。选了来源，就按为它保存的读法读取。'),
    said,
    advanced,
  );
  function changed() {
    said.textContent = sourceWords(sources.find(({ code }) => code === inputs.source.value));
    onChange();
  }
  return {
    node,
    values: () => ({
      ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])),
      units: unitsJson(inputs.units.value),
      createSites: create.input.checked ? 'true' : '',
    }),
    /** Chooses a source as if the person had. */
    choose: (code) => {
      inputs.source.value = code;
      changed();
    },
    source: () => sources.find(({ code }) => code === inputs.source.value),
    setSources: (items) => {
      sources = items;
      const chosen = inputs.source.value;
      fillSelect(
        inputs.source,
        [['', '不指定（看表头识别）'], ...items.map(({ code, nameZh }) => [code, `${nameZh}（${code}）`])],
        items.some(({ code }) => code === chosen) ? chosen : '',
      );
    },
  };
}
