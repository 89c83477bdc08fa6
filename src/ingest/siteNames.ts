import type { SiteKey, SitePeriod } from './decode/decodeLookup.js';
import { coversDay } from './decode/siteOverTime.js';

/** A site with everything it is called without dates. */
export type SiteWithNames = SiteKey & { readonly aliases: readonly string[] };

/** A name with its dates: Beijing days, `to` exclusive, null open-ended. */
export interface DatedName {
  readonly siteId: number;
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** From the day on, another site takes the place of this one. */
export interface SiteMerge {
  readonly siteId: number;
  readonly into: number;
  readonly from: string;
}

/** What sites were called in which time, and which took the place of which. */
export interface SitesOverTime {
  readonly names: readonly DatedName[];
  readonly merges: readonly SiteMerge[];
}

/** The one meaning that holds always, or all meanings. */
type Meaning = SiteKey | readonly SitePeriod[];

/**
 * Which site a name means on a day. A name with dates means its site in these only; code, name and aliases without
 * dates always do. From the day of a merge on everything that meant the site means its successor.
 */
export class SiteNames {
  private readonly meanings = new Map<string, Meaning>();

  constructor(sites: readonly SiteWithNames[], overTime: SitesOverTime = { names: [], merges: [] }) {
    const byId = new Map(sites.map((site) => [site.id, site]));
    const merges = new Map(overTime.merges.map((merge) => [merge.siteId, merge]));
    const all = new Map<string, SitePeriod[]>();
    const add = (name: string, site: SiteKey, from: string | null, to: string | null): void => {
      const periods = all.get(name) ?? [];
      periods.push(...succeed({ site, from, to }, merges, byId));
      all.set(name, periods);
    };
    const dated = new Set(overTime.names.map(({ siteId, name }) => `${siteId} ${foldSiteName(name)}`));
    for (const site of sites) {
      for (const name of new Set([site.code, site.name, ...site.aliases].map(foldSiteName))) {
        // The code is the site's own; dates are about what people call it.
        const always = name === foldSiteName(site.code) || !dated.has(`${site.id} ${name}`);
        if (always) add(name, site, null, null);
      }
    }
    for (const { siteId, name, from, to } of overTime.names) {
      const site = byId.get(siteId);
      if (site !== undefined) add(foldSiteName(name), site, from, to);
    }
    for (const [name, periods] of all) this.meanings.set(name, meaningOf(periods));
  }

  /** The site a name means on a Beijing day; without one the only site it ever meant. */
  find(name: string, day?: string): SiteKey | undefined {
    const meaning = this.meanings.get(foldSiteName(name));
    if (meaning === undefined || 'id' in meaning) return meaning;
    const periods = day === undefined ? meaning : meaning.filter((period) => coversDay(period, day));
    const first = periods[0]?.site;
    return periods.every(({ site }) => site.id === first?.id) ? first : undefined;
  }

  /** All meanings of a name that has not one and the same always. */
  periods(name: string): readonly SitePeriod[] {
    const meaning = this.meanings.get(foldSiteName(name));
    return meaning === undefined || 'id' in meaning ? [] : meaning;
  }

  /** Whether anybody ever bore the name. */
  has(name: string): boolean {
    return this.meanings.has(foldSiteName(name));
  }
}

/** Blanks at the ends and full-width forms do not make another site; brackets and their contents do. */
export function foldSiteName(name: string): string {
  return name.normalize('NFKC').trim().toLowerCase();
}

function meaningOf(periods: readonly SitePeriod[]): Meaning {
  const [first] = periods;
  const always = periods.find(({ from, to }) => from === null && to === null);
  const same = periods.every(({ site }) => site.id === first?.site.id);
  if (same && always !== undefined) return always.site;
  return [...periods].sort((a, b) => ((a.from ?? '') < (b.from ?? '') ? -1 : 1));
}

/** Cuts a period where the site was merged into another, which has the rest. */
function succeed(
  period: SitePeriod,
  merges: ReadonlyMap<number, SiteMerge>,
  byId: ReadonlyMap<number, SiteKey>,
  steps = 0,
): SitePeriod[] {
  const { site, from, to } = period;
  const merge = merges.get(site.id);
  const successor = byId.get(merge?.into ?? -1);
  if (merge === undefined || successor === undefined || steps > merges.size) return [period];
  if (to !== null && to <= merge.from) return [period];
  const starts = from === null || from < merge.from;
  const rest = { site: successor, from: starts ? merge.from : from, to, mergedFrom: site };
  return [...(starts ? [{ ...period, to: merge.from }] : []), ...succeed(rest, merges, byId, steps + 1)];
}
