import { call, saveFile } from './api.js';
import { element, field, table, timeWords } from './dom.js';
import { verdicts } from './targets.js';

const statusWords = {
  committed: ['good', '✓ 已写入'],
  'dry-run': ['plain', '试读完成：可以提交，还没有写入'],
  rejected: ['bad', '✕ 文件有问题，没有写入任何数据'],
  'needs-overwrite': ['warn', '! 与已入库的数值不同，需要您确认，还没有写入'],
};
const recentWords = {
  committed: '已写入',
  'dry-run': '试读',
  rejected: '未写入（有问题）',
  'needs-overwrite': '未写入（待确认）',
};
const rowKinds = [
  ['new', '新增', '库里还没有', '已写入'],
  ['unchanged', '未变', '与库里相同'],
  ['changed', '不同', '与库里的数值不同', '已覆盖'],
  ['rejected', '有问题', '没有采用'],
];
const intervalWords = { hour: '小时值', day: '日均值', month: '月均值', instant: '单次采样' };
const layoutWords = {
  wide: '每个指标一列',
  long: '每个数值一行',
  'water-sections': '水质断面表',
  'wide-by-site': '每个点位一列',
  'township-rates': '乡镇比率表',
  'county-figures': '全县数字表',
};
const encodingWords = {
  'utf-8-bom': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'utf-8': 'UTF-8',
  workbook: 'Excel 工作簿',
  gb18030: 'GB18030（含 GBK，中文版 Excel 常用）',
};

function nextStep(report) {
  if (report.status === 'rejected') {
    return '下面逐处列出了问题。请在原文件里改好、保存，再重新选择文件上传。行号按文件从第 1 行（含表头）数起。';
  }
  if (report.status === 'needs-overwrite') {
    return '请核对下表。如果以文件为准，写明原因后点“覆盖并提交”；原来的数值会留在修订记录里。如果库里的数正确，就不用再做什么。';
  }
  if (report.status === 'dry-run' && report.faultCount > 0) {
    return '请在原文件里改好、保存，再重新选择文件。如果只想写入没有问题的行，在“更多选项”里选择跳过有问题的行，再点“提交”。';
  }
  if (report.status === 'dry-run') {
    return report.rows.new + report.rows.changed === 0
      ? '文件里的数值库里都有，不提交也可以。'
      : '确认下面的识别结果无误后，点“确认提交”。';
  }
  if (report.rows.rejected > 0) return '有问题的行已跳过，请改好后单独上传这些行。';
  return report.rows.new + report.rows.changed === 0 ? '文件里的数值库里都有，没有改动。' : '不用再做什么。';
}

function fact(name, value) {
  return element('div', { class: 'fact' }, element('dt', {}, name), element('dd', {}, value));
}

function facts(report) {
  const span =
    report.firstTime === null
      ? '—'
      : `${timeWords(report.firstTime)} 至 ${timeWords(report.lastTime ?? report.firstTime)}`;
  const used = report.columns.filter((column) => column.indicator);
  const ignored = report.columns.filter((column) => column.role === 'ignored');
  const name = (column) => column.header || `第 ${column.position + 1} 列`;
  return element(
    'dl',
    { class: 'facts' },
    fact('文件', report.fileName),
    fact('编码', encodingWords[report.encoding.toLowerCase()] ?? report.encoding),
    fact(
      '数据种类',
      [intervalWords[report.interval] ?? report.interval, layoutWords[report.layout] ?? report.layout]
        .filter(Boolean)
        .join(' · ') || '—',
    ),
    fact('时间范围', span),
    fact(
      '采用的指标列',
      used.map((column) => `${name(column)}${column.unit ? `（${column.unit}）` : ''}`).join('、') || '—',
    ),
    fact('没有采用的列', ignored.map(name).join('、') || '无'),
    report.rows.duplicate > 0 ? fact('文件内重复的行', `${report.rows.duplicate} 行`) : null,
    report.suspectCount > 0 ? fact('存疑的数值', `${report.suspectCount} 个（已标记，超出常见范围）`) : null,
  );
}

function faultTable(report) {
  if (report.faults.length === 0) return null;
  const more =
    report.faultCount > report.faults.length
      ? `问题（共 ${report.faultCount} 处，列出前 ${report.faults.length} 处）`
      : `问题（${report.faultCount} 处）`;
  return table(
    more,
    ['行', '列', '值', '问题', '怎么改'],
    report.faults.map((fault) => [
      fault.line > 0 ? String(fault.line) : '整个文件',
      fault.column || '—',
      fault.value || '（空）',
      fault.message,
      fault.mend || '—',
    ]),
  );
}

