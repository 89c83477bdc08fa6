import { cellName, columnLetters, columnOf } from './cellReference.js';
import { decodeEscapes, formattedNumber, isoCellText, numberText } from './cellText.js';
import type { MergeFiller } from './mergedCells.js';
import type { NumberKind } from './numberFormat.js';
import { CellTextCollector } from './sharedStrings.js';
import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError, type WorkbookCode, type WorkbookRejection } from './workbookError.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';

/** One row of a sheet; the shape of a record of a text table. */
export interface WorkbookRecord {
  /** The sheet's own row number. */
  readonly line: number;
  /** From column A on, padded to the widest row so far. */
  readonly cells: readonly string[];
}

/** What the cells of all sheets refer to. */
export interface WorkbookContext {
  readonly strings: readonly string[];
  readonly styles: readonly NumberKind[];
  readonly date1904: boolean;
  readonly bounds: WorkbookBounds;
}

const maxShown = 200;

/**
 * Reads the rows of one sheet. Blank rows are left out. A row with a faulty cell is left out too and reported; what
 * makes the sheet unreadable is thrown.
 */
export class SheetRows implements XmlHandler {
  records: WorkbookRecord[] = [];
  rejected: WorkbookRejection[] = [];
  hiddenRows = 0;
  /** Rows left out for their faults, which may be several each. */
  rowsRejected = 0;
  /** Characters of all rows so far. */
  characters = 0;
  #inData = false;
  #inRow = false;
  #row = 0;
  #width = 0;
  #hidden = false;
  #cells: string[] = [];
  #faults: WorkbookRejection[] = [];
  #cell: CellReader | undefined;
  #column = -1;

  constructor(
    private readonly sheet: string,
    private readonly part: string,
    private readonly context: WorkbookContext,
    private readonly merges: MergeFiller,
  ) {}

  open(tag: XmlTag): void {
    if (this.#cell !== undefined) this.#cell.open(tag.name);
    else if (this.#inRow) {
      if (tag.name === 'c') this.#openCell(tag);
    } else if (this.#inData) {
      if (tag.name === 'row') this.#openRow(tag);
    } else if (tag.name === 'sheetData') this.#inData = true;
  }

  text(text: string): void {
    this.#cell?.add(text);
  }

  close(name: string): void {
    if (this.#cell !== undefined) {
      if (name === 'c') this.#closeCell(this.#cell);
      else this.#cell.close(name);
    } else if (this.#inRow) {
      if (name === 'row') this.#closeRow();
    } else if (name === 'sheetData') this.#inData = false;
  }

  #openRow(tag: XmlTag): void {
    const { maxRows } = this.context.bounds;
    const row = rowNumber(tag.get('r'), this.#row + 1);
    if (row > maxRows)
      throw new WorkbookError('too-many-rows', { sheet: this.sheet, limit: maxRows }, maxRows);
    if (!(row > this.#row)) throw this.#malformed('row numbers out of order');
    this.#row = row;
    this.#inRow = true;
    this.#hidden = /^(?:1|true)$/.test(tag.get('hidden') ?? '');
    this.#cells = [];
    this.#faults = [];
    this.#column = -1;
  }

  #openCell(tag: XmlTag): void {
    const reference = tag.get('r');
    this.#column = reference === undefined ? this.#column + 1 : columnOf(reference);
    if (this.#column < 0) throw this.#malformed('unknown cell reference');
    const { styles, bounds } = this.context;
    const style = tag.get('s');
    const kind = style === undefined ? 'number' : (styles[Number(style)] ?? 'number');
    this.#cell = new CellReader(tag.get('t') ?? 'n', kind, bounds.maxCellLength);
  }

  #closeCell(cell: CellReader): void {
    const column = this.#column;
    this.#cell = undefined;
    const text = this.#textOf(cell);
    const { maxCellLength, maxColumns } = this.context.bounds;
    if (cell.isUncalculated) {
      this.#reject(column, '', 'formula-not-calculated', {});
    } else if (text !== '') {
      if (column >= maxColumns)
        this.#reject(column, text, 'too-many-columns', { count: column + 1, limit: maxColumns });
      else if (text.length > maxCellLength)
        this.#reject(column, text, 'cell-too-long', { limit: maxCellLength });
      else this.#place(column, text);
    }
  }

  #place(column: number, text: string): void {
    const cells = this.#cells;
    if ((cells[column] ?? '') !== '')
      throw this.#malformed(`cell ${cellName(this.#row, column)} given twice`);
    while (cells.length < column) cells.push('');
    cells[column] = text;
  }

  #textOf(cell: CellReader): string {
    const { strings, date1904 } = this.context;
    const stored = cell.stored;
    if (stored === '' && cell.type !== 'inlineStr') return '';
    switch (cell.type) {
      case 's': {
        const text = /^\s*\d{1,9}\s*$/.test(stored) ? strings[Number(stored)] : undefined;
        if (text === undefined) throw this.#malformed('a text that the workbook does not hold');
        return text;
      }
      case 'inlineStr':
        return cell.inline;
      case 'str':
        return decodeEscapes(stored);
      case 'b':
        return stored === '1' || stored === 'true' ? 'TRUE' : 'FALSE';
      case 'd':
        return isoCellText(stored);
      case 'n':
        return cell.kind === 'number' ? numberText(stored) : formattedNumber(stored, cell.kind, date1904);
      default:
        return stored;
    }
  }

