import { call } from './api.js';
import { element, fact, field, fillSelect, select } from './dom.js';
import { outlook, yearOnYearWords } from './outlook.js';
import { verdicts } from './words.js';

const grades = ['Ⅰ 类', 'Ⅱ 类', 'Ⅲ 类', 'Ⅳ 类', 'Ⅴ 类', '劣Ⅴ 类'];
const signs = { '<=': '≤', '>=': '≥', '=': '=' };
const countWords = { day: '天', month: '个月', report: '份报表' };
const inputWords = {
  hourly: '小时值',
  daily: '日均值',
  monthly: '月均值',
  samples: '水质监测',
  report: '报送数',
  mixed: '小时值和日均值',
  townships: '各乡镇合计',
};

/** A figure of a target in words: grades and milestones have words of their own. */
export function valueWords(target, text) {
  if (text === null || text === undefined || text === '') return '—';
  if (target.kind === 'section-grade') return grades[Number(text) - 1] ?? text;
  if (target.kind === 'milestone') return Number(text) >= 1 ? '已完成' : '未完成';
  return [text, target.unit].filter(Boolean).join(' ');
}

/** What a target asks for, as a reader says it. */
export function limitWords(target) {
  if (target.kind === 'milestone') return '须完成';
  if (target.kind === 'section-grade') return `${valueWords(target, target.limit)}或更好`;
  return `${signs[target.comparison] ?? target.comparison} ${valueWords(target, target.limit)}`;
}

/** How far a target is from what it asks for; a dash where there is no figure. */
export function distanceWords(target) {
  const { distance } = target;
  if (distance === null || target.kind === 'milestone') return '—';
  if (Number(distance) === 0) return '正好持平';
  const size = distance.replace(/^[-+]/, '');
  if (target.kind === 'section-grade') return `${Number(distance) > 0 ? '好' : '差'} ${size} 级`;
  const amount = valueWords(target, size);
  if (Number(distance) > 0) return `${target.comparison === '>=' ? '高出' : '余量'} ${amount}`;
  return `${target.comparison === '>=' ? '还差' : '超出'} ${amount}`;
}

function countText({ used, missing, unitOfCount }) {
  const unit = countWords[unitOfCount] ?? '';
  return missing > 0 ? `已有 ${used} ${unit}，缺 ${missing} ${unit}` : `已有 ${used} ${unit}`;
}

function badge(verdict, text) {
  const known = verdicts.find(([name]) => name === verdict);
  return element(
    'span',
    { class: `verdict v-${verdict}` },
    element('span', { class: 'sign', 'aria-hidden': 'true' }, known?.[2] ?? '·'),
    text ?? known?.[1] ?? verdict,
  );
}

function bullets(title, items) {
  if (!items || items.length === 0) return null;
  return element(
    'section',
    {},
    element('h4', {}, title),
    element(
      'ul',
      {},
      items.map((item) => element('li', {}, item)),
    ),
  );
}

function targetItem(target) {
  const dust = target.ledger === 'without-dust' ? '扣除沙尘' : '含沙尘';
  const otherDust = target.ledger === 'without-dust' ? '含沙尘' : '扣除沙尘';
  return element(
    'li',
    {},
    element(
      'details',
      { class: `target b-${target.verdict}`, 'data-id': target.id },
      element(
        'summary',
        {},
        badge(target.verdict, target.verdictZh),
        element(
          'span',
          { class: 'name' },
          element('strong', {}, target.name),
          element(
            'span',
            { class: 'sub' },
            [target.scope, target.offices.join('、')].filter(Boolean).join(' · '),
          ),
        ),
        element(
          'span',
          { class: 'figure' },
          element('strong', {}, valueWords(target, target.value)),
          element('span', { class: 'sub' }, `目标 ${limitWords(target)}`),
          element('span', { class: 'sub' }, yearOnYearWords(target, valueWords)),
        ),
        element(
          'span',
          { class: 'figure' },
          element('span', {}, distanceWords(target)),
          element('span', { class: 'sub' }, countText(target)),
        ),
        element(
          'span',
          { class: 'due' },
          element('span', { class: 'sub' }, '期限'),
          element('span', {}, target.due),
        ),
      ),
      element(
        'div',
        { class: 'more' },
        element('p', { class: 'reason' }, target.reason),
        outlook(target, valueWords),
        element(
          'blockquote',
          {},
          element('p', {}, target.quote),
          element('footer', {}, `${target.planDocument} ${target.clause}`),
        ),
        element(
          'dl',
          { class: 'facts' },
          fact('判定日期', target.asOf),
          target.valueUnrounded === null || ['section-grade', 'milestone'].includes(target.kind)
            ? null
            : fact('未修约值', `${target.valueUnrounded} ${target.unit}`),
          target.ledger ? fact('沙尘口径', dust) : null,
          target.otherLedgerValue === null
            ? null
            : fact(`${otherDust}时`, valueWords(target, target.otherLedgerValue)),
          fact('数据来源', target.inputs.map((name) => inputWords[name] ?? name).join('、') || '—'),
          fact('责任单位', target.offices.join('、') || '—'),
          target.demo ? fact('数据性质', '示例数据') : null,
        ),
        bullets('说明', target.notes),
        bullets('判定时的约定', target.assumptions),
        bullets('依据的标准', target.standards),
      ),
    ),
  );
}

