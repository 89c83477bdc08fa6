import { allowancePart } from './allowances.js';
import { call } from './api.js';
import { button, checkbox, element, failure, select, table, timeWords } from './dom.js';
import { FormFields } from './formFields.js';
import { asyncForm, attempt } from './screen.js';
import { may, needsWords } from './words.js';

const settingWords = {
  url: '地址',
  secret: '密钥',
  formerSecret: '旧密钥',
  mobiles: '@ 手机号',
  userIds: '@ 成员编号',
  host: '邮件服务器',
  port: '端口',
  security: '加密方式',
  user: '用户名',
  password: '密码',
  from: '发件人',
  to: '收件人',
};
/** Settings that hold several texts, one a line. */
const lists = new Set(['mobiles', 'userIds', 'to']);
/** Settings that may be left out, by type where they may not be elsewhere. */
const optional = new Set(['formerSecret', 'mobiles', 'userIds', 'user', 'password']);
const optionalSecret = new Set(['dingtalk', 'feishu']);

/** Where messages go: all channels, a test of each, and for administrators a form. */
export function showChannels(page, context) {
  if (!may(context.me, 'operator')) {
    page.replaceChildren(
      element('h2', {}, '渠道'),
      element('p', { class: 'notice' }, needsWords('查看渠道', 'operator')),
    );
    return;
  }
  const admin = may(context.me, 'admin');
  let types = [];
  const editor = element('div', {});
  const list = element('div', {});
  page.replaceChildren(
    element('h2', {}, '通知渠道'),
    element(
      'p',
      { class: 'help' },
      '消息发到哪里。密钥和机器人地址只写不读，加密保存，页面上只显示是否已设置。',
    ),
    admin
      ? element(
          'div',
          { class: 'buttons' },
          button('新建渠道', () => edit(null), { class: 'primary' }),
        )
      : element('p', { class: 'sub' }, '新建、修改和测试需要“管理员”权限。'),
    editor,
    list,
    allowancePart(context, admin),
  );
  void start();

  async function start() {
    const answer = await attempt(context, list, () => call('/api/v1/channel-types'));
    if (!answer) return;
    types = answer.items;
    await load();
  }

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/channels'));
    if (!answer) return;
    list.replaceChildren(
      answer.items.length === 0
        ? element('p', { class: 'notice' }, '还没有渠道：告警没有地方可发。')
        : table(
            `渠道（${answer.items.length} 个）`,
            ['名称', '类型', '代码', '状态', '密钥', ...(admin ? [''] : [])],
            answer.items.map((channel) => [
              channel.name,
              typeOf(channel.type)?.nameZh ?? channel.type,
              channel.code,
              channel.disabled ? '已停用' : '启用',
              secretsWords(channel),
              ...(admin ? [actions(channel)] : []),
            ]),
          ),
    );
  }

  function typeOf(type) {
    return types.find((one) => one.type === type);
  }

  function actions(channel) {
    return element(
      'span',
      { class: 'tight' },
      button('测试', (event) => void test(channel, event.currentTarget), {
        class: 'quiet',
        'aria-label': `测试渠道 ${channel.name}`,
      }),
      button('修改', () => edit(channel), { class: 'quiet', 'aria-label': `修改渠道 ${channel.name}` }),
      button('删除', () => remove(channel), { class: 'quiet', 'aria-label': `删除渠道 ${channel.name}` }),
    );
  }

  async function test(channel, pressed) {
    pressed.disabled = true;
    editor.replaceChildren(
      element('p', { class: 'notice', role: 'status' }, `正在向“${channel.name}”发测试消息…`),
    );
    const answer = await attempt(context, editor, () =>
      call(`/api/v1/channels/${channel.id}/test`, { method: 'POST' }),
    );
    pressed.disabled = false;
    if (!answer) return;
    editor.replaceChildren(
      element(
        'p',
        { class: answer.delivered ? 'notice' : 'notice bad', role: answer.delivered ? 'status' : 'alert' },
        `${channel.name}：${answer.messageZh}`,
      ),
    );
  }

  function remove(channel) {
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const fields = new FormFields();
    const fault = element('div', {});
    const form = asyncForm(
      { class: 'panel' },
      async () => {
        try {
          const { deadLetters } = await call(`/api/v1/channels/${channel.id}`, {
            method: 'DELETE',
            json: { reason: reason.value.trim() },
          });
          await done(`已删除。${deadLetters > 0 ? `等待它发送的 ${deadLetters} 条消息成为死信。` : ''}`);
        } catch (error) {
          refuse(error, fields, fault);
        }
      },
      element('h3', { tabindex: '-1' }, `删除渠道“${channel.name}”？`),
      element('p', {}, '密钥一并删除，不能恢复。等待它发送的消息成为死信；发给它的告警改发根渠道。'),
      fields.add('reason', '理由', reason),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'danger' }, '确认删除'),
        button('不删除', () => editor.replaceChildren()),
      ),
    );
    put(form);
  }

  function put(form) {
    editor.replaceChildren(form);
    form.querySelector('h3').focus();
  }

  async function done(words) {
    editor.replaceChildren(element('p', { class: 'notice', role: 'status' }, words));
    await load();
  }

  function refuse(error, fields, fault) {
    if (error.status === 401) context.onRefused(error.message);
    else if (error.name === 'CallError') fields.tell(error, fault);
    else fault.replaceChildren(failure(error));
  }

  function edit(channel) {
    const fields = new FormFields();
    const fault = element('div', {});
    const settings = element('div', {});
    let inputs = [];
    const type = select(types.map(({ type: name, nameZh }) => [name, nameZh]));
    if (channel) type.value = channel.type;
    type.disabled = channel !== null;
    const name = element('input', { type: 'text', maxlength: '100', required: true });
    const code = element('input', { type: 'text', maxlength: '64' });
    const reason = element('input', { type: 'text', maxlength: '500', required: true });
    const disabled = checkbox('停用', {}, '停用后消息先存着，启用后再发。');
    if (channel) {
      name.value = channel.name;
      code.value = channel.code;
      disabled.input.checked = channel.disabled;
    }
    const drawSettings = () => {
      const about = typeOf(type.value);
      inputs = about.settings.map((setting) => settingInput(setting, type.value, channel, fields));
      settings.replaceChildren(
        element('p', { class: 'sub' }, about.aboutZh),
        ...inputs.map(({ node }) => node),
      );
    };
    type.addEventListener('change', drawSettings);
    drawSettings();
    const form = asyncForm(
      { class: 'panel' },
      async () => {
        const json = {
          ...(code.value.trim() ? { code: code.value.trim() } : {}),
          name: name.value.trim(),
          settings: {
            type: type.value,
            ...Object.fromEntries(inputs.map(({ read }) => read()).filter((one) => one !== undefined)),
          },
          disabled: disabled.input.checked,
          reason: reason.value.trim(),
        };
        try {
          const path = channel ? `/api/v1/channels/${channel.id}` : '/api/v1/channels';
          const saved = await call(path, { method: channel ? 'PUT' : 'POST', json });
          await done(`已保存“${saved.name}”。请按“测试”确认收得到。`);
        } catch (error) {
          refuse(error, fields, fault);
        }
      },
      element('h3', { tabindex: '-1' }, channel ? `修改渠道“${channel.name}”` : '新建渠道'),
      element(
        'div',
        { class: 'filters' },
        fields.add('settings.type', '类型', type),
        fields.add('name', '名称', name),
        fields.add('code', '代码', code, '“发给谁”里用它指渠道，如 water；不填自动取'),
      ),
      settings,
      disabled.node,
      fields.add('reason', '理由（必填）', reason, '记入审计和历次修改。'),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'primary' }, '保存'),
        button('取消', () => editor.replaceChildren()),
      ),
    );
    fields.alias('settings', 'settings.type');
    put(form);
  }
}

