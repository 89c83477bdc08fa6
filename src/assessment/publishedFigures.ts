import type { PoolClient } from 'pg';
import { addDays, addMonths, instantOfDay, isDay } from '../domain/calendar.js';
import { Decimal, roundHalfEven } from '../domain/decimal.js';
import { DomainError } from '../domain/domainError.js';
import type { SiteKind } from '../domain/site.js';
import { chooseStandard, type Standards } from '../domain/standard.js';
import { waterBodyOf } from '../domain/waterBody.js';
import { computeRangeMean } from '../statistics/annualMean.js';
import type { WaterRules } from '../statistics/waterGrade.js';
import { computeWaterPeriod, type WaterPeriod, type WaterSample } from '../statistics/waterMonths.js';
import { listGroupDays, type AirGroupDayRow } from '../store/airDays.js';
import { listCauses } from '../store/noticeCauses.js';
import type { PendingDay } from '../store/pendingDays.js';
import type { Queryable } from '../store/pool.js';
import {
  insertNotice,
  lockFiguresIn,
  noticedUntil,
  type FigureKind,
  type PublishedFigure,
} from '../store/publishedFigures.js';
import { listWaterMonths, type WaterSiteMonthRow } from '../store/waterSiteMonths.js';
import { waterRulesOf } from './deriveWater.js';
import type { Reference } from './reference.js';

/** What can be published of a group, and the column of its days that it is the mean of. */
export const groupStatistics = {
  pm25: 'pm25',
  pm10: 'pm10',
  'pm25-without-dust': 'pm25_no_dust',
  'pm10-without-dust': 'pm10_no_dust',
  so2: 'so2',
  no2: 'no2',
} as const;
type GroupStatistic = keyof typeof groupStatistics;

/** A month or year as half-open days. Throws DomainError `invalid-request` for any other text. */
export function daysOfPeriod(period: string): { readonly firstDay: string; readonly endDay: string } {
  const isYear = /^\d{4}$/.test(period);
  const firstDay = isYear ? `${period}-01-01` : `${period}-01`;
  if (!isDay(firstDay)) throw new DomainError('invalid-request', { detail: `period ${period}` });
  const endDay = isYear ? `${Number(period) + 1}-01-01` : `${addMonths(period, 1)}-01`;
  return { firstDay, endDay };
}

/** The parts of `<group>/<statistic>`; `undefined` when there is no such group or statistic. */
export function parseGroupSubject(
  reference: Reference,
  subject: string,
): { readonly group: string; readonly statistic: GroupStatistic } | undefined {
  const slash = subject.lastIndexOf('/');
  const [group, statistic] = [subject.slice(0, slash), subject.slice(slash + 1)];
  if (!reference.groups.has(group) || !Object.hasOwn(groupStatistics, statistic)) return undefined;
  return { group, statistic: statistic as GroupStatistic };
}

/**
 * The mean of a group's daily values over a month or year (HJ 663), unrounded; `null` without any value. Whether there
 * are enough days is for the one to say who publishes it.
 */
export async function computeGroupMean(
  db: Queryable,
  reference: Reference,
  subject: string,
  { firstDay, endDay }: { readonly firstDay: string; readonly endDay: string },
): Promise<Decimal | null> {
  const parts = parseGroupSubject(reference, subject);
  if (parts === undefined) return null;
  const rows = await listGroupDays(db, parts.group, firstDay, endDay);
  return meanOfGroupDays(reference.standards, groupStatistics[parts.statistic], rows, { firstDay, endDay });
}

/** `computeGroupMean` of days that are known. */
export function meanOfGroupDays(
  standards: Pick<Standards, 'airEvaluation' | 'airLimits'>,
  column: (typeof groupStatistics)[GroupStatistic],
  rows: readonly AirGroupDayRow[],
  { firstDay, endDay }: { readonly firstDay: string; readonly endDay: string },
): Decimal | null {
  const { dailyRounding } = chooseStandard(standards.airEvaluation, firstDay);
  const item = column.startsWith('pm25') ? 'pm25' : column.startsWith('pm10') ? 'pm10' : column;
  const decimals: Readonly<Record<string, number>> = dailyRounding.decimals;
  return computeRangeMean(
    rows.map((row) => ({ day: row.day, value: row[column] === null ? null : new Decimal(row[column]) })),
    firstDay,
    endDay,
    chooseStandard(standards.airLimits, firstDay).validity,
    { dailyDecimals: dailyRounding.enabled ? (decimals[item] ?? null) : null },
  ).mean;
}

