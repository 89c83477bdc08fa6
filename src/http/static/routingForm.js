import { matcherWords, severityOptions } from './alertWords.js';
import { button, checkbox, element, failure, select } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm } from './screen.js';

/** The form of the whole document, as JSON. See `formOf` for the options. */
export function wholeForm(current, options) {
  const fields = new FormFields();
  const area = element('textarea', { rows: '24', spellcheck: 'false' });
  area.value = JSON.stringify(current.routing, null, 2);
  return formOf(
    '整份修改发送设置',
    { ...options, read: () => JSON.parse(area.value), fields },
    fields.add('routing', '发送设置（JSON）', area),
  );
}

/** The form of one route of the document; `one` says which and how deep it is. */
export function routeForm(current, { route, path, depth }, names, options) {
  const fields = new FormFields();
  const draft = JSON.parse(JSON.stringify(current.routing));
  const part = {
    route,
    /** The part of the draft that is this route. */
    own: path.reduce((inner, key) => inner[key], draft),
    place: `routing.${path.join('.')}`,
    isRoot: depth === 0,
    fields,
    names,
    known: [...new Set([...names.channels.map(({ code }) => code), ...route.channels])],
  };
  const parts = [channelsPart(part), waitPart(part), quietPart(part), escalationPart(part)];
  const read = () => {
    for (const each of parts) each.read();
    return draft;
  };
  const condition = part.isRoot
    ? '全部告警'
    : matcherWords(route.match, (label, value) => names.valueWords(label, value));
  return formOf(
    `修改路线“${route.name}”`,
    { ...options, read, fields },
    element('p', { class: 'sub' }, `条件：${condition}（条件在“整份修改”里改）`),
    parts.map(({ node }) => node),
  );
}

/**
 * @param read gives the document to be saved; throws where the text is no JSON
 * @param save sends it with the reason; @param close takes the form away; @param onRefused ends the session
 */
