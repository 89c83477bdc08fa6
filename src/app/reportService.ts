import { DomainError } from '../domain/domainError.js';
import type { ReportService } from '../http/services.js';
import { listReportPage } from '../store/periodReports.js';
import type { Pool } from '../store/pool.js';

/** Lists reported figures page by page; the cursor is the last record's number. */
export function createReportService(pool: Pool): ReportService {
  return {
    async page({ cursor, limit, ...filter }) {
      if (cursor !== undefined && !/^\d{1,18}$/.test(cursor)) {
        throw new DomainError('invalid-request', { detail: 'cursor' });
      }
      const rows = await listReportPage(pool, {
        ...filter,
        limit: limit + 1,
        ...(cursor === undefined ? {} : { afterId: cursor }),
      });
      const next = rows.length > limit ? rows[limit - 1]!.id : null;
      return {
        items: rows.slice(0, limit).map(({ id, ...row }) => {
          void id;
          return row;
        }),
        next,
      };
    },
  };
}
