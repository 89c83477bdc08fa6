import { button, element, table, timeWords } from './dom.js';
import { indicatorWords, intervalWords, layoutWords, siteKindWords, verdictWords } from './words.js';

function counted(title, shown, total, unit) {
  return total > shown
    ? `${title}（共 ${total} ${unit}，列出前 ${shown} ${unit}）`
    : `${title}（${total} ${unit}）`;
}

/** Every fault that the answer lists. */
export function faultTable(report) {
  if (report.faults.length === 0) return null;
  const bySheet = report.faults.some(({ sheet }) => sheet);
  return table(
    counted('问题', report.faults.length, report.faultCount, '处'),
    [...(bySheet ? ['表'] : []), '行', '列', '值', '问题', '怎么改'],
    report.faults.map((fault) => [
      ...(bySheet ? [fault.sheet ?? '—'] : []),
      fault.line > 0 ? String(fault.line) : '整个文件',
      fault.column || '—',
      fault.value || '（空）',
      fault.message,
      fault.mend || '—',
    ]),
  );
}

/** Stored values that differ from the file's. */
export function changeTable(report) {
  if (report.changes.length === 0) return null;
  const bySheet = report.changes.some(({ sheet }) => sheet);
  return table(
    counted('与库里不同的数值', report.changes.length, report.values.changed, '个'),
    [...(bySheet ? ['表'] : []), '行', '点位', '时间（起）', '指标', '库里', '文件'],
    report.changes.map((change) => [
      ...(bySheet ? [change.sheet ?? '—'] : []),
      String(change.line),
      change.site,
      timeWords(change.time),
      indicatorWords(change.indicator),
      change.stored,
      change.file,
    ]),
  );
}

/** Sites that the upload registers. */
export function createdSitesTable({ createdSites, status }) {
  if (createdSites.length === 0) return null;
  return table(
    `${status === 'committed' ? '已登记' : '将登记'}的新点位（${createdSites.length} 个）`,
    ['名称', '编码', '类型', '相近的已登记名称'],
    createdSites.map(({ name, code, kind, near }) => [
      name,
      code,
      siteKindWords[kind] ?? kind,
      near.length === 0 ? '没有' : element('strong', {}, `${near.join('、')}（若是同一个，请不要登记）`),
    ]),
  );
}

/** Which targets would change, of a trial run; `impact` null was not worked out. */
export function impactTable({ impact, status }) {
  if (status !== 'dry-run' || impact === null) return null;
  if (impact.length === 0) return element('p', { class: 'status' }, '提交后不会改变任何目标的判定。');
  return impactList(`提交后会变化的目标（${impact.length} 项）`, impact, '提交后');
}

/** Targets before and after. */
export function impactList(caption, impact, afterWords) {
  const words = ({ verdict, value }) =>
    `${verdictWords[verdict] ?? verdict}${value === null ? '' : `（${value}）`}`;
  return table(
    caption,
    ['目标', '现在', afterWords],
    impact.map(({ name, before, after }) => [name, words(before), words(after)]),
  );
}

/** The sheets of a workbook, each as it was understood. */
export function sheetTable(report, onSheet) {
  const sheets = report.sheets ?? [];
  if (sheets.length < 2) return null;
  const offers = onSheet && report.status === 'dry-run';
  return table(
    `工作簿里的表（${sheets.length} 张）`,
    ['表', '认作', '把握', '行数', '采用的列', '没有采用的列', ...(offers ? [''] : [])],
    sheets.map((sheet) => {
      const header = (column) => column.header || `第 ${column.position + 1} 列`;
      const listed = (columns) => columns.map(header).join('、') || '—';
      return [
        sheet.name,
        sheet.layout === null
          ? '没有认出'
          : [intervalWords[sheet.interval], layoutWords[sheet.layout] ?? sheet.layout]
              .filter(Boolean)
              .join(' · '),
        sheet.confidence === null ? '—' : `${Math.round(sheet.confidence * 100)}%`,
        String(sheet.rowsRead),
        listed(sheet.columns.filter(({ role }) => role !== 'ignored')),
        listed(sheet.columns.filter(({ role }) => role === 'ignored')),
        ...(offers
          ? [
              button('只读这张', () => onSheet(sheet.name), {
                class: 'quiet',
                'aria-label': `只读表 ${sheet.name}`,
              }),
            ]
          : []),
      ];
    }),
  );
}
