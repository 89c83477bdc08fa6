import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { DecodeLookup } from './decodeLookup.js';
import { findStructuralSynonym, type StructuralSynonym } from './structuralSynonyms.js';
import { looksLikeUnit } from './unit.js';

/** One header cell, understood as far as it goes. */
export interface HeaderCell {
  readonly position: number;
  /** As printed, trimmed; `第 n 列` when blank. */
  readonly header: string;
  readonly structural?: StructuralSynonym;
  readonly indicator?: Indicator;
  /** Unit named in the header, as printed. */
  readonly unit?: string;
}

/** No column or indicator has a longer name; longer texts are not searched for brackets. */
export const maxNameLength = 200;
const bracketed = /[(（[【]([^)）\]】]*)[)）\]】]/g;
const trailingUnit = /^(.*?[^\s_/])[\s_]*[,，]?\s*((?:[µμu]g|mg|ng|㎍)\s*\/\s*(?:m\^?[3³]|㎥|l)|[%％‰])$/i;

/** Reads one header cell: structural names first, then indicators with their unit. */
export function readHeaderCell(text: string, position: number, lookup: DecodeLookup): HeaderCell {
  const header = text.replace(/[\u200b-\u200d\ufeff]/g, '').replace(/\s+/g, ' ').trim(); // prettier-ignore
  if (header === '') return { position, header: `第 ${position + 1} 列` };
  if (header.length > maxNameLength) return { position, header: `${header.slice(0, maxNameLength)}…` };
  const { name, remark, unit } = splitHeader(header);
  const withUnit = unit === undefined ? {} : { unit };
  // `O3(8h)` is another indicator than `O3`, and 乡(镇) is the township column: the name with its remark goes first.
  const names = [...new Set([normaliseName(name + remark), normaliseName(name)])];
  for (const candidate of names) {
    const structural = findStructuralSynonym(candidate);
    if (structural !== undefined) return { position, header, structural, ...withUnit };
    const indicator = lookup.findIndicator(candidate);
    if (indicator !== undefined) return { position, header, indicator, ...withUnit };
  }
  return { position, header };
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
