import type { Medium } from '../../domain/indicator.js';
import type { CsvRecord } from './csvRecords.js';
import type { DecodeLookup } from './decodeLookup.js';
import { findNamedIndicator, findStructural, namesOfHeader } from './headerCell.js';

/**
 * The lookup for a table of which the first records are seen: the bureau's names that hold in one medium only count
 * in tables of which most other names are of that medium.
 */
export function settleMedium(head: readonly CsvRecord[], lookup: DecodeLookup): DecodeLookup {
  if (lookup.inMedium === undefined) return lookup;
  const counts = new Map<Medium, number>();
  for (const text of new Set(head.flatMap(({ cells }) => cells))) {
    const medium = mediumOf(text, lookup);
    if (medium !== undefined) counts.set(medium, (counts.get(medium) ?? 0) + 1);
  }
  const [most, next] = [...counts].sort(([, a], [, b]) => b - a);
  return most === undefined || most[1] === next?.[1] ? lookup : { ...lookup, ...lookup.inMedium(most[0]) };
}

function mediumOf(text: string, lookup: DecodeLookup): Medium | undefined {
  const named = findNamedIndicator(text, lookup);
  if (named !== undefined) return named.medium;
  if (text.length > 200) return undefined;
  const published = namesOfHeader(text)
    .map((name) => findStructural(name, lookup)?.published)
    .find((found) => found !== undefined);
  if (published === undefined) return undefined;
  return published === 'water_class' ? 'water' : 'air';
}
