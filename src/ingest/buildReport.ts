import { beijingTime } from '../domain/beijingTime.js';
import type { FaultList } from './faultList.js';
import type { ImportOptions } from './importOptions.js';
import type { JudgedUpload } from './judgeUpload.js';
import type { ReceivedFile } from './receivedFile.js';
import type { StagedFile } from './stageFile.js';
import { describeColumns, type ImportReport, type Notice } from './uploadReport.js';

/** The part of a report that tells how the table was understood. */
export function describePlan(
  staged: StagedFile,
): Pick<
  ImportReport,
  'sheet' | 'headerLine' | 'layout' | 'interval' | 'columns' | 'confidence' | 'understanding'
> {
  const sheet = staged.sheet === '' ? null : staged.sheet;
  const { understanding } = staged;
  if (staged.plan === undefined) {
    const nothing = { headerLine: null, layout: null, interval: null, columns: [], confidence: null };
    return { sheet, ...nothing, understanding };
  }
  return {
    sheet,
    confidence: staged.plan.confidence,
    understanding,
    headerLine: staged.plan.headerLine > 0 ? staged.plan.headerLine : null,
    layout: staged.plan.layout,
    interval: staged.plan.interval,
    columns: describeColumns(staged.plan),
  };
}

/** The report of a file of which nothing is stored (yet). */
export function emptyReport(
  name: string,
  received: ReceivedFile,
  faults: FaultList,
  options: ImportOptions,
): ImportReport {
  return {
    status: options.dryRun ? 'dry-run' : 'rejected',
    fileName: name,
    sha256: received.sha256,
    bytes: received.bytes,
    encoding: typeof received.encoding === 'string' ? received.encoding : 'unknown',
    sheet: null,
    headerLine: null,
    layout: null,
    interval: null,
    confidence: null,
    understanding: null,
    source: options.sourceUse === undefined ? null : { ...options.sourceUse, mappingVersion: null },
    columns: [],
    rows: { read: 0, new: 0, unchanged: 0, changed: 0, rejected: 0, duplicate: 0 },
    values: { new: 0, unchanged: 0, changed: 0 },
    firstTime: null,
    lastTime: null,
    faults: faults.listed,
    faultCount: faults.count,
    changes: [],
    suspectCount: 0,
    notices: sourceNotices(options),
    impact: null,
  };
}

/** The report of a file that was compared with what is stored. */
export function buildReport(
  name: string,
  received: ReceivedFile,
  staged: StagedFile,
  judged: JudgedUpload,
  options: ImportOptions,
): ImportReport {
  const { counts, reportRows } = judged;
  const rows = {
    read: staged.rowsRead,
    new: counts.rowsNew + reportRows.new,
    unchanged: counts.rowsUnchanged + reportRows.unchanged,
    changed: counts.rowsChanged + reportRows.changed,
    rejected: staged.rowsRejected + judged.contradictingRows + reportRows.rejected,
    duplicate: counts.duplicates + reportRows.duplicate,
  };
  const values = {
    new: counts.valuesNew + reportRows.new,
    unchanged: counts.valuesUnchanged + reportRows.unchanged,
    changed: counts.valuesChanged + reportRows.changed,
  };
  return {
    ...emptyReport(name, received, staged.faults, options),
    ...describePlan(staged),
    status: statusOf(staged.faults, rows, values.changed, options),
    rows,
    values,
    firstTime: counts.firstTs === null ? null : beijingTime(counts.firstTs.getTime()),
    lastTime: counts.lastTs === null ? null : beijingTime(counts.lastTs.getTime()),
    changes: judged.changes,
    suspectCount: staged.suspectCount,
    notices: [...sourceNotices(options), ...noticesOf(staged, rows)],
  };
}

function statusOf(
  faults: FaultList,
  rows: ImportReport['rows'],
  changed: number,
  options: ImportOptions,
): ImportReport['status'] {
  if (options.dryRun) return 'dry-run';
  const nothingLeft = rows.new + rows.unchanged + rows.changed === 0;
  if (faults.count > 0 && (options.onError === 'reject-file' || nothingLeft)) return 'rejected';
  return changed > 0 && !options.overwrite ? 'needs-overwrite' : 'committed';
}

function sourceNotices({ sourceUse }: ImportOptions): Notice[] {
  if (sourceUse === undefined) return [];
  const { code, nameZh, version, taken } = sourceUse;
  const params = { code, name: nameZh, version, taken: taken.length === 0 ? '—' : taken.join('、') };
  return [{ code: 'notice-source-settings', params }];
}

function noticesOf(staged: StagedFile, rows: ImportReport['rows']): Notice[] {
  const plan = staged.plan!;
  const assumed: Notice[] = plan.assumptions.map(({ code, params }) => ({ code, params }));
  const said = new Set(assumed.map(({ code }) => code));
  // A row's notice may repeat what the plan assumed for the table.
  const notices = [...assumed, ...staged.notices.all.filter(({ code }) => !said.has(code))];
  if (plan.ignored.length > 0) {
    const columns = plan.ignored.map(({ header, position }) => header || `第 ${position + 1} 列`).join('、');
    notices.push({ code: 'notice-ignored-columns', params: { columns: columns.slice(0, 500) } });
  }
  const unknown = staged.faults.unknownSites;
  if (unknown.length > 0) {
    notices.push({
      code: 'notice-unknown-sites',
      params: { count: unknown.length, sites: unknown.slice(0, 30).join('、') },
    });
  }
  if (staged.rowsEmpty > 0) notices.push({ code: 'notice-empty-rows', params: { count: staged.rowsEmpty } });
  if (staged.suspectCount > 0)
    notices.push({ code: 'notice-suspect', params: { count: staged.suspectCount } });
  if (rows.duplicate > 0) notices.push({ code: 'notice-duplicates', params: { count: rows.duplicate } });
  if (rows.unchanged > 0 && rows.new + rows.changed + rows.rejected === 0) {
    notices.push({ code: 'notice-already-stored', params: {} });
  }
  return notices;
}
