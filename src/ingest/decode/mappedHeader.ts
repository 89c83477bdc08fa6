import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { Rejection } from '../../domain/rejection.js';
import type { CsvRecord } from './csvRecords.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { headerText, isIgnoredHeader, readHeaderCell, type HeaderCell } from './headerCell.js';
import { findHeaderRecord, rejectNoHeader, type HeaderView, type StructuralCell } from './headerView.js';
import { isListRole } from './listSynonyms.js';
import { mappingSchema, type MappedColumn, type Mapping } from './mapping.js';
import { rejectCell, rejectFile } from './rejectCell.js';
import type { StructuralRole } from './structuralSynonyms.js';

const searchedRecords = 10;

/** The header as a mapping states it; every reason why the mapping does not fit the file instead. */
export function viewMapped(
  head: readonly CsvRecord[],
  lookup: DecodeLookup,
  options: DecodeOptions,
  given: Mapping,
): HeaderView | readonly Rejection[] {
  const first = head[0];
  if (first === undefined) return [rejectFile('file-empty')];
  const parsed = mappingSchema.safeParse(given);
  if (!parsed.success) {
    return parsed.error.issues.map((issue) =>
      rejectMapping(issue.path.join('.'), issue.message, issue.message),
    );
  }
  const mapping = parsed.data;
  const header = mapping.header ? findMappedHeader(head, mapping, lookup) : undefined;
  if (Array.isArray(header)) return header as readonly Rejection[];
  const record = header as CsvRecord | undefined;
  const columnCount = record === undefined ? usualCount(head) : record.cells.length;
  const faults = [...checkColumns(mapping, columnCount, lookup), ...checkClashes(mapping)];
  if (faults.length > 0) return faults;
  const texts = record?.cells ?? new Array<string>(columnCount).fill('');
  const columns = new Map(mapping.columns.map((column) => [column.position, column]));
  const cells = Array.from({ length: columnCount }, (_, position) =>
    mappedCell(nameOf(texts, position), position, columns.get(position), lookup),
  ).map((cell) =>
    isIgnoredHeader(cell.header, options.ignoreColumns)
      ? { position: cell.position, header: cell.header }
      : cell,
  );
  const structural = cells.filter((cell): cell is StructuralCell => cell.structural !== undefined);
  const published = structural.filter((cell) => cell.structural.role === 'published');
  const roles = new Map<StructuralRole, StructuralCell>();
  for (const cell of structural) if (!roles.has(cell.structural.role)) roles.set(cell.structural.role, cell);
  roles.delete('published');
  const headerLine = record?.line ?? 0;
  return {
    headerLine,
    cells,
    roles,
    published,
    items: cells.filter(({ indicator }) => indicator !== undefined),
    above: head.filter(({ line }) => line < headerLine),
    sample: head.filter(({ line }) => line > headerLine),
    assumptions: [],
    lookup,
    options,
  };
}

/** What is wrong with a mapping whatever file it is for. */
export function checkMapping(mapping: Mapping, lookup: DecodeLookup): readonly Rejection[] {
  const columnCount = mapping.columnCount ?? Number.MAX_SAFE_INTEGER;
  return [...checkColumns(mapping, columnCount, lookup), ...checkClashes(mapping)];
}

function mappedCell(
  header: string,
  position: number,
  column: MappedColumn | undefined,
  lookup: DecodeLookup,
): HeaderCell {
  if (column === undefined) return { position, header };
  const { role, unit, published, site, upTo } = column;
  const base = {
    position,
    header,
    ...(unit === undefined ? {} : { unit }),
    ...(upTo === undefined ? {} : { upTo }),
  };
  if (role === 'item') {
    const indicator = findMapped(column, lookup);
    return indicator === undefined ? base : { ...base, indicator };
  }
  if (role === 'site-values') return { ...base, site: site ?? header };
  if (isListRole(role)) return { ...base, list: role };
  return { ...base, structural: { role, rank: 0, ...(published === undefined ? {} : { published }) } };
}

/** Texts that a header prints twice are told apart by their position, since columns are counted by name. */
function nameOf(texts: readonly string[], position: number): string {
  const header = headerText(texts[position] ?? '', position);
  const repeated = texts.some((text, at) => at !== position && headerText(text, at) === header);
  return repeated ? `${header}（第 ${position + 1} 列）` : header;
}

function findMapped(column: MappedColumn, lookup: DecodeLookup): Indicator | undefined {
  if (column.indicator === undefined) return undefined;
  return lookup.findCode?.(column.indicator) ?? lookup.findIndicator(normaliseName(column.indicator));
}

