import type { Rejection } from '../../domain/rejection.js';
import { ColumnPlausibility } from './columnPlausibility.js';
import { readCsvRecords, type CsvRecord } from './csvRecords.js';
import { openBatch, type DecodedBatch } from './decodedBatch.js';
import { decodeRecords } from './decodeFile.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { createEncodingProbe, createTextDecoder, type TextEncodingName } from './encoding.js';
import { fakeLookup } from './indicators.fixture.js';
import { layoutSampleRecords, recogniseLayout } from './layout.js';
import type { LayoutPlan } from './layoutPlan.js';

/** All that decoding one text gives. */
export interface DecodedText extends DecodedBatch {
  readonly plan: LayoutPlan | undefined;
  /** Why the whole file is refused: header, structure, or implausible columns. */
  readonly refused: readonly Rejection[];
}

/** Decodes a text as the service does: records, layout, rows. */
export async function decodeText(
  text: string,
  options: DecodeOptions = {},
  lookup: DecodeLookup = fakeLookup(),
): Promise<DecodedText> {
  const records: CsvRecord[] = [];
  const rejected: Rejection[] = [];
  let delimiter = ',';
  for await (const batch of readCsvRecords([text])) {
    records.push(...batch.records);
    rejected.push(...batch.rejected);
    delimiter = batch.delimiter;
    if (batch.broken) return { ...openBatch(), rejected, plan: undefined, refused: rejected };
  }
  const recognised = recogniseLayout(records.slice(0, layoutSampleRecords), lookup, options, delimiter);
  if (!recognised.ok) return { ...openBatch(), plan: undefined, refused: recognised.rejected };
  const all = openBatch();
  all.rejected.push(...rejected);
  const plausibility = new ColumnPlausibility();
  for await (const batch of decodeRecords([records], recognised.plan, lookup, options, plausibility)) {
    for (const key of ['readings', 'series', 'reports', 'published', 'notes', 'rejected'] as const) {
      (all[key] as unknown[]).push(...batch[key]);
    }
    all.rowsRead += batch.rowsRead;
    all.rowsRejected += batch.rowsRejected;
    all.rowsEmpty += batch.rowsEmpty;
  }
  return { ...all, plan: recognised.plan, refused: plausibility.rejections() };
}

/** The encoding of bytes, probed in chunks of a given size, and their text; or the refusal. */
export function readBytes(
  bytes: Uint8Array,
  chunkSize = 65_536,
): { encoding: TextEncodingName; text: string } | Rejection {
  const probe = createEncodingProbe();
  for (let at = 0; at < bytes.length; at += chunkSize) probe.write(bytes.subarray(at, at + chunkSize));
  const probed = probe.end();
  if ('code' in probed) return probed;
  const decoder = createTextDecoder(probed.encoding);
  let text = '';
  for (let at = 0; at < bytes.length; at += chunkSize) {
    text += decoder.decode(bytes.subarray(at, at + chunkSize), { stream: true });
  }
  return { encoding: probed.encoding, text: text + decoder.decode() };
}

/** How often each code was rejected. */
export function countCodes(rejected: readonly Rejection[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { code } of rejected) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}
