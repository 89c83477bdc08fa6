import { dayOfInstant, daysInRange, instantOfDay, monthOfDay } from '../domain/calendar.js';
import { parseStandards, type Standards } from '../domain/standard.js';
import { waterBodyOf } from '../domain/waterBody.js';
import { findDustHours } from '../statistics/dustHours.js';
import { listGroupDays, listSiteDays, type AirGroupDayRow, type AirSiteDayRow } from '../store/airDays.js';
import { listDustPeriods, listDustPeriodsAt, type DustPeriodRecord } from '../store/dustPeriods.js';
import { listReportsAt, type StoredReport } from '../store/periodReports.js';
import type { Queryable } from '../store/pool.js';
import { listGroupMembersAt, listSitesAt } from '../store/siteHistory.js';
import { listGroupMembers, listSites } from '../store/sites.js';
import { haveStandardsChangedSince, listStandardDocumentsAt } from '../store/standardVersions.js';
import { listTargets } from '../store/targets.js';
import { listTouchedDays } from '../store/touchedDays.js';
import { listWaterMonths, type WaterSiteMonthRow } from '../store/waterSiteMonths.js';
import { deriveSiteDaysAt, textOfKey } from './airAt.js';
import { deriveGroupDay, siteDayOfRow, type SiteDayKey } from './deriveAir.js';
import { deriveWaterMonth, waterRulesOf } from './deriveWater.js';
import type { Facts } from './facts.js';
import type { Reference } from './reference.js';
import { loadWaterRowsAt, monthsBetween } from './waterAt.js';

/** The facts of an instant, with what the service does not need but a proof shows. */
export interface FactsAt extends Facts {
  readonly at: string;
  /** Standard documents by key, as they were stored. */
  readonly documents: Readonly<Record<string, unknown>>;
  readonly dust: readonly DustPeriodRecord[];
  listReports(
    indicators: readonly string[],
    endsBy: string,
  ): Promise<(StoredReport & { readonly writeId: string })[]>;
}

const farFuture = instantOfDay('9999-12-31');

/**
 * What the service knew at an instant: readings, flags, reports, dust periods, sites, groups, standards and targets as
 * they were stored then. Station days, group days and water months on which nothing has happened since are taken as
 * they are derived now; all others are derived from the rows of that instant by the functions that derive them
 * usually. To be called inside one transaction that sees one state.
 *
 * @param at RFC 3339 text, to the microsecond
 */
export async function loadFactsAt(db: Queryable, at: string): Promise<FactsAt> {
  const documents = await listStandardDocumentsAt(db, at);
  const known = Object.keys(documents).length > 0;
  const sites = await listSitesAt(db, at);
  const groups = await listGroupMembersAt(db, at);
  const reference: Reference = {
    // Before the first standard there was no target either.
    standards: known ? parseStandards(documents) : noStandards,
    sites: new Map(sites.map(({ siteId, ...site }) => [siteId, site])),
    groups,
  };
  const dust = await listDustPeriodsAt(db, at, 0, farFuture);
  const air = new AirDaysAt(db, at, reference, dust);
  return {
    at,
    documents,
    dust,
    reference,
    listTargets: (asOf) => (known ? listTargets(db, asOf, at) : Promise.resolve([])),
    listGroupDays: (groupCode, from, to) => air.listGroupDays(groupCode, from, to),
    listSiteDays: (siteIds, days) => air.listSiteDays(siteIds, days),
    listWaterMonths: (siteIds, from, to) => listWaterMonthsAt(db, at, reference, siteIds, from, to),
    listReports: (indicators, endsBy) => listReportsAt(db, indicators, endsBy, at),
  };
}

const noStandards: Standards = {
  airLimits: [],
  aqi: [],
  airEvaluation: [],
  dust: [],
  waterLimits: [],
  waterEvaluation: [],
  groundwaterLimits: [],
  projection: [],
};

/** Station days of a range: what is derived now, and which of it does not hold for the instant. */
interface SiteDays {
  readonly rows: ReadonlyMap<string, AirSiteDayRow>;
  /** Days on which any of the sites differs from now, or may. */
  readonly touchedDays: ReadonlySet<string>;
}

