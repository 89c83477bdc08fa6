import { beijingTime } from '../domain/beijingTime.js';
import { instantOfDay, isDay } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { Actor } from '../domain/role.js';
import type { DustPeriodInfo, DustPeriodService, DustPeriodState } from '../http/services/dustPeriods.js';
import { insertAudit } from '../store/audit.js';
import {
  deleteDustPeriod,
  insertDustPeriod,
  listDustPeriods,
  listDustRevisions,
  updateDustPeriod,
  type DustPeriodRecord,
  type DustPeriodRevision,
  type StoredDustPeriod,
} from '../store/dustPeriods.js';
import { inTransaction, type Pool, type PoolClient, type Queryable } from '../store/pool.js';
import { insertWrite } from '../store/writes.js';

const always = { from: Date.parse('0001-01-01T00:00:00Z'), to: Date.parse('9999-01-01T00:00:00Z') };

/**
 * Dust periods entered by people.
 *
 * @param changed called after a change is stored, for figures hang on it
 */
export function createDustPeriodService(pool: Pool, changed: () => void): DustPeriodService {
  const write = async (
    actor: Actor,
    reason: string,
    change: (client: PoolClient, writeId: string) => Promise<number>,
  ): Promise<DustPeriodInfo> => {
    const info = await inTransaction(pool, async (client) => {
      const writeId = await insertWrite(client, actor, { kind: 'manual', reason });
      return readOne(client, await change(client, writeId));
    });
    changed();
    return info;
  };
  return {
    async list({ from, to, deleted }) {
      const span = {
        from: from === undefined ? always.from : toInstant(from),
        to: to === undefined ? always.to : toInstant(to),
      };
      return deleted ? listDeleted(pool, span) : listStored(pool, span);
    },
    find: (id) => readOne(pool, id),
    create: (actor, input) =>
      write(actor, input.reason ?? '', async (client, writeId) => {
        const { start, end, document, note = '' } = input;
        const period = { start: Date.parse(start), end: Date.parse(end), document, note };
        const { id } = await insertDustPeriod(client, period, writeId);
        await insertAudit(client, actor, 'dust-period-created', `dust period ${id}`, { ...input });
        return id;
      }),
    update: (actor, id, { reason, start, end, document, note }) =>
      write(actor, reason, async (client, writeId) => {
        const change = {
          ...(start === undefined ? {} : { start: Date.parse(start) }),
          ...(end === undefined ? {} : { end: Date.parse(end) }),
          ...(document === undefined ? {} : { document }),
          ...(note === undefined ? {} : { note }),
        };
        await updateDustPeriod(client, id, change, writeId);
        await insertAudit(client, actor, 'dust-period-changed', `dust period ${id}`, {
          reason,
          change: { start, end, document, note },
        });
        return id;
      }),
    remove: (actor, id, reason) =>
      write(actor, reason, async (client, writeId) => {
        await deleteDustPeriod(client, id, writeId);
        await insertAudit(client, actor, 'dust-period-deleted', `dust period ${id}`, { reason });
        return id;
      }),
  };
}

function toInstant(text: string): number {
  return isDay(text) ? instantOfDay(text) : Date.parse(text);
}

async function listStored(db: Queryable, span: { from: number; to: number }): Promise<DustPeriodInfo[]> {
  const periods = await listDustPeriods(db, span.from, span.to);
  const all = await listDustPeriods(db, always.from, always.to);
  const history = groupRevisions(await listDustRevisions(db, { ids: periods.map(({ id }) => id) }));
  return periods.map((period) => toInfo(period, all, history.get(period.id) ?? []));
}

async function listDeleted(db: Queryable, span: { from: number; to: number }): Promise<DustPeriodInfo[]> {
  const history = groupRevisions(await listDustRevisions(db, { deletedOnly: true }));
  return [...history]
    .map(([id, revisions]) => toDeleted(id, revisions))
    .filter(({ start, end }) => Date.parse(start) < span.to && Date.parse(end) > span.from);
}

async function readOne(db: Queryable, id: number): Promise<DustPeriodInfo> {
  const revisions = await listDustRevisions(db, { ids: [id] });
  const all = await listDustPeriods(db, always.from, always.to);
  const period = all.find((one) => one.id === id);
  if (period !== undefined) return toInfo(period, all, revisions);
  if (revisions.length === 0) throw new DomainError('not-found', { what: `dust period ${id}` });
  return toDeleted(id, revisions);
}

function groupRevisions(revisions: readonly DustPeriodRevision[]): Map<number, DustPeriodRevision[]> {
  const groups = new Map<number, DustPeriodRevision[]>();
  for (const revision of revisions) {
    const group = groups.get(revision.periodId) ?? [];
    group.push(revision);
    groups.set(revision.periodId, group);
  }
  return groups;
}

function toInfo(
  period: DustPeriodRecord,
  all: readonly DustPeriodRecord[],
  revisions: readonly DustPeriodRevision[],
): DustPeriodInfo {
  const overlaps = all.filter(
    ({ id, start, end }) => id !== period.id && start < period.end && end > period.start,
  );
  return {
    id: period.id,
    ...toState(period),
    deleted: false,
    overlaps: overlaps.map(({ id }) => id),
    history: revisions.map(toChange),
  };
}

function toDeleted(id: number, revisions: readonly DustPeriodRevision[]): DustPeriodInfo {
  const last = revisions.at(-1)!;
  return {
    id,
    ...toState((last.before ?? last.after)!),
    deleted: true,
    overlaps: [],
    history: revisions.map(toChange),
  };
}

function toChange(revision: DustPeriodRevision) {
  const { before, after, at, by, office, reason, uploadId } = revision;
  return {
    before: before && toState(before),
    after: after && toState(after),
    at: beijingTime(at.getTime()),
    by: `${by}（${office}）`,
    reason,
    origin: uploadId === null ? 'manual' : `upload ${uploadId}`,
  };
}

function toState({ start, end, document, note }: StoredDustPeriod): DustPeriodState {
  return { start: beijingTime(start), end: beijingTime(end), document, note };
}
