import { addDays, addMonths } from '../../domain/calendar.js';
import { endOfData, findJudgedPeriod } from '../../evaluation/judgement.js';
import { monthsOf } from '../../evaluation/judgeSections.js';
import { findDustHours } from '../../statistics/dustHours.js';
import type { AirGroupDayRow, AirSiteDayRow } from '../../store/airDays.js';
import type { StoredReport } from '../../store/periodReports.js';
import type { Queryable } from '../../store/pool.js';
import type { WaterRow, WaterSiteMonthRow } from '../../store/waterSiteMonths.js';
import { loadSiteDayInputs, textOfKey } from '../airAt.js';
import type { Facts } from '../facts.js';
import { loadFactsAt, type FactsAt } from '../factsAt.js';
import { earlierYears, judgeTargetsOver } from '../judgeTargets.js';
import { daysOfPeriod, groupStatistics } from '../publishedFigures.js';
import { loadWaterRowsAt } from '../waterAt.js';
import {
  canonicalText,
  throughJson,
  type ProofDocument,
  type ProofInputs,
  type StatedWaterRow,
  type TargetInputs,
} from './proofDocument.js';
import { completeProof } from './recomputeProof.js';
import { air, dayOfKnowledge, reports, stateCommon, water } from './stateInputs.js';

// Every function is to be called inside one transaction that sees one state.

/**
 * The proof of a target's figure as the service knew it at an instant; `undefined` for a target not in force.
 *
 * @throws Error when the figure does not follow from the proof: it is never given out then
 */
export async function proveTarget(
  db: Queryable,
  id: number,
  asOf: string,
  at: string,
): Promise<ProofDocument | undefined> {
  const facts = await loadFactsAt(db, at);
  const read = new Recorded();
  const [judged] = await judgeTargetsOver(read.over(facts), asOf, id);
  if (judged === undefined) return undefined;
  const { target, version, effective, document } = judged;
  const period = findJudgedPeriod(target, asOf);
  const members = facts.reference.groups.get(target.siteGroup) ?? [];
  const townships = facts.reference.groups.get('townships') ?? [];
  const medium = read.days ? air : target.kind === 'section-grade' ? water : reports;
  const siteIds = medium === reports ? [...new Set([...members, ...townships])] : members;
  const own = read.reports.filter(({ siteId }) => siteIds.includes(siteId));
  const months = monthsOf(period);
  const common = await stateCommon(db, facts, {
    medium: { ...medium, standards: [...medium.standards, 'projection'] },
    siteIds,
    ...(medium === water
      ? { from: `${months.from}-01`, to: `${months.to}-01` }
      : { from: period.from, to: endOfData(period) }),
    published: { kind: 'target', subjects: [String(id)], endDay: addDays(asOf, 1) },
    writeIds: own.map(({ writeId }) => writeId),
  });
  const inputs: TargetInputs = {
    kind: 'target',
    asOf,
    ...common,
    target,
    version,
    effective,
    document,
    settings: { earlierYears },
    groups: { [target.siteGroup]: members, ...(medium === reports ? { townships } : {}) },
    stationDays: read.siteDays.filter(({ day }) => day <= asOf),
    earlierDays: read.groupDays.filter(({ day }) => day < period.from),
    waterMonths: read.waterMonths,
    reports: own,
  };
  const proof = await completeProof(throughJson(inputs));
  const { judgement, ruleAssumptions } = judged;
  const followed = proof.result as { judgement: unknown; ruleAssumptions: unknown };
  const { judgement: found, ruleAssumptions: behind } = followed;
  if (
    canonicalText(throughJson({ judgement, ruleAssumptions })) !==
    canonicalText(throughJson({ judgement: found, ruleAssumptions: behind }))
  )
    throw new Error(`target ${id} as of ${asOf}: the figure does not follow from its proof`);
  return proof;
}

/** What judging read of its facts. */
class Recorded {
  days = false;
  siteDays: AirSiteDayRow[] = [];
  groupDays: AirGroupDayRow[] = [];
  waterMonths: WaterSiteMonthRow[] = [];
  reports: (StoredReport & { writeId: string })[] = [];

  over(facts: FactsAt): Facts {
    return {
      ...facts,
      listGroupDays: async (...query) => {
        this.days = true;
        return (this.groupDays = await facts.listGroupDays(...query));
      },
      listSiteDays: async (...query) => (this.siteDays = await facts.listSiteDays(...query)),
      listWaterMonths: async (...query) => (this.waterMonths = await facts.listWaterMonths(...query)),
      listReports: async (...query) => (this.reports = await facts.listReports(...query)),
    };
  }
}