  #closeRow(): void {
    this.#inRow = false;
    if (this.#faults.length > 0) {
      this.rejected.push(...this.#faults);
      this.rowsRejected += 1;
      return;
    }
    const cells = this.#cells;
    if (cells.every((cell) => cell.trim() === '')) return;
    this.merges.fill(this.#row, cells);
    this.#measure(cells);
    this.#width = Math.max(this.#width, cells.length);
    while (cells.length < this.#width) cells.push('');
    if (this.#hidden) this.hiddenRows += 1;
    this.records.push({ line: this.#row, cells });
  }

  #measure(cells: readonly string[]): void {
    const { maxRowLength, maxCellCharacters } = this.context.bounds;
    let length = 0;
    for (const cell of cells) length += cell.length;
    if (length > maxRowLength) {
      const params = { sheet: this.sheet, row: this.#row, limit: maxRowLength };
      throw new WorkbookError('workbook-row-too-long', params, this.#row);
    }
    this.characters += length;
    if (this.characters > maxCellCharacters) {
      throw new WorkbookError('workbook-too-many-strings', { limit: maxCellCharacters }, this.#row);
    }
  }

  /** Notes a fault; that there are too many columns is said once a row. */
  #reject(column: number, text: string, code: WorkbookCode, params: Record<string, number>): void {
    const letters = columnLetters(column);
    const value = text.slice(0, maxShown);
    const place = { sheet: this.sheet, cell: cellName(this.#row, column), column: letters, value };
    if (code === 'too-many-columns' && this.#faults.at(-1)?.code === code) return;
    this.#faults.push({ line: this.#row, column: letters, value, code, params: { ...place, ...params } });
  }

  #malformed(detail: string): WorkbookError {
    return new WorkbookError(
      'workbook-xml-malformed',
      { part: this.part, detail, sheet: this.sheet },
      this.#row,
    );
  }
}

/** Collects what one `c` element holds. */
class CellReader {
  #stored = '';
  #inline: CellTextCollector | undefined;
  #hasFormula = false;
  #inValue = false;
  #hasValue = false;

  constructor(
    readonly type: string,
    readonly kind: NumberKind,
    private readonly maxLength: number,
  ) {}

  get stored(): string {
    return this.#stored;
  }

  get inline(): string {
    return this.#inline?.text ?? '';
  }

  get isUncalculated(): boolean {
    return this.#hasFormula && !this.#hasValue && this.#inline === undefined;
  }

  open(name: string): void {
    if (name === 'v') {
      this.#inValue = true;
      this.#hasValue = true;
    } else if (name === 'f') this.#hasFormula = true;
    else if (name === 'is') this.#inline ??= new CellTextCollector(this.maxLength);
    else this.#inline?.open(name);
  }

  add(text: string): void {
    if (!this.#inValue) this.#inline?.add(text);
    else if (this.#stored.length <= this.maxLength) {
      this.#stored += text.slice(0, this.maxLength + 1 - this.#stored.length);
    }
  }

  close(name: string): void {
    if (name === 'v') this.#inValue = false;
    else this.#inline?.close(name);
  }
}

function rowNumber(attribute: string | undefined, next: number): number {
  if (attribute === undefined) return next;
  return /^\d{1,9}$/.test(attribute) ? Number(attribute) : Number.NaN;
}
