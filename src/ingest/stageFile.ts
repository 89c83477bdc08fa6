import type { PoolClient } from 'pg';
import type { PeriodReport } from '../domain/reading.js';
import type { Rejection } from '../domain/rejection.js';
import type { KeyedTableName, StagedRow } from '../store/keyedTable.js';
import { Stage, type StagedNote } from '../store/stage.js';
import { noteColumnNames, watchNames } from './columnNameNotices.js';
import { ColumnPlausibility } from './decode/columnPlausibility.js';
import type { DecodedBatch, DustPeriodRow, SiteRow } from './decode/decodedBatch.js';
import { decodeRecords } from './decode/decodeFile.js';
import type { DecodeLookup, DecodeOptions } from './decode/decodeLookup.js';
import type { TextEncodingName } from './decode/encoding.js';
import { recogniseLayout } from './decode/layout.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import { settleMedium } from './decode/mediumLookup.js';
import { describePlannedTable, describeRefusedTable, type Understanding } from './decode/understanding.js';
import { FaultList } from './faultList.js';
import { NoticeList } from './noticeList.js';
import { openSource, type RecordSource } from './recordSource.js';
import { loadRowChecker, type RowChecker } from './rowChecker.js';

/** What became of a file before it is compared with what is stored. */
export interface StagedFile {
  /** `undefined` when the table could not be understood; `faults` says why. */
  readonly plan: LayoutPlan | undefined;
  /** How far the table was understood, where it was not or not surely. */
  readonly understanding: Understanding | null;
  readonly stage: Stage;
  /** The sheet that was read; empty for a text. */
  readonly sheet: string;
  readonly reports: readonly PeriodReport[];
  /** Rows of lists, as those of layouts `site-list` and `dust-periods`. */
  readonly sites: readonly SiteRow[];
  readonly dustPeriods: readonly DustPeriodRow[];
  readonly faults: FaultList;
  readonly notices: NoticeList;
  readonly rowsRead: number;
  readonly rowsRejected: number;
  readonly rowsEmpty: number;
  readonly suspectCount: number;
}

interface StageOptions extends DecodeOptions {
  readonly sheet?: string;
  readonly maxRows: number;
  /** Called when a stretch has been parsed, and again when it has been staged. */
  readonly reached: (point: 'parsed' | 'staged') => Promise<void>;
}

// Reports are figures of offices, not measurements; so many of them are not a county's any more.
const maxReports = 200_000;

/** Decodes a file and stages its rows in the client's transaction. Faults are collected, never thrown. */
export async function stageFile(
  client: PoolClient,
  file: { readonly path: string; readonly encoding: TextEncodingName | 'workbook' },
  known: DecodeLookup,
  options: StageOptions,
): Promise<StagedFile> {
  const faults = new FaultList();
  const notices = new NoticeList();
  const source = openSource(file, options, faults, notices);
  try {
    const head = await source.takeHead();
    const stage = new Stage(client);
    const common = { stage, faults, notices, sheet: source.sheet };
    if (head.length === 0 && faults.fatal === 0) {
      faults.addFatal({ line: 0, column: '', value: '', code: 'file-empty', params: {} });
    }
    const reading = { ...options, ...source.decodeOptions };
    const lookup = settleMedium(head, known);
    const recognised =
      faults.fatal > 0 ? undefined : recogniseLayout(head, lookup, reading, source.delimiter);
    if (recognised?.ok !== true) {
      const rejected = recognised?.rejected ?? [];
      for (const rejection of rejected) faults.addFatal(rejection);
      const understanding =
        rejected.length === 0
          ? null
          : describeRefusedTable(head, lookup, reading, rejected, source.delimiter);
      return {
        ...common,
        plan: undefined,
        understanding,
        reports: [],
        sites: [],
        dustPeriods: [],
        ...noRows,
      };
    }
    const { plan } = recognised;
    const understanding = plan.confidence < 1 ? describePlannedTable(plan, head, lookup) : null;
    noteColumnNames(plan, lookup, reading, notices);
    const checker = await loadRowChecker(client);
    const rows = await stageRows(source, plan, watchNames(lookup, notices), reading, { ...common, checker });
    return { ...common, plan, understanding, ...rows };
  } finally {
    await source.close();
  }
}

