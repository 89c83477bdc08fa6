import type { Decimal } from '../domain/decimal.js';
import { pollutants, type AqiStandard, type HourlyInput, type Pollutant } from '../domain/standard.js';
import { concludeAqi, type AqiReport } from './aqi.js';
import { computeIaqi, type Iaqi } from './iaqi.js';

/** Concentrations of one hour and the sliding means that end with it; absent and `null` are missing. */
export type HourlyConcentrations = Readonly<Partial<Record<HourlyInput, Decimal | null>>>;

/**
 * The name of a version's own hourly rule, the one that its text prescribes.
 *
 * @throws RangeError when the version has none or several.
 */
export function officialHourlyRule(standard: AqiStandard): string {
  const names = Object.keys(standard.hourly).filter((name) => standard.hourly[name]?.judged === true);
  const [name] = names;
  if (name === undefined || names.length > 1)
    throw new RangeError(`${standard.id} has ${names.length} official hourly rules`);
  return name;
}

/** The index of an hour under a named rule; `official` is false for a rule that only reproduces what was published. */
export interface HourlyAqiReport extends AqiReport {
  readonly interval: 'hour';
  readonly rule: string;
  readonly official: boolean;
}

/**
 * The hourly index under a named rule of a version: `hj633-2012` (gases 1 h, O3 also sliding 8 h, PM sliding 24 h),
 * `hj633-2026` (all 1 h), or `cnemc-hourly-2012`, which the national platform published in the 2012 years (PM 1 h on
 * the 24 h breakpoints, O3 1 h) and which never feeds a judged figure.
 *
 * @throws RangeError when the version has no such rule.
 */
export function computeHourlyAqi(
  standard: AqiStandard,
  ruleName: string,
  hour: HourlyConcentrations,
): HourlyAqiReport {
  const rule = standard.hourly[ruleName];
  if (rule === undefined) throw new RangeError(`${standard.id} has no hourly rule ${ruleName}`);
  const entries = pollutants.map((pollutant): [Pollutant, Iaqi] => {
    const results = rule.terms
      .filter((term) => term.pollutant === pollutant)
      .map(({ averaging, input, fallback }) => {
        const first = computeIaqi(standard, pollutant, averaging, hour[input] ?? null);
        if (fallback === undefined || first.rule !== fallback.rule) return first;
        return computeIaqi(standard, pollutant, fallback.averaging, hour[fallback.input] ?? null);
      });
    return [pollutant, largest(results)];
  });
  const items = Object.fromEntries(entries) as Record<Pollutant, Iaqi>;
  return {
    ...concludeAqi(standard, items, rule.requiresAllUpTo, new Set()),
    interval: 'hour',
    rule: ruleName,
    official: rule.judged,
  };
}

function largest(results: readonly Iaqi[]): Iaqi {
  const none: Iaqi = { iaqi: null, rounded: null, rule: 'not_defined' };
  return results.reduce(
    (best, one) => ((one.iaqi ?? -1) > (best.iaqi ?? -1) ? one : best),
    results[0] ?? none,
  );
}
