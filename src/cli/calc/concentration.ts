import { parseDecimal, type Decimal } from '../../domain/decimal.js';
import { CellError } from './calculation.js';

/** Reads a concentration: empty is missing (`null`), anything but a plain decimal number is an error. */
export function parseConcentration(column: string, text: string): Decimal | null {
  if (text === '') return null;
  const value = parseDecimal(text);
  if (value === undefined) throw new CellError(column, text, 'expected a decimal number or nothing');
  return value;
}
