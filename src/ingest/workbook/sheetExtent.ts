import { columnOf, excelColumns, parseRange, type CellRange } from './cellReference.js';
import { MergeFiller } from './mergedCells.js';
import { SheetRows, type WorkbookContext } from './sheetRows.js';
import { WorkbookError } from './workbookError.js';
import { streamXmlPart } from './xmlPart.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/** Where the column of notes goes. */
export interface NoteColumn {
  readonly headerRow: number;
  /** 0-based. */
  readonly column: number;
  /** The sheet has the column already, from an earlier round: what it says is replaced. */
  readonly exists: boolean;
}

/** How far to the right of the header a column may be put for keeping clear of merged cells. */
const mergeDetour = 50;

/**
 * Finds the first free column behind the header's last: no cell of the sheet holds anything in it, and no merged
 * range covers it where that can be had.
 *
 * @param headerRow the sheet row of the header, by default the first row that is not blank
 */
export async function findNoteColumn(
  archive: ZipArchive,
  part: ZipPart,
  sheet: string,
  context: WorkbookContext,
  header: string,
  headerRow: number | undefined,
): Promise<NoteColumn> {
  const rows = new SheetRows(sheet, part.name, context, new MergeFiller([]));
  const extent = new SheetExtent(rows, context.bounds.maxMerges);
  let headerCells: readonly string[] = [];
  let found = headerRow;
  const stretches = streamXmlPart(archive, part, extent, context.bounds);
  while (!(await stretches.next()).done) {
    found ??= rows.records[0]?.line;
    const record = rows.records.find(({ line }) => line === found);
    if (record !== undefined) headerCells = record.cells;
    rows.records = [];
    rows.rejected = [];
  }
  if (found === undefined) throw new WorkbookError('workbook-without-rows', { count: 1 });
  const existing = headerCells.findIndex((cell) => cell.trim() === header);
  if (existing >= 0) return { headerRow: found, column: existing, exists: true };
  const last = headerCells.findLastIndex((cell) => cell.trim() !== '');
  return { headerRow: found, column: extent.freeColumn(last + 1), exists: false };
}

/** Notes which columns hold anything, besides what the rows' own reader does. */
class SheetExtent implements XmlHandler {
  readonly #used = new Set<number>();
  readonly #merges: CellRange[] = [];
  #column = -1;

  constructor(
    private readonly rows: SheetRows,
    private readonly maxMerges: number,
  ) {}

  open(tag: XmlTag): void {
    this.rows.open(tag);
    const { name } = tag;
    if (name === 'row') this.#column = -1;
    else if (name === 'c') {
      const reference = tag.get('r');
      this.#column = reference === undefined ? this.#column + 1 : columnOf(reference);
    } else if (name === 'v' || name === 'f' || name === 'is') this.#used.add(this.#column);
    else if (name === 'mergeCell' && this.#merges.length < this.maxMerges) {
      const range = parseRange(tag.get('ref') ?? '');
      if (range !== undefined) this.#merges.push(range);
    }
  }

  text(text: string): void {
    this.rows.text(text);
  }

  close(name: string): void {
    this.rows.close(name);
  }

  freeColumn(from: number): number {
    for (let column = from; column < from + mergeDetour; column += 1) {
      const covered = this.#merges.some(({ left, right }) => left <= column && column <= right);
      if (!covered && !this.#used.has(column) && column < excelColumns) return column;
    }
    for (let column = from; column < excelColumns; column += 1) {
      if (!this.#used.has(column)) return column;
    }
    throw new WorkbookError('too-many-columns', { count: excelColumns, limit: excelColumns - 1 });
  }
}
