import type { Interval } from '../../domain/family.js';
import { normaliseName } from '../../domain/indicator.js';
import type { Rejection } from '../../domain/rejection.js';
import {
  findNamedIndicator,
  findStructural,
  maxNameLength,
  saysDailyMean,
  type HeaderCell,
} from './headerCell.js';
import { layoutUnknown, rejectClash, type HeaderView } from './headerView.js';
import type { Assumption, PlanColumn } from './layoutPlan.js';
import { isAboutWater } from './longLayout.js';
import {
  nearParams,
  planOptional,
  planPart,
  planTime,
  type LayoutDraft,
  type PlanPart,
} from './planParts.js';
import { rejectCell } from './rejectCell.js';

/**
 * Whether a table is wide by site, as the national archive's (`date,hour,type,1001A,1002A…`): a column of item names
 * without a column of values, and columns that nothing else explains.
 */
export function isWideBySite(view: HeaderView): boolean {
  if (view.cells.some(({ site }) => site !== undefined) && view.roles.has('indicator')) return true;
  const { roles } = view;
  if (!roles.has('indicator') || roles.has('value') || roles.has('site')) return false;
  if (view.items.length > 0 || view.published.length > 0 || siteCells(view).length === 0) return false;
  const names = sampledNames(view);
  return names.length > 0 && names.filter((name) => isItemName(name, view)).length * 2 > names.length;
}

/** Wide by site: a row per date, hour and item, a column per site. Rows of one hour complete each other. */
export function planWideBySite(view: HeaderView): LayoutDraft {
  const time = planTime(view);
  const water = time.interval !== 'month' && isAboutWater(view);
  const interval: Interval = view.options.interval ?? (water ? 'instant' : time.interval);
  const rejected =
    interval === 'instant'
      ? time.rejected.filter(({ code }) => code !== 'interval-ambiguous')
      : time.rejected;
  const parts = [
    { ...time, rejected },
    planOptional(view, ['indicator', 'unit']),
    planSiteColumns(view),
    planPart({ assumptions: interval === 'hour' ? ignoredMeans(view) : [] }),
  ];
  return { layout: 'wide-by-site', interval, parts };
}

/** Cells of the header that may name sites. */
function siteCells(view: HeaderView): readonly HeaderCell[] {
  if (view.options.mapping !== undefined) return view.cells.filter(({ site }) => site !== undefined);
  return view.cells.filter((cell) => cell.structural === undefined && cell.blank === undefined);
}

function planSiteColumns(view: HeaderView): PlanPart {
  const { ignoreColumns = [], unknownSiteColumns = 'reject' } = view.options;
  const ignored = new Set(ignoreColumns.map((name) => name.normalize('NFKC').trim()));
  const columns: PlanColumn[] = [];
  const rejected: Rejection[] = [];
  const unknown: string[] = [];
  const bySite = new Map<number, HeaderCell[]>();
  for (const cell of siteCells(view)) {
    const { position, header, site: text = header } = cell;
    if (ignored.has(header.normalize('NFKC'))) continue;
    const known = text.length <= maxNameLength;
    if (known && (view.lookup.sitePeriods?.(text) ?? []).length > 0) {
      columns.push({ position, header, role: 'site-values', site: text });
      continue;
    }
    const made = known ? (view.lookup.findSite(text) ?? view.lookup.createSite?.(text)) : undefined;
    const site = made !== undefined && 'id' in made ? made : undefined;
    if (site !== undefined) {
      columns.push({ position, header, role: 'site-values', siteId: site.id, site: text });
      bySite.set(site.id, [...(bySite.get(site.id) ?? []), cell]);
    } else if (unknownSiteColumns === 'ignore') {
      unknown.push(header);
    } else {
      const fault = {
        code: 'site-column-unknown',
        params: nearParams(view.lookup.nearSites(text)),
      } as const;
      rejected.push(rejectCell(view.headerLine, header, text, fault));
    }
  }
  for (const cells of bySite.values()) if (cells.length > 1) rejected.push(rejectClash(cells));
  if (columns.length === 0 && rejected.length === 0) {
    const headers = view.cells.map(({ header }) => header);
    rejected.push(
      layoutUnknown(view.headerLine, headers, '登记过的站点的列', 'columns of registered sites are'),
    );
  }
  const params = { count: unknown.length, columns: unknown.slice(0, 5).join('、') };
  const assumptions: Assumption[] = unknown.length > 0 ? [{ code: 'ignored-site-columns', params }] : [];
  return planPart({ columns, rejected, assumptions });
}

function ignoredMeans(view: HeaderView): Assumption[] {
  const means = [...new Set(sampledNames(view).filter(saysDailyMean))];
  return means.length === 0 ? [] : [{ code: 'ignored-daily-mean', params: { column: means.join('、') } }];
}

function sampledNames(view: HeaderView): string[] {
  const position = view.roles.get('indicator')?.position ?? -1;
  return view.sample.map(({ cells }) => (cells[position] ?? '').trim()).filter((name) => name !== '');
}

function isItemName(name: string, view: HeaderView): boolean {
  if (name.length > maxNameLength) return false;
  return (
    findNamedIndicator(name, view.lookup) !== undefined ||
    findStructural(normaliseName(name), view.lookup)?.published !== undefined ||
    saysDailyMean(name)
  );
}
