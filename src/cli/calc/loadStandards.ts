import { readdir, readFile } from 'node:fs/promises';
import { parseStandards, type Standards } from '../../domain/standard.js';

// Both src/cli/calc and dist/cli/calc lie three folders below the package root.
const seedFolder = new URL('../../../seeds/standards/', import.meta.url);

/** The standards as shipped in `seeds/standards`, without any database. */
export async function loadSeedStandards(): Promise<Standards> {
  const names = (await readdir(seedFolder)).filter((name) => name.endsWith('.json')).sort();
  const entries = await Promise.all(
    names.map(async (name): Promise<[string, unknown]> => {
      const text = await readFile(new URL(name, seedFolder), 'utf8');
      try {
        return [`seeds/standards/${name}`, JSON.parse(text)];
      } catch (cause) {
        throw new Error(`seeds/standards/${name}: is not JSON`, { cause });
      }
    }),
  );
  return parseStandards(Object.fromEntries(entries));
}
