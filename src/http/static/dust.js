import { call, withQuery } from './api.js';
import { button, element, field, select, table, timeWords } from './dom.js';
import { asyncForm, attempt } from './screen.js';
import { may, needsWords } from './words.js';

/** An instant as the local text of a date and time input, in Beijing time. */
function localText(instant) {
  return new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16);
}

function stateWords(state) {
  if (state === null) return '（无）';
  return `${timeWords(state.start)} 至 ${timeWords(state.end)}，${state.document}${state.note ? `，${state.note}` : ''}`;
}

function historyList(period) {
  if (period.history.length === 0) return '—';
  return element(
    'details',
    {},
    element('summary', {}, `${period.history.length} 次`),
    element(
      'ul',
      { class: 'around' },
      period.history.map(({ before, after, at, by, reason }) => {
        const what =
          before === null
            ? '登记'
            : after === null
              ? '删除'
              : `改动：原为 ${stateWords(before)}；改为 ${stateWords(after)}`;
        return element('li', {}, `${timeWords(at)} ${by} ${what}${reason ? `（${reason}）` : ''}`);
      }),
    ),
  );
}

/** Declared dust periods: the list, and for reviewers the form to add and correct. */
export function showDust(page, context) {
  const reviewer = may(context.me, 'reviewer');
  const kind = select(
    [
      ['', '有效的时段'],
      ['true', '已删除的时段'],
    ],
    { change: () => void load() },
  );
  const list = element('div', {});
  const editor = element('div', {});
  page.replaceChildren(
    element('h2', {}, '沙尘时段'),
    element(
      'p',
      { class: 'help' },
      '经认定的沙尘天气时段，扣除沙尘的统计据此剔除。每次改动都会重新判定受影响的目标，并留下记录。',
      reviewer ? '' : needsWords('登记和更正', 'reviewer'),
    ),
    reviewer
      ? element(
          'p',
          {},
          button('登记沙尘时段', () => edit(null), { class: 'primary' }),
        )
      : '',
    editor,
    element('div', { class: 'filters' }, field('显示', kind)),
    list,
  );
  void load();

  async function load() {
    const answer = await attempt(context, list, () =>
      call(withQuery('/api/v1/dust-periods', { deleted: kind.value })),
    );
    if (!answer) return;
    const editable = reviewer && !kind.value;
    list.replaceChildren(
      answer.items.length === 0
        ? element('p', { class: 'notice' }, kind.value ? '没有已删除的时段。' : '还没有登记沙尘时段。')
        : table(
            `沙尘时段（${answer.items.length} 个）`,
            ['开始', '结束（不含）', '文号', '说明', '与之重叠', '改动', ...(editable ? [''] : [])],
            answer.items.map((period) => [
              timeWords(period.start),
              timeWords(period.end),
              period.document,
              period.note || '—',
              period.overlaps.length === 0
                ? '—'
                : `第 ${period.overlaps.join('、')} 号（重叠的小时只算一次）`,
              historyList(period),
              ...(editable
                ? [
                    element(
                      'span',
                      { class: 'stack' },
                      button('更正', () => edit(period), {
                        class: 'quiet',
                        'aria-label': `更正 ${period.document}（${timeWords(period.start)}）`,
                      }),
                      button('删除', () => remove(period), {
                        class: 'quiet',
                        'aria-label': `删除 ${period.document}（${timeWords(period.start)}）`,
                      }),
                    ),
                  ]
                : []),
            ]),
          ),
    );
  }

  function show(title, form) {
    editor.replaceChildren(
      element('section', { class: 'panel' }, element('h3', { tabindex: '-1' }, title), form),
    );
    editor.querySelector('h3').focus();
  }

  async function done(words) {
    editor.replaceChildren(element('p', { class: 'notice', role: 'status' }, words));
    await load();
  }

  function buttons(words, tone) {
    return element(
      'div',
      { class: 'buttons' },
      element('button', { type: 'submit', class: tone }, words),
      button('不改了', () => editor.replaceChildren()),
    );
  }

  function edit(period) {
    const start = element('input', { type: 'datetime-local', required: true });
    const end = element('input', { type: 'datetime-local', required: true });
    const document = element('input', { type: 'text', maxlength: '500', required: true });
    const note = element('input', { type: 'text', maxlength: '500' });
    const reason = element('input', { type: 'text', maxlength: '500', required: period !== null });
    const fault = element('div', {});
    if (period) {
      start.value = localText(period.start);
      end.value = localText(period.end);
      document.value = period.document;
      note.value = period.note;
    }
    const form = asyncForm(
      {},
      async () => {
        const json = {
          start: `${start.value}:00+08:00`,
          end: `${end.value}:00+08:00`,
          document: document.value.trim(),
          note: note.value.trim(),
          ...(reason.value.trim() ? { reason: reason.value.trim() } : {}),
        };
        const [path, method] = period
          ? [`/api/v1/dust-periods/${period.id}`, 'PATCH']
          : ['/api/v1/dust-periods', 'POST'];
        const saved = await attempt(context, fault, () => call(path, { method, json }));
        if (saved) await done(period ? '已更正。' : '已登记。');
      },
      element(
        'div',
        { class: 'filters' },
        field('开始（北京时间）', start),
        field('结束（北京时间，不含）', end, '到这一刻为止；最后一个沙尘小时是 13–14 时，就填 14:00'),
        field('认定文号', document),
        field('说明', note),
        field(period ? '更正的原因' : '原因（可不填）', reason),
      ),
      fault,
      buttons(period ? '保存更正' : '登记', 'primary'),
    );
    show(period ? `更正：${period.document}` : '登记沙尘时段', form);
  }

  function remove(period) {
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const fault = element('div', {});
    const form = asyncForm(
      {},
      async () => {
        const json = { reason: reason.value.trim() };
        const gone = await attempt(context, fault, () =>
          call(`/api/v1/dust-periods/${period.id}`, { method: 'DELETE', json }),
        );
        if (gone) await done('已删除；在“已删除的时段”里仍可查。');
      },
      element('p', {}, stateWords(period)),
      field('删除的原因', reason),
      fault,
      buttons('确认删除', 'danger'),
    );
    show(`删除：${period.document}`, form);
  }
}
