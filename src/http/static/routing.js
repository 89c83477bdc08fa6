import {
  codeWords,
  labelWords,
  matcherWords,
  ruleKindWords,
  severityOptions,
  severityWords,
} from './alertWords.js';
import { call } from './api.js';
import { button, checkbox, element, failure, field, fillSelect, select, table, timeWords } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm, attempt } from './screen.js';
import { beijingText, instantOf } from './silences.js';
import { may } from './words.js';

const copyOf = (value) => JSON.parse(JSON.stringify(value));

/** Every route with its depth and its place in the document. */
function flatten(route, path = ['root'], depth = 0) {
  return [
    { route, path, depth },
    ...route.routes.flatMap((child, index) => flatten(child, [...path, 'routes', index], depth + 1)),
  ];
}

function partOf(document, path) {
  return path.reduce((part, key) => part[key], document);
}

/** Who is told what: the routes as a table, a preview, and for administrators forms. */
export function showRouting(page, context) {
  const admin = may(context.me, 'admin');
  let names = { offices: [], channels: [] };
  const detail = element('div', {});
  const list = element('div', {});
  page.replaceChildren(
    element('h2', {}, '告警发给谁'),
    element('p', { class: 'help' }, '告警从第一行往下找：符合条件的走缩进的那一行，都不符合的发上一级。'),
    element(
      'div',
      { class: 'buttons' },
      button('试一试：这样的告警发给谁', () => void preview(), { class: 'primary' }),
    ),
    detail,
    list,
  );
  void start();

  async function start() {
    names = await call('/api/v1/routing/names').catch(() => names);
    await load();
  }

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/routing'));
    if (!answer) return;
    const { current, versions } = answer;
    list.replaceChildren(
      current.missingChannels.length > 0
        ? element(
            'p',
            { class: 'notice bad' },
            `这些渠道还没有建：${current.missingChannels.join('、')}。发给它们的消息改发根渠道；根渠道也没有时发收件箱。`,
          )
        : '',
      routeTable(current),
      inhibitionTable(current.routing.inhibitions),
      element(
        'p',
        { class: 'sub' },
        `数据结束后 ${current.routing.liveWindowHours} 小时内算“现在”，更早的按补报、更正处理；一次超过 ${current.routing.summaryAbove} 项合成一条汇总。`,
      ),
      admin
        ? element(
            'div',
            { class: 'buttons' },
            button('整份修改（JSON）', () => editAll(current)),
          )
        : element('p', { class: 'sub' }, '修改需要“管理员”权限。'),
      element(
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
      ),
    );
  }

  function channelWords(code) {
    const known = names.channels.find((one) => one.code === code);
    if (!known) return `${code}（未建）`;
    return known.disabled ? `${known.name}（停用）` : known.name;
  }

  function nameOf(label, value) {
    if (label === 'office') return names.offices.find(({ code }) => code === value)?.nameZh ?? value;
    return codeWords(label, value);
  }

  function routeTable(current) {
    return table(
      `发送路线（第 ${current.version} 版）`,
      ['路线', '条件', '发到', '合并等待', '免打扰', '无人确认时', ...(admin ? [''] : [])],
      flatten(current.routing.root).map((one) => [
        element(
          'span',
          { class: `depth-${Math.min(one.depth, 3)}` },
          `${one.depth > 0 ? '└ ' : ''}${one.route.name}`,
        ),
        one.depth === 0 ? '全部告警' : matcherWords(one.route.match, nameOf),
        one.route.channels.length === 0 ? asAbove(one) : stack(one.route.channels.map(channelWords)),
        waitWords(one.route) || asAbove(one),
        quietWords(one.route) || asAbove(one),
        escalationWords(one.route) || asAbove(one),
        ...(admin
          ? [
              button('修改', () => edit(current, one), {
                class: 'quiet',
                'aria-label': `修改路线 ${one.route.name}`,
              }),
            ]
          : []),
      ]),
    );
  }

  function escalationWords({ escalation }) {
    if (escalation === undefined) return '';
    if (escalation.length === 0) return '不升级';
    return stack(
      escalation.map(
        ({ afterWorkingHours, channels, noteZh }) =>
          `${afterWorkingHours} 个工作小时后：${noteZh}（${channels.map(channelWords).join('、')}）`,
      ),
    );
  }

  function inhibitionTable(inhibitions) {
    if (inhibitions.length === 0) return '';
    return element(
      'details',
      {},
      element('summary', {}, `互相抑制（${inhibitions.length} 条）`),
      table(
        '一个在报时，另一个不发',
        ['名称', '这样的在报时', '不发这样的', '须相同'],
        inhibitions.map(({ name, source, target, equal }) => [
          name,
          matcherWords(source, nameOf),
          matcherWords(target, nameOf),
          equal.map((label) => labelWords[label] ?? label).join('、') || '—',
        ]),
      ),
    );
  }

  function put(node) {
    detail.replaceChildren(node);
    node.querySelector('h3').focus();
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

  function formOf(title, { current, read, fields }, ...parts) {
    const fault = element('div', {});
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    return asyncForm(
      { class: 'panel' },
      async () => {
        try {
          await save(current, read(), reason.value.trim());
        } catch (error) {
          if (error.status === 401) context.onRefused(error.message);
          else if (error.name === 'CallError') fields.tell(error, fault);
          else fault.replaceChildren(failure({ message: '不是正确的 JSON，没有保存。' }));
        }
      },
      element('h3', { tabindex: '-1' }, title),
      parts,
      fields.add('reason', '理由（必填）', reason, '记入历次修改。'),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'primary' }, '保存'),
        button('不改了', () => detail.replaceChildren()),
      ),
    );
  }

  function editAll(current) {
    const fields = new FormFields();
    const area = element('textarea', { rows: '24', spellcheck: 'false' });
    area.value = JSON.stringify(current.routing, null, 2);
    put(
      formOf(
        '整份修改发送设置',
        { current, read: () => JSON.parse(area.value), fields },
        fields.add('routing', '发送设置（JSON）', area),
      ),
    );
  }

  function edit(current, { route, path, depth }) {
    const place = `routing.${path.join('.')}`;
    const fields = new FormFields();
    const draft = copyOf(current.routing);
    const own = partOf(draft, path);
    const readers = [];
    const known = [...new Set([...names.channels.map(({ code }) => code), ...route.channels])];
    const chosen = checks(
      known.map((code) => [code, channelWords(code)]),
      route.channels,
    );
    readers.push(() => (own.channels = chosen.read()));
    const anchor = element('input', { type: 'hidden' });
    const channelFault = fields.add(`${place}.channels`, '', anchor);
    channelFault.querySelector('label').remove();
    const minutes = (name, words) => {
      const input = element('input', { type: 'text', inputmode: 'numeric', maxlength: '5' });
      input.value = route[name] ?? '';
      readers.push(() => {
        const text = input.value.trim();
        if (text === '') delete own[name];
        else own[name] = /^\d+$/.test(text) ? Number(text) : text;
      });
      return fields.add(`${place}.${name}`, words, input, depth > 0 ? '不填同上一级' : null);
    };
    const read = () => {
      for (const reader of readers) reader();
      return draft;
    };
    put(
      formOf(
        `修改路线“${route.name}”`,
        { current, read, fields },
        element(
          'p',
          { class: 'sub' },
          `条件：${depth === 0 ? '全部告警' : matcherWords(route.match, nameOf)}（条件在“整份修改”里改）`,
        ),
        element(
          'fieldset',
          {},
          element('legend', {}, depth === 0 ? '发到' : '发到（都不选同上一级）'),
          chosen.node,
          channelFault,
        ),
        element(
          'div',
          { class: 'filters' },
          minutes('groupWaitMinutes', '第一条等几分钟合并'),
          minutes('groupIntervalMinutes', '同组两条至少隔几分钟'),
        ),
        quietPart(route, own, place, fields, readers, depth),
        escalationPart(route, own, place, fields, readers, known, depth),
      ),
    );
  }

  function quietPart(route, own, place, fields, readers, depth) {
    const modes = [...(depth > 0 ? [['inherit', '同上一级']] : []), ['none', '没有'], ['own', '有']];
    const mode = select(modes);
    mode.value =
      route.quietHours === undefined
        ? depth > 0
          ? 'inherit'
          : 'none'
        : route.quietHours === null
          ? 'none'
          : 'own';
    const from = element('input', { type: 'time' });
    const to = element('input', { type: 'time' });
    from.value = route.quietHours?.from ?? '22:00';
    to.value = route.quietHours?.to ?? '07:00';
    const below = select(severityOptions);
    fillSelect(below, severityOptions, route.quietHours?.holdBelow ?? 'critical');
    const rest = element(
      'div',
      { class: 'filters' },
      fields.add(`${place}.quietHours.from`, '从', from),
      fields.add(`${place}.quietHours.to`, '到', to),
      fields.add(`${place}.quietHours.holdBelow`, '低于这一级的先存着', below),
    );
    const show = () => (rest.hidden = mode.value !== 'own');
    mode.addEventListener('change', show);
    show();
    readers.push(() => {
      if (mode.value === 'inherit') delete own.quietHours;
      else
        own.quietHours =
          mode.value === 'none' ? null : { from: from.value, to: to.value, holdBelow: below.value };
    });
    return element(
      'fieldset',
      {},
      element('legend', {}, '免打扰时段'),
      fields.add(`${place}.quietHours`, '有没有', mode),
      rest,
    );
  }

  function escalationPart(route, own, place, fields, readers, known, depth) {
    const modes = [...(depth > 0 ? [['inherit', '同上一级']] : []), ['own', '按下面各级（没有则不升级）']];
    const mode = select(modes);
    mode.value = route.escalation === undefined && depth > 0 ? 'inherit' : 'own';
    const rows = element('div', {});
    const levels = [];
    const addLevel = (level) => {
      const index = levels.length;
      const after = element('input', { type: 'text', inputmode: 'decimal', maxlength: '6' });
      after.value = level.afterWorkingHours;
      const note = element('input', { type: 'text', maxlength: '200' });
      note.value = level.noteZh;
      const chosen = checks(
        known.map((code) => [code, channelWords(code)]),
        level.channels,
      );
      const node = element(
        'div',
        { class: 'level' },
        fields.add(`${place}.escalation.${index}.afterWorkingHours`, '几个工作小时无人确认', after),
        fields.add(`${place}.escalation.${index}.noteZh`, '说明', note, '如：报分局分管领导'),
        button('去掉', () => {
          levels.splice(levels.indexOf(one), 1);
          node.remove();
        }),
        element('fieldset', {}, element('legend', {}, '发到'), chosen.node),
      );
      fields.alias(`${place}.escalation.${index}.channels`, `${place}.escalation.${index}.noteZh`);
      const one = {
        read: () => ({
          afterWorkingHours: Number.isNaN(Number(after.value)) ? after.value : Number(after.value),
          channels: chosen.read(),
          noteZh: note.value.trim(),
        }),
      };
      levels.push(one);
      rows.append(node);
    };
    for (const level of route.escalation ?? []) addLevel(level);
    const rest = element(
      'div',
      {},
      rows,
      button('加一级升级', () => addLevel({ afterWorkingHours: '', channels: [], noteZh: '' })),
    );
    const show = () => (rest.hidden = mode.value !== 'own');
    mode.addEventListener('change', show);
    show();
    readers.push(() => {
      if (mode.value === 'inherit') delete own.escalation;
      else own.escalation = levels.map(({ read }) => read());
    });
    return element(
      'fieldset',
      {},
      element('legend', {}, '无人确认时升级'),
      fields.add(`${place}.escalation`, '升级', mode),
      rest,
    );
  }

  async function preview() {
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
        if (answer) result.replaceChildren(...previewParts(answer));
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
        button('关闭', () => detail.replaceChildren()),
      ),
      result,
    );
    put(form);
  }

  function previewParts({ ways, withheld }) {
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
          escalationWords({ escalation }),
        ]),
      ),
    ];
  }
}

/** What a route does not say itself. */
function asAbove({ depth }) {
  return depth === 0 ? '没有' : element('span', { class: 'sub' }, '同上级');
}

function stack(lines) {
  return element(
    'span',
    { class: 'stack' },
    lines.map((line) => element('span', {}, line)),
  );
}

/** Boxes to tick, one for each [code, words]. */
function checks(options, chosen) {
  const boxes = options.map(([code, words]) => {
    const one = checkbox(words);
    one.input.checked = chosen.includes(code);
    return { code, ...one };
  });
  return {
    node: element(
      'div',
      { class: 'checks' },
      boxes.map(({ node }) => node),
    ),
    read: () => boxes.filter(({ input }) => input.checked).map(({ code }) => code),
  };
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
