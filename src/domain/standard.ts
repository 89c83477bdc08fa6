import { Decimal } from './decimal.js';
import {
  standardSchema,
  type AirEvaluation,
  type AirLimits,
  type AqiStandard,
  type Averaging,
  type DustRule,
  type GroundwaterLimits,
  type ProjectionRule,
  type Pollutant,
  type Provenance,
  type Standard,
  type WaterEvaluation,
  type WaterLimits,
} from './standardSchema.js';

export * from './standardSchema.js';

/** All versions of every standard, each list in order of `validFrom`. */
export interface Standards {
  readonly airLimits: readonly AirLimits[];
  readonly aqi: readonly AqiStandard[];
  readonly airEvaluation: readonly AirEvaluation[];
  readonly dust: readonly DustRule[];
  readonly waterLimits: readonly WaterLimits[];
  readonly waterEvaluation: readonly WaterEvaluation[];
  readonly groundwaterLimits: readonly GroundwaterLimits[];
  /** May be empty (a database that has none yet): the defaults hold then. */
  readonly projection: readonly ProjectionRule[];
}

/**
 * Checks the contents of `seeds/standards`: an object from file name to its parsed JSON, one standard per file.
 *
 * @throws Error naming file and field when a shape is wrong, an id occurs twice, breakpoints do not ascend, versions
 *   of one kind overlap, or a kind is absent.
 */
export function parseStandards(json: unknown): Standards {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new Error('standards: expected an object from file name to content');
  const standards = parseSomeStandards(json);
  for (const [name, versions] of Object.entries(standards))
    if (name !== 'projection' && (versions as readonly unknown[]).length === 0)
      throw new Error(`standards: none of kind ${kindNames[name as keyof Standards]}`);
  return standards;
}

const kindNames: Readonly<Record<keyof Standards, Standard['kind']>> = {
  airLimits: 'air-limits',
  aqi: 'aqi',
  airEvaluation: 'air-evaluation',
  dust: 'dust',
  waterLimits: 'water-limits',
  waterEvaluation: 'water-evaluation',
  groundwaterLimits: 'groundwater-limits',
  projection: 'projection',
};

/** `parseStandards` of an extract: kinds may be absent, and are empty lists then. */
export function parseSomeStandards(json: object): Standards {
  const list = Object.entries(json).map(([file, content]) => parseStandard(file, content));
  const ids = list.map(({ id }) => id);
  const twice = ids.find((id, index) => ids.indexOf(id) !== index);
  if (twice !== undefined) throw new Error(`standards: id ${twice} occurs twice`);
  return {
    airLimits: versionsOf(list, 'air-limits'),
    aqi: versionsOf(list, 'aqi'),
    airEvaluation: versionsOf(list, 'air-evaluation'),
    dust: versionsOf(list, 'dust'),
    waterLimits: versionsOf(list, 'water-limits'),
    waterEvaluation: versionsOf(list, 'water-evaluation'),
    groundwaterLimits: versionsOf(list, 'groundwater-limits'),
    projection: list.some(({ kind }) => kind === 'projection') ? versionsOf(list, 'projection') : [],
  };
}

/**
 * The version in force on the day OF THE DATA (never the day of the calculation).
 *
 * A day before the first version uses the first one: data from 2013 on exist under the 2012 generation, which took
 * force in stages before its nationwide date 2016-01-01 (assumption). A day in a gap between versions uses the one
 * before the gap. The list is in order of `validFrom`, as `parseStandards` gives it.
 */
export function chooseStandard<T extends { readonly validFrom: string }>(list: readonly T[], day: string): T {
  const chosen = list.findLast((candidate) => candidate.validFrom <= day) ?? list[0];
  if (chosen === undefined) throw new RangeError('chooseStandard: there is no standard to choose from');
  return chosen;
}

/** A limit of GB 3095 in its own unit; level 2 is that of residential and rural areas. `undefined`: there is none. */
export function findLimit(
  limits: AirLimits,
  pollutant: Pollutant,
  averaging: Averaging,
  level: 1 | 2 = 2,
): Decimal | undefined {
  const found = limits.limits.list.find((l) => l.pollutant === pollutant && l.averaging === averaging);
  return found && new Decimal(level === 1 ? found.level1 : found.level2);
}

