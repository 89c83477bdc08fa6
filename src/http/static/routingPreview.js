import { ruleKindWords, severityOptions } from './alertWords.js';
import { call } from './api.js';
import { button, element, field, select, table, timeWords } from './dom.js';
import { stack } from './routingWords.js';
import { asyncForm, attempt } from './screen.js';
import { beijingText, instantOf } from './silences.js';

/** Puts a form on the page that asks who would be told of an alert. */
export async function showPreview({ context, names, put, close }) {
  const [rules, sites] = await Promise.all([
    call('/api/v1/rules').catch(() => ({ items: [] })),
    call('/api/v1/sites').catch(() => ({ items: [] })),
  ]);
  const options = [
    ['', '不指定规则'],
    ...rules.items.map(({ code, rule }) => [code, `${ruleKindWords[rule.kind]}：${rule.titleZh}`]),
  ];
  const rule = select(options);
  const site = select([['', '不指定点位'], ...sites.items.map(({ code, name }) => [code, name])]);
  const severity = select(severityOptions);
  severity.value = 'warning';
  const office = select([
    ['', '按规则的责任单位'],
    ...names.offices.map(({ code, nameZh }) => [code, nameZh]),
  ]);
  const at = element('input', { type: 'datetime-local' });
  at.value = beijingText(Date.now());
  const result = element('div', { 'aria-live': 'polite' });
  const form = asyncForm(
    { class: 'panel' },
    async () => {
      const chosen = rules.items.find(({ code }) => code === rule.value)?.rule;
      const own = Array.isArray(chosen?.offices) ? chosen.offices : [];
      const json = {
        labels: {
          ...(chosen ? { kind: chosen.kind, rule: chosen.code } : {}),
          ...(site.value ? { site: site.value } : {}),
        },
        severity: severity.value,
        offices: office.value ? [office.value] : own,
        ...(at.value ? { at: instantOf(at.value) } : {}),
      };
      const answer = await attempt(context, result, () => call('/api/v1/routing/preview', { json }));
      if (answer) result.replaceChildren(...previewParts(answer, names));
    },
    element('h3', { tabindex: '-1' }, '这样的告警发给谁'),
    element(
      'div',
      { class: 'filters' },
      field('规则', rule),
      field('点位', site),
      field('级别', severity),
      field('责任单位', office),
      field('时间（北京时间）', at),
    ),
    element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit', class: 'primary' }, '看看发给谁'),
      button('关闭', close),
    ),
    result,
  );
  put(form);
}

function previewParts({ ways, withheld }, names) {
  return [
    withheld ? element('p', { class: 'notice bad' }, `现在不会发出：${withheld.reasonZh}`) : '',
    table(
      '发给谁',
      ['责任单位', '走哪条路线', '发到', '何时', '无人确认时'],
      ways.map(({ officeZh, path, channels, deliverAfter, heldZh, escalation }) => [
        officeZh ?? '未指定',
        path.join(' → '),
        stack(
          channels.map(({ code, name, disabled }) =>
            name === null ? `${code}（未建，改发根渠道）` : `${name}${disabled ? '（停用）' : ''}`,
          ),
        ),
        heldZh ?? `${timeWords(deliverAfter)} 后`,
        names.escalationWords({ escalation }),
      ]),
    ),
  ];
}
