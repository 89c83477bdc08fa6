import type { PoolClient } from 'pg';
import { breathe } from '../breathing.js';
import { beijingOffsetMs, dayMs, dayOfInstant, hourMs, instantOfDay } from '../domain/calendar.js';
import { families, type FamilyName } from '../domain/family.js';
import { wholeRow } from '../domain/flag.js';
import { activateRules, joinRules, type ActiveRules } from '../domain/qualityRule.js';
import type { Actor } from '../domain/role.js';
import { findSuspectsOfRow, upperLimitsOf, type RowChecks } from '../domain/suspectRow.js';
import { waterBodyOf } from '../domain/waterBody.js';
import { findSuspectHours, reachOfHourRules } from '../statistics/suspectHours.js';
import type { PendingDay } from '../store/pendingDays.js';
import { listQualityRules } from '../store/qualityRules.js';
import { listIndicators } from '../store/reference.js';
import { listSectionGrades } from '../store/sectionGrades.js';
import {
  listCheckedFlags,
  listCheckedRows,
  saveSuspects,
  type CheckedFlag,
  type CheckedRow,
  type SiteWindow,
  type SuspectMark,
} from '../store/suspectChecks.js';
import { insertWrite } from '../store/writes.js';
import type { Reference } from './reference.js';

const checker: Actor = { tokenId: null, name: '自动检查', office: '系统', role: 'viewer' };

interface Checks {
  readonly rules: ActiveRules;
  readonly bounds: NonNullable<RowChecks['bounds']>;
  /** Class that a section is to reach, by site. */
  readonly grades: ReadonlyMap<number, number>;
}

/** What is to be checked of one family: the days, and the windows of rows that can decide about them. */
interface Scope {
  readonly family: FamilyName;
  /** Site → numbers of its Beijing days; texts for every row took a fifth of a recomputation. */
  readonly days: ReadonlyMap<number, ReadonlySet<number>>;
  readonly windows: readonly SiteWindow[];
}

/**
 * Checks the given days, and every hour near them that they can decide about, and stores where suspicions arose or
 * went: one write names all changes of a batch, and nothing is written when nothing changed. What a person has
 * reviewed is left alone, and what was found invalid is nobody's neighbour.
 *
 * Suspicions follow from the stored values, reviews and rules alone, so that it does not matter in which order values
 * arrived.
 */
export async function checkDays(
  client: PoolClient,
  reference: Reference,
  pending: readonly PendingDay[],
): Promise<void> {
  if (pending.length === 0) return;
  // Marks of neighbouring days may be in two hands: whoever comes second must see what the first has stored.
  await client.query(`select pg_advisory_xact_lock(hashtext('quality checks'))`);
  const rules = activateRules(await listQualityRules(client));
  const indicators = await listIndicators(client);
  const checks: Checks = {
    rules,
    bounds: new Map(
      indicators.map(({ code, plausibleMin, plausibleMax }) => [
        code,
        { min: plausibleMin ?? -Infinity, max: plausibleMax ?? Infinity },
      ]),
    ),
    grades: await listSectionGrades(client),
  };
  let writeId: string | undefined;
  for (const scope of scopesOf(pending, rules)) {
    const marks = await checkScope(client, reference, checks, scope);
    if (marks.length === 0) continue;
    writeId ??= await insertWrite(client, checker, { kind: 'check' });
    await saveSuspects(client, scope.family, marks, writeId);
  }
}

function scopesOf(pending: readonly PendingDay[], rules: ActiveRules): Scope[] {
  const air = pending.filter(({ medium }) => medium === 'air');
  const water = pending.filter(({ medium }) => medium === 'water');
  const reach = Math.max(0, ...[...rules.hours.values()].map(reachOfHourRules));
  const scope = (family: FamilyName, keys: readonly PendingDay[], reachDays = 0): Scope => ({
    family,
    days: daysAround(keys, reachDays),
    windows: windowsOf(keys, 2 * reachDays),
  });
  return [
    scope('air_hour', air, Math.ceil(reach / 24)),
    scope('air_day', air),
    scope('air_month', air),
    scope('water_sample', water),
    scope('water_month', water),
  ].filter(({ windows }) => windows.length > 0);
}

