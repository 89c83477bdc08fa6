import { ceilToInteger, Decimal, roundHalfEven } from '../domain/decimal.js';
import type { AqiStandard, Averaging, IaqiRule, Pollutant } from '../domain/standard.js';

/** An individual index: `null` where the standard gives none from this value, printed as NA. */
export interface Iaqi {
  readonly iaqi: number | null;
  /** The concentration that entered the formula; `null` when missing or negative. */
  readonly rounded: Decimal | null;
  readonly rule: IaqiRule;
}

type Series = AqiStandard['series']['list'][number];
interface Table {
  readonly above: Series['above'];
  /** Breakpoints, beside the IAQI of each. */
  readonly points: readonly Decimal[];
  readonly indexes: readonly number[];
}

// Doubles err by less than 1e-9 here: only a result this near to an integer needs exact decimals.
const doubtful = 1e-6;
const tables = new WeakMap<AqiStandard, Map<string, Table>>();
const none: Iaqi = { iaqi: null, rounded: null, rule: 'not_defined' };

/**
 * The IAQI of one concentration (µg/m³, CO mg/m³): HJ 633 formula (1) between the neighbouring breakpoints, rounded up
 * to an integer (2012 clause 6.2, 2026 clause 4.2.6). The concentration is rounded first only where the version says
 * so (2026 clause 4.2.2). Above the last breakpoint the series' own rule holds.
 *
 * A missing or negative concentration, and an averaging for which the version has no breakpoints, has no IAQI.
 */
export function computeIaqi(
  standard: AqiStandard,
  pollutant: Pollutant,
  averaging: Averaging,
  concentration: Decimal | null,
): Iaqi {
  if (concentration === null || concentration.lt(0)) return none;
  const rounded = roundInput(standard, pollutant, concentration);
  const table = tableOf(standard, pollutant, averaging);
  if (table === undefined) return { iaqi: null, rounded, rule: 'not_defined' };
  const last = table.points.at(-1);
  if (last === undefined || rounded.gt(last)) return { ...table.above, rounded };
  return { iaqi: interpolate(table, rounded), rounded, rule: 'table' };
}

/** Whether a version gives an IAQI for a pollutant and averaging at all. */
export function hasSeries(standard: AqiStandard, pollutant: Pollutant, averaging: Averaging): boolean {
  return tableOf(standard, pollutant, averaging) !== undefined;
}

function roundInput(standard: AqiStandard, pollutant: Pollutant, concentration: Decimal): Decimal {
  const { decimals } = standard.inputRounding;
  return decimals === null ? concentration : roundHalfEven(concentration, decimals[pollutant]);
}

/** The index for a concentration inside the table; doubles decide where they cannot be wrong. */
function interpolate({ points, indexes }: Table, concentration: Decimal): number {
  // The upper end is the first breakpoint that is not below; touching segments agree at their common point.
  let hi = 1;
  while (hi < points.length - 1 && concentration.gt(points[hi] ?? 0)) hi += 1;
  const [bpLo = new Decimal(0), bpHi = new Decimal(0)] = points.slice(hi - 1, hi + 1);
  const [iaqiLo = 0, iaqiHi = 0] = indexes.slice(hi - 1, hi + 1);
  const low = bpLo.toNumber();
  const quotient = ((iaqiHi - iaqiLo) * (concentration.toNumber() - low)) / (bpHi.toNumber() - low);
  if (Math.abs(quotient - Math.round(quotient)) > doubtful) return iaqiLo + Math.ceil(quotient);
  return iaqiLo + ceilOfQuotient(concentration.minus(bpLo).times(iaqiHi - iaqiLo), bpHi.minus(bpLo));
}

/**
 * ceil(numerator / denominator) for a long decimal, proof against the quotient being rounded at 40 places: that never
 * passes a whole number, but may fall back on one from a hair above.
 */
function ceilOfQuotient(numerator: Decimal, denominator: Decimal): number {
  const guess = ceilToInteger(numerator.div(denominator));
  if (guess.times(denominator).lt(numerator)) return guess.toNumber() + 1;
  return guess.toNumber();
}

function tableOf(standard: AqiStandard, pollutant: Pollutant, averaging: Averaging): Table | undefined {
  let compiled = tables.get(standard);
  if (compiled === undefined) {
    compiled = new Map(
      standard.series.list.map((s) => [`${s.pollutant} ${s.averaging}`, compile(standard, s)]),
    );
    tables.set(standard, compiled);
  }
  return compiled.get(`${pollutant} ${averaging}`);
}

function compile(standard: AqiStandard, series: Series): Table {
  return {
    above: series.above,
    points: series.points.map((point) => new Decimal(point)),
    indexes: standard.iaqiPoints.slice(0, series.points.length),
  };
}
