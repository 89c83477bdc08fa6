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
  /** The part reported for periods before the figure to date begins, and the day on which that begins. */
  readonly carried: Decimal;
  readonly from: string;
}

/**
 * The amount delivered: the furthest figure to date, what was reported for periods before it begins and after it ends; or
 * the sum of figures whose periods do not overlap. A figure to date holds its own period and nothing before it: “1–9月”
 * of one year does not hold the year before, unless `toDateHoldsEarlier` says that it does.
 */
export function addUp(
  figures: readonly ReportedFigure[],
  period: JudgedPeriod,
  toDateHoldsEarlier: boolean,
): Added | undefined {
  if (figures.length === 0) return undefined;
  const toDate = latest(figures.filter(({ periodKind }) => periodKind === 'to-date'));
  const parts = figures.filter(({ periodKind }) => periodKind !== 'to-date');
  const earlier =
    toDate === undefined || toDateHoldsEarlier
      ? []
      : chain(figures.filter(({ periodEnd }) => periodEnd <= toDate.periodStart));
  const covered = toDate?.periodEnd ?? '';
  const after = chain(parts.filter(({ periodStart }) => periodStart >= covered));
  const chosen = [...earlier, ...(toDate === undefined ? [] : [toDate]), ...after];
  let reached = toDate?.periodEnd ?? period.from;
  for (const { periodStart, periodEnd } of after) {
    if (periodStart > reached) break;
    reached = periodEnd;
  }
  const total = (list: readonly ReportedFigure[]) =>
    list.reduce((sum, { value }) => sum.plus(value), new Decimal(0));
  return {
    amount: total(chosen),
    used: chosen.length,
    whole: reached >= period.to,
    carried: total(earlier),
    from: toDate?.periodStart ?? period.from,
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
