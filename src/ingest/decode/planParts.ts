import type { Interval } from '../../domain/family.js';
import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { Rejection } from '../../domain/rejection.js';
import type { DecodeOptions } from './decodeLookup.js';
import { detectionLimitOf } from './detectionLimit.js';
import { saysDailyMean, type HeaderCell } from './headerCell.js';
import {
  rejectClash,
  rejectHeader,
  rejectOption,
  type HeaderView,
  type StructuralCell,
} from './headerView.js';
import type { Assumption, LayoutName, LayoutPlan, PlanColumn } from './layoutPlan.js';
import { rejectCell } from './rejectCell.js';
import { MomentReader } from './rowTime.js';
import { isFault, parseMoment, type Moment } from './timeText.js';
import { convertUnit } from './unit.js';

/** What one aspect of a header gives to the plan. */
export interface PlanPart {
  readonly columns: readonly PlanColumn[];
  readonly assumptions: readonly Assumption[];
  readonly rejected: readonly Rejection[];
  readonly fixed: Partial<Pick<LayoutPlan, 'fixedMoment' | 'fixedPeriod' | 'fixedSiteId' | 'fixedSiteName'>>;
}

/** What a layout makes of a header, aspect by aspect. */
export interface LayoutDraft {
  readonly layout: LayoutName;
  readonly interval: LayoutPlan['interval'];
  readonly parts: readonly PlanPart[];
}

/** A part with an interval. */
export interface TimePart extends PlanPart {
  readonly interval: Interval;
}

/** A part; what is not given is empty. */
export function planPart(part: Partial<PlanPart>): PlanPart {
  return { columns: [], assumptions: [], rejected: [], fixed: {}, ...part };
}

/** A structural column as a column of the plan. */
export function structuralColumn(cell: StructuralCell): PlanColumn {
  const { position, header, structural, unit } = cell;
  const { role, published } = structural;
  return {
    position,
    header,
    role,
    ...(published === undefined ? {} : { published }),
    ...(unit === undefined ? {} : { unit }),
    ...(role === 'period' && (cell.upTo ?? /截[至止]/.test(header)) ? { upTo: true } : {}),
  };
}

/** The site column, or the site that the request names for the whole file. */
export function planSite(view: HeaderView): PlanPart {
  const cell = view.roles.get('site');
  const { site } = view.options;
  if (cell !== undefined) {
    const assumed = cell.structural.area === 'district';
    return planPart({
      columns: [structuralColumn(cell)],
      assumptions: assumed ? [{ code: 'assumed-area-as-site', params: { column: cell.header } }] : [],
    });
  }
  if (site === undefined) return planPart({ rejected: [rejectHeader(view, 'no-site-column')] });
  const dated = (view.lookup.sitePeriods?.(site) ?? []).length > 0;
  const found = dated ? undefined : view.lookup.findSite(site);
  if (found !== undefined) return planPart({ fixed: { fixedSiteId: found.id } });
  // A name that means a site for part of the time only, or whose site is yet to be made, is for the rows to resolve.
  if (dated || view.lookup.createSite !== undefined) return planPart({ fixed: { fixedSiteName: site } });
  const params = nearParams(view.lookup.nearSites(site));
  return planPart({ rejected: [rejectCell(0, 'site', site, { code: 'site-unknown', params })] });
}

/** Registered names that resemble an unknown one, as messages show them. */
export function nearParams(names: readonly string[]): { near: string; nearEn: string } {
  const shown = names.slice(0, 3);
  if (shown.length === 0) return { near: '', nearEn: '' };
  return { near: `（相近的有：${shown.join('、')}）`, nearEn: ` (similar: ${shown.join(', ')})` };
}

const timeRoles = ['datetime', 'date', 'hour', 'time', 'year', 'month', 'day'] as const;

/** The time columns of measured values (or the request's date) and the interval they stand for. */
export function planTime(view: HeaderView): TimePart {
  const { date, interval, year } = view.options;
  const cells = timeRoles.map((role) => view.roles.get(role)).filter((cell) => cell !== undefined);
  const columns = cells.map((cell) => ({ ...structuralColumn(cell), role: settledRole(view, cell) }));
  const hasDay = ['datetime', 'date', 'year'].some((role) =>
    view.roles.has(role as PlanColumn['role'] & 'date'),
  );
  if (!hasDay && !(year !== undefined && view.roles.has('month'))) return planFixedTime(view, date, interval);
  if (interval !== undefined) return { ...planPart({ columns }), interval };
  return { ...planPart({ columns }), ...inferInterval(view, columns) };
}

