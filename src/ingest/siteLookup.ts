import type { Indicator } from '../domain/indicator.js';
import type { SiteKind } from '../domain/site.js';
import { listColumnNames, type ColumnNameEntry } from '../store/columnNames.js';
import type { Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';
import { listSites } from '../store/sites.js';
import { createNameLookup, type NameLookup } from './columnNames.js';
import type { DecodeLookup, SiteKey } from './decode/decodeLookup.js';
import { pairsOf, similarity } from './nearNames.js';

/** Reads sites and indicators once, so that decoding a file asks only memory. */
export async function loadLookup(db: Queryable): Promise<DecodeLookup> {
  const sites = await listSites(db);
  const indicators = await listIndicators(db);
  const county = sites.find(({ kind }) => kind === ('county' satisfies SiteKind));
  if (county === undefined) throw new Error('the reference data name no site of kind county');
  return createLookup(sites, indicators, county.id, await listColumnNames(db));
}

/** A lookup over the given sites and indicators. A name that two sites bear finds neither. */
export function createLookup(
  sites: readonly (SiteKey & { readonly aliases: readonly string[] })[],
  indicators: readonly Indicator[],
  countySiteId: number,
  names: readonly ColumnNameEntry[] = [],
): DecodeLookup {
  const byName = new Map<string, SiteKey | 'ambiguous'>();
  for (const site of sites) {
    for (const name of new Set([site.code, site.name, ...site.aliases].map(foldSiteName))) {
      byName.set(name, byName.has(name) ? 'ambiguous' : site);
    }
  }
  const siteLookup = {
    findSite(name: string) {
      const found = byName.get(foldSiteName(name));
      return found === 'ambiguous' ? undefined : found;
    },
    nearSites: (name: string) => findNearNames(name, [...new Set(sites.map((site) => site.name))]),
    countySiteId,
  };
  return withNames(siteLookup, createNameLookup(indicators, names));
}

function withNames(
  siteLookup: Pick<DecodeLookup, 'findSite' | 'nearSites' | 'countySiteId'>,
  { inMedium, ...names }: NameLookup,
): DecodeLookup {
  if (inMedium === undefined) return { ...siteLookup, ...names };
  return { ...siteLookup, ...names, inMedium: (medium) => withNames(siteLookup, inMedium(medium)) };
}

/** Blanks at the ends and full-width forms do not make another site; brackets and their contents do. */
function foldSiteName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

/** Up to three names that share most pairs of neighbouring characters with the given one, the nearest first. */
function findNearNames(name: string, candidates: readonly string[]): string[] {
  const wanted = pairsOf(foldSiteName(name));
  return candidates
    .map((candidate) => ({ candidate, score: similarity(wanted, pairsOf(foldSiteName(candidate))) }))
    .filter(({ score }) => score >= 0.4)
    .sort((a, b) => b.score - a.score)
    .slice(0, 3)
    .map(({ candidate }) => candidate);
}