function groupsOf(items) {
  const groups = new Map();
  for (const target of items) {
    const key = target.planDocument;
    groups.set(key, [...(groups.get(key) ?? []), target]);
  }
  return [...groups];
}

/** Shows where every target stands. */
export function showTargets(page, { onRefused, showDemo }) {
  const filter = { verdict: '', office: '', plan: '' };
  let items = [];
  let titles = new Map();

  const date = element('input', {
    type: 'date',
    required: true,
    on: { change: () => date.value && load(date.value) },
  });
  const office = select([['', '全部单位']], { change: () => set('office', office.value) });
  const plan = select([['', '全部方案']], { change: () => set('plan', plan.value) });
  const counts = element('div', { class: 'counts', role: 'group', 'aria-label': '按判定筛选' });
  const status = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
  const list = element('div', {});
  page.replaceChildren(
    element('h2', {}, '目标一览'),
    element(
      'div',
      { class: 'filters' },
      field('判定日期', date),
      field('责任单位', office),
      field('方案', plan),
    ),
    counts,
    status,
    list,
  );

  function set(name, value) {
    filter[name] = value;
    render();
  }

  function render() {
    const shown = items.filter(
      (target) =>
        (!filter.office || target.offices.includes(filter.office)) &&
        (!filter.plan || target.planId === filter.plan),
    );
    counts.replaceChildren(
      ...verdicts.map(([name, text]) => {
        const count = shown.filter((target) => target.verdict === name).length;
        return element(
          'button',
          {
            type: 'button',
            class: `count b-${name}`,
            'aria-pressed': String(filter.verdict === name),
            disabled: count === 0 && filter.verdict !== name,
            'data-verdict': name,
            on: {
              click: () => {
                set('verdict', filter.verdict === name ? '' : name);
                counts.querySelector(`[data-verdict="${name}"]`)?.focus();
              },
            },
          },
          element('span', { class: 'number' }, String(count)),
          badge(name, text),
        );
      }),
    );
    const chosen = shown.filter((target) => !filter.verdict || target.verdict === filter.verdict);
    status.textContent = `共 ${items.length} 项目标，当前显示 ${chosen.length} 项。点开任一项可看原文和依据。`;
    list.replaceChildren(
      ...groupsOf(chosen).map(([document, targets]) =>
        element(
          'section',
          { class: 'plan' },
          element(
            'h3',
            {},
            titles.get(targets[0].planId) ? `${titles.get(targets[0].planId)} ` : '',
            element('span', { class: 'sub' }, `${document} · ${targets.length} 项`),
          ),
          element('ul', { class: 'targets' }, targets.map(targetItem)),
        ),
      ),
    );
    if (chosen.length === 0)
      list.replaceChildren(element('p', { class: 'notice' }, '没有符合筛选条件的目标。'));
  }

  function fillSelects() {
    const offices = [...new Set(items.flatMap((target) => target.offices))];
    const plans = [...new Map(items.map((target) => [target.planId, target.planDocument]))];
    if (!offices.includes(filter.office)) filter.office = '';
    if (!plans.some(([id]) => id === filter.plan)) filter.plan = '';
    fillSelect(office, [['', '全部单位'], ...offices.map((name) => [name, name])], filter.office);
    fillSelect(plan, [['', '全部方案'], ...plans], filter.plan);
  }

  let latest = 0;
  async function load(asOf) {
    const turn = ++latest;
    list.setAttribute('aria-busy', 'true');
    status.textContent = '正在判定……';
    try {
      const query = asOf ? `?asOf=${encodeURIComponent(asOf)}` : '';
      const [answer, plans] = await Promise.all([call(`/api/v1/targets${query}`), call('/api/v1/plans')]);
      // A slower answer to an earlier question must not replace a later one.
      if (turn !== latest) return;
      items = answer.items;
      titles = new Map(plans.items.map((entry) => [entry.id, entry.titleZh]));
      date.value = answer.asOf;
      showDemo(answer.demo);
      fillSelects();
      render();
    } catch (error) {
      if (turn !== latest) return;
      if (error.status === 401) return onRefused(error.message);
      status.textContent = '';
      list.replaceChildren(
        element(
          'div',
          { class: 'notice bad', role: 'alert' },
          element('p', {}, error.message),
          element('button', { type: 'button', on: { click: () => load(asOf) } }, '重试'),
        ),
      );
    } finally {
      if (turn === latest) list.removeAttribute('aria-busy');
    }
  }

  void load('');
}
