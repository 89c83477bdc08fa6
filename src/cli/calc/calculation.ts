/** What one command of `calc` does with a row: cells in, the same cells and the results out. */
export interface Calculation {
  readonly inputColumns: readonly string[];
  readonly resultColumns: readonly string[];
  /**
   * The output cells of one row: the input columns, then the result columns.
   *
   * @param cell text of an input column, trimmed.
   * @param warn called with a remark that does not make the row wrong.
   * @throws CellError for a cell that cannot be read; nothing unreadable ever becomes a number.
   */
  compute(cell: (column: string) => string, warn: (message: string) => void): string[];
}

/** A cell that cannot be read. */
export class CellError extends Error {
  readonly column: string;
  readonly value: string;

  constructor(column: string, value: string, expected: string) {
    super(expected);
    this.name = 'CellError';
    this.column = column;
    this.value = value;
  }
}
