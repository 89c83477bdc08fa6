import { Decimal } from '../../domain/decimal.js';

type Dimension = 'mass-per-volume' | 'share' | 'area' | 'count-per-volume' | 'conductivity' | 'temperature';

interface UnitMeaning {
  readonly dimension: Dimension;
  /** How many base units one of it is: g/m³, 1, 亩, 1/L, µS/cm, ℃. */
  readonly factor: string;
}

// Spellings are folded by `foldUnit` first: full-width, superscripts, both micro signs and blanks are gone.
const unitTable: readonly (readonly [Dimension, string, readonly string[]])[] = [
  ['mass-per-volume', '1000', ['g/l', '克/升']],
  ['mass-per-volume', '1', ['g/m3', 'mg/l', 'mgl-1', 'mg.l-1', '毫克/升', '毫克每升', '克/立方米']],
  ['mass-per-volume', '0.001', ['mg/m3', 'mgm-3', 'mg.m-3', 'ug/l', 'ugl-1', '毫克/立方米', '毫克每立方米', '微克/升', '毫克/m3', '微克每升']],
  ['mass-per-volume', '0.000001', ['ug/m3', 'ugm-3', 'ug.m-3', 'ng/l', '微克/立方米', '微克每立方米', '微克/m3', '纳克/升']],
  ['mass-per-volume', '0.000000001', ['ng/m3', '纳克/立方米']],
  ['share', '0.01', ['%', '百分比', '百分数', 'percent', 'pct']],
  ['share', '0.001', ['‰', '千分比']],
  ['area', '1', ['亩', 'mu']],
  ['area', '10000', ['万亩']],
  ['area', '15', ['公顷', 'hm2', 'ha', 'hectare']],
  ['area', '150000', ['万公顷']],
  ['area', '1500', ['平方公里', '平方千米', 'km2']],
  ['count-per-volume', '1', ['个/l', '个/升', 'mpn/l', 'cfu/l', 'cells/l', 'cell/l', '细胞/l']],
  ['count-per-volume', '10', ['mpn/100ml', '个/100ml', 'cfu/100ml']],
  ['count-per-volume', '1000', ['个/ml', 'cells/ml', 'mpn/ml', 'cfu/ml']],
  ['count-per-volume', '10000', ['万个/l', '万cells/l', '万个/升']],
  ['conductivity', '1', ['us/cm']],
  ['conductivity', '1000', ['ms/cm']],
  ['conductivity', '10', ['ms/m']],
  ['temperature', '1', ['℃', '°c', '摄氏度', 'c', '度']],
]; // prettier-ignore

const meanings = new Map<string, UnitMeaning>();
for (const [dimension, factor, spellings] of unitTable) {
  for (const spelling of spellings) meanings.set(foldUnit(spelling), { dimension, factor });
}

// Known to be units, and of no quantity that is stored: they must not pass for a remark in brackets.
const foreignUnits = new Set(
  ['ppm', 'ppb', 'ppmv', 'ppbv', 'pptv', 'mol/m3', 'umol/mol', 'nmol/mol', 'mmol/l', '°f', '℉'].map(foldUnit),
);

/** Folds the spellings of a unit into one: `㎍/㎥`, `μg/m³`, `µg / m^3` and `UG/M3` all become `ug/m3`. */
export function foldUnit(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[\s^]+/g, '')
    .replace(/μ/g, 'u')
    .replace(/·/g, '.')
    .replace(/−|–/g, '-')
    .replace(/^°c$/, '℃')
    .replace(/(?<=^ug\/m3)lc$|(?<=^ug\/m3)stp$/, '');
}

/** Whether a text in a header's brackets is meant as a unit, known or not, and not as a remark such as `1小时`. */
export function looksLikeUnit(text: string): boolean {
  const folded = foldUnit(text);
  if (folded === '') return false;
  return meanings.has(folded) || foreignUnits.has(folded) || /^[a-z%]{1,8}\/[a-z0-9]{1,6}$/.test(folded);
}

/** How values in one unit become values in another. */
export interface UnitConversion {
  /** Exact factor; `undefined` when nothing changes. */
  readonly factor: Decimal | undefined;
}

/**
 * The exact conversion from a unit to the unit of storage, or `undefined` when there is none: another dimension
 * (ppm for a mass concentration), a unit that is not known, or a factor that is no finite decimal (亩 to 公顷).
 */
export function convertUnit(from: string, to: string): UnitConversion | undefined {
  const foldedFrom = foldUnit(from);
  const foldedTo = foldUnit(to);
  if (foldedFrom === foldedTo) return { factor: undefined };
  if (isDimensionless(foldedFrom) && isDimensionless(foldedTo)) return { factor: undefined };
  const source = meanings.get(foldedFrom);
  const target = meanings.get(foldedTo);
  if (source === undefined || target === undefined || source.dimension !== target.dimension) return undefined;
  if (source.factor === target.factor) return { factor: undefined };
  const factor = new Decimal(source.factor).div(target.factor);
  return factor.times(target.factor).eq(source.factor) ? { factor } : undefined;
}

function isDimensionless(folded: string): boolean {
  return ['', '-', '--', '/', '无', '无量纲', '1', '级', '类'].includes(folded);
}
