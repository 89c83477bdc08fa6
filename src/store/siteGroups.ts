import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Queryable } from './pool.js';
import { changingGrades } from './ruleMarks.js';
import { recordGroups, systemRecorder, type Recorder } from './siteHistory.js';
import { markGroupDays } from './sites.js';

/** A named list of sites that targets are about; members by code in the order in which they are shown. */
export interface StoredSiteGroup {
  code: string;
  nameZh: string;
  members: string[];
}

/** Lists every group with its members. */
export async function listSiteGroups(db: Queryable): Promise<StoredSiteGroup[]> {
  const { rows } = await db.query<StoredSiteGroup>(
    `select g.code, g.name_zh as "nameZh",
            array(select s.code from site_group_members m join sites s on s.id = m.site_id
                   where m.group_code = g.code order by m.position, s.code) as members
       from site_groups g order by g.code`,
  );
  return rows;
}

/**
 * Adds a group or sets its name and members, and has its figures derived anew when the members changed. Throws DomainError `not-found` for an unknown site.
 */
export async function saveSiteGroup(
  client: PoolClient,
  group: StoredSiteGroup,
  by: Recorder = systemRecorder,
): Promise<void> {
  const { rows } = await client.query<{ code: string }>(
    'select m.code from unnest($1::text[]) as m (code) where not exists (select from sites s where s.code = m.code)',
    [group.members],
  );
  if (rows[0] !== undefined) throw new DomainError('not-found', { what: `site ${rows[0].code}` });
  await client.query(
    `insert into site_groups (code, name_zh, edited_at) values ($1, $2, now())
     on conflict (code) do update set name_zh = excluded.name_zh, edited_at = now()`,
    [group.code, group.nameZh],
  );
  await changingGrades(client, () => setMembers(client, group, by));
}

async function setMembers(client: PoolClient, group: StoredSiteGroup, by: Recorder): Promise<void> {
  const before = await memberIds(client, group.code);
  await client.query('delete from site_group_members where group_code = $1', [group.code]);
  await client.query(
    `insert into site_group_members (group_code, site_id, position)
     select $1, s.id, min(m.position) from unnest($2::text[]) with ordinality as m (code, position)
       join sites s on s.code = m.code group by s.id`,
    [group.code, group.members],
  );
  await recordGroups(client, [group.code], by);
  const after = await memberIds(client, group.code);
  if (before.join() !== after.join()) await markGroupDays(client, [group.code]);
}

async function memberIds(db: Queryable, code: string): Promise<number[]> {
  const { rows } = await db.query<{ site_id: number }>(
    'select site_id from site_group_members where group_code = $1 order by site_id',
    [code],
  );
  return rows.map((row) => row.site_id);
}
