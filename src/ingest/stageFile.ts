import type { PoolClient } from 'pg';
import type { Rejection } from '../domain/rejection.js';
import { Stage } from '../store/stage.js';
import { noteColumnNames, watchNames } from './columnNameNotices.js';
import type { DecodeLookup } from './decode/decodeLookup.js';
import type { TextEncodingName } from './decode/encoding.js';
import { recogniseLayout } from './decode/layout.js';
import type { LayoutPlan } from './decode/layoutPlan.js';
import { settleMedium } from './decode/mediumLookup.js';
import { describePlannedTable, describeRefusedTable, type Understanding } from './decode/understanding.js';
import { FaultList } from './faultList.js';
import { noteAssumedCounty } from './layoutNotices.js';
import { NoticeList } from './noticeList.js';
import { inSheet, openTables, type RecordTable } from './recordSource.js';
import { loadRowChecker } from './rowChecker.js';
import { noRows, stageRows, type StageOptions, type Staging } from './stageRows.js';
import { isInstructions, isOnlyWords } from './templateSheets.js';

/** One table of a file: the text itself, or a sheet. */
export interface StagedTable {
  /** Empty for a text. */
  readonly sheet: string;
  /** `undefined` when the table could not be understood; the faults say why. */
  readonly plan: LayoutPlan | undefined;
  /** How far the table was understood, where it was not or not surely. */
  readonly understanding: Understanding | null;
  /** What was added to its line numbers in the stage, so that lines of different sheets are different there. */
  readonly lineOffset: number;
  readonly rowsRead: number;
}

/** What became of a file before it is compared with what is stored; lines of rows are those of the stage. */
export interface StagedFile
  extends Pick<Staging, 'stage' | 'faults' | 'notices'>, Readonly<Staging['totals']> {
  /** Those that were read, and those that could not be understood; sheets without a table are left out. */
  readonly tables: readonly StagedTable[];
  readonly reports: Readonly<Staging['reports']>;
  /** Rows of lists, as those of layouts `site-list` and `dust-periods`. */
  readonly sites: Readonly<Staging['sites']>;
  readonly dustPeriods: Readonly<Staging['dustPeriods']>;
}

/** The layout of a file's list, which stands alone in its file; `undefined` for readings and figures. */
export function listPlanOf({ tables }: Pick<StagedFile, 'tables'>): LayoutPlan | undefined {
  return tables.find(({ plan }) => plan !== undefined && isList(plan))?.plan;
}

function isList({ layout }: LayoutPlan): boolean {
  return layout === 'site-list' || layout === 'dust-periods';
}

/**
 * Decodes a file and stages its rows in the client's transaction, sheet after sheet. Faults are collected, never thrown.
 */
export async function stageFile(
  client: PoolClient,
  file: { readonly path: string; readonly encoding: TextEncodingName | 'workbook' },
  lookup: DecodeLookup,
  options: StageOptions,
): Promise<StagedFile> {
  const faults = new FaultList();
  const notices = new NoticeList();
  const staging: Staging = {
    stage: new Stage(client),
    checker: await loadRowChecker(client),
    faults,
    notices,
    totals: { ...noRows },
    reports: [],
    sites: [],
    dustPeriods: [],
  };
  const tables: StagedTable[] = [];
  const withoutTable: Unrecognised[] = [];
  let lineOffset = 0;
  try {
    for await (const source of openTables(file, options, faults, notices)) {
      faults.beginSheet(source.sheet);
      const outcome = await stageTable(source, lookup, options, staging, lineOffset);
      if (outcome === 'instructions') continue;
      if ('why' in outcome) withoutTable.push(outcome);
      else tables.push(outcome);
      lineOffset += source.lastLine;
      if (staging.totals.rowsRead > options.maxRows) break;
    }
    await staging.stage.flush();
  } finally {
    await staging.stage.abandon();
  }
  settleTables(tables, withoutTable, staging);
  const { stage, totals, reports, sites, dustPeriods } = staging;
  return { tables, stage, faults, notices, reports, sites, dustPeriods, ...totals };
}

/** A sheet that holds nothing but a title or remarks. */
interface Unrecognised {
  readonly sheet: string;
  readonly why: readonly Rejection[];
}

