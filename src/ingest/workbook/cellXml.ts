import { cellName } from './cellReference.js';
import type { CellValue, ColumnSpec } from './workbookSpec.js';
import { fixedStyleOf, headerStyleId, styleOf, type StyleName } from './workbookStyles.js';
import { escapeXml } from './xmlText.js';

/** Excel's limit; a longer text would make the workbook unreadable. */
const maxCellLength = 32_767;
/** What Excel takes for a formula, also as full-width characters, which it converts. */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
const plainNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;
const isoTime = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2})(?::(\d{2}))?)?$/;
const dayMs = 86_400_000;
const day0 = Date.UTC(1899, 11, 30);

/** Text as an `is` element. Texts that look like our escapes are escaped; what Excel cannot hold is cut off. */
export function inlineTextXml(text: string): string {
  const kept = text.length > maxCellLength ? `${text.slice(0, maxCellLength - 1)}…` : text;
  const escaped = escapeXml(kept.replace(/_(?=x[\da-fA-F]{4}_)/g, '_x005F_'));
  return `<is><t xml:space="preserve">${escaped}</t></is>`;
}

/** A cell of the header row. */
export function headerCellXml(row: number, column: number, text: string): string {
  return `<c r="${cellName(row, column)}" s="${headerStyleId}" t="inlineStr">${inlineTextXml(text)}</c>`;
}

/** A cell of a data row; empty for no value. A text is never a formula, whatever it begins with. */
export function cellXml(
  row: number,
  column: number,
  value: CellValue,
  spec: ColumnSpec | undefined,
  unlocked: boolean,
): string {
  if (value === null || value === undefined || value === '') return '';
  const start = `<c r="${cellName(row, column)}" s="`;
  const style = (name: StyleName): number => styleOf(name, unlocked);
  if (typeof value === 'boolean') return `${start}${style('number')}" t="b"><v>${value ? 1 : 0}</v></c>`;
  const type = spec?.type ?? (typeof value === 'number' ? 'number' : 'text');
  const number = type === 'text' ? undefined : numberOf(value, type);
  if (number !== undefined) {
    const id = spec?.asGiven === true ? fixedStyleOf(number) : undefined;
    return `${start}${id ?? style(type)}"><v>${number}</v></c>`;
  }
  const text = String(value);
  const name = formulaStart.test(text) ? 'quoted' : 'text';
  return `${start}${style(name)}" t="inlineStr">${inlineTextXml(text)}</c>`;
}

function numberOf(value: string | number, type: 'number' | 'date' | 'datetime'): string | undefined {
  if (type !== 'number') return typeof value === 'string' ? serialOf(value) : undefined;
  const text = String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? text : undefined;
  // Excel keeps 15 digits: a longer number stays a text rather than losing some.
  return plainNumber.test(text) && text.replace(/^-?0?\.?0*|\./g, '').length <= 15 ? text : undefined;
}

function serialOf(text: string): string | undefined {
  const match = isoTime.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0)) as [
    number, number, number, number, number, number,
  ]; // prettier-ignore
  const date = new Date(Date.UTC(year, month - 1, day));
  const isReal = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour <= 24 && minute < 60;
  if (!isReal || second > 59 || year < 1901) return undefined;
  const seconds = (hour * 60 + minute) * 60 + second;
  return String((date.getTime() - day0) / dayMs + seconds / 86_400);
}
