import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { DecodeLookup } from './decodeLookup.js';
import { findListSynonym, isListRole, type ListRole } from './listSynonyms.js';
import { findStructuralSynonym, type StructuralSynonym } from './structuralSynonyms.js';
import { looksLikeUnit } from './unit.js';

/** One header cell, understood as far as it goes. */
export interface HeaderCell {
  readonly position: number;
  /** As printed, trimmed; `第 n 列` when blank. */
  readonly header: string;
  readonly structural?: StructuralSynonym;
  /** What it would be in a list of sites or of dust periods. */
  readonly list?: ListRole;
  readonly indicator?: Indicator;
  /** Unit named in the header, as printed. */
  readonly unit?: string;
  /** A mapping says that the column holds values of this site. */
  readonly site?: string;
  /** A mapping says whether the figures of a period column run up to its day. */
  readonly upTo?: boolean;
  /** Nothing is printed. */
  readonly blank?: true;
}

/** No column or indicator has a longer name; longer texts are not searched for brackets. */
export const maxNameLength = 200;
const bracketed = /[(（[【]([^)）\]】]*)[)）\]】]/g;
const trailingUnit = /^(.*?[^\s_/])[\s_]*[,，]?\s*((?:[µμu]g|mg|ng|㎍)\s*\/\s*(?:m\^?[3³]|㎥|l)|[%％‰])$/i;

/** Reads one header cell: structural names first, then indicators with their unit. */
export function readHeaderCell(text: string, position: number, lookup: DecodeLookup): HeaderCell {
  const header = headerText(text, position);
  if (header === headerText('', position)) return { position, header, blank: true };
  if (header.length > maxNameLength) return { position, header };
  const { name, remark, unit } = splitHeader(header);
  const withUnit = unit === undefined ? {} : { unit };
  // `O3(8h)` is another indicator than `O3`, and 乡(镇) is the township column: the name with its remark goes first.
  const names = [...new Set([normaliseName(name + remark), normaliseName(name)])];
  const list = names.map((candidate) => findListRole(candidate, lookup)).find((role) => role !== undefined);
  const withList = list === undefined ? withUnit : { list, ...withUnit };
  for (const candidate of names) {
    const structural = findStructural(candidate, lookup);
    if (structural !== undefined) return { position, header, structural, ...withList };
    const indicator = lookup.findIndicator(candidate);
    if (indicator !== undefined) return { position, header, indicator, ...withList };
  }
  return { position, header, ...(list === undefined ? {} : { list }) };
}

/** A header cell as it is shown: blanks folded, over-long texts cut, `第 n 列` when there is nothing. */
export function headerText(text: string, position: number): string {
  const header = text.replace(/[\u200b-\u200d\ufeff]/g, '').replace(/\s+/g, ' ').trim(); // prettier-ignore
  if (header === '') return `第 ${position + 1} 列`;
  return header.length > maxNameLength ? `${header.slice(0, maxNameLength)}…` : header;
}

/** The structural meaning of a normalised name: the bureau's own, else the built-in one. */
export function findStructural(normalisedName: string, lookup: DecodeLookup): StructuralSynonym | undefined {
  const own = lookup.findStructural?.(normalisedName);
  if (own?.role === 'item') return undefined;
  return own !== undefined && 'rank' in own ? own : findStructuralSynonym(normalisedName);
}

function findListRole(normalisedName: string, lookup: DecodeLookup): ListRole | undefined {
  const own = lookup.findStructural?.(normalisedName)?.role;
  return own !== undefined && isListRole(own) ? own : findListSynonym(normalisedName);
}

/** The names by which a header is looked up, the fullest first: with what its brackets say, and without. */
export function namesOfHeader(header: string): readonly string[] {
  const { name, remark } = splitHeader(headerText(header, 0));
  return [...new Set([normaliseName(name + remark), normaliseName(name)])];
}

/** Whether a request says that a column is not to be read. */
export function isIgnoredHeader(header: string, ignoreColumns: readonly string[] = []): boolean {
  const fold = (text: string): string => text.normalize('NFKC').replace(/\s+/g, ' ').trim();
  return ignoreColumns.some((name) => fold(name) === fold(header));
}

const dailyMeanPattern = /(?<!\d)24[\s_]*(?:h|小时)/i;

/** Whether a name says "24-hour mean": beside hourly values that is a sliding mean, not an hour's value. */
export function saysDailyMean(name: string): boolean {
  return name.length <= maxNameLength && dailyMeanPattern.test(name.normalize('NFKC'));
}

/** Splits `CO（mg/m3）` or `PM2.5 ug/m3` into name and unit; other brackets' contents are remarks. */
export function splitHeader(header: string): { name: string; remark: string; unit?: string } {
  let unit: string | undefined;
  let remark = '';
  const name = header.replace(bracketed, (_, content: string) => {
    const inner = content.replace(/^\s*单位\s*[:：]\s*/, '').trim();
    if (unit === undefined && looksLikeUnit(inner)) unit = inner;
    else remark += inner;
    return '';
  });
  const trailing = unit === undefined ? trailingUnit.exec(name.trim()) : null;
  if (trailing !== null) return { name: trailing[1] ?? name, remark, unit: trailing[2] ?? '' };
  return unit === undefined ? { name, remark } : { name, remark, unit };
}

/** The indicator that a cell names (`PM2.5`, `氨氮(mg/L)`), by the rules for headers. */
export function findNamedIndicator(text: string, lookup: DecodeLookup): Indicator | undefined {
  if (text.length > maxNameLength) return undefined;
  const { name, remark } = splitHeader(text.trim());
  return lookup.findIndicator(normaliseName(name + remark)) ?? lookup.findIndicator(normaliseName(name));
}
