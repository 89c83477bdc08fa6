import type { Rejection } from '../../domain/rejection.js';
import { ColumnPlausibility } from './columnPlausibility.js';
import { readCsvRecords, type CsvRecord } from './csvRecords.js';
import { openBatch, type DecodedBatch } from './decodedBatch.js';
import { decodeRecords } from './decodeFile.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { createEncodingProbe, createTextDecoder, type TextEncodingName } from './encoding.js';
import { layoutSampleRecords, recogniseLayout } from './layout.js';
import type { LayoutPlan } from './layoutPlan.js';
import { csvOptionsOf } from './mapping.js';

/** All that decoding one file gives. */
export interface DecodedFile extends DecodedBatch {
  /** `undefined` for text, and for bytes that are no text table. */
  readonly encoding: TextEncodingName | undefined;
  readonly plan: LayoutPlan | undefined;
  /** Why the whole file is refused: its kind, its header or structure, or implausible columns. */
  readonly refused: readonly Rejection[];
}

/**
 * Runs the whole chain over a text file in memory: encoding, records, layout, rows. For small files, tests and the
 * fuzzer; uploads are decoded stretch by stretch.
 */
export async function decodeBytes(
  bytes: Uint8Array,
  lookup: DecodeLookup,
  options: DecodeOptions = {},
): Promise<DecodedFile> {
  const read = readBytes(bytes);
  if ('code' in read) return { ...openBatch(), encoding: undefined, plan: undefined, refused: [read] };
  return { ...(await decodeTable(read.text, lookup, options)), encoding: read.encoding };
}

/** As `decodeBytes`, for text. */
export async function decodeTable(
  text: string,
  lookup: DecodeLookup,
  options: DecodeOptions = {},
): Promise<DecodedFile> {
  const records: CsvRecord[] = [];
  const rejected: Rejection[] = [];
  let delimiter = ',';
  for await (const batch of readCsvRecords([text], csvOptionsOf(options))) {
    for (const record of batch.records) records.push(record);
    rejected.push(...batch.rejected);
    delimiter = batch.delimiter;
    if (batch.broken)
      return { ...openBatch(), rejected, encoding: undefined, plan: undefined, refused: rejected };
  }
  return decodeAll(records, rejected, lookup, options, delimiter);
}

/** As `decodeBytes`, for records that were read already: the rows of one sheet. */
export async function decodeAll(
  records: readonly CsvRecord[],
  rejected: readonly Rejection[],
  lookup: DecodeLookup,
  options: DecodeOptions = {},
  delimiter = ',',
): Promise<DecodedFile> {
  const head = records.slice(0, layoutSampleRecords);
  const recognised = recogniseLayout(head, lookup, options, delimiter);
  if (!recognised.ok) {
    return { ...openBatch(), encoding: undefined, plan: undefined, refused: recognised.rejected };
  }
  const { plan } = recognised;
  const all = openBatch();
  all.rejected.push(...rejected);
  const plausibility = new ColumnPlausibility();
  for await (const batch of decodeRecords([records], plan, lookup, options, plausibility)) append(all, batch);
  return { ...all, encoding: undefined, plan, refused: plausibility.rejections() };
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

function append(all: ReturnType<typeof openBatch>, batch: DecodedBatch): void {
  for (const [key, value] of Object.entries(batch) as [keyof DecodedBatch, unknown][]) {
    if (Array.isArray(value)) for (const each of value) (all[key] as unknown[]).push(each);
  }
  all.rowsRead += batch.rowsRead;
  all.rowsRejected += batch.rowsRejected;
  all.rowsEmpty += batch.rowsEmpty;
}
