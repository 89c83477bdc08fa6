import { call } from './api.js';
import { element, field, select } from './dom.js';
import { asyncForm, attempt } from './screen.js';

/** A form for a new source of files; `onMade` gets it. */
export function sourceForm(context, onMade) {
  const name = element('input', { type: 'text', maxlength: '100', required: true });
  const code = element('input', {
    type: 'text',
    maxlength: '64',
    required: true,
    pattern: '[\\p{L}\\p{N}][\\p{L}\\p{N}_.\\-]*',
  });
  const label = select([
    ['end', '一小时的结束（如 01:00 指 00–01 时）'],
    ['start', '一小时的开始（如 00:00 指 00–01 时）'],
  ]);
  const said = element('div', { role: 'status' });
  const form = asyncForm(
    {},
    async () => {
      const json = { nameZh: name.value.trim(), hourLabel: label.value, reason: '新建来源' };
      const made = await attempt(context, said, async () => {
        const { items } = await call('/api/v1/sources');
        if (items.some((each) => each.code === code.value.trim())) {
          said.replaceChildren(element('p', { class: 'notice bad' }, '这个编码已经有来源用了，请换一个。'));
          return undefined;
        }
        return call(`/api/v1/sources/${encodeURIComponent(code.value.trim())}`, { method: 'PUT', json });
      });
      if (made) onMade(made);
    },
    element(
      'div',
      { class: 'filters' },
      field('来源名称', name, '如：城区空气站月报'),
      field('来源编码', code, '以后不变；文字或数字，如 air-month'),
      field('小时标的是', label),
    ),
    element('button', { type: 'submit' }, '新建来源'),
    said,
  );
  return element('details', { class: 'advanced' }, element('summary', {}, '新建来源'), form);
}
