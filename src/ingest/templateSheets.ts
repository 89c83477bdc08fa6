import type { CsvRecord } from './decode/csvRecords.js';

/** Sheet of our own templates that explains how they are filled in; it is never data. */
export const instructionsSheet = '填表说明';

/** Columns of our own templates that only the reader needs: what is asked, and where that is written. */
export const readerColumns = ['目标值', '方案条款'] as const;

/** Whether a sheet is the explanation in one of our templates: by its name and its own first cell. */
export function isInstructions(sheet: string, head: readonly CsvRecord[]): boolean {
  return sheet === instructionsSheet && head[0]?.cells[0]?.trim() === instructionsSheet;
}

/** Whether records are only a title or remarks: a table has at least one row with two filled cells. */
export function isOnlyWords(records: readonly CsvRecord[]): boolean {
  return records.every(({ cells }) => cells.filter((cell) => cell.trim() !== '').length <= 1);
}
