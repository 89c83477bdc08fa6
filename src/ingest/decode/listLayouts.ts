import type { Rejection } from '../../domain/rejection.js';
import type { HeaderCell } from './headerCell.js';
import { rejectClash, type HeaderView } from './headerView.js';
import type { PlanColumn } from './layoutPlan.js';
import type { ListRole } from './listSynonyms.js';
import { planPart, type LayoutDraft, type PlanPart } from './planParts.js';

/** Whether a table lists periods: columns of start and end, no values and no station beside them. */
export function isPeriodList(view: HeaderView): boolean {
  const site = view.roles.get('site');
  const hasStation = site !== undefined && site.structural.area === undefined;
  return hasList(view, 'start') && hasList(view, 'end') && !hasStation && !holdsValues(view);
}

/** Dust periods (沙尘天气过程): start, end, the document behind them, perhaps a note. */
export function planDustPeriods(view: HeaderView): LayoutDraft {
  const part = planList(view, ['start', 'end', 'document', 'note']);
  const assumptions = saysDust(view) ? [] : [{ code: 'assumed-dust-periods', params: {} } as const];
  return {
    layout: 'dust-periods',
    interval: 'none',
    parts: [part, planPart({ assumptions })],
  };
}

/** Whether a table lists sites: names with codes, kinds or the like, no times and no values. */
export function isSiteList(view: HeaderView): boolean {
  const hasTime = (['datetime', 'date', 'hour', 'period'] as const).some((role) => view.roles.has(role));
  const beside = (['code', 'kind', 'aliases', 'water-body', 'longitude'] as const).some((role) =>
    hasList(view, role),
  );
  return hasList(view, 'name') && beside && !hasTime && !holdsValues(view);
}

/** Site lists: name and kind, perhaps code, river or lake, aliases, coordinates. */
export function planSiteList(view: HeaderView): LayoutDraft {
  const part = planList(view, ['code', 'name', 'kind', 'water-body', 'aliases', 'longitude', 'latitude']);
  return { layout: 'site-list', interval: 'none', parts: [part] };
}

function hasList(view: HeaderView, role: ListRole): boolean {
  return view.cells.some(({ list }) => list === role);
}

function holdsValues(view: HeaderView): boolean {
  return view.items.length > 0 || view.published.length > 0 || view.roles.has('value');
}

function saysDust(view: HeaderView): boolean {
  const texts = [...view.above, ...view.sample].flatMap(({ cells }) => cells);
  return [...texts, ...view.cells.map(({ header }) => header)].some((text) =>
    /沙尘|扬沙|浮尘|dust/i.test(text),
  );
}

function planList(view: HeaderView, roles: readonly ListRole[]): PlanPart {
  const columns: PlanColumn[] = [];
  const rejected: Rejection[] = [];
  for (const role of roles) {
    const [cell, ...others] = chosen(view.cells.filter(({ list }) => list === role));
    if (cell === undefined) continue;
    columns.push({ position: cell.position, header: cell.header, role });
    // Remarks may stand in several columns; the first is kept, the others are listed as ignored.
    if (others.length > 0 && role !== 'note' && role !== 'document')
      rejected.push(rejectClash([cell, ...others]));
  }
  return planPart({ columns, rejected });
}

/** Among several names of a site the station's own goes before that of its area. */
function chosen(cells: readonly HeaderCell[]): readonly HeaderCell[] {
  const rank = (cell: HeaderCell): number => cell.structural?.rank ?? 0;
  const best = Math.min(...cells.map(rank));
  return cells.filter((cell) => rank(cell) === best);
}
