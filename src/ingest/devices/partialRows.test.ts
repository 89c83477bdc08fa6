import { expect, test } from '@jest/globals';
import { RowBatch } from '../../store/rowBatch.js';
import { PartialRows } from './partialRows.js';

const hourMs = 3_600_000;

/** Rows of one item each, but for those whose number is in `partial`: the first item alone. */
function batchOf(hours: readonly number[], partial: readonly number[]): RowBatch {
  const batch = new RowBatch('air_hour');
  for (const hour of hours) {
    const row = batch.rowOf(hour * hourMs, 7, 0);
    batch.set(row, 4, 50);
    if (!partial.includes(hour)) batch.set(row, 5, 30);
  }
  return batch;
}

const remembered = (rows: PartialRows, batch: RowBatch): number[] =>
  Array.from({ length: batch.size }, (_, row) => row).filter((row) => rows.has(batch, row));

test('rows that lack what others of their batch have are remembered', () => {
  const rows = new PartialRows();
  expect(rows.knows('air_hour')).toBe(false);
  rows.remember(batchOf([1, 2, 3], [3]));
  expect(rows.knows('air_hour')).toBe(true);
  expect(rows.knows('air_day')).toBe(false);
  const next = batchOf([3, 4, 5], []);
  expect(remembered(rows, next)).toEqual([0]);
  const elsewhere = new RowBatch('air_hour');
  elsewhere.rowOf(3 * hourMs, 8, 0);
  expect(remembered(rows, elsewhere)).toEqual([]);
});

test('rows that all lack the same are whole as far as anybody can tell', () => {
  const rows = new PartialRows();
  rows.remember(batchOf([1, 2], [1, 2]));
  expect(remembered(rows, batchOf([1, 2], []))).toEqual([]);
});

test('the oldest are forgotten', () => {
  const rows = new PartialRows(4);
  const all = [1, 2, 3, 4, 5, 6];
  for (const hour of all) rows.remember(batchOf([hour, 100 + hour], [hour]));
  const left = remembered(rows, batchOf(all, []));
  expect(left.length).toBeLessThanOrEqual(4);
  expect(left).toContain(5);
  expect(left).not.toContain(0);
});
