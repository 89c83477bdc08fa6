import { chooseStandard, type AqiStandard, type Pollutant } from '../domain/standard.js';
import { computeDailyAqi, type DailyAqiReport, type DailyConcentrations } from './aqi.js';
import {
  computeHourlyAqi,
  officialHourlyRule,
  type HourlyAqiReport,
  type HourlyConcentrations,
} from './hourlyAqi.js';

/** Under which version an index was made, and whether that is the one in force on its day. */
export interface IndexVersion {
  readonly standardId: string;
  /** True when the day's own version is another one: the index is a restatement, never what was published. */
  readonly restated: boolean;
  readonly zh: string;
  readonly en: string;
}

/** A report with the label under which it must be shown. */
export interface Labelled<T> {
  readonly report: T;
  readonly version: IndexVersion;
}

/**
 * The daily index of a day under the version in force ON THAT DAY or, when `restatedUnder` names one, under that
 * version for every day, e.g. to compare the good-day shares of two years across 2026-03-01; labelled accordingly.
 *
 * @throws RangeError for a version that does not exist.
 */
export function computeDayIndex(
  versions: readonly AqiStandard[],
  day: string,
  concentrations: DailyConcentrations,
  options: { readonly restatedUnder?: string | undefined; readonly exempt?: ReadonlySet<Pollutant> } = {},
): Labelled<DailyAqiReport> {
  const standard = pickVersion(versions, day, options.restatedUnder);
  return {
    report: computeDailyAqi(standard, concentrations, options.exempt),
    version: describeVersion(versions, day, standard),
  };
}

/**
 * The hourly index by the official rule of the version in force on the Beijing day that the hour belongs to, or
 * restated like `computeDayIndex`.
 *
 * @throws RangeError for a version that does not exist.
 */
export function computeHourIndex(
  versions: readonly AqiStandard[],
  day: string,
  concentrations: HourlyConcentrations,
  restatedUnder?: string,
): Labelled<HourlyAqiReport> {
  const standard = pickVersion(versions, day, restatedUnder);
  return {
    report: computeHourlyAqi(standard, officialHourlyRule(standard), concentrations),
    version: describeVersion(versions, day, standard),
  };
}

function pickVersion(
  versions: readonly AqiStandard[],
  day: string,
  restatedUnder: string | undefined,
): AqiStandard {
  if (restatedUnder === undefined) return chooseStandard(versions, day);
  const named = versions.find(({ id }) => id === restatedUnder);
  if (named === undefined) throw new RangeError(`there is no AQI version ${restatedUnder}`);
  return named;
}

function describeVersion(versions: readonly AqiStandard[], day: string, used: AqiStandard): IndexVersion {
  const own = chooseStandard(versions, day);
  const { id } = used;
  if (own.id === id) return { standardId: id, restated: false, zh: `按 ${id}`, en: `under ${id}` };
  return {
    standardId: id,
    restated: true,
    zh: `按 ${id} 重算（当天生效的是 ${own.id}）`,
    en: `restated under ${id} (in force on the day: ${own.id})`,
  };
}
