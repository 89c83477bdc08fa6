import { beijingTime } from '../domain/beijingTime.js';
import { DomainError } from '../domain/domainError.js';
import { verdictZh } from '../domain/verdict.js';
import type { VerdictHistoryService } from '../http/services/verdictHistory.js';
import type { Pool } from '../store/pool.js';
import { listAllVersions } from '../store/targets.js';
import { listVerdictRecords } from '../store/verdictDays.js';

/** What was said of a target, day by day. */
export function createVerdictHistoryService(pool: Pool): VerdictHistoryService {
  return {
    async list(targetId, { from = '0001-01-01', to, all }, language) {
      const records = await listVerdictRecords(pool, targetId, { from, to, all });
      if (records.length === 0 && !(await listAllVersions(pool)).some(({ target }) => target.id === targetId))
        throw new DomainError('not-found', { what: `target ${targetId}` });
      return records.map(({ targetId: id, recordedAt, current, reasonZh, reasonEn, ...record }) => {
        void id;
        return {
          ...record,
          recordedAt: beijingTime(recordedAt.getTime()),
          verdictZh: verdictZh[record.verdict],
          reason: language === 'zh' ? reasonZh : reasonEn,
          superseded: !current,
        };
      });
    },
  };
}
