import { alignTable, printable } from '../app/terminalTable.js';
import type { createUploadService } from '../app/uploadService.js';

/** What the importer says about a file: the same as the service. */
export type FileReport = Awaited<ReturnType<ReturnType<typeof createUploadService>['upload']>>;

/** What became of a file. */
export type FileOutcome =
  | { readonly kind: 'stored' | 'refused' | 'needs-overwrite' | 'tried'; readonly report: FileReport }
  | { readonly kind: 'skipped'; readonly uploadId: string }
  | { readonly kind: 'refused' | 'failed'; readonly message: string };

const shownFaults = 20;
const shownChanges = 10;

/** What a file came to; a trial run is judged as the import would be. */
export function outcomeOf(report: FileReport, options: { onError: string; overwrite: boolean }): FileOutcome {
  const { status, rows, values, faultCount } = report;
  if (status === 'committed') return { kind: 'stored', report };
  if (status === 'rejected') return { kind: 'refused', report };
  if (status === 'needs-overwrite') return { kind: 'needs-overwrite', report };
  const nothingLeft = rows.new + rows.unchanged + rows.changed === 0;
  if (faultCount > 0 && (options.onError === 'reject-file' || nothingLeft))
    return { kind: 'refused', report };
  return { kind: values.changed > 0 && !options.overwrite ? 'needs-overwrite' : 'tried', report };
}

const statusZh = {
  committed: '已入库',
  rejected: '未入库：文件有错误',
  'dry-run': '试读，未入库',
  'needs-overwrite': '未入库：会改动已入库的数值，确认后加 --overwrite',
} as const;

/** A report in the words of the terminal, line by line. */
export function describeReport(path: string, report: FileReport): string[] {
  const { rows } = report;
  const lines = [
    `${path}：${statusZh[report.status]}`,
    `  读取 ${rows.read} 行：新增 ${rows.new}，相同 ${rows.unchanged}，改动 ${rows.changed}，` +
      `重复 ${rows.duplicate}，错误 ${rows.rejected}`,
  ];
  for (const notice of report.notices) lines.push(`  注意：${notice}`);
  for (const fault of report.faults.slice(0, shownFaults)) {
    const place = fault.line === 0 ? '' : `第 ${fault.line} 行`;
    const column = fault.column === '' ? '' : `“${fault.column}”`;
    const mend = fault.mend === '' ? '' : `。${fault.mend}`;
    lines.push(`  ${place}${column}${place + column === '' ? '' : '：'}${fault.message}${mend}`);
  }
  if (report.faultCount > shownFaults) lines.push(`  ……共 ${report.faultCount} 处`);
  for (const change of report.changes.slice(0, shownChanges)) {
    const { line, site, time, indicator, stored, file } = change;
    lines.push(`  第 ${line} 行 ${site} ${time} ${indicator}：库中 ${stored}，文件 ${file}`);
  }
  if (report.values.changed > shownChanges) lines.push(`  ……共 ${report.values.changed} 个不同的数值`);
  for (const { targetId, name, before, after } of report.impact ?? []) {
    lines.push(`  目标 ${targetId} ${name}：${before.verdict} → ${after.verdict}`);
  }
  return lines.map(printable);
}

const kinds = [
  ['stored', '已入库'],
  ['tried', '试读无误'],
  ['skipped', '已导入过，跳过'],
  ['refused', '有错误，未入库'],
  ['needs-overwrite', '待确认覆盖，未入库'],
  ['failed', '读取失败'],
] as const;

/** The table at the end of a run: files and rows by outcome. */
export function summarise(outcomes: readonly FileOutcome[]): string {
  const count = (list: readonly FileOutcome[], name: keyof FileReport['rows']) =>
    list.reduce((sum, outcome) => sum + ('report' in outcome ? outcome.report.rows[name] : 0), 0);
  const row = (word: string, list: readonly FileOutcome[]) => [
    word,
    String(list.length),
    ...rowNames.map(([name]) => String(count(list, name))),
  ];
  const body = kinds
    .map(([kind, word]) => [word, outcomes.filter((outcome) => outcome.kind === kind)] as const)
    .filter(([, list]) => list.length > 0)
    .map(([word, list]) => row(word, list));
  return alignTable([['结果', '文件', ...rowNames.map(([, word]) => word)], ...body, row('合计', outcomes)]);
}

const rowNames = [
  ['read', '读取行'],
  ['new', '新增'],
  ['unchanged', '相同'],
  ['changed', '改动'],
  ['duplicate', '重复'],
  ['rejected', '错误'],
] as const;
