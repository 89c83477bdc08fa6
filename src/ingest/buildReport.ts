import { beijingTime } from '../domain/beijingTime.js';
import type { FaultList } from './faultList.js';
import { readingOptions, type ImportOptions } from './importOptions.js';
import type { JudgedUpload } from './judgeUpload.js';
import type { ReceivedFile } from './receivedFile.js';
import type { StagedFile, StagedTable } from './stageFile.js';
import { readerColumns } from './templateSheets.js';
import { describeColumns, type ImportReport, type Notice } from './uploadReport.js';

type Understood = Pick<
  ImportReport,
  'sheet' | 'sheets' | 'headerLine' | 'layout' | 'interval' | 'columns' | 'confidence' | 'understanding'
>;

/** The part of a report that tells how the tables were understood. */
export function describePlan({ tables }: StagedFile): Understood {
  const all = tables.map((table) => ({
    name: table.sheet,
    rowsRead: table.rowsRead,
    ...describeTable(table),
  }));
  const sheets = all.filter(({ name }) => name !== '');
  const understanding = tables.find((table) => table.understanding !== null)?.understanding ?? null;
  const [first] = tables;
  if (first === undefined) return { sheet: null, sheets, ...unknown, understanding };
  if (tables.length === 1) {
    return { sheet: first.sheet === '' ? null : first.sheet, sheets, ...describeTable(first), understanding };
  }
  // What all have in common may be said of the file.
  const common = (name: 'layout' | 'interval') =>
    all.every((table) => table[name] === all[0]![name]) ? all[0]![name] : null;
  const shared = { layout: common('layout'), interval: common('interval') };
  return { sheet: null, sheets, ...unknown, ...shared, confidence: leastConfidence(all), understanding };
}

const unknown = { headerLine: null, layout: null, interval: null, columns: [], confidence: null };

/** As sure as of the least sure table; `null` when one was not understood. */
function leastConfidence(tables: readonly { readonly confidence: number | null }[]): number | null {
  const known = tables.flatMap(({ confidence }) => confidence ?? []);
  return known.length < tables.length ? null : Math.min(...known);
}

function describeTable({ plan }: StagedTable) {
  if (plan === undefined) return unknown;
  return {
    headerLine: plan.headerLine > 0 ? plan.headerLine : null,
    layout: plan.layout,
    interval: plan.interval,
    confidence: plan.confidence,
    columns: describeColumns(plan),
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
    options: readingOptions(options),
    sheets: [],
    sheet: null,
    ...unknown,
    understanding: null,
    source: options.sourceUse === undefined ? null : { ...options.sourceUse, mappingVersion: null },
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
    token: null,
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
  const plans = staged.tables.flatMap(({ plan, sheet }) => (plan === undefined ? [] : [{ plan, sheet }]));
  const assumed: Notice[] = plans.flatMap(({ plan }) =>
    plan.assumptions.map(({ code, params }) => ({ code, params })),
  );
  const said = new Set(assumed.map(({ code }) => code));
  // A row's notice may repeat what the plan assumed for the table.
  const notices = [...assumed, ...staged.notices.all.filter(({ code }) => !said.has(code))];
  for (const { plan, sheet } of plans) {
    // Those of our own templates are for the reader, and nobody expects them to be read.
    const ignored = plan.ignored.filter(({ header }) => !readerColumns.some((name) => name === header));
    if (ignored.length === 0) continue;
    const columns = ignored.map(({ header, position }) => header || `第 ${position + 1} 列`).join('、');
    const place = plans.length > 1 ? `${sheet}：` : '';
    notices.push({ code: 'notice-ignored-columns', params: { columns: (place + columns).slice(0, 500) } });
  }
  const strangers = staged.faults.unknownSites;
  if (strangers.length > 0) {
    notices.push({
      code: 'notice-unknown-sites',
      params: { count: strangers.length, sites: strangers.slice(0, 30).join('、') },
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
