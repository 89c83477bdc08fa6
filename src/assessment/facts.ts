import { listGroupDays, listSiteDays, type AirGroupDayRow, type AirSiteDayRow } from '../store/airDays.js';
import { listReports, type StoredReport } from '../store/periodReports.js';
import type { Queryable } from '../store/pool.js';
import { listTargets, type TargetVersion } from '../store/targets.js';
import { listWaterMonths, type WaterSiteMonthRow } from '../store/waterSiteMonths.js';
import { loadReference, type Reference } from './reference.js';

/**
 * What verdicts rest on: as it is derived and stored now, as it was at a past instant, or as a proof states it. Ranges
 * of days are half open; rows come in the order of the stored tables.
 */
export interface Facts {
  readonly reference: Reference;
  /** Targets in the version in force on a day. */
  listTargets(asOf: string): Promise<TargetVersion[]>;
  listGroupDays(groupCode: string, from: string, to: string): Promise<AirGroupDayRow[]>;
  listSiteDays(siteIds: readonly number[], days: readonly string[]): Promise<AirSiteDayRow[]>;
  listWaterMonths(siteIds: readonly number[], from: string, to: string): Promise<WaterSiteMonthRow[]>;
  /** Reported figures whose period ended by a day (exclusive end at most `endsBy`). */
  listReports(indicators: readonly string[], endsBy: string): Promise<StoredReport[]>;
}

/** The derived figures as they are stored now. */
export async function loadStoredFacts(db: Queryable): Promise<Facts> {
  return {
    reference: await loadReference(db),
    listTargets: (asOf) => listTargets(db, asOf),
    listGroupDays: (groupCode, from, to) => listGroupDays(db, groupCode, from, to),
    listSiteDays: (siteIds, days) => listSiteDays(db, siteIds, days),
    listWaterMonths: (siteIds, from, to) => listWaterMonths(db, siteIds, from, to),
    listReports: (indicators, endsBy) => listReports(db, indicators, endsBy),
  };
}