/** The user's own file with what is wrong beside each row. */
function faultFileButton(report) {
  if (report.id === null || report.faultCount === 0) return null;
  const said = element('span', { class: 'status', 'aria-live': 'polite' });
  const save = () =>
    saveFile(`/api/v1/uploads/${report.id}/errors`, `错误原因_${report.fileName}`).then(
      () => said.replaceChildren('已下载，改好后可直接再上传'),
      (error) => said.replaceChildren(error.message),
    );
  return element(
    'p',
    {},
    element('button', { type: 'button', on: { click: save } }, '下载标注了错误原因的原文件'),
    ' ',
    said,
  );
}

const verdictWords = Object.fromEntries(verdicts.map(([name, words]) => [name, words]));

/** Of a trial run: which targets would change. */
function impactTable(report) {
  if (report.status !== 'dry-run' || report.impact === null) return null;
  if (report.impact.length === 0) return element('p', { class: 'status' }, '提交后不会改变任何目标的判定。');
  const words = ({ verdict, value }) =>
    `${verdictWords[verdict] ?? verdict}${value === null ? '' : `（${value}）`}`;
  return table(
    `提交后会变化的目标（${report.impact.length} 项）`,
    ['目标', '现在', '提交后'],
    report.impact.map(({ name, before, after }) => [name, words(before), words(after)]),
  );
}

function changeTable(report) {
  if (report.changes.length === 0) return null;
  const total = report.values.changed;
  const caption =
    total > report.changes.length
      ? `与库里不同的数值（共 ${total} 个，列出前 ${report.changes.length} 个）`
      : `与库里不同的数值（${total} 个）`;
  return table(
    caption,
    ['行', '点位', '时间', '指标', '库里', '文件'],
    report.changes.map((change) => [
      String(change.line),
      change.site,
      timeWords(change.time),
      change.indicator,
      change.stored,
      change.file,
    ]),
  );
}

function overwriteForm(onOverwrite) {
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  return element(
    'form',
    {
      class: 'overwrite',
      on: {
        submit: (event) => {
          event.preventDefault();
          onOverwrite(reason.value.trim());
        },
      },
    },
    field('覆盖的原因', reason, '如：仪器校准后重报'),
    element('button', { type: 'submit', class: 'danger' }, '覆盖并提交'),
  );
}

/** What became of a file. `onCommit` and `onOverwrite` add the buttons for what may come next. */
export function reportPanel(report, { onCommit, onOverwrite }) {
  const faulty = report.status === 'dry-run' && report.faultCount > 0;
  const [tone, title] = faulty
    ? ['warn', `! 试读完成：有 ${report.faultCount} 处问题，还没有写入`]
    : (statusWords[report.status] ?? ['plain', report.status]);
  return element(
    'section',
    { class: `panel result ${tone}` },
    element('h3', { tabindex: '-1' }, title),
    element('p', {}, nextStep(report)),
    element(
      'ul',
      { class: 'row-kinds', 'aria-label': `共读到 ${report.rows.read} 行` },
      rowKinds.map(([kind, text, hint, hintWritten = hint]) =>
        element(
          'li',
          { class: `kind-${kind}` },
          element('span', { class: 'number' }, String(report.rows[kind])),
          element('span', {}, `行${text}`),
          element('small', {}, report.status === 'committed' ? hintWritten : hint),
        ),
      ),
    ),
    faultFileButton(report),
    faultTable(report),
    impactTable(report),
    report.status === 'needs-overwrite' || report.changes.length > 0 ? changeTable(report) : null,
    report.status === 'needs-overwrite' && onOverwrite ? overwriteForm(onOverwrite) : null,
    report.status === 'dry-run' && !faulty && onCommit
      ? element('button', { type: 'button', class: 'primary', on: { click: onCommit } }, '确认提交')
      : null,
    report.notices.length > 0
      ? element(
          'ul',
          { class: 'notices' },
          report.notices.map((text) => element('li', {}, text)),
        )
      : null,
    facts(report),
  );
}

/** The latest uploads as a table; `open` shows one of them. */
export async function showRecent(section, { onRefused, open }) {
  let items;
  try {
    ({ items } = await call('/api/v1/uploads?limit=20'));
  } catch (error) {
    if (error.status === 401) return onRefused(error.message);
    section.replaceChildren(element('p', { class: 'notice bad' }, `最近的上传没有取到：${error.message}`));
    return;
  }
  if (items.length === 0) {
    section.replaceChildren(element('p', { class: 'status' }, '还没有上传过文件。'));
    return;
  }
  section.replaceChildren(
    table(
      '最近的上传',
      ['时间', '文件', '结果', '新增行', '不同行', '问题', '上传人', ''],
      items.map((upload) => [
        timeWords(upload.uploadedAt),
        upload.fileName,
        recentWords[upload.status] ?? upload.status,
        String(upload.rows.new),
        String(upload.rows.changed),
        String(upload.faultCount),
        upload.uploadedBy,
        upload.id === null
          ? ''
          : element(
              'button',
              {
                type: 'button',
                class: 'quiet',
                'aria-label': `查看 ${upload.fileName} 的结果`,
                on: { click: () => open(upload.id) },
              },
              '查看',
            ),
      ]),
    ),
  );
}
