import { Decimal } from '../domain/decimal.js';
import type { WaterItem } from '../domain/standard.js';
import type { SectionBody } from '../domain/waterBody.js';
import type { WaterGrade } from '../domain/waterGrade.js';
import { exceedance, groundwaterClass, judgeGroundwater } from './groundwater.js';
import { computeWaterGrade, type WaterBody, type WaterRules, type WaterValues } from './waterGrade.js';

/** The key of what holds for every class alike: the range of pH, the single limits of sources. */
export const anyClass = '*';

/**
 * One measured item beside the limits of the classes. `part`: whether it takes part in grading, is reported apart, is a
 * single limit of surface sources (GB 3838 table 2), or is not judged at all.
 */
export interface ItemLimits {
  readonly code: string;
  readonly part: 'grading' | 'reference' | 'supplementary' | 'none';
  /** The item's own class; `null` where the limits give none. */
  readonly grade: WaterGrade | null;
  readonly direction: 'max' | 'min' | 'range' | null;
  /** Limits as the standard prints them, by class `1` … `5` or `anyClass`; a range as `6–9`. */
  readonly limits: Readonly<Record<string, string>>;
  /** The classes that it is worse than, with (value − limit) ÷ limit unrounded; `null` for pH and DO. */
  readonly over: Readonly<Record<string, string | null>>;
}

const classes = [1, 2, 3, 4, 5] as const;

/**
 * Every measured item beside its limits, by the same comparisons as the class of the section: the items of the standard in
 * its order, then those of table 2 for a surface source, then the rest.
 */
export function compareWithLimits(
  rules: WaterRules,
  body: SectionBody,
  values: WaterValues,
  isSource: boolean,
): ItemLimits[] {
  const judged =
    body === 'groundwater'
      ? compareGroundwater(rules, values)
      : compareSurface(rules, body, values, isSource);
  const known = new Set(judged.map(({ code }) => code));
  const rest = [...values.keys()].filter((code) => !known.has(code)).sort();
  return [
    ...judged,
    ...rest.map((code): ItemLimits => ({
      code,
      part: 'none',
      grade: null,
      direction: null,
      limits: {},
      over: {},
    })),
  ];
}

function compareSurface(
  rules: WaterRules,
  body: WaterBody,
  values: WaterValues,
  isSource: boolean,
): ItemLimits[] {
  const { items, referenceItems } = computeWaterGrade(rules, body, values);
  const worseThan = classes.map((target) => computeWaterGrade(rules, body, values, { target }).overTarget);
  const found = rules.limits.items.list.flatMap((item): ItemLimits[] => {
    const { code } = item;
    const limits = limitsOf(item, body);
    const graded = items.find((one) => one.code === code);
    const apart = referenceItems.find((one) => one.code === code);
    const heading = { code, direction: item.direction === 'none' ? null : item.direction, limits };
    if (apart !== undefined) return [{ ...heading, part: 'reference', grade: apart.grade, over: {} }];
    if (graded === undefined) return [];
    const over = worseThan.flatMap((worse, index) =>
      worse
        .filter((one) => one.code === code)
        .map(({ multiple }): [string, string | null] => [
          item.direction === 'range' ? anyClass : String(index + 1),
          multiple?.toString() ?? null,
        ]),
    );
    return [{ ...heading, part: 'grading', grade: graded.grade, over: Object.fromEntries(over) }];
  });
  return isSource ? [...found, ...compareSupplementary(rules, values)] : found;
}

function limitsOf(item: WaterItem, body: WaterBody): Record<string, string> {
  if (item.direction === 'none') return {};
  if (item.direction === 'range') return { [anyClass]: item.range.join('–') };
  const limits = item.limits[body] ?? [];
  return Object.fromEntries(limits.map((limit, index) => [String(index + 1), limit]));
}

function compareSupplementary({ limits }: WaterRules, values: WaterValues): ItemLimits[] {
  return limits.supplementary.list.flatMap(({ code, nameZh, limit }): ItemLimits[] => {
    const value = values.get(code);
    if (value?.gte(0) !== true) return [];
    const over = exceedance({ code, nameZh, value }, new Decimal(limit));
    return [
      {
        code,
        part: 'supplementary',
        grade: null,
        direction: 'max',
        limits: { [anyClass]: limit },
        over: over === undefined ? {} : { [anyClass]: over.multiple?.toString() ?? null },
      },
    ];
  });
}

function compareGroundwater({ groundwater }: WaterRules, values: WaterValues): ItemLimits[] {
  const judged = groundwater === undefined ? null : judgeGroundwater(groundwater, values);
  if (groundwater === undefined || judged === null) return [];
  const key = String(groundwaterClass);
  return groundwater.items.list
    .filter(({ code }) => judged.items.includes(code))
    .map((item): ItemLimits => {
      const failing = judged.failing.find(({ code }) => code === item.code);
      return {
        code: item.code,
        part: 'grading',
        grade: null,
        direction: 'range' in item ? 'range' : 'max',
        limits: { [key]: 'range' in item ? item.range.join('–') : item.limit },
        over: failing === undefined ? {} : { [key]: failing.multiple?.toString() ?? null },
      };
    });
}
