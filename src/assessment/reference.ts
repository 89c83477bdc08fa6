import type { SiteKind } from '../domain/site.js';
import type { Standards } from '../domain/standard.js';
import type { Queryable } from '../store/pool.js';
import { listStandards } from '../store/reference.js';
import { listGroupMembers, listSites } from '../store/sites.js';

/** What every computation looks up: standards, sites and the members of groups. */
export interface Reference {
  readonly standards: Standards;
  readonly sites: ReadonlyMap<
    number,
    { readonly code: string; readonly name: string; readonly kind: SiteKind; readonly placeholder: boolean }
  >;
  /** Group code → member site ids. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
}

/** Reads the reference data as they stand now. */
export async function loadReference(db: Queryable): Promise<Reference> {
  // One after the other: the caller may be inside a transaction, on one connection.
  const standards = await listStandards(db);
  const sites = await listSites(db);
  const groups = await listGroupMembers(db);
  return { standards, sites: new Map(sites.map((site) => [site.id, site])), groups };
}