/** An unconfirmed group of a standard, to be shown beside the figures that rest on it. */
export interface Assumption {
  readonly path: string;
  readonly zh: string;
  readonly en: string;
}

// Standards are never changed once read, and are asked for theirs with every figure.
const assumptions = new WeakMap<Standard, readonly Assumption[]>();

/** Every unconfirmed group of a standard. */
export function listAssumptions(of: Standard): readonly Assumption[] {
  let found = assumptions.get(of);
  if (found === undefined) assumptions.set(of, (found = findAssumptions(of)));
  return found;
}

function findAssumptions(of: Standard): readonly Assumption[] {
  const found: Assumption[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    const { status, assumption } = value as Partial<Provenance>;
    if (status === 'unconfirmed' && assumption) found.push({ path, ...assumption });
    for (const [key, inner] of Object.entries(value)) visit(inner, path === '' ? key : `${path}.${key}`);
  };
  visit(of, '');
  return found;
}

function parseStandard(file: string, content: unknown): Standard {
  const result = standardSchema.safeParse(content);
  if (!result.success) {
    const [issue] = result.error.issues;
    throw new Error(`${file}: ${issue?.path.join('.') || '(root)'}: ${issue?.message ?? 'is invalid'}`);
  }
  const parsed = result.data;
  if (parsed.validTo !== null && parsed.validTo <= parsed.validFrom)
    throw new Error(`${file}: validTo: is not after validFrom`);
  if (parsed.kind === 'aqi') checkSeries(file, parsed);
  if (parsed.kind === 'water-evaluation') checkSeasons(file, parsed);
  if (parsed.kind === 'projection') checkProjection(file, parsed);
  return parsed;
}

function checkSeries(file: string, { iaqiPoints, series }: AqiStandard): void {
  series.list.forEach(({ points }, index) => {
    const numbers = points.map((point) => new Decimal(point));
    const ascending = numbers.every((point, i) => i === 0 || point.gt(numbers[i - 1] ?? 0));
    if (!ascending || points.length > iaqiPoints.length)
      throw new Error(`${file}: series.list.${index}.points: must ascend, at most one per IAQI point`);
  });
}

function checkSeasons(file: string, { seasons }: WaterEvaluation): void {
  const months = seasons.list.flatMap((season) => season.months);
  if (new Set(months).size !== months.length)
    throw new Error(`${file}: seasons.list: a month belongs to two seasons`);
}

function checkProjection(file: string, { drawing, interval, risk }: ProjectionRule): void {
  const between = (text: string): boolean => Number(text) > 0 && Number(text) < 1;
  if (!between(interval.level)) throw new Error(`${file}: interval.level: must lie between 0 and 1`);
  if (!(Number(drawing.historyShare) > 0 && Number(drawing.historyShare) <= 1))
    throw new Error(`${file}: drawing.historyShare: must be above 0, at most 1`);
  const [low, high] = drawing.shiftBounds.map(Number) as [number, number];
  if (!(low > 0 && low <= 1 && high >= 1))
    throw new Error(`${file}: drawing.shiftBounds: must enclose 1 and be positive`);
  if (risk.keptDraws > risk.ofDraws) throw new Error(`${file}: risk.keptDraws: more than all draws`);
}

function versionsOf<K extends Standard['kind']>(
  list: readonly Standard[],
  kind: K,
): Extract<Standard, { kind: K }>[] {
  const versions = list
    .filter((s): s is Extract<Standard, { kind: K }> => s.kind === kind)
    .sort((a, b) => (a.validFrom < b.validFrom ? -1 : 1));
  versions.forEach((version, index) => {
    const next = versions[index + 1];
    if (next && (version.validTo === null || version.validTo > next.validFrom))
      throw new Error(`standards: ${version.id} overlaps ${next.id}`);
  });
  return versions;
}
