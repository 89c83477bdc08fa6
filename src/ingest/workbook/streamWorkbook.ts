import { readCellStyles } from './cellStyles.js';
import { MergeFiller, readVerticalMerges } from './mergedCells.js';
import { readSharedStrings } from './sharedStrings.js';
import { SheetRows, type WorkbookContext, type WorkbookRecord } from './sheetRows.js';
import { defaultWorkbookBounds, type WorkbookBounds } from './workbookBounds.js';
import { WorkbookError, type WorkbookCode, type WorkbookRejection } from './workbookError.js';
import { findWorkbookParts, type SheetEntry } from './workbookParts.js';
import { streamXmlPart } from './xmlPart.js';
import { ZipArchive, type ZipPart } from './zipArchive.js';

/** Something that the clerk should know although it is no fault; `code` begins with `notice-`. */
export interface WorkbookNote {
  readonly sheet: string;
  readonly code: Extract<WorkbookCode, `notice-${string}`>;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Rows of one stretch of one sheet, and the faults found in it. */
export interface WorkbookBatch {
  /** Empty in a batch that is only about the workbook. */
  readonly sheet: string;
  readonly records: readonly WorkbookRecord[];
  readonly rejected: readonly WorkbookRejection[];
  /** Rows left out for the faults in `rejected`, which may be several a row. */
  readonly rowsRejected: number;
  readonly notes: readonly WorkbookNote[];
  /** Whether dates of this workbook count from 1904: the second argument of `serialToText`. */
  readonly date1904: boolean;
  /** The workbook is refused; the last rejection says why. Nothing follows. */
  readonly broken: boolean;
}

/** What to read of a workbook, and within which bounds. */
export interface WorkbookOptions extends Partial<WorkbookBounds> {
  /** Only the sheet of this name, which may then be hidden. */
  readonly sheet?: string;
}

const batchRows = 1_000;
const batchCharacters = 500_000;
const nothing = { records: [], rejected: [], rowsRejected: 0, notes: [] };

/**
 * Reads a workbook in this very thread, batch by batch: the visible sheets in their order. Refusals come as a last
 * batch that is `broken`; only faults of the disk are thrown. `readWorkbook` does the same in a worker.
 */
export async function* streamWorkbook(
  path: string,
  options: WorkbookOptions = {},
): AsyncGenerator<WorkbookBatch, void, undefined> {
  const bounds = { ...defaultWorkbookBounds, ...options };
  const state = { date1904: false, sheet: '' };
  let archive: ZipArchive | undefined;
  try {
    archive = await ZipArchive.open(path, bounds);
    yield* readSheets(archive, bounds, options.sheet, state);
  } catch (error) {
    if (!(error instanceof WorkbookError)) throw error;
    yield { ...nothing, ...state, rejected: [error.toRejection()], broken: true };
  } finally {
    archive?.close();
  }
}

async function* readSheets(
  archive: ZipArchive,
  bounds: WorkbookBounds,
  only: string | undefined,
  state: { date1904: boolean; sheet: string },
): AsyncGenerator<WorkbookBatch, void, undefined> {
  const parts = await findWorkbookParts(archive, bounds);
  const { date1904 } = parts;
  state.date1904 = date1904;
  const styles = await readCellStyles(archive, parts.styles, bounds);
  const strings = await readSharedStrings(archive, parts.sharedStrings, bounds);
  const context: WorkbookContext = { strings, styles, date1904, bounds };
  const wanted = only === undefined ? parts.sheets : parts.sheets.filter(({ name }) => name === only);
  if (only !== undefined && wanted.length === 0)
    throw new WorkbookError('workbook-sheet-unknown', { sheet: only });
  let anything = false;
  for (const entry of wanted) {
    state.sheet = entry.name;
    const { part } = entry;
    if (part === undefined || (entry.hidden && only === undefined)) {
      yield { ...nothing, ...state, notes: [skippedNote(entry)], broken: false };
      continue;
    }
    for await (const batch of readSheet(archive, entry.name, part, context)) {
      anything ||= batch.records.length > 0 || batch.rejected.length > 0;
      yield batch;
    }
  }
  state.sheet = '';
  if (!anything) throw new WorkbookError('workbook-without-rows', { count: parts.sheets.length });
}

function skippedNote({ name, part }: SheetEntry): WorkbookNote {
  const code = part === undefined ? 'notice-sheet-chart' : 'notice-sheet-hidden';
  return { sheet: name, code, params: { sheet: name } };
}

async function* readSheet(
  archive: ZipArchive,
  sheet: string,
  part: ZipPart,
  context: WorkbookContext,
): AsyncGenerator<WorkbookBatch, void, undefined> {
  const { bounds, date1904 } = context;
  const merges = new MergeFiller(await readVerticalMerges(archive, part, sheet, bounds));
  const rows = new SheetRows(sheet, part.name, context, merges);
  let count = 0;
  const take = function* (): Generator<WorkbookBatch, void, undefined> {
    const { records, rejected } = rows;
    let { rowsRejected } = rows;
    count += records.length + rejected.length;
    rows.records = [];
    rows.rejected = [];
    rows.rowsRejected = 0;
    let faults: readonly WorkbookRejection[] = rejected;
    for (const stretch of cut(records)) {
      yield { sheet, records: stretch, rejected: faults, rowsRejected, notes: [], date1904, broken: false };
      faults = [];
      rowsRejected = 0;
    }
    if (faults.length > 0)
      yield { ...nothing, sheet, rejected: faults, rowsRejected, date1904, broken: false };
  };
  const stretches = streamXmlPart(archive, part, rows, bounds);
  while (!(await stretches.next()).done) {
    if (rows.records.length >= batchRows || rows.rejected.length >= batchRows) yield* take();
  }
  yield* take();
  const notes = notesOf(sheet, count, rows, merges);
  if (notes.length > 0) yield { ...nothing, sheet, notes, date1904, broken: false };
}

/** Cuts records into batches whose size is bounded, even where many cells share a long text. */
function* cut(records: readonly WorkbookRecord[]): Generator<readonly WorkbookRecord[], void, undefined> {
  let from = 0;
  let characters = 0;
  for (const [index, { cells }] of records.entries()) {
    for (const cell of cells) characters += cell.length;
    if (characters < batchCharacters && index - from + 1 < batchRows) continue;
    yield records.slice(from, index + 1);
    from = index + 1;
    characters = 0;
  }
  if (from < records.length) yield records.slice(from);
}

function notesOf(
  sheet: string,
  count: number,
  rows: SheetRows,
  merges: MergeFiller,
): readonly WorkbookNote[] {
  if (count === 0) return [{ sheet, code: 'notice-sheet-empty', params: { sheet } }];
  const notes: WorkbookNote[] = [];
  if (merges.filled > 0) {
    const params = { sheet, count: merges.filled, example: merges.example };
    notes.push({ sheet, code: 'notice-merged-filled', params });
  }
  if (rows.hiddenRows > 0) {
    notes.push({ sheet, code: 'notice-rows-hidden', params: { sheet, count: rows.hiddenRows } });
  }
  return notes;
}
