import fc from 'fast-check';
import { severities, type Severity } from '../domain/notification.js';
import type { IntervalVerdict } from './conditionResult.js';
import type { AlertTiming } from './stateMachine.js';

export const hour = 3_600_000;

/** A timing in hours. */
export function timing(forHours = 0, keepHours = 0, noDataHours = 1): AlertTiming {
  return { forMs: forHours * hour, keepFiringForMs: keepHours * hour, noDataForMs: noDataHours * hour };
}

/**
 * Verdicts of the hours from `first` on, one letter each: `.` ok, `n` `w` `c` breach at notice, warning, critical, `h` below
 * the threshold of warning but not yet below its clearing threshold, `-` no data, `!` error, space: nothing at all.
 */
export function hours(letters: string, first = 0): IntervalVerdict[] {
  return [...letters].flatMap((letter, index): IntervalVerdict[] => {
    const at = (first + index) * hour;
    const base = { at, until: at + hour, value: letter };
    const found = severities.find((severity) => severity.startsWith(letter));
    if (found !== undefined) return [{ ...base, status: 'breach', severity: found, holds: found }];
    if (letter === '.') return [{ ...base, status: 'ok' }];
    if (letter === 'h') return [{ ...base, status: 'ok', holds: 'warning' }];
    if (letter === '-') return [{ ...base, status: 'no-data' }];
    return letter === '!' ? [{ ...base, status: 'error' }] : [];
  });
}

/** Random hours as letters of `hours`. */
export const letters = fc
  .array(fc.constantFrom(...'...nnwwccchh--! '), { minLength: 0, maxLength: 40 })
  .map((list) => list.join(''));

export const timings = fc
  .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 3 }))
  .map(([forHours, keep, noData]) => timing(forHours, keep, noData));

export type { Severity };
