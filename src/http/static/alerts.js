import { alertCard } from './alertCard.js';
import { call, token, withQuery } from './api.js';
import { button, element, failure, field, timeWords } from './dom.js';

const main = document.getElementById('main');
const refreshMs = 30_000;
const severityOrder = ['critical', 'warning', 'notice'];
const opNames = { '=': '等于', '!=': '不等于', '=~': '符合', '!~': '不符合' };
const operators = new Set(['operator', 'admin']);
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
  const parts = { firing: part(), silences: part(), failures: part(), recent: part() };
  const fault = element('div', {});
  let mayAct;
  main.replaceChildren(
    element(
      'div',
      { class: 'alerts' },
      fault,
      section('正在报警', parts.firing),
      section('静默和维护窗口', parts.silences),
      section('没有送达的通知', parts.failures),
      section('最近的变化', parts.recent),
    ),
  );

  async function load() {
    try {
      if (mayAct === undefined) mayAct = operators.has((await call('/api/v1/me')).role);
      const changed = () => void load();
      showFiring(parts.firing, await all('/api/v1/alerts', { firing: 'true', limit: 500 }), mayAct, changed);
      const silences = await call('/api/v1/silences?active=true&limit=500');
      showSilences(parts.silences, silences.items, mayAct, changed);
      if (mayAct) {
        const dead = await call('/api/v1/notifications?state=dead&limit=100');
        showFailures(parts.failures, dead, changed);
      } else parts.failures.replaceChildren(element('p', {}, '运维人员可以查看和重发。'));
      const recent = await call(withQuery('/api/v1/alerts', { limit: 50 }));
      showRecent(parts.recent, recent.items);
      fault.replaceChildren();
    } catch (error) {
      if (error.status === 401) {
        token.clear();
        askToken(error.message);
        return false;
      }
      fault.replaceChildren(failure(error));
    }
    return true;
  }

  async function refresh() {
    // What somebody is typing is not taken from under their hands.
    const busy = main.querySelector('form, details[open]') !== null;
    if (busy || (await load())) timer = setTimeout(() => void refresh(), refreshMs);
  }
  await refresh();
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

/** By office, the gravest first; an alert of several offices stands under each of them. */
function showFiring(node, alerts, mayAct, changed) {
  if (alerts.length === 0) {
    node.replaceChildren(element('p', { class: 'notice' }, '现在没有告警。'));
    return;
  }
  const offices = new Map();
  for (const alert of alerts) {
    const names = alert.offices.length === 0 ? ['未指定单位'] : alert.offices.map(({ nameZh }) => nameZh);
    for (const name of names) offices.set(name, [...(offices.get(name) ?? []), alert]);
  }
  const rank = ({ severity }) => severityOrder.indexOf(severity);
  node.replaceChildren(
    element('p', {}, `共 ${alerts.length} 项。`),
    ...[...offices].flatMap(([name, own]) => [
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

function showSilences(node, silences, mayAct, changed) {
  if (silences.length === 0) {
    node.replaceChildren(element('p', {}, '没有。'));
    return;
  }
  node.replaceChildren(
    ...silences.map((silence) => {
      const fault = element('div', {});
      return element(
        'article',
        { class: 'message', 'data-silence': silence.id },
        element(
          'h4',
          {},
          `${silence.kind === 'maintenance' ? '维护窗口' : '静默'}${silence.state === 'upcoming' ? '（未开始）' : ''}${
            silence.titleZh ? `：${silence.titleZh}` : ''
          }`,
        ),
        element(
          'p',
          {},
          silence.matchers.map(({ label, op, value }) => `${label} ${opNames[op]} ${value}`).join('，'),
        ),
        element('p', {}, `${timeWords(silence.startsAt)} 至 ${timeWords(silence.endsAt)}`),
        element('p', {}, `${silence.by}（${silence.office}）：${silence.reason}`),
        mayAct
          ? button('提前结束', async () => {
              try {
                await call(`/api/v1/silences/${silence.id}/end`, { json: { reason: '在页面上提前结束' } });
                changed();
              } catch (error) {
                fault.replaceChildren(failure(error));
              }
            })
          : null,
        fault,
      );
    }),
  );
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

try {
  const health = await call('/healthz');
  document.getElementById('demo-band').hidden = !health.demo;
} catch {
  // The list will say that the service cannot be reached.
}
if (token.get()) await enter();
else askToken();
