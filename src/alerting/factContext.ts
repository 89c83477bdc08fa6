import type { FactIndicator, FactSite } from '../alerts/facts.js';
import { loadReference, type Reference } from '../assessment/reference.js';
import type { AlertScope } from '../domain/alertRule.js';
import type { Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';
import { listAllVersions, type TargetVersion } from '../store/targets.js';
import { HourCache } from './hourCache.js';

/** What the facts of all rules look up, and the hours that several rules share. */
export interface FactContext {
  readonly reference: Reference;
  /** By id of the site. */
  readonly sites: ReadonlyMap<number, FactSite>;
  /** Code of a group → its Chinese name. */
  readonly groupNames: ReadonlyMap<string, string>;
  readonly indicators: ReadonlyMap<string, FactIndicator>;
  /** Every version of every target, in order of target, effective day and version. */
  readonly targets: readonly TargetVersion[];
  readonly hours: HourCache;
  readonly now: number;
  /** Folder whose disk `disk-used-percent` is about; absent: it cannot be measured. */
  readonly dataDir?: string;
}

/** Reads the reference data as they stand now; one context is for one piece of work, since it keeps what it has read. */
export async function loadFactContext(
  db: Queryable,
  { now, dataDir }: { readonly now: number; readonly dataDir?: string },
): Promise<FactContext> {
  const reference = await loadReference(db);
  const groupsOf = new Map<number, string[]>();
  for (const [group, members] of reference.groups)
    for (const id of members) groupsOf.set(id, [...(groupsOf.get(id) ?? []), group]);
  const sites = [...reference.sites].map(([id, { code, name, kind }]) => {
    const site: FactSite = { code, nameZh: name, kind, groups: groupsOf.get(id) ?? [] };
    return [id, site] as const;
  });
  const { rows: groups } = await db.query<{ code: string; name: string }>(
    'select code, name_zh as name from site_groups',
  );
  const indicators = (await listIndicators(db)).map(
    ({ code, nameZh, unit, decimals }) => [code, { code, nameZh, unit, decimals }] as const,
  );
  return {
    reference,
    sites: new Map(sites),
    groupNames: new Map(groups.map(({ code, name }) => [code, name])),
    indicators: new Map(indicators),
    targets: await listAllVersions(db),
    hours: new HourCache(),
    now,
    ...(dataDir === undefined ? {} : { dataDir }),
  };
}

/** The indicator of a code; one that is not in the catalogue keeps its code for a name. */
export function indicatorOf({ indicators }: FactContext, code: string): FactIndicator {
  return indicators.get(code) ?? { code, nameZh: code, unit: '', decimals: 2 };
}

/** Ids of the sites that a scope names, in order. */
export function sitesInScope({ sites: all }: FactContext, { sites, groups, kinds }: AlertScope): number[] {
  return [...all]
    .filter(
      ([, site]) =>
        sites.includes(site.code) ||
        kinds.includes(site.kind) ||
        groups.some((group) => site.groups.includes(group)),
    )
    .map(([id]) => id);
}

/** A group as a place of its own. Its kind is that of its members, so that scopes by kind reach it. */
export function placeOfGroup(context: FactContext, group: string): FactSite {
  const first = context.reference.groups.get(group)?.[0];
  return {
    code: group,
    nameZh: context.groupNames.get(group) ?? group,
    kind: (first === undefined ? undefined : context.sites.get(first)?.kind) ?? 'group',
    groups: [group],
  };
}
