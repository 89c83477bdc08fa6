import { call, token, withQuery } from './api.js';
import { button, element, failure, field, timeWords } from './dom.js';

const main = document.getElementById('main');
const refreshMs = 5_000;

const severityWords = { notice: '提示', warning: '警告', critical: '严重' };
const kindWords = {
  firing: '报警',
  'severity-changed': '级别变化',
  resolved: '已恢复',
  repeat: '仍在持续',
  escalation: '升级提醒',
  'no-data': '没有数据',
  'evaluation-error': '无法判断',
  late: '补报',
  correction: '更正',
  withdrawal: '撤回',
  reminder: '提醒',
  summary: '汇总',
  operator: '运行告警',
  test: '测试',
};
const over = new Set(['resolved', 'withdrawal']);

/** Messages by number; what has come stays while the page is open. */
let messages = new Map();
let next = null;
let timer;

function askToken(message = '') {
  clearTimeout(timer);
  const input = element('input', {
    type: 'password',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    required: true,
    placeholder: 'cei_…',
  });
  main.replaceChildren(
    element(
      'form',
      {
        class: 'panel narrow',
        on: {
          submit: (event) => {
            event.preventDefault();
            token.set(input.value.replace(/\s+/g, ''));
            void enter();
          },
        },
      },
      element('h2', {}, '请输入访问令牌'),
      element('p', { class: 'notice bad', role: 'alert', hidden: !message }, message),
      field('访问令牌', input, '以 cei_ 开头，由管理员发给您。只保存在本浏览器标签页，关闭即清除。'),
      element('button', { type: 'submit', class: 'primary' }, '进入'),
    ),
  );
  input.focus();
}

async function enter() {
  messages = new Map();
  next = null;
  const list = element('div', { 'aria-live': 'polite' });
  const rest = element('div', { class: 'buttons' });
  const fault = element('div', {});
  main.replaceChildren(
    element(
      'div',
      { class: 'inbox' },
      element('p', {}, '发到“站内收件箱”渠道的消息，新的在前，自动更新。手机上的机器人消息与此相同。'),
      fault,
      list,
      rest,
    ),
  );

  async function load(before) {
    let answer;
    try {
      answer = await call(withQuery('/api/v1/inbox', { before }));
    } catch (error) {
      if (error.status === 401) {
        token.clear();
        askToken(error.message);
        return false;
      }
      fault.replaceChildren(failure(error));
      return true;
    }
    fault.replaceChildren();
    const isFirst = messages.size === 0;
    const fresh = answer.items.filter(({ id }) => !messages.has(id));
    // More came than one page holds: what lies between is had by asking for more.
    const leavesGap = !before && fresh.length === answer.items.length && answer.next !== null;
    if (leavesGap) messages.clear();
    for (const item of fresh) messages.set(item.id, item);
    if (before || isFirst || leavesGap) next = answer.next;
    if (fresh.length > 0 || isFirst) show();
    return true;
  }

  function show() {
    const items = [...messages.values()].sort((a, b) => Number(b.id) - Number(a.id));
    list.replaceChildren(
      ...(items.length === 0 ? [element('p', { class: 'notice' }, '还没有消息。')] : items.map(card)),
    );
    rest.replaceChildren(...(next === null ? [] : [button('显示更多', () => void load(next))]));
  }

  async function refresh() {
    if (await load()) timer = setTimeout(() => void refresh(), refreshMs);
  }
  await refresh();
}

/** Only addresses of pages: a message may hold anything. */
function linkTo(address, words, kind) {
  if (!address || !/^https?:\/\//i.test(address)) return null;
  return element('a', { href: address, class: kind, rel: 'noreferrer' }, words);
}

function card({ id, channelName, receivedAt, notification }) {
  const { kind, severity, titleZh, alerts, alertCount, notesZh, officesZh, earlier, mentions } = notification;
  const people = [...(mentions.all ? ['所有人'] : []), ...mentions.mobiles, ...mentions.userIds];
  const hidden = alertCount - alerts.length;
  return element(
    'article',
    { class: `message ${over.has(kind) ? 'over' : severity}`, 'data-id': id },
    element(
      'header',
      {},
      element('strong', {}, `【${kindWords[kind] ?? kind}】${severityWords[severity] ?? severity}`),
      element('time', { datetime: receivedAt }, timeWords(receivedAt)),
    ),
    element('h2', {}, titleZh),
    earlier ? element('p', {}, `针对 ${timeWords(new Date(earlier.sentAt).toISOString())} 发出的消息`) : null,
    alerts.map(alertPart),
    hidden > 0 ? element('p', {}, `另有 ${hidden} 项，详见页面`) : null,
    notesZh.map((words) => element('p', {}, words)),
    officesZh.length > 0 ? element('p', {}, `责任单位：${officesZh.join('、')}`) : null,
    people.length > 0 ? element('p', {}, people.map((name) => `@${name}`).join(' ')) : null,
    element(
      'div',
      { class: 'links' },
      linkTo(notification.acknowledgeLink, '确认收到', 'primary'),
      linkTo(notification.link, '查看详情'),
    ),
    element('footer', {}, element('span', {}, channelName), element('span', {}, `编号 ${notification.key}`)),
  );
}

function alertPart(alert) {
  const facts = [
    ['地点', alert.siteZh],
    ['项目', alert.indicatorZh],
    ['数值', alert.valueZh],
    ['限值', alert.limitZh],
    ['差距', alert.distanceZh],
    ['时间', alert.periodZh],
    ['建议', alert.adviceZh],
  ].filter(([, value]) => value);
  const state =
    { resolved: '（已恢复）', 'no-data': '（没有数据）', error: '（无法判断）' }[alert.state] ?? '';
  return element(
    'section',
    {},
    element('h3', {}, `${alert.titleZh}${state}`),
    element(
      'dl',
      {},
      facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
    ),
  );
}

try {
  const health = await call('/healthz');
  document.getElementById('demo-band').hidden = !health.demo;
} catch {
  // The list will say that the service cannot be reached.
}
if (token.get()) await enter();
else askToken();
