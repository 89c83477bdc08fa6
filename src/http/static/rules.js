import { ruleKindWords, severityWords } from './alertWords.js';
import { call } from './api.js';
import { showBacktest } from './backtest.js';
import { button, element, fact, field, select, table, timeWords } from './dom.js';
import { ruleForm } from './ruleForm.js';
import { attempt } from './screen.js';
import { indicatorNames, may, siteKindWords } from './words.js';

/** Rules of alerting: all of them in plain words, and each with its back-test, its versions and, for administrators, a form. */
export function showRules(page, context) {
  let rules = [];
  let names = { offices: [], channels: [], sites: new Map() };
  const kind = select([['', '全部类别'], ...Object.entries(ruleKindWords)], { change: () => render() });
  const text = element('input', { type: 'search', on: { input: () => render() } });
  const detail = element('div', {});
  const list = element('div', {});
  page.replaceChildren(
    element('h2', {}, '告警规则'),
    element(
      'p',
      { class: 'help' },
      '每条规则写明什么时候报警、由哪个单位负责。打开一条，可以用历史数据回测、看历次修改；管理员可以改。',
    ),
    detail,
    element('div', { class: 'filters' }, field('类别', kind), field('标题或代码（含）', text)),
    list,
  );
  void start();

  async function start() {
    const [found, sites] = await Promise.all([
      call('/api/v1/routing/names').catch(() => names),
      call('/api/v1/sites').catch(() => ({ items: [] })),
      loadIndicators(),
    ]);
    names = { ...found, sites: new Map(sites.items.map(({ code, name }) => [code, name])) };
    await load();
  }

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/rules'));
    if (!answer) return;
    rules = answer.items;
    render();
  }

  function render() {
    const wanted = text.value.trim().toLowerCase();
    const shown = rules.filter(
      ({ code, rule }) =>
        (!kind.value || rule.kind === kind.value) &&
        [code, rule.titleZh].some((each) => each.toLowerCase().includes(wanted)),
    );
    list.replaceChildren(
      shown.length === 0
        ? element('p', { class: 'notice' }, '没有这样的规则。')
        : table(
            `告警规则（${shown.length} 条）`,
            ['规则', '类别', '什么时候报警', '责任单位', ''],
            shown.map((info) => [
              element(
                'span',
                { class: 'stack' },
                element('strong', {}, info.rule.titleZh),
                info.rule.enabled ? null : element('span', { class: 'off' }, '已停用'),
              ),
              ruleKindWords[info.rule.kind],
              info.explanationZh,
              officesWords(info.rule.offices, names),
              button('打开', () => void open(info.code), {
                class: 'quiet',
                'aria-label': `打开规则 ${info.rule.titleZh}`,
              }),
            ]),
          ),
    );
  }

  async function open(code, words) {
    const answer = await attempt(context, detail, () => call(`/api/v1/rules/${encodeURIComponent(code)}`));
    if (!answer) return;
    detail.replaceChildren(
      ruleDetail(answer, {
        context,
        names,
        words,
        close: () => detail.replaceChildren(),
        async saved(savedCode, said) {
          await load();
          await open(savedCode, said);
        },
      }),
    );
    detail.querySelector('h3').focus();
  }
}

async function loadIndicators() {
  const answer = await call('/api/v1/indicators').catch(() => ({ items: [] }));
  for (const { code, nameZh } of answer.items) indicatorNames.set(code, nameZh);
}

function officesWords(offices, names) {
  if (offices === 'of-target') return '目标的责任单位';
  return offices.map((code) => names.offices.find((one) => one.code === code)?.nameZh ?? code).join('、');
}

function scopeWords(rule, names) {
  if (rule.kind === 'target')
    return rule.targets === 'all' ? '全部目标' : `目标 ${rule.targets.join('、')} 号`;
  if (rule.kind === 'service') return '本系统';
  const { sites, groups, kinds } = rule.scope;
  return [
    ...kinds.map((code) => `所有${siteKindWords[code] ?? code}`),
    ...groups.map((code) => `点位组 ${code}`),
    ...sites.map((code) => names.sites.get(code) ?? code),
  ].join('、');
}

