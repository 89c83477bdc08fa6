import { parseSeeds } from '../domain/seed.js';
import { readSeedFiles } from '../domain/seedFiles.fixture.js';
import type { Target } from '../domain/target.js';

const seeded = new Map(parseSeeds(readSeedFiles()).targets.map((target) => [target.id, target]));

/** A target of the two plans as the seeds have it, with changes. */
export function planTarget(id: number, change: Partial<Target> = {}): Target {
  return { ...seeded.get(id)!, ...change };
}

/** A full calendar year's period, for targets whose own period does not matter. */
export function inYear(year: number): Pick<Target, 'periodStart' | 'due'> {
  return { periodStart: `${year}-01-01`, due: `${year}-12-31` };
}
