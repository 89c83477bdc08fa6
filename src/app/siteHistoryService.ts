import { beijingTime } from '../domain/beijingTime.js';
import { dayOfInstant } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import type { SiteDetail, SiteEntry, SiteHistoryService } from '../http/services/siteHistory.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from '../store/pool.js';
import { listIndicators } from '../store/reference.js';
import {
  insertSiteEvent,
  listSiteEvents,
  lockSiteEvents,
  siteEvent,
  withdrawSiteEvent,
  type SiteEvent,
  type SiteEventContent,
} from '../store/siteEvents.js';
import { listSiteRevisions, type SiteRevision } from '../store/siteHistory.js';
import { listSites, updateSite, type SiteRecord } from '../store/sites.js';
import { toSiteInfo } from './catalogueService.js';

interface EntryInput {
  readonly document?: string | undefined;
  readonly note?: string | undefined;
  readonly replaces?: string | undefined;
  readonly reason?: string | undefined;
}

/** Names, moves, merges and instruments of sites with their dates. */
export function createSiteHistoryService(pool: Pool, now: () => Date): SiteHistoryService {
  const add = (
    actor: Actor,
    code: string,
    input: EntryInput,
    makeEvent: (client: PoolClient, site: SiteRecord) => Promise<SiteEventContent>,
  ): Promise<SiteDetail> =>
    inTransaction(pool, async (client) => {
      await lockSiteEvents(client);
      const site = await findSite(client, code);
      const event = await makeEvent(client, site);
      const { replaces, reason = '' } = input;
      const id = await insertSiteEvent(
        client,
        site.id,
        event,
        actor,
        replaces === undefined ? undefined : { id: replaces, reason },
      );
      await insertAudit(client, actor, `site-${event.kind}-recorded`, `site ${code}`, { id, ...input });
      return readDetail(client, code);
    });
  const common = ({ document, note }: EntryInput) => ({ document: document ?? '', note: note ?? '' });
  return {
    find: (code) => readDetail(pool, code),
    addName: (actor, code, input) =>
      add(actor, code, input, async (client, site) => {
        const { name, official, from = null, to = null } = input;
        const today = dayOfInstant(now().getTime());
        if (official && (from === null || from <= today) && (to === null || today < to))
          await showName(client, site, name, actor);
        return siteEvent({ kind: 'name', name, official, from, to, ...common(input) });
      }),
    addMove: (actor, code, input) =>
      add(actor, code, input, () => {
        const { from = null, longitude, latitude } = input;
        const place = { longitude: String(longitude), latitude: String(latitude) };
        return Promise.resolve(siteEvent({ kind: 'move', from, ...place, ...common(input) }));
      }),
    addMerge: (actor, code, input) =>
      add(actor, code, input, async (client) => {
        const { from, into } = input;
        const mergedInto = (await findSite(client, into)).id;
        return siteEvent({ kind: 'merge', from, mergedInto, ...common(input) });
      }),
    addInstrument: (actor, code, input) =>
      add(actor, code, input, async (client) => {
        const { from, indicators, model = null, method = null } = input;
        await checkIndicators(client, indicators);
        return siteEvent({ kind: 'instrument', from, indicators, model, method, ...common(input) });
      }),
    withdraw: (actor, code, { id, reason }) =>
      inTransaction(pool, async (client) => {
        await lockSiteEvents(client);
        const site = await findSite(client, code);
        await withdrawSiteEvent(client, site.id, id, { ...actor, reason });
        await insertAudit(client, actor, 'site-entry-withdrawn', `site ${code}`, { id, reason });
        return readDetail(client, code);
      }),
  };
}

/** Shows the site under another name; the one it had until now still finds it. */
async function showName(client: PoolClient, site: SiteRecord, name: string, actor: Actor): Promise<void> {
  if (site.name === name) return;
  const aliases = new Set([site.name, ...site.aliases]);
  aliases.delete(name);
  await updateSite(client, site.code, { name, aliases: [...aliases] }, actor);
}

async function checkIndicators(db: Queryable, codes: readonly string[]): Promise<void> {
  const known = new Set((await listIndicators(db)).map(({ code }) => code));
  const unknown = codes.find((code) => !known.has(code));
  if (unknown !== undefined) throw new DomainError('not-found', { what: `indicator ${unknown}` });
}

async function findSite(db: Queryable, code: string): Promise<SiteRecord> {
  const site = (await listSites(db)).find((candidate) => candidate.code === code);
  if (site === undefined) throw new DomainError('not-found', { what: `site ${code}` });
  return site;
}

async function readDetail(db: Queryable, code: string): Promise<SiteDetail> {
  const sites = await listSites(db);
  const site = sites.find((candidate) => candidate.code === code);
  if (site === undefined) throw new DomainError('not-found', { what: `site ${code}` });
  const codeOf = new Map(sites.map((one) => [one.id, one.code]));
  const events = await listSiteEvents(db, { siteId: site.id, withdrawn: true });
  const merged = (await listSiteEvents(db)).filter(({ mergedInto }) => mergedInto === site.id);
  const ofKind = <T>(kind: SiteEvent['kind'], extra: (event: SiteEvent) => T): (SiteEntry & T)[] =>
    events.filter((event) => event.kind === kind).map((event) => ({ ...toEntry(event), ...extra(event) }));
  return {
    ...toSiteInfo(site),
    names: ofKind('name', ({ name, official }) => ({ name: name ?? '', official: official ?? false })),
    moves: ofKind('move', ({ longitude, latitude }) => ({
      longitude: longitude ?? '',
      latitude: latitude ?? '',
    })),
    merges: ofKind('merge', ({ mergedInto }) => ({ into: codeOf.get(mergedInto ?? 0) ?? '' })),
    instruments: ofKind('instrument', ({ indicators, model, method }) => ({
      indicators: [...(indicators ?? [])],
      model,
      method,
    })),
    mergedFrom: merged.map(({ siteId }) => codeOf.get(siteId) ?? ''),
    states: (await listSiteRevisions(db, site.id)).map(toState),
  };
}

function toEntry(event: SiteEvent): SiteEntry {
  const { id, from, to, document, note, replaces, recordedAt, withdrawnAt } = event;
  return {
    id,
    from,
    to,
    document,
    note,
    replaces,
    recordedAt: beijingTime(recordedAt.getTime()),
    recordedBy: person(event.recordedBy, event.recordedOffice),
    withdrawn:
      withdrawnAt === null
        ? null
        : {
            at: beijingTime(withdrawnAt.getTime()),
            by: person(event.withdrawnBy ?? '', event.withdrawnOffice ?? ''),
            reason: event.withdrawnReason ?? '',
          },
  };
}

function toState(revision: SiteRevision) {
  const { change, name, kind, waterBody, aliases, placeholder, recordedAt, reason } = revision;
  return {
    change,
    name,
    kind,
    waterBody,
    aliases: [...aliases],
    placeholder,
    recordedAt: beijingTime(recordedAt.getTime()),
    recordedBy: person(revision.recordedBy, revision.recordedOffice),
    reason,
  };
}

function person(name: string, office: string): string {
  return office === '' ? name : `${name}（${office}）`;
}
