import {
  DashboardCursorSync,
  VariableHide,
  VariableRefresh,
  VariableSort,
  type AnnotationQuery,
  type Dashboard,
  type DashboardLink,
  type Panel,
  type VariableModel,
} from '@grafana/schema';
import { dataSource, oneLine, sqlTarget } from './dataSource.js';

const boardTag = 'cei';
const gridWidth = 24;
/** 41 is Grafana 11.6; 12.4 to 13.1 read it. */
const schemaVersion = 42;

/** A panel with its size on the grid of 24 columns. */
export interface Placed {
  readonly panel: Panel;
  readonly w: number;
  readonly h: number;
  /** The axis is that of the data, or, for what the service itself did, that of the clock. */
  readonly axis: 'data' | 'clock';
}

/** One board: what differs between them. */
export interface Board {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly time: { readonly from: string; readonly to: string };
  readonly variables?: readonly VariableModel[];
  readonly annotations?: readonly AnnotationQuery[];
  readonly panels: readonly Placed[];
}

/** A panel of a size. */
export function place(panel: Panel, w: number, h: number, axis: Placed['axis'] = 'data'): Placed {
  return { panel, w, h, axis };
}

/**
 * How far the data lie back: the demonstration ends in the past, and there is nothing to be seen up to now. Panels on the
 * axis of the data look back by as many days; with other data by none. Hidden: `standing` says it.
 */
const lookBack: VariableModel = {
  ...oneOf(
    'back',
    '回看',
    `select back_days || 'd' as __text, back_days || 'd' as __value from board.service`,
  ),
  hide: VariableHide.hideVariable,
};

/** The same in SQL, for marks: they are asked for in the range of the board, which panels shift for themselves. */
export const lookedBack = '${back:sqlstring}::interval';

/** A range that moves with the clock. */
function isRelative({ time }: Board): boolean {
  return time.from.startsWith('now');
}

/** A board as Grafana stores it: panels from left to right, a new row where the width is used up. */
export function toDashboard(board: Board): Dashboard {
  return {
    uid: board.uid,
    title: board.title,
    description: board.description,
    tags: [boardTag],
    schemaVersion,
    editable: false,
    timezone: 'Asia/Shanghai',
    weekStart: 'monday',
    refresh: '5m',
    graphTooltip: DashboardCursorSync.Crosshair,
    time: { ...board.time },
    links: [boardLinks],
    templating: { list: [...(isRelative(board) ? [lookBack] : []), ...(board.variables ?? [])] },
    annotations: { list: [ownAnnotations, ...(board.annotations ?? [])] },
    panels: layOut(board.panels, isRelative(board)),
  };
}

function layOut(placed: readonly Placed[], relative: boolean): Panel[] {
  let [x, y, rowHeight] = [0, 0, 0];
  return placed.map(({ panel, w, h, axis }, index) => {
    if (x + w > gridWidth) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const gridPos = { h, w, x, y };
    x += w;
    rowHeight = Math.max(rowHeight, h);
    const shifted = relative && axis === 'data' && JSON.stringify(panel).includes('$__time');
    return {
      id: index + 1,
      ...panel,
      gridPos,
      ...(shifted ? { timeShift: '$back', hideTimeOverride: true } : {}),
    };
  });
}

const boardLinks: DashboardLink = {
  type: 'dashboards',
  title: '其他看板',
  tags: [boardTag],
  asDropdown: true,
  includeVars: false,
  keepTime: false,
  targetBlank: false,
  icon: 'external link',
  tooltip: '',
  url: '',
};

const ownAnnotations: AnnotationQuery = {
  builtIn: 1,
  name: 'Annotations & Alerts',
  type: 'dashboard',
  enable: true,
  hide: true,
  iconColor: 'blue',
  datasource: { type: 'grafana', uid: '-- Grafana --' },
};

/** Marks on the time axis: columns time, timeend, text and tags. */
export function annotation(name: string, iconColor: string, rawSql: string): AnnotationQuery {
  return {
    name,
    enable: true,
    iconColor,
    datasource: dataSource,
    target: { ...sqlTarget('table', rawSql, 'Anno') },
  };
}

/** Beside `$__timeFilter(time)` of a view by days: the same days once more, as an index of days finds them. */
export function withinDays(column: string): string {
  const dayOf = (macro: string) => `(${macro}::timestamptz at time zone 'Asia/Shanghai')::date`;
  return `${column} between ${dayOf('$__timeFrom()')} and ${dayOf('$__timeTo()')}`;
}

/** The chosen values of a variable, for `in`: none, one, several or all. A bare list would be wrong SQL when nothing is chosen. */
export function chosen(name: string): string {
  return `(select * from board.chosen(\${${name}:sqlstring}))`;
}

/**
 * A choice of several values or of all. The query gives `__text` and `__value`; `all` is a query of the same values,
 * which stands in for a list that would be empty in an empty database. Use: `in ${chosen(name)}`.
 */
export function manyOf(name: string, label: string, query: string, all: string): VariableModel {
  return {
    ...variable(name, label, query),
    multi: true,
    includeAll: true,
    allValue: `variadic array(${oneLine(all)})`,
    current: { text: ['All'], value: ['$__all'] },
  };
}

/** A choice of one value, the first of the query. */
export function oneOf(name: string, label: string, query: string): VariableModel {
  return { ...variable(name, label, query), multi: false, includeAll: false };
}

function variable(name: string, label: string, query: string): VariableModel & { definition: string } {
  return {
    name,
    label,
    type: 'query',
    datasource: dataSource,
    query: oneLine(query),
    definition: oneLine(query),
    regex: '',
    refresh: VariableRefresh.onDashboardLoad,
    sort: VariableSort.disabled,
    hide: VariableHide.dontHide,
    options: [],
  };
}
