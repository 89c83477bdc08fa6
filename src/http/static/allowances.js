import { call } from './api.js';
import { button, element, failure, table, timeWords } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm, attempt } from './screen.js';

/** Private addresses that channels may call; everything else inside is refused when a message is sent. */
export function allowancePart(context, admin) {
  const list = element('div', {});
  const editor = element('div', {});
  const node = element(
    'details',
    {
      on: {
        toggle: (event) => {
          if (event.target.open) void load();
        },
      },
    },
    element('summary', {}, '允许渠道访问的内网地址'),
    element(
      'p',
      { class: 'help' },
      '渠道默认只能访问外网。县里网络内的邮件服务器或机器人（如 10.x）要先列在这里，写明理由。',
    ),
    admin ? addForm() : null,
    editor,
    list,
  );
  return node;

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/network-allowances'));
    if (!answer) return;
    list.replaceChildren(
      answer.items.length === 0
        ? element('p', {}, '没有：渠道只能访问外网。')
        : table(
            `内网地址（${answer.items.length} 个）`,
            ['网段、地址或主机', '理由', '登记', ...(admin ? [''] : [])],
            answer.items.map((one) => [
              one.target,
              one.reason,
              `${timeWords(one.addedAt)} ${one.addedBy}（${one.office}）`,
              ...(admin
                ? [
                    button('不再允许', () => ask(one), {
                      class: 'quiet',
                      'aria-label': `不再允许 ${one.target}`,
                    }),
                  ]
                : []),
            ]),
          ),
    );
  }

  function refuse(error, fields, fault) {
    if (error.status === 401) context.onRefused(error.message);
    else if (error.name === 'CallError') fields.tell(error, fault);
    else fault.replaceChildren(failure(error));
  }

  function addForm() {
    const fields = new FormFields();
    const fault = element('div', {});
    const target = element('input', { type: 'text', maxlength: '253', required: true });
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    return asyncForm(
      {},
      async () => {
        try {
          const json = { target: target.value.trim(), reason: reason.value.trim() };
          await call('/api/v1/network-allowances', { json });
          fields.clear();
          target.value = '';
          reason.value = '';
          fault.replaceChildren();
          await load();
        } catch (error) {
          refuse(error, fields, fault);
        }
      },
      element(
        'div',
        { class: 'filters' },
        fields.add('target', '网段、地址或主机', target, '如 10.1.0.0/16、10.1.2.3、mail.county.local'),
        fields.add('reason', '为什么允许', reason),
      ),
      fault,
      element('div', { class: 'buttons' }, element('button', { type: 'submit' }, '允许')),
    );
  }

  function ask({ id, target }) {
    const fields = new FormFields();
    const fault = element('div', {});
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const form = asyncForm(
      { class: 'panel' },
      async () => {
        try {
          await call(`/api/v1/network-allowances/${id}`, {
            method: 'DELETE',
            json: { reason: reason.value.trim() },
          });
          editor.replaceChildren();
          await load();
        } catch (error) {
          refuse(error, fields, fault);
        }
      },
      element('h3', { tabindex: '-1' }, `不再允许访问 ${target}？`),
      fields.add('reason', '不再允许的理由', reason),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'danger' }, '确认'),
        button('取消', () => editor.replaceChildren()),
      ),
    );
    editor.replaceChildren(form);
    form.querySelector('h3').focus();
  }
}
