import { Decimal } from '../domain/decimal.js';
import type { GroundwaterLimits } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';

/** An item over its limit; `multiple` is (value − limit) ÷ limit, unrounded, `null` for pH. */
export interface LimitExceedance {
  readonly code: string;
  readonly nameZh: string;
  readonly value: Decimal;
  readonly multiple: Decimal | null;
}

/** Groundwater against the single limits of class Ⅲ: they say whether it complies, not which class it has. */
export interface GroundwaterResult {
  readonly standardId: string;
  readonly compliant: boolean;
  /** The items that took part, so that results of different item sets are not compared unawares. */
  readonly items: readonly string[];
  /** Items over their limits, in the order of the standard. */
  readonly failing: readonly LimitExceedance[];
}

/** The class whose limits are held for groundwater (GB/T 14848; the others were not read). */
export const groundwaterClass = 3;

/**
 * Compares groundwater with the class Ⅲ limits of GB/T 14848 (configuration: the text was not read). A value equal to
 * its limit complies, a negative one is missing.
 *
 * @returns `null` when no item with a limit was measured: neither compliant nor failing.
 */
export function judgeGroundwater(
  limits: GroundwaterLimits,
  values: ReadonlyMap<string, Decimal>,
): GroundwaterResult | null {
  const items: string[] = [];
  const failing: LimitExceedance[] = [];
  for (const item of limits.items.list) {
    const { code, nameZh } = item;
    const value = values.get(code);
    if (value?.gte(0) !== true) continue;
    items.push(code);
    if ('range' in item) {
      if (value.lt(item.range[0]) || value.gt(item.range[1]))
        failing.push({ code, nameZh, value, multiple: null });
      continue;
    }
    const over = exceedance({ code, nameZh, value }, new Decimal(item.limit));
    if (over !== undefined) failing.push(over);
  }
  if (items.length === 0) return null;
  return { standardId: limits.id, compliant: failing.length === 0, items, failing };
}

/** An item with its multiple when it is over an upper limit. */
export function exceedance(
  item: Omit<LimitExceedance, 'multiple'>,
  limit: Decimal,
): LimitExceedance | undefined {
  return item.value.gt(limit) ? { ...item, multiple: item.value.minus(limit).div(limit) } : undefined;
}

/**
 * Whether groundwater meets a class: what complies with Ⅲ meets Ⅲ and every worse class, what does not meets neither Ⅲ
 * nor a better one. `null` for what the limits of Ⅲ alone cannot tell.
 */
export function groundwaterMeets({ compliant }: GroundwaterResult, target: WaterGrade): boolean | null {
  if (compliant) return target >= groundwaterClass ? true : null;
  return target <= groundwaterClass ? false : null;
}
