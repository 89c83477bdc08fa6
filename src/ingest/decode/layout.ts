import type { Rejection } from '../../domain/rejection.js';
import { planCountyFigures } from './countyFiguresLayout.js';
import type { CsvRecord } from './csvRecords.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { checkDetectionLimits } from './detectionLimit.js';
import { layoutUnknown, viewHeader, type HeaderView } from './headerView.js';
import type { Assumption, LayoutName, LayoutPlan, PlanColumn } from './layoutPlan.js';
import { isPeriodList, isSiteList, planDustPeriods, planSiteList } from './listLayouts.js';
import { planLong, sampledMedia } from './longLayout.js';
import { viewMapped } from './mappedHeader.js';
import { timeOptions, type LayoutDraft } from './planParts.js';
import { checkRequired } from './requiredColumns.js';
import { planTownshipRates } from './townshipRatesLayout.js';
import { planWaterSections } from './waterSectionsLayout.js';
import { isWideBySite, planWideBySite } from './wideBySiteLayout.js';
import { planWide } from './wideLayout.js';

/** How many of the first records `recogniseLayout` likes to see; fewer do when the file has no more. */
export const layoutSampleRecords = 60;

/** A plan, or every reason why there is none. */
export type LayoutRecognition =
  | { readonly ok: true; readonly plan: LayoutPlan }
  | { readonly ok: false; readonly rejected: readonly Rejection[] };

const planners: Readonly<Record<LayoutName, (view: HeaderView) => LayoutDraft>> = {
  wide: planWide,
  'wide-by-site': planWideBySite,
  long: planLong,
  'water-sections': planWaterSections,
  'township-rates': planTownshipRates,
  'county-figures': planCountyFigures,
  'dust-periods': planDustPeriods,
  'site-list': planSiteList,
};

/**
 * Recognises how a table is laid out from its header and first rows, or from the request's mapping. Nothing is
 * dropped silently: columns that are not read are listed as ignored, readings that could be meant otherwise as
 * assumptions.
 */
export function recogniseLayout(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions = {},
  delimiter = ',',
): LayoutRecognition {
  const { mapping } = options;
  const view =
    mapping === undefined
      ? viewHeader(head, lookup, options)
      : viewMapped(head, lookup, withMapping(options, mapping), mapping);
  if (!('cells' in view)) return { ok: false, rejected: view };
  const draft = mapping?.layout === undefined ? draftLayout(view) : planners[mapping.layout](view);
  if ('code' in draft) return { ok: false, rejected: [draft] };
  const rejected = [...draft.parts.flatMap((part) => part.rejected), ...checkDetectionLimits(view)];
  if (rejected.length === 0) {
    const columns = draft.parts.flatMap((part) => part.columns);
    rejected.push(...checkRequired(view, draft.layout, columns));
  }
  return rejected.length > 0
    ? { ok: false, rejected }
    : { ok: true, plan: finishPlan(view, draft, delimiter) };
}

/** What the request says goes before what was saved for the source. */
function withMapping(options: DecodeOptions, mapping: NonNullable<DecodeOptions['mapping']>): DecodeOptions {
  const year = options.year ?? mapping.year;
  const interval = options.interval ?? mapping.interval;
  const hourLabel = options.hourLabel ?? mapping.hourLabel;
  const { dateOrder } = mapping;
  return {
    ...options,
    ...(year === undefined ? {} : { year }),
    ...(interval === undefined ? {} : { interval }),
    ...(hourLabel === undefined ? {} : { hourLabel }),
    ...(dateOrder === undefined ? {} : { dateOrder }),
  };
}

/** The layout that a header suggests, with what each of its columns is for. */
export function draftLayout(view: HeaderView): LayoutDraft | Rejection {
  if (isWideBySite(view)) return planWideBySite(view);
  if (view.options.lists === true && isPeriodList(view)) return planDustPeriods(view);
  if (view.options.lists === true && isSiteList(view)) return planSiteList(view);
  const isLong = view.roles.has('indicator') && view.roles.has('value');
  if (isLong) {
    if (!isAboutReports(view)) return planLong(view);
    return view.roles.has('site') || view.options.site !== undefined
      ? planTownshipRates(view)
      : planCountyFigures(view);
  }
  const media = view.items.map(({ indicator }) => indicator?.medium);
  const count = (medium: string): number => media.filter((each) => each === medium).length;
  if (view.items.length > 0 && count('report') * 2 > media.length) {
    return view.roles.has('site') || view.options.site !== undefined
      ? planTownshipRates(view)
      : planCountyFigures(view);
  }
  const publishesWater = view.published.some(({ structural }) => structural.published === 'water_class');
  if (publishesWater || count('water') * 2 > media.length) return planWaterSections(view);
  if (view.items.length > 0) return planWide(view);
  const headers = view.cells.map(({ header }) => header);
  return layoutUnknown(view.headerLine, headers, '监测项目或指标的列', 'columns of items or indicators are');
}

/** Long tables of reports name report indicators; where no indicator is known the time column decides. */
function isAboutReports(view: HeaderView): boolean {
  const media = sampledMedia(view);
  if (media.length > 0) return media.filter((medium) => medium === 'report').length * 2 > media.length;
  const finer = (['datetime', 'date', 'hour', 'day'] as const).some((role) => view.roles.has(role));
  return !finer && (view.roles.has('period') || view.roles.has('year'));
}

function finishPlan(view: HeaderView, draft: LayoutDraft, delimiter: string): LayoutPlan {
  const columns = draft.parts.flatMap((part) => part.columns).sort((a, b) => a.position - b.position);
  const used = new Set(columns.map(({ position }) => position));
  const assumptions = [
    ...view.assumptions,
    ...draft.parts.flatMap((part) => part.assumptions),
    ...filledDates(view, columns),
  ];
  const { year, hourLabel = 'end' } = view.options;
  return {
    layout: draft.layout,
    interval: draft.interval,
    columns,
    delimiter,
    confidence: confidenceOf(columns, assumptions),
    assumptions,
    ignored: view.cells
      .filter(({ position }) => !used.has(position))
      .map(({ position, header }) => ({ position, header })),
    headerLine: view.headerLine,
    columnCount: view.cells.length,
    hourLabel,
    ...timeOptions(view.options),
    ...(year === undefined ? {} : { year }),
    ...draft.parts.reduce((all, part) => ({ ...all, ...part.fixed }), {}),
  };
}

/** Says of the first rows already that blank dates take the date above. */
function filledDates(view: HeaderView, columns: readonly PlanColumn[]): Assumption[] {
  const column =
    columns.find(({ role }) => role === 'datetime') ?? columns.find(({ role }) => role === 'date');
  if (view.options.fillDownDates !== true || column === undefined) return [];
  const blank = view.sample.find(({ cells }, i) => i > 0 && (cells[column.position] ?? '').trim() === '');
  if (blank === undefined) return [];
  return [{ code: 'assumed-date-filled-down', params: { column: column.header, firstLine: blank.line } }];
}

/** 1 for a plan without assumptions; each takes a fifth of what is left. */
function confidenceOf(columns: readonly PlanColumn[], assumptions: readonly Assumption[]): number {
  const share = 0.8 ** assumptions.length;
  return columns.length === 0 ? 0.1 : Math.round(share * 100) / 100;
}
