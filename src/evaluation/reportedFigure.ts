import { Decimal } from '../domain/decimal.js';
import type { ReportPeriodKind } from '../domain/reading.js';
import type { JudgedPeriod } from './judgement.js';

/** A figure that an office reported for a period; half-open Beijing days. */
export interface ReportedFigure {
  readonly siteName: string;
  readonly periodKind: ReportPeriodKind;
  readonly periodStart: string;
  readonly periodEnd: string;
  readonly value: Decimal;
  readonly numerator: Decimal | null;
  readonly denominator: Decimal | null;
}

/** The figure that reaches furthest; of several, the one that covers most; of those, the first. */
export function latest<T extends Pick<ReportedFigure, 'periodStart' | 'periodEnd'>>(
  figures: readonly T[],
): T | undefined {
  return figures.reduce<T | undefined>((best, figure) => {
    if (best === undefined || figure.periodEnd > best.periodEnd) return figure;
    return figure.periodEnd === best.periodEnd && figure.periodStart < best.periodStart ? figure : best;
  }, undefined);
}

/** An amount added up from `used` figures; `whole` when they leave no part of the period out. */
export interface Added {
  readonly amount: Decimal;
  readonly used: number;
  readonly whole: boolean;
}

/**
 * The amount delivered: the furthest figure to date and what was reported for periods after it, or the sum of figures
 * whose periods do not overlap. A figure to date is taken to hold everything before it; only where any amount breaks
 * the target (`everything`) are earlier periods added, too.
 */
export function addUp(
  figures: readonly ReportedFigure[],
  period: JudgedPeriod,
  everything: boolean,
): Added | undefined {
  if (figures.length === 0) return undefined;
  const toDate = latest(figures.filter(({ periodKind }) => periodKind === 'to-date'));
  const parts = figures.filter(({ periodKind }) => periodKind !== 'to-date');
  const chosen: ReportedFigure[] = [];
  if (toDate !== undefined) {
    chosen.push(toDate);
    if (everything) chosen.push(...chain(figures.filter((figure) => figure.periodEnd <= toDate.periodStart)));
  }
  const covered = toDate?.periodEnd ?? '';
  const after = chain(parts.filter(({ periodStart }) => periodStart >= covered));
  chosen.push(...after);
  let reached = toDate?.periodEnd ?? period.from;
  for (const { periodStart, periodEnd } of after) {
    if (periodStart > reached) break;
    reached = periodEnd;
  }
  return {
    amount: chosen.reduce((sum, { value }) => sum.plus(value), new Decimal(0)),
    used: chosen.length,
    whole: reached >= period.to,
  };
}

/** Figures that do not overlap, in order of time, longer periods first: a year's figure holds its quarters'. */
function chain(figures: readonly ReportedFigure[]): ReportedFigure[] {
  const order = [...figures].sort(
    (a, b) => compareDays(a.periodStart, b.periodStart) || compareDays(b.periodEnd, a.periodEnd),
  );
  const chosen: ReportedFigure[] = [];
  for (const figure of order) {
    if (figure.periodStart >= (chosen.at(-1)?.periodEnd ?? '')) chosen.push(figure);
  }
  return chosen;
}

function compareDays(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
