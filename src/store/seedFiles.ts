import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseSeeds, seedFileNames, type Seeds } from '../domain/seed.js';
import { parseStandards, type Standards } from '../domain/standard.js';

const seedsDir = new URL('../../seeds/', import.meta.url);

/** The reference data and standards of the `seeds` folder, checked. `documents` are the standards as written there. */
export interface SeedFiles {
  readonly seeds: Seeds;
  readonly standards: Standards;
  readonly documents: Readonly<Record<string, unknown>>;
}

/**
 * Reads and checks the seed files.
 *
 * @throws Error naming file, entry and field of whatever is wrong
 */
export async function readSeedFiles(): Promise<SeedFiles> {
  const reference: Record<string, unknown> = {};
  for (const name of seedFileNames) reference[name] = await readJson(new URL(name, seedsDir), name);
  const documents: Record<string, unknown> = {};
  const standardsDir = new URL('standards/', seedsDir);
  for (const name of (await readdir(standardsDir)).filter((file) => file.endsWith('.json')).sort()) {
    documents[name] = await readJson(new URL(name, standardsDir), `standards/${name}`);
  }
  return { seeds: parseSeeds(reference), standards: parseStandards(documents), documents };
}

async function readJson(url: URL, name: string): Promise<unknown> {
  const text = await readFile(fileURLToPath(url), 'utf8');
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`seeds/${name} is not valid JSON`, { cause: error });
  }
}
