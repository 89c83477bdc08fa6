import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Site, SiteKind } from '../domain/site.js';
import { lockMembership } from './membershipLock.js';
import type { Queryable } from './pool.js';
import { changingGrades } from './ruleMarks.js';
import { recordGroups, recordSites, systemRecorder, type Recorder } from './siteHistory.js';

export { lockMembership, lockMembershipShared } from './membershipLock.js';

/**
 * Marks what hangs on the members of groups after these have changed: county days without a member's data are removed,
 * all others derived anew. The caller holds `lockMembership`.
 */
export async function markGroupDays(client: PoolClient, groups: readonly string[]): Promise<void> {
  // A published mean over days that are gone has changed too: one station's mark is enough to have it looked at.
  await client.query(
    `with gone as (
       delete from air_group_days g where g.group_code = any ($1::text[]) and not exists (
         select from air_site_days d join site_group_members m on m.site_id = d.site_id
          where m.group_code = g.group_code and d.day = g.day)
       returning g.day)
     insert into pending_days (medium, site_id, day)
     select 'air', d.site_id, d.day from (
       select day, min(site_id) as site_id from air_site_days join gone using (day) group by day) d
      where exists (
        select from published_figures f
         where f.kind = 'group-mean' and f.replaced_by is null and d.day >= f.first_day and d.day < f.end_day)
      order by 2, 3
     on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
    [groups],
  );
  // Of a month with days left, these are marked below.
  await client.query(
    `delete from air_group_months m where m.group_code = any ($1::text[]) and not exists (
       select from air_group_days d where d.group_code = m.group_code
          and d.day >= m.month and d.day < (m.month + interval '1 month')::date)`,
    [groups],
  );
  await client.query(
    `insert into pending_days (medium, site_id, day)
     select distinct 'air', d.site_id, d.day from air_site_days d join site_group_members m on m.site_id = d.site_id
      where m.group_code = any ($1::text[]) order by 2, 3
     on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
    [groups],
  );
}

/** A site with the groups it belongs to and the latest stored interval per family. */
export interface SiteRecord extends Site {
  readonly groups: string[];
  readonly latest: Readonly<Record<string, string>>;
}

/** What can be set about a site; `undefined` leaves it as it is. */
export interface SiteChange {
  readonly name?: string;
  readonly kind?: SiteKind;
  readonly waterBody?: string | null;
  readonly aliases?: readonly string[];
  readonly groups?: readonly string[];
}

interface SiteRow {
  id: number;
  code: string;
  name: string;
  kind: SiteKind;
  water_body: string | null;
  aliases: string[];
  placeholder: boolean;
  groups: string[];
  latest: Record<string, string>;
}

/** Lists sites, optionally of one kind or group, in order of id. */
export async function listSites(
  db: Queryable,
  filter: { kind?: string; group?: string } = {},
): Promise<SiteRecord[]> {
  const { rows } = await db.query<SiteRow>(
    `select s.id, s.code, s.name, s.kind, s.water_body, s.aliases, s.placeholder,
            coalesce(g.codes, '{}') as groups, coalesce(l.times, '{}') as latest
       from sites s
       left join (select site_id, array_agg(group_code order by group_code) as codes
                    from site_group_members group by site_id) g on g.site_id = s.id
       left join (select site_id, jsonb_object_agg(family, ts) as times
                    from latest_times group by site_id) l on l.site_id = s.id
      where ($1::text is null or s.kind = $1)
        and ($2::text is null or exists (
              select from site_group_members m where m.site_id = s.id and m.group_code = $2))
      order by s.id`,
    [filter.kind ?? null, filter.group ?? null],
  );
  return rows.map((row) => ({
    id: row.id,
    code: row.code,
    name: row.name,
    kind: row.kind,
    waterBody: row.water_body,
    aliases: row.aliases,
    placeholder: row.placeholder,
    groups: row.groups,
    latest: row.latest,
  }));
}

/** Members of every group: group code → site ids in the order in which they are shown. */
export async function listGroupMembers(db: Queryable): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ group_code: string; site_ids: number[] }>(
    `select group_code, array_agg(site_id order by position) as site_ids from site_group_members group by group_code`,
  );
  return new Map(rows.map((row) => [row.group_code, row.site_ids]));
}

/** Adds a site. Throws DomainError `conflict` when the code is taken. */
export async function insertSite(
  client: PoolClient,
  site: SiteChange & { readonly code: string; readonly name: string; readonly kind: SiteKind },
  by: Recorder = systemRecorder,
): Promise<void> {
  const { rowCount } = await client.query(
    `insert into sites (code, name, kind, water_body, aliases, edited_at)
     values ($1, $2, $3, $4, $5, now()) on conflict (code) do nothing`,
    [site.code, site.name, site.kind, site.waterBody ?? null, site.aliases ?? []],
  );
  if (rowCount === 0) throw new DomainError('conflict', { detail: `site ${site.code}` });
  await recordSites(client, [site.code], by);
  await setGroups(client, site.code, site.groups, by);
}

