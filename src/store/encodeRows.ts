import { copyHeader, copyTrailer } from './copyEncoder.js';
import type { RowBatch } from './rowBatch.js';

const postgresEpochMs = 946_684_800_000;
const twoTo32 = 0x1_0000_0000;

/**
 * The rows of a batch as one binary COPY into their table: (ts, write_id, site_id, columns…), header and trailer
 * included, in order of their keys.
 *
 * @param writeIds ids of the writes by the number of a row's owner
 */
export function encodeStoredRows(batch: RowBatch, writeIds: readonly number[]): Buffer {
  return encodeRows(batch, (view, at, row) => {
    at = putBigint(view, at, microsOf(batch.tsAt(row)));
    return putBigint(view, at, writeIds[batch.ownerAt(row)]!);
  });
}

/** The rows of one owner as a binary COPY into the stage: (line, ts, site_id, columns…); the line is the row's number. */
export function encodeStagedRows(batch: RowBatch, owner: number): Buffer {
  return encodeRows(
    batch,
    (view, at, row) => putBigint(view, putInteger(view, at, row), microsOf(batch.tsAt(row))),
    owner,
  );
}

type PutLead = (view: DataView, at: number, row: number) => number;

/** Every field lies where its forerunners' number puts it, so that one pass writes without looking back. */
function encodeRows(batch: RowBatch, putLead: PutLead, owner?: number): Buffer {
  const { width } = batch;
  const buffer = Buffer.allocUnsafeSlow(
    copyHeader.length + copyTrailer.length + batch.size * (2 + 12 + 12 + 8 + 12 * width),
  );
  copyHeader.copy(buffer);
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.length);
  let at = copyHeader.length;
  for (const row of batch.order()) {
    if (owner !== undefined && batch.ownerAt(row) !== owner) continue;
    view.setInt16(at, 3 + width);
    at = putInteger(view, putLead(view, at + 2, row), batch.siteAt(row));
    for (let column = 0; column < width; column += 1) {
      const value = batch.valueAt(row, column);
      if (Number.isNaN(value)) {
        view.setInt32(at, -1);
        at += 4;
      } else {
        view.setInt32(at, 8);
        view.setFloat64(at + 4, value);
        at += 12;
      }
    }
  }
  copyTrailer.copy(buffer, at);
  return buffer.subarray(0, at + copyTrailer.length);
}

function microsOf(epochMs: number): number {
  return Math.round((epochMs - postgresEpochMs) * 1000);
}

function putInteger(view: DataView, at: number, value: number): number {
  view.setInt32(at, 4);
  view.setInt32(at + 4, value);
  return at + 8;
}

function putBigint(view: DataView, at: number, value: number): number {
  const high = Math.floor(value / twoTo32);
  view.setInt32(at, 8);
  view.setInt32(at + 4, high);
  view.setUint32(at + 8, value - high * twoTo32);
  return at + 12;
}
