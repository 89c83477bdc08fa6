import { checkbox, element, field, fillSelect, select, table } from './dom.js';
import {
  columnRoles,
  columnRoleWords,
  indicatorNames,
  indicatorWords,
  intervalWords,
  layoutWords,
} from './words.js';

const stateWords = { understood: '认出', unclear: '不确定', unknown: '没有认出' };
const missingWords = { site: '点位', time: '时间', items: '数值' };

function candidateWords({ role, published, indicator, similarTo, why }) {
  const key = published ? `published:${published}` : role;
  const what = indicator ? indicatorWords(indicator) : (columnRoleWords[key] ?? role);
  if (why === 'values' && role === 'value') return '数值';
  return why === 'values' ? `${what}（看数值）` : `${what}（列名像“${similarTo}”）`;
}

/** For a table that lacks its site or its time: the one that holds for the whole file. `onMissing` gets the options. */
export function missingForm(report, { onMissing, sites }) {
  const missing = (report.understanding?.missing ?? []).filter((each) => each !== 'items');
  const lost = report.understanding?.missing.includes('items');
  if (!onMissing || report.status !== 'dry-run' || missing.length === 0 || lost) return null;
  const inputs = {
    ...(missing.includes('site')
      ? { site: element('input', { type: 'text', list: 'file-sites', required: true }) }
      : {}),
    ...(missing.includes('time') ? { date: element('input', { type: 'date', required: true }) } : {}),
  };
  return element(
    'form',
    {
      class: 'aside',
      on: {
        submit: (event) => {
          event.preventDefault();
          onMissing(
            Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])),
          );
        },
      },
    },
    element(
      'p',
      {},
      `文件里没有找到${missing.map((each) => missingWords[each]).join('和')}。整份文件相同的，在这里补上；每行不同的，在文件里加列，或在下面指定是哪一列。`,
    ),
    element(
      'div',
      { class: 'filters' },
      inputs.site ? field('整份文件的点位', inputs.site) : null,
      inputs.date ? field('整份文件的日期', inputs.date) : null,
    ),
    datalist('file-sites', sites),
    element('button', { type: 'submit' }, '补上，再试读'),
  );
}

/** The code of an indicator in words; what the person made up is left to the service to judge. */
function codeOf(text, known) {
  if (known && indicatorWords(known) === text) return known;
  return [...indicatorNames.keys()].find((code) => indicatorWords(code) === text) ?? text;
}

/** One line of the table: what a column is, to be said by the person. */
function columnLine(column, suggested) {
  const known = suggested?.columns.find(({ position }) => position === column.position);
  const role = known?.role === 'published' ? `published:${known.published}` : (known?.role ?? '');
  const name = column.header || `第 ${column.position + 1} 列`;
  const roleInput = select([['', '不读取'], ...columnRoles], { change: () => update() });
  roleInput.setAttribute('aria-label', `${name} 的含义`);
  roleInput.value = role;
  const what = element('input', {
    type: 'text',
    list: 'indicator-names',
    'aria-label': `${name} 的指标或点位`,
  });
  const unit = element('input', { type: 'text', maxlength: '50', 'aria-label': `${name} 的单位` });
  const indicator = known?.indicator;
  what.value = indicator ? indicatorWords(indicator) : (known?.site ?? '');
  unit.value = known?.unit ?? '';
  function update() {
    const item = roleInput.value === 'item';
    const site = roleInput.value === 'site-values';
    what.hidden = !item && !site;
    what.required = item || site;
    what.placeholder = item ? '指标，如 PM2.5' : '点位名称';
    what.setAttribute('list', item ? 'indicator-names' : 'site-names');
    unit.hidden = !item && roleInput.value !== 'value';
    unit.placeholder = '单位，可不填';
  }
  update();
  function value() {
    if (!roleInput.value) return null;
    const [chosen, published] = roleInput.value.split(':');
    const text = what.value.trim();
    // The rest that was understood of the column, such as `upTo`, holds as long as its role does.
    const kept = known && known.role === chosen && known.upTo !== undefined ? { upTo: known.upTo } : {};
    return {
      position: column.position,
      role: chosen,
      ...kept,
      ...(published ? { published } : {}),
      ...(chosen === 'item' ? { indicator: codeOf(text, indicator) } : {}),
      ...(chosen === 'site-values' ? { site: text } : {}),
      ...(!unit.hidden && unit.value.trim() ? { unit: unit.value.trim() } : {}),
    };
  }
  const cells = [
    name,
    column.samples.join('、') || '（空）',
    element(
      'span',
      {},
      stateWords[column.state] ?? column.state,
      column.candidates.length > 0 &&
        element(
          'small',
          { class: 'block' },
          `可能是：${column.candidates.map((each) => candidateWords(each)).join('；')}`,
        ),
    ),
    element('span', { class: 'stack' }, roleInput, what, unit),
  ];
  return { cells, value, header: column.header };
}

