import type { FactLimit, FactRow, SeriesFacts } from '../alerts/facts.js';
import { classLimitOf } from '../alerts/factSeries.js';
import { versionsInForce } from '../assessment/verdictHistory.js';
import type { AlertMeasure } from '../domain/alertRule.js';
import { addMonths, dayOfInstant, instantOfDay } from '../domain/calendar.js';
import type { Flag } from '../domain/flag.js';
import type { SiteKind } from '../domain/site.js';
import { waterBodyOf } from '../domain/waterBody.js';
import { formatGrade } from '../domain/waterGrade.js';
import type { Queryable } from '../store/pool.js';
import { listWaterMonths, listWaterRows, type WaterSiteMonthRow } from '../store/waterSiteMonths.js';
import { indicatorOf, type FactContext } from './factContext.js';

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Months (YYYY-MM) that begin in [from, to). */
export function monthsFrom({ from, to }: Span): string[] {
  const months: string[] = [];
  let month = dayOfInstant(from).slice(0, 7);
  if (instantOfDay(`${month}-01`) < from) month = addMonths(month, 1);
  for (; instantOfDay(`${month}-01`) < to; month = addMonths(month, 1)) months.push(month);
  return months;
}

/** Derived months of sites by site, in order. */
export async function loadMonths(
  db: Queryable,
  siteIds: readonly number[],
  span: Span,
): Promise<Map<number, WaterSiteMonthRow[]>> {
  const months = monthsFrom(span);
  const [first, last] = [months[0], months.at(-1)];
  if (first === undefined || last === undefined) return new Map();
  const rows = await listWaterMonths(db, siteIds, `${first}-01`, `${addMonths(last, 1)}-01`);
  const bySite = new Map<number, WaterSiteMonthRow[]>();
  for (const row of rows) bySite.set(row.siteId, [...(bySite.get(row.siteId) ?? []), row]);
  return bySite;
}

const ofMonth = (month: string) => ({
  at: instantOfDay(`${month}-01`),
  until: instantOfDay(`${addMonths(month, 1)}-01`),
});

/** A month of an item as an interval. */
export function monthRow({ month, items, noFlow }: WaterSiteMonthRow, code: string): FactRow {
  return {
    ...ofMonth(month.slice(0, 7)),
    value: items[code] ?? null,
    flags: noFlow ? ['no-flow'] : [],
  };
}

/** Samples of a site: per sample the row of each item that it has. */
export async function loadSamples(db: Queryable, siteId: number, { from, to }: Span) {
  const rows = await listWaterRows(db, 'water_sample', siteId, from, to);
  return rows.map(({ ts, values, detectionLimits, noFlow, maintenance }) => {
    const items = new Map<string, FactRow>();
    const whole: Flag[] = [
      ...(noFlow ? (['no-flow'] as const) : []),
      ...(maintenance ? (['maintenance'] as const) : []),
    ];
    for (const [code, value] of values) {
      const limit = detectionLimits.get(code);
      items.set(code, {
        at: ts,
        until: ts,
        value: String(limit ?? value),
        flags: limit === undefined ? whole : [...whole, 'below-detection'],
      });
    }
    return { at: ts, items };
  });
}

/** The class that the targets of a section ask for on a day, the strictest one, and the offices behind them. */
export function classAskedFor(
  { targets, reference }: FactContext,
  siteId: number,
  day: string,
): { readonly grade: 1 | 2 | 3 | 4 | 5; readonly offices: readonly string[] } | undefined {
  const own = versionsInForce(targets, day)
    .map(({ target }) => target)
    .filter(
      ({ kind, siteGroup }) =>
        kind === 'section-grade' && reference.groups.get(siteGroup)?.includes(siteId) === true,
    );
  const grades = own.map(({ limit }) => Number(limit)).filter((grade) => grade >= 1 && grade <= 5);
  if (grades.length === 0) return undefined;
  return {
    grade: Math.min(...grades) as 1 | 2 | 3 | 4 | 5,
    offices: [...new Set(own.flatMap(({ offices }) => offices))],
  };
}

/** Sections without a target are left out: there is no class to hold them against. */
export async function loadClassLimits(
  db: Queryable,
  context: FactContext,
  measure: Extract<AlertMeasure, { of: 'class-limit' }>,
  siteIds: readonly number[],
  span: Span,
): Promise<SeriesFacts[]> {
  const lastDay = dayOfInstant(span.to - 1);
  const sections = siteIds.flatMap((siteId) => {
    const kind = context.sites.get(siteId)!.kind as SiteKind;
    const body = waterBodyOf(kind);
    const asked = classAskedFor(context, siteId, lastDay);
    return body === 'groundwater' || asked === undefined ? [] : [{ siteId, body, asked }];
  });
  const months =
    measure.interval === 'month'
      ? await loadMonths(
          db,
          sections.map(({ siteId }) => siteId),
          span,
        )
      : new Map<number, WaterSiteMonthRow[]>();
  const facts: SeriesFacts[] = [];
  for (const { siteId, body, asked } of sections) {
    const byItem =
      measure.interval === 'month'
        ? itemsOfMonths(months.get(siteId) ?? [])
        : itemsOfSamples(await loadSamples(db, siteId, span));
    for (const [code, rows] of byItem) {
      if (measure.items !== 'all' && !measure.items.includes(code)) continue;
      const limited = rows.flatMap((row): FactRow[] => {
        const limit: FactLimit | undefined = classLimitOf(
          context.reference.standards,
          dayOfInstant(row.at),
          body,
          asked.grade,
          code,
        );
        // An item without a limit cannot break one.
        return limit === undefined ? [] : [{ ...row, limit }];
      });
      if (limited.length === 0) continue;
      facts.push({
        site: context.sites.get(siteId)!,
        indicator: indicatorOf(context, code),
        rows: limited,
        from: span.from,
        classZh: `${formatGrade(asked.grade)}类`,
        targetOffices: asked.offices,
      });
    }
  }
  return facts;
}

/** A month that was measured lacks an item only where the item was measured before. */
function itemsOfMonths(months: readonly WaterSiteMonthRow[]): Map<string, FactRow[]> {
  const byItem = new Map<string, FactRow[]>();
  for (const month of months) {
    for (const code of Object.keys(month.items)) if (!byItem.has(code)) byItem.set(code, []);
    for (const [code, rows] of byItem) rows.push(monthRow(month, code));
  }
  return byItem;
}

function itemsOfSamples(
  samples: readonly { readonly items: ReadonlyMap<string, FactRow> }[],
): Map<string, FactRow[]> {
  const byItem = new Map<string, FactRow[]>();
  for (const { items } of samples)
    for (const [code, row] of items) byItem.set(code, [...(byItem.get(code) ?? []), row]);
  return byItem;
}
