import { call, token } from './api.js';
import { showDevices } from './devices.js';
import { element, field } from './dom.js';
import { showDust } from './dust.js';
import { showRecords } from './records.js';
import { showSites } from './sites.js';
import { showSuspects } from './suspects.js';
import { showTargets } from './targets.js';
import { showTemplates } from './templates.js';
import { showTokens } from './tokens.js';
import { showUpload } from './upload.js';
import { indicatorNames, may, roleWords } from './words.js';

const main = document.getElementById('main');
const views = document.getElementById('views');
const who = document.getElementById('who');
const screens = {
  targets: showTargets,
  upload: showUpload,
  records: showRecords,
  suspects: showSuspects,
  templates: showTemplates,
  devices: showDevices,
  dust: showDust,
  sites: showSites,
  tokens: showTokens,
};
let me = null;

function showDemo(demo) {
  document.getElementById('demo-band').hidden = !demo;
}

/** Asks for the token; `message` says why it is asked again. */
function askToken(message = '') {
  me = null;
  views.hidden = true;
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
  const status = element(
    'p',
    { class: message ? 'notice bad' : 'notice', role: 'alert', hidden: !message },
    message,
  );
  const button = element('button', { type: 'submit', class: 'primary' }, '进入');
  const form = element(
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
    status,
    field('访问令牌', input, '以 cei_ 开头，由管理员发给您。只保存在本浏览器标签页，关闭即清除。'),
    button,
  );
  main.replaceChildren(form);
  input.focus();
}

async function enter() {
  try {
    me = await call('/api/v1/me');
  } catch (error) {
    if (error.status === 401) token.clear();
    askToken(error.message);
    return;
  }
  showDemo(me.demo);
  await loadNames();
  views.hidden = false;
  who.hidden = false;
  who.replaceChildren(
    element('span', {}, `${me.office} ${me.name}（${roleWords[me.role] ?? me.role}）`),
    element('button', { type: 'button', class: 'quiet', on: { click: leave } }, '退出'),
  );
  showView();
}

/** Codes stay codes where the names cannot be had. */
async function loadNames() {
  const answer = await call('/api/v1/indicators').catch(() => ({ items: [] }));
  for (const { code, nameZh } of answer.items) indicatorNames.set(code, nameZh);
}

function leave() {
  token.clear();
  askToken();
}

function onRefused(message) {
  token.clear();
  askToken(message);
}

function showView() {
  if (!me) return;
  const wanted = location.hash.slice(1);
  const view = Object.hasOwn(screens, wanted) ? wanted : 'targets';
  for (const link of views.querySelectorAll('a')) {
    link.hidden = link.dataset.role !== undefined && !may(me, link.dataset.role);
    if (link.dataset.view === view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  const page = element('div', {});
  main.replaceChildren(page);
  screens[view](page, { me, onRefused, showDemo });
}

window.addEventListener('hashchange', () => {
  if (location.hash === '#main') return;
  showView();
  main.focus();
});

try {
  const health = await call('/healthz');
  showDemo(health.demo);
  document.getElementById('version').textContent = `版本 ${health.version}`;
} catch {
  // The token form will say that the service cannot be reached.
}
if (token.get()) await enter();
else askToken();
