import { cellName, columnLetters } from './cellReference.js';
import { cellXml, headerCellXml } from './cellXml.js';
import type { CellRule, ColumnSpec, SheetSpec } from './workbookSpec.js';
import { styleOf } from './workbookStyles.js';
import { escapeXml } from './xmlText.js';

const namespaces = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const pieceLength = 65_536;
const maxInlineList = 255;

/** The part of one sheet, piece by piece. `listRefs` names the ranges of lists that are too long to be inline. */
export async function* writeSheetXml(
  sheet: SheetSpec,
  listRefs: ReadonlyMap<ColumnSpec, string>,
): AsyncGenerator<string, void, undefined> {
  const { columns } = sheet;
  let piece = headXml(sheet);
  piece += `<row r="1" ht="24" customHeight="1">${columns.map(({ header }, i) => headerCellXml(1, i, header)).join('')}</row>`;
  let row = 1;
  for await (const values of sheet.rows) {
    row += 1;
    let cells = '';
    for (const [index, value] of values.entries()) {
      const column = columns[index];
      cells += cellXml(row, index, value, column, isUnlocked(sheet, column));
    }
    piece += `<row r="${row}">${cells}</row>`;
    if (piece.length >= pieceLength) {
      yield piece;
      piece = '';
    }
  }
  yield `${piece}</sheetData>${tailXml(sheet, row, listRefs)}`;
}

function headXml(sheet: SheetSpec): string {
  const columns = sheet.columns.map((column, index) => columnXml(sheet, column, index + 1)).join('');
  return [
    `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<worksheet ${namespaces}>`,
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>',
    '<selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/>',
    columns === '' ? '' : `<cols>${columns}</cols>`,
    '<sheetData>',
  ].join('');
}

function columnXml(sheet: SheetSpec, column: ColumnSpec, number: number): string {
  const width = column.width ?? Math.min(40, Math.max(10, displayWidth(column.header) + 4));
  // Blank cells take the column's style, so that what is typed into them is text, a date or unlocked as meant.
  const style = styleOf(column.type ?? 'text', isUnlocked(sheet, column));
  return `<col min="${number}" max="${number}" width="${width}" style="${style}" customWidth="1"/>`;
}

function isUnlocked(sheet: SheetSpec, column: ColumnSpec | undefined): boolean {
  return sheet.protect === true && column?.locked !== true;
}

function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += (character.codePointAt(0) ?? 0) > 0x2e7f ? 2 : 1;
  return width;
}

function tailXml(sheet: SheetSpec, lastRow: number, listRefs: ReadonlyMap<ColumnSpec, string>): string {
  const last = Math.max(lastRow, 1 + (sheet.inputRows ?? 1_000));
  const rules = sheet.columns
    .map((column, index) => {
      const letters = columnLetters(index);
      return validationXml(column, `${letters}2:${letters}${last}`, listRefs.get(column));
    })
    .concat(
      (sheet.rules ?? []).map((rule) => validationXml(rule, cellName(rule.row, rule.column), undefined)),
    )
    .filter((rule) => rule !== '');
  const protection =
    '<sheetProtection sheet="1" objects="1" scenarios="1" formatColumns="0" formatRows="0"/>';
  return [
    sheet.protect === true ? protection : '',
    sheet.filter === true
      ? `<autoFilter ref="A1:${columnLetters(sheet.columns.length - 1)}${lastRow}"/>`
      : '',
    rules.length === 0 ? '' : `<dataValidations count="${rules.length}">${rules.join('')}</dataValidations>`,
    '<pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>',
  ].join('');
}

type EntryRule = Pick<CellRule, 'list' | 'min' | 'max' | 'whole' | 'prompt'>;

function validationXml(column: EntryRule, range: string, listRef: string | undefined): string {
  const { list, min, max, whole = false, prompt } = column;
  const shown =
    prompt === undefined ? '' : ` showInputMessage="1" prompt="${escapeXml(prompt.slice(0, 255))}"`;
  const common = `allowBlank="1" showErrorMessage="1"${shown} sqref="${range}"`;
  if (list !== undefined) {
    const formula = listRef ?? `"${list.join(',').replaceAll('"', '""')}"`;
    return `<dataValidation type="list" ${common}><formula1>${escapeXml(formula)}</formula1></dataValidation>`;
  }
  const type = whole ? 'whole' : 'decimal';
  const rule = (operator: string, ...limits: number[]): string => {
    const formulas = limits.map((limit, i) => `<formula${i + 1}>${limit}</formula${i + 1}>`).join('');
    return `<dataValidation type="${type}" operator="${operator}" ${common}>${formulas}</dataValidation>`;
  };
  if (min !== undefined && max !== undefined) return rule('between', min, max);
  if (min !== undefined) return rule('greaterThanOrEqual', min);
  if (max !== undefined) return rule('lessThanOrEqual', max);
  if (whole) return rule('between', -999_999_999, 999_999_999);
  return prompt === undefined ? '' : `<dataValidation${shown} sqref="${range}"/>`;
}

/** Whether a list cannot stand in the rule itself: too long, or with commas in its texts. */
export function needsListSheet(list: readonly string[]): boolean {
  return list.join(',').length > maxInlineList || list.some((text) => /[,"\n]|^[=\s]|\s$/.test(text));
}