function settledRole(view: HeaderView, cell: StructuralCell): PlanColumn['role'] {
  return timeRoles.find((role) => view.roles.get(role) === cell) ?? cell.structural.role;
}

function planFixedTime(view: HeaderView, date: string | undefined, interval: Interval | undefined): TimePart {
  const fallback = interval ?? 'day';
  if (date === undefined) {
    return { ...planPart({ rejected: [rejectHeader(view, 'no-time-column')] }), interval: fallback };
  }
  const moment = parseMoment(date, view.options.year);
  if (isFault(moment) || (moment.precision === 'year' && interval !== 'month')) {
    const expected = '2025-01-01 / 2025-01-01 08:00 / 2025-01';
    return { ...planPart({ rejected: [rejectOption('date', date, expected)] }), interval: fallback };
  }
  const hour = view.roles.get('hour');
  if (hour !== undefined && moment.precision === 'day') {
    const rejected = [rejectHeader(view, 'no-time-column')];
    return { ...planPart({ rejected }), interval: fallback };
  }
  return { ...planPart({ fixed: { fixedMoment: moment } }), interval: interval ?? intervalOf(moment) };
}

function intervalOf(moment: Moment): Interval {
  if (moment.precision === 'minute') return 'hour';
  return moment.precision === 'day' ? 'day' : 'month';
}

/** What the request says about dates, as a plan keeps it. */
export function timeOptions({
  serialDates,
  dateSystem = 1900,
  dateOrder,
  fillDownDates,
}: DecodeOptions): Pick<LayoutPlan, 'serialDates' | 'dateOrder' | 'fillDownDates'> {
  return {
    ...(dateOrder === undefined ? {} : { dateOrder }),
    ...(serialDates === true ? { serialDates: dateSystem } : {}),
    ...(fillDownDates === true ? { fillDownDates } : {}),
  };
}

/** From which columns exist and, for a text that may hold date or time, from how the first rows are written. */
function inferInterval(
  view: HeaderView,
  columns: readonly PlanColumn[],
): Partial<PlanPart> & { interval: Interval } {
  if (columns.some(({ role }) => role === 'hour' || role === 'time')) return { interval: 'hour' };
  const whole = columns.find(({ role }) => role === 'datetime' || role === 'date');
  if (whole === undefined) return { interval: columns.some(({ role }) => role === 'day') ? 'day' : 'month' };
  const reader = new MomentReader({ ...timeOptions(view.options), columns, year: view.options.year ?? 2000 });
  const moments = view.sample
    .map(({ cells, line }) => reader.read(cells, line))
    .filter((moment): moment is Moment => !('fault' in moment));
  const [first] = moments;
  if (first === undefined) return { interval: whole.role === 'date' ? 'day' : 'hour' };
  if (moments.every(({ precision }) => precision === 'month' || precision === 'year'))
    return { interval: 'month' };
  if (moments.every(({ precision }) => precision !== 'minute')) return { interval: 'day' };
  const midnights = new Set(
    moments.filter(({ wallMs }) => wallMs % 86_400_000 === 0).map(({ wallMs }) => wallMs),
  );
  const allMidnight = moments.every(({ wallMs }) => wallMs % 86_400_000 === 0);
  if (!allMidnight || midnights.size < 2) return { interval: 'hour' };
  if (whole.role === 'date') {
    return {
      interval: 'day',
      assumptions: [{ code: 'assumed-midnight-is-day', params: { column: whole.header } }],
    };
  }
  const params = { column: whole.header };
  return {
    interval: 'day',
    rejected: [
      { line: view.headerLine, column: whole.header, value: '', code: 'interval-ambiguous', params },
    ],
  };
}

