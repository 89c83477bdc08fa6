import type { Indicator } from '../domain/indicator.js';
import type { SiteKind } from '../domain/site.js';
import { listColumnNames, type ColumnNameEntry } from '../store/columnNames.js';
import type { Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';
import { listSiteEvents, type SiteEvent } from '../store/siteEvents.js';
import { listSites } from '../store/sites.js';
import { createNameLookup } from './columnNames.js';
import type { DecodeLookup, SitePeriod } from './decode/decodeLookup.js';
import { createNearNames } from './nearNames.js';
import { SiteNames, type SitesOverTime, type SiteWithNames } from './siteNames.js';

/** A lookup that remembers which names led to the successor of a merged site. */
export interface SiteLookup extends DecodeLookup {
  readonly successors: ReadonlyMap<string, SitePeriod>;
  /** Whether any site ever bore the name. */
  isKnown(name: string): boolean;
}

/** Reads sites and indicators once, so that decoding a file asks only memory. */
export async function loadLookup(db: Queryable): Promise<SiteLookup> {
  const sites = await listSites(db);
  const overTime = toOverTime(await listSiteEvents(db));
  const indicators = await listIndicators(db);
  const county = sites.find(({ kind }) => kind === ('county' satisfies SiteKind));
  if (county === undefined) throw new Error('the reference data name no site of kind county');
  return createLookup(sites, indicators, county.id, await listColumnNames(db), overTime);
}

/** A lookup over the given sites and indicators. A name that two sites bear at one time finds neither. */
export function createLookup(
  sites: readonly SiteWithNames[],
  indicators: readonly Indicator[],
  countySiteId: number,
  columnNames: readonly ColumnNameEntry[] = [],
  overTime?: SitesOverTime,
): SiteLookup {
  const names = new SiteNames(sites, overTime);
  const successors = new Map<string, SitePeriod>();
  return {
    ...createNameLookup(indicators, columnNames),
    successors,
    isKnown: (name) => names.has(name),
    findSite: (name, day) => names.find(name, day),
    sitePeriods: (name) => names.periods(name),
    noteSuccessor: (name, period) => void successors.set(name, period),
    nearSites: createNearNames(sites),
    countySiteId,
  };
}

function toOverTime(events: readonly SiteEvent[]): SitesOverTime {
  return {
    names: events.flatMap(({ kind, siteId, name, from, to }) =>
      kind === 'name' && name !== null ? [{ siteId, name, from, to }] : [],
    ),
    merges: events.flatMap(({ kind, siteId, mergedInto, from }) =>
      kind === 'merge' && mergedInto !== null && from !== null ? [{ siteId, into: mergedInto, from }] : [],
    ),
  };
}
