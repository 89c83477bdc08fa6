/** Excel's own number of columns (XFD). */
export const excelColumns = 16_384;

/** The letters of a 0-based column: 0 is `A`, 26 is `AA`. */
export function columnLetters(column: number): string {
  let letters = '';
  for (let rest = column + 1; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    letters = String.fromCharCode(65 + ((rest - 1) % 26)) + letters;
  }
  return letters;
}

/** The A1 name of a cell: its sheet row and 0-based column. */
export function cellName(row: number, column: number): string {
  return `${columnLetters(column)}${row}`;
}

/** The 0-based column of a cell reference such as `AB12`; -1 when it has none that Excel knows. */
export function columnOf(reference: string): number {
  let column = 0;
  let at = 0;
  for (; at < reference.length; at += 1) {
    const code = reference.charCodeAt(at) & ~32;
    if (code < 65 || code > 90) break;
    column = column * 26 + (code - 64);
    if (column > excelColumns) return -1;
  }
  return at === 0 || at === reference.length ? -1 : column - 1;
}

/** A rectangle of cells: rows as the sheet numbers them, columns 0-based, all inclusive. */
export interface CellRange {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

/** Reads `B2:C5` or `B2`. */
export function parseRange(text: string): CellRange | undefined {
  const match = /^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, left = '', top = '', right = left, bottom = top] = match;
  const range = {
    top: Number(top),
    left: columnOf(`${left}1`),
    bottom: Number(bottom),
    right: columnOf(`${right}1`),
  };
  const { left: first, right: lastColumn } = range;
  return first >= 0 && lastColumn >= first && range.top >= 1 && range.bottom >= range.top ? range : undefined;
}
