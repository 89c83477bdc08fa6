import { matchedValues } from '../alerts/alertView.js';
import { findSilenceFaults } from '../alerts/withholding.js';
import { matchesAll } from '../domain/alertMatcher.js';
import { DomainError } from '../domain/domainError.js';
import type { SilenceInfo, SilenceService } from '../http/services/alerting.js';
import { listAlerts } from '../store/alertQueries.js';
import {
  endAlertSilence,
  findAlertSilence,
  insertAlertSilence,
  listAlertSilences,
  type AlertSilenceRow,
} from '../store/alertSilences.js';
import { insertAudit } from '../store/audit.js';
import { inTransaction, type Pool } from '../store/pool.js';
import { toView } from './alertWithholding.js';

const mostCounted = 5_000;

/** Silences and maintenance windows by API. */
export function createSilenceService(pool: Pool, now: () => Date): SilenceService {
  return {
    async list({ active, before, limit }) {
      const at = now();
      const rows = await listAlertSilences(pool, { activeAt: active ? at : undefined, before, limit });
      return {
        items: rows.map((row) => toInfo(row, at)),
        next: rows.length === limit ? String(rows.at(-1)!.id) : null,
      };
    },
    async create(actor, { kind, titleZh, matchers, reason, ...input }) {
      const at = now();
      const startsAt = input.startsAt === undefined ? at : new Date(input.startsAt);
      const endsAt = new Date(input.endsAt);
      const faults = findSilenceFaults(
        { matchers, author: actor.name, reason, startsAt: startsAt.getTime(), endsAt: endsAt.getTime() },
        at.getTime(),
      );
      if (faults.length > 0)
        throw new DomainError('silence-invalid', {
          problem: faults.map(({ field, message }) => `${field}: ${message}`).join('; '),
        });
      const id = await inTransaction(pool, async (client) => {
        const added = await insertAlertSilence(client, actor, {
          kind,
          titleZh,
          matchers,
          reason,
          startsAt,
          endsAt,
        });
        await insertAudit(client, actor, 'alert-silence', `silence ${added}`, {
          change: 'created',
          kind,
          matchers,
          startsAt: startsAt.toISOString(),
          endsAt: endsAt.toISOString(),
          reason,
        });
        return added;
      });
      const firing = await listAlerts(pool, { firing: true, limit: mostCounted });
      const matching = firing.filter((alert) => {
        const view = toView(alert);
        return view !== undefined && matchesAll(matchers, matchedValues(view));
      }).length;
      return { ...toInfo((await findAlertSilence(pool, id))!, at), matching };
    },
    async end(actor, id, reason) {
      await inTransaction(pool, async (client) => {
        if ((await findAlertSilence(client, id)) === undefined)
          throw new DomainError('not-found', { what: `silence ${id}` });
        if (!(await endAlertSilence(client, actor, id))) throw new DomainError('silence-over', { id });
        await insertAudit(client, actor, 'alert-silence', `silence ${id}`, { change: 'ended', reason });
      });
      return toInfo((await findAlertSilence(pool, id))!, now());
    },
  };
}

function toInfo(row: AlertSilenceRow, at: Date): SilenceInfo {
  const over = row.endedAt !== null || row.endsAt <= at;
  return {
    id: row.id,
    kind: row.kind,
    titleZh: row.titleZh,
    matchers: [...row.matchers],
    reason: row.reason,
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    by: row.actorName,
    office: row.actorOffice,
    endedAt: row.endedAt?.toISOString() ?? null,
    endedBy: row.endedBy,
    state: over ? 'over' : row.startsAt > at ? 'upcoming' : 'active',
  };
}