const dayNumber = (ts: number): number => Math.floor((ts + beijingOffsetMs) / dayMs);

function daysAround(keys: readonly PendingDay[], reachDays: number): Map<number, Set<number>> {
  const found = new Map<number, Set<number>>();
  for (const { siteId, day } of keys) {
    const days = found.get(siteId) ?? new Set<number>();
    found.set(siteId, days);
    const number = dayNumber(instantOfDay(day));
    for (let one = number - reachDays; one <= number + reachDays; one += 1) days.add(one);
  }
  return found;
}

/** The stretches from `reachDays` before to `reachDays` after each day, joined where they touch. */
function windowsOf(keys: readonly PendingDay[], reachDays: number): SiteWindow[] {
  const sorted = keys
    .map(({ siteId, day }) => {
      const start = instantOfDay(day);
      return { siteId, from: start - reachDays * dayMs, to: start + (reachDays + 1) * dayMs };
    })
    .sort((a, b) => a.siteId - b.siteId || a.from - b.from);
  const joined: { siteId: number; from: number; to: number }[] = [];
  for (const one of sorted) {
    const last = joined.at(-1);
    if (last !== undefined && last.siteId === one.siteId && one.from <= last.to)
      last.to = Math.max(last.to, one.to);
    else joined.push(one);
  }
  return joined;
}

const keyOf = (siteId: number, ts: number, indicator: string): string => `${siteId} ${ts} ${indicator}`;

async function checkScope(
  client: PoolClient,
  reference: Reference,
  checks: Checks,
  scope: Scope,
): Promise<SuspectMark[]> {
  const rows = await listCheckedRows(client, scope.family, scope.windows);
  const flags = new FlagIndex(await listCheckedFlags(client, scope.family, scope.windows));
  if (rows.length === 0 && flags.suspects.length === 0) return [];
  const isChecked = ({ siteId, ts }: { siteId: number; ts: number }): boolean =>
    scope.days.get(siteId)?.has(dayNumber(ts)) === true;
  const found = new Map<string, SuspectMark & { readonly names: string[] }>();
  const add = (siteId: number, ts: number, indicator: string, name: string): void => {
    if (flags.isReviewed(siteId, ts, indicator)) return;
    const key = keyOf(siteId, ts, indicator);
    const mark = found.get(key);
    if (mark === undefined) found.set(key, { siteId, ts, indicator, rule: '', names: [name] });
    else mark.names.push(name);
  };
  for (const row of rows.filter(isChecked)) {
    await breathe();
    for (const [indicator, name] of checkRow(reference, checks, scope.family, row, flags))
      add(row.siteId, row.ts, indicator, name);
  }
  if (scope.family === 'air_hour')
    await checkNeighbours(checks.rules, scope.windows, rows, flags, isChecked, add);
  const marks: SuspectMark[] = [];
  for (const [key, { names, ...mark }] of found) {
    const rule = joinRules(names);
    if (flags.ruleOf(key) !== rule) marks.push({ ...mark, rule });
  }
  for (const { siteId, ts, indicator } of flags.suspects.filter(isChecked)) {
    if (!found.has(keyOf(siteId, ts, indicator))) marks.push({ siteId, ts, indicator, rule: '' });
  }
  return marks;
}

function checkRow(
  reference: Reference,
  { rules, bounds, grades }: Checks,
  family: FamilyName,
  { siteId, ts, values }: CheckedRow,
  flags: FlagIndex,
) {
  const detectionLimits = flags.detectionLimitsOf(siteId, ts);
  const grade = grades.get(siteId) ?? rules.detectionLimit?.gradeWithoutTarget ?? null;
  const kind = reference.sites.get(siteId)?.kind;
  const graded = detectionLimits.size > 0 && grade !== null && kind !== undefined;
  const classLimits = graded
    ? upperLimitsOf(reference.standards, dayOfInstant(ts), waterBodyOf(kind), grade)
    : undefined;
  return findSuspectsOfRow(families[family].columns, values, detectionLimits, { rules, bounds, classLimits });
}

