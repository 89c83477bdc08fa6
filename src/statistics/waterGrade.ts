import { Decimal, roundHalfEven } from '../domain/decimal.js';
import type { GroundwaterLimits, WaterEvaluation, WaterItem, WaterLimits } from '../domain/standard.js';
import type { WaterGrade } from '../domain/waterGrade.js';

/** Which column of GB 3838 holds; only total phosphorus and nitrogen differ. Reservoirs are lakes. */
export type WaterBody = 'river' | 'lake';

/** Values by item code (`codmn`, `nh3n` …) in the units of GB 3838; an absent item was not measured. */
export type WaterValues = ReadonlyMap<string, Decimal>;

export interface WaterRules {
  readonly limits: WaterLimits;
  readonly evaluation: WaterEvaluation;
  /** GB/T 14848, for sources of groundwater; without it they are not judged. */
  readonly groundwater?: GroundwaterLimits | undefined;
}

/** The class of one item. */
export interface WaterItemGrade {
  readonly code: string;
  readonly label: string;
  readonly nameZh: string;
  /** The value that was graded. */
  readonly value: Decimal;
  readonly grade: WaterGrade;
}

/** An item worse than a class, with (value − limit) ÷ limit of that class, unrounded; `null` for pH and DO. */
export interface WaterExceedance extends WaterItemGrade {
  readonly multiple: Decimal | null;
}

/** The single-factor grade of one section at one time. */
export interface WaterGradeResult {
  /** `null` when no grading item was measured. */
  readonly grade: WaterGrade | null;
  readonly qualityWord: string | null;
  /** The items that took part, in the order of GB 3838 table 1. */
  readonly items: readonly WaterItemGrade[];
  /** 定类因子: the items at the grade; empty at Ⅰ. */
  readonly determining: readonly WaterItemGrade[];
  /** Every item worse than Ⅲ, most important first, multiples against Ⅲ. */
  readonly exceeding: readonly WaterExceedance[];
  /** 主要污染指标: the first (at most three) of `exceeding`. */
  readonly mainPollutants: readonly WaterExceedance[];
  /** Items worse than the target class, multiples against that class; empty without a target. */
  readonly overTarget: readonly WaterExceedance[];
  /** Items reported apart (temperature, TN, faecal coliform); they never grade. */
  readonly reference: ReadonlyMap<string, Decimal>;
  /** The classes of those of them that have limits for the water body (单独评价): TN of lakes, faecal coliform. */
  readonly referenceItems: readonly WaterItemGrade[];
  /** Items left out on request (natural background), as far as they were measured. */
  readonly removed: readonly string[];
}

export interface WaterGradeOptions {
  /** The section's own target class, 1–5. */
  readonly target?: WaterGrade | undefined;
  /** Items approved as natural background, left out of the grading. */
  readonly removed?: ReadonlySet<string>;
}

/**
 * Single-factor grading (环办〔2011〕22号; GB 3838-2002 table 1): each item takes the best class whose limit it meets,
 * the limit itself included and the better class where limits are equal; failing Ⅴ is 劣Ⅴ. pH is Ⅰ inside 6–9, else
 * 劣Ⅴ. The worst item decides.
 *
 * Only items of the 21 that were measured take part. A negative value is missing. Values are graded as given unless
 * the evaluation's rounding setting is on.
 */
export function computeWaterGrade(
  rules: WaterRules,
  body: WaterBody,
  values: WaterValues,
  options: WaterGradeOptions = {},
): WaterGradeResult {
  const { evaluation } = rules;
  const measured = (code: string): boolean => values.get(code)?.gte(0) === true;
  const grading = rules.limits.items.list.filter(
    ({ code }) => evaluation.gradingItems.list.includes(code) && measured(code),
  );
  const kept = grading.filter(({ code }) => options.removed?.has(code) !== true);
  const items = kept.flatMap((item) => gradeItem(evaluation, item, body, values) ?? []);
  const worst = items.reduce<WaterGrade | null>(
    (w, { grade }) => (w === null || grade > w ? grade : w),
    null,
  );
  const exceeding = findExceedances(
    rules,
    body,
    items,
    evaluation.mainPollutants.betterOrEqual as WaterGrade,
  );
  return {
    grade: worst,
    qualityWord: evaluation.grades.list.find(({ grade }) => grade === worst)?.word ?? null,
    items,
    determining: worst === null || worst === 1 ? [] : items.filter(({ grade }) => grade === worst),
    exceeding,
    mainPollutants: exceeding.slice(0, evaluation.mainPollutants.atMost),
    overTarget: options.target === undefined ? [] : findExceedances(rules, body, items, options.target),
    reference: new Map([...values].filter(([code]) => evaluation.referenceItems.list.includes(code))),
    referenceItems: rules.limits.items.list
      .filter(({ code }) => evaluation.referenceItems.list.includes(code) && measured(code))
      .flatMap((item) => gradeItem(evaluation, item, body, values) ?? []),
    removed: grading.filter(({ code }) => !kept.some((item) => item.code === code)).map(({ code }) => code),
  };
}

