import { dayOfInstant, hourMs } from '../domain/calendar.js';
import { chooseStandard, type Standards } from '../domain/standard.js';
import { computeHourlyInputs, type TrailingHours } from '../statistics/hourlyInputs.js';
import { computeHourIndex } from '../statistics/indexVersion.js';
import type { AirHourItem } from '../statistics/siteDay.js';
import type { FactIndicator, FactLimit, FactRow } from './facts.js';

export const aqiIndicator: FactIndicator = { code: 'aqi', nameZh: 'AQI', unit: '', decimals: 0 };

/** The hourly values of a station from `firstAt` on, one for every hour; `null` where there is none that counts. */
export interface StationHours {
  readonly firstAt: number;
  readonly values: Readonly<Partial<Record<AirHourItem, readonly (number | null)[]>>>;
}

/**
 * The AQI of each hour that has 23 hours before it, by the version of HJ 633 in force on the Beijing day of the hour. What
 * the version does not publish (an item missing and the others low) is no value.
 */
export function hourlyAqiRows(
  { firstAt, values }: StationHours,
  standards: Standards,
): (FactRow & { readonly standardId: string })[] {
  const count = Math.max(0, ...Object.values(values).map((list) => list.length));
  const items = Object.entries(values).map(([item, list]) => [item, padded(list, count)] as const);
  return Array.from({ length: Math.max(0, count - 23) }, (_, index) => {
    const at = firstAt + (index + 23) * hourMs;
    const day = dayOfInstant(at);
    const trailing: TrailingHours = Object.fromEntries(
      items.map(([item, list]) => [item, list.slice(index, index + 24)]),
    );
    const inputs = computeHourlyInputs(
      trailing,
      chooseStandard(standards.airLimits, day),
      chooseStandard(standards.airEvaluation, day),
    );
    const { report, version } = computeHourIndex(standards.aqi, day, inputs);
    const { aqi } = report;
    return {
      at,
      until: at + hourMs,
      value: aqi === null ? null : String(aqi),
      flags: [],
      standardId: version.standardId,
    };
  });
}

function padded(list: readonly (number | null)[], length: number): readonly (number | null)[] {
  return list.length === length
    ? list
    : [...list, ...Array.from({ length: length - list.length }, () => null)];
}

/** The limit of an item for a class of GB 3838 on a day; `undefined` for items without one (WT, and TN of rivers). */
export function classLimitOf(
  { waterLimits }: Pick<Standards, 'waterLimits'>,
  day: string,
  body: 'river' | 'lake',
  grade: 1 | 2 | 3 | 4 | 5,
  code: string,
): FactLimit | undefined {
  const item = chooseStandard(waterLimits, day).items.list.find((one) => one.code === code);
  if (item === undefined || item.direction === 'none') return undefined;
  if (item.direction === 'range') return { direction: 'range', range: [item.range[0], item.range[1]] };
  const limit = item.limits[body]?.[grade - 1];
  return limit === undefined ? undefined : { direction: item.direction, limit };
}
