import type { PeriodReport } from '../domain/reading.js';
import type { Rejection } from '../domain/rejection.js';
import type { KeyedTableName, StagedRow } from '../store/keyedTable.js';
import type { Stage, StagedNote } from '../store/stage.js';
import { ColumnPlausibility } from './decode/columnPlausibility.js';
import type { DecodedBatch, DustPeriodRow, SiteRow } from './decode/decodedBatch.js';
import { decodeRecords } from './decode/decodeFile.js';
import type { DecodeLookup, DecodeOptions } from './decode/decodeLookup.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import type { FaultList } from './faultList.js';
import type { NoticeList } from './noticeList.js';
import { inSheet, type RecordTable } from './recordSource.js';
import type { RowChecker } from './rowChecker.js';

/** What the uploader chose, and what the service allows. */
export interface StageOptions extends DecodeOptions {
  readonly sheet?: string;
  readonly maxRows: number;
  /** Called when a stretch has been parsed, and again when it has been staged. */
  readonly reached: (point: 'parsed' | 'staged') => Promise<void>;
}

/** No rows of any kind. */
export const noRows = { rowsRead: 0, rowsRejected: 0, rowsEmpty: 0, suspectCount: 0 };

/** What all tables of a file add to. */
export interface Staging {
  readonly stage: Stage;
  readonly checker: RowChecker;
  readonly faults: FaultList;
  readonly notices: NoticeList;
  readonly totals: { -readonly [K in keyof typeof noRows]: number };
  readonly reports: PeriodReport[];
  readonly sites: SiteRow[];
  readonly dustPeriods: DustPeriodRow[];
}

// Reports are figures of offices, not measurements; so many of them are not a county's any more.
const maxReports = 200_000;

/** Decodes the rows of one table and stages them, their lines shifted by an offset. */
export async function stageRows(
  source: RecordTable,
  plan: LayoutPlan,
  lookup: DecodeLookup,
  options: StageOptions,
  staging: Staging,
  lineOffset: number,
): Promise<void> {
  const { stage, faults, notices, totals, reports, sites, dustPeriods } = staging;
  const plausibility = new ColumnPlausibility();
  const { sheet } = source;
  const shifted = <T extends { readonly line: number }>(row: T): T => ({
    ...row,
    line: row.line + lineOffset,
  });
  for await (const batch of decodeRecords(source.all(), plan, lookup, options, plausibility)) {
    await options.reached('parsed');
    staging.checker.check(batch.readings);
    totals.rowsRead += batch.rowsRead;
    totals.rowsRejected += batch.rowsRejected;
    totals.rowsEmpty += batch.rowsEmpty;
    totals.suspectCount += countSuspects(batch);
    for (const rejection of batch.rejected) faults.add(inSheet(rejection, sheet));
    for (const { code, params } of batch.notices) notices.add({ code, params });
    const figures = reports.length + sites.length + dustPeriods.length;
    if (totals.rowsRead > options.maxRows || figures > maxReports) {
      faults.addFatal(inSheet(tooManyRows(Math.min(options.maxRows, maxReports)), sheet));
      break;
    }
    // Nothing of a refused file is stored; its remaining rows are read only for their faults.
    if (faults.fatal === 0) {
      await stageBatch(stage, batch, lineOffset);
      for (const report of batch.reports) reports.push(shifted(report));
      for (const site of batch.sites) sites.push(shifted(site));
      for (const period of batch.dustPeriods) dustPeriods.push(shifted(period));
      await options.reached('staged');
    }
  }
  for (const rejection of plausibility.rejections()) faults.addFatal(inSheet(rejection, sheet));
}

function tooManyRows(limit: number): Rejection {
  return { line: limit, column: '', value: '', code: 'too-many-rows', params: { limit } };
}

async function stageBatch(stage: Stage, batch: DecodedBatch, lineOffset: number): Promise<void> {
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
  for (const [table, list] of rows) await stage.append(table, shiftLines(list, lineOffset));
  for (const [table, list] of notes) await stage.appendNotes(table, list);
}

function shiftLines(rows: readonly StagedRow[], offset: number): readonly StagedRow[] {
  return offset === 0 ? rows : rows.map((row) => ({ ...row, line: row.line + offset }));
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