const noRows = { rowsRead: 0, rowsRejected: 0, rowsEmpty: 0, suspectCount: 0 };

async function stageRows(
  source: RecordSource,
  plan: LayoutPlan,
  lookup: DecodeLookup,
  options: StageOptions,
  {
    stage,
    faults,
    notices,
    checker,
  }: Pick<StagedFile, 'stage' | 'faults' | 'notices'> & { readonly checker: RowChecker },
) {
  const plausibility = new ColumnPlausibility();
  const totals = { ...noRows };
  const reports: PeriodReport[] = [];
  const sites: SiteRow[] = [];
  const dustPeriods: DustPeriodRow[] = [];
  try {
    for await (const batch of decodeRecords(source.all(), plan, lookup, options, plausibility)) {
      await options.reached('parsed');
      checker.check(batch.readings);
      totals.rowsRead += batch.rowsRead;
      totals.rowsRejected += batch.rowsRejected;
      totals.rowsEmpty += batch.rowsEmpty;
      totals.suspectCount += countSuspects(batch);
      for (const rejection of batch.rejected) faults.add(rejection);
      for (const { code, params } of batch.notices) notices.add({ code, params });
      const figures = reports.length + sites.length + dustPeriods.length;
      if (totals.rowsRead > options.maxRows || figures > maxReports) {
        faults.addFatal(tooManyRows(Math.min(options.maxRows, maxReports)));
        break;
      }
      // Nothing of a refused file is stored; its remaining rows are read only for their faults.
      if (faults.fatal === 0) {
        await stageBatch(stage, batch);
        reports.push(...batch.reports);
        sites.push(...batch.sites);
        dustPeriods.push(...batch.dustPeriods);
        await options.reached('staged');
      }
    }
    await stage.flush();
  } finally {
    await stage.abandon();
  }
  for (const rejection of plausibility.rejections()) faults.addFatal(rejection);
  if (totals.rowsRead === 0 && faults.count === 0) {
    faults.addFatal({ line: 0, column: '', value: '', code: 'file-without-rows', params: {} });
  }
  totals.rowsRejected += source.rowsRejected;
  totals.rowsRead += source.rowsRejected;
  return { reports, sites, dustPeriods, ...totals };
}

function tooManyRows(limit: number): Rejection {
  return { line: limit, column: '', value: '', code: 'too-many-rows', params: { limit } };
}

async function stageBatch(stage: Stage, batch: DecodedBatch): Promise<void> {
  const rows = new Map<KeyedTableName, StagedRow[]>();
  const notes = new Map<KeyedTableName, StagedNote[]>();
  for (const reading of batch.readings) {
    append(rows, reading.family, reading);
    for (const note of reading.notes)
      append(notes, reading.family, { ...note, ts: reading.ts, siteId: reading.siteId });
  }
  const seriesTimes = new Map<number, number>();
  for (const { line, ts, siteId, indicator, interval, value } of batch.series) {
    append(rows, 'series', { line, ts, siteId, keys: [indicator, interval], values: [value] });
    seriesTimes.set(line, ts);
  }
  for (const { line, ts, siteId, indicator, interval, text } of batch.published) {
    append(rows, 'published', { line, ts, siteId, keys: [indicator, interval], values: [text] });
  }
  for (const { line, siteId, note } of batch.notes) {
    const ts = seriesTimes.get(line);
    if (ts !== undefined) append(notes, 'series', { ...note, ts, siteId });
  }
  for (const [table, list] of rows) await stage.append(table, list);
  for (const [table, list] of notes) await stage.appendNotes(table, list);
}

function append<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

function countSuspects(batch: DecodedBatch): number {
  let count = batch.notes.filter(({ note }) => note.flag === 'suspect').length;
  for (const { notes } of batch.readings) {
    for (const note of notes) if (note.flag === 'suspect') count += 1;
  }
  return count;
}
