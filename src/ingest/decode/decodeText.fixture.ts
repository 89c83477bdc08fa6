import type { Rejection } from '../../domain/rejection.js';
import { decodeTable, readBytes, type DecodedFile } from './decodeBytes.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { fakeLookup } from './indicators.fixture.js';

export { readBytes };
export type DecodedText = DecodedFile;

/** Decodes a text as the service does: records, layout, rows; the lookup knows every site unless one is given. */
export async function decodeText(
  text: string,
  options: DecodeOptions = {},
  lookup: DecodeLookup = fakeLookup(),
): Promise<DecodedText> {
  return decodeTable(text, lookup, options);
}

/** How often each code was rejected. */
export function countCodes(rejected: readonly Rejection[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of rejected) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
