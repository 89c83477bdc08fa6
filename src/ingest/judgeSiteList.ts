import type { PoolClient } from 'pg';
import type { Actor } from '../domain/role.js';
import { insertAudit } from '../store/audit.js';
import {
  insertSiteEvent,
  listSiteEvents,
  lockSiteEvents,
  siteEvent,
  type SiteEvent,
} from '../store/siteEvents.js';
import type { Recorder } from '../store/siteHistory.js';
import {
  insertSite,
  listSites,
  lockSiteCreation,
  reserveSiteIds,
  updateSite,
  type SiteChange,
  type SiteRecord,
} from '../store/sites.js';
import type { SiteRow } from './decode/decodedBatch.js';
import { columnOf, type LayoutPlan } from './decode/layoutPlan.js';
import { noRows, type JudgedList } from './judgedList.js';
import { foldSiteName } from './siteNames.js';
import { locateLine, type StagedFile } from './stageFile.js';
import type { ReportedChange } from './uploadReport.js';

type StagedSites = Pick<StagedFile, 'sites' | 'faults' | 'tables'>;

/** What a row would do to a registered site. */
interface SiteDifference {
  readonly change: SiteChange;
  readonly place:
    { readonly longitude: string; readonly latitude: string; readonly old?: SiteEvent } | undefined;
  /** Stored things that would be replaced: what, before, after. */
  readonly replaced: readonly (readonly [what: string, before: string, after: string])[];
}

/**
 * Compares a list of sites with those registered. A row is about the site of its code, or without a code about the one
 * of its name. Blank cells leave what is stored, aliases are only ever added, and a former name stays as an alias.
 */
export async function judgeSiteList(
  client: PoolClient,
  actor: Actor,
  staged: StagedSites,
  plan: LayoutPlan,
): Promise<JudgedList> {
  // Nobody changes them until this upload is stored or given up.
  await lockSiteCreation(client);
  await lockSiteEvents(client);
  const stored = await listSites(client);
  const places = new Map(
    (await listSiteEvents(client)).filter(isPlace).map((event) => [event.siteId, event]),
  );
  const registered = new NameTable(stored, staged.sites);
  const rows = { ...noRows };
  const changes: ReportedChange[] = [];
  const saves: ((by: Recorder) => Promise<void>)[] = [];
  for (const row of staged.sites) {
    const site = registered.siteOf(row);
    const clash = registered.findClash(row, site);
    if (clash !== undefined) {
      rows.rejected += 1;
      const { role, value, other } = clash;
      const column = columnOf(plan, role)?.header ?? '';
      const params = { column, value, other };
      staged.faults.add({ ...locateLine(staged, row.line), column, value, code: 'site-name-taken', params });
      continue;
    }
    if (site === undefined) {
      rows.new += 1;
      saves.push((by) => addSite(client, actor, row, by));
      continue;
    }
    const difference = compare(row, site, places.get(site.id));
    if (difference === undefined) rows.unchanged += 1;
    else if (difference.replaced.length === 0) rows.new += 1;
    else rows.changed += 1;
    if (difference === undefined) continue;
    saves.push((by) => changeSite(client, actor, site, difference, by));
    for (const [indicator, before, after] of difference.replaced)
      changes.push({ line: row.line, site: site.name, time: '', indicator, stored: before, file: after });
  }
  return {
    rows,
    changes,
    async save(writeId) {
      const by = { name: actor.name, office: actor.office, writeId, reason: '点位清单' };
      for (const save of saves) await save(by);
      return rows.changed;
    },
  };
}

/** Who bears which name, among registered sites and in the list itself. */
class NameTable {
  private readonly byCode: ReadonlyMap<string, SiteRecord>;
  private readonly byName = new Map<string, Set<SiteRecord>>();
  private readonly lines = new Map<string, number>();

  constructor(stored: readonly SiteRecord[], rows: readonly SiteRow[]) {
    this.byCode = new Map(stored.map((site) => [foldSiteName(site.code), site]));
    for (const site of stored) {
      for (const name of [site.code, site.name, ...site.aliases].map(foldSiteName))
        this.byName.set(name, (this.byName.get(name) ?? new Set()).add(site));
    }
    for (const { line, code, name } of rows)
      for (const text of [name, code ?? '']) if (text !== '') this.lines.set(foldSiteName(text), line);
  }

  siteOf({ code, name }: SiteRow): SiteRecord | undefined {
    if (code !== null) return this.byCode.get(foldSiteName(code));
    const bearers = [...(this.byName.get(foldSiteName(name)) ?? [])];
    return bearers.length === 1 ? bearers[0] : undefined;
  }