/** The proof of one county day from the hours of its stations; `undefined` when nothing was stored for it. */
export async function proveAirDay(
  db: Queryable,
  group: string,
  day: string,
  at: string,
): Promise<ProofDocument | undefined> {
  const facts = await loadFactsAt(db, at);
  const members = facts.reference.groups.get(group) ?? [];
  const next = addDays(day, 1);
  const range = { siteIds: members, from: day, to: next };
  const stored = await loadSiteDayInputs(db, { ...range, at }, facts.dust);
  if (stored.size === 0) return undefined;
  const dustHours = findDustHours(day, facts.dust) ?? null;
  // No figure of a single day is marked as published.
  const published = { kind: 'group-mean' as const, subjects: [], endDay: next };
  const common = await stateCommon(db, facts, { medium: air, ...range, published });
  const stations = members.flatMap((siteId) => {
    const input = stored.get(textOfKey({ siteId, day }));
    return input === undefined ? [] : [{ siteId, hours: input.hours, reported: input.reported, dustHours }];
  });
  return complete({ kind: 'air-day', ...common, group, day, members, stations });
}

/** The proof of a month or year of a group of stations from their days; `undefined` when nothing was stored for it. */
export async function proveAirPeriod(
  db: Queryable,
  group: string,
  period: string,
  at: string,
): Promise<ProofDocument | undefined> {
  const facts = await loadFactsAt(db, at);
  const { firstDay, endDay } = daysOfPeriod(period);
  const members = facts.reference.groups.get(group) ?? [];
  const days = await facts.listGroupDays(group, firstDay, endDay);
  if (days.length === 0) return undefined;
  const stationDays = await facts.listSiteDays(
    members,
    days.map(({ day }) => day),
  );
  const subjects = Object.keys(groupStatistics).map((statistic) => `${group}/${statistic}`);
  const common = await stateCommon(db, facts, {
    medium: air,
    siteIds: members,
    from: firstDay,
    to: endDay,
    published: { kind: 'group-mean', subjects, endDay, period },
  });
  const today = dayOfKnowledge(facts);
  const until = today < endDay ? today : endDay;
  const range = { group, period, firstDay, endDay, until, members };
  const proof = await complete({ kind: 'air-period', ...common, ...range, stationDays });
  const { days: followed } = proof.result as { days: AirGroupDayRow[] };
  if (canonicalText(throughJson(days)) !== canonicalText(followed))
    throw new Error(`${group} ${period}: the days do not follow from their stations`);
  return proof;
}

/** A section by its code as the service knew it. */
function findSectionAt(facts: FactsAt, code: string): number | undefined {
  for (const [id, site] of facts.reference.sites) if (site.code === code) return id;
  return undefined;
}

/** The proof of a section's month from its rows; `undefined` for an unknown section or a month without any row. */
export async function proveWaterMonth(
  db: Queryable,
  siteCode: string,
  month: string,
  at: string,
): Promise<ProofDocument | undefined> {
  const facts = await loadFactsAt(db, at);
  const siteId = findSectionAt(facts, siteCode);
  if (siteId === undefined) return undefined;
  const next = addMonths(month, 1);
  const rows = await loadWaterRowsAt(db, { siteIds: [siteId], from: month, to: next, at });
  const stored = rows.get(`${siteId} ${month}`);
  if (stored === undefined) return undefined;
  const common = await stateCommon(db, facts, {
    medium: water,
    siteIds: [siteId],
    from: `${month}-01`,
    to: `${next}-01`,
    published: { kind: 'section-class', subjects: [siteCode], endDay: `${next}-01`, period: month },
  });
  const monthly = stored.monthly.map(stateWaterRow);
  const sampled = stored.sampled.map(stateWaterRow);
  return complete({ kind: 'water-month', ...common, siteId, month, monthly, sampled });
}

/** The proof of a section's year from its months; `undefined` for an unknown section or a year without any month. */
export async function proveWaterPeriod(
  db: Queryable,
  siteCode: string,
  period: string,
  at: string,
): Promise<ProofDocument | undefined> {
  const facts = await loadFactsAt(db, at);
  const siteId = findSectionAt(facts, siteCode);
  if (siteId === undefined) return undefined;
  const { firstDay, endDay } = daysOfPeriod(period);
  const waterMonths = await facts.listWaterMonths([siteId], firstDay, endDay);
  if (waterMonths.length === 0) return undefined;
  const common = await stateCommon(db, facts, {
    medium: water,
    siteIds: [siteId],
    from: firstDay,
    to: endDay,
    published: { kind: 'section-class', subjects: [siteCode], endDay, period },
  });
  return complete({ kind: 'water-period', ...common, siteId, period, firstDay, endDay, waterMonths });
}

function complete(inputs: ProofInputs): Promise<ProofDocument> {
  return completeProof(throughJson(inputs));
}

function stateWaterRow(row: WaterRow): StatedWaterRow {
  return {
    time: new Date(row.ts).toISOString(),
    values: Object.fromEntries(row.values),
    detectionLimits: Object.fromEntries(row.detectionLimits),
    noFlow: row.noFlow,
    maintenance: row.maintenance,
  };
}
