import type { Decimal } from '../../domain/decimal.js';
import type { Indicator } from '../../domain/indicator.js';
import type { CellNote } from '../../domain/reading.js';
import type { ColumnTally } from './columnPlausibility.js';
import { halfOf, isStorable, readNumberCell, readPlainNumber } from './numberCell.js';
import type { Fault } from './rejectCell.js';
import type { UnitConversion } from './unit.js';

/** An item column, or an indicator in a long table, ready for reading cells. */
export interface ItemReader {
  readonly header: string;
  readonly indicator: Indicator;
  readonly unit: string;
  readonly conversion: UnitConversion;
  /** What bare ND stands below, in the unit of storage. */
  readonly detectionLimit?: Decimal | undefined;
  readonly tally: ColumnTally;
}

/** An item column of a family. */
export interface ItemSlot extends ItemReader {
  readonly position: number;
  /** Place in the family's columns. */
  readonly slot: number;
}

/** What a cell came to: a value with an optional note, nothing, no water, or a fault. */
export type ItemValue =
  | { readonly kind: 'value'; readonly value: number; readonly exact: string; readonly note?: CellNote }
  | { readonly kind: 'missing' | 'no-flow' }
  | { readonly kind: 'fault'; readonly fault: Fault };

/**
 * The quick path: the value of a plain number in the unit of storage that lies in the plausible range; `NaN` when the
 * cell needs `readItem`. Counts the value for the column's plausibility.
 */
export function readPlainItem(item: ItemReader, text: string): number {
  if (item.conversion.factor !== undefined) return NaN;
  const value = readPlainNumber(text);
  const { tally } = item;
  if (!(value >= tally.min && value <= tally.max)) return NaN;
  tally.count += 1;
  return value;
}

/** Reads a cell of an item in full; see `readNumberCell` for the forms, `halfOf` for what stands for a limit. */
export function readItem(item: ItemReader, text: string, line: number): ItemValue {
  const cell = readNumberCell(text, item.unit);
  if (cell.kind === 'missing') return cell;
  if (cell.kind === 'no-flow') {
    return item.indicator.medium === 'water' ? cell : { kind: 'fault', fault: { code: 'number-unreadable' } };
  }
  if (cell.kind === 'fault') {
    const limit = cell.fault.code === 'detection-limit-missing' ? item.detectionLimit : undefined;
    return limit === undefined ? cell : belowDetection(item, limit, text);
  }
  const { factor } = item.conversion;
  const written = factor === undefined ? cell.decimal : cell.decimal.times(factor);
  if (!isStorable(written)) return { kind: 'fault', fault: { code: 'number-too-precise' } };
  if (cell.kind === 'below-detection') return belowDetection(item, written, text);
  const value = Number(written.toString());
  const { indicator } = item;
  const exact = written.toFixed();
  const outside = item.tally.add(value, text.trim(), line);
  if (isImpossible(indicator, value)) return { kind: 'fault', fault: impossible(indicator) };
  if (!outside) return { kind: 'value', value, exact };
  return {
    kind: 'value',
    value,
    exact,
    note: { indicator: indicator.code, flag: 'suspect', raw: text.trim() },
  };
}

function belowDetection({ indicator }: ItemReader, limit: Decimal, text: string): ItemValue {
  const half = halfOf(limit);
  const value = Number(half.toString());
  if (isImpossible(indicator, value)) return { kind: 'fault', fault: impossible(indicator) };
  const note: CellNote = {
    indicator: indicator.code,
    flag: 'below-detection',
    raw: text.trim(),
    detectionLimit: Number(limit.toString()),
  };
  return { kind: 'value', value, exact: half.toFixed(), note };
}

function isImpossible({ possibleMin, possibleMax }: Indicator, value: number): boolean {
  return (possibleMin !== null && value < possibleMin) || (possibleMax !== null && value > possibleMax);
}

function impossible({ possibleMin, possibleMax, unit }: Indicator): Fault {
  return { code: 'value-impossible', params: { min: possibleMin ?? '-∞', max: possibleMax ?? '+∞', unit } };
}
