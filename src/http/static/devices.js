import { call } from './api.js';
import { button, element, field, select, table, timeWords } from './dom.js';
import { asyncForm, attempt } from './screen.js';
import { may, needsWords } from './words.js';

const intervals = { hour: '小时值', minute: '分钟值', minute5: '五分钟值', instant: '单次采样' };
const labels = { end: '时段终点', start: '时段起点' };

const knows = ({ measurements }, measurement) =>
  measurements.some((known) =>
    known.endsWith('*') ? measurement.startsWith(known.slice(0, -1)) : known === measurement,
  );

/** Lines of devices that nobody has explained yet, and how the lines of each source are read. */
export function showDevices(page, context) {
  const reviewer = may(context.me, 'reviewer');
  const waiting = element('div', {});
  const editor = element('div', {});
  const known = element('div', {});
  let sources = [];
  page.replaceChildren(
    element('h2', {}, '设备来件'),
    element(
      'p',
      { class: 'help' },
      '设备发来、但点位或指标还没有人说明的行，留在这里（每个令牌最多 10,000 行，共 100,000 行，满了就不再收）。说明之后重新取入，设备不必再发一次。',
      reviewer ? '' : needsWords('说明和取入', 'reviewer'),
    ),
    editor,
    waiting,
    known,
  );
  void load();

  async function load() {
    const answers = await attempt(context, waiting, () =>
      Promise.all([call('/api/v1/quarantine'), call('/api/v1/device-sources')]),
    );
    if (!answers) return;
    sources = answers[1].items;
    waiting.replaceChildren(waitingTable(answers[0].items));
    known.replaceChildren(sourceTable());
  }

  function waitingTable(items) {
    if (items.length === 0) return element('p', { class: 'notice' }, '没有等待说明的来件。');
    return table(
      `等待说明（${items.length} 类）`,
      ['原因', '测量名', '行数', '最早', '最近', ...(reviewer ? [''] : [])],
      items.map((item) => [
        item.messageZh,
        item.measurement || '—',
        String(item.lines),
        timeWords(item.firstAt),
        timeWords(item.lastAt),
        ...(reviewer ? [actions(item)] : []),
      ]),
    );
  }

  function actions(item) {
    const name = item.subject || item.measurement;
    const one = (words, run) => button(words, run, { class: 'quiet', 'aria-label': `${words} ${name}` });
    const canExplain =
      ['device-unknown-site', 'device-unknown-field'].includes(item.code) && sourcesOf(item).length > 0;
    return element(
      'span',
      { class: 'stack' },
      canExplain ? one('说明', () => void explain(item)) : '',
      one('重新取入', () => settle(item, 'replay')),
      one('丢弃', () => settle(item, 'discard')),
    );
  }

  function sourceTable() {
    return table(
      `来源（${sources.length} 个）`,
      ['名称', '代码', '测量名', '数值', '时标', '版本'],
      sources.map(({ definition, version, editedAt, editedBy }) => [
        definition.nameZh,
        definition.code,
        definition.measurements.join('、'),
        intervals[definition.interval],
        definition.interval === 'instant' ? '—' : labels[definition.label],
        `第 ${version} 版，${editedBy}，${timeWords(editedAt)}`,
      ]),
    );
  }

  function sourcesOf({ measurement }) {
    return sources.filter(({ definition }) => knows(definition, measurement));
  }

  function show(title, form) {
    editor.replaceChildren(
      element('section', { class: 'panel' }, element('h3', { tabindex: '-1' }, title), form),
    );
    editor.querySelector('h3').focus();
  }

  function buttons(words, tone = 'primary') {
    return element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit', class: tone }, words),
      button('不改了', () => editor.replaceChildren()),
    );
  }

  async function done(words) {
    editor.replaceChildren(element('p', { class: 'notice', role: 'status' }, words));
    await load();
  }

  const selectionOf = ({ code, measurement, subject }) => ({ code, measurement, subject });

  async function replay(item, reason) {
    const { taken, remaining } = await call('/api/v1/quarantine/replay', {
      method: 'POST',
      json: { ...selectionOf(item), reason },
    });
    return `已取入 ${taken} 行${remaining > 0 ? `，还有 ${remaining} 行没有取入` : ''}。`;
  }

  function settle(item, what) {
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const fault = element('div', {});
    const form = asyncForm(
      {},
      async () => {
        const why = reason.value.trim();
        const words = await attempt(context, fault, async () => {
          if (what === 'replay') return replay(item, why);
          const json = { ...selectionOf(item), reason: why };
          const { discarded } = await call('/api/v1/quarantine/discard', { method: 'POST', json });
          return `已丢弃 ${discarded} 行。`;
        });
        if (words) await done(words);
      },
      element('p', {}, `${item.messageZh}，共 ${item.lines} 行。`),
      field('原因', reason),
      fault,
      buttons(what === 'replay' ? '重新取入' : '确认丢弃', what === 'replay' ? 'primary' : 'danger'),
    );
    show(what === 'replay' ? '重新取入' : '丢弃', form);
  }

  async function explain(item) {
    const isSite = item.code === 'device-unknown-site';
    const answer = await attempt(context, editor, () =>
      call(isSite ? '/api/v1/sites' : '/api/v1/indicators'),
    );
    if (!answer) return;
    const candidates = sourcesOf(item);
    const source = select(candidates.map(({ definition: { code, nameZh } }) => [code, nameZh]));
    const meaning = select([
      ['', '请选择'],
      ...(isSite
        ? answer.items.map(({ code, name }) => [code, `${name}（${code}）`])
        : [
            ['*', '不是监测值，以后忽略'],
            ...answer.items.map(({ code, nameZh, unit }) => [code, `${nameZh}（${unit}）`]),
          ]),
    ]);
    meaning.required = true;
    const unit = element('input', { type: 'text', maxlength: '30' });
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const fault = element('div', {});
    const form = asyncForm(
      {},
      async () => {
        const found = candidates.find(({ definition }) => definition.code === source.value);
        const why = reason.value.trim();
        const words = await attempt(context, fault, async () => {
          const { code, ...definition } = found.definition;
          await call(`/api/v1/device-sources/${encodeURIComponent(code)}`, {
            method: 'PUT',
            json: { definition: explained(definition, item, meaning.value, unit.value.trim()), reason: why },
          });
          return replay(item, why);
        });
        if (words) await done(`已记入来源“${found.definition.nameZh}”。${words}`);
      },
      element('p', {}, `${item.messageZh}，共 ${item.lines} 行。`),
      element(
        'div',
        { class: 'filters' },
        field('来源', source),
        field(isSite ? `“${item.subject}”是哪个点位` : `“${item.subject}”是哪个指标`, meaning),
        isSite ? '' : field('发送方的单位（与上面不同时填）', unit),
        field('原因', reason),
      ),
      fault,
      buttons('记下并重新取入'),
    );
    show(isSite ? '说明点位' : '说明指标', form);
  }
}

/** A definition that knows what a name means. */
function explained(definition, { code, subject }, meaning, unit) {
  if (code === 'device-unknown-site')
    return { ...definition, sites: { ...definition.sites, [subject]: meaning } };
  if (meaning === '*') return { ...definition, ignoredFields: [...definition.ignoredFields, subject] };
  const field = { indicator: meaning, ...(unit ? { unit } : {}) };
  return { ...definition, fields: { ...definition.fields, [subject]: field } };
}
