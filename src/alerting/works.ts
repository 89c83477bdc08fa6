import type { AlertRule } from '../domain/alertRule.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { TakenMark } from '../store/alertMarks.js';
import type { Stretch } from './alertWalk.js';
import { sitesInScope } from './factContext.js';
import type { FactSubject } from './loadFacts.js';
import type { RuleIndex } from './ruleBook.js';
import type { KnownRule } from './rules.js';
import { readsHours } from './seriesFacts.js';
import type { Session } from './session.js';
import { startOfMonth } from './siteFacts.js';
import { joinStretches, reachOf, stretchesOf, type Reach } from './stretches.js';
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
  /** What may have changed; begins with `changedFrom`. All that follows, unless the rest can be left out. */
  readonly changed: readonly Stretch[];
  /** How the rule may be judged in parts; absent: as a whole. */
  readonly reach?: Reach | undefined;
  /** End of the data. */
  readonly to: number;
}

/** The first day of a subject that changed as an instant, and which days did; absent: it and all after it. */
interface Change {
  readonly from: number;
  readonly days?: readonly string[];
}

/** Stations that sent within these hours of the last one of their group are waited for. */
const togetherMs = 3 * hourMs;

/** What changes concern which rules. */
export function worksOfMarks(session: Session, rules: RuleIndex, marks: readonly TakenMark[]): Work[] {
  const works = new Map<string, Work>();
  for (const mark of marks)
    for (const work of worksOfMark(session, rules, mark)) {
      const key = `${work.known.code} ${work.labels?.join() ?? ''}`;
      const known = works.get(key);
      works.set(key, known === undefined ? work : joinWorks(known, work));
    }
  return [...works.values()];
}

/** Two stations of one group have changed, each on its days. */
function joinWorks(one: Work, other: Work): Work {
  const first = one.changedFrom <= other.changedFrom ? one : other;
  return { ...first, changed: joinStretches([...one.changed, ...other.changed]) };
}

function worksOfMark(session: Session, rules: RuleIndex, mark: TakenMark): Work[] {
  const { subject, subjectId, day, days } = mark;
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
  const own = rules
    .ofSite(site)
    .flatMap((known) => worksOfSite(session, known, subjectId, { from: changed, days }));
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
    return end === 0 ? [] : worksOfSite(session, known, id, { from: end - backMs });
  });
}

function workOfNotices({ now }: Session, known: KnownRule, rule: AlertRule, changedFrom: number): Work {
  return { known, rule, subject: undefined, labels: undefined, ...allFrom(changedFrom), to: now };
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
    ...allFrom(months ? startOfMonth(changedFrom) : changedFrom),
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

function worksOfSite(session: Session, known: KnownRule, siteId: number, change: Change): Work[] {
  const { rule } = known;
  const { ends, facts } = session;
  const site = facts.sites.get(siteId)!;
  const reach = reachOf(known, site.kind, session.checkReachMs);
  const base = {
    known,
    subject: { kind: 'site', id: siteId } as const,
    labels: [site.code],
    reach,
    ...changeOf(change, reach),
  };
  if (rule?.kind === 'threshold') {
    const { measure } = rule;
    const water = measure.of === 'class-limit' || ('indicator' in measure && isWaterItem(measure.indicator));
    const monthly = 'interval' in measure && measure.interval === 'month';
    const to = water ? ends.water(siteId) : readsHours(measure) ? ends.hours(siteId) : ends.air(siteId);
    return [{ ...base, rule, ...(monthly ? allFrom(startOfMonth(change.from)) : {}), to }];
  }
  if (rule?.kind === 'quality' && rule.check !== 'published-changed')
    return [{ ...base, rule, to: Math.max(ends.air(siteId), ends.water(siteId)) }];
  if (rule?.kind !== 'heavy-pollution') return [];
  const { scope } = rule;
  const endOf = rule.basis === 'rolling-24h' ? ends.hours : ends.air;
  const works: Work[] = scope.groups
    .filter((group) => site.groups.includes(group))
    .map((group) => {
      const all = (facts.reference.groups.get(group) ?? []).map(endOf);
      const last = Math.max(...all);
      const to = Math.min(...all.filter((end) => end > last - togetherMs));
      return { ...base, rule, labels: [group], to };
    });
  if (scope.sites.includes(site.code) || scope.kinds.includes(site.kind))
    works.push({ ...base, rule, to: endOf(siteId) });
  return works;
}

function allFrom(changedFrom: number): Pick<Work, 'changedFrom' | 'changed'> {
  return { changedFrom, changed: [{ from: changedFrom, to: Infinity }] };
}

function changeOf({ from, days }: Change, reach: Reach | undefined): Pick<Work, 'changedFrom' | 'changed'> {
  if (reach === undefined || days === undefined) return allFrom(from);
  const changed = stretchesOf(days, reach);
  return { changedFrom: changed[0]!.from, changed };
}

function isWaterItem(code: string): boolean {
  return (waterItems as readonly string[]).includes(code);
}