async function checkNeighbours(
  rules: ActiveRules,
  windows: readonly SiteWindow[],
  rows: readonly CheckedRow[],
  flags: FlagIndex,
  isChecked: (key: { siteId: number; ts: number }) => boolean,
  add: (siteId: number, ts: number, indicator: string, name: string) => void,
): Promise<void> {
  const bySite = new Map<number, CheckedRow[]>();
  for (const row of rows) {
    const list = bySite.get(row.siteId);
    if (list === undefined) bySite.set(row.siteId, [row]);
    else list.push(row);
  }
  const { columns } = families.air_hour;
  for (const { siteId, from, to } of windows) {
    await breathe();
    const own = (bySite.get(siteId) ?? []).filter(({ ts }) => ts >= from && ts < to);
    if (own.length === 0) continue;
    columns.forEach((item, column) => {
      const itemRules = rules.hours.get(item);
      if (itemRules === undefined) return;
      const hours = new Array<number | null>((to - from) / hourMs).fill(null);
      for (const { ts, values } of own)
        if (!flags.isUnusable(siteId, ts, item)) hours[(ts - from) / hourMs] = values[column] ?? null;
      for (const [index, names] of findSuspectHours(hours, itemRules)) {
        const ts = from + index * hourMs;
        if (isChecked({ siteId, ts })) for (const name of names) add(siteId, ts, item, name);
      }
    });
  }
}

const noLimits: ReadonlyMap<string, number> = new Map();

/** The flags of the loaded windows, by key. Whole-row suspicions come from the file alone and are not looked at. */
class FlagIndex {
  readonly suspects: readonly CheckedFlag[];
  readonly #rules: ReadonlyMap<string, string>;
  readonly #reviewed = new Set<string>();
  readonly #unusable = new Set<string>();
  readonly #limits = new Map<string, Map<string, number>>();

  constructor(flags: readonly CheckedFlag[]) {
    this.suspects = flags.filter(({ flag, indicator }) => flag === 'suspect' && indicator !== wholeRow);
    this.#rules = new Map(
      this.suspects.map(({ siteId, ts, indicator, rule }) => [keyOf(siteId, ts, indicator), rule]),
    );
    for (const { siteId, ts, indicator, flag, detectionLimit } of flags) {
      const key = keyOf(siteId, ts, indicator);
      if (flag === 'invalid' || (flag === 'valid' && indicator !== wholeRow)) this.#reviewed.add(key);
      if (flag === 'invalid' || flag === 'below-detection') this.#unusable.add(key);
      if (flag === 'below-detection' && detectionLimit !== null) {
        const row = `${siteId} ${ts}`;
        const limits = this.#limits.get(row) ?? new Map<string, number>();
        this.#limits.set(row, limits.set(indicator, detectionLimit));
      }
    }
  }

  ruleOf(key: string): string | undefined {
    return this.#rules.get(key);
  }

  /** A person has looked at the value, or has found it or its whole row invalid. */
  isReviewed(siteId: number, ts: number, indicator: string): boolean {
    if (this.#reviewed.size === 0) return false;
    return (
      this.#reviewed.has(keyOf(siteId, ts, indicator)) || this.#reviewed.has(keyOf(siteId, ts, wholeRow))
    );
  }

  /** No measured level that neighbours could be compared with. */
  isUnusable(siteId: number, ts: number, indicator: string): boolean {
    if (this.#unusable.size === 0) return false;
    return (
      this.#unusable.has(keyOf(siteId, ts, indicator)) || this.#unusable.has(keyOf(siteId, ts, wholeRow))
    );
  }

  detectionLimitsOf(siteId: number, ts: number): ReadonlyMap<string, number> {
    return (this.#limits.size === 0 ? undefined : this.#limits.get(`${siteId} ${ts}`)) ?? noLimits;
  }
}
