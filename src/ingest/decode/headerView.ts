import type { Rejection } from '../../domain/rejection.js';
import type { CsvRecord } from './csvRecords.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { isIgnoredHeader, readHeaderCell, type HeaderCell } from './headerCell.js';
import type { Assumption } from './layoutPlan.js';
import { rejectFile, type Fault } from './rejectCell.js';
import type { StructuralRole, StructuralSynonym } from './structuralSynonyms.js';

/** A structural column that was chosen for its role. */
export type StructuralCell = HeaderCell & { readonly structural: StructuralSynonym };

/** The header as the layouts see it. */
export interface HeaderView {
  readonly headerLine: number;
  readonly cells: readonly HeaderCell[];
  /** The chosen column of each role; `published` has several and is in `published`. */
  readonly roles: ReadonlyMap<StructuralRole, StructuralCell>;
  readonly published: readonly StructuralCell[];
  /** Columns of measured or reported items, as the header names them. */
  readonly items: readonly HeaderCell[];
  /** What stands above the header: titles. */
  readonly above: readonly CsvRecord[];
  /** The first data records, for what headers do not say. */
  readonly sample: readonly CsvRecord[];
  readonly assumptions: readonly Assumption[];
  readonly lookup: DecodeLookup;
  readonly options: DecodeOptions;
}

const searchedRecords = 10;
const maxSeen = 300;

/**
 * Finds the header among the first records (title rows may stand above it) and sorts its columns by role. Rejections
 * when there is no header or when two columns of one role cannot be told apart.
 */
export function viewHeader(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
): HeaderView | readonly Rejection[] {
  const first = head[0];
  if (first === undefined) return [rejectFile('file-empty')];
  const candidates = head
    .slice(0, searchedRecords)
    .map((record) => ({ record, cells: record.cells.map((text, i) => readHeaderCell(text, i, lookup)) }));
  const found = findHeaderRecord(candidates, lookup, options.lists);
  if (found === undefined) return [notFound(first)];
  const { record } = found;
  const cells = found.cells.map((cell) =>
    isIgnoredHeader(cell.header, options.ignoreColumns)
      ? { position: cell.position, header: cell.header }
      : cell,
  );
  const { roles, published, clashes } = chooseRoles(cells);
  if (clashes.length > 0) return clashes;
  const assumptions: Assumption[] = [];
  if (record !== first) assumptions.push({ code: 'assumed-title-rows', params: { headerLine: record.line } });
  return {
    headerLine: record.line,
    cells,
    roles,
    published,
    items: cells.filter(({ indicator }) => indicator !== undefined),
    above: head.filter(({ line }) => line < record.line),
    sample: head.filter(({ line }) => line > record.line),
    assumptions,
    lookup,
    options,
  };
}

interface Candidate {
  readonly record: CsvRecord;
  readonly cells: readonly HeaderCell[];
}

/** The first record that names at least two columns and is not data; columns of lists count when asked for. */
export function findHeaderRecord(
  candidates: readonly Candidate[],
  lookup: DecodeLookup,
  lists = false,
): Candidate | undefined {
  const find = (isNamed: (cell: HeaderCell) => boolean): Candidate | undefined =>
    candidates.find(
      ({ record, cells }) =>
        cells.filter(isNamed).length >= 2 && !looksLikeData(record, namesOf(record, cells, lookup)),
    );
  return find(isKnown) ?? (lists ? find((cell) => isKnown(cell) || cell.list !== undefined) : undefined);
}

/** Codes of sites above columns of values may be mere numbers. */
function namesOf(
  record: CsvRecord,
  cells: readonly HeaderCell[],
  lookup: DecodeLookup,
): readonly HeaderCell[] {
  if (!cells.some(({ structural }) => structural?.role === 'indicator')) return cells;
  return cells.map((cell) => {
    const text = record.cells[cell.position] ?? '';
    const isSite = dataPattern.test(text.trim()) && lookup.findSite(text) !== undefined;
    return isSite ? { ...cell, site: text } : cell;
  });
}

function isKnown(cell: HeaderCell): boolean {
  return cell.structural !== undefined || cell.indicator !== undefined || cell.site !== undefined;
}

const dataPattern =
  /^(?:[<＜]?[-+]?\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?[%L]?|\d{2,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,2}日?)?(?:[ T].*)?)$/;

