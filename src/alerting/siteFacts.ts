import type { FactSite, PollutionFacts, PollutionPoint, QualityFacts, SourceFacts } from '../alerts/facts.js';
import type { RuleOfKind } from '../domain/alertRule.js';
import { addDays, addMonths, dayOfInstant, daysInRange, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import type { Pollutant } from '../domain/standard.js';
import { airHourColumns, listGroupDays, listSiteDays } from '../store/airDays.js';
import type { Queryable } from '../store/pool.js';
import { byIndicator } from './checkKinds.js';
import { excuseAt, listExcuses } from './excuses.js';
import { indicatorOf, placeOfGroup, sitesInScope, type FactContext } from './factContext.js';
import { loadRollingFacts } from './rollingFacts.js';
import { firstWholeDay, indexDayRow, wholeDays } from './seriesFacts.js';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Whether an alert of a site and indicator (`undefined`: of none) is followed. */
export type Follows = (site: string, indicator: string | undefined) => boolean;

/** What the checks have marked of sites and days of [from, to). */
export async function loadQualityFacts(
  db: Queryable,
  context: FactContext,
  { check, scope }: RuleOfKind<'quality'>,
  siteIds: readonly number[],
  { follows, ...span }: Span & { readonly follows?: Follows | undefined },
): Promise<QualityFacts[]> {
  if (span.to <= span.from) return [];
  if (check === 'published-changed') return loadChangedFigures(db, context, scope, span);
  // A day that began before the span is no part of it, and the last one counts as far as it has come.
  const days = daysInRange(firstWholeDay(span.from), addDays(dayOfInstant(span.to - 1), 1));
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const [from, to] = [instantOfDay(first), instantOfDay(addDays(last, 1))];
  const rowsOf = await countRows(db, siteIds, from, to);
  const marked =
    check === 'published-differs'
      ? await countDifferences(db, siteIds, from, to)
      : await countMarked(db, check, siteIds, from, to);
  return siteIds.flatMap((siteId) => {
    const site = context.sites.get(siteId)!;
    const items: (string | null)[] = byIndicator.has(check) ? indicatorsOf(site, marked, siteId) : [null];
    const isSteady = days.every((day) => rowsOf.has(`${siteId} ${day}`));
    const due = items.filter(
      (item) =>
        !isSteady ||
        follows?.(site.code, item ?? undefined) !== false ||
        days.some((day) => marked.has(`${siteId} ${day} ${item ?? ''}`)),
    );
    return days.flatMap((day) =>
      due.map((item): QualityFacts => {
        const found = marked.get(`${siteId} ${day} ${item ?? ''}`);
        return {
          site,
          day,
          indicator: item === null ? null : indicatorOf(context, item),
          marked: found?.count ?? 0,
          rows: rowsOf.get(`${siteId} ${day}`) ?? 0,
          ...(found === undefined ? {} : { examplesZh: found.examples }),
        };
      }),
    );
  });
}

function indicatorsOf({ kind }: FactSite, marked: ReadonlyMap<string, unknown>, siteId: number): string[] {
  if (kind === 'air-station') return [...airHourColumns];
  return waterItems.filter((item) =>
    [...marked.keys()].some((key) => key.startsWith(`${siteId} `) && key.endsWith(` ${item}`)),
  );
}

interface Counted {
  readonly count: number;
  readonly examples: readonly string[];
}

async function countRows(db: Queryable, siteIds: readonly number[], from: number, to: number) {
  const { rows } = await db.query<{ siteId: number; day: string; n: number }>(
    `select site_id as "siteId", beijing_day(ts)::text as day, count(*)::integer as n
       from (select ts, site_id from air_hour union all select ts, site_id from water_sample
             union all select ts, site_id from water_month) v
      where site_id = any ($1::integer[]) and ts >= $2 and ts < $3 group by 1, 2`,
    [siteIds, new Date(from), new Date(to)],
  );
  return new Map(rows.map(({ siteId, day, n }) => [`${siteId} ${day}`, n]));
}

async function countMarked(
  db: Queryable,
  check: string,
  siteIds: readonly number[],
  from: number,
  to: number,
): Promise<Map<string, Counted>> {
  const { rows } = await db.query<{ siteId: number; day: string; item: string; n: number; at: string[] }>(
    `select site_id as "siteId", beijing_day(ts)::text as day,
            case when $4 = any (array['constant', 'jump', 'negatives']) then indicator else '' end as item,
            count(distinct ts)::integer as n,
            (array_agg(distinct to_char(ts at time zone 'UTC' + interval '9 hours', 'HH24')))[1:5] as at
       from value_flags
      where family in ('air_hour', 'water_sample', 'water_month') and rule <> ''
        and $4 = any (string_to_array(rule, ',')) and flag = 'suspect'
        and site_id = any ($1::integer[]) and ts >= $2 and ts < $3
      group by 1, 2, 3`,
    [siteIds, new Date(from), new Date(to), check],
  );
  return new Map(
    rows.map(({ siteId, day, item, n, at }) => [
      `${siteId} ${day} ${item}`,
      { count: n, examples: at.map((hour) => `${Number(hour) === 0 ? 24 : Number(hour)}时`) },
    ]),
  );
}

async function countDifferences(db: Queryable, siteIds: readonly number[], from: number, to: number) {
  const { rows } = await db.query<{ siteId: number; day: string; n: number; examples: string[] }>(
    `select site_id as "siteId", beijing_day(ts)::text as day, count(*)::integer as n,
            (array_agg('发布 ' || published || '，计算 ' || computed order by ts))[1:5] as examples
       from published_differences
      where site_id = any ($1::integer[]) and ts >= $2 and ts < $3 group by 1, 2`,
    [siteIds, new Date(from), new Date(to)],
  );
  return new Map(
    rows.map(({ siteId, day, n, examples }): [string, Counted] => [
      `${siteId} ${day} `,
      { count: n, examples },
    ]),
  );
}

/** Notices that a published figure changed, by the day of the notice and the group or section that it is about. */
async function loadChangedFigures(
  db: Queryable,
  context: FactContext,
  scope: RuleOfKind<'quality'>['scope'],
  { from, to }: Span,
): Promise<QualityFacts[]> {
  const { rows } = await db.query<{ kind: string; subject: string; day: string; text: string }>(
    `select f.kind, f.subject, beijing_day(n.raised_at)::text as day,
            f.subject || ' ' || f.period || '：' || coalesce(n.old_value, '无') || ' → ' || coalesce(n.new_value, '无')
              as text
       from figure_notices n join published_figures f on f.id = n.figure_id
      where n.raised_at >= $1 and n.raised_at < $2 order by n.id`,
    [new Date(from), new Date(to)],
  );
  const days = daysInRange(dayOfInstant(from), addDays(dayOfInstant(to - 1), 1));
  const groups = [...context.reference.groups.keys()].map((group) => placeOfGroup(context, group));
  const places = [...groups, ...sitesInScope(context, scope).map((id) => context.sites.get(id)!)];
  const codeOf = ({ kind, subject }: { kind: string; subject: string }) => {
    if (kind === 'group-mean') return subject.slice(0, subject.lastIndexOf('/'));
    if (kind === 'section-class') return subject;
    return context.targets.findLast(({ target }) => String(target.id) === subject)?.target.siteGroup;
  };
  return places.flatMap((site) => {
    const own = rows.filter((row) => codeOf(row) === site.code);
    return days.map((day): QualityFacts => {
      const ofDay = own.filter((row) => row.day === day);
      return {
        site,
        day,
        indicator: null,
        marked: ofDay.length,
        rows: 1,
        examplesZh: ofDay.map(({ text }) => text),
      };
    });
  });
}

/** Days before the first one asked for that the longest condition of a warning draws on. */
const warningDays = 10;

/** Days of the groups and stations that a rule names, with the AQI and whether dust was declared. */
export async function loadPollutionFacts(
  db: Queryable,
  context: FactContext,
  { scope, basis }: RuleOfKind<'heavy-pollution'>,
  siteIds: readonly number[],
  { from, to }: Span,
): Promise<PollutionFacts[]> {
  if (basis === 'rolling-24h') return loadRollingFacts(db, context, scope, siteIds, { from, to });
  const days = wholeDays({ from: from - warningDays * 86_400_000, to });
  const [first, last] = [days[0], days.at(-1)];
  if (first === undefined || last === undefined) return [];
  const facts: PollutionFacts[] = [];
  const groups = scope.groups.filter((group) =>
    (context.reference.groups.get(group) ?? []).some((id) => siteIds.includes(id)),
  );
  for (const group of groups) {
    const rows = await listGroupDays(db, group, first, addDays(last, 1));
    const found = new Map(
      rows.map((row) => [
        row.day,
        { aqi: row.aqi, primary: row.primaryPollutants as Pollutant[], dust: row.dustHours > 0 },
      ]),
    );
    facts.push({ place: placeOfGroup(context, group), points: pointsOf(days, found), from });
  }
  // A station of a group that is watched has no alert of its own.
  const alone = siteIds.filter((id) => {
    const site = context.sites.get(id)!;
    return scope.sites.includes(site.code) || scope.kinds.includes(site.kind);
  });
  const rows = alone.length === 0 ? [] : await listSiteDays(db, alone, days);
  for (const id of alone) {
    const found = new Map(
      rows
        .filter(({ siteId }) => siteId === id)
        .map((row) => {
          const { aqi, primary } = indexDayRow(context, row);
          return [row.day, { aqi, primary, dust: row.dustHours > 0 }];
        }),
    );
    facts.push({ place: context.sites.get(id)!, points: pointsOf(days, found), from });
  }
  return facts;
}

function pointsOf(
  days: readonly string[],
  found: ReadonlyMap<string, Pick<PollutionPoint, 'aqi' | 'primary' | 'dust'>>,
): PollutionPoint[] {
  return days.map((day) => ({
    at: instantOfDay(day),
    until: instantOfDay(addDays(day, 1)),
    ...(found.get(day) ?? { aqi: null, primary: [], dust: false }),
  }));
}

/**
 * When sources were last heard of at moments of looking: one, at `to`, where the span is empty; else one at the end of every
 * hour (daily and longer calendars: day) of it, by the times of the data.
 */
export async function loadSourceFacts(
  db: Queryable,
  context: FactContext,
  rule: RuleOfKind<'absence'>,
  siteIds: readonly number[],
  { from, to, watchedSince }: Span & { readonly watchedSince: number },
): Promise<SourceFacts[]> {
  const step = rule.calendar === 'hourly' ? hourMs : 24 * hourMs;
  const looks = from >= to ? [to] : looksBetween(from, to, step);
  const items: (string | null)[] = rule.indicators === 'any' ? [null] : [...rule.indicators];
  const facts: SourceFacts[] = [];
  for (const item of items) {
    const ends = await listDataEnds(db, siteIds, item, rule.calendar, { from, to });
    const ways = { hours: endOfHour(rule.calendar), water: endOf(rule.calendar, 'ts') };
    const excuses = item === null ? undefined : await listExcuses(db, siteIds, item, to, ways);
    for (const siteId of siteIds) {
      const own = ends.get(siteId) ?? [];
      let index = 0;
      let lastUntil: number | null = null;
      for (const lookedAt of looks) {
        while (index < own.length && own[index]! <= Math.max(lookedAt, from >= to ? Infinity : lookedAt)) {
          lastUntil = Math.max(lastUntil ?? -Infinity, own[index]!);
          index += 1;
        }
        facts.push({
          site: context.sites.get(siteId)!,
          indicator: item === null ? null : indicatorOf(context, item),
          lastUntil,
          watchedSince,
          lookedAt,
          ...excuseAt(excuses?.get(siteId), lookedAt),
        });
      }
    }
  }
  return facts;
}

function looksBetween(from: number, to: number, step: number): number[] {
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.max(0, Math.floor((to - first) / step) + 1) }, (_, i) => first + i * step);
}

