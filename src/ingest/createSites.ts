import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import type { SiteKind } from '../domain/site.js';
import { insertAudit } from '../store/audit.js';
import { stageTable } from '../store/mergeSql.js';
import { tieSitesToWrite } from '../store/siteHistory.js';
import { insertPlaceholderSites, lockSiteCreation, reserveSiteIds } from '../store/sites.js';
import type { SiteKey } from './decode/decodeLookup.js';
import { isPlausibleSiteName } from './plausibleSiteName.js';
import { loadLookup, type SiteLookup } from './siteLookup.js';
import { foldSiteName } from './siteNames.js';
import type { StagedFile } from './stageFile.js';
import type { CreatedSite } from './uploadReport.js';

const maxNewSites = 500;
const codePattern = /^\d{3,6}[A-Z]$/i;

/** The sites that one upload makes: names are taken while the file is read, and stored once it is. */
export interface SiteCreation {
  /** Knows all registered sites, and makes one for each plausible name that is not. */
  readonly lookup: SiteLookup;
  /** Stores those that rows of the staged file are about, in the upload's own transaction. */
  save(staged: StagedFile): Promise<readonly CreatedSite[]>;
  /** Names the upload's write as their origin, and audits them. */
  finish(created: readonly CreatedSite[], writeId: string, fileName: string): Promise<void>;
}

/** Makes ready to create sites; two uploads that do so wait for each other, lest both make the same. */
export async function openSiteCreation(client: PoolClient, actor: Actor): Promise<SiteCreation> {
  await lockSiteCreation(client);
  const known = await loadLookup(client);
  const ids = await reserveSiteIds(client, maxNewSites);
  const made = new Map<string, SiteKey>();
  const lookup: SiteLookup = {
    ...known,
    createSite(name) {
      const key = foldSiteName(name);
      const before = made.get(key);
      if (before !== undefined) return before;
      if (!isPlausibleSiteName(name, known)) return { code: 'site-name-implausible' };
      const id = ids[made.size];
      if (id === undefined) return { code: 'too-many-new-sites', params: { limit: maxNewSites } };
      const site: SiteKey = { id, code: siteCodeOf(name, id), name: name.trim(), kind: 'other' };
      made.set(key, site);
      return site;
    },
  };
  return {
    lookup,
    async save(staged) {
      const kinds = await kindsInUse(client, staged, [...made.values()]);
      const sites = [...made.values()].flatMap((site) => {
        const kind = kinds.get(site.id);
        return kind === undefined ? [] : [{ ...site, kind }];
      });
      await insertPlaceholderSites(client, sites, actor);
      return sites.map(({ code, name, kind }) => ({ code, name, kind, near: known.nearSites(name) }));
    },
    async finish(created, writeId, fileName) {
      await tieSitesToWrite(
        client,
        created.map(({ code }) => code),
        writeId,
      );
      for (const { code, name, kind } of created)
        await insertAudit(client, actor, 'site-created', `site ${code}`, { code, name, kind, fileName });
    },
  };
}

/** What each site's rows are about: site id → kind; sites without rows are missing. */
async function kindsInUse(
  client: PoolClient,
  staged: StagedFile,
  sites: readonly SiteKey[],
): Promise<Map<number, SiteKind>> {
  const kinds = new Map<number, SiteKind>();
  if (sites.length === 0) return kinds;
  const nameOf = new Map(sites.map(({ id, name }) => [id, name]));
  for (const table of staged.stage.tables) {
    const indicator = table.name === 'published' ? 'min(indicator)' : `''`;
    const { rows } = await client.query<{ site_id: number; indicator: string }>(
      `select site_id, ${indicator} as indicator from ${stageTable(table)}
        where site_id = any ($1::integer[]) group by site_id`,
      [[...nameOf.keys()]],
    );
    for (const row of rows) {
      const published = row.indicator.startsWith('water') ? 'water' : 'air';
      const medium = table.medium ?? (table.name === 'published' ? published : undefined);
      if (medium === undefined && kinds.has(row.site_id)) continue;
      kinds.set(row.site_id, siteKindOf(medium, nameOf.get(row.site_id) ?? ''));
    }
  }
  for (const { siteId } of staged.reports) if (nameOf.has(siteId)) kinds.set(siteId, 'township');
  return kinds;
}

/** The code of a site that was made for a name: the name itself where it looks like a national code. */
export function siteCodeOf(name: string, id: number): string {
  const text = name.normalize('NFKC').trim();
  return codePattern.test(text) ? text.toUpperCase() : `site-${id}`;
}

/** The kind that follows from the medium; among waters the name tells lakes and sources of drinking water. */
export function siteKindOf(medium: 'air' | 'water' | undefined, name: string): SiteKind {
  if (medium === undefined) return 'other';
  if (medium === 'air') return 'air-station';
  const lake = /水库|湖/.test(name);
  if (!/水源/.test(name)) return lake ? 'lake-section' : 'river-section';
  if (/地下|井/.test(name)) return 'drinking-water-ground';
  return lake ? 'drinking-water-lake' : 'drinking-water-surface';
}
