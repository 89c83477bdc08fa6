import { call } from './api.js';
import { button, element, failure, field, select, timeWords } from './dom.js';

const states = {
  queued: '等待发送',
  sending: '正在发送',
  delivered: '已送达',
  held: '免打扰时段内暂存',
  merged: '已并入另一条',
  dead: '没有送达',
};
const durations = [
  ['2', '2 小时'],
  ['8', '8 小时'],
  ['24', '1 天'],
  ['168', '7 天'],
];

/** One alert as a card. `changed` is called when something was done about it; `brief` leaves the facts out. */
export function alertCard(alert, { mayAct, changed, brief = false }) {
  const work = element('div', {});
  const kind = alert.severity ?? 'over';
  return element(
    'article',
    { class: `message ${kind}`, 'data-alert': alert.fingerprint },
    element(
      'header',
      {},
      element('strong', {}, `【${alert.statusZh}】${alert.severityZh ?? ''}`),
      element('time', { datetime: alert.changedAt }, timeWords(alert.changedAt)),
    ),
    element('h4', {}, [alert.siteZh, alert.titleZh].filter(Boolean).join(' · ')),
    brief ? null : facts(alert),
    alert.acknowledged
      ? element(
          'p',
          { class: 'state' },
          `已由 ${alert.acknowledged.by}（${alert.acknowledged.office}）于 ${timeWords(alert.acknowledged.at)} 确认${
            alert.acknowledged.noteZh ? `：${alert.acknowledged.noteZh}` : ''
          }`,
        )
      : null,
    alert.silenced
      ? element(
          'p',
          { class: 'state' },
          `静默至 ${timeWords(alert.silenced.until)}：${alert.silenced.reason}`,
        )
      : null,
    mayAct
      ? element(
          'div',
          { class: 'buttons' },
          alert.acknowledged
            ? null
            : button('确认', () => ask(work, acknowledgeForm(alert, changed)), { class: 'primary' }),
          alert.silenced ? null : button('静默', () => ask(work, silenceForm(alert, changed))),
          button('写备注', () => ask(work, noteForm(alert, changed))),
        )
      : null,
    work,
    history(alert),
  );
}

function ask(node, form) {
  node.replaceChildren(form);
  form.querySelector('input, textarea')?.focus();
}

function facts(alert) {
  const lines = [
    ['项目', alert.indicatorZh],
    ['数值', alert.valueZh],
    ['限值', alert.limitZh],
    ['差距', alert.distanceZh],
    ['时间', alert.periodZh],
    ['开始', alert.firingSince ? timeWords(alert.firingSince) : null],
    ['建议', alert.adviceZh],
    ['说明', [alert.suppressedZh, ...alert.notesZh].filter(Boolean).join('；')],
  ].filter(([, value]) => value);
  return element(
    'dl',
    {},
    lines.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

/** A form that calls the interface; what goes wrong stays beside what was typed. */
function form(content, words, send) {
  const fault = element('div', {});
  const node = element(
    'form',
    {
      on: {
        submit: async (event) => {
          event.preventDefault();
          try {
            await send();
          } catch (error) {
            fault.replaceChildren(failure(error));
            return;
          }
          node.remove();
        },
      },
    },
    content,
    fault,
    element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit', class: 'primary' }, words),
      button('取消', () => node.remove()),
    ),
  );
  return node;
}

function acknowledgeForm(alert, changed) {
  const note = element('input', { maxlength: '500' });
  return form(
    field('备注（可不填）', note, '确认后不再重复提醒和升级，除非告警加重。'),
    '确认收到',
    async () => {
      await call(`/api/v1/alerts/${alert.fingerprint}/acknowledge`, { json: { noteZh: note.value } });
      changed();
    },
  );
}

function noteForm(alert, changed) {
  const note = element('textarea', { required: true, maxlength: '2000', rows: '3' });
  return form(field('备注', note, '大家都能在“经过”里看到；不影响提醒和升级。'), '保存备注', async () => {
    await call(`/api/v1/alerts/${alert.fingerprint}/notes`, { json: { noteZh: note.value } });
    changed();
  });
}

function silenceForm(alert, changed) {
  const reason = element('input', { required: true, maxlength: '500' });
  const hours = select(durations);
  const matchers = Object.entries(alert.labels).map(([label, value]) => ({ label, op: '=', value }));
  return form([field('理由', reason, '只静默这一个告警。'), field('多久', hours)], '静默', async () => {
    const endsAt = new Date(Date.now() + Number(hours.value) * 3_600_000).toISOString();
    await call('/api/v1/silences', { json: { matchers, reason: reason.value, endsAt } });
    changed();
  });
}

function history(alert) {
  const content = element('div', {});
  return element(
    'details',
    {
      on: {
        toggle: async (event) => {
          if (!event.target.open) return;
          try {
            content.replaceChildren(...historyParts(await call(`/api/v1/alerts/${alert.fingerprint}`)));
          } catch (error) {
            content.replaceChildren(failure(error));
          }
        },
      },
    },
    element('summary', {}, '经过'),
    content,
  );
}

function historyParts({ transitions, told, withheld, acknowledgements, notes }) {
  const list = (title, items, words) =>
    items.length === 0
      ? []
      : [
          element('h4', {}, title),
          element(
            'ul',
            {},
            items.map((item) => element('li', {}, words(item))),
          ),
        ];
  return [
    ...list('变化', transitions, (one) =>
      element(
        'span',
        { class: one.withdrawnAt ? 'withdrawn' : null },
        [one.periodZh, one.reasonZh, one.valueZh, one.withdrawnAt ? '（数据更正后撤回）' : '']
          .filter(Boolean)
          .join(' '),
      ),
    ),
    ...list(
      '通知',
      told,
      (one) =>
        `${timeWords(one.toldAt)} ${one.channel}${one.level === null ? '' : `（第 ${one.level + 1} 级升级）`}：${
          states[one.state] ?? one.state
        }${one.state === 'dead' && one.lastMessage ? `，${one.lastMessage}` : ''}`,
    ),
    ...list('没有发出', withheld, (one) => `${timeWords(one.at)} ${one.reasonZh}`),
    ...list(
      '确认',
      acknowledgements,
      (one) => `${timeWords(one.at)} ${one.by}（${one.office}）${one.noteZh}`,
    ),
    ...list('备注', notes, (one) => `${timeWords(one.at)} ${one.by}：${one.noteZh}`),
  ];
}
