import type { ActiveRules } from './qualityRule.js';
import { chooseStandard, type GroundwaterLimits, type Standards, type WaterLimits } from './standard.js';
import type { SectionBody } from './waterBody.js';

/** What a row's own values are held against. */
export interface RowChecks {
  readonly rules: ActiveRules;
  /** Plausible bounds by indicator; left out where decoding has compared them already. */
  readonly bounds?: ReadonlyMap<string, { readonly min: number; readonly max: number }>;
  /** Item → limit of the section's class. */
  readonly classLimits?: ReadonlyMap<string, number> | undefined;
}

/**
 * The automatic checks that need one row: outside the plausible range, PM2.5 above PM10 (both values are named, for
 * neither is known to be the wrong one), and a detection limit above the limit of the section's class, with which half
 * of it may pass although the water does not.
 *
 * @param detectionLimits item → limit, for values below it; such a value is outside no range
 * @returns [indicator, rule] of every suspicion
 */
export function findSuspectsOfRow(
  columns: readonly string[],
  values: readonly (number | null)[],
  detectionLimits: ReadonlyMap<string, number>,
  { rules, bounds, classLimits }: RowChecks,
): [indicator: string, rule: 'range' | 'inversion' | 'detection-limit'][] {
  const found: ReturnType<typeof findSuspectsOfRow> = [];
  if (rules.range && bounds !== undefined) {
    columns.forEach((column, index) => {
      const value = values[index] ?? null;
      const bound = bounds.get(column);
      if (value === null || bound === undefined || detectionLimits.has(column)) return;
      if (value < bound.min || value > bound.max) found.push([column, 'range']);
    });
  }
  const fine = values[columns.indexOf('pm25')] ?? null;
  const coarse = values[columns.indexOf('pm10')] ?? null;
  if (rules.inversionMargin !== undefined && fine !== null && coarse !== null) {
    if (fine > coarse + rules.inversionMargin) found.push(['pm25', 'inversion'], ['pm10', 'inversion']);
  }
  for (const [item, limit] of detectionLimits) {
    const most = classLimits?.get(item);
    if (rules.detectionLimit !== undefined && most !== undefined && limit > most)
      found.push([item, 'detection-limit']);
  }
  return found;
}

/** The upper limits by item that hold for a body of water on a day; for groundwater those of Ⅲ, whatever the class. */
export function upperLimitsOf(
  { waterLimits, groundwaterLimits }: Pick<Standards, 'waterLimits' | 'groundwaterLimits'>,
  day: string,
  body: SectionBody,
  grade: number,
): ReadonlyMap<string, number> {
  if (body === 'groundwater') return groundwaterLimitsOf(chooseStandard(groundwaterLimits, day));
  return classLimitsOf(chooseStandard(waterLimits, day), body, grade);
}

function groundwaterLimitsOf(limits: GroundwaterLimits): ReadonlyMap<string, number> {
  return new Map(
    limits.items.list.flatMap((item): [string, number][] =>
      'limit' in item ? [[item.code, Number(item.limit)]] : [],
    ),
  );
}

/** The upper limits of a class of GB 3838 by item; oxygen and pH, which are no upper limits, are absent. */
function classLimitsOf(
  limits: WaterLimits,
  body: 'river' | 'lake',
  grade: number,
): ReadonlyMap<string, number> {
  return new Map(
    limits.items.list.flatMap((item): [string, number][] => {
      const text = item.direction === 'max' ? item.limits[body]?.[grade - 1] : undefined;
      return text === undefined ? [] : [[item.code, Number(text)]];
    }),
  );
}