class AirDaysAt {
  readonly #db: Queryable;
  readonly #at: string;
  readonly #reference: Reference;
  readonly #dust: readonly DustPeriodRecord[];
  readonly #loaded = new Map<string, Promise<SiteDays>>();
  #now: Promise<{ groups: ReadonlyMap<string, readonly number[]>; standardsChanged: boolean }> | undefined;

  constructor(db: Queryable, at: string, reference: Reference, dust: readonly DustPeriodRecord[]) {
    this.#db = db;
    this.#at = at;
    this.#reference = reference;
    this.#dust = dust;
  }

  async listSiteDays(siteIds: readonly number[], days: readonly string[]): Promise<AirSiteDayRow[]> {
    if (siteIds.length === 0 || days.length === 0) return [];
    const sorted = [...days].sort();
    const { rows } = await this.#siteDays(siteIds, sorted[0]!, dayAfter(sorted.at(-1)!));
    const ids = [...siteIds].sort((a, b) => a - b);
    return sorted.flatMap((day) => ids.flatMap((siteId) => rows.get(textOfKey({ siteId, day })) ?? []));
  }

  async listGroupDays(groupCode: string, from: string, to: string): Promise<AirGroupDayRow[]> {
    const members = this.#reference.groups.get(groupCode) ?? [];
    if (members.length === 0 || from >= to) return [];
    const { groups, standardsChanged } = await this.#loadNow();
    const { rows, touchedDays } = await this.#siteDays(members, from, to);
    const same = !standardsChanged && sameMembers(groups.get(groupCode) ?? [], members);
    const stored = new Map(
      (same ? await listGroupDays(this.#db, groupCode, from, to) : []).map((row) => [row.day, row]),
    );
    return daysInRange(from, to).flatMap((day) => {
      if (same && !touchedDays.has(day)) return stored.get(day) ?? [];
      const found = members.flatMap((siteId) => rows.get(textOfKey({ siteId, day })) ?? []);
      if (found.length === 0) return [];
      return [
        deriveGroupDay(
          this.#reference.standards,
          groupCode,
          members.length,
          day,
          found.map((row) => ({ day: siteDayOfRow(row), dustHours: row.dustHours })),
        ),
      ];
    });
  }

  async #loadNow() {
    this.#now ??= (async () => ({
      groups: await listGroupMembers(this.#db),
      standardsChanged: await haveStandardsChangedSince(this.#db, this.#at),
    }))();
    return this.#now;
  }

