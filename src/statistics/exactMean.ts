import { Decimal, decimalFromDouble, sumOf } from '../domain/decimal.js';

const settledPlaces = 30;

/**
 * The arithmetic mean, unrounded in the sense of the standards; `undefined` for no values.
 *
 * Means of means carry the residue of earlier divisions (40 places): three thirds sum to 0.999…, and a true tie such
 * as 68.35 over hours, stations and days could fall just under the tie. Rounding at 30 places removes the residue
 * (below 1e-36 for years of data) and nothing else: a fraction whose denominator is a product of counts of hours,
 * stations and days lies much further than 1e-30 from any tie that it does not hit.
 */
export function computeExactMean(values: readonly Decimal[]): Decimal | undefined {
  if (values.length === 0) return undefined;
  return settle(sumOf(values).div(values.length));
}

/** `computeExactMean` of stored doubles, each taken as the decimal that was written. */
export function computeMeanOfDoubles(values: readonly number[]): Decimal | undefined {
  return computeExactMean(values.map(decimalFromDouble));
}

/** Removes the residue of divisions, see `computeExactMean`; exact decimals of up to 30 places stay as they are. */
export function settle(value: Decimal): Decimal {
  return value.round(settledPlaces, Decimal.roundHalfEven);
}