  /** A code, name or alias of the row that another site or another row has already. */
  findClash(row: SiteRow, site: SiteRecord | undefined) {
    const given = [
      ['code', row.code ?? ''],
      ['name', row.name],
      ...row.aliases.map((alias) => ['aliases', alias] as const),
    ] as const;
    for (const [role, value] of given) {
      if (value === '') continue;
      const others = [...(this.byName.get(foldSiteName(value)) ?? [])].filter(
        (other) => other.id !== site?.id,
      );
      if (others.length > 0)
        return { role, value, other: others.map(({ name, code }) => `${name}（${code}）`).join('、') };
      const line = this.lines.get(foldSiteName(value)) ?? row.line;
      if (line !== row.line) return { role, value, other: `第 ${line} 行 / line ${line}` };
    }
    return undefined;
  }
}

function compare(row: SiteRow, site: SiteRecord, place: SiteEvent | undefined): SiteDifference | undefined {
  const replaced: (readonly [string, string, string])[] = [];
  const change: { -readonly [K in keyof SiteChange]: SiteChange[K] } = {};
  const known = new Set([site.code, site.name, ...site.aliases].map(foldSiteName));
  const aliases = row.aliases.filter((alias) => !known.has(foldSiteName(alias)));
  // A list without codes goes by the name; an alias found there does not rename the site.
  if (row.code !== null && row.name !== site.name) {
    replaced.push(['名称', site.name, row.name]);
    change.name = row.name;
    if (!site.aliases.includes(site.name)) aliases.push(site.name);
  } else if (site.placeholder) change.name = site.name;
  if (aliases.length > 0)
    change.aliases = [...site.aliases.filter((alias) => alias !== change.name), ...aliases];
  if (row.kind !== site.kind) {
    replaced.push(['类型', site.kind, row.kind]);
    change.kind = row.kind;
  }
  if (row.waterBody !== null && row.waterBody !== site.waterBody) {
    if (site.waterBody !== null) replaced.push(['水体', site.waterBody, row.waterBody]);
    change.waterBody = row.waterBody;
  }
  const moved = comparePlace(row, place);
  if (moved?.old !== undefined) {
    const { longitude, latitude } = moved.old;
    replaced.push(['经纬度', `${longitude} ${latitude}`, `${moved.longitude} ${moved.latitude}`]);
  }
  if (Object.keys(change).length === 0 && moved === undefined) return undefined;
  return { change, place: moved, replaced };
}

function comparePlace({ longitude, latitude }: SiteRow, old: SiteEvent | undefined): SiteDifference['place'] {
  if (longitude === null || latitude === null) return undefined;
  const place = { longitude: String(longitude), latitude: String(latitude) };
  if (old === undefined) return place;
  const same = Number(old.longitude) === longitude && Number(old.latitude) === latitude;
  return same ? undefined : { ...place, old };
}

async function addSite(client: PoolClient, actor: Actor, row: SiteRow, by: Recorder): Promise<void> {
  const code = row.code ?? `site-${(await reserveSiteIds(client, 1))[0]}`;
  const { name, kind, waterBody, aliases } = row;
  await insertSite(client, { code, name, kind, waterBody, aliases }, by);
  const place = comparePlace(row, undefined);
  if (place !== undefined) {
    const site = (await listSites(client)).find((one) => one.code === code)!;
    await savePlace(client, site.id, place, by);
  }
  await insertAudit(client, actor, 'site-created', `site ${code}`, { ...row });
}

async function changeSite(
  client: PoolClient,
  actor: Actor,
  site: SiteRecord,
  { change, place, replaced }: SiteDifference,
  by: Recorder,
): Promise<void> {
  if (Object.keys(change).length > 0) await updateSite(client, site.code, change, by);
  if (place !== undefined) await savePlace(client, site.id, place, by);
  await insertAudit(client, actor, 'site-updated', `site ${site.code}`, { change, place, replaced });
}

/** A list says where a site stands, not since when: it corrects the latest place and keeps its day. */
async function savePlace(
  client: PoolClient,
  siteId: number,
  { longitude, latitude, old }: NonNullable<SiteDifference['place']>,
  by: Recorder,
): Promise<void> {
  const event = siteEvent({ kind: 'move', from: old?.from ?? null, longitude, latitude, note: '点位清单' });
  const replaces = old === undefined ? undefined : { id: old.id, reason: '点位清单' };
  await insertSiteEvent(client, siteId, event, by, replaces);
}

function isPlace({ kind }: SiteEvent): boolean {
  return kind === 'move';
}
