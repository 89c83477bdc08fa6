import type { PoolClient } from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Queryable } from './pool.js';
import type { Recorder } from './siteHistory.js';

/** What can happen to a site over time. */
export type SiteEventKind = 'name' | 'move' | 'merge' | 'instrument';

/** What an entry says; fields of other kinds are null. Days are Beijing days, `to` is exclusive. */
export interface SiteEventContent {
  readonly kind: SiteEventKind;
  readonly from: string | null;
  readonly to: string | null;
  /** Of a name: the name itself, and whether it was the official one. */
  readonly name: string | null;
  readonly official: boolean | null;
  /** Of a move: decimal degrees as exact texts; the datum is whatever the document uses. */
  readonly longitude: string | null;
  readonly latitude: string | null;
  /** Of a merge: the id of the site that took this one's place. */
  readonly mergedInto: number | null;
  /** Of an instrument: codes of what it measures, model and method. */
  readonly indicators: readonly string[] | null;
  readonly model: string | null;
  readonly method: string | null;
  readonly document: string;
  readonly note: string;
}

/** A stored entry with who recorded it and, when it no longer counts, who withdrew it and why. */
export interface SiteEvent extends SiteEventContent {
  readonly id: string;
  readonly siteId: number;
  readonly replaces: string | null;
  readonly recordedAt: Date;
  readonly recordedBy: string;
  readonly recordedOffice: string;
  readonly withdrawnAt: Date | null;
  readonly withdrawnBy: string | null;
  readonly withdrawnOffice: string | null;
  readonly withdrawnReason: string | null;
}

const columns = `id, site_id as "siteId", kind, valid_from::text as "from", valid_to::text as "to", name, official,
  longitude::text, latitude::text, merged_into as "mergedInto", indicators, model, method, document, note, replaces,
  recorded_at as "recordedAt", recorded_by as "recordedBy", recorded_office as "recordedOffice",
  withdrawn_at as "withdrawnAt", withdrawn_by as "withdrawnBy", withdrawn_office as "withdrawnOffice",
  withdrawn_reason as "withdrawnReason"`;

/** An entry in which everything but what is given is empty. */
export function siteEvent(
  content: Pick<SiteEventContent, 'kind'> & Partial<SiteEventContent>,
): SiteEventContent {
  return {
    from: null,
    to: null,
    name: null,
    official: null,
    longitude: null,
    latitude: null,
    mergedInto: null,
    indicators: null,
    model: null,
    method: null,
    document: '',
    note: '',
    ...content,
  };
}

/** Lists the entries of one site (of all without), in order of validity; withdrawn ones only when asked for. */
export async function listSiteEvents(
  db: Queryable,
  filter: { readonly siteId?: number; readonly withdrawn?: boolean } = {},
): Promise<SiteEvent[]> {
  const { rows } = await db.query<SiteEvent>(
    `select ${columns} from site_events
      where ($1::integer is null or site_id = $1) and ($2::boolean or withdrawn_at is null)
      order by site_id, kind, valid_from nulls first, id`,
    [filter.siteId ?? null, filter.withdrawn ?? false],
  );
  return rows;
}

/** Keeps others from changing what happened to sites until the caller's transaction ends. */
export async function lockSiteEvents(client: PoolClient): Promise<void> {
  await client.query(`select pg_advisory_xact_lock(hashtext('site events'))`);
}

/**
 * Adds an entry; with `replaces` it corrects an earlier one of the same site and kind, which stays readable as
 * withdrawn. The caller holds `lockSiteEvents`.
 *
 * @throws DomainError `not-found` for the entry to replace, `conflict` for a second merge or one in a circle
 */
export async function insertSiteEvent(
  client: PoolClient,
  siteId: number,
  event: SiteEventContent,
  by: Recorder,
  replaces?: { readonly id: string; readonly reason: string },
): Promise<string> {
  if (replaces !== undefined) {
    await withdrawSiteEvent(client, siteId, replaces.id, { ...by, reason: replaces.reason }, event.kind);
  }
  if (event.kind === 'merge') await checkMerge(client, siteId, event);
  const { rows } = await client.query<{ id: string }>(
    `insert into site_events
       (site_id, kind, valid_from, valid_to, name, official, longitude, latitude, merged_into, indicators, model,
        method, document, note, replaces, write_id, recorded_by, recorded_office)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) returning id`,
    [
      siteId,
      event.kind,
      event.from,
      event.to,
      event.name,
      event.official,
      event.longitude,
      event.latitude,
      event.mergedInto,
      event.indicators,
      event.model,
      event.method,
      event.document,
      event.note,
      replaces?.id ?? null,
      by.writeId ?? null,
      by.name,
      by.office,
    ],
  );
  return rows[0]!.id;
}

/** Withdraws an entry that was wrong; it stays readable. Throws DomainError `not-found`. */
export async function withdrawSiteEvent(
  client: PoolClient,
  siteId: number,
  id: string,
  by: Recorder,
  kind?: SiteEventKind,
): Promise<void> {
  const { rowCount } = await client.query(
    `update site_events set withdrawn_at = now(), withdrawn_by = $3, withdrawn_office = $4, withdrawn_reason = $5
      where id = $1::bigint and site_id = $2 and withdrawn_at is null and ($6::text is null or kind = $6)`,
    [id, siteId, by.name, by.office, by.reason ?? '', kind ?? null],
  );
  if (rowCount === 0) throw new DomainError('not-found', { what: `site history entry ${id}` });
}

/** Withdraws the entries that a write recorded; what they replaced counts again. */
export async function undoSiteEventsOf(client: PoolClient, writeId: string, by: Recorder): Promise<void> {
  await lockSiteEvents(client);
  await client.query(
    `with mine as (
       update site_events set withdrawn_at = now(), withdrawn_by = $2, withdrawn_office = $3, withdrawn_reason = $4
        where write_id = $1::bigint and withdrawn_at is null returning replaces)
     update site_events set withdrawn_at = null, withdrawn_by = null, withdrawn_office = null, withdrawn_reason = null
      where id in (select replaces from mine)`,
    [writeId, by.name, by.office, by.reason ?? ''],
  );
}

async function checkMerge(client: PoolClient, siteId: number, event: SiteEventContent): Promise<void> {
  const { rows } = await client.query<{ site_id: number; merged_into: number }>(
    `select site_id, merged_into from site_events where kind = 'merge' and withdrawn_at is null`,
  );
  const successor = new Map(rows.map((row) => [row.site_id, row.merged_into]));
  if (successor.has(siteId)) {
    throw new DomainError('conflict', {
      detail:
        '该点位已经并入别的点位，请用 replaces 更正 / merged already: correct that entry with `replaces`',
    });
  }
  let next: number | undefined = event.mergedInto ?? undefined;
  for (let steps = 0; next !== undefined && steps <= successor.size; steps += 1) {
    if (next === siteId) {
      throw new DomainError('conflict', { detail: '合并成了一个圈 / the merges would form a circle' });
    }
    next = successor.get(next);
  }
}