function secretsWords({ secrets }) {
  if (secrets.length === 0) return '—';
  return element(
    'span',
    { class: 'stack' },
    secrets.map(({ field: name, setAt, hint }) =>
      element(
        'span',
        {},
        `${settingWords[name] ?? name}已设置${hint ? `（尾号 ${hint}）` : ''}，${timeWords(setAt)}`,
      ),
    ),
  );
}

/** The input of one setting, and how it is read: `undefined` leaves it out, and a secret that is left out stays. */
function settingInput({ name, aboutZh, secret }, type, channel, fields) {
  const path = `settings.${name}`;
  const words = settingWords[name] ?? name;
  const stored = channel?.settings[name];
  const held = channel?.secrets.find(({ field: one }) => one === name);
  const free = optional.has(name) || (name === 'secret' && optionalSecret.has(type));
  if (name === 'security') {
    const input = select([
      ['tls', '一开始就加密（tls）'],
      ['starttls', '升级为加密（starttls）'],
      ['none', '不加密（none）'],
    ]);
    if (stored) input.value = stored;
    return { node: fields.add(path, words, input, aboutZh), read: () => [name, input.value] };
  }
  if (lists.has(name)) {
    const input = element('textarea', { rows: '2', spellcheck: 'false' });
    input.value = (stored ?? []).join('\n');
    const read = () => [name, input.value.split(/[\s,，、;；]+/).filter(Boolean)];
    return { node: fields.add(path, words, input, `${aboutZh}；一行一个`), read };
  }
  const input = element('input', {
    type: secret ? 'password' : 'text',
    autocomplete: secret ? 'new-password' : 'off',
    spellcheck: 'false',
    maxlength: '500',
    required: !free && !held,
    ...(name === 'port' ? { inputmode: 'numeric' } : {}),
  });
  if (!secret && stored !== undefined) input.value = stored;
  const hint = held ? `${aboutZh}。已设置，不填则保留` : aboutZh;
  const node = fields.add(path, words, input, hint);
  let gone;
  if (held && free) {
    gone = checkbox(`删除已存的${words}`);
    node.append(gone.node);
  }
  return {
    node,
    read() {
      if (gone?.input.checked) return [name, null];
      const text = input.value.trim();
      if (text === '') return undefined;
      return [name, name === 'port' && /^\d+$/.test(text) ? Number(text) : text];
    },
  };
}
