import type { AlertRule } from '../domain/alertRule.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { AlertMark } from '../store/alertMarks.js';
import { sitesInScope } from './factContext.js';
import type { FactSubject } from './loadFacts.js';
import type { RuleIndex } from './ruleBook.js';
import type { KnownRule } from './rules.js';
import { readsHours } from './seriesFacts.js';
import type { Session } from './session.js';
import { startOfMonth } from './siteFacts.js';
import { targetsOfRule } from './targetFacts.js';

/** A rule to be evaluated anew for one subject. */
export interface Work {
  readonly known: KnownRule;
  readonly rule: AlertRule;
  readonly subject: FactSubject | undefined;
  /** Values of the label `site` (or `target`) of the alerts that may follow; absent: all of the rule. */
  readonly labels: readonly string[] | undefined;
  /** Start of the first interval that may have changed. */
  readonly changedFrom: number;
  /** End of the data. */
  readonly to: number;
}

/** Stations that sent within these hours of the last one of their group are waited for. */
const togetherMs = 3 * hourMs;

/** What changes concern which rules. */
export function worksOfMarks(session: Session, rules: RuleIndex, marks: readonly AlertMark[]): Work[] {
  const works = new Map<string, Work>();
  for (const mark of marks)
    for (const work of worksOfMark(session, rules, mark)) {
      const key = `${work.known.code} ${work.labels?.join() ?? ''}`;
      const known = works.get(key);
      if (known === undefined || work.changedFrom < known.changedFrom) works.set(key, work);
    }
  return [...works.values()];
}

function worksOfMark(session: Session, rules: RuleIndex, { subject, subjectId, day }: AlertMark): Work[] {
  const changed = instantOfDay(day);
  if (subject === 'published')
    return rules.all.flatMap((known): Work[] =>
      known.rule?.kind === 'quality' && known.rule.check === 'published-changed'
        ? [workOfNotices(session, known, known.rule, changed)]
        : [],
    );
  if (subject === 'target')
    return rules.ofTarget(subjectId).flatMap((known) => {
      const { rule } = known;
      return rule?.kind !== 'target' || rule.test.of === 'section-month'
        ? []
        : [workOfTarget(session, known, rule, subjectId, changed)];
    });
  const site = session.facts.sites.get(subjectId);
  if (site === undefined) return [];
  const own = rules.ofSite(site).flatMap((known) => worksOfSite(session, known, subjectId, changed));
  return subject === 'air' ? own : [...own, ...worksOfSection(session, rules, subjectId, changed)];
}

/** Every subject of a rule about data, from a time before the end of its data on. */
export function worksOfRule(session: Session, known: KnownRule, backMs: number): Work[] {
  const { rule } = known;
  if (rule === undefined || rule.kind === 'absence' || rule.kind === 'service') return [];
  if (rule.kind === 'target')
    return targetsOfRule(session.facts, rule).map((id) => {
      const { verdicts } = session.ends;
      return workOfTarget(session, known, rule, id, verdicts - backMs);
    });
  if (rule.kind === 'quality' && rule.check === 'published-changed')
    return [workOfNotices(session, known, rule, session.now - backMs)];
  return sitesInScope(session.facts, rule.scope).flatMap((id) => {
    const end = Math.max(session.ends.air(id), session.ends.water(id));
    return end === 0 ? [] : worksOfSite(session, known, id, end - backMs);
  });
}

function workOfNotices({ now }: Session, known: KnownRule, rule: AlertRule, changedFrom: number): Work {
  return { known, rule, subject: undefined, labels: undefined, changedFrom, to: now };
}

function workOfTarget(
  { ends, facts }: Session,
  known: KnownRule,
  rule: AlertRule,
  id: number,
  changedFrom: number,
): Work {
  const months = rule.kind === 'target' && rule.test.of === 'section-month';
  const group = months
    ? facts.targets.findLast(({ target }) => target.id === id)?.target.siteGroup
    : undefined;
  const members = facts.reference.groups.get(group ?? '') ?? [];
  return {
    known,
    rule,
    subject: { kind: 'target', id },
    labels: [String(id)],
    changedFrom: months ? startOfMonth(changedFrom) : changedFrom,
    to: months ? Math.max(0, ...members.map(ends.water)) : ends.verdicts,
  };
}

/** Months of a section decide about the targets that it belongs to. */
function worksOfSection(session: Session, rules: RuleIndex, siteId: number, changed: number): Work[] {
  const { targets, reference } = session.facts;
  const ids = new Set(
    targets
      .filter(({ target }) => reference.groups.get(target.siteGroup)?.includes(siteId) === true)
      .map(({ target }) => target.id),
  );
  return [...ids].flatMap((id) =>
    rules.ofTarget(id).flatMap((known) => {
      const { rule } = known;
      return rule?.kind === 'target' && rule.test.of === 'section-month'
        ? [workOfTarget(session, known, rule, id, changed)]
        : [];
    }),
  );
}

function worksOfSite(session: Session, known: KnownRule, siteId: number, changed: number): Work[] {
  const { rule } = known;
  const { ends, facts } = session;
  const site = facts.sites.get(siteId)!;
  const base = { known, subject: { kind: 'site', id: siteId } as const, labels: [site.code] };
  if (rule?.kind === 'threshold') {
    const { measure } = rule;
    const water = measure.of === 'class-limit' || ('indicator' in measure && isWaterItem(measure.indicator));
    const monthly = 'interval' in measure && measure.interval === 'month';
    const to = water ? ends.water(siteId) : readsHours(measure) ? ends.hours(siteId) : ends.air(siteId);
    return [{ ...base, rule, changedFrom: monthly ? startOfMonth(changed) : changed, to }];
  }
  if (rule?.kind === 'quality' && rule.check !== 'published-changed')
    return [{ ...base, rule, changedFrom: changed, to: Math.max(ends.air(siteId), ends.water(siteId)) }];
  if (rule?.kind !== 'heavy-pollution') return [];
  const { scope } = rule;
  const endOf = rule.basis === 'rolling-24h' ? ends.hours : ends.air;
  const works: Work[] = scope.groups
    .filter((group) => site.groups.includes(group))
    .map((group) => {
      const all = (facts.reference.groups.get(group) ?? []).map(endOf);
      const last = Math.max(...all);
      const to = Math.min(...all.filter((end) => end > last - togetherMs));
      return { ...base, rule, labels: [group], changedFrom: changed, to };
    });
  if (scope.sites.includes(site.code) || scope.kinds.includes(site.kind))
    works.push({ ...base, rule, changedFrom: changed, to: endOf(siteId) });
  return works;
}

function isWaterItem(code: string): boolean {
  return (waterItems as readonly string[]).includes(code);
}