/** A row of which a third of the filled cells are numbers or dates is data, not a header. */
function looksLikeData(record: CsvRecord, cells: readonly HeaderCell[] = []): boolean {
  const filled = record.cells.filter(
    (cell, i) => cell.trim() !== '' && !(cells[i] !== undefined && isKnown(cells[i])),
  );
  const total = record.cells.filter((cell) => cell.trim() !== '').length;
  return filled.filter((cell) => dataPattern.test(cell.trim())).length * 3 >= Math.max(1, total);
}

/** The rejection of a file whose first row is data. */
export function rejectNoHeader(first: CsvRecord): readonly Rejection[] | undefined {
  if (!looksLikeData(first)) return undefined;
  return [{ ...rejectFile('no-header', { seen: seenCells(first.cells) }), line: first.line }];
}

function notFound(first: CsvRecord): Rejection {
  const [headless] = rejectNoHeader(first) ?? [];
  if (headless !== undefined) return headless;
  return layoutUnknown(
    first.line,
    first.cells,
    '站点、时间、指标的列名',
    'columns for site, time and items are',
  );
}

/** `layout-unknown` with what is missing and what was seen. */
export function layoutUnknown(
  line: number,
  headers: readonly string[],
  needed: string,
  neededEn: string,
): Rejection {
  return { ...rejectFile('layout-unknown', { needed, neededEn, seen: seenCells(headers) }), line };
}

/** A rejection of the header as a whole that lists what it says. */
export function rejectHeader(view: HeaderView, code: 'no-time-column' | 'no-site-column'): Rejection {
  return {
    ...rejectFile(code, { seen: seenCells(view.cells.map(({ header }) => header)) }),
    line: view.headerLine,
  };
}

/** A rejection of something a header or option says. */
export function rejectOption(option: string, value: string, expected: string): Rejection {
  const fault: Fault = { code: 'option-invalid', params: { option, value, expected } };
  return { line: 0, column: option, value, code: fault.code, params: fault.params ?? {} };
}

/** The names of cells for a message, joined and cut. */
export function seenCells(cells: readonly string[]): string {
  const all = cells.map((cell) => cell.replace(/\s+/g, ' ').trim()).join('、');
  return all.length > maxSeen ? `${all.slice(0, maxSeen)}…` : all;
}

function chooseRoles(cells: readonly HeaderCell[]): {
  roles: Map<StructuralRole, StructuralCell>;
  published: StructuralCell[];
  clashes: Rejection[];
} {
  const structural = cells.filter((cell): cell is StructuralCell => cell.structural !== undefined);
  const groups = new Map<string, StructuralCell[]>();
  for (const cell of structural) {
    const key = cell.structural.published ?? cell.structural.role;
    groups.set(key, [...(groups.get(key) ?? []), cell]);
  }
  const roles = new Map<StructuralRole, StructuralCell>();
  const published: StructuralCell[] = [];
  const clashes: Rejection[] = [];
  for (const group of groups.values()) {
    const rank = Math.min(...group.map((cell) => cell.structural.rank));
    const best = group.filter((cell) => cell.structural.rank === rank);
    const [chosen] = best;
    if (chosen === undefined) continue;
    // Remarks and sources may stand in several columns; the first is kept, the others are listed as ignored.
    if (best.length > 1 && chosen.structural.role !== 'evidence') clashes.push(rejectClash(best));
    if (chosen.structural.role === 'published') published.push(chosen);
    else roles.set(chosen.structural.role, chosen);
  }
  settleTimeRoles(roles);
  return { roles, published, clashes };
}

/** Columns that mean the same thing. */
export function rejectClash(columns: readonly HeaderCell[]): Rejection {
  const named = columns.map(({ header, position }) => `${header}（第 ${position + 1} 列）`).join('、');
  return { line: 0, column: named, value: '', code: 'column-ambiguous', params: { columns: named } };
}

/** `time` beside a date is a clock time; a month without a year holds `2024-03`. */
function settleTimeRoles(roles: Map<StructuralRole, StructuralCell>): void {
  const datetime = roles.get('datetime');
  if (datetime !== undefined && roles.has('date')) {
    roles.delete('datetime');
    if (!roles.has('hour')) roles.set('time', datetime);
  }
  const month = roles.get('month');
  if (
    month !== undefined &&
    !roles.has('year') &&
    !roles.has('day') &&
    !roles.has('date') &&
    !roles.has('datetime')
  ) {
    roles.delete('month');
    roles.set('date', month);
  }
}
