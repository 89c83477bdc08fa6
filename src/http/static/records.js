import { call, withQuery } from './api.js';
import { button, dayAfter, element, field, select, table, timeWords } from './dom.js';
import { reportPanel } from './report.js';
import { attempt, pagedList } from './screen.js';
import { undoPanel } from './undo.js';

const statusWords = { committed: '已写入', rejected: '未写入（有问题）' };

/** The uploads, each with its report, the file with its faults, and the way to take it back. */
export function showRecords(page, context) {
  const status = select(
    [
      ['', '全部'],
      ['committed', '已写入'],
      ['rejected', '未写入（有问题）'],
      ['undone', '已撤销'],
    ],
    { change: () => void list.reload() },
  );
  const actor = element('input', { type: 'search', maxlength: '200' });
  const fileName = element('input', { type: 'search', maxlength: '200' });
  const from = element('input', { type: 'date' });
  const to = element('input', { type: 'date' });
  const detail = element('div', {});
  const list = pagedList({
    context,
    empty: '没有符合条件的上传。',
    load: (before) =>
      call(
        withQuery('/api/v1/uploads', {
          limit: '20',
          before,
          status: status.value,
          actor: actor.value.trim(),
          fileName: fileName.value.trim(),
          from: from.value,
          to: to.value && dayAfter(to.value),
        }),
      ),
    render: (items) => recordTable(items, open),
  });
  page.replaceChildren(
    element('h2', {}, '上传记录'),
    element(
      'form',
      {
        class: 'panel',
        role: 'search',
        on: { submit: (event) => (event.preventDefault(), void list.reload()) },
      },
      element(
        'div',
        { class: 'filters' },
        field('结果', status),
        field('文件名（含）', fileName),
        field('上传人或单位（含）', actor),
        field('从', from),
        field('到（含当天）', to),
      ),
      element('button', { type: 'submit' }, '查找'),
    ),
    detail,
    list.node,
  );
  void list.reload();

  async function open(id) {
    const report = await attempt(context, detail, () => call(`/api/v1/uploads/${encodeURIComponent(id)}`));
    if (!report) return;
    const panel = reportPanel(report, {});
    detail.replaceChildren(
      panel,
      ...undoPanel(report, context, async () => {
        await list.reload();
        await open(id);
      }),
      element(
        'p',
        {},
        button('关闭', () => detail.replaceChildren()),
      ),
    );
    panel.querySelector('h3').focus();
  }
}

function recordTable(items, open) {
  return table(
    '上传记录，新的在前',
    ['编号', '时间', '文件', '结果', '新增行', '不同行', '问题', '上传人', ''],
    items.map((upload) => [
      upload.id ?? '—',
      timeWords(upload.uploadedAt),
      upload.fileName,
      upload.undone ? `已撤销（${upload.undone.reason}）` : (statusWords[upload.status] ?? upload.status),
      String(upload.rows.new),
      String(upload.rows.changed),
      String(upload.faultCount),
      upload.uploadedBy,
      upload.id === null
        ? ''
        : button('查看', () => void open(upload.id), {
            class: 'quiet',
            'aria-label': `查看 ${upload.fileName} 的结果`,
          }),
    ]),
  );
}
