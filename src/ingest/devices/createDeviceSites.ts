import type { Pool } from 'pg';
import type { Actor } from '../../domain/role.js';
import { insertAudit } from '../../store/audit.js';
import { inTransaction } from '../../store/pool.js';
import { insertPlaceholderSites, lockSiteCreation, reserveSiteIds } from '../../store/sites.js';
import { siteCodeOf, siteKindOf } from '../createSites.js';
import { isPlausibleSiteName } from '../plausibleSiteName.js';
import { loadLookup } from '../siteLookup.js';

const mostAtATime = 100;

/**
 * Registers sites under the names that a trusted sender uses, as placeholders for a person to complete. Names that
 * cannot be a site's stay unknown. Returns how many were made.
 */
export async function createDeviceSites(
  pool: Pool,
  actor: Actor,
  names: readonly { readonly name: string; readonly medium: 'air' | 'water' }[],
): Promise<number> {
  return inTransaction(pool, async (client) => {
    await lockSiteCreation(client);
    const lookup = await loadLookup(client);
    const wanted = names
      .filter(({ name }) => !lookup.isKnown(name) && isPlausibleSiteName(name, lookup))
      .slice(0, mostAtATime);
    if (wanted.length === 0) return 0;
    const ids = await reserveSiteIds(client, wanted.length);
    const sites = wanted.map(({ name, medium }, index) => {
      const id = ids[index]!;
      return { id, code: siteCodeOf(name, id), name: name.trim(), kind: siteKindOf(medium, name) };
    });
    await insertPlaceholderSites(client, sites, actor);
    for (const { code, name, kind } of sites)
      await insertAudit(client, actor, 'site-created', `site ${code}`, {
        code,
        name,
        kind,
        by: 'line protocol',
      });
    return sites.length;
  });
}
