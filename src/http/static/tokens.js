import { call } from './api.js';
import { button, element, field, select, table, timeWords } from './dom.js';
import { asyncForm, attempt } from './screen.js';
import { may, needsWords, roleWords } from './words.js';

const roleHints = [
  ['viewer', '查看：只看，不能改'],
  ['uploader', '上传：可上传数据，可撤销自己的上传'],
  ['reviewer', '审核：还可审核存疑数据、登记沙尘时段、保存读法、撤销任何上传'],
  ['operator', '运维：还可做日常运维'],
  ['admin', '管理员：一切'],
];

/** The tokens: who has which, a new one, and the end of one. For administrators. */
export function showTokens(page, context) {
  if (!may(context.me, 'admin')) {
    page.replaceChildren(
      element('h2', {}, '令牌'),
      element('p', { class: 'notice' }, needsWords('管理令牌', 'admin')),
    );
    return;
  }
  const list = element('div', {});
  const made = element('div', { role: 'status' });
  const asking = element('div', {});
  const name = element('input', { type: 'text', maxlength: '100', required: true });
  const office = element('input', { type: 'text', maxlength: '100', required: true });
  const role = select(roleHints);
  const expires = element('input', { type: 'date', required: true });
  page.replaceChildren(
    element('h2', {}, '令牌'),
    asyncForm(
      { class: 'panel' },
      async () => {
        const json = {
          name: name.value.trim(),
          office: office.value.trim(),
          role: role.value,
          expiresAt: expires.value,
        };
        const created = await attempt(context, made, () => call('/api/v1/tokens', { json }));
        if (!created) return;
        name.value = '';
        showNew(created);
        await load();
      },
      element('h3', {}, '新建令牌'),
      element(
        'div',
        { class: 'filters' },
        field('姓名', name, '给谁用；一人一个'),
        field('单位', office),
        field('角色', role),
        field('有效期至（含当天）', expires),
      ),
      element('button', { type: 'submit', class: 'primary' }, '新建'),
    ),
    made,
    asking,
    list,
  );
  void load();

  function showNew(created) {
    const text = element('input', { type: 'text', readonly: true });
    text.value = created.token;
    made.replaceChildren(
      element(
        'div',
        { class: 'notice strong' },
        element(
          'p',
          {},
          `${created.office} ${created.name} 的新令牌。只显示这一次，请现在复制交给本人；关闭后无法再看。`,
        ),
        field('新令牌', text),
        element(
          'div',
          { class: 'buttons' },
          button('全选', () => text.select()),
          button('已交给本人，关闭', () => made.replaceChildren()),
        ),
      ),
    );
    text.focus();
    text.select();
  }

  async function load() {
    const answer = await attempt(context, list, () => call('/api/v1/tokens'));
    if (!answer) return;
    list.replaceChildren(
      table(
        `令牌（${answer.items.length} 个）`,
        ['姓名', '单位', '角色', '有效期至', '新建', '状态', ''],
        answer.items.map((token) => [
          token.name,
          token.office,
          roleWords[token.role] ?? token.role,
          timeWords(token.expiresAt),
          `${timeWords(token.createdAt)} ${token.createdBy}`,
          stateOf(token),
          token.revokedAt === null
            ? button('吊销', () => ask(token), {
                class: 'quiet',
                'aria-label': `吊销 ${token.office} ${token.name} 的令牌`,
              })
            : '',
        ]),
      ),
    );
  }

  function stateOf(token) {
    if (token.revokedAt !== null) return `已吊销（${timeWords(token.revokedAt)}）`;
    return Date.parse(token.expiresAt) < Date.now() ? '已过期' : '有效';
  }

  function ask(token) {
    const fault = element('div', {});
    const form = asyncForm(
      { class: 'panel' },
      async () => {
        const gone = await attempt(context, fault, () =>
          call(`/api/v1/tokens/${token.id}`, { method: 'DELETE' }),
        );
        if (!gone) return;
        asking.replaceChildren(element('p', { class: 'notice', role: 'status' }, '已吊销。'));
        await load();
      },
      element('h3', { tabindex: '-1' }, `吊销 ${token.office} ${token.name} 的令牌？`),
      element('p', {}, '吊销后立即失效，不能恢复；需要时再新建。'),
      fault,
      element(
        'div',
        { class: 'buttons' },
        element('button', { type: 'submit', class: 'danger' }, '确认吊销'),
        button('不吊销', () => asking.replaceChildren()),
      ),
    );
    asking.replaceChildren(form);
    form.querySelector('h3').focus();
  }
}
