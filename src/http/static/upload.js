import { call, uploadFile } from './api.js';
import { element, field, select } from './dom.js';
import { reportPanel, showRecent } from './report.js';

const help = [
  'Excel 工作簿（.xlsx）可以直接上传；旧的 .xls 和 WPS 的 .et 请先另存为 .xlsx。CSV 的编码自动识别。',
  '拿不准就先点“试读”：只检查，不写入。',
  '一份文件要么全部写入，要么一个数也不写，可以放心重传。',
];

function sizeWords(bytes) {
  if (bytes < 1024) return `${bytes} 字节`;
  return bytes < 1048576 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

/** `列名=单位` lines as the JSON that the interface takes. */
export function unitsJson(text) {
  const pairs = text
    .split(/\r?\n/)
    .map((line) => line.split(/[=＝]/).map((part) => part.trim()))
    .filter(([header, unit]) => header && unit);
  return pairs.length === 0 ? '' : JSON.stringify(Object.fromEntries(pairs));
}

function optionFields() {
  const inputs = {
    year: element('input', { type: 'number', min: '1990', max: '2099', inputmode: 'numeric' }),
    date: element('input', { type: 'date' }),
    interval: select([
      ['', '自动识别'],
      ['hour', '小时值'],
      ['day', '日均值'],
      ['month', '月均值'],
      ['instant', '单次采样'],
    ]),
    hourLabel: select([
      ['', '默认'],
      ['end', '标的是一小时的结束（如 01:00 指 00–01 时）'],
      ['start', '标的是一小时的开始（如 00:00 指 00–01 时）'],
    ]),
    site: element('input', { type: 'text', maxlength: '100' }),
    units: element('textarea', { rows: '2', placeholder: 'PM2.5=mg/m³' }),
    onError: select([
      ['', '有问题就整份不写入（推荐）'],
      ['skip-rows', '跳过有问题的行，写入其余的行'],
    ]),
  };
  const nodes = [
    element(
      'div',
      { class: 'filters' },
      field('年份', inputs.year, '文件里的日期没有年份时填写'),
      field('日期', inputs.date, '文件没有时间列时填写'),
    ),
    element(
      'details',
      { class: 'advanced' },
      element('summary', {}, '更多选项（一般不用改）'),
      element(
        'div',
        { class: 'filters' },
        field('数据是哪一种', inputs.interval),
        field('小时的标法', inputs.hourLabel),
        field('点位', inputs.site, '文件没有点位列时填写名称'),
        field('有问题的行', inputs.onError),
        field('单位', inputs.units, '文件的单位与标准不同而表头没有写明时，每行一个：列名=单位'),
      ),
    ),
  ];
  const values = () => ({
    ...Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, input.value.trim()])),
    units: unitsJson(inputs.units.value),
  });
  return { nodes, values };
}

function fileChooser(onChoose) {
  const input = element('input', { type: 'file', accept: '.csv,.txt,.tsv,.xlsx,.xlsm,text/csv,text/plain' });
  const chosen = element('p', { class: 'chosen', 'aria-live': 'polite' }, '还没有选择文件');
  const box = element(
    'div',
    { class: 'drop' },
    field('数据文件', input, '点击选择，或把文件拖到这里'),
    chosen,
  );
  function choose(file) {
    chosen.textContent = file ? `${file.name}（${sizeWords(file.size)}）` : '还没有选择文件';
    onChoose(file);
  }
  input.addEventListener('change', () => choose(input.files[0] ?? null));
  box.addEventListener('dragover', (event) => {
    event.preventDefault();
    box.classList.add('over');
  });
  box.addEventListener('dragleave', () => box.classList.remove('over'));
  box.addEventListener('drop', (event) => {
    event.preventDefault();
    box.classList.remove('over');
    const files = event.dataTransfer.files;
    if (files.length > 1) chosen.textContent = '一次只能上传一个文件，请分次拖入。';
    else if (files.length === 1) {
      input.value = '';
      choose(files[0]);
    }
  });
  return box;
}

