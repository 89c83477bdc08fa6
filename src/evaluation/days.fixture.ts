import { daysInRange } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { computeDailyAqi, type DailyConcentrations } from '../statistics/aqi.js';
import { aqi2012, aqi2026, dustRule, limits2012 } from '../statistics/standards.fixture.js';
import type { DaysInput } from './judgeDays.js';

type Day = DaysInput['days'][number];
/** What a day is like. */
export type Kind = 'good' | 'bad' | 'heavy' | 'dust-bad' | 'dust-heavy' | 'dust-tie' | 'dust-good' | 'na';

const concentrations = (change: Partial<Record<keyof DailyConcentrations, number>>): DailyConcentrations => {
  const all = { so2: 10, no2: 20, co: 1, o3_8h: 90, o3_1h: 120, pm10: 50, pm25: 20, ...change };
  return Object.fromEntries(
    Object.entries(all).map(([item, value]) => [item, new Decimal(value)]),
  ) as unknown as DailyConcentrations;
};

/** What a day of each kind is made of; gases stay low unless said. */
const kinds: Record<
  Exclude<Kind, 'na'>,
  { dust: boolean; values: Partial<Record<keyof DailyConcentrations, number>> }
> = {
  good: { dust: false, values: {} },
  bad: { dust: false, values: { pm25: 76 } },
  heavy: { dust: false, values: { pm25: 151 } },
  'dust-good': { dust: true, values: { pm10: 140 } },
  'dust-bad': { dust: true, values: { pm10: 200 } },
  'dust-heavy': { dust: true, values: { pm10: 500 } },
  // Both have the index 300.
  'dust-tie': { dust: true, values: { pm10: 420, o3_8h: 800 } },
};

const made = new Map<Kind, Omit<Day, 'day'>>();

/** A day of a kind. */
export function day(date: string, kind: Kind): Day {
  const known = made.get(kind) ?? makeDay(kind);
  made.set(kind, known);
  return { day: date, ...known };
}

function makeDay(kind: Kind): Omit<Day, 'day'> {
  if (kind === 'na') {
    // 2026 clause 5.3: an item is missing and the index is not above 100.
    const report = computeDailyAqi(aqi2026, { ...concentrations({}), pm10: null });
    return { report, dust: false, basis: 'hourly' };
  }
  const { dust, values } = kinds[kind];
  return { report: computeDailyAqi(aqi2012, concentrations(values)), dust, basis: 'hourly' };
}

/** Days from the first of a year on: so many of each kind, one after the other. */
export function daysOf(
  year: number,
  ...runs: readonly (readonly [count: number, kind: Kind | 'none'])[]
): Day[] {
  const dates = daysInRange(`${year}-01-01`, `${year + 2}-01-01`);
  let next = 0;
  return runs.flatMap(([count, kind]) => {
    const run = dates.slice(next, next + count);
    next += count;
    return kind === 'none' ? [] : run.map((date) => day(date, kind));
  });
}

/** The input of a judgement under the 2012 standards. */
export const input = (days: readonly Day[]): DaysInput => ({
  days,
  limits: limits2012,
  dust: dustRule,
  standards: ['X'],
});