async function stageTable(
  source: RecordTable,
  known: DecodeLookup,
  options: StageOptions,
  staging: Staging,
  lineOffset: number,
): Promise<StagedTable | Unrecognised | 'instructions'> {
  const { faults, notices, totals } = staging;
  const { sheet } = source;
  const fatalBefore = faults.fatal;
  const head = await source.takeHead();
  if (isInstructions(sheet, head)) return 'instructions';
  const table = { sheet, lineOffset, plan: undefined, understanding: null, rowsRead: 0 };
  if (head.length === 0 || faults.fatal > fatalBefore) return table;
  const reading = { ...options, ...source.decodeOptions };
  const lookup = settleMedium(head, known);
  const recognised = recogniseLayout(head, lookup, reading, source.delimiter);
  if (!recognised.ok) {
    const why = recognised.rejected.map((rejection) => inSheet(rejection, sheet));
    if (source.whole !== undefined && isOnlyWords(source.whole)) return { sheet, why };
    for (const rejection of why) faults.addFatal(rejection);
    const { rejected } = recognised;
    return {
      ...table,
      understanding: describeRefusedTable(head, lookup, reading, rejected, source.delimiter),
    };
  }
  const { plan } = recognised;
  const understanding = plan.confidence < 1 ? describePlannedTable(plan, head, lookup) : null;
  noteColumnNames(plan, lookup, reading, notices);
  noteAssumedCounty(plan, sheet, reading, notices);
  const before = totals.rowsRead;
  await stageRows(source, plan, watchNames(lookup, notices), reading, staging, lineOffset);
  totals.rowsRejected += source.rowsRejected;
  totals.rowsRead += source.rowsRejected;
  return { ...table, plan, understanding, rowsRead: totals.rowsRead - before };
}

/** Says what became of sheets that were not read, and refuses a file of which nothing was. */
function settleTables(
  tables: StagedTable[],
  withoutTable: readonly Unrecognised[],
  { faults, notices, totals }: Staging,
): void {
  const recognised = tables.filter(({ plan }) => plan !== undefined);
  const [first] = withoutTable;
  if (tables.length === 0 && first !== undefined) {
    for (const rejection of first.why) faults.addFatal(rejection);
    tables.push({ sheet: first.sheet, plan: undefined, understanding: null, lineOffset: 0, rowsRead: 0 });
    return;
  }
  if (recognised.length === 0 && faults.count === 0) faults.addFatal(ofFile('file-empty', {}));
  for (const { sheet } of withoutTable)
    notices.add({ code: 'notice-sheet-without-table', params: { sheet } });
  if (tables.length > 1) {
    for (const { sheet, plan } of tables) {
      if (plan !== undefined) continue;
      const others = recognised.map((table) => table.sheet).join('、') || '—';
      faults.addFatal({ ...ofFile('sheet-not-recognised', { name: sheet, others }), sheet });
    }
  }
  const lists = recognised.filter(({ plan }) => isList(plan!));
  if (recognised.length > 1) {
    for (const { sheet } of lists) faults.addFatal({ ...ofFile('sheet-list-alone', { name: sheet }), sheet });
  }
  if (recognised.length > 0 && totals.rowsRead === 0 && faults.count === 0) {
    faults.addFatal(ofFile('file-without-rows', {}));
  }
  for (const { sheet, rowsRead } of recognised) {
    if (rowsRead === 0 && totals.rowsRead > 0) {
      notices.add({ code: 'notice-sheet-without-rows', params: { sheet } });
    }
  }
}

function ofFile(code: Rejection['code'], params: Rejection['params']): Rejection {
  return { line: 0, column: '', value: '', code, params };
}

/** Where a line of the stage is: its sheet, if the file has any, and the line there. */
export function locateLine(
  { tables }: Pick<StagedFile, 'tables'>,
  line: number,
): { readonly line: number; readonly sheet?: string } {
  const table = tables.findLast(({ lineOffset, plan }) => plan !== undefined && lineOffset < line);
  if (table === undefined || table.sheet === '') return { line };
  return { line: line - table.lineOffset, sheet: table.sheet };
}
