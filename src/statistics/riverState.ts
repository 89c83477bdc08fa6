import { Decimal } from '../domain/decimal.js';
import type { WaterEvaluation } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { computeShare } from './share.js';
import {
  computeWaterGrade,
  type WaterBody,
  type WaterGradeResult,
  type WaterRules,
  type WaterValues,
} from './waterGrade.js';
import { meanOfItems } from './waterMonths.js';

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

/** An item by the share of a river's sections in which it is worse than Ⅲ. */
export interface RiverPollutant {
  readonly code: string;
  readonly label: string;
  readonly nameZh: string;
  readonly sections: number;
  /** Percent of the graded sections, unrounded. */
  readonly share: Decimal;
}

/** The evaluation of a river or basin, by one of the two methods of 环办〔2011〕22号. */
export interface RiverEvaluation {
  readonly method: 'item-means' | 'shares';
  readonly word: string;
  /** Sections with a grade; the others take no part. */
  readonly sections: number;
  /** Graded sections by class, Ⅰ … 劣Ⅴ. */
  readonly byGrade: readonly [number, number, number, number, number, number];
  /** `item-means`: the grade of the means of each item over the sections. */
  readonly result: WaterGradeResult | null;
  /** `shares`: the shares behind the word, and the items by the share of sections that exceed Ⅲ, first three. */
  readonly state: RiverState | null;
  readonly mainPollutants: readonly RiverPollutant[];
}

/**
 * The state of a river from the item means of its sections over one period: fewer than five sections are averaged item
 * by item and graded like one section; five or more are judged by the shares of their classes.
 *
 * @returns `null` when no section has a grade.
 */
export function evaluateRiver(
  rules: WaterRules,
  body: WaterBody,
  sections: readonly WaterValues[],
): RiverEvaluation | null {
  const graded = sections
    .map((values) => ({ values, result: computeWaterGrade(rules, body, values) }))
    .filter(({ result }) => result.grade !== null);
  if (graded.length === 0) return null;
  const grades = graded.flatMap(({ result }) => result.grade ?? []);
  const shared = { sections: graded.length, byGrade: countByGrade(grades) };
  const state = computeRiverState(grades, rules.evaluation);
  if (state !== null) {
    const mainPollutants = rankPollutants(
      graded.map(({ result }) => result),
      rules.evaluation,
    );
    return { method: 'shares', word: state.word, ...shared, result: null, state, mainPollutants };
  }
  const means = meanOfItems(
    graded.map(({ values }) => values),
    rules.evaluation,
  );
  const result = computeWaterGrade(rules, body, means);
  const word = result.qualityWord ?? '';
  return { method: 'item-means', word, ...shared, result, state: null, mainPollutants: [] };
}

/** How many of the grades are Ⅰ, Ⅱ … 劣Ⅴ. */
export function countByGrade(grades: readonly WaterGrade[]): RiverEvaluation['byGrade'] {
  const counts: [number, number, number, number, number, number] = [0, 0, 0, 0, 0, 0];
  for (const grade of grades) counts[grade - 1] = (counts[grade - 1] ?? 0) + 1;
  return counts;
}

function rankPollutants(
  results: readonly WaterGradeResult[],
  { mainPollutants }: WaterEvaluation,
): RiverPollutant[] {
  const found = new Map<string, Omit<RiverPollutant, 'share'>>();
  for (const { code, label, nameZh } of results.flatMap(({ exceeding }) => exceeding))
    found.set(code, { code, label, nameZh, sections: (found.get(code)?.sections ?? 0) + 1 });
  return [...found.values()]
    .sort((a, b) => b.sections - a.sections)
    .slice(0, mainPollutants.atMost)
    .map((item) => ({ ...item, share: new Decimal(item.sections).times(100).div(results.length) }));
}
