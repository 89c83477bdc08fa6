import { createRandom, type Random } from './random.js';

/** A standard normal number (Box–Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** How generated days vary: daily values are `base` · exp(season + level of the year + spells). */
export interface DailyModel {
  readonly base: number;
  /** Half the range of the season in logarithms; highest in January. */
  readonly season: number;
  /** Standard deviation of the levels of years. */
  readonly level: number;
  /** Standard deviations of spells of days (autocorrelation 0.7) and of months (0.985). */
  readonly spell: number;
  readonly regime: number;
}

/** Years of 365 daily values with season, the year's own level, and weather that lasts. */
export function generateYears(seed: number, count: number, model: DailyModel): number[][] {
  const random = createRandom(seed);
  let [spell, regime] = [0, 0];
  return Array.from({ length: count }, () => {
    const level = model.level * normal(random);
    return Array.from({ length: 365 }, (_, day) => {
      spell = 0.7 * spell + model.spell * Math.sqrt(1 - 0.49) * normal(random);
      regime = 0.985 * regime + model.regime * Math.sqrt(1 - 0.985 ** 2) * normal(random);
      const season = model.season * Math.cos((2 * Math.PI * (day - 10)) / 365);
      return model.base * Math.exp(season + level + spell + regime);
    });
  });
}

/** How the monthly values of sections vary: `base` · exp(season + level of the year + month, partly shared). */
export interface MonthlyModel {
  readonly season: number;
  readonly level: number;
  /** Standard deviations of what all sections share in a month (autocorrelation 0.5), and of each section's own. */
  readonly shared: number;
  readonly own: number;
}

/** Years of 12 monthly values of several sections, each around a base of its own. */
export function generateSectionYears(
  seed: number,
  count: number,
  bases: readonly number[],
  model: MonthlyModel,
): number[][][] {
  const random = createRandom(seed);
  let shared = 0;
  return Array.from({ length: count }, () => {
    const level = model.level * normal(random);
    const months = Array.from({ length: 12 }, (_, month) => {
      shared = 0.5 * shared + model.shared * Math.sqrt(1 - 0.25) * normal(random);
      const season = model.season * Math.cos((2 * Math.PI * (month - 1)) / 12);
      return bases.map((base) => base * Math.exp(season + level + shared + model.own * normal(random)));
    });
    return bases.map((_, section) => months.map((values) => values[section]!));
  });
}
