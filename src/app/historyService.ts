import { beijingTime } from '../domain/beijingTime.js';
import { instantOfDay, isDay } from '../domain/calendar.js';
import { DomainError } from '../domain/domainError.js';
import type { HistoryService } from '../http/services/history.js';
import { keyedTables, type KeyedTableName } from '../store/keyedTable.js';
import type { Pool } from '../store/pool.js';
import { listCurrentValues, listValueEvents } from '../store/revisions.js';
import { listSites } from '../store/sites.js';

/** Tells what ever happened to a value. */
export function createHistoryService(pool: Pool): HistoryService {
  return {
    async find({ family, site: code, indicator, time, span }) {
      if (!Object.hasOwn(keyedTables, family))
        throw new DomainError('not-found', { what: `family ${family}` });
      const table = family as KeyedTableName;
      const site = (await listSites(pool)).find((one) => one.code === code);
      if (site === undefined) throw new DomainError('not-found', { what: `site ${code}` });
      const ts = isDay(time) ? new Date(instantOfDay(time)) : new Date(time);
      const key = { table, ts, siteId: site.id, indicator, span: span ?? null };
      const current = await listCurrentValues(pool, key);
      const events = await listValueEvents(pool, key);
      return {
        site: site.code,
        siteName: site.name,
        time: beijingTime(ts.getTime()),
        indicator,
        current: current.map((now) => ({
          span: now.span,
          value: now.value,
          origin: now.uploadId === null ? now.kind : `upload ${now.uploadId}`,
        })),
        items: events.map(({ at, actorName, actorOffice, ...event }) => ({
          ...event,
          at: beijingTime(at.getTime()),
          by: `${actorName}（${actorOffice}）`,
        })),
      };
    },
  };
}
