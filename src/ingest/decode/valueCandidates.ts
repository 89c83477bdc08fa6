import type { CsvRecord } from './csvRecords.js';
import type { ColumnCandidate, DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { findNamedIndicator, maxNameLength } from './headerCell.js';
import { isMissingMark } from './numberCell.js';
import { isFault, parseMoment } from './timeText.js';

/** The cells of a column that say something. */
export function sampleTexts(rows: readonly CsvRecord[], position: number): string[] {
  return rows
    .map(({ cells }) => (cells[position] ?? '').trim())
    .filter((text) => text !== '' && !isMissingMark(text));
}

const numberPattern = /^[<＜]?[-+]?\d+(?:\.\d+)?L?$/;

/** What the cells of a column all look like: sites that are registered, names of indicators, times, numbers. */
export function candidatesByValues(
  samples: readonly string[],
  lookup: DecodeLookup,
  { year = 2000 }: DecodeOptions,
): ColumnCandidate[] {
  if (samples.length === 0 || samples.some((text) => text.length > maxNameLength)) return [];
  const texts = [...new Set(samples)];
  const found: ColumnCandidate['role'][] = [];
  if (texts.every((text) => lookup.findSite(text) !== undefined)) found.push('site');
  if (texts.every((text) => findNamedIndicator(text, lookup) !== undefined)) found.push('indicator');
  const moments = texts.map((text) => parseMoment(text, year));
  const precisions = new Set(moments.map((moment) => (isFault(moment) ? undefined : moment.precision)));
  if (!precisions.has(undefined)) {
    if (precisions.has('minute')) found.push('datetime');
    else if (precisions.has('year')) found.push('year');
    else found.push('date');
  }
  if (texts.every((text) => numberPattern.test(text))) {
    const hours = texts.every((text) => /^\d{1,2}$/.test(text) && Number(text) <= 24);
    found.push(...(hours ? (['hour', 'value'] as const) : (['value'] as const)));
  }
  return found.map((role) => ({ role, why: 'values' }));
}
