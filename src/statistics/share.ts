import { Decimal } from '../domain/decimal.js';

/**
 * A share in percent, unrounded: part × 100 ÷ whole, multiplied before dividing. `null` when the whole is 0.
 * Reports print it half to even with one decimal (86 of 91 = 94.5 %).
 */
export function computeShare(part: number | Decimal, whole: number | Decimal): Decimal | null {
  const denominator = new Decimal(whole);
  return denominator.eq(0) ? null : new Decimal(part).times(100).div(denominator);
}
