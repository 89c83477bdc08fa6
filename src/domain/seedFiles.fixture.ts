import { readFileSync } from 'node:fs';
import { seedFileNames } from './seed.js';

/** The shipped seed files, parsed as JSON, for tests. Jest runs in the project's root. */
export function readSeedFiles(): Record<string, unknown> {
  return Object.fromEntries(
    seedFileNames.map((name) => [name, JSON.parse(readFileSync(`seeds/${name}`, 'utf8')) as unknown]),
  );
}
