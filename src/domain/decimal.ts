import { Big } from 'big.js';

// Quotients are used only to be rounded or compared afterwards; 40 places keep the nearest tie of any 15-digit
// input distinguishable from a true tie.
Big.DP = 40;
Big.RM = Big.roundHalfEven;
// 1e-7 as text would otherwise appear in proofs and CSV files.
Big.NE = -30;
Big.PE = 30;

export { Big as Decimal };

const decimalPattern = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/**
 * Reads a finite decimal number from text.
 *
 * @returns the exact value, or `undefined` when the text is not a plain decimal number (blank, `NaN`, `1,5`,
 *   units, more than 40 characters); never zero for something unreadable.
 */
export function parseDecimal(text: string): Big | undefined {
  const trimmed = text.trim();
  if (trimmed.length > 40 || !decimalPattern.test(trimmed)) return undefined;
  return new Big(trimmed.startsWith('+') ? trimmed.slice(1) : trimmed);
}

/**
 * The exact decimal that a stored double stands for: its shortest text that reads back as the same double, which is
 * the text that was written for every number of up to 15 significant digits.
 */
export function decimalFromDouble(value: number): Big {
  return new Big(String(value));
}

/** Rounds half to even (GB/T 8170, 四舍六入五成双): only an exact tie goes to the even neighbour. */
export function roundHalfEven(value: Big, decimals: number): Big {
  return value.round(decimals, Big.roundHalfEven);
}

/** Rounds towards plus infinity to an integer (向上进位取整数), as HJ 633 asks for IAQI; exact integers stay. */
export function ceilToInteger(value: Big): Big {
  const truncated = value.round(0, Big.roundDown);
  return value.gt(truncated) ? truncated.plus(1) : truncated;
}

/** The arithmetic mean, unrounded (40 places); `undefined` for no values. */
export function meanOf(values: readonly Big[]): Big | undefined {
  if (values.length === 0) return undefined;
  return sumOf(values).div(values.length);
}

/** The exact sum; 0 for no values. */
export function sumOf(values: readonly Big[]): Big {
  return values.reduce((sum, value) => sum.plus(value), new Big(0));
}