function ruleDetail({ current, versions }, { context, names, words, close, saved }) {
  const work = element('div', {});
  if (current === null)
    return element(
      'section',
      { class: 'panel' },
      element('h3', { tabindex: '-1' }, `${versions[0].rule.titleZh}（已删除）`),
      versionTable(versions),
      button('关闭', close),
    );
  const { rule } = current;
  const put = (title, node) => {
    work.replaceChildren(node);
    work.querySelector('h4')?.focus();
  };
  return element(
    'section',
    { class: 'panel', 'data-rule': current.code },
    element('h3', { tabindex: '-1' }, rule.titleZh),
    words ? element('p', { class: 'notice', role: 'status' }, words) : null,
    element('p', { class: 'explain' }, current.explanationZh),
    element(
      'dl',
      { class: 'facts' },
      fact('状态', rule.enabled ? '启用' : '已停用'),
      fact('看什么', scopeWords(rule, names)),
      fact('责任单位', officesWords(rule.offices, names)),
      fact('依据', rule.source),
      rule.assumptionZh ? fact('假定', rule.assumptionZh) : null,
      rule.adviceZh ? fact('建议', rule.adviceZh) : null,
      fact('版本', `第 ${current.version} 版${current.seeded ? '（出厂）' : ''}，代码 ${current.code}`),
    ),
    element(
      'div',
      { class: 'buttons' },
      may(context.me, 'admin')
        ? button(
            '修改',
            () =>
              put('修改', ruleForm(current, { context, names, saved, cancel: () => work.replaceChildren() })),
            {
              class: 'primary',
            },
          )
        : null,
      may(context.me, 'operator')
        ? button('用历史数据回测', () =>
            put(
              '回测',
              showBacktest(() => rule, context),
            ),
          )
        : null,
      button('历次修改', () => put('历次修改', versionTable(versions))),
      button('关闭', close),
    ),
    may(context.me, 'admin') ? null : element('p', { class: 'sub' }, '修改规则需要“管理员”权限。'),
    work,
  );
}

/** What each version changed, the newest first. */
function versionTable(versions) {
  return element(
    'div',
    {},
    element('h4', { tabindex: '-1' }, '历次修改'),
    table(
      `历次修改（${versions.length} 版）`,
      ['版本', '时间', '谁', '理由', '改了什么'],
      versions.map((version, index) => [
        `第 ${version.version} 版`,
        timeWords(version.recordedAt),
        [version.recordedBy === 'seeds' ? '出厂' : version.recordedBy, version.office]
          .filter(Boolean)
          .join('，'),
        version.reason || '—',
        changesBetween(versions[index + 1]?.rule, version),
      ]),
    ),
  );
}

const fieldWords = {
  titleZh: '标题',
  offices: '责任单位',
  enabled: '启用',
  forHours: '持续',
  keepFiringForHours: '恢复后再保持',
  noDataForHours: '缺数容忍',
  repeatHours: '提醒间隔',
  levels: '级别',
  severity: '级别',
  threshold: '阈值',
  clear: '解除值',
  adviceZh: '建议',
  assumptionZh: '假定',
  explanationZh: '说明',
  groupBy: '合并方式',
  graceHours: '宽限小时',
  graceWorkingDays: '宽限工作日',
  afterHours: '逾期小时',
  afterWorkingDays: '逾期工作日',
};

function leavesOf(value, path = [], found = new Map()) {
  if (typeof value === 'object' && value !== null)
    for (const [key, part] of Object.entries(value)) leavesOf(part, [...path, key], found);
  else found.set(path.join('.'), value);
  return found;
}

function changesBetween(before, { rule, removed }) {
  if (removed) return '删除';
  if (before === undefined) return '新建';
  const [old, now] = [leavesOf(before), leavesOf(rule)];
  const paths = [...new Set([...old.keys(), ...now.keys()])].filter(
    (path) => old.get(path) !== now.get(path),
  );
  if (paths.length === 0) return '没有不同';
  const show = (value) => {
    if (value === undefined || value === null) return '无';
    if (typeof value === 'boolean') return value ? '是' : '否';
    return severityWords[value] ?? String(value);
  };
  const nameOf = (path) =>
    path
      .split('.')
      .map((part) => (/^\d+$/.test(part) ? `第 ${Number(part) + 1} 项` : (fieldWords[part] ?? part)))
      .join(' ');
  return element(
    'ul',
    { class: 'changes' },
    paths
      .slice(0, 10)
      .map((path) => element('li', {}, `${nameOf(path)}：${show(old.get(path))} → ${show(now.get(path))}`)),
    paths.length > 10 ? element('li', {}, `另有 ${paths.length - 10} 处`) : null,
  );
}
