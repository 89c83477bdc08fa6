import { beijingTime } from '../domain/beijingTime.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import { targetDefinitionSchema } from '../domain/seed.js';
import type { SiteKind } from '../domain/site.js';
import type { TargetKind } from '../domain/target.js';
import type { CatalogueService, SiteInfo, TargetInput } from '../http/services.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from '../store/pool.js';
import { insertIndicator, listIndicators, listOffices } from '../store/reference.js';
import { listSiteGroups, saveSiteGroup } from '../store/siteGroups.js';
import { insertSite, listGroupMembers, listSites, updateSite, type SiteRecord } from '../store/sites.js';
import { insertPlan, insertTargetVersion, listPlans } from '../store/targets.js';

// What each kind of target can be judged on; kinds not named here are judged on reported figures.
const judgedIndicators: Readonly<Partial<Record<TargetKind, readonly string[]>>> = {
  'annual-mean': ['pm25', 'pm10'],
  'day-share': ['good_day_share'],
  'day-count': ['heavy_pollution_days'],
  'section-grade': ['water_grade'],
};

/**
 * Reference data: what can be measured, where, and what the plans ask for. Every change is audited.
 *
 * @param rulesChanged called after a change of sites, groups or targets is stored: figures and checks hang on them
 */
export function createCatalogueService(pool: Pool, rulesChanged: () => void): CatalogueService {
  return {
    async listIndicators() {
      return (await listIndicators(pool)).map((indicator) => ({ ...indicator }));
    },
    createIndicator: (actor, input) =>
      inTransaction(pool, async (client) => {
        await insertIndicator(client, input);
        await insertAudit(client, actor, 'indicator-created', `indicator ${input.code}`, { ...input });
        return { ...input };
      }),
    listSiteGroups: () => listSiteGroups(pool),
    async putSiteGroup(actor, code, input) {
      const group = await inTransaction(pool, async (client) => {
        const before = (await listSiteGroups(client)).find((group) => group.code === code) ?? null;
        await saveSiteGroup(client, { code, ...input }, actor);
        await insertAudit(client, actor, 'site-group-set', `site group ${code}`, { before, change: input });
        return { code, ...input };
      });
      rulesChanged();
      return group;
    },
    async listSites(filter) {
      return (await listSites(pool, filter)).map(toSiteInfo);
    },
    async createSite(actor, input) {
      const site = await inTransaction(pool, async (client) => {
        await insertSite(client, { ...input, kind: input.kind as SiteKind }, actor);
        await insertAudit(client, actor, 'site-created', `site ${input.code}`, { ...input });
        return findSite(client, input.code);
      });
      rulesChanged();
      return site;
    },
    async updateSite(actor, code, input) {
      const site = await inTransaction(pool, async (client) => {
        const before = await findSite(client, code);
        const { kind, ...rest } = input;
        const change = { ...rest, ...(kind === undefined ? {} : { kind: kind as SiteKind }) };
        await updateSite(client, code, change, actor);
        await insertAudit(client, actor, 'site-updated', `site ${code}`, { before, change: input });
        return findSite(client, code);
      });
      rulesChanged();
      return site;
    },
    async listPlans() {
      return (await listPlans(pool)).map((plan) => ({ ...plan }));
    },
    createPlan: (actor, input) =>
      inTransaction(pool, async (client) => {
        await insertPlan(client, input);
        await insertAudit(client, actor, 'plan-created', `plan ${input.id}`, { ...input });
        return { ...input };
      }),
    async putTarget(actor, input) {
      const target = await inTransaction(pool, (client) => putTarget(client, actor, input));
      rulesChanged();
      return target;
    },
  };
}

async function findSite(db: Queryable, code: string): Promise<SiteInfo> {
  const site = (await listSites(db)).find((candidate) => candidate.code === code);
  if (site === undefined) throw new DomainError('not-found', { what: `site ${code}` });
  return toSiteInfo(site);
}

/** A site as the service shows it. */
export function toSiteInfo({ id, latest, aliases, groups, ...site }: SiteRecord): SiteInfo {
  void id;
  const times = Object.entries(latest).map(([family, ts]) => [family, beijingTime(Date.parse(ts))]);
  return {
    ...site,
    aliases: [...aliases],
    groups: [...groups],
    latest: Object.fromEntries(times) as Record<string, string>,
  };
}

async function putTarget(client: PoolClient, actor: Actor, input: TargetInput) {
  const parsed = targetDefinitionSchema.safeParse(input.definition);
  if (!parsed.success) {
    const detail = parsed.error.issues
      .map(({ path, message }) => `definition.${path.join('.')}: ${message}`)
      .join('; ');
    throw new DomainError('invalid-request', { detail });
  }
  const definition = parsed.data;
  await checkReferences(client, input.planId, definition);
  const id = await insertTargetVersion(client, {
    ...(input.id === undefined ? {} : { id: input.id }),
    effective: input.effective,
    document: input.document,
    definition: { planId: input.planId, ...definition },
    by: actor.name,
  });
  await insertAudit(client, actor, 'target-version-added', `target ${id}`, { ...input });
  return { id, planId: input.planId, effective: input.effective, document: input.document, definition };
}

async function checkReferences(
  db: Queryable,
  planId: string,
  definition: { kind: TargetKind; indicator: string; siteGroup: string; offices: readonly string[] },
): Promise<void> {
  const missing = (what: string) => new DomainError('not-found', { what });
  if (!(await listPlans(db)).some(({ id }) => id === planId)) throw missing(`plan ${planId}`);
  const indicator = (await listIndicators(db)).find(({ code }) => code === definition.indicator);
  if (indicator === undefined) throw missing(`indicator ${definition.indicator}`);
  const judged = judgedIndicators[definition.kind];
  if (judged === undefined ? indicator.medium !== 'report' : !judged.includes(indicator.code)) {
    const wanted = judged?.join(', ') ?? '（上报指标 / a reported one）';
    throw new DomainError('invalid-request', {
      detail: `definition.indicator: ${definition.kind} → ${wanted}, not ${indicator.code}`,
    });
  }
  if (!(await listGroupMembers(db)).has(definition.siteGroup))
    throw missing(`site group ${definition.siteGroup}`);
  const offices = await listOffices(db);
  const unknown = definition.offices.find((code) => !offices.has(code));
  if (unknown !== undefined) throw missing(`office ${unknown}`);
}
