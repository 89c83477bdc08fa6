import { expect, test } from '@jest/globals';
import { addDays, daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { limits2012 } from '../statistics/standards.fixture.js';
import { judgeAnnualMean, type JudgedDay } from './judgeAnnualMean.js';
import { createRandom, type Random } from './random.js';
import { planTarget } from './targets.fixture.js';

/** A year of daily values with season, the year's own level, and weather that lasts (autocorrelation 0.7 and 0.985). */
function generateYears(seed: number, count: number): number[][] {
  const random = createRandom(seed);
  let [spell, regime] = [0, 0];
  return Array.from({ length: count }, () => {
    const level = 0.06 * normal(random);
    return Array.from({ length: 365 }, (_, day) => {
      spell = 0.7 * spell + 0.45 * Math.sqrt(1 - 0.49) * normal(random);
      regime = 0.985 * regime + 0.1 * Math.sqrt(1 - 0.985 ** 2) * normal(random);
      return 60 * Math.exp(0.5 * Math.cos((2 * Math.PI * (day - 10)) / 365) + level + spell + regime);
    });
  });
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The share of held-back years whose mean lies within the interval stated from the others. */
function coverage(years: number, series: number): number {
  let [inside, all] = [0, 0];
  const dates = daysInRange('2025-01-01', '2026-01-01');
  const target = planTarget(20);
  for (let seed = 1; seed <= series; seed += 1) {
    const generated = generateYears(seed * 17, years);
    generated.forEach((held, index) => {
      const others = generated.filter((_, other) => other !== index);
      const toDay = (year: number, values: readonly number[], upTo: number): JudgedDay[] =>
        dates.slice(0, upTo).map((day, at) => ({
          day: `${year}${day.slice(4)}`,
          judged: new Decimal(values[at]!.toFixed(3)),
          other: null,
          basis: null,
        }));
      const history = others.flatMap((values, back) => toDay(2024 - back, values, 365));
      const truth = held.reduce((sum, value) => sum + value, 0) / 365;
      for (const elapsed of [60, 181, 304]) {
        const days = [...history, ...toDay(2025, held, elapsed)];
        const input = { days, limits: limits2012, dailyDecimals: null, standards: [] };
        const asOf = addDays('2025-01-01', elapsed - 1);
        const { projection } = judgeAnnualMean(target, input, asOf);
        all += 1;
        if (truth >= Number(projection!.low) && truth <= Number(projection!.high)) inside += 1;
      }
    });
  }
  return inside / all;
}

// Measured on 72 held-back years after 60, 181 and 304 days: 79, 81, 89 % with five earlier years, 71, 71, 81 % with two.
test('an 80 % interval from five earlier years holds the held-back year in 70 to 90 % of cases', () => {
  const share = coverage(6, 4);
  expect(share).toBeGreaterThanOrEqual(0.7);
  expect(share).toBeLessThanOrEqual(0.9);
});

test('from two earlier years it holds in 55 to 90 %', () => {
  const share = coverage(3, 6);
  expect(share).toBeGreaterThanOrEqual(0.55);
  expect(share).toBeLessThanOrEqual(0.9);
});
