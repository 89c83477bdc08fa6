import type { Rejection } from '../../domain/rejection.js';
import type { CsvRecord } from './csvRecords.js';
import type { ColumnCandidate, DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { delimiters } from './delimiter.js';
import { headerText, readHeaderCell, type HeaderCell } from './headerCell.js';
import { viewHeader, type HeaderView } from './headerView.js';
import { draftLayout, recogniseLayout } from './layout.js';
import type { LayoutName, LayoutPlan, PlanColumn } from './layoutPlan.js';
import { describeMapping, type MappedColumn, type Mapping } from './mapping.js';
import { candidatesByValues, sampleTexts } from './valueCandidates.js';

/** What is known of one column of a table that was not, or not surely, understood. */
export interface ColumnUnderstanding {
  /** 0-based. */
  readonly position: number;
  readonly header: string;
  /** `unclear`: it means something, and what is not sure; `unknown`: nothing is known, and it would not be read. */
  readonly state: 'understood' | 'unclear' | 'unknown';
  readonly role: string | null;
  readonly indicator: string | null;
  readonly unit: string | null;
  /** What it might be. */
  readonly candidates: ColumnCandidate[];
  /** Up to three cells below the header. */
  readonly samples: string[];
}

/** How far a table was understood, so that a person can name the rest. */
export interface Understanding {
  /** Line of the header; `null` when none was found. */
  readonly headerLine: number | null;
  readonly layout: LayoutName | null;
  readonly columnCount: number;
  /** At most the first 200 columns. */
  readonly columns: ColumnUnderstanding[];
  /** What a table of this kind needs and no column gives. */
  readonly missing: ('site' | 'time' | 'items')[];
  /**
   * A mapping to be completed and sent back: it holds what was understood and nothing that was guessed. `null` when
   * that is nothing, or too much to list.
   */
  readonly suggestedMapping: Mapping | null;
}

const maxColumns = 200;
const maxNearSearches = 40;

/** How far a table was understood that no layout fits. */
export function describeRefusedTable(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
  rejected: readonly Rejection[],
  delimiter: string,
): Understanding | null {
  if (head.length === 0) return null;
  const { mapping, ...unmapped } = options;
  // A mapping that does not fit may hide a header that says it all.
  const itself = mapping === undefined ? undefined : recogniseLayout(head, lookup, unmapped, delimiter);
  if (itself?.ok === true) return describePlannedTable(itself.plan, head, lookup);
  const view = viewHeader(head, lookup, unmapped);
  if ('cells' in view) {
    return describeView(view, head, lookup, unmapped, mapping === undefined ? rejected : [], delimiter);
  }
  const clashes = viewClashes(head, lookup, unmapped, view);
  if (clashes !== undefined) return clashes;
  // Words in the first row are a header of which too little is known.
  return view.some(({ code }) => code === 'no-header')
    ? describeHeadless(head, lookup, unmapped)
    : describeWords(head, lookup, unmapped);
}

/** How a table was understood that is read with assumptions. */
export function describePlannedTable(
  plan: LayoutPlan,
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
): Understanding {
  const cells = [...plan.columns, ...plan.ignored].sort((a, b) => a.position - b.position);
  const described = assemble({
    head,
    lookup,
    options: {},
    headerLine: plan.headerLine,
    layout: plan.layout,
    cells,
    known: plan.columns,
    faults: [],
    delimiter: plan.delimiter,
  });
  const suggestedMapping = cells.length > maxColumns ? null : describeMapping(plan);
  return { ...described, missing: [], suggestedMapping };
}

/** The table as it would be without the columns of which several mean the same. */
function viewClashes(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
  clashes: readonly Rejection[],
): Understanding | undefined {
  const positions = clashedPositions(clashes);
  if (positions.size === 0) return undefined;
  const names = clashes.flatMap(({ column }) =>
    column.split('、').map((name) => name.replace(clashMark, '')),
  );
  const ignoreColumns = [...(options.ignoreColumns ?? []), ...names];
  const view = viewHeader(head, lookup, { ...options, ignoreColumns });
  if (!('cells' in view)) return undefined;
  return describeView(view, head, lookup, options, clashes, '');
}

const clashMark = /（第 (\d+) 列）/g;

/** 0-based positions of the columns that mean the same as another. */
function clashedPositions(rejected: readonly Rejection[]): Set<number> {
  const clashes = rejected.filter(({ code }) => code === 'column-ambiguous');
  return new Set(
    clashes.flatMap(({ column }) => [...column.matchAll(clashMark)].map(([, n]) => Number(n) - 1)),
  );
}

function describeView(
  view: HeaderView,
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
  faults: readonly Rejection[],
  delimiter: string,
): Understanding {
  const draft = draftLayout(view);
  const recognised = 'code' in draft ? undefined : draft;
  const { headerLine, cells } = view;
  const known = recognised?.parts.flatMap(({ columns }) => columns) ?? knownCells(view);
  const layout = recognised?.layout ?? null;
  return assemble({ head, lookup, options, headerLine, layout, cells, known, faults, delimiter });
}

function describeWords(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
): Understanding | null {
  const [first] = head;
  if (first === undefined) return null;
  const cells = first.cells.map((text, position) => readHeaderCell(text, position, lookup));
  const known = knownCells({ cells });
  const place = { head, headerLine: first.line, layout: null, delimiter: '' };
  return assemble({ ...place, lookup, options, cells, known, faults: [] });
}

function describeHeadless(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
): Understanding {
  const width = Math.max(...head.map(({ cells }) => cells.length));
  const cells = Array.from({ length: Math.min(width, maxColumns) }, (_, position) => ({
    position,
    header: headerText('', position),
  }));
  const described = assemble({ head, lookup, options, headerLine: 0, layout: null, cells, known: [], faults: [], delimiter: '' });
  return { ...described, columnCount: width };
} // prettier-ignore

interface Parts {
  readonly head: readonly CsvRecord[];
  readonly lookup: DecodeLookup;
  readonly options: DecodeOptions;
  readonly headerLine: number;
  readonly layout: LayoutName | null;
  readonly cells: readonly Pick<HeaderCell, 'position' | 'header'>[];
  readonly known: readonly PlanColumn[];
  readonly faults: readonly Rejection[];
  readonly delimiter: string;
}

function assemble(parts: Parts): Understanding {
  const { head, lookup, options, headerLine, layout, cells, known, faults } = parts;
  const rows = head.filter(({ line }) => line > headerLine);
  const byPosition = new Map(known.map((column) => [column.position, column]));
  const faulty = new Set(faults.map(({ column }) => column));
  const clashed = clashedPositions(faults);
  let searches = 0;
  const columns = cells.slice(0, maxColumns).map(({ position, header }): ColumnUnderstanding => {
    const samples = sampleTexts(rows, position);
    const base = { position, header, samples: samples.slice(0, 3).map((text) => text.slice(0, 100)) };
    const column = clashed.has(position) ? undefined : byPosition.get(position);
    if (column !== undefined) {
      const state = faulty.has(header) ? 'unclear' : 'understood';
      return { ...base, state, ...meaningOf(column), candidates: [] };
    }
    const byName = headerLine > 0 && searches++ < maxNearSearches ? (lookup.nearColumns?.(header) ?? []) : [];
    const candidates = [...byName, ...candidatesByValues(samples, lookup, options)];
    const state =
      candidates.length > 0 || clashed.has(position) || faulty.has(header) ? 'unclear' : 'unknown';
    return { ...base, state, role: null, indicator: null, unit: null, candidates };
  });
  return {
    headerLine: headerLine > 0 ? headerLine : null,
    layout,
    columnCount: cells.length,
    columns,
    missing: missingOf(columns, layout, options),
    suggestedMapping: suggest(parts, columns),
  };
}

function meaningOf({ role, indicator, unit }: PlanColumn) {
  return { role, indicator: indicator?.code ?? null, unit: unit ?? null };
}

/** What the header names by itself, where no layout comes of it. */
function knownCells(view: Pick<HeaderView, 'cells'>): PlanColumn[] {
  return view.cells.flatMap(({ position, header, structural, indicator, unit }): PlanColumn[] => {
    const withUnit = unit === undefined ? {} : { unit };
    if (indicator !== undefined) return [{ position, header, role: 'item', indicator, ...withUnit }];
    if (structural === undefined) return [];
    const published = structural.published === undefined ? {} : { published: structural.published };
    return [{ position, header, role: structural.role, ...published }];
  });
}

const timeRoles = new Set(['datetime', 'date', 'year', 'period', 'month', 'start']);
const itemRoles = new Set(['item', 'value', 'site-values', 'published', 'kind', 'document']);

const siteless = new Set<LayoutName | null>(['county-figures', 'dust-periods']);

function missingOf(
  columns: readonly ColumnUnderstanding[],
  layout: LayoutName | null,
  options: DecodeOptions,
): Understanding['missing'] {
  const has = (roles: (role: string) => boolean): boolean =>
    columns.some(({ role }) => role !== null && roles(role));
  const site =
    siteless.has(layout) ||
    has((role) => role === 'site' || role === 'site-values' || role === 'name') ||
    options.site !== undefined;
  const time = layout === 'site-list' || has((role) => timeRoles.has(role)) || options.date !== undefined;
  return [
    ...(site ? [] : (['site'] as const)),
    ...(time ? [] : (['time'] as const)),
    ...(has((role) => itemRoles.has(role)) ? [] : (['items'] as const)),
  ];
}

/**
 * The columns that were understood; of the others those of which alone all cells are times, or registered sites. A
 * column of which one of several meanings would have to be chosen is left to the person.
 */
function suggest({ known, headerLine, delimiter, cells }: Parts, columns: readonly ColumnUnderstanding[]): Mapping | null {
  if (cells.length > maxColumns) return null;
  const header = headerLine > 0;
  const sites = new Map(known.map(({ position, site }) => [position, site]));
  const published = new Map(known.map((column) => [column.position, column.published]));
  const mapped = columns.flatMap((column): MappedColumn[] => {
    const { position, header: text, indicator, unit } = column;
    const role = (column.role as MappedColumn['role'] | null) ?? onlyCandidate(column, columns);
    if (role === undefined) return [];
    return [
      {
        position,
        role,
        ...(header ? { header: text } : {}),
        ...(indicator === null ? {} : { indicator }),
        ...(unit === null ? {} : { unit }),
        ...(published.get(position) === undefined ? {} : { published: published.get(position)! }),
        ...(sites.get(position) === undefined ? {} : { site: sites.get(position)! }),
      },
    ];
  });
  if (mapped.length === 0) return null;
  const cut = delimiters.find((each) => each === delimiter);
  return {
    header,
    columns: mapped,
    ...(header ? {} : { columnCount: cells.length }),
    ...(cut === undefined ? {} : { delimiter: cut }),
  };
} // prettier-ignore

function onlyCandidate(
  { position, candidates }: ColumnUnderstanding,
  columns: readonly ColumnUnderstanding[],
): MappedColumn['role'] | undefined {
  const [first, ...others] = candidates.filter(({ why }) => why === 'values');
  if (first === undefined || others.length > 0 || candidates.length > 1 || !surelySeen.has(first.role)) return undefined;
  const rivals = columns.filter(
    (column) =>
      column.position !== position &&
      (column.role === first.role || column.candidates.some(({ role }) => role === first.role)),
  );
  const timed = timeRoles.has(first.role) && columns.some(({ role }) => role !== null && timeRoles.has(role));
  return rivals.length > 0 || timed ? undefined : first.role;
} // prettier-ignore

const surelySeen = new Set(['site', 'datetime', 'date', 'indicator']);
