import type { FactRow, SeriesFacts } from '../alerts/facts.js';
import { aqiIndicator, hourlyAqiRows } from '../alerts/factSeries.js';
import { breathe } from '../breathing.js';
import type { AlertMeasure, RuleOfKind } from '../domain/alertRule.js';
import { addDays, addMonths, dayOfInstant, daysInRange, hourMs, instantOfDay } from '../domain/calendar.js';
import { Decimal } from '../domain/decimal.js';
import { waterItems } from '../domain/family.js';
import type { Flag } from '../domain/flag.js';
import { chooseStandard } from '../domain/standard.js';
import { computeDailyAqi } from '../statistics/aqi.js';
import { airDayColumns, airHourColumns, listSiteDays, type AirSiteDayRow } from '../store/airDays.js';
import type { Queryable } from '../store/pool.js';
import { indicatorOf, type FactContext } from './factContext.js';
import { flagsOf, hoursBetween, type AirHourColumn } from './hourCache.js';
import { loadClassLimits, loadMonths, loadSamples, monthRow } from './waterSeries.js';

type Measure<O extends AlertMeasure['of']> = Extract<AlertMeasure, { of: O }>;

interface Span {
  readonly from: number;
  readonly to: number;
}

/** Hours before the first one asked for that a measure draws on. */
export function lookbackHours(measure: AlertMeasure): number {
  if (measure.of === 'hourly-aqi') return 23;
  return measure.of === 'running-mean' ? measure.hours - 1 : 0;
}

/** Whether a rule reads the hourly values of stations. */
export function readsHours(measure: AlertMeasure): boolean {
  return (
    measure.of === 'hourly-aqi' ||
    measure.of === 'running-mean' ||
    (measure.of === 'value' && measure.interval === 'hour' && isHourColumn(measure.indicator))
  );
}

function isHourColumn(code: string): code is AirHourColumn {
  return (airHourColumns as readonly string[]).includes(code);
}

/** The series of some sites that a threshold rule is about, over [from, to). */
export async function loadSeriesFacts(
  db: Queryable,
  context: FactContext,
  { measure }: RuleOfKind<'threshold'>,
  siteIds: readonly number[],
  span: Span,
): Promise<SeriesFacts[]> {
  if (siteIds.length === 0 || span.to <= span.from) return [];
  switch (measure.of) {
    case 'hourly-aqi':
    case 'running-mean':
      return loadHours(db, context, measure, siteIds, span);
    case 'daily-aqi':
      return loadDailyAqi(db, context, siteIds, span);
    case 'class-limit':
      return loadClassLimits(db, context, measure, siteIds, span);
    case 'value':
      return loadValues(db, context, measure, siteIds, span);
  }
}

async function loadHours(
  db: Queryable,
  context: FactContext,
  measure: Measure<'hourly-aqi'> | Measure<'running-mean'> | Measure<'value'>,
  siteIds: readonly number[],
  { from, to }: Span,
): Promise<SeriesFacts[]> {
  const first = from - lookbackHours(measure) * hourMs;
  await context.hours.load(db, siteIds, first, to);
  const series: SeriesFacts[] = [];
  for (const siteId of siteIds) {
    series.push(
      measure.of === 'hourly-aqi'
        ? await indexHours(context, siteId, { from, to })
        : hoursOf(context, measure, siteId, { first, from, to }),
    );
    await breathe();
  }
  return series;
}

function hoursOf(
  context: FactContext,
  { indicator }: Measure<'running-mean'> | Measure<'value'>,
  siteId: number,
  { first, from, to }: Span & { readonly first: number },
): SeriesFacts {
  const site = context.sites.get(siteId)!;
  const rows = hoursBetween(first, to).map((at): FactRow => {
    const hour = context.hours.at(siteId, at);
    const value = isHourColumn(indicator) ? (hour?.values[indicator] ?? null) : null;
    return {
      at,
      until: at + hourMs,
      value: value === null ? null : String(value),
      flags: flagsOf(hour, indicator),
    };
  });
  return { site, indicator: indicatorOf(context, indicator), rows, from };
}

/** Hours of an index that are worked out before others have their turn: some milliseconds. */
const indexHoursAtATime = 24;

async function indexHours(context: FactContext, siteId: number, { from, to }: Span): Promise<SeriesFacts> {
  const rows: FactRow[] = [];
  let standardZh: string | undefined;
  for (let at = from; at < to; at += indexHoursAtATime * hourMs) {
    const found = indexOfHours(context, siteId, {
      from: at,
      to: Math.min(to, at + indexHoursAtATime * hourMs),
    });
    for (const { standardId, ...row } of found) {
      rows.push({ ...row, flags: flagsAmong(context, siteId, row.at) });
      standardZh = standardId;
    }
    await breathe();
  }
  return {
    site: context.sites.get(siteId)!,
    indicator: aqiIndicator,
    rows,
    from,
    ...(standardZh === undefined ? {} : { standardZh }),
  };
}

function indexOfHours(context: FactContext, siteId: number, { from, to }: Span) {
  const starts = hoursBetween(from - lookbackHours({ of: 'hourly-aqi' }) * hourMs, to);
  const values = Object.fromEntries(
    airHourColumns.map((column) => [
      column,
      starts.map((at) => {
        const hour = context.hours.at(siteId, at);
        return flagsOf(hour, column).some((flag) => flag === 'invalid' || flag === 'maintenance')
          ? null
          : (hour?.values[column] ?? null);
      }),
    ]),
  );
  return hourlyAqiRows({ firstAt: starts[0] ?? from, values }, context.reference.standards);
}