function findMappedHeader(
  head: readonly CsvRecord[],
  mapping: Mapping,
  lookup: DecodeLookup,
): CsvRecord | readonly Rejection[] {
  const candidates = head.slice(0, searchedRecords);
  const named = mapping.columns.filter(({ header }) => header !== undefined);
  const [first] = candidates;
  if (first === undefined) return [rejectFile('file-empty')];
  if (named.length === 0) {
    const known = findHeaderRecord(
      candidates.map((record) => ({
        record,
        cells: record.cells.map((text, i) => readHeaderCell(text, i, lookup)),
      })),
      lookup,
    );
    return known?.record ?? rejectNoHeader(first) ?? first;
  }
  const scored = candidates.map((record) => ({
    record,
    wrong: named.filter(
      ({ position, header = '' }) => !saysSame(record.cells[position] ?? '', header, position),
    ),
  }));
  const best = scored.reduce((a, b) => (b.wrong.length < a.wrong.length ? b : a));
  if (best.wrong.length === 0) return best.record;
  return best.wrong.map(({ position, header = '' }) => {
    const params = { position: position + 1, expected: header, actual: best.record.cells[position] ?? '' };
    return {
      ...rejectFile('mapping-header-differs', params),
      line: best.record.line,
      column: `第 ${position + 1} 列`,
    };
  });
}

function saysSame(text: string, expected: string, position: number): boolean {
  const fold = (name: string): string => name.normalize('NFKC').toLowerCase().replace(/\s+/g, '');
  const bare = expected.replace(`（第 ${position + 1} 列）`, '');
  const shown = headerText(text, position);
  return fold(shown) === fold(expected) || fold(shown) === fold(bare);
}

/** The number of cells that most of the first rows have. */
function usualCount(head: readonly CsvRecord[]): number {
  const counts = new Map<number, number>();
  for (const { cells } of head) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  return [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [0, 0])[0];
}

function checkColumns(mapping: Mapping, columnCount: number, lookup: DecodeLookup): Rejection[] {
  const faults: Rejection[] = [];
  if (mapping.columnCount !== undefined && mapping.columnCount !== columnCount) {
    const expected = mapping.columnCount;
    faults.push(rejectFile('mapping-column-count', { expected, expectedEn: expected, actual: columnCount }));
  }
  for (const column of mapping.columns) {
    const { position, role, indicator = '', published } = column;
    const place = `columns[position=${position}]`;
    if (position >= columnCount) {
      const least = position + 1;
      const params = { expected: `至少 ${least}`, expectedEn: `at least ${least}`, actual: columnCount };
      faults.push({ ...rejectFile('mapping-column-count', params), column: `第 ${least} 列` });
    }
    if (role === 'item' && indicator === '') {
      faults.push(
        rejectMapping(place, '监测项目的列要写明 indicator', 'a column of role item needs its indicator'),
      );
    } else if (role === 'item' && findMapped(column, lookup) === undefined) {
      faults.push(rejectCell(0, `第 ${position + 1} 列`, indicator, { code: 'indicator-unknown' }));
    }
    if (role === 'published' && published === undefined) {
      faults.push(
        rejectMapping(place, '发布值的列要写明 published', 'a column of role published needs to say which'),
      );
    }
    if (role === 'site-values' && !mapping.header && column.site === undefined) {
      faults.push(
        rejectMapping(place, '没有表头时站点列要写明 site', 'without a header a site column needs its site'),
      );
    }
  }
  return faults;
}

const repeatable = new Set<string>(['item', 'site-values', 'evidence']);

/** Columns of which the mapping says the same, or twice something. */
function checkClashes(mapping: Mapping): Rejection[] {
  const groups = new Map<string, number[]>();
  const add = (key: string, position: number): void => {
    groups.set(key, [...(groups.get(key) ?? []), position]);
  };
  for (const { position, role, published } of mapping.columns) {
    add(`position ${position}`, position);
    if (role === 'published') add(`published ${published ?? ''}`, position);
    else if (role === 'date' || role === 'datetime') add('date', position);
    else if (!repeatable.has(role)) add(role, position);
  }
  return [...groups]
    .filter(([, positions]) => positions.length > 1)
    .map(([key, positions]) => {
      const columns = positions.map((position) => `第 ${position + 1} 列`).join('、');
      const problem = `${columns} 都写成了 ${key}，无法确定用哪一列`;
      return rejectMapping('columns', problem, `${columns}: all say ${key}`);
    });
}

function rejectMapping(place: string, problem: string, problemEn: string): Rejection {
  return {
    ...rejectFile('mapping-invalid', { place: place === '' ? 'mapping' : place, problem, problemEn }),
    column: 'mapping',
  };
}
