import { cellName, parseRange, type CellRange } from './cellReference.js';
import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';
import { readXmlPart } from './xmlPart.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

const mark = Buffer.from('mergeCell');

/**
 * The merged ranges of a sheet that span several rows, from the top down. They stand behind the rows, so the part is
 * read once before; a part without any is only inflated and searched.
 */
export async function readVerticalMerges(
  archive: ZipArchive,
  part: ZipPart,
  sheet: string,
  bounds: WorkbookBounds,
): Promise<readonly CellRange[]> {
  if (!(await holdsMark(archive, part))) return [];
  const reader = new MergeReader(sheet, bounds);
  await readXmlPart(archive, part, reader, bounds);
  return reader.ranges.sort((a, b) => a.top - b.top);
}

/** Whether the bytes speak of merged cells; UTF-16, which is rare, is taken to. */
async function holdsMark(archive: ZipArchive, part: ZipPart): Promise<boolean> {
  let found = false;
  let tail: Buffer = Buffer.alloc(0);
  let first = true;
  // Read to its end even when found, so that the checksum is known to hold before any row is handed on.
  for await (const chunk of archive.read(part)) {
    if (first) found = chunk.subarray(0, 4).includes(0) || chunk[0] === 0xff || chunk[0] === 0xfe;
    first = false;
    if (found) continue;
    found = chunk.includes(mark) || Buffer.concat([tail, chunk.subarray(0, mark.length)]).includes(mark);
    tail = chunk.subarray(Math.max(0, chunk.length - mark.length));
  }
  return found;
}

class MergeReader implements XmlHandler {
  readonly ranges: CellRange[] = [];
  #count = 0;
  #inside = false;

  constructor(
    private readonly sheet: string,
    private readonly bounds: WorkbookBounds,
  ) {}

  open(tag: XmlTag): void {
    if (tag.name === 'mergeCells') this.#inside = true;
    if (tag.name !== 'mergeCell' || !this.#inside) return;
    const { maxMerges, maxColumns } = this.bounds;
    this.#count += 1;
    if (this.#count > maxMerges) {
      throw new WorkbookError('workbook-too-many-merges', { sheet: this.sheet, limit: maxMerges });
    }
    const range = parseRange(tag.get('ref') ?? '');
    if (range === undefined || range.bottom === range.top || range.left >= maxColumns) return;
    this.ranges.push(range);
  }

  text(): void {
    // Merged ranges are said in attributes.
  }

  close(name: string): void {
    if (name === 'mergeCells') this.#inside = false;
  }
}

/**
 * Repeats the value of a merged cell in the blank cells below it, in the column of the merge's first cell. Rows must
 * come from the top down.
 */
export class MergeFiller {
  /** How many cells were filled. */
  filled = 0;
  /** The first range that was repeated, such as `A2:A5`. */
  example = '';
  #next = 0;
  readonly #active = new Map<number, { readonly range: CellRange; text: string }>();

  constructor(private readonly ranges: readonly CellRange[]) {}

  /** Fills the blanks of one row in place. */
  fill(row: number, cells: string[]): void {
    for (let range = this.ranges[this.#next]; range !== undefined && range.top <= row;) {
      const text = range.top === row ? (cells[range.left] ?? '') : '';
      this.#active.set(range.left, { range, text });
      this.#next += 1;
      range = this.ranges[this.#next];
    }
    for (const [column, { range, text }] of this.#active) {
      if (range.bottom < row) this.#active.delete(column);
      else if (range.top < row && text !== '') this.#repeat(column, text, range, cells);
    }
  }

  #repeat(column: number, text: string, range: CellRange, cells: string[]): void {
    if ((cells[column] ?? '').trim() !== '') return;
    while (cells.length <= column) cells.push('');
    cells[column] = text;
    this.filled += 1;
    if (this.example === '') {
      this.example = `${cellName(range.top, range.left)}:${cellName(range.bottom, range.right)}`;
    }
  }
}
