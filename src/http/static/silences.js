import { codeWords, labelWords, matcherWords, operatorWords, severityOptions } from './alertWords.js';
import { call, withQuery } from './api.js';
import { button, element, failure, select, timeWords } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm, pagedList } from './screen.js';
import { may } from './words.js';

const kindWords = { silence: '静默', maintenance: '维护窗口' };
const stateWords = { upcoming: '未开始', active: '生效中', over: '已结束' };
const matchable = ['site', 'rule', 'kind', 'indicator', 'severity', 'office', 'target', 'check', 'subject'];
const pageSize = 50;

/** One silence or window as a card. */
export function silenceCard(silence, { mayAct, changed }) {
  const fault = element('div', {});
  const title = `${kindWords[silence.kind]}${silence.state === 'active' ? '' : `（${stateWords[silence.state]}）`}`;
  return element(
    'article',
    { class: `message ${silence.state === 'over' ? 'over' : ''}`, 'data-silence': silence.id },
    element('h4', {}, `${title}${silence.titleZh ? `：${silence.titleZh}` : ''}`),
    element('p', {}, matcherWords(silence.matchers, codeWords)),
    element('p', {}, `${timeWords(silence.startsAt)} 至 ${timeWords(silence.endsAt)}`),
    element('p', {}, `${silence.by}（${silence.office}）：${silence.reason}`),
    silence.endedBy
      ? element('p', { class: 'state' }, `${silence.endedBy} 于 ${timeWords(silence.endedAt)} 提前结束`)
      : null,
    mayAct && silence.state !== 'over'
      ? button(
          '提前结束',
          async () => {
            try {
              await call(`/api/v1/silences/${silence.id}/end`, { json: { reason: '在页面上提前结束' } });
              changed();
            } catch (error) {
              fault.replaceChildren(failure(error));
            }
          },
          { 'aria-label': `提前结束${title} ${silence.reason}` },
        )
      : null,
    fault,
  );
}

/** Silences and maintenance windows: all of them, and for operators a new one. */
export function showSilences(page, context) {
  const mayAct = may(context.me, 'operator');
  const list = pagedList({
    context,
    load: (before) => call(withQuery('/api/v1/silences', { before, limit: pageSize })),
    render: (items) =>
      element(
        'div',
        { class: 'alerts' },
        items.map((silence) => silenceCard(silence, { mayAct, changed: () => void list.reload() })),
      ),
    empty: '没有静默，也没有维护窗口。',
  });
  const editor = element('div', {});
  page.replaceChildren(
    element('h2', {}, '静默和维护窗口'),
    element(
      'p',
      { class: 'help' },
      '静默：这段时间内不发消息，告警照常判断和记录。维护窗口：按数据的时间，维护期间的数据不发消息。最长 90 天，到期自动恢复。',
    ),
    mayAct
      ? element(
          'div',
          { class: 'buttons' },
          button('新建静默', () => void edit('silence'), { class: 'primary' }),
          button('新建维护窗口', () => void edit('maintenance')),
        )
      : element('p', { class: 'sub' }, '设置和结束需要“运维”及以上权限。'),
    editor,
    list.node,
  );
  void list.reload();

  async function edit(kind) {
    const form = await silenceForm(kind, context, {
      done(words) {
        editor.replaceChildren(element('p', { class: 'notice', role: 'status' }, words));
        void list.reload();
      },
      cancel: () => editor.replaceChildren(),
    });
    editor.replaceChildren(form);
    form.querySelector('h3').focus();
  }
}

