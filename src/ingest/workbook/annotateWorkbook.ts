import { rm, writeFile } from 'node:fs/promises';
import { neutraliseFormula } from '../../domain/formulaText.js';
import { annotateSheet } from './annotateSheet.js';
import { readCellStyles } from './cellStyles.js';
import { readSharedStrings } from './sharedStrings.js';
import { findNoteColumn, type NoteColumn } from './sheetExtent.js';
import type { WorkbookContext } from './sheetRows.js';
import { defaultWorkbookBounds, type WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';
import { findWorkbookParts, type WorkbookParts } from './workbookParts.js';
import { ZipArchive, type ZipPart } from './zipArchive.js';
import { writeZip, type ZipContent } from './zipWriter.js';

/** What is wrong in one row of a sheet, in the clerk's words. Several notes of a row are joined. */
export interface WorkbookNoteText {
  readonly sheet: string;
  /** The sheet's own row number. */
  readonly row: number;
  readonly text: string;
}

/** How a workbook is annotated. */
export interface AnnotateOptions extends Partial<WorkbookBounds> {
  /** Header of the added column, default 错误原因. A column that has it already is used again. */
  readonly header?: string;
  /** Sheet row of the header, by sheet; by default the first row that is not blank. */
  readonly headerRows?: ReadonlyMap<string, number>;
}

interface SheetJob {
  readonly column: NoteColumn;
  readonly notes: Map<number, string>;
}

/**
 * Writes the user's own workbook anew with a column of notes on the sheets that have any. All other parts are
 * copied byte for byte, styles and formulas of the sheets included. The output must not exist; when anything fails
 * nothing is left of it.
 *
 * @returns the notes that have no place: of rows that the sheets do not have, and of header rows
 * @throws WorkbookError when the workbook is refused or has no sheet of a name
 */
export async function annotateWorkbook(
  inputPath: string,
  outputPath: string,
  notes: Iterable<WorkbookNoteText>,
  options: AnnotateOptions = {},
): Promise<readonly WorkbookNoteText[]> {
  const bounds = { ...defaultWorkbookBounds, ...options };
  const archive = await ZipArchive.open(inputPath, bounds);
  try {
    const parts = await findWorkbookParts(archive, bounds);
    const unplaced: WorkbookNoteText[] = [];
    const jobs = await planJobs(archive, parts, notes, bounds, options, unplaced);
    await writeNew(outputPath, writeZip(partsOf(archive, jobs, bounds)));
    for (const { sheet, job } of jobs.values()) {
      for (const [row, text] of job.notes) unplaced.push({ sheet, row, text });
    }
    return unplaced;
  } finally {
    archive.close();
  }
}

type Jobs = ReadonlyMap<ZipPart, { readonly sheet: string; readonly job: SheetJob }>;

async function planJobs(
  archive: ZipArchive,
  parts: WorkbookParts,
  notes: Iterable<WorkbookNoteText>,
  bounds: WorkbookBounds,
  options: AnnotateOptions,
  unplaced: WorkbookNoteText[],
): Promise<Jobs> {
  const { header = '错误原因', headerRows } = options;
  const styles = await readCellStyles(archive, parts.styles, bounds);
  const strings = await readSharedStrings(archive, parts.sharedStrings, bounds);
  const context: WorkbookContext = { strings, styles, date1904: parts.date1904, bounds };
  const jobs = new Map<ZipPart, { sheet: string; job: SheetJob }>();
  for (const [sheet, texts] of groupBySheet(notes)) {
    const part = parts.sheets.find(({ name }) => name === sheet)?.part;
    if (part === undefined) throw new WorkbookError('workbook-sheet-unknown', { sheet });
    const column = await findNoteColumn(archive, part, sheet, context, header, headerRows?.get(sheet));
    // The header must read as such when the file comes back, so a note of its own has no place there.
    const own = texts.get(column.headerRow);
    if (own !== undefined) unplaced.push({ sheet, row: column.headerRow, text: own });
    texts.set(column.headerRow, header);
    jobs.set(part, { sheet, job: { column, notes: texts } });
  }
  return jobs;
}

function groupBySheet(notes: Iterable<WorkbookNoteText>): Map<string, Map<number, string>> {
  const sheets = new Map<string, Map<number, string>>();
  for (const { sheet, row, text } of notes) {
    let rows = sheets.get(sheet);
    if (rows === undefined) sheets.set(sheet, (rows = new Map<number, string>()));
    const before = rows.get(row);
    // A text cell is no formula until somebody edits it; then it would become one.
    rows.set(row, before === undefined ? neutraliseFormula(text) : `${before}；${text}`);
  }
  return sheets;
}

function* partsOf(archive: ZipArchive, jobs: Jobs, bounds: WorkbookBounds): Generator<ZipContent> {
  for (const part of archive.parts) {
    const planned = jobs.get(part);
    if (planned === undefined) yield { entry: part.entry, raw: archive.readRaw(part) };
    else {
      const { column, notes } = planned.job;
      yield { name: part.name, content: annotateSheet(archive, part, column, notes, bounds) };
    }
  }
}

async function writeNew(path: string, bytes: AsyncIterable<Buffer>): Promise<void> {
  try {
    await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rm(path, { force: true });
    throw error;
  }
}
