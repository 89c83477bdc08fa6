import type { Decimal } from '../domain/decimal.js';
import type { DustRule, Pollutant } from '../domain/standard.js';
import type { DailyAqiReport } from './aqi.js';
import { computeShare } from './share.js';

/** The index of one day; `null` when there are no data. `dust`: a dust period touches the day. */
export interface DayIndex {
  readonly day: string;
  readonly report: DailyAqiReport | null;
  readonly dust: boolean;
}

/** A day that the dust-excluded ledger leaves out. */
export interface RemovedDay {
  readonly day: string;
  readonly aqi: number;
  readonly primary: readonly Pollutant[];
  readonly heavy: boolean;
}

/** Days by AQI. A day whose AQI is NA is no valid day. */
export interface DayCount {
  readonly valid: number;
  /** 优良天: AQI ≤ 100. */
  readonly good: number;
  /** 超标天: AQI > 100. */
  readonly exceeding: number;
  /** 重污染天: AQI > 200. */
  readonly heavy: number;
  readonly heavyDays: readonly string[];
  /** 优良天数比率: good ÷ valid × 100, unrounded; `null` without valid days. */
  readonly goodShare: Decimal | null;
}

export interface GoodDays {
  readonly withDust: DayCount;
  readonly withoutDust: DayCount & { readonly removed: readonly RemovedDay[] };
}

/**
 * Good and heavy days of a period in both ledgers (HJ 663; dust by 环办监测〔2016〕120号 under the named rule).
 *
 * Dust-excluded: a dust day with AQI above the rule's threshold (100) leaves numerator and denominator when all its
 * primary pollutants are PM10 or PM2.5. One tied with a gas stays, because the gas alone made it exceed (assumption).
 */
export function computeGoodDays(days: readonly DayIndex[], rule: DustRule): GoodDays {
  const removed = days.flatMap(({ day, report, dust }): RemovedDay[] => {
    if (!dust || report === null || report.aqi === null || report.aqi <= rule.exclusion.removeAbove)
      return [];
    const { aqi, primary } = report;
    const particles = primary.every((p) => rule.exclusion.pollutants.some((excluded) => excluded === p));
    return particles ? [{ day, aqi, primary, heavy: report.heavy === true }] : [];
  });
  const removedDays = new Set(removed.map(({ day }) => day));
  return {
    withDust: countDays(days),
    withoutDust: { ...countDays(days.filter(({ day }) => !removedDays.has(day))), removed },
  };
}

function countDays(days: readonly DayIndex[]): DayCount {
  const valid = days.filter(({ report }) => report !== null && report.aqi !== null);
  const good = valid.filter(({ report }) => report?.good === true).length;
  const heavyDays = valid.filter(({ report }) => report?.heavy === true).map(({ day }) => day);
  return {
    valid: valid.length,
    good,
    exceeding: valid.length - good,
    heavy: heavyDays.length,
    heavyDays,
    goodShare: computeShare(good, valid.length),
  };
}
