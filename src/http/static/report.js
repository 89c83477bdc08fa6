import { saveFile } from './api.js';
import { button, checkbox, element, fact, field, timeWords } from './dom.js';
import { mappingForm, missingForm } from './mapping.js';
import { changeTable, createdSitesTable, faultTable, impactTable, sheetTable } from './reportTables.js';
import { intervalWords, layoutWords } from './words.js';

const statusWords = {
  committed: ['good', '✓ 已写入'],
  'dry-run': ['plain', '试读完成：可以提交，还没有写入'],
  rejected: ['bad', '✕ 文件有问题，没有写入任何数据'],
  'needs-overwrite': ['warn', '! 与已入库的数值不同，需要您确认，还没有写入'],
};
const rowKinds = [
  ['new', '新增', '库里还没有', '已写入'],
  ['unchanged', '未变', '与库里相同'],
  ['changed', '不同', '与库里的数值不同', '已覆盖'],
  ['rejected', '有问题', '没有采用'],
];
const encodingWords = {
  'utf-8-bom': 'UTF-8',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
  'utf-8': 'UTF-8',
  workbook: 'Excel 工作簿',
  gb18030: 'GB18030（含 GBK，中文版 Excel 常用）',
};

/** Whether the file was read as a table at all. */
export function understood(report) {
  return report.layout !== null || (report.sheets ?? []).some(({ layout }) => layout !== null);
}

function skipsRows(report) {
  return report.options?.onError === 'skip-rows';
}

/** Whether a trial run may be committed as it is. */
export function mayCommit(report) {
  const left = report.rows.new + report.rows.unchanged + report.rows.changed > 0;
  return (
    report.status === 'dry-run' &&
    report.token !== null &&
    (report.faultCount === 0 || (skipsRows(report) && left))
  );
}

function nothingNew({ rows }) {
  return rows.new + rows.changed === 0;
}

function nextStep(report) {
  const { status, rows, values } = report;
  if (report.undone) return '这次上传已经撤销，下面是当时的结果。';
  if (status === 'rejected' || (status === 'dry-run' && report.faultCount > 0 && !mayCommit(report))) {
    if (!understood(report) && report.understanding) {
      return '没有认出这张表。可以在下面的“指定各列的含义”里说明各列是什么，再试读；也可以按“怎么改”改好文件，保存后重新选择。';
    }
    return '下面逐处列出了问题。请在原文件里改好、保存，再重新选择文件试读。行号按文件从第 1 行（含表头）数起。';
  }
  if (status === 'needs-overwrite' || (status === 'dry-run' && values.changed > 0)) {
    return '请核对“与库里不同的数值”。如果以文件为准，写明原因并提交；原来的数值会留在修订记录里。如果库里的数正确，就不用再做什么。';
  }
  if (status === 'dry-run' && report.faultCount > 0) {
    return '有问题的行会跳过，只写入其余的行。核对后点“提交”；跳过的行改好后可以再传。';
  }
  if (status === 'dry-run') {
    return nothingNew(report)
      ? '文件里的数值库里都有，不提交也可以。'
      : '请核对下面的识别结果。无误就点“提交”，写入的就是您现在看到的这些。';
  }
  if (rows.rejected > 0) return '有问题的行已跳过。下载标注了错误原因的文件，改好后直接再上传即可。';
  return nothingNew(report)
    ? '文件里的数值库里都有，没有改动。'
    : '不用再做什么。如果传错了，可以在“上传记录”里撤销。';
}

function confidenceWords(confidence) {
  if (confidence === null) return '没有认出';
  return confidence >= 1 ? '确定' : `有假定，请核对（把握 ${Math.round(confidence * 100)}%）`;
}

