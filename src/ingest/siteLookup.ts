import type { Indicator } from '../domain/indicator.js';
import { normaliseName } from '../domain/indicator.js';
import type { SiteKind } from '../domain/site.js';
import type { Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';
import { listSites } from '../store/sites.js';
import type { DecodeLookup, SiteKey } from './decode/decodeLookup.js';

/** Reads sites and indicators once, so that decoding a file asks only memory. */
export async function loadLookup(db: Queryable): Promise<DecodeLookup> {
  const sites = await listSites(db);
  const indicators = await listIndicators(db);
  const county = sites.find(({ kind }) => kind === ('county' satisfies SiteKind));
  if (county === undefined) throw new Error('the reference data name no site of kind county');
  return createLookup(sites, indicators, county.id);
}

/** A lookup over the given sites and indicators. A name that two sites bear finds neither. */
export function createLookup(
  sites: readonly (SiteKey & { readonly aliases: readonly string[] })[],
  indicators: readonly Indicator[],
  countySiteId: number,
): DecodeLookup {
  const byName = new Map<string, SiteKey | 'ambiguous'>();
  for (const site of sites) {
    for (const name of new Set([site.code, site.name, ...site.aliases].map(foldSiteName))) {
      byName.set(name, byName.has(name) ? 'ambiguous' : site);
    }
  }
  const byIndicatorName = new Map<string, Indicator>();
  for (const indicator of indicators) {
    const names = [indicator.code, indicator.nameZh, indicator.nameEn, ...indicator.synonyms];
    for (const name of names.map(normaliseName)) {
      if (!byIndicatorName.has(name)) byIndicatorName.set(name, indicator);
    }
  }
  return {
    findSite(name) {
      const found = byName.get(foldSiteName(name));
      return found === 'ambiguous' ? undefined : found;
    },
    nearSites: (name) => findNearNames(name, [...new Set(sites.map((site) => site.name))]),
    findIndicator: (name) => byIndicatorName.get(name),
    countySiteId,
  };
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

function pairsOf(text: string): Set<string> {
  const bare = text.replace(/[()（）\s]/g, '');
  if (bare.length < 2) return new Set([bare]);
  return new Set(Array.from({ length: bare.length - 1 }, (_, index) => bare.slice(index, index + 2)));
}

function similarity(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((pair) => b.has(pair)).length;
  return (2 * shared) / (a.size + b.size);
}