async function silenceForm(kind, context, { done, cancel }) {
  const known = await knownValues();
  const fields = new FormFields();
  const fault = element('div', {});
  const rows = element('div', {});
  const title = element('input', { type: 'text', maxlength: '200' });
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  const begin = element('input', { type: 'datetime-local' });
  const end = element('input', { type: 'datetime-local', required: true });
  end.value = beijingText(Date.now() + 2 * 3_600_000);
  if (kind === 'maintenance') begin.value = beijingText(Date.now());
  const matchers = [];
  addMatcher();
  const form = asyncForm(
    { class: 'panel' },
    async () => {
      const json = {
        kind,
        titleZh: title.value.trim(),
        matchers: matchers.map(({ read }) => read()),
        reason: reason.value.trim(),
        ...(begin.value ? { startsAt: instantOf(begin.value) } : {}),
        endsAt: instantOf(end.value),
      };
      try {
        const made = await call('/api/v1/silences', { json });
        done(`已设置。现在正在报警的告警里，它管到 ${made.matching} 项。`);
      } catch (error) {
        if (error.status === 401) context.onRefused(error.message);
        else fields.tell(error, fault);
      }
    },
    element('h3', { tabindex: '-1' }, `新建${kindWords[kind]}`),
    kind === 'maintenance' ? fields.add('titleZh', '名称', title, '如：丙站更换采样泵') : null,
    element(
      'fieldset',
      {},
      element('legend', {}, '哪些告警（各条件同时满足）'),
      rows,
      button('再加一个条件', () => addMatcher()),
    ),
    fields.add('reason', '理由', reason, '写清原因和联系人，记入审计。'),
    element(
      'div',
      { class: 'filters' },
      fields.add('startsAt', '开始（北京时间）', begin, kind === 'silence' ? '不填为现在' : null),
      fields.add('endsAt', '结束（北京时间）', end),
    ),
    fault,
    element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit', class: 'primary' }, '设置'),
      button('取消', cancel),
    ),
  );
  fields.alias('matchers', 'reason');
  return form;

  function addMatcher() {
    const label = select(matchable.map((name) => [name, labelWords[name]]));
    const op = select(Object.entries(operatorWords));
    const id = `known-${Math.random().toString(36).slice(2)}`;
    const value = element('input', { type: 'text', maxlength: '200', list: id, required: true });
    const options = element('datalist', { id });
    const offer = () =>
      options.replaceChildren(
        ...(known[label.value] ?? []).map(([code, words]) => element('option', { value: code }, words)),
      );
    label.addEventListener('change', offer);
    offer();
    const index = matchers.length;
    const row = element(
      'div',
      { class: 'matcher' },
      fields.add(`matchers.${index}.label`, '项目', label),
      fields.add(`matchers.${index}.op`, '关系', op),
      fields.add(`matchers.${index}.value`, '值（代码）', value, '“符合”可用 * 和 |'),
      options,
    );
    if (index > 0)
      row.append(
        button('去掉', () => {
          matchers.splice(matchers.indexOf(own), 1);
          row.remove();
        }),
      );
    const own = { read: () => ({ label: label.value, op: op.value, value: value.value.trim() }) };
    matchers.push(own);
    rows.append(row);
  }
}

/** Codes to choose from, with their names; without them codes are typed. */
async function knownValues() {
  const [sites, rules, names] = await Promise.all([
    call('/api/v1/sites').catch(() => ({ items: [] })),
    call('/api/v1/rules').catch(() => ({ items: [] })),
    call('/api/v1/routing/names').catch(() => ({ offices: [], channels: [] })),
  ]);
  return {
    site: sites.items.map(({ code, name }) => [code, name]),
    rule: rules.items.map(({ code, rule }) => [code, rule.titleZh]),
    office: names.offices.map(({ code, nameZh }) => [code, nameZh]),
    severity: severityOptions,
    kind: ['threshold', 'target', 'absence', 'quality', 'heavy-pollution', 'service'].map((code) => [
      code,
      codeWords('kind', code),
    ]),
  };
}

/** An instant as the input of a Beijing time has it. */
export function beijingText(at) {
  return new Date(at + 8 * 3_600_000).toISOString().slice(0, 16);
}

/** The instant that an input of a Beijing time says. */
export function instantOf(text) {
  return `${text}:00+08:00`;
}