  /** A range inside one that was loaded for the same sites is served from that. */
  async #siteDays(siteIds: readonly number[], from: string, to: string): Promise<SiteDays> {
    const sites = [...siteIds].sort((a, b) => a - b).join(',');
    for (const [key, loaded] of this.#loaded) {
      const [ids, first, last] = key.split(' ');
      if (ids === sites && first! <= from && last! >= to) return loaded;
    }
    const loading = this.#loadSiteDays(siteIds, from, to);
    this.#loaded.set(`${sites} ${from} ${to}`, loading);
    return loading;
  }

  async #loadSiteDays(siteIds: readonly number[], from: string, to: string): Promise<SiteDays> {
    const keys = await this.#touched(siteIds, from, to);
    const rows = new Map<string, AirSiteDayRow>();
    for (const row of await listSiteDays(this.#db, siteIds, daysInRange(from, to)))
      rows.set(textOfKey(row), row);
    for (const key of keys) rows.delete(textOfKey(key));
    const derived = await deriveSiteDaysAt(this.#db, this.#reference.standards, keys, this.#at, this.#dust);
    for (const [key, { row }] of derived) rows.set(key, row);
    return { rows, touchedDays: new Set(keys.map(({ day }) => day)) };
  }

  async #touched(siteIds: readonly number[], from: string, to: string): Promise<SiteDayKey[]> {
    const { standardsChanged } = await this.#loadNow();
    const all = (days: readonly string[]) =>
      days.flatMap((day) => siteIds.map((siteId): SiteDayKey => ({ siteId, day })));
    if (standardsChanged) return all(daysInRange(from, to));
    const written = await listTouchedDays(this.#db, 'air', {
      siteIds,
      from: new Date(instantOfDay(from)),
      to: new Date(instantOfDay(to)),
      since: this.#at,
    });
    const dusty = all(await this.#dustChanges(from, to));
    return [...new Map([...written, ...dusty].map((key) => [textOfKey(key), key])).values()];
  }

  /** Days whose dust hours were others than they are now. */
  async #dustChanges(from: string, to: string): Promise<string[]> {
    const now = await listDustPeriods(this.#db, instantOfDay(from), instantOfDay(to));
    const spans = new Map<string, { start: number; end: number }>();
    const spanOf = ({ start, end }: DustPeriodRecord) => `${start} ${end}`;
    for (const [one, other] of [
      [now, this.#dust],
      [this.#dust, now],
    ] as const) {
      const others = new Set(other.map(spanOf));
      for (const period of one) if (!others.has(spanOf(period))) spans.set(spanOf(period), period);
    }
    const days = [...spans.values()].flatMap(({ start, end }) =>
      daysInRange(dayOfInstant(start), dayAfter(dayOfInstant(end - 1))),
    );
    return [...new Set(days)].filter((day) => {
      if (day < from || day >= to) return false;
      return findDustHours(day, now)?.join() !== findDustHours(day, this.#dust)?.join();
    });
  }
}

function dayAfter(day: string): string {
  return dayOfInstant(instantOfDay(day) + 86_400_000);
}

function sameMembers(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((siteId) => b.includes(siteId));
}

async function listWaterMonthsAt(
  db: Queryable,
  at: string,
  reference: Reference,
  siteIds: readonly number[],
  from: string,
  to: string,
): Promise<WaterSiteMonthRow[]> {
  const months = monthsBetween(monthOfDay(from), monthOfDay(to));
  if (siteIds.length === 0 || months.length === 0) return [];
  const touched = await touchedMonths(db, at, reference, siteIds, months, to);
  const rows = new Map<string, WaterSiteMonthRow>();
  for (const row of await listWaterMonths(db, siteIds, from, to)) {
    const key = `${row.siteId} ${monthOfDay(row.month)}`;
    if (!touched.has(key)) rows.set(key, row);
  }
  if (touched.size > 0) {
    const spoken = [...touched].map((key) => key.slice(key.indexOf(' ') + 1)).sort();
    const touchedSites = siteIds.filter((siteId) =>
      months.some((month) => touched.has(`${siteId} ${month}`)),
    );
    const until = monthsBetween(spoken[0]!, monthOfDay(to)).find((month) => month > spoken.at(-1)!);
    const range = { siteIds: touchedSites, from: spoken[0]!, to: until ?? monthOfDay(to), at };
    for (const [key, stored] of await loadWaterRowsAt(db, range)) {
      if (!touched.has(key)) continue;
      const [siteText = '', month = ''] = key.split(' ');
      const siteId = Number(siteText);
      const rules = waterRulesOf(reference, `${month}-01`);
      const body = waterBodyOf(reference.sites.get(siteId)!.kind);
      rows.set(key, deriveWaterMonth(rules, body, siteId, month, stored).row);
    }
  }
  const ids = [...siteIds].sort((a, b) => a - b);
  return months.flatMap((month) => ids.flatMap((siteId) => rows.get(`${siteId} ${month}`) ?? []));
}

/** `<site> <month>` of every month that may differ from what is derived now. */
async function touchedMonths(
  db: Queryable,
  at: string,
  reference: Reference,
  siteIds: readonly number[],
  months: readonly string[],
  to: string,
): Promise<Set<string>> {
  const standardsChanged = await haveStandardsChangedSince(db, at);
  const kinds = new Map((await listSites(db)).map(({ id, kind }) => [id, kind]));
  const whole = siteIds.filter(
    (siteId) => standardsChanged || kinds.get(siteId) !== reference.sites.get(siteId)?.kind,
  );
  const keys = whole.flatMap((siteId) => months.map((month) => `${siteId} ${month}`));
  const touched = await listTouchedDays(db, 'water', {
    siteIds,
    from: new Date(instantOfDay(`${months[0]!}-01`)),
    to: new Date(instantOfDay(to)),
    since: at,
  });
  return new Set([...keys, ...touched.map(({ siteId, day }) => `${siteId} ${monthOfDay(day)}`)]);
}
