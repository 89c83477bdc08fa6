import type { PoolClient } from 'pg';
import type { SiteKind } from '../domain/site.js';
import type { Queryable } from './pool.js';

/** Who changes reference data, by which write when values come with it, and why. */
export interface Recorder {
  readonly name: string;
  readonly office: string;
  readonly writeId?: string;
  readonly reason?: string;
}

/** The service itself: seeds, repairs and tests. */
export const systemRecorder: Recorder = { name: 'system', office: '' };

/** One state of a site's entry, with who made it so. */
export interface SiteRevision {
  readonly siteId: number;
  readonly change: 'created' | 'changed' | 'removed';
  readonly code: string;
  readonly name: string;
  readonly kind: SiteKind;
  readonly waterBody: string | null;
  readonly aliases: readonly string[];
  readonly placeholder: boolean;
  readonly writeId: string | null;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly recordedOffice: string;
  readonly reason: string;
}

const columns = `site_id as "siteId", change, code, name, kind, water_body as "waterBody", aliases, placeholder,
  write_id as "writeId", recorded_at as "recordedAt", recorded_by as "recordedBy",
  recorded_office as "recordedOffice", reason`;

/**
 * Records sites as they stand in the caller's transaction, where that differs from the last record; `removed` records
 * that they are about to go.
 */
export async function recordSites(
  client: PoolClient,
  codes: readonly string[],
  by: Recorder,
  removed = false,
): Promise<void> {
  await client.query(
    `insert into site_history
       (site_id, change, code, name, kind, water_body, aliases, placeholder, write_id, recorded_by, recorded_office, reason)
     select s.id, case when $2::boolean then 'removed' when h.id is null then 'created' else 'changed' end, s.code, s.name, s.kind, s.water_body, s.aliases, s.placeholder, $3::bigint, $4, $5, $6
       from sites s
       left join lateral (select * from site_history h where h.site_id = s.id order by h.id desc limit 1) h on true
      where s.code = any ($1::text[])
        and ($2::boolean or (h.code, h.name, h.kind, h.water_body, h.aliases, h.placeholder)
               is distinct from (s.code, s.name, s.kind, s.water_body, s.aliases, s.placeholder))
      order by s.id`,
    [codes, removed, by.writeId ?? null, by.name, by.office, by.reason ?? ''],
  );
}

/** Names a write as the origin of what was recorded last about sites, where none is named yet. */
export async function tieSitesToWrite(
  client: PoolClient,
  codes: readonly string[],
  writeId: string,
): Promise<void> {
  await client.query(
    `update site_history set write_id = $2
      where write_id is null and id in (
        select max(h.id) from site_history h where h.code = any ($1::text[]) group by h.site_id)`,
    [codes, writeId],
  );
}

/** Records the members of groups as they stand in the caller's transaction, where they differ from the last record. */
export async function recordGroups(
  client: PoolClient,
  groups: readonly string[],
  by: Recorder,
): Promise<void> {
  await client.query(
    `insert into site_group_member_history (group_code, members, recorded_by, recorded_office)
     select g.code, now_members.ids, $2, $3
       from site_groups g
       cross join lateral (
         select array(select m.site_id from site_group_members m where m.group_code = g.code
                       order by m.position, m.site_id) as ids) as now_members
       left join lateral (
         select h.members from site_group_member_history h where h.group_code = g.code order by h.id desc limit 1) h on true
      where g.code = any ($1::text[]) and h.members is distinct from now_members.ids
      order by g.code`,
    [groups, by.name, by.office],
  );
}

/** Every recorded state of a site, oldest first. */
export async function listSiteRevisions(db: Queryable, siteId: number): Promise<SiteRevision[]> {
  const { rows } = await db.query<SiteRevision>(
    `select ${columns} from site_history where site_id = $1 order by id`,
    [siteId],
  );
  return rows;
}

/**
 * Members of every group as the service knew them at an instant: group code → site ids in the order in which they were
 * shown. What was stored before changes were recorded counts from the beginning.
 */
export async function listGroupMembersAt(
  db: Queryable,
  instant: Date | string,
): Promise<Map<string, number[]>> {
  const { rows } = await db.query<{ group_code: string; members: number[] }>(
    `select distinct on (group_code) group_code, members from site_group_member_history
      where recorded_at <= $1 order by group_code, id desc`,
    [instant],
  );
  return new Map(
    rows.filter(({ members }) => members.length > 0).map((row) => [row.group_code, row.members]),
  );
}

/** Sites as the service knew them at an instant, in order of id. */
export async function listSitesAt(db: Queryable, instant: Date | string): Promise<SiteRevision[]> {
  const { rows } = await db.query<SiteRevision>(
    `select * from (
       select distinct on (site_id) ${columns} from site_history
        where recorded_at <= $1 order by site_id, id desc) as last
      where last.change <> 'removed' order by last."siteId"`,
    [instant],
  );
  return rows;
}