/** The columns of items with where their values go and how they are converted. */
export function planItems(view: HeaderView, interval: Interval | 'period'): PlanPart {
  const columns: PlanColumn[] = [];
  const assumptions: Assumption[] = [];
  const rejected: Rejection[] = [];
  const byIndicator = new Map<string, HeaderCell[]>();
  for (const cell of view.items) {
    if (cell.indicator === undefined) continue;
    if (interval === 'hour' && saysDailyMean(cell.header) && view.options.mapping === undefined) {
      assumptions.push({ code: 'ignored-daily-mean', params: { column: cell.header } });
      continue;
    }
    if ((cell.indicator.medium === 'report') !== (interval === 'period')) {
      const code = interval === 'period' ? 'indicator-not-reported' : 'indicator-needs-period';
      rejected.push(rejectCell(view.headerLine, cell.header, cell.header, { code }));
      continue;
    }
    const { indicator, assumed } = storedIndicator(cell.indicator, interval, view);
    if (assumed) assumptions.push({ code: 'assumed-daily-o3', params: { column: cell.header } });
    byIndicator.set(indicator.code, [...(byIndicator.get(indicator.code) ?? []), cell]);
    const unit = unitOf(view.options, cell.header) ?? cell.unit ?? indicator.unit;
    const conversion = convertUnit(unit, indicator.unit);
    if (conversion === undefined) {
      const fault = { code: 'unit-unknown', params: { unit, expected: indicator.unit } } as const;
      rejected.push(rejectCell(view.headerLine, cell.header, unit, fault));
    } else {
      const { position, header } = cell;
      const detectionLimit = detectionLimitOf(
        view.options,
        { header, indicator, unit, conversion },
        view.lookup,
      );
      const limit = detectionLimit === undefined ? {} : { detectionLimit };
      columns.push({ position, header, role: 'item', indicator, unit, conversion, ...limit });
    }
  }
  for (const cells of byIndicator.values()) if (cells.length > 1) rejected.push(rejectClash(cells));
  return planPart({ columns, assumptions, rejected });
}

/** The unit that the request names for a column. */
export function unitOf(options: HeaderView['options'], header: string): string | undefined {
  const { units } = options;
  if (units === undefined) return undefined;
  const name = normaliseName(header);
  return units[header] ?? Object.entries(units).find(([key]) => normaliseName(key) === name)?.[1];
}

/**
 * The indicator whose store an item goes to. A daily or monthly "O3" is the daily maximum 8-hour mean, as HJ 663
 * evaluates days; an hourly "O3_1h" is simply hourly ozone.
 */
export function storedIndicator(
  indicator: Indicator,
  interval: Interval | 'period',
  { lookup }: Pick<HeaderView, 'lookup'>,
): { readonly indicator: Indicator; readonly assumed: boolean } {
  if (indicator.code === 'o3' && (interval === 'day' || interval === 'month')) {
    const daily = lookup.findCode?.('o3_8h') ?? lookup.findIndicator('o38h');
    if (daily !== undefined) return { indicator: daily, assumed: true };
  }
  if (indicator.code === 'o3_1h' && interval === 'hour') {
    return { indicator: lookup.findCode?.('o3') ?? lookup.findIndicator('o3') ?? indicator, assumed: false };
  }
  return { indicator, assumed: false };
}

/** The columns with published AQI, level, pollutant or class. */
export function planPublished(view: HeaderView): PlanPart {
  return planPart({ columns: view.published.map(structuralColumn) });
}

/** The columns of some roles, where they exist. */
export function planOptional(
  view: HeaderView,
  roles: readonly (PlanColumn['role'] & StructuralCell['structural']['role'])[],
): PlanPart {
  const cells = roles.map((role) => view.roles.get(role)).filter((cell) => cell !== undefined);
  return planPart({ columns: cells.map(structuralColumn) });
}

/** Period columns of reports, or the request's date or year for the whole file. */
export function planPeriod(view: HeaderView): PlanPart {
  const { date, year } = view.options;
  const roles = ['year', 'period', 'month', 'date', 'datetime'] as const;
  const found = roles.filter((role) => view.roles.has(role));
  // One period column beside the year is enough; the finest that is there is used.
  const finest = found.find((role) => role !== 'year');
  const used = found.filter((role) => role === 'year' || role === finest);
  if (used.length > 0) {
    const columns = planOptional(view, used).columns.map((column, i) => ({
      ...column,
      role: used[i] ?? column.role,
    }));
    return planPart({ columns });
  }
  const fixedPeriod = date ?? (year === undefined ? undefined : String(year));
  if (fixedPeriod === undefined) return planPart({ rejected: [rejectHeader(view, 'no-time-column')] });
  return planPart({ fixed: { fixedPeriod } });
}