/** The class of a section over a month or year by the means of its items, `1` to `6`; `null` when it has none. */
export async function computeSectionClass(
  db: Queryable,
  reference: Reference,
  siteCode: string,
  { firstDay, endDay }: { readonly firstDay: string; readonly endDay: string },
): Promise<string | null> {
  const site = findSection(reference, siteCode);
  if (site === undefined) return null;
  const months = await listWaterMonths(db, [site.id], firstDay, endDay);
  return (
    periodOfWaterMonths(waterRulesOf(reference, firstDay), site.kind, months, {
      firstDay,
      endDay,
    }).result?.grade?.toString() ?? null
  );
}

/** A section's period from its derived months. */
export function periodOfWaterMonths(
  rules: WaterRules,
  kind: SiteKind,
  rows: readonly WaterSiteMonthRow[],
  { firstDay, endDay }: { readonly firstDay: string; readonly endDay: string },
): WaterPeriod {
  const samples = rows.map((row): WaterSample => ({
    month: row.month.slice(0, 7),
    values: new Map(Object.entries(row.items).map(([item, value]) => [item, { value: new Decimal(value) }])),
    noFlow: row.noFlow,
  }));
  return computeWaterPeriod(rules, waterBodyOf(kind), samples, firstDay.slice(0, 7), endDay.slice(0, 7));
}

/** The site of a code. */
export function findSection(reference: Reference, code: string) {
  for (const [id, site] of reference.sites) if (site.code === code) return { id, ...site };
  return undefined;
}

/** A computed mean at the precision of what was published; classes as they are. */
export function atPublishedPrecision(value: Decimal | null, published: string): string | null {
  if (value === null) return null;
  const decimals = published.split('.')[1]?.length ?? 0;
  return roundHalfEven(value, decimals).toFixed(decimals);
}

/**
 * Raises a notice for every published mean or class that the days just derived have changed, in the transaction that
 * stores them. The caller holds the locks under which group days and water months are derived.
 */
export async function noticeFigures(
  client: PoolClient,
  reference: Reference,
  derived: readonly PendingDay[],
): Promise<void> {
  for (const [medium, kind] of [
    ['air', 'group-mean'],
    ['water', 'section-class'],
  ] as const) {
    const days = derived.filter((one) => one.medium === medium);
    if (days.length === 0) continue;
    const sorted = days.map(({ day }) => (kind === 'section-class' ? `${day.slice(0, 7)}-01` : day)).sort();
    for (const figure of await lockFiguresIn(client, [kind], sorted[0]!, sorted.at(-1)!))
      await noticeFigure(client, reference, figure);
  }
}

async function noticeFigure(
  client: PoolClient,
  reference: Reference,
  figure: PublishedFigure,
): Promise<void> {
  const now = await computeFigure(client, reference, figure);
  if (now === figure.currentValue) return;
  const group = parseGroupSubject(reference, figure.subject)?.group;
  const section = findSection(reference, figure.subject);
  const air = figure.kind === 'group-mean';
  const causes = await listCauses(client, {
    since: await noticedUntil(client, figure.id),
    siteIds: air ? (reference.groups.get(group ?? '') ?? []) : section === undefined ? [] : [section.id],
    families: air ? ['air_hour', 'air_day'] : ['water_sample', 'water_month'],
    // The O3 8 h windows of a day reach into the day before.
    from: new Date(instantOfDay(air ? addDays(figure.firstDay, -1) : figure.firstDay)),
    to: new Date(instantOfDay(figure.endDay)),
    dust: air,
    ...(group === undefined || !air ? {} : { group }),
  });
  await insertNotice(client, figure, now, causes);
}

/** What is computed now for a published mean or class, at the published precision. */
export async function computeFigure(
  db: Queryable,
  reference: Reference,
  figure: Pick<PublishedFigure, 'subject' | 'firstDay' | 'endDay' | 'publishedValue'> & {
    readonly kind: FigureKind;
  },
): Promise<string | null> {
  if (figure.kind === 'section-class') return computeSectionClass(db, reference, figure.subject, figure);
  return atPublishedPrecision(
    await computeGroupMean(db, reference, figure.subject, figure),
    figure.publishedValue,
  );
}
