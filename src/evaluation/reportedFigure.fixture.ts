import { Decimal } from '../domain/decimal.js';
import type { ReportPeriodKind } from '../domain/reading.js';
import type { ReportedInput } from './judgeReported.js';
import type { ReportedFigure } from './reportedFigure.js';

/** A figure written `kind start..end value` (end exclusive), or `kind start..end value=numerator/denominator`. */
export function figure(text: string, siteName = '同心县'): ReportedFigure {
  const [periodKind, range, given] = text.split(' ') as [ReportPeriodKind, string, string];
  const [periodStart, periodEnd] = range.split('..') as [string, string];
  const [value, parts] = given.split('=') as [string, string | undefined];
  const [numerator, denominator] = parts?.split('/') ?? [];
  return {
    siteName,
    periodKind,
    periodStart,
    periodEnd,
    value: new Decimal(value),
    numerator: numerator === undefined ? null : new Decimal(numerator),
    denominator: denominator === undefined ? null : new Decimal(denominator),
  };
}

/** Input with the given county figures, three townships. */
export const input = (
  county: readonly string[],
  townships: readonly ReportedFigure[] = [],
): ReportedInput => ({
  county: county.map((text) => figure(text)),
  townships,
  townshipCount: 3,
});
/** Figures of townships 1, 2 … for one period. */
export const towns = (text: string, ...values: string[]) =>
  values.map((value, index) => figure(`${text} ${value}`, `乡镇${index + 1}`));
/** The Chinese notes. */
export const zh = (judged: { notes: readonly { zh: string }[] }) =>
  judged.notes.map((note) => note.zh).join('\n');
