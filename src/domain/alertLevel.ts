import { z } from 'zod';
import { Decimal, parseDecimal } from './decimal.js';
import { severities, type Severity } from './notification.js';

/** How a figure meets a threshold: strictly beyond it, or at it already. */
export const alertOperators = ['above', 'below', 'at-least', 'at-most'] as const;
export type AlertOperator = (typeof alertOperators)[number];

const decimalText = z
  .string()
  .refine(
    (text) => parseDecimal(text) !== undefined,
    '应为十进制数（文本） / expected a decimal number as text',
  );

/**
 * One severity and where it begins. `clear` is the figure that a firing alert has to come back to, so that a value that
 * swings about the threshold does not fire again and again; without it the threshold itself.
 */
export const alertLevelSchema = z.strictObject({
  severity: z.enum(severities),
  threshold: decimalText,
  clear: decimalText.optional(),
});
export type AlertLevel = z.output<typeof alertLevelSchema>;

export const alertLevelsSchema = z.array(alertLevelSchema).min(1).max(3);

/** The rank of a severity: 0 for the least grave. */
export function rankOf(severity: Severity): number {
  return severities.indexOf(severity);
}

/** The graver of two severities; `undefined` is none at all. */
export function graverOf(one: Severity | undefined, other: Severity | undefined): Severity | undefined {
  if (one === undefined) return other;
  return other !== undefined && rankOf(other) > rankOf(one) ? other : one;
}

/** Whether a figure meets a threshold; exact. */
export function meets(operator: AlertOperator, value: Decimal, threshold: Decimal): boolean {
  if (operator === 'above') return value.gt(threshold);
  if (operator === 'below') return value.lt(threshold);
  return operator === 'at-least' ? value.gte(threshold) : value.lte(threshold);
}

/** The gravest severity that a figure reaches, and the gravest that an alert which fires already keeps. */
export interface LevelsMet {
  readonly severity: Severity | undefined;
  /** By the clearing thresholds; at least `severity`. */
  readonly holds: Severity | undefined;
  /** The level of `severity`, or the first one where none is reached: what the figure is shown against. */
  readonly shown: AlertLevel;
}

/** Compares a figure with the levels of a rule, which are in rising order. */
export function meetLevels(
  operator: AlertOperator,
  levels: readonly AlertLevel[],
  value: Decimal,
): LevelsMet {
  const [first] = levels;
  if (first === undefined) throw new RangeError('meetLevels: a rule has at least one level');
  const reached = levels.findLast((level) => meets(operator, value, new Decimal(level.threshold)));
  const held = levels.findLast(
    (level) =>
      meets(operator, value, new Decimal(level.threshold)) ||
      (level.clear !== undefined && meets(operator, value, new Decimal(level.clear))),
  );
  return { severity: reached?.severity, holds: held?.severity, shown: reached ?? first };
}

/** What is wrong with a rule's levels, each fault with the place inside the list. */
export function findLevelFaults(
  operator: AlertOperator,
  levels: readonly AlertLevel[],
): { readonly path: readonly (string | number)[]; readonly message: string }[] {
  const rises = operator === 'above' || operator === 'at-least';
  return levels.flatMap((level, index) => {
    const before = levels[index - 1];
    const faults: { path: (string | number)[]; message: string }[] = [];
    if (before !== undefined && rankOf(level.severity) <= rankOf(before.severity))
      faults.push({
        path: [index, 'severity'],
        message: `级别应逐级加重：${level.severity} 不比 ${before.severity} 重 / severities must rise: ${level.severity} after ${before.severity}`,
      });
    if (before !== undefined && !isBeyond(level.threshold, before.threshold, rises))
      faults.push({
        path: [index, 'threshold'],
        message: rises
          ? `更重一级的阈值应更高：${level.threshold} 不高于 ${before.threshold} / must be above ${before.threshold}`
          : `更重一级的阈值应更低：${level.threshold} 不低于 ${before.threshold} / must be below ${before.threshold}`,
      });
    if (level.clear !== undefined && isBeyond(level.clear, level.threshold, rises))
      faults.push({
        path: [index, 'clear'],
        message: rises
          ? `解除值不得高于阈值 ${level.threshold} / must not be above the threshold ${level.threshold}`
          : `解除值不得低于阈值 ${level.threshold} / must not be below the threshold ${level.threshold}`,
      });
    return faults;
  });
}

function isBeyond(text: string, other: string, rises: boolean): boolean {
  const [one, two] = [parseDecimal(text), parseDecimal(other)];
  // What is no number is refused elsewhere, in words of its own.
  if (one === undefined || two === undefined) return rises === text > other;
  return rises ? one.gt(two) : one.lt(two);
}
