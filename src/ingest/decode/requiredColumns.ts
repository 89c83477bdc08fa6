import type { Rejection } from '../../domain/rejection.js';
import { layoutUnknown, type HeaderView } from './headerView.js';
import type { LayoutName, PlanColumn } from './layoutPlan.js';

/** What a plan of a layout cannot do without: a mapping may force a layout that its columns do not make. */
export function checkRequired(
  view: HeaderView,
  layout: LayoutName,
  columns: readonly PlanColumn[],
): readonly Rejection[] {
  const has = (...roles: PlanColumn['role'][]): boolean =>
    roles.every((wanted) => columns.some(({ role }) => role === wanted));
  const hasFigures = has('item') || has('indicator', 'value');
  const complete: Readonly<Record<LayoutName, boolean>> = {
    wide: has('item'),
    'wide-by-site': has('indicator', 'site-values'),
    long: has('indicator', 'value'),
    'water-sections': has('item') || has('published'),
    'township-rates': hasFigures,
    'county-figures': hasFigures,
    'dust-periods': has('start', 'end', 'document'),
    'site-list': has('name', 'kind'),
  };
  if (complete[layout]) return [];
  const { zh, en } = needed[layout];
  const headers = view.cells.map(({ header }) => header);
  return [layoutUnknown(view.headerLine, headers, zh, en)];
}

const figures = {
  zh: '监测项目或指标的列（或“指标”和“数值”列）',
  en: 'columns of items (or of indicator and value) are',
};
const needed: Readonly<Record<LayoutName, { readonly zh: string; readonly en: string }>> = {
  wide: figures,
  'wide-by-site': { zh: '“指标”列和站点的列', en: 'columns of the indicator and of sites are' },
  long: { zh: '“指标”和“数值”列', en: 'columns of indicator and value are' },
  'water-sections': figures,
  'township-rates': figures,
  'county-figures': figures,
  'dust-periods': { zh: '“开始时间”“结束时间”和“文号”列', en: 'columns of start, end and document are' },
  'site-list': { zh: '“名称”和“类型”列', en: 'columns of name and kind are' },
};
