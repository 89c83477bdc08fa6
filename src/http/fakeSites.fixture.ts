import { DomainError } from '../domain/domainError.js';
import type { DustPeriodInfo, DustPeriodService } from './services/dustPeriods.js';
import type { SiteDetail, SiteHistoryService } from './services/siteHistory.js';
import type { SiteInfo } from './services.js';

/** A history service that knows one site, to which nothing has happened. */
export function fakeSiteHistory(site: SiteInfo): SiteHistoryService {
  const past = { names: [], moves: [], merges: [], instruments: [], mergedFrom: [], states: [] };
  const find = (code: string): Promise<SiteDetail> =>
    code === site.code
      ? Promise.resolve({ ...site, ...past })
      : Promise.reject(new DomainError('not-found', { what: `site ${code}` }));
  const record = (_: unknown, code: string) => find(code);
  return {
    find,
    addName: record,
    addMove: record,
    addMerge: record,
    addInstrument: record,
    withdraw: record,
  };
}

/** A service with dust period 1. */
export function fakeDustPeriods(): DustPeriodService {
  const period: DustPeriodInfo = {
    id: 1,
    start: '2025-03-05T08:00:00+08:00',
    end: '2025-03-06T14:00:00+08:00',
    document: '沙尘 1 号',
    note: '',
    deleted: false,
    overlaps: [],
    history: [],
  };
  const find = (id: number): Promise<DustPeriodInfo> =>
    id === period.id
      ? Promise.resolve(period)
      : Promise.reject(new DomainError('not-found', { what: `dust period ${id}` }));
  return {
    list: () => Promise.resolve([period]),
    find,
    create: () => Promise.resolve(period),
    update: (_, id) => find(id),
    remove: (_, id) => find(id),
  };
}
