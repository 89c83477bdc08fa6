import { call, token } from './api.js';
import { element, field } from './dom.js';
import { may, roleWords } from './words.js';

const stagingMs = 3_000;

/** The band of the demonstration, and beneath it whether its alerts are still being made. */
export function showDemo(demo) {
  document.getElementById('demo-band').hidden = !demo;
}

async function showHealth() {
  let health;
  try {
    health = await call('/healthz');
  } catch {
    // The token form will say that the service cannot be reached.
    return;
  }
  showDemo(health.demo);
  const version = document.getElementById('version');
  if (version) version.textContent = `版本 ${health.version}`;
  showStaging(health.stagingAlerts === true);
}

function showStaging(staging) {
  const band = document.getElementById('demo-band');
  const known = band.querySelector('.staging');
  if (!staging) {
    known?.remove();
    return;
  }
  if (!known)
    band.append(element('span', { class: 'staging', role: 'status' }, '演示告警正在生成，请稍候。'));
  setTimeout(() => void showHealth(), stagingMs);
}

/**
 * The sign-in of every page: asks for the token of this tab, says whose it is, and asks again when it is refused.
 *
 * @param open shows the page; is given who it is and `onRefused`, to be called with the words of a refusal
 * @param close takes away what only shows to somebody who is in
 */
export async function startSession({ open, close = () => undefined }) {
  const main = document.getElementById('main');
  const who = document.getElementById('who');

  function ask(message = '') {
    close();
    who.hidden = true;
    const input = element('input', {
      type: 'password',
      name: 'token',
      autocomplete: 'off',
      autocapitalize: 'off',
      spellcheck: 'false',
      required: true,
      placeholder: 'cei_…',
    });
    const button = element('button', { type: 'submit', class: 'primary' }, '进入');
    main.replaceChildren(
      element(
        'form',
        {
          class: 'panel narrow',
          on: {
            submit: async (event) => {
              event.preventDefault();
              button.disabled = true;
              token.set(input.value.replace(/\s+/g, ''));
              await enter();
            },
          },
        },
        element('h2', {}, '请输入访问令牌'),
        element('p', { class: message ? 'notice bad' : 'notice', role: 'alert', hidden: !message }, message),
        field('访问令牌', input, '以 cei_ 开头，由管理员发给您。只保存在本浏览器标签页，关闭即清除。'),
        button,
      ),
    );
    input.focus();
  }

  function onRefused(message) {
    token.clear();
    ask(message);
  }

  async function enter() {
    let me;
    try {
      me = await call('/api/v1/me');
    } catch (error) {
      if (error.status === 401) token.clear();
      ask(error.message);
      return;
    }
    showDemo(me.demo);
    who.hidden = false;
    who.replaceChildren(
      element('span', {}, `${me.office} ${me.name}（${roleWords[me.role] ?? me.role}）`),
      element('button', { type: 'button', class: 'quiet', on: { click: () => onRefused('') } }, '退出'),
    );
    await open({ me, onRefused, showDemo });
  }

  await showHealth();
  if (token.get()) await enter();
  else ask();
}

/**
 * The views of a page that its address names after `#`, with the links to them.
 *
 * @param screens functions by name that fill a node; a function that one returns is called when it is left
 */
export function viewsOf(screens, first) {
  const main = document.getElementById('main');
  const links = document.getElementById('views');
  let context = null;
  let leave;

  function show() {
    if (!context) return;
    leave?.();
    const wanted = location.hash.slice(1);
    const view = Object.hasOwn(screens, wanted) ? wanted : first;
    for (const link of links.querySelectorAll('a[data-view]')) {
      link.hidden = link.dataset.role !== undefined && !may(context.me, link.dataset.role);
      if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    const page = element('div', {});
    main.replaceChildren(page);
    const left = screens[view](page, context);
    leave = typeof left === 'function' ? left : undefined;
  }

  window.addEventListener('hashchange', () => {
    if (location.hash === '#main') return;
    show();
    main.focus();
  });
  return {
    open(given) {
      context = given;
      links.hidden = false;
      show();
    },
    close() {
      leave?.();
      leave = undefined;
      context = null;
      links.hidden = true;
    },
  };
}