function intro({ missing, columns, columnCount }) {
  const lacks = missing.map((each) => missingWords[each] ?? each);
  return element(
    'p',
    {},
    '在“含义”里选好每一列是什么，不需要的列选“不读取”，然后再试读。',
    lacks.length > 0 && `现在还缺：${lacks.join('、')}；没有这样的列时，可在“更多选项”里填日期或点位。`,
    columnCount > columns.length &&
      `这里只列出前 ${columns.length} 列（共 ${columnCount} 列）；其余的列不读取。`,
  );
}

function datalist(id, names) {
  return element(
    'datalist',
    { id },
    names.map((name) => element('option', { value: name })),
  );
}

/**
 * Lets a person say what the columns are, where that was not or not surely understood. `onMapping(mapping, save)` is
 * told; `save` keeps it for the source. `sites` are the known names; `saving` says who may keep it.
 */
export function mappingForm(report, { onMapping, sites, saving }) {
  const { understanding } = report;
  if (!onMapping || report.status !== 'dry-run' || !understanding || understanding.columns.length === 0)
    return null;
  const suggested = understanding.suggestedMapping;
  const lines = understanding.columns.map((column) => columnLine(column, suggested));
  const header = checkbox('表有表头（第一行是列名）', {
    checked: suggested?.header ?? understanding.headerLine !== null,
  });
  const layout = select([['', '自动'], ...Object.entries(layoutWords)]);
  const interval = select([['', '自动'], ...Object.entries(intervalWords)]);
  fillSelect(layout, [['', '自动'], ...Object.entries(layoutWords)], suggested?.layout ?? '');
  fillSelect(interval, [['', '自动'], ...Object.entries(intervalWords)], suggested?.interval ?? '');
  const save = saving.allowed
    ? checkbox(`提交时把这种读法保存给来源“${saving.source}”，以后的文件照此读`)
    : null;
  const fault = element('p', { class: 'notice bad', role: 'alert', hidden: true });

  function submit(event) {
    event.preventDefault();
    const columns = lines.flatMap((line) => {
      const value = line.value();
      return value === null ? [] : [header.input.checked ? { ...value, header: line.header } : value];
    });
    fault.hidden = columns.length > 0;
    if (columns.length === 0) {
      fault.textContent = '至少要给一列选好含义。';
      return;
    }
    const mapping = {
      header: header.input.checked,
      columns,
      ...(header.input.checked ? {} : { columnCount: understanding.columnCount }),
      ...(layout.value ? { layout: layout.value } : {}),
      ...(interval.value ? { interval: interval.value } : {}),
      ...(suggested?.delimiter ? { delimiter: suggested.delimiter } : {}),
      ...(suggested?.hourLabel ? { hourLabel: suggested.hourLabel } : {}),
    };
    onMapping(mapping, save?.input.checked ?? false);
  }

  return element(
    'details',
    { class: 'mapping', open: report.layout === null },
    element('summary', {}, report.layout === null ? '指定各列的含义' : '识别得不对？指定各列的含义'),
    element(
      'form',
      { on: { submit } },
      intro(understanding),
      table(
        '各列的含义',
        ['列', '内容举例', '识别', '含义'],
        lines.map(({ cells }) => cells),
      ),
      datalist('indicator-names', [...new Set([...indicatorNames.keys()].map(indicatorWords))]),
      datalist('site-names', sites),
      element('div', { class: 'filters' }, field('表的样式', layout), field('数据是哪一种', interval)),
      header.node,
      save?.node ?? element('p', { class: 'status' }, saving.words),
      fault,
      element('button', { type: 'submit', class: 'primary' }, '按这样读，再试读'),
    ),
  );
}
