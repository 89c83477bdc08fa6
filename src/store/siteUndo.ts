import type { PoolClient } from 'pg';
import { families } from '../domain/family.js';
import type { Queryable } from './pool.js';
import { undoSiteEventsOf } from './siteEvents.js';
import { listSiteRevisions, recordSites, type Recorder, type SiteRevision } from './siteHistory.js';
import { markGradesOf } from './sites.js';

// A row that only ever held the values of an undone write may be left behind empty.
const holdsValue = `jsonb_strip_nulls(to_jsonb(t) - '{ts,site_id,write_id,span,indicator}'::text[]) <> '{}'`;
const valueTables = [
  ...Object.values(families).map(({ table }) => table),
  'series_values',
  'published_texts',
] as const;
const derivedTables = [
  'air_site_days',
  'water_site_months',
  'water_item_months',
  'published_differences',
  'latest_rows',
  'pending_days',
] as const;

/** Sites that a write created, with whether any stored value refers to them. */
export async function listSitesCreatedBy(
  db: Queryable,
  writeId: string,
): Promise<{ id: number; code: string; name: string; inUse: boolean }[]> {
  const uses = [
    ...valueTables.map((table) => `exists (select from ${table} t where t.site_id = s.id and ${holdsValue})`),
    ...['value_flags', 'period_reports', 'site_group_members'].map(
      (table) => `exists (select from ${table} t where t.site_id = s.id)`,
    ),
  ];
  const { rows } = await db.query<{ id: number; code: string; name: string; inUse: boolean }>(
    `select s.id, s.code, s.name,
            (${uses.join(' or ')} or exists (
                select from site_events e
                 where (e.site_id = s.id or e.merged_into = s.id) and e.write_id is distinct from $1::bigint)
              or exists (select from site_history h where h.site_id = s.id and h.write_id is distinct from $1::bigint)
            ) as "inUse"
       from sites s join site_history c on c.site_id = s.id and c.change = 'created' and c.write_id = $1::bigint
      order by s.id`,
    [writeId],
  );
  return rows;
}

/**
 * Takes back the sites that a write created: those that nothing refers to are removed (their record stays in the
 * history), the others are kept and reported. Call it after the write's values are taken back.
 */
export async function undoCreatedSites(
  client: PoolClient,
  writeId: string,
  by: Recorder,
): Promise<{ removed: string[]; kept: string[] }> {
  const sites = await listSitesCreatedBy(client, writeId);
  const removed = sites.filter(({ inUse }) => !inUse);
  const codes = removed.map(({ code }) => code);
  await recordSites(client, codes, by, true);
  const ids = removed.map(({ id }) => id);
  for (const table of ids.length === 0 ? [] : [...valueTables, ...derivedTables, 'value_origins'])
    await client.query(`delete from ${table} where site_id = any ($1::integer[])`, [ids]);
  await client.query('delete from site_events where site_id = any ($1::integer[])', [ids]);
  await client.query('delete from sites where id = any ($1::integer[])', [ids]);
  return { removed: codes, kept: sites.filter(({ inUse }) => inUse).map(({ code }) => code) };
}

/**
 * Puts sites that a write changed back as they were before it; those changed since are left alone and listed. What it
 * added to their history is withdrawn.
 */
export async function undoSiteChangesOf(
  client: PoolClient,
  writeId: string,
  by: Recorder,
): Promise<{ restored: string[]; overtaken: string[] }> {
  const { rows } = await client.query<{ site_id: number }>(
    `select distinct site_id from site_history where write_id = $1::bigint and change = 'changed' order by site_id`,
    [writeId],
  );
  const restored: string[] = [];
  const overtaken: string[] = [];
  for (const { site_id } of rows) {
    const states = await listSiteRevisions(client, site_id);
    const first = states.findIndex((state) => state.writeId === writeId);
    const before = states[first - 1];
    const last = states.at(-1)!;
    // A site that the same write created is for `undoCreatedSites`.
    if (before === undefined || last.change === 'removed') continue;
    if (last.writeId !== writeId) overtaken.push(last.code);
    else {
      await restoreSite(client, before, last);
      await recordSites(client, [before.code], by);
      restored.push(before.code);
    }
  }
  await undoSiteEventsOf(client, writeId, by);
  return { restored, overtaken };
}

async function restoreSite(client: PoolClient, before: SiteRevision, last: SiteRevision): Promise<void> {
  if (before.kind !== last.kind) await markGradesOf(client, before.code, before.kind);
  await client.query(
    `update sites set name = $2, kind = $3, water_body = $4, aliases = $5, placeholder = $6, edited_at = now()
      where id = $1`,
    [before.siteId, before.name, before.kind, before.waterBody, before.aliases, before.placeholder],
  );
}