function formOf(title, { read, fields, save, close, onRefused }, ...parts) {
  const fault = element('div', {});
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  return asyncForm(
    { class: 'panel' },
    async () => {
      try {
        await save(read(), reason.value.trim());
      } catch (error) {
        if (error.status === 401) onRefused(error.message);
        else if (error.name === 'CallError') fields.tell(error, fault);
        else if (error instanceof SyntaxError)
          fault.replaceChildren(failure({ message: '不是正确的 JSON，没有保存。' }));
        else {
          fault.replaceChildren(failure({ message: '页面出错，没有保存，请刷新后再试。' }));
          throw error;
        }
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
      button('不改了', close),
    ),
  );
}

function channelsPart({ route, own, place, isRoot, fields, names, known }) {
  const chosen = channelChecks(known, names, route.channels);
  const fault = fields.add(`${place}.channels`, '', element('input', { type: 'hidden' }));
  fault.querySelector('label').remove();
  const legend = element('legend', {}, isRoot ? '发到' : '发到（都不选同上一级）');
  return {
    node: element('fieldset', {}, legend, chosen.node, fault),
    read: () => (own.channels = chosen.read()),
  };
}

function waitPart({ route, own, place, isRoot, fields }) {
  const inputs = [
    ['groupWaitMinutes', '第一条等几分钟合并'],
    ['groupIntervalMinutes', '同组两条至少隔几分钟'],
  ].map(([name, words]) => {
    const input = element('input', { type: 'text', inputmode: 'numeric', maxlength: '5' });
    input.value = route[name] ?? '';
    const node = fields.add(`${place}.${name}`, words, input, isRoot ? null : '不填同上一级');
    return { name, input, node };
  });
  return {
    node: element(
      'div',
      { class: 'filters' },
      inputs.map(({ node }) => node),
    ),
    read: () => {
      for (const { name, input } of inputs) {
        if (input.value.trim() === '') delete own[name];
        else own[name] = numberOrText(input);
      }
    },
  };
}

function quietPart({ route, own, place, isRoot, fields }) {
  const { quietHours } = route;
  const mode = select([...(isRoot ? [] : [['inherit', '同上一级']]), ['none', '没有'], ['own', '有']]);
  mode.value = quietHours === undefined && !isRoot ? 'inherit' : quietHours ? 'own' : 'none';
  const from = element('input', { type: 'time' });
  const to = element('input', { type: 'time' });
  from.value = quietHours?.from ?? '22:00';
  to.value = quietHours?.to ?? '07:00';
  const below = select(severityOptions);
  below.value = quietHours?.holdBelow ?? 'critical';
  const rest = element(
    'div',
    { class: 'filters' },
    fields.add(`${place}.quietHours.from`, '从', from),
    fields.add(`${place}.quietHours.to`, '到', to),
    fields.add(`${place}.quietHours.holdBelow`, '低于这一级的先存着', below),
  );
  showWhenOwn(mode, rest);
  return {
    node: element(
      'fieldset',
      {},
      element('legend', {}, '免打扰时段'),
      fields.add(`${place}.quietHours`, '有没有', mode),
      rest,
    ),
    read: () => {
      if (mode.value === 'inherit') delete own.quietHours;
      else if (mode.value === 'none') own.quietHours = null;
      else own.quietHours = { from: from.value, to: to.value, holdBelow: below.value };
    },
  };
}

function escalationPart({ route, own, place, isRoot, fields, names, known }) {
  const mode = select([...(isRoot ? [] : [['inherit', '同上一级']]), ['own', '按下面各级（没有则不升级）']]);
  mode.value = route.escalation === undefined && !isRoot ? 'inherit' : 'own';
  const rows = element('div', {});
  let levels = [];
  let made = 0;
  const addLevel = (level) => {
    const one = levelPart(level, `level-${(made += 1)}`, { fields, names, known }, () => {
      levels = levels.filter((other) => other !== one);
    });
    levels.push(one);
    rows.append(one.node);
  };
  for (const level of route.escalation ?? []) addLevel(level);
  const empty = { afterWorkingHours: '', channels: [], noteZh: '' };
  const rest = element(
    'div',
    {},
    rows,
    button('加一级升级', () => addLevel(empty)),
  );
  showWhenOwn(mode, rest);
  return {
    node: element(
      'fieldset',
      {},
      element('legend', {}, '无人确认时升级'),
      fields.add(`${place}.escalation`, '升级', mode),
      rest,
    ),
    read: () => {
      // Levels may have been taken away since: what is wrong is told by the places in what is sent now.
      levels.forEach(({ alias }, index) => alias(`${place}.escalation.${index}`));
      if (mode.value === 'inherit') delete own.escalation;
      else own.escalation = levels.map(({ read }) => read());
    },
  };
}

function levelPart(level, key, { fields, names, known }, onRemoved) {
  const after = element('input', { type: 'text', inputmode: 'decimal', maxlength: '6' });
  after.value = level.afterWorkingHours;
  const note = element('input', { type: 'text', maxlength: '200' });
  note.value = level.noteZh;
  const chosen = channelChecks(known, names, level.channels);
  const node = element(
    'div',
    { class: 'level' },
    fields.add(`${key}.afterWorkingHours`, '几个工作小时无人确认', after),
    fields.add(`${key}.noteZh`, '说明', note, '如：报分局分管领导'),
    button('去掉', () => {
      onRemoved();
      node.remove();
    }),
    element('fieldset', {}, element('legend', {}, '发到'), chosen.node),
  );
  return {
    node,
    alias: (place) => {
      fields.alias(`${place}.afterWorkingHours`, `${key}.afterWorkingHours`);
      fields.alias(`${place}.noteZh`, `${key}.noteZh`);
      fields.alias(`${place}.channels`, `${key}.noteZh`);
    },
    read: () => ({
      afterWorkingHours: numberOrText(after),
      channels: chosen.read(),
      noteZh: note.value.trim(),
    }),
  };
}

/** What is no number is sent as it was typed: the service says what is wrong with it. */
function numberOrText({ value }) {
  const text = value.trim();
  return text === '' || Number.isNaN(Number(text)) ? text : Number(text);
}

function showWhenOwn(mode, rest) {
  const show = () => (rest.hidden = mode.value !== 'own');
  mode.addEventListener('change', show);
  show();
}

/** Boxes to tick, one for each channel. */
function channelChecks(known, names, chosen) {
  const boxes = known.map((code) => {
    const one = checkbox(names.channelWords(code));
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
