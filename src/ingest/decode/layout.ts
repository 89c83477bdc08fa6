import type { Rejection } from '../../domain/rejection.js';
import { planCountyFigures } from './countyFiguresLayout.js';
import type { CsvRecord } from './csvRecords.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { layoutUnknown, viewHeader, type HeaderView } from './headerView.js';
import type { Assumption, LayoutPlan, PlanColumn } from './layoutPlan.js';
import { planLong, sampledMedia } from './longLayout.js';
import type { LayoutDraft } from './planParts.js';
import { planTownshipRates } from './townshipRatesLayout.js';
import { planWaterSections } from './waterSectionsLayout.js';
import { planWide } from './wideLayout.js';

/** How many of the first records `recogniseLayout` likes to see; fewer do when the file has no more. */
export const layoutSampleRecords = 60;

/** A plan, or every reason why there is none. */
export type LayoutRecognition =
  | { readonly ok: true; readonly plan: LayoutPlan }
  | { readonly ok: false; readonly rejected: readonly Rejection[] };

/**
 * Recognises how a table is laid out from its header and first rows. Nothing is dropped silently: columns that are
 * not read are listed as ignored, readings that could be meant otherwise as assumptions.
 */
export function recogniseLayout(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions = {},
  delimiter = ',',
): LayoutRecognition {
  const view = viewHeader(head, lookup, options);
  if (!('cells' in view)) return { ok: false, rejected: view };
  const draft = draftLayout(view);
  if ('code' in draft) return { ok: false, rejected: [draft] };
  const rejected = draft.parts.flatMap((part) => part.rejected);
  return rejected.length > 0
    ? { ok: false, rejected }
    : { ok: true, plan: finishPlan(view, draft, delimiter) };
}

function draftLayout(view: HeaderView): LayoutDraft | Rejection {
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
  const assumptions = [...view.assumptions, ...draft.parts.flatMap((part) => part.assumptions)];
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
    ...(year === undefined ? {} : { year }),
    ...draft.parts.reduce((all, part) => ({ ...all, ...part.fixed }), {}),
  };
}

/** 1 for a plan without assumptions; each takes a fifth of what is left. */
function confidenceOf(columns: readonly PlanColumn[], assumptions: readonly Assumption[]): number {
  const share = 0.8 ** assumptions.length;
  return columns.length === 0 ? 0.1 : Math.round(share * 100) / 100;
}
