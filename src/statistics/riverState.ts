import { Decimal } from '../domain/decimal.js';
import type { WaterEvaluation } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { computeShare } from './share.js';

/** The state of a river or basin from the shares of its sections by class. */
export interface RiverState {
  readonly word: string;
  readonly sections: number;
  /** Percent, unrounded. */
  readonly goodShare: Decimal;
  readonly worstShare: Decimal;
}

/**
 * The state of a river with five sections or more (环办〔2011〕22号 table, reported; that exactly five count is
 * unconfirmed), from the grades of its sections.
 *
 * @returns `null` with fewer sections: their item means are graded like one section instead.
 */
export function computeRiverState(
  grades: readonly WaterGrade[],
  evaluation: WaterEvaluation,
): RiverState | null {
  const { minimumSections, excellentShare, goodShare, moderateShare, heavyShare } = evaluation.river;
  if (grades.length < minimumSections) return null;
  const good = computeShare(grades.filter((grade) => grade <= 3).length, grades.length) ?? new Decimal(0);
  const worst = computeShare(grades.filter((grade) => grade === 6).length, grades.length) ?? new Decimal(0);
  const index = good.gte(excellentShare)
    ? 2
    : good.gte(goodShare)
      ? 3
      : worst.lt(moderateShare)
        ? 4
        : worst.lt(heavyShare)
          ? 5
          : 6;
  const word = evaluation.grades.list.find(({ grade }) => grade === index)?.word ?? '';
  return { word, sections: grades.length, goodShare: good, worstShare: worst };
}