/** Lets no other upload or list make sites until the caller's transaction ends. */
export async function lockSiteCreation(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('created sites'))`);
}

/** The next free ids of sites; those that are not used stay free for nobody. */
export async function reserveSiteIds(db: Queryable, count: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `select nextval(pg_get_serial_sequence('sites', 'id'))::integer as id from generate_series(1, $1::integer)`,
    [count],
  );
  return rows.map(({ id }) => id);
}

/**
 * Adds sites that a file names, under ids reserved for them and marked as placeholders: the bureau has yet to complete
 * them. Throws DomainError `conflict` when a code is taken.
 */
export async function insertPlaceholderSites(
  client: PoolClient,
  sites: readonly {
    readonly id: number;
    readonly code: string;
    readonly name: string;
    readonly kind: SiteKind;
  }[],
  by: Recorder,
): Promise<void> {
  for (const { id, code, name, kind } of sites) {
    const { rowCount } = await client.query(
      `insert into sites (id, code, name, kind, placeholder, edited_at) overriding system value
       values ($1, $2, $3, $4, true, now()) on conflict (code) do nothing`,
      [id, code, name, kind],
    );
    if (rowCount === 0) throw new DomainError('conflict', { detail: `site ${code}` });
    await recordSites(client, [code], by);
  }
}

/**
 * Marks all that follows from the kind of a site, before it becomes one of another kind: months and single readings are
 * graded anew, detection limits compared with other limits.
 */
export async function markGradesOf(client: PoolClient, code: string, kind: SiteKind): Promise<void> {
  await lockMembership(client);
  await client.query(
    `select mark_rule_days('water', '-infinity', 'infinity', array[s.id]) from sites s where s.code = $1 and s.kind <> $2`,
    [code, kind],
  );
}

/**
 * Changes a site. A placeholder that receives a name is one no longer; another kind may mean another water body, so
 * that all its months are graded anew. Throws DomainError `not-found`.
 */
export async function updateSite(
  client: PoolClient,
  code: string,
  change: SiteChange,
  by: Recorder = systemRecorder,
): Promise<void> {
  if (change.kind !== undefined) {
    await markGradesOf(client, code, change.kind);
  }
  const { rowCount } = await client.query(
    `update sites set name = coalesce($2, name), kind = coalesce($3, kind),
            water_body = case when $4 then $5 else water_body end, aliases = coalesce($6, aliases),
            placeholder = placeholder and $2::text is null, edited_at = now()
      where code = $1`,
    [
      code,
      change.name ?? null,
      change.kind ?? null,
      change.waterBody !== undefined,
      change.waterBody ?? null,
      change.aliases ?? null,
    ],
  );
  if (rowCount === 0) throw new DomainError('not-found', { what: `site ${code}` });
  await recordSites(client, [code], by);
  await setGroups(client, code, change.groups, by);
}

async function setGroups(
  client: PoolClient,
  code: string,
  groups: readonly string[] | undefined,
  by: Recorder,
): Promise<void> {
  if (groups === undefined) return;
  const { rows } = await client.query<{ code: string }>(
    'select g.code from unnest($1::text[]) as g (code) where not exists (select from site_groups s where s.code = g.code)',
    [groups],
  );
  if (rows[0] !== undefined) throw new DomainError('not-found', { what: `site group ${rows[0].code}` });
  await changingGrades(client, () => moveToGroups(client, code, groups, by));
}

async function moveToGroups(
  client: PoolClient,
  code: string,
  groups: readonly string[],
  by: Recorder,
): Promise<void> {
  const { rows: changed } = await client.query<{ code: string }>(
    `with left_groups as (
       delete from site_group_members m using sites s
        where s.id = m.site_id and s.code = $1 and not (m.group_code = any ($2::text[]))
       returning m.group_code),
     joined as (
       insert into site_group_members (group_code, site_id, position)
       select g.code, s.id, coalesce((select max(position) + 1 from site_group_members m where m.group_code = g.code), 1)
         from sites s cross join unnest($2::text[]) as g (code) where s.code = $1
       on conflict do nothing returning group_code)
     update site_groups set edited_at = now()
      where code in (select group_code from left_groups union select group_code from joined) returning code`,
    [code, groups],
  );
  const codes = changed.map((group) => group.code);
  await recordGroups(client, codes, by);
  await markGroupDays(client, codes);
}