/** Shows the form for a file and what became of it. */
export function showUpload(page, { me, onRefused }) {
  let file = null;
  let running = null;
  const mayUpload = me.role !== 'viewer';
  const options = optionFields();
  const tryButton = element('button', { type: 'submit', disabled: true }, '试读');
  const sendButton = element('button', { type: 'button', class: 'primary', disabled: true }, '提交');
  const cancelButton = element('button', { type: 'button', hidden: true }, '取消上传');
  const bar = element('progress', { max: '1', value: '0', hidden: true, 'aria-label': '上传进度' });
  const status = element('p', { class: 'status', role: 'status', 'aria-live': 'polite' });
  const result = element('div', {});
  const recent = element('section', {});

  const form = element(
    'form',
    { class: 'panel', on: { submit: (event) => (event.preventDefault(), start({ dryRun: 'true' })) } },
    fileChooser((chosen) => {
      file = chosen;
      result.replaceChildren();
      status.textContent = '';
      update();
    }),
    options.nodes,
    element('div', { class: 'buttons' }, tryButton, sendButton, cancelButton),
    bar,
    status,
  );
  sendButton.addEventListener('click', () => start({}));
  cancelButton.addEventListener('click', () => running?.abort());
  page.replaceChildren(
    element('h2', {}, '上传数据'),
    element(
      'ul',
      { class: 'help' },
      help.map((text) => element('li', {}, text)),
    ),
    mayUpload
      ? form
      : element('p', { class: 'notice' }, '当前令牌只能查看。需要上传数据，请向管理员申请“上传”角色的令牌。'),
    result,
    recent,
  );
  refreshRecent();

  function update() {
    const ready = file !== null && running === null;
    tryButton.disabled = !ready;
    sendButton.disabled = !ready;
    cancelButton.hidden = running === null;
    bar.hidden = running === null;
  }

  function say(share) {
    bar.value = share;
    // Each per cent would be read out; the bar shows them anyway.
    const text = share < 1 ? '正在上传……' : '已传完，正在检查，请稍候……';
    if (status.textContent !== text) status.textContent = text;
    if (share >= 1) bar.removeAttribute('value');
  }

  async function start(extra) {
    if (file === null || running) return;
    if (file.size > me.maxUploadBytes) {
      showError(
        `文件有 ${sizeWords(file.size)}，超过上限 ${sizeWords(me.maxUploadBytes)}。请拆分后分次上传。`,
      );
      return;
    }
    running = new AbortController();
    result.replaceChildren();
    update();
    say(0);
    try {
      const report = await uploadFile(
        file,
        { ...options.values(), ...extra },
        { onProgress: say, signal: running.signal },
      );
      status.textContent = '';
      showReport(report, extra);
      refreshRecent();
    } catch (error) {
      if (error.status === 401) return onRefused(error.message);
      if (error.name === 'AbortError') status.textContent = '已取消，没有写入任何数据。';
      else showError(error.message, error.problem?.errors);
    } finally {
      running = null;
      update();
    }
  }

  function showReport(report, extra) {
    const panel = reportPanel(report, {
      onCommit: () => start({}),
      onOverwrite: (reason) => start({ ...extra, dryRun: '', overwrite: 'true', reason }),
    });
    result.replaceChildren(panel);
    panel.querySelector('h3').focus();
  }

  function showError(message, errors = []) {
    status.textContent = '';
    result.replaceChildren(
      element(
        'div',
        { class: 'notice bad', role: 'alert' },
        element('p', {}, message),
        errors.length > 0 &&
          element(
            'ul',
            {},
            errors.map((entry) => element('li', {}, `${entry.path}：${entry.message}`)),
          ),
      ),
    );
  }

  function refreshRecent() {
    void showRecent(recent, {
      onRefused,
      open: async (id) => {
        try {
          const report = await call(`/api/v1/uploads/${encodeURIComponent(id)}`);
          const panel = reportPanel(report, {});
          result.replaceChildren(panel);
          panel.querySelector('h3').focus();
        } catch (error) {
          if (error.status === 401) onRefused(error.message);
          else showError(error.message);
        }
      },
    });
  }
}
