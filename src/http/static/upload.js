import { call, uploadFile } from './api.js';
import { button, element, failure } from './dom.js';
import { mayCommit, reportPanel } from './report.js';
import { attempt } from './screen.js';
import { sourceForm } from './sourceForm.js';
import { optionFields } from './uploadOptions.js';
import { fileChooser, queueList } from './uploadQueue.js';
import { may, needsWords } from './words.js';

const help = [
  '第一步选文件，第二步“试读”（只检查，不写入），第三步核对后“提交”。写入的就是试读时看到的那些。',
  'Excel 工作簿（.xlsx）可以直接上传；旧的 .xls 和 WPS 的 .et 请先另存为 .xlsx。CSV 的编码自动识别。',
  '一份文件要么照所示全部写入，要么一个数也不写，可以放心重传；传错了可以在“上传记录”里撤销。',
];

/** Shows the form for files and what became of each. */
export function showUpload(page, context) {
  const { me } = context;
  const intro = [
    element('h2', {}, '上传数据'),
    element(
      'ul',
      { class: 'help' },
      help.map((text) => element('li', {}, text)),
    ),
  ];
  if (!may(me, 'uploader')) {
    page.replaceChildren(
      ...intro,
      element('p', { class: 'notice' }, `当前令牌只能查看。${needsWords('上传数据', 'uploader')}`),
    );
    return;
  }
  page.replaceChildren(...intro, ...uploadScreen(context));
}

