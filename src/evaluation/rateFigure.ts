import { Decimal } from '../domain/decimal.js';
import type { JudgedPeriod } from './judgement.js';
import { latest, type ReportedFigure } from './reportedFigure.js';

/** The figure that a rate is judged by. */
export interface Finding {
  readonly figure: Omit<ReportedFigure, 'siteName'>;
  readonly fromTownships: boolean;
  /** The figure speaks for the whole period. */
  readonly final: boolean;
  /** It belongs to an earlier year: nothing was reported for the judged one yet. */
  readonly earlier: boolean;
}

/** The figure that speaks for a period: the county's own, else that of all townships, else the year before. */
export function findRate(
  period: JudgedPeriod,
  county: readonly ReportedFigure[],
  townships: readonly ReportedFigure[],
  townshipCount: number,
): Finding | undefined {
  const own = latest(county.filter((figure) => inside(figure, period)));
  const added = addTownships(
    townships.filter((figure) => inside(figure, period)),
    townshipCount,
  );
  const better = added !== undefined && isWhole(added, period);
  if (own !== undefined && (isWhole(own, period) || !better))
    return { figure: own, fromTownships: false, final: isWhole(own, period), earlier: false };
  if (added !== undefined)
    return { figure: added, fromTownships: true, final: isWhole(added, period), earlier: false };
  if (period.state === 'over') return undefined;
  const before = latest(
    county.filter(({ periodKind, periodEnd }) => periodKind === 'year' && periodEnd <= period.from),
  );
  return before && { figure: before, fromTownships: false, final: false, earlier: true };
}

/** Belongs to the period; figures to date may have begun before it (a change since the base year). */
export function inside(figure: ReportedFigure, period: JudgedPeriod): boolean {
  if (figure.periodEnd > period.to) return false;
  return (
    figure.periodStart >= period.from || (figure.periodKind === 'to-date' && figure.periodEnd > period.from)
  );
}

/** The whole period: the figure reaches its end and began with it. */
function isWhole(figure: Pick<ReportedFigure, 'periodStart' | 'periodEnd'>, period: JudgedPeriod): boolean {
  return figure.periodEnd === period.to && figure.periodStart <= period.from;
}

/** The newest period for which every township has reported its amounts, added up. */
export function addTownships(
  figures: readonly ReportedFigure[],
  townshipCount: number,
): Omit<ReportedFigure, 'siteName'> | undefined {
  const newest = latest(figures);
  if (newest === undefined || townshipCount === 0) return undefined;
  const isSame = ({ periodKind, periodStart, periodEnd }: ReportedFigure) =>
    periodKind === newest.periodKind && periodStart === newest.periodStart && periodEnd === newest.periodEnd;
  const same = figures.filter(isSame);
  const complete = same.every(({ numerator, denominator }) => numerator !== null && denominator !== null);
  if (same.length < townshipCount || !complete) {
    return addTownships(
      figures.filter((figure) => !isSame(figure)),
      townshipCount,
    );
  }
  const total = (pick: (figure: ReportedFigure) => Decimal | null) =>
    same.reduce((sum, figure) => sum.plus(pick(figure)!), new Decimal(0));
  const numerator = total((figure) => figure.numerator);
  const denominator = total((figure) => figure.denominator);
  if (denominator.eq(0)) return undefined;
  return { ...newest, value: numerator.times(100).div(denominator), numerator, denominator };
}
