import type { Decimal } from '../../domain/decimal.js';
import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { Rejection } from '../../domain/rejection.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { rejectOption, type HeaderView } from './headerView.js';
import { isStorable, readNumberCell } from './numberCell.js';
import type { UnitConversion } from './unit.js';

/** A column of items, or an indicator in a long table. */
export interface LimitedItem {
  readonly header: string;
  readonly indicator: Indicator;
  readonly unit: string;
  readonly conversion: UnitConversion;
}

/** The limit that the request gives for an item, in the unit of storage; a header goes before an indicator. */
export function detectionLimitOf(
  { detectionLimits }: DecodeOptions,
  item: LimitedItem,
  lookup: DecodeLookup,
): Decimal | undefined {
  if (detectionLimits === undefined) return undefined;
  const byHeader = detectionLimits[item.header];
  if (byHeader !== undefined) {
    const written = readLimit(byHeader, item.unit);
    const { factor } = item.conversion;
    return factor === undefined ? written : written?.times(factor);
  }
  const key = Object.keys(detectionLimits).find((name) => isNameOf(name, item.indicator, lookup));
  return key === undefined ? undefined : readLimit(detectionLimits[key] ?? '', item.indicator.unit);
}

/** Limits that are no positive numbers, and names that neither a column nor an indicator bears. */
export function checkDetectionLimits(view: HeaderView): Rejection[] {
  const { detectionLimits = {} } = view.options;
  return Object.entries(detectionLimits).flatMap(([name, limit]) => {
    const option = `detectionLimits.${name}`;
    const cell = view.cells.find(({ header }) => header === name);
    const indicator = findItem(name, view.lookup);
    if (cell === undefined && indicator === undefined) {
      return [
        rejectOption(
          option,
          String(limit),
          '登记过的指标或文件里的表头 / an indicator or a header of the file',
        ),
      ];
    }
    const unit = cell?.unit ?? cell?.indicator?.unit ?? indicator?.unit ?? '';
    return readLimit(limit, unit) === undefined
      ? [rejectOption(option, String(limit), '大于 0 的数，如 0.025 或 0.025mg/L / a number above 0')]
      : [];
  });
}

function readLimit(limit: number | string, unit: string): Decimal | undefined {
  const cell = readNumberCell(String(limit), unit);
  return cell.kind === 'value' && cell.decimal.gt(0) && isStorable(cell.decimal) ? cell.decimal : undefined;
}

function isNameOf(name: string, indicator: Indicator, lookup: DecodeLookup): boolean {
  return findItem(name, lookup)?.code === indicator.code;
}

function findItem(name: string, lookup: DecodeLookup): Indicator | undefined {
  return lookup.findCode?.(name) ?? lookup.findIndicator(normaliseName(name));
}