function uploadScreen(context) {
  const { me, onRefused } = context;
  let entries = [];
  let current = null;
  let running = null;
  let sites = [];
  const options = optionFields(() => forgetTrials('选项有改动，请再试读。'));
  const queue = queueList(open);
  const tryButton = element('button', { type: 'submit', class: 'primary', disabled: true }, '试读');
  const cancelButton = button('取消', () => running?.abort(), { hidden: true });
  const bar = element('progress', { max: '1', value: '0', hidden: true, 'aria-label': '上传进度' });
  const status = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
  const result = element('div', {});
  const form = element(
    'form',
    { class: 'panel', on: { submit: (event) => (event.preventDefault(), void tryAll()) } },
    fileChooser(choose),
    queue.node,
    options.node,
    element('div', { class: 'buttons' }, tryButton, cancelButton),
    bar,
    status,
  );
  const sources = element('div', {});
  if (may(me, 'reviewer')) {
    sources.append(
      sourceForm(context, async (made) => {
        await loadNames();
        options.choose(made.code);
        status.textContent = `已新建来源“${made.nameZh}”并选用。`;
        sources.firstChild.open = false;
      }),
    );
  }
  void loadNames();
  return [form, sources, result];

  async function loadNames() {
    const all = await attempt(context, result, () =>
      Promise.all([call('/api/v1/sources'), call('/api/v1/sites')]),
    );
    if (!all) return;
    options.setSources(all[0].items);
    sites = all[1].items.map(({ name }) => name);
  }

  function choose(files) {
    entries = files.map((file) => ({
      file,
      state: 'waiting',
      report: null,
      error: null,
      sent: null,
      extra: {},
    }));
    current = entries[0];
    result.replaceChildren();
    status.textContent =
      files.length > 1 ? `已选 ${files.length} 个文件。点“试读”逐个检查。` : '点“试读”检查文件，不会写入。';
    update();
  }

  function open(entry) {
    current = entry;
    showCurrent();
    update();
  }

  /** What was tried with other options is not what would be stored. */
  function forgetTrials(why) {
    let any = false;
    for (const entry of entries) {
      if (entry.state === 'waiting' || entry.state === 'stored' || entry.state === 'running') continue;
      Object.assign(entry, { state: 'waiting', report: null, error: null });
      any = true;
    }
    if (!any) return;
    status.textContent = why;
    showCurrent();
    update();
  }

  function update() {
    queue.show(entries, current);
    const waiting = entries.filter(
      ({ state }) => state === 'waiting' || state === 'failed' || state === 'faulty',
    );
    tryButton.disabled = waiting.length === 0 || running !== null;
    tryButton.textContent = waiting.length > 1 ? `试读（${waiting.length} 个文件）` : '试读';
    tryButton.classList.toggle(
      'primary',
      entries.every(({ state }) => state !== 'tried'),
    );
    cancelButton.hidden = running === null;
    bar.hidden = running === null;
    for (const input of form.querySelectorAll('input, select, textarea')) input.disabled = running !== null;
  }

  function say(share) {
    bar.value = share;
    // Each per cent would be read out; the bar shows them anyway.
    const words = share < 1 ? '正在上传……' : '已上传，正在检查……';
    if (status.textContent !== words) status.textContent = words;
  }

  async function tryAll() {
    const waiting = entries.filter(
      ({ state }) => state === 'waiting' || state === 'failed' || state === 'faulty',
    );
    for (const entry of waiting) {
      current = entry;
      if (!(await send(entry, trialOptions(entry)))) return;
    }
    current = waiting[0] ?? current;
    showCurrent();
    update();
  }

  function trialOptions(entry) {
    return { ...options.values(), ...entry.extra, dryRun: 'true' };
  }

  /** Tries again with what the person said about the file. */
  async function retry(entry, change) {
    entry.extra = { ...entry.extra, ...change };
    if (await send(entry, trialOptions(entry))) showCurrent();
  }

  /** Exactly what the trial run showed is stored, or nothing. */
  function committed(entry, more = {}) {
    const { dryRun, ...seen } = entry.sent;
    void dryRun;
    return { ...seen, token: entry.report.token ?? '', ...more };
  }

  async function commit(entry, more) {
    if (await send(entry, committed(entry, more))) showCurrent();
  }

  /** Sends a file; false when it was cancelled or the session is over. */
  async function send(entry, sent) {
    running = new AbortController();
    entry.state = 'running';
    result.replaceChildren();
    update();
    say(0);
    let going = true;
    try {
      const report = await uploadFile(entry.file, sent, { onProgress: say, signal: running.signal });
      Object.assign(entry, { report, error: null, state: stateOf(report) });
      // A refusal to overwrite comes from a commit: the options of its trial still hold.
      if (report.status === 'dry-run') entry.sent = sent;
      else if (report.status === 'needs-overwrite') entry.report = { ...report, token: sent.token || null };
      status.textContent = '';
    } catch (error) {
      going = false;
      Object.assign(entry, { state: 'failed', report: null, error });
      if (error.status === 401) onRefused(error.message);
      else if (error.name === 'AbortError') {
        entry.error = null;
        status.textContent = sent.dryRun
          ? '已取消，没有写入任何数据。'
          : '已取消。如果文件当时已经传完，可能已写入，请到“上传记录”里确认。';
      } else {
        status.textContent = '';
        going = sent.dryRun === 'true';
        if (!going) showCurrent();
      }
    } finally {
      running = null;
      update();
    }
    return going;
  }

  function stateOf(report) {
    if (report.status === 'committed') return 'stored';
    if (report.status === 'rejected') return 'faulty';
    return report.status === 'needs-overwrite' || mayCommit(report) ? 'tried' : 'faulty';
  }

  function showCurrent() {
    const entry = current;
    if (entry?.error) {
      const again = button('再试读', () => void retry(entry, {}), { class: 'primary' });
      result.replaceChildren(failure(entry.error, again));
      return;
    }
    if (!entry?.report) {
      result.replaceChildren();
      return;
    }
    const panel = reportPanel(entry.report, actionsOf(entry));
    const next = entries.find(({ state }) => state === 'tried' || state === 'waiting' || state === 'failed');
    result.replaceChildren(
      panel,
      ...(entry.state === 'stored' && next ? [button(`下一个：${next.file.name}`, () => open(next))] : []),
    );
    panel.querySelector('h3').focus();
  }

  function actionsOf(entry) {
    const source = options.source();
    return {
      onCommit: () => void commit(entry),
      onOverwrite: (reason) => void commit(entry, { overwrite: 'true', reason }),
      // For this file alone: the next one is judged afresh.
      onSkip: () => void retry(entry, { onError: 'skip-rows' }),
      onCreate: () => void retry(entry, { createSites: 'true' }),
      onMissing: (given) => void retry(entry, given),
      onSheet: (sheet) => void retry(entry, { sheet }),
      onMapping: (mapping, save) =>
        void retry(entry, { mapping: JSON.stringify(mapping), saveMapping: save ? 'true' : '' }),
      recordFaults: () => recordFaults(entry),
      sites,
      saving: {
        allowed: may(me, 'reviewer') && source !== undefined,
        source: source?.nameZh,
        words: may(me, 'reviewer')
          ? '要让以后的文件也这样读，请先在上面选一个“来源”，这里就可以保存。'
          : '要让以后的文件也这样读，请“审核”以上权限的同事为来源保存。',
      },
    };
  }

  /** Hands the file in as it was tried, so that the service keeps it with its faults; nothing of it is stored. */
  async function recordFaults(entry) {
    const ignore = new AbortController();
    const report = await uploadFile(entry.file, committed(entry), {
      onProgress: () => {},
      signal: ignore.signal,
    });
    if (report.id === null) throw new Error('没有取到标注文件，请再试读。');
    return report.id;
  }
}
