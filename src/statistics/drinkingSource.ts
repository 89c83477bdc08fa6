import { Decimal } from '../domain/decimal.js';
import type { GroundwaterLimits } from '../domain/standard.js';
import { exceedance, judgeGroundwater, type LimitExceedance } from './groundwater.js';
import { computeShare } from './share.js';
import {
  computeWaterGrade,
  type WaterBody,
  type WaterGradeResult,
  type WaterRules,
  type WaterValues,
} from './waterGrade.js';

/** What a source draws from; it decides which standard holds. */
export type DrinkingSourceKind = 'surface-river' | 'surface-lake' | 'ground';

/** An item over its limit. */
export type SourceFailure = LimitExceedance;

/** Whether a source complied in one month or period. */
export interface DrinkingSourceResult {
  readonly standardId: string;
  /** `null` when no item with a limit was measured: neither compliant nor failing. */
  readonly compliant: boolean | null;
  /** The items that took part, so that results of different item sets are not compared unawares. */
  readonly items: readonly string[];
  readonly failing: readonly SourceFailure[];
  /** Of a surface source: the grade of the basic items; TN and coliform are reported apart and never fail it. */
  readonly grade: WaterGradeResult | null;
}

export interface DrinkingSourceRules extends WaterRules {
  readonly groundwater: GroundwaterLimits;
}

/**
 * Whether a drinking-water source complies (达标). Surface: the basic items (环办〔2011〕22号) at Ⅲ or better AND every
 * measured item of GB 3838 table 2 within its limit; table 3 is not held. Groundwater: every measured item within the
 * class Ⅲ limits of GB/T 14848 (configuration: the text was not read). A value equal to its limit complies; a negative
 * one is missing.
 */
export function computeDrinkingSource(
  rules: DrinkingSourceRules,
  kind: DrinkingSourceKind,
  values: WaterValues,
): DrinkingSourceResult {
  if (kind === 'ground') return judgeGround(rules.groundwater, values);
  return judgeSurface(rules, kind === 'surface-lake' ? 'lake' : 'river', values);
}

/** The share of compliant sources, by number and, where every source has one, by water volume. */
export interface SourceShare {
  /** Sources with a result: the denominator. */
  readonly monitored: number;
  readonly compliant: number;
  /** Percent, unrounded; `null` without monitored sources. */
  readonly share: Decimal | null;
  /** `null` unless every monitored source has a volume. */
  readonly volumeShare: Decimal | null;
}

/** 水源达标率: compliant ÷ monitored sources; a source without a result leaves the denominator. */
export function computeSourceShare(
  sources: readonly { readonly compliant: boolean | null; readonly volume?: Decimal }[],
): SourceShare {
  const monitored = sources.filter(({ compliant }) => compliant !== null);
  const kept = monitored.filter(({ compliant }) => compliant === true);
  const volumeOf = (list: typeof sources) =>
    list.reduce((total, { volume }) => total.plus(volume ?? 0), new Decimal(0));
  const volumes = monitored.every(({ volume }) => volume !== undefined);
  return {
    monitored: monitored.length,
    compliant: kept.length,
    share: computeShare(kept.length, monitored.length),
    volumeShare: volumes ? computeShare(volumeOf(kept), volumeOf(monitored)) : null,
  };
}

function judgeSurface(rules: WaterRules, body: WaterBody, values: WaterValues): DrinkingSourceResult {
  const { gradeAtMost, leftOut } = rules.evaluation.drinkingSource;
  const target = gradeAtMost as 1 | 2 | 3 | 4 | 5;
  const grade = computeWaterGrade(rules, body, values, { target, removed: new Set(leftOut) });
  const single = rules.limits.supplementary.list.flatMap(({ code, nameZh, limit }) => {
    const value = values.get(code);
    return value?.gte(0) === true ? [{ code, nameZh, value, limit: new Decimal(limit) }] : [];
  });
  const items = [...grade.items, ...single].map(({ code }) => code);
  const failing = [
    ...grade.overTarget.map(({ code, nameZh, value, multiple }) => ({ code, nameZh, value, multiple })),
    ...single.flatMap(({ limit, ...item }) => exceedance(item, limit) ?? []),
  ];
  const compliant = items.length === 0 ? null : failing.length === 0;
  return { standardId: rules.limits.id, compliant, items, failing, grade };
}

function judgeGround(limits: GroundwaterLimits, values: WaterValues): DrinkingSourceResult {
  const judged = judgeGroundwater(limits, values);
  const { compliant, items, failing } = judged ?? { compliant: null, items: [], failing: [] };
  return { standardId: limits.id, compliant, items, failing, grade: null };
}
