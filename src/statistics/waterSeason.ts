import { addMonths } from '../domain/calendar.js';
import type { WaterEvaluation } from '../domain/standard.js';
import type { WaterBody, WaterRules } from './waterGrade.js';
import {
  computeWaterMonths,
  type WaterPeriod,
  type WaterPeriodOptions,
  type WaterSample,
} from './waterMonths.js';

/** A calendar quarter or a water season (水期) of one year. */
export interface SeasonMonths {
  readonly code: string;
  readonly nameZh: string;
  /** Months `YYYY-MM` in order. A season across the new year counts to the year in which it ends. */
  readonly months: readonly string[];
}

/** A section over a season: means of items over its samples' months, and whether it has the samples it needs. */
export interface WaterSeason extends WaterPeriod {
  readonly season: SeasonMonths;
  /** Samples behind the measured months. */
  readonly samples: number;
  /** At least the samples that a season needs (2); fewer is 数据不足. */
  readonly sufficient: boolean;
}

/** The four calendar quarters of a year. */
export function quartersOf(year: number): SeasonMonths[] {
  return ['一', '二', '三', '四'].map((name, index) => ({
    code: `Q${index + 1}`,
    nameZh: `第${name}季度`,
    months: [1, 2, 3].map((month) => addMonths(`${year}-01`, index * 3 + month - 1)),
  }));
}

/**
 * The water seasons of a year by the evaluation's months (丰、平、枯水期, unconfirmed). Of a season that wraps the new
 * year, e.g. 12, 1, 2, the months from its first listed one to December lie in the year before; a season that does not
 * wrap may have a gap (平水期 3–5, 10–11).
 */
export function waterSeasonsOf(year: number, { seasons }: WaterEvaluation): SeasonMonths[] {
  return seasons.list.map(({ code, nameZh, months }) => {
    const wrapAt = months.findIndex((month, index) => month < (months[index - 1] ?? 0));
    const numbered = months.map((month, index) =>
      addMonths(`${index < wrapAt ? year - 1 : year}-01`, month - 1),
    );
    return { code, nameZh, months: numbered };
  });
}

/**
 * A section over one season: the mean of each item over the season's measured months, then graded; two samples or more
 * are needed (环办〔2011〕22号; count unconfirmed). Samples of other months are ignored.
 */
export function computeWaterSeason(
  rules: WaterRules,
  body: WaterBody,
  samples: readonly WaterSample[],
  season: SeasonMonths,
  options: WaterPeriodOptions = {},
): WaterSeason {
  const period = computeWaterMonths(rules, body, samples, season.months, options);
  const measured = period.months.filter(({ state }) => state === 'measured');
  const count = measured.reduce((total, month) => total + month.samples, 0);
  return {
    ...period,
    season,
    samples: count,
    sufficient: count >= rules.evaluation.period.seasonSamples,
  };
}
