import type { SectionMonths, TargetFacts } from '../alerts/facts.js';
import { loadStoredFacts } from '../assessment/facts.js';
import { judgeVersions, openRound } from '../assessment/judgeTargets.js';
import { versionsInForce } from '../assessment/verdictHistory.js';
import type { RuleOfKind } from '../domain/alertRule.js';
import { addDays, addMonths, dayOfInstant, daysInRange } from '../domain/calendar.js';
import type { Target } from '../domain/target.js';
import { formatGrade, type WaterGrade } from '../domain/waterGrade.js';
import { findJudgedPeriod } from '../evaluation/judgement.js';
import type { Queryable } from '../store/pool.js';
import { listCurrentVerdicts, type VerdictDay } from '../store/verdictDays.js';
import { listWaterMonths } from '../store/waterSiteMonths.js';
import type { FactContext } from './factContext.js';

/** What may still come is worked out anew for each as-of day: only so many of the last days are. */
const outlookDays = 45;

/** Ids of the targets that a rule watches. */
export function targetsOfRule({ targets: all }: FactContext, { targets }: RuleOfKind<'target'>): number[] {
  const ids = [...new Set(all.map(({ target }) => target.id))];
  return targets === 'all' ? ids : ids.filter((id) => targets.includes(id));
}

/** The facts of targets as of each day of [from, to) that a verdict is recorded of. */
export async function loadTargetFacts(
  db: Queryable,
  context: FactContext,
  { test }: RuleOfKind<'target'>,
  ids: readonly number[],
  { from, to }: { readonly from: number; readonly to: number },
): Promise<TargetFacts[]> {
  if (ids.length === 0 || to <= from) return [];
  const [first, last] = [dayOfInstant(from), dayOfInstant(to - 1)];
  if (test.of === 'section-month') return loadSectionMonths(db, context, ids, first, last);
  const said = await listCurrentVerdicts(db, ids, first, last);
  if (test.of === 'verdict' || test.of === 'behind-schedule')
    return said.flatMap((verdict) => {
      const target = findVersion(context, verdict);
      return target === undefined ? [] : [describe(target, verdict.asOf, verdict)];
    });
  const lastSaid = said.reduce((most, { asOf }) => (asOf > most ? asOf : most), '');
  if (lastSaid === '') return [];
  const earliest = addDays(lastSaid, 1 - outlookDays);
  return judgeDays(db, context, ids, first < earliest ? earliest : first, lastSaid);
}

function findVersion({ targets }: FactContext, { targetId, targetVersion }: VerdictDay): Target | undefined {
  return targets.find(({ target, version }) => target.id === targetId && version === targetVersion)?.target;
}

function describe(
  target: Target,
  asOf: string,
  found: Pick<VerdictDay, 'verdict' | 'value' | 'distance'>,
): TargetFacts {
  const unit = target.unit;
  const withUnit = (text: string) => (unit === '' ? text : `${text} ${unit}`);
  return {
    target: targetOf(target, asOf),
    asOf,
    verdict: found.verdict,
    valueZh: found.value === null ? null : (wordOf(target, found.value) ?? withUnit(found.value)),
    distanceZh: found.distance === null ? null : wordDistance(found.distance, withUnit),
    value: found.value,
  };
}

/** Classes and milestones have words of their own. */
function wordOf({ unit }: Target, value: string): string | undefined {
  if (unit === '类') return `${formatGrade(Number(value) as WaterGrade)}类`;
  if (unit === '是/否') return value === '1' ? '已完成' : '未完成';
  return undefined;
}

function targetOf(target: Target, asOf: string): TargetFacts['target'] {
  const { id, nameZh, unit, offices, comparison, limit, due } = target;
  const { from } = findJudgedPeriod(target, asOf);
  return { id, nameZh, unit, offices, comparison, limit, periodStart: from, due };
}

function wordDistance(distance: string, withUnit: (text: string) => string): string {
  return distance.startsWith('-')
    ? `差 ${withUnit(distance.slice(1))} 达标`
    : `距目标还有 ${withUnit(distance)} 余量`;
}

async function judgeDays(
  db: Queryable,
  context: FactContext,
  ids: readonly number[],
  first: string,
  last: string,
): Promise<TargetFacts[]> {
  const own = context.targets.filter(({ target }) => ids.includes(target.id));
  const round = await openRound(await loadStoredFacts(db), own, last);
  const facts: TargetFacts[] = [];
  for (const day of daysInRange(first, addDays(last, 1)))
    for (const { target, judgement } of await judgeVersions(round, versionsInForce(own, day), day)) {
      const { allowed, yearOnYear } = judgement;
      const base = describe(target, day, judgement);
      facts.push({
        ...base,
        ...(allowed?.kind === 'mean'
          ? {
              remainingMean: allowed.remainingUnrounded,
              lastYearMean: yearOnYear?.valid === true ? yearOnYear.valueUnrounded : null,
            }
          : {}),
        ...(allowed?.kind === 'bad-days' ? { badDaysLeft: allowed.left } : {}),
      });
    }
  return facts;
}

async function loadSectionMonths(
  db: Queryable,
  context: FactContext,
  ids: readonly number[],
  first: string,
  last: string,
): Promise<TargetFacts[]> {
  const targets = versionsInForce(context.targets, last)
    .map(({ target }) => target)
    .filter(({ id, kind }) => ids.includes(id) && kind === 'section-grade');
  const facts: TargetFacts[] = [];
  for (const target of targets) {
    const members = context.reference.groups.get(target.siteGroup) ?? [];
    // One month more, which a fall is held against.
    const rows = await listWaterMonths(
      db,
      members,
      `${addMonths(first.slice(0, 7), -1)}-01`,
      addDays(last, 1),
    );
    const sections = members.map((siteId): SectionMonths => ({
      site: context.sites.get(siteId)!,
      months: rows
        .filter((row) => row.siteId === siteId)
        .map(({ month, grade, noFlow }) => ({ month: month.slice(0, 7), grade, noFlow })),
    }));
    facts.push({
      target: targetOf(target, last),
      asOf: last,
      verdict: null,
      valueZh: null,
      distanceZh: null,
      value: null,
      sections,
    });
  }
  return facts;
}
