import { DomainError } from '../domain/domainError.js';
import { readNetworkTarget } from '../domain/networkTarget.js';
import type { AllowanceInfo, AllowanceService } from '../http/services/channels.js';
import { insertAudit } from '../store/audit.js';
import {
  endAllowance,
  insertAllowance,
  listAllowances,
  type NetworkAllowance,
} from '../store/networkAllowances.js';
import { inTransaction, type Pool } from '../store/pool.js';

/** The private addresses that channels may call, by API. */
export function createAllowanceService(pool: Pool): AllowanceService {
  return {
    list: async () => (await listAllowances(pool)).map(toInfo),
    add(actor, given, reason) {
      const read = readNetworkTarget(given);
      if ('problemZh' in read)
        throw new DomainError('allowance-invalid', {
          target: given,
          problem: read.problemZh,
          problemEn: read.problemEn,
        });
      const { target } = read;
      return inTransaction(pool, async (client) => {
        const added = await insertAllowance(client, actor, target, reason);
        if (added === undefined) throw new DomainError('conflict', { detail: target });
        await insertAudit(client, actor, 'network-allowance', target, { change: 'added', reason });
        return toInfo(added);
      });
    },
    remove: (actor, id, reason) =>
      inTransaction(pool, async (client) => {
        const ended = await endAllowance(client, actor, id, reason);
        if (ended === undefined) throw new DomainError('not-found', { what: `network allowance ${id}` });
        await insertAudit(client, actor, 'network-allowance', ended.target, { change: 'removed', reason });
        return toInfo(ended);
      }),
  };
}

function toInfo({ addedAt, ...allowance }: NetworkAllowance): AllowanceInfo {
  return { ...allowance, addedAt: addedAt.toISOString() };
}