/** Both grades of a section with approved natural background: 实测, and 扣除自然因素影响 (`null` when none is approved). */
export function computeWaterGrades(
  rules: WaterRules,
  body: WaterBody,
  values: WaterValues,
  natural: ReadonlySet<string>,
  target?: WaterGrade,
): { readonly measured: WaterGradeResult; readonly withoutNatural: WaterGradeResult | null } {
  return {
    measured: computeWaterGrade(rules, body, values, { target }),
    withoutNatural:
      natural.size === 0 ? null : computeWaterGrade(rules, body, values, { target, removed: natural }),
  };
}

function gradeItem(
  evaluation: WaterEvaluation,
  item: WaterItem,
  body: WaterBody,
  values: WaterValues,
): WaterItemGrade | undefined {
  const given = values.get(item.code);
  if (given === undefined) return undefined;
  const decimals = evaluation.rounding.decimals[item.code];
  const value =
    evaluation.rounding.enabled && decimals !== undefined ? roundHalfEven(given, decimals) : given;
  const grade = gradeValue(item, body, value);
  return grade && { code: item.code, label: item.label, nameZh: item.nameZh, value, grade };
}

/** The class of one value of one item; `undefined` for an item without limits for the water body. */
export function gradeValue(item: WaterItem, body: WaterBody, value: Decimal): WaterGrade | undefined {
  if (item.direction === 'none') return undefined;
  if (item.direction === 'range') {
    const [low, high] = item.range;
    return value.gte(low) && value.lte(high) ? 1 : 6;
  }
  const limits = item.limits[body];
  if (limits === undefined) return undefined;
  const index = limits.findIndex((limit) => (item.direction === 'min' ? value.gte(limit) : value.lte(limit)));
  return (index < 0 ? 6 : index + 1) as WaterGrade;
}

/**
 * Items worse than a class: cyanide and heavy metals first, then worst class first, then largest multiple first, items
 * without a multiple after those with one, then the order of table 1 (环办〔2011〕22号; the placing of the first and
 * of ties is unconfirmed).
 */
function findExceedances(
  { limits, evaluation }: WaterRules,
  body: WaterBody,
  items: readonly WaterItemGrade[],
  base: WaterGrade,
): WaterExceedance[] {
  const { withoutMultiple, first } = evaluation.mainPollutants;
  const rank = (code: string): number => (first.includes(code) ? 0 : 1);
  return items
    .filter(({ grade }) => grade > base)
    .map((item) => {
      const limit = withoutMultiple.includes(item.code) ? undefined : limitOf(limits, body, item.code, base);
      return { ...item, multiple: limit ? item.value.minus(limit).div(limit) : null };
    })
    .sort(
      (a, b) => rank(a.code) - rank(b.code) || b.grade - a.grade || compareMultiples(b.multiple, a.multiple),
    );
}

function limitOf(limits: WaterLimits, body: WaterBody, code: string, grade: WaterGrade): Decimal | undefined {
  const item = limits.items.list.find((candidate) => candidate.code === code);
  if (item === undefined || item.direction === 'none' || item.direction === 'range') return undefined;
  const text = item.limits[body]?.[grade - 1];
  return text === undefined ? undefined : new Decimal(text);
}

function compareMultiples(a: Decimal | null, b: Decimal | null): number {
  if (a === null || b === null) return (a === null ? 0 : 1) - (b === null ? 0 : 1);
  return a.cmp(b);
}
