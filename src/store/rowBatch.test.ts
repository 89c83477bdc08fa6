import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { encodeStoredRows } from './encodeRows.js';
import { RowBatch } from './rowBatch.js';

const cell = fc.record({
  ts: fc.integer({ min: 0, max: 40 }).map((hour) => 1_700_000_000_000 + hour * 3_600_000),
  siteId: fc.integer({ min: 1, max: 30 }),
  column: fc.integer({ min: 0, max: 5 }),
  value: fc.double({ noNaN: true }),
});

test('a batch holds one row per time and site, and of two values for a cell the later one', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 400 }), (cells) => {
      const batch = new RowBatch('air_hour');
      const expected = new Map<string, Map<number, number>>();
      for (const { ts, siteId, column, value } of cells) {
        batch.set(batch.rowOf(ts, siteId, 0), column, value);
        const key = `${ts} ${siteId}`;
        expected.set(key, (expected.get(key) ?? new Map<number, number>()).set(column, value));
      }
      expect(batch.size).toBe(expected.size);
      for (let row = 0; row < batch.size; row += 1) {
        const given = expected.get(`${batch.tsAt(row)} ${batch.siteAt(row)}`)!;
        for (let column = 0; column < 6; column += 1)
          expect(batch.valueAt(row, column)).toBe(given.get(column) ?? NaN);
      }
      const keys = [...batch.order()].map((row) => [batch.tsAt(row), batch.siteAt(row)] as const);
      expect(keys).toEqual([...keys].sort((a, b) => a[0] - b[0] || a[1] - b[1]));
    }),
  );
});

test('batches put together are what one batch would have been', () => {
  fc.assert(
    fc.property(fc.array(cell, { maxLength: 100 }), fc.array(cell, { maxLength: 100 }), (first, second) => {
      const fill = (batch: RowBatch, cells: typeof first) => {
        for (const { ts, siteId, column, value } of cells)
          batch.set(batch.rowOf(ts, siteId, 0), column, value);
        return batch;
      };
      const joined = fill(new RowBatch('air_hour'), first);
      joined.addAll(fill(new RowBatch('air_hour'), second), 0);
      const whole = fill(new RowBatch('air_hour'), [...first, ...second]);
      expect(encodeStoredRows(joined, [7]).equals(encodeStoredRows(whole, [7]))).toBe(true);
    }),
  );
});

test('a row that belongs to another write is contended', () => {
  const ours = new RowBatch('air_hour');
  ours.rowOf(3_600_000, 1, 0);
  const theirs = new RowBatch('air_hour');
  theirs.rowOf(3_600_000, 2, 0);
  expect(ours.contends(theirs, 1)).toBe(false);
  expect(ours.sharesRow(theirs)).toBe(false);
  theirs.rowOf(3_600_000, 1, 0);
  expect(ours.sharesRow(theirs)).toBe(true);
  expect(ours.contends(theirs, 1)).toBe(true);
  expect(ours.contends(theirs, 0)).toBe(false);
});

test('a batch splits into the rows that are picked and the others', () => {
  const batch = new RowBatch('air_hour');
  for (const [hour, owner] of [
    [3, 0],
    [1, 1],
    [2, 0],
  ] as const)
    batch.set(batch.rowOf(hour * 3_600_000, hour, owner), 0, hour);
  expect(batch.owners().sort()).toEqual([0, 1]);
  expect([batch.countRows(0), batch.countRows(1), batch.countRows(2)]).toEqual([2, 1, 0]);
  const { picked, rest } = batch.split((row) => row === 1);
  const rowsOf = (each: RowBatch) =>
    [...each.order()].map((row) => [
      each.tsAt(row),
      each.siteAt(row),
      each.ownerAt(row),
      each.valueAt(row, 0),
      each.valueAt(row, 1),
    ]);
  expect(rowsOf(picked)).toEqual([[3_600_000, 1, 1, 1, NaN]]);
  expect(rowsOf(rest)).toEqual([
    [7_200_000, 2, 0, 2, NaN],
    [10_800_000, 3, 0, 3, NaN],
  ]);
});