/** Ends of the data of sites up to `to` (with those of the span, else the last alone), in order. */
async function listDataEnds(
  db: Queryable,
  siteIds: readonly number[],
  item: string | null,
  calendar: RuleOfKind<'absence'>['calendar'],
  { from, to }: Span,
): Promise<Map<number, number[]>> {
  const whole = from < to;
  const since = new Date(whole ? from - 100 * 86_400_000 : 0);
  const pick = whole ? 'distinct' : '';
  const last = (expression: string) => (whole ? expression : `max(${expression})`);
  const group = whole ? '' : 'group by site_id';
  const isHour = item === null || (airHourColumns as readonly string[]).includes(item);
  const isWater = item === null || (waterItems as readonly string[]).includes(item);
  const having = item === null ? '' : `and "${item}" is not null`;
  const tables = [
    ...(isHour ? [{ table: 'air_hour', having, end: endOfHour(calendar) }] : []),
    ...(isWater
      ? ['water_sample', 'water_month'].map((table) => ({ table, having, end: endOf(calendar, 'ts') }))
      : []),
    ...(item === null
      ? [{ table: 'air_day', having: '', end: endOf(calendar, `ts + interval '1 day'`, 'ts') }]
      : []),
  ];
  const found = new Map<number, number[]>();
  const add = (rows: readonly { siteId: number; until: Date | null }[]) => {
    for (const { siteId, until } of rows)
      if (until !== null) found.set(siteId, [...(found.get(siteId) ?? []), until.getTime()]);
  };
  for (const { table, having: filled, end } of tables) {
    // The latest first, since a live source has it among the last rows.
    const latest = `select s.site_id as "siteId", (select ${end} from ${table} v
        where v.site_id = s.site_id ${filled} and v.ts <= $3 and v.ts >= $2 order by v.ts desc limit 1) as until
      from unnest($1::integer[]) as s (site_id)`;
    const all = `select ${pick} site_id as "siteId", ${last(end)} as until from ${table} v
      where site_id = any ($1::integer[]) and ts >= $2 and ts <= $3 ${filled} ${group}`;
    const { rows } = await db.query<{ siteId: number; until: Date | null }>(whole ? all : latest, [
      siteIds,
      since,
      new Date(to),
    ]);
    add(rows);
  }
  const { rows } = await db.query<{ siteId: number; until: Date }>(
    `select ${pick} site_id as "siteId", ${last(`(period_end::timestamp at time zone 'UTC' - interval '8 hours')`)} as until
       from period_reports
      where site_id = any ($1::integer[]) and period_end <= beijing_day($2) and ($3::text is null or indicator = $3)
      ${group}`,
    [siteIds, new Date(to), item],
  );
  add(rows);
  for (const list of found.values()) list.sort((one, other) => one - other);
  return found;
}

function endOfHour(calendar: RuleOfKind<'absence'>['calendar']): string {
  return endOf(calendar, `ts + interval '1 hour'`, 'ts');
}

/** A value within a month or quarter answers for the whole of it. */
function endOf(calendar: RuleOfKind<'absence'>['calendar'], end: string, start = 'ts'): string {
  const unit = { hourly: undefined, daily: 'day', monthly: 'month', quarterly: 'quarter' }[calendar];
  if (unit === undefined) return end;
  const local = `date_trunc('${unit}', ${start} at time zone 'UTC' + interval '8 hours')`;
  const length = unit === 'quarter' ? '3 months' : `1 ${unit}`;
  return `((${local} + interval '${length}' - interval '8 hours') at time zone 'UTC')`;
}

/** First day of the month of an instant, as an instant. */
export function startOfMonth(at: number, months = 0): number {
  return instantOfDay(`${addMonths(dayOfInstant(at).slice(0, 7), months)}-01`);
}
