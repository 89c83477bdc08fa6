import { alertCard } from './alertCard.js';
import { call, withQuery } from './api.js';
import { button, element, failure, field, fillSelect } from './dom.js';
import { silenceCard } from './silences.js';
import { may } from './words.js';

const refreshMs = 30_000;
const severityOrder = ['critical', 'warning', 'notice'];

/** What fires, what keeps messages back, what was not delivered, and what changed last. Comes anew by itself. */
export function showFiring(page, { me, onRefused }) {
  const parts = { firing: part(), silences: part(), failures: part(), recent: part() };
  const fault = element('div', {});
  const mayAct = may(me, 'operator');
  let timer;
  let alerts = [];
  const changed = () => void load();
  const office = element('select', { on: { change: () => show() } });
  const choice = field('只看一个单位', office);
  choice.hidden = true;
  page.replaceChildren(
    element(
      'div',
      { class: 'alerts' },
      fault,
      section('正在报警', element('div', {}, choice, parts.firing)),
      section('静默和维护窗口', parts.silences),
      section('没有送达的通知', parts.failures),
      section('最近的变化', parts.recent),
    ),
  );
  void refresh();
  return () => clearTimeout(timer);

  async function load() {
    try {
      alerts = await all('/api/v1/alerts', { firing: 'true', limit: 500 });
      show();
      const { items } = await call('/api/v1/silences?active=true&limit=500');
      parts.silences.replaceChildren(
        ...(items.length === 0
          ? [element('p', {}, '没有。')]
          : items.map((silence) => silenceCard(silence, { mayAct, changed }))),
      );
      if (mayAct) {
        const dead = await call('/api/v1/notifications?state=dead&limit=100');
        showFailures(parts.failures, dead, changed);
      } else parts.failures.replaceChildren(element('p', {}, '运维人员可以查看和重发。'));
      const recent = await call(withQuery('/api/v1/alerts', { limit: 50 }));
      showRecent(parts.recent, recent.items);
      fault.replaceChildren();
    } catch (error) {
      if (!page.isConnected) return false;
      if (error.status === 401) {
        onRefused(error.message);
        return false;
      }
      fault.replaceChildren(failure(error));
    }
    return true;
  }

  function show() {
    const offices = officesOf(alerts);
    const chosen = offices.has(office.value) ? office.value : '';
    fillSelect(
      office,
      [['', '全部单位'], ...[...offices].map(([name, own]) => [name, `${name}（${own.length}）`])],
      chosen,
    );
    choice.hidden = offices.size < 2;
    showAlerts(parts.firing, alerts.length, chosen ? [[chosen, offices.get(chosen)]] : [...offices], {
      mayAct,
      changed,
    });
  }

  async function refresh() {
    // What somebody is typing is not taken from under their hands.
    const busy = page.querySelector('form, details[open]') !== null;
    if (busy || (await load())) {
      if (page.isConnected) timer = setTimeout(() => void refresh(), refreshMs);
    }
  }
}

/** Every page of a list: an alert left out would be one that nobody sees. */
async function all(path, parameters) {
  const items = [];
  let cursor;
  do {
    const page = await call(withQuery(path, { ...parameters, cursor }));
    items.push(...page.items);
    cursor = page.next;
  } while (cursor);
  return items;
}

function part() {
  return element('div', {}, element('p', {}, '正在读取…'));
}

function section(title, content) {
  return element('section', {}, element('h2', {}, title), content);
}

/** Alerts by the office responsible; one of several offices stands under each of them. */
function officesOf(alerts) {
  const offices = new Map();
  for (const alert of alerts) {
    const names = alert.offices.length === 0 ? ['未指定单位'] : alert.offices.map(({ nameZh }) => nameZh);
    for (const name of names) offices.set(name, [...(offices.get(name) ?? []), alert]);
  }
  return offices;
}

/** By office, the gravest first. */
function showAlerts(node, count, offices, { mayAct, changed }) {
  if (count === 0) {
    node.replaceChildren(element('p', { class: 'notice' }, '现在没有告警。'));
    return;
  }
  const rank = ({ severity }) => severityOrder.indexOf(severity);
  node.replaceChildren(
    element('p', {}, `共 ${count} 项。${offices.length > 1 ? '有几个责任单位的，在每个单位下都列出。' : ''}`),
    ...offices.flatMap(([name, own]) => [
      element('h3', {}, `${name}（${countWords(own)}）`),
      ...own.sort((a, b) => rank(a) - rank(b)).map((alert) => alertCard(alert, { mayAct, changed })),
    ]),
  );
}

function countWords(alerts) {
  return severityOrder
    .map((severity) => alerts.filter((alert) => alert.severity === severity))
    .filter((own) => own.length > 0)
    .map((own) => `${own[0].severityZh} ${own.length}`)
    .join('，');
}

function showFailures(node, { items, next }, changed) {
  if (items.length === 0) {
    node.replaceChildren(element('p', {}, '没有。'));
    return;
  }
  node.replaceChildren(
    ...items.map((message) => {
      const fault = element('div', {});
      return element(
        'article',
        { class: 'message', 'data-dead': message.id },
        element('h4', {}, `${message.titleZh} → ${message.channel.name}`),
        element(
          'p',
          {},
          `试了 ${message.attempts} 次：${message.lastMessage ?? '原因不明'}（${message.lastCode ?? ''}）`,
        ),
        button('重发', async () => {
          try {
            await call(`/api/v1/notifications/${message.id}/resend`, { json: { reason: '在页面上重发' } });
            changed();
          } catch (error) {
            fault.replaceChildren(failure(error));
          }
        }),
        fault,
      );
    }),
    next === null ? '' : element('p', {}, '还有更多，处理后会显示。'),
  );
}

function showRecent(node, alerts) {
  if (alerts.length === 0) {
    node.replaceChildren(element('p', {}, '没有。'));
    return;
  }
  node.replaceChildren(...alerts.map((alert) => alertCard(alert, { mayAct: false, brief: true })));
}
