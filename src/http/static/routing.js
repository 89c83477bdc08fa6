import { labelWords, matcherWords, severityWords } from './alertWords.js';
import { call } from './api.js';
import { button, element, table, timeWords } from './dom.js';
import { routeForm, wholeForm } from './routingForm.js';
import { showPreview } from './routingPreview.js';
import { RoutingNames, stack } from './routingWords.js';
import { attempt } from './screen.js';
import { may } from './words.js';

/** Who is told what: the routes as a table, a preview, and for administrators forms. */
export function showRouting(page, context) {
  const admin = may(context.me, 'admin');
  const names = new RoutingNames();
  const detail = element('div', {});
  const list = element('div', {});
  const close = () => detail.replaceChildren();
  const put = (node) => {
    detail.replaceChildren(node);
    node.querySelector('h3').focus();
  };
  page.replaceChildren(
    element('h2', {}, '告警发给谁'),
    element('p', { class: 'help' }, '告警从第一行往下找：符合条件的走缩进的那一行，都不符合的发上一级。'),
    element(
      'div',
      { class: 'buttons' },
      button('试一试：这样的告警发给谁', () => void showPreview({ context, names, put, close }), {
        class: 'primary',
      }),
    ),
    detail,
    list,
  );
  void start();

  async function start() {
    Object.assign(names, await call('/api/v1/routing/names').catch(() => ({})));
    await load();
  }

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/routing'));
    if (!answer) return;
    const { current, versions } = answer;
    const { routing } = current;
    const options = {
      save: (changed, reason) => save(current, changed, reason),
      close,
      onRefused: context.onRefused,
    };
    const edit = (one) => put(routeForm(current, one, names, options));
    list.replaceChildren(
      missingNotice(current.missingChannels),
      routeTable(current, names, admin ? edit : undefined),
      inhibitionTable(routing.inhibitions, names),
      element(
        'p',
        { class: 'sub' },
        `数据结束后 ${routing.liveWindowHours} 小时内算“现在”，更早的按补报、更正处理；一次超过 ${routing.summaryAbove} 项合成一条汇总。`,
      ),
      admin
        ? element(
            'div',
            { class: 'buttons' },
            button('整份修改（JSON）', () => put(wholeForm(current, options))),
          )
        : element('p', { class: 'sub' }, '修改需要“管理员”权限。'),
      versionsTable(versions),
    );
  }

  async function save(current, routing, reason) {
    const saved = await call('/api/v1/routing', {
      method: 'PUT',
      json: { routing, reason, basedOn: current.version },
    });
    detail.replaceChildren(
      element('p', { class: 'notice', role: 'status' }, `已保存为第 ${saved.version} 版，随即生效。`),
    );
    await load();
  }
}

function missingNotice(missing) {
  if (missing.length === 0) return '';
  return element(
    'p',
    { class: 'notice bad' },
    `这些渠道还没有建：${missing.join('、')}。发给它们的消息改发根渠道；根渠道也没有时发收件箱。`,
  );
}

/** Every route with its depth and its place in the document. */
function flatten(route, path = ['root'], depth = 0) {
  return [
    { route, path, depth },
    ...route.routes.flatMap((child, index) => flatten(child, [...path, 'routes', index], depth + 1)),
  ];
}

/** @param edit absent where the reader may not */
function routeTable({ version, routing }, names, edit) {
  return table(
    `发送路线（第 ${version} 版）`,
    ['路线', '条件', '发到', '合并等待', '免打扰', '无人确认时', ...(edit ? [''] : [])],
    flatten(routing.root).map((one) => {
      const { route, depth } = one;
      const { name, match, channels } = route;
      return [
        element('span', { class: `depth-${Math.min(depth, 3)}` }, `${depth > 0 ? '└ ' : ''}${name}`),
        depth === 0 ? '全部告警' : matcherWords(match, (label, value) => names.valueWords(label, value)),
        channels.length === 0 ? asAbove(one) : stack(channels.map((code) => names.channelWords(code))),
        waitWords(route) || asAbove(one),
        quietWords(route) || asAbove(one),
        names.escalationWords(route) || asAbove(one),
        ...(edit
          ? [button('修改', () => edit(one), { class: 'quiet', 'aria-label': `修改路线 ${name}` })]
          : []),
      ];
    }),
  );
}

function inhibitionTable(inhibitions, names) {
  if (inhibitions.length === 0) return '';
  const words = (match) => matcherWords(match, (label, value) => names.valueWords(label, value));
  return element(
    'details',
    {},
    element('summary', {}, `互相抑制（${inhibitions.length} 条）`),
    table(
      '一个在报时，另一个不发',
      ['名称', '这样的在报时', '不发这样的', '须相同'],
      inhibitions.map(({ name, source, target, equal }) => [
        name,
        words(source),
        words(target),
        equal.map((label) => labelWords[label] ?? label).join('、') || '—',
      ]),
    ),
  );
}

function versionsTable(versions) {
  return element(
    'details',
    {},
    element('summary', {}, `历次修改（${versions.length} 版）`),
    table(
      '发送设置的历次修改',
      ['版本', '时间', '谁', '理由'],
      versions.map((one) => [
        `第 ${one.version} 版`,
        timeWords(one.recordedAt),
        [one.recordedBy === 'seeds' ? '出厂' : one.recordedBy, one.office].filter(Boolean).join('，'),
        one.reason || '—',
      ]),
    ),
  );
}

/** What a route does not say itself. */
function asAbove({ depth }) {
  return depth === 0 ? '没有' : element('span', { class: 'sub' }, '同上级');
}

function waitWords({ groupWaitMinutes, groupIntervalMinutes }) {
  return [
    groupWaitMinutes === undefined ? '' : `等 ${groupWaitMinutes} 分钟`,
    groupIntervalMinutes === undefined ? '' : `间隔 ${groupIntervalMinutes} 分钟`,
  ]
    .filter(Boolean)
    .join('，');
}

function quietWords({ quietHours }) {
  if (quietHours === undefined) return '';
  if (quietHours === null) return '没有';
  return `${quietHours.from}–${quietHours.to}，${severityWords[quietHours.holdBelow]}以下先存着`;
}
