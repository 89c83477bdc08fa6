import type { Decimal } from '../domain/decimal.js';
import { pollutants, type AqiLevel, type AqiStandard, type Pollutant } from '../domain/standard.js';
import { computeIaqi, type Iaqi } from './iaqi.js';

/** Daily concentrations of a point or county: 24 h means, O3 daily maxima; µg/m³, CO mg/m³; `null` is missing. */
export interface DailyConcentrations {
  readonly so2: Decimal | null;
  readonly no2: Decimal | null;
  readonly co: Decimal | null;
  readonly o3_8h: Decimal | null;
  readonly o3_1h: Decimal | null;
  readonly pm10: Decimal | null;
  readonly pm25: Decimal | null;
}

/** The index of a day or hour under one named version. */
export interface AqiReport {
  readonly standardId: string;
  /** What was indexed: good and heavy days, and all that is judged, take a `day` only. */
  readonly interval: 'day' | 'hour';
  readonly items: Readonly<Record<Pollutant, Iaqi>>;
  /** Items without an IAQI that count as missing, and those that may be missing (printed as `/`). */
  readonly missing: readonly Pollutant[];
  readonly exempt: readonly Pollutant[];
  /** The maximum of what is there; `null` when there is nothing. */
  readonly calculated: number | null;
  /** What may be published; `null` is NA. All that follows is empty or `null` then. */
  readonly aqi: number | null;
  readonly level: AqiLevel | null;
  readonly primary: readonly Pollutant[];
  readonly over100: readonly Pollutant[];
  readonly good: boolean | null;
  readonly heavy: boolean | null;
}

/** The index of a day: the only kind that good days, heavy days and verdicts accept. */
export interface DailyAqiReport extends AqiReport {
  readonly interval: 'day';
}

/**
 * The daily AQI of HJ 633 (2012 clause 6; 2026 clause 4 with the completeness rule of clause 5.3).
 *
 * @param exempt items outside the monitoring plan that may be missing (2026 clause 5.3.2); one with a value takes part
 *   like any other, and a version that knows no exemption treats it as missing.
 */
export function computeDailyAqi(
  standard: AqiStandard,
  day: DailyConcentrations,
  exempt: ReadonlySet<Pollutant> = new Set(),
): DailyAqiReport {
  const items = {
    so2: computeIaqi(standard, 'so2', '24h', day.so2),
    no2: computeIaqi(standard, 'no2', '24h', day.no2),
    co: computeIaqi(standard, 'co', '24h', day.co),
    o3: computeDailyO3(standard, day),
    pm10: computeIaqi(standard, 'pm10', '24h', day.pm10),
    pm25: computeIaqi(standard, 'pm25', '24h', day.pm25),
  };
  const allowed = standard.daily.allowsExempt ? exempt : new Set<Pollutant>();
  return { ...concludeAqi(standard, items, standard.daily.requiresAllUpTo, allowed), interval: 'day' };
}

/**
 * AQI, level and primary pollutants from the six IAQI. With items missing and `requiresAllUpTo` given, an AQI up to
 * that value is not published (2026 clause 5.3.1). Ties are judged on the rounded-up integers.
 */
export function concludeAqi(
  standard: AqiStandard,
  items: Readonly<Record<Pollutant, Iaqi>>,
  requiresAllUpTo: number | null,
  exempt: ReadonlySet<Pollutant>,
): Omit<AqiReport, 'interval'> {
  const absent = pollutants.filter((p) => items[p].iaqi === null);
  const missing = absent.filter((p) => !exempt.has(p));
  const present = pollutants.flatMap((p) => items[p].iaqi ?? []);
  const calculated = present.length === 0 ? null : Math.max(...present);
  const withheld =
    calculated !== null && missing.length > 0 && requiresAllUpTo !== null && calculated <= requiresAllUpTo;
  const aqi = withheld ? null : calculated;
  const { primaryAbove, goodUpTo, heavyAbove } = standard.days;
  return {
    standardId: standard.id,
    items,
    missing,
    exempt: absent.filter((p) => exempt.has(p)),
    calculated,
    aqi,
    level: aqi === null ? null : (standard.levels.list.find(({ upTo }) => aqi <= upTo) ?? null),
    primary: aqi === null || aqi <= primaryAbove ? [] : pollutants.filter((p) => items[p].iaqi === aqi),
    over100: aqi === null ? [] : pollutants.filter((p) => (items[p].iaqi ?? 0) > goodUpTo),
    good: aqi === null ? null : aqi <= goodUpTo,
    heavy: aqi === null ? null : aqi > heavyAbove,
  };
}

/** An IAQI as official tables print it: the number, `/` for an exempt item, `NA` for a missing one. */
export function printIaqi(report: Pick<AqiReport, 'items' | 'exempt'>, pollutant: Pollutant): string {
  const { iaqi } = report.items[pollutant];
  if (iaqi !== null) return String(iaqi);
  return report.exempt.includes(pollutant) ? '/' : 'NA';
}

function computeDailyO3(standard: AqiStandard, day: DailyConcentrations): Iaqi {
  const eight = computeIaqi(standard, 'o3', '8h', day.o3_8h);
  const { o3OneHour } = standard.daily;
  if (o3OneHour === 'never' || (o3OneHour === 'above-8h-table' && eight.rule !== 'use_o3_1h')) return eight;
  const one = computeIaqi(standard, 'o3', '1h', day.o3_1h);
  // Without a 1 h value the result keeps saying that one is needed.
  return one.iaqi !== null && one.iaqi > (eight.iaqi ?? -1) ? one : eight;
}
