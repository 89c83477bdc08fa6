import { call, withQuery } from './api.js';
import { button, element, failure, field, timeWords } from './dom.js';
import { startSession } from './session.js';

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

async function enter({ me, onRefused }) {
  messages = new Map();
  next = null;
  const list = element('div', { 'aria-live': 'polite' });
  const rest = element('div', { class: 'buttons' });
  const fault = element('div', {});
  const wanted = element('input', { type: 'search', on: { input: () => show() } });
  main.replaceChildren(
    element(
      'div',
      { class: 'inbox' },
      element('p', {}, '发到“站内收件箱”渠道的消息，新的在前，自动更新。手机上的机器人消息与此相同。'),
      field(
        '查找（标题、点位、渠道里含）',
        wanted,
        me.demo ? '演示告警的标题以“示例”开头：输入“示例：”只看它们，从下往上是先后次序。' : null,
      ),
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
      if (!list.isConnected) return false;
      if (error.status === 401) {
        onRefused(error.message);
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
    const changed = answer.items.some(
      (item) => JSON.stringify(messages.get(item.id)) !== JSON.stringify(item),
    );
    for (const item of answer.items) messages.set(item.id, item);
    if (before || isFirst || leavesGap) next = answer.next;
    if (changed || isFirst) show();
    return true;
  }

  function show() {
    const text = wanted.value.trim();
    const items = [...messages.values()]
      .filter((item) => text === '' || wordsOf(item).includes(text))
      .sort((a, b) => Number(b.id) - Number(a.id));
    const none = messages.size === 0 ? '还没有消息。' : '已读到的消息里没有。';
    list.replaceChildren(
      ...(items.length === 0 ? [element('p', { class: 'notice' }, none)] : items.map(card)),
    );
    rest.replaceChildren(...(next === null ? [] : [button('显示更多', () => void load(next))]));
  }

  async function refresh() {
    const goesOn = await load();
    if (goesOn && list.isConnected) timer = setTimeout(() => void refresh(), refreshMs);
  }
  await refresh();
}

/** What a message is found by. */
function wordsOf({ channelName, notification: { titleZh, alerts } }) {
  return [channelName, titleZh, ...alerts.flatMap((one) => [one.titleZh, one.siteZh ?? ''])].join('\n');
}

/** Only addresses of pages: a message may hold anything. */
function linkTo(address, words, kind) {
  if (!address || !/^https?:\/\//i.test(address)) return null;
  return element('a', { href: address, class: kind, rel: 'noreferrer' }, words);
}

function card({ id, channelName, receivedAt, notification, acknowledged = [] }) {
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
    over.has(kind) ? null : acknowledged.map(acknowledgedLine),
    element(
      'div',
      { class: 'links' },
      linkTo(notification.acknowledgeLink, '确认收到', 'primary'),
      linkTo(notification.link, '查看详情'),
    ),
    element('footer', {}, element('span', {}, channelName), element('span', {}, `编号 ${notification.key}`)),
  );
}

/** Who has taken on one of the alerts. */
function acknowledgedLine({ siteZh, by, office, at, noteZh }) {
  const what = siteZh ? `${siteZh}：` : '';
  return element(
    'p',
    { class: 'taken' },
    `✓ ${what}${by}（${office}）已于 ${timeWords(at)} 确认${noteZh ? `，${noteZh}` : ''}`,
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

await startSession({ open: enter, close: () => clearTimeout(timer) });