function facts(report) {
  const span =
    report.firstTime === null
      ? '—'
      : `${timeWords(report.firstTime)} 至 ${timeWords(report.lastTime ?? report.firstTime)}`;
  const used = report.columns.filter((column) => column.indicator);
  const ignored = report.columns.filter((column) => column.role === 'ignored');
  const name = (column) => column.header || `第 ${column.position + 1} 列`;
  // Most headers name the unit themselves.
  const withUnit = (column) =>
    column.unit && !/[(（]/.test(column.header) ? `${name(column)}（${column.unit}）` : name(column);
  const several = (report.sheets ?? []).length > 1;
  return element(
    'dl',
    { class: 'facts' },
    fact('文件', report.fileName),
    fact('编码', encodingWords[report.encoding.toLowerCase()] ?? report.encoding),
    report.source ? fact('来源', `${report.source.nameZh}（第 ${report.source.version} 版读法）`) : null,
    fact(
      '数据种类',
      [intervalWords[report.interval] ?? report.interval, layoutWords[report.layout] ?? report.layout]
        .filter(Boolean)
        .join(' · ') || '—',
    ),
    several ? null : fact('识别', confidenceWords(report.confidence)),
    fact('时间范围', span),
    several ? null : fact('采用的指标列', used.map(withUnit).join('、') || '—', 'fact wide'),
    several ? null : fact('没有采用的列', ignored.map(name).join('、') || '无'),
    report.rows.duplicate > 0 ? fact('文件内重复的行', `${report.rows.duplicate} 行`) : null,
    report.suspectCount > 0
      ? fact(
          '存疑的数值',
          element(
            'span',
            {},
            `${report.suspectCount} 个（照样写入并标记，见`,
            element('a', { href: '#suspects' }, '存疑数据'),
            '）',
          ),
        )
      : null,
  );
}

/** The user's own file with what is wrong beside each row. */
export function faultFileButton(report, { id, prepare } = {}) {
  const said = element('span', { class: 'status', 'aria-live': 'polite' });
  const save = async () => {
    said.replaceChildren('正在准备……');
    try {
      const from = id ?? (await prepare());
      await saveFile(`/api/v1/uploads/${encodeURIComponent(from)}/errors`, `错误原因_${report.fileName}`);
      said.replaceChildren('已下载。按“错误原因”一列改好，直接再上传，这一列不用删。');
    } catch (error) {
      said.replaceChildren(error.message);
    }
  };
  return element('p', {}, button('下载标注了错误原因的原文件', save), ' ', said);
}

function faultFile(report, { recordFaults }) {
  if (report.faultCount === 0) return null;
  if (report.id !== null) return faultFileButton(report, { id: report.id });
  if (!recordFaults || report.token === null || skipsRows(report)) return null;
  return faultFileButton(report, { prepare: recordFaults });
}

function skipOffer(report, onSkip) {
  const some = report.rows.new + report.rows.unchanged + report.rows.changed > 0;
  if (!onSkip || report.status !== 'dry-run' || report.faultCount === 0 || skipsRows(report) || !some)
    return null;
  return element('p', {}, button('跳过有问题的行，再试读', onSkip));
}

function unknownSites(report, onCreate) {
  const unknown = report.faults.some(({ code }) => code === 'site-unknown');
  if (!onCreate || report.status !== 'dry-run' || !unknown) return null;
  return element(
    'div',
    { class: 'aside' },
    element(
      'p',
      {},
      '有没登记过的点位。先看“问题”一列里的相近名称：如果只是写法不同，请在文件里改成已登记的名称。确实是新点位，才登记。',
    ),
    button('确实是新点位：登记它们，再试读', onCreate),
  );
}

function commitForm(report, onCommit, onOverwrite) {
  if (report.status === 'needs-overwrite' || report.values.changed > 0) {
    return overwriteForm(report, onOverwrite);
  }
  return onCommit
    ? element('p', {}, button('提交', onCommit, { class: 'primary', 'data-main': true }))
    : null;
}

function overwriteForm(report, onOverwrite) {
  if (!onOverwrite) return null;
  const reason = element('input', { type: 'text', maxlength: '500', required: true });
  const sure = checkbox(`已核对，用文件里的数覆盖库里的 ${report.values.changed} 个数值`, { required: true });
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
    sure.node,
    element('button', { type: 'submit', class: 'danger' }, '覆盖并提交'),
  );
}

function heading(report) {
  if (report.undone) {
    const { at, by, reason } = report.undone;
    return ['warn', `↶ 已撤销（${timeWords(at)}，${by}；原因：${reason}）`];
  }
  if (report.status !== 'dry-run') return statusWords[report.status] ?? ['plain', report.status];
  if (mayCommit(report)) {
    if (report.faultCount > 0) {
      return ['warn', `! 试读完成：有 ${report.faultCount} 处问题，有问题的行将跳过，还没有写入`];
    }
    if (report.values.changed > 0) return ['warn', '! 试读完成：与已入库的数值不同，需要您确认，还没有写入'];
    return statusWords['dry-run'];
  }
  return understood(report)
    ? ['bad', `✕ 试读完成：有 ${report.faultCount} 处问题，还没有写入`]
    : ['bad', '✕ 试读完成：没有认出这张表，还没有写入'];
}

function kindsList(report) {
  return element(
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
  );
}

/**
 * What became of a file. The actions add what may come next: `onCommit`, `onOverwrite(reason)`, `onSkip`, `onCreate`,
 * `onSheet(name)`, `onMissing(options)`, `onMapping(mapping, save)`, and `recordFaults`, which gives the number of the recorded refusal.
 */
export function reportPanel(report, actions = {}) {
  const [tone, title] = heading(report);
  const commits = mayCommit(report) || report.status === 'needs-overwrite';
  return element(
    'section',
    { class: `panel result ${tone}` },
    element('h3', { tabindex: '-1' }, title),
    element('p', {}, nextStep(report)),
    understood(report) ? kindsList(report) : null,
    faultFile(report, actions),
    skipOffer(report, actions.onSkip),
    unknownSites(report, actions.onCreate),
    missingForm(report, actions),
    faultTable(report),
    changeTable(report),
    createdSitesTable(report),
    impactTable(report),
    commits ? commitForm(report, actions.onCommit, actions.onOverwrite) : null,
    report.notices.length > 0
      ? element(
          'ul',
          { class: 'notices' },
          report.notices.map((text) => element('li', {}, text)),
        )
      : null,
    facts(report),
    sheetTable(report, actions.onSheet),
    mappingForm(report, actions),
  );
}
