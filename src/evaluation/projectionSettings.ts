import type { ProjectionRule } from '../domain/standard.js';

/** The named settings of projections; working assumptions, no clause asks for them. */
export interface ProjectionSettings {
  /** Share of cases that the interval is made for. */
  readonly level: number;
  readonly draws: number;
  /** Another seed gives other draws; the same one gives the same on every machine. */
  readonly seed: number;
  /** Consecutive days drawn together, so that spells of weather stay whole. */
  readonly blockDays: number;
  /** A block may come from up to so many days earlier or later in its year. */
  readonly jitterDays: number;
  readonly blockMonths: number;
  /** An earlier year takes part when it has at least this share of valid days in a window. */
  readonly historyShare: number;
  /** Years without which neither an interval nor a probability is stated. */
  readonly intervalYears: number;
  /** Days after which the level of this year counts half against that of an earlier year. */
  readonly shiftDays: number;
  /** A ratio of levels outside these bounds is not believed (another site, another unit): no shift. */
  readonly shiftBounds: readonly [number, number];
  /** `at-risk` when the target is kept in fewer than this share of the draws. */
  readonly minimumKeptShare: number;
}

export const projectionDefaults: ProjectionSettings = {
  level: 0.8,
  draws: 400,
  seed: 0,
  blockDays: 10,
  jitterDays: 15,
  blockMonths: 3,
  historyShare: 0.75,
  intervalYears: 2,
  shiftDays: 30,
  shiftBounds: [0.5, 2],
  minimumKeptShare: 2 / 3,
};

/** The settings that a rule names; the defaults without one. */
export function projectionSettingsOf(rule: ProjectionRule | undefined): ProjectionSettings {
  if (rule === undefined) return projectionDefaults;
  const { drawing, interval, risk } = rule;
  const { seed, draws, blockDays, jitterDays, blockMonths, shiftDays, shiftBounds } = drawing;
  return {
    level: Number(interval.level),
    draws,
    seed,
    blockDays,
    jitterDays,
    blockMonths,
    historyShare: Number(drawing.historyShare),
    intervalYears: interval.leastYears,
    shiftDays,
    shiftBounds: [Number(shiftBounds[0]), Number(shiftBounds[1])],
    minimumKeptShare: risk.keptDraws / risk.ofDraws,
  };
}