/** Of the parts of an index only doubt matters: what does not count was left out of it. */
function flagsAmong(context: FactContext, siteId: number, at: number): Flag[] {
  const hour = context.hours.at(siteId, at);
  const doubtful = airHourColumns.some((column) => flagsOf(hour, column).includes('suspect'));
  return doubtful ? ['suspect'] : [];
}

/** The first day that begins at an instant or after it. */
export function firstWholeDay(from: number): string {
  const first = dayOfInstant(from);
  return instantOfDay(first) < from ? addDays(first, 1) : first;
}

/** Whole days of [from, to). A day that is not over has no figure yet, which is no lack of data. */
export function wholeDays({ from, to }: Span): string[] {
  return daysInRange(firstWholeDay(from), dayOfInstant(to));
}

async function loadDayRows(
  db: Queryable,
  siteIds: readonly number[],
  days: readonly string[],
): Promise<Map<string, AirSiteDayRow>> {
  const rows = days.length === 0 ? [] : await listSiteDays(db, siteIds, days);
  return new Map(rows.map((row) => [`${row.siteId} ${row.day}`, row]));
}

const ofDay = (day: string) => ({ at: instantOfDay(day), until: instantOfDay(addDays(day, 1)) });

async function loadDailyAqi(
  db: Queryable,
  context: FactContext,
  siteIds: readonly number[],
  span: Span,
): Promise<SeriesFacts[]> {
  const days = wholeDays(span);
  const found = await loadDayRows(db, siteIds, days);
  return siteIds.map((siteId) => ({
    site: context.sites.get(siteId)!,
    indicator: aqiIndicator,
    from: span.from,
    rows: days.map((day): FactRow => {
      const row = found.get(`${siteId} ${day}`);
      const aqi = row === undefined ? null : indexDayRow(context, row).aqi;
      return { ...ofDay(day), value: aqi === null ? null : String(aqi), flags: [] };
    }),
  }));
}

/** The AQI of a station's day by the version in force on it. */
export function indexDayRow({ reference }: FactContext, row: AirSiteDayRow) {
  const decimal = (text: string | null) => (text === null ? null : new Decimal(text));
  return computeDailyAqi(chooseStandard(reference.standards.aqi, row.day), {
    so2: decimal(row.so2),
    no2: decimal(row.no2),
    co: decimal(row.co),
    o3_8h: decimal(row.o3_8h),
    o3_1h: decimal(row.o3_1h),
    pm10: decimal(row.pm10),
    pm25: decimal(row.pm25),
  });
}

async function loadValues(
  db: Queryable,
  context: FactContext,
  measure: Measure<'value'>,
  siteIds: readonly number[],
  span: Span,
): Promise<SeriesFacts[]> {
  const { interval, indicator: code } = measure;
  const base = { indicator: indicatorOf(context, code), from: span.from };
  const isWater = (waterItems as readonly string[]).includes(code);
  if (interval === 'hour' && isHourColumn(code)) return loadHours(db, context, measure, siteIds, span);
  if (interval === 'day' && (airDayColumns as readonly string[]).includes(code)) {
    const days = wholeDays(span);
    const found = await loadDayRows(db, siteIds, days);
    return siteIds.map((siteId) => ({
      ...base,
      site: context.sites.get(siteId)!,
      rows: days.map((day): FactRow => {
        const value = found.get(`${siteId} ${day}`)?.[code as (typeof airDayColumns)[number]] ?? null;
        return { ...ofDay(day), value, flags: [] };
      }),
    }));
  }
  if (isWater && interval === 'month') {
    const series = await loadMonths(db, siteIds, span);
    return siteIds.map((siteId) => ({
      ...base,
      site: context.sites.get(siteId)!,
      rows: (series.get(siteId) ?? []).map((month) => monthRow(month, code)),
    }));
  }
  if (isWater && interval === 'instant')
    return Promise.all(
      siteIds.map(async (siteId) => ({
        ...base,
        site: context.sites.get(siteId)!,
        rows: (await loadSamples(db, siteId, span)).flatMap(({ items }) => items.get(code) ?? []),
      })),
    );
  return loadOtherValues(db, context, measure, siteIds, span);
}

async function loadOtherValues(
  db: Queryable,
  context: FactContext,
  { interval, indicator: code }: Measure<'value'>,
  siteIds: readonly number[],
  { from, to }: Span,
): Promise<SeriesFacts[]> {
  const { rows } = await db.query<{ siteId: number; at: number; value: number | null; flags: Flag[] }>(
    `select v.site_id as "siteId", extract(epoch from v.ts)::float8 * 1000 as at, v.value,
            coalesce((select array_agg(f.flag) from value_flags f
                       where f.family = 'series_values' and f.ts = v.ts and f.site_id = v.site_id
                         and f.indicator in (v.indicator, '*')), '{}') as flags
       from series_values v
      where v.site_id = any ($1::integer[]) and v.ts >= $2 and v.ts < $3 and v.indicator = $4 and v.span = $5
      order by v.ts`,
    [siteIds, new Date(from), new Date(to), code, interval],
  );
  const untilOf = (at: number) => {
    if (interval === 'hour') return at + hourMs;
    const day = dayOfInstant(at);
    if (interval === 'day') return instantOfDay(addDays(day, 1));
    return interval === 'month' ? instantOfDay(`${addMonths(day.slice(0, 7), 1)}-01`) : at;
  };
  return siteIds.map((siteId) => ({
    site: context.sites.get(siteId)!,
    indicator: indicatorOf(context, code),
    from,
    rows: rows
      .filter((row) => row.siteId === siteId)
      .map(({ at, value, flags }): FactRow => ({
        at,
        until: untilOf(at),
        value: value === null ? null : String(value),
        flags,
      })),
  }));
}
