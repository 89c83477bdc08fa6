import type { FamilyName } from '../domain/family.js';
import { keyedTables, type KeyedTable } from './keyedTable.js';

const initialRows = 64;

/**
 * Rows of one wide family on their way into the database, in typed arrays: one row per time and site, whatever the order
 * and the number of pieces in which its values came. Of two values for one cell the later one counts. `NaN` stands for
 * "not given".
 */
export class RowBatch {
  readonly table: KeyedTable;
  readonly width: number;
  #size = 0;
  #ts = new Float64Array(initialRows);
  #sites = new Int32Array(initialRows);
  #owners = new Int32Array(initialRows);
  #values: Float64Array;
  // Open addressing: number of a row plus one, 0 for empty. Twice the rows at least.
  #slots = new Int32Array(initialRows * 2);
  #sorted = true;

  constructor(readonly family: FamilyName) {
    this.table = keyedTables[family];
    this.width = this.table.columns.length;
    this.#values = new Float64Array(initialRows * this.width);
  }

  /** Rows so far. */
  get size(): number {
    return this.#size;
  }

  /** Whether the rows stand in order of time and site. */
  get sorted(): boolean {
    return this.#sorted;
  }

  /** Epoch milliseconds of a row. */
  tsAt(row: number): number {
    return this.#ts[row]!;
  }

  siteAt(row: number): number {
    return this.#sites[row]!;
  }

  /** The times between which all rows lie, epoch milliseconds, both included; `undefined` without rows. */
  get range(): { readonly first: number; readonly last: number } | undefined {
    if (this.#size === 0) return undefined;
    let [first, last] = [Infinity, -Infinity];
    for (let row = 0; row < this.#size; row += 1) {
      first = Math.min(first, this.#ts[row]!);
      last = Math.max(last, this.#ts[row]!);
    }
    return { first, last };
  }

  /** The number, as the caller counts them, of the write that the row belongs to. */
  ownerAt(row: number): number {
    return this.#owners[row]!;
  }

  /** `NaN` where none was given. */
  valueAt(row: number, column: number): number {
    return this.#values[row * this.width + column]!;
  }

  /** The row of a time and site, made when there is none. */
  rowOf(ts: number, siteId: number, owner: number): number {
    // Lines of one row mostly follow each other.
    const last = this.#size - 1;
    if (last >= 0 && this.#ts[last] === ts && this.#sites[last] === siteId) return last;
    const slot = this.#find(ts, siteId);
    const found = this.#slots[slot]! - 1;
    return found >= 0 ? found : this.#insert(slot, ts, siteId, owner);
  }

  /** The row of a time and site, -1 when there is none. */
  findRow(ts: number, siteId: number): number {
    return this.#size === 0 ? -1 : this.#slots[this.#find(ts, siteId)]! - 1;
  }

  set(row: number, column: number, value: number): void {
    this.#values[row * this.width + column] = value;
  }

  /** The owners of rows, each once. */
  owners(): number[] {
    return [...new Set(this.#owners.subarray(0, this.#size))];
  }

  /** The numbers of the rows of one owner. */
  rowsOf(owner: number): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#size; row += 1) if (this.#owners[row] === owner) rows.push(row);
    return rows;
  }

  /** How many rows one owner has. */
  countRows(owner: number): number {
    let count = 0;
    for (let row = 0; row < this.#size; row += 1) if (this.#owners[row] === owner) count += 1;
    return count;
  }

  /** Values that were given. */
  countValues(): number {
    let count = 0;
    const end = this.#size * this.width;
    for (let index = 0; index < end; index += 1) if (!Number.isNaN(this.#values[index])) count += 1;
    return count;
  }

  /** Takes over the rows of another batch; where both have a row, the other's values go on top. */
  addAll(other: RowBatch, owner: number): void {
    const { width } = this;
    for (let from = 0; from < other.#size; from += 1) {
      const to = this.rowOf(other.#ts[from]!, other.#sites[from]!, owner);
      for (let column = 0; column < width; column += 1) {
        const value = other.#values[from * width + column]!;
        if (!Number.isNaN(value)) this.#values[to * width + column] = value;
      }
    }
  }

  /** The rows for which `picks` holds and the others, each in a batch of its own and in their order. */
  split(picks: (row: number) => boolean): { readonly picked: RowBatch; readonly rest: RowBatch } {
    const [picked, rest] = [new RowBatch(this.family), new RowBatch(this.family)];
    const { width } = this;
    for (let from = 0; from < this.#size; from += 1) {
      const batch = picks(from) ? picked : rest;
      const to = batch.rowOf(this.#ts[from]!, this.#sites[from]!, this.#owners[from]!);
      batch.#values.set(this.#values.subarray(from * width, (from + 1) * width), to * width);
    }
    return { picked, rest };
  }

  /** Whether some row of another batch is one of ours. */
  sharesRow(other: RowBatch): boolean {
    for (let row = 0; row < other.#size; row += 1)
      if (this.findRow(other.#ts[row]!, other.#sites[row]!) >= 0) return true;
    return false;
  }

  /** Whether some row of another batch is one of ours that belongs to another write. */
  contends(other: RowBatch, owner: number): boolean {
    if (this.#size === 0) return false;
    for (let row = 0; row < other.#size; row += 1) {
      const found = this.findRow(other.#ts[row]!, other.#sites[row]!);
      if (found >= 0 && this.#owners[found] !== owner) return true;
    }
    return false;
  }

  /** The numbers of all rows in order of time and site: the order in which writers lock them. */
  order(): Int32Array {
    const order = Int32Array.from({ length: this.#size }, (_, row) => row);
    if (this.#sorted) return order;
    return order.sort((a, b) => this.#ts[a]! - this.#ts[b]! || this.#sites[a]! - this.#sites[b]!);
  }

  #find(ts: number, siteId: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(ts, siteId) & mask;
    for (;;) {
      const row = this.#slots[slot]! - 1;
      if (row < 0 || (this.#ts[row] === ts && this.#sites[row] === siteId)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #insert(slot: number, ts: number, siteId: number, owner: number): number {
    const row = this.#size;
    if (row === this.#ts.length) {
      this.#grow();
      slot = this.#find(ts, siteId);
    }
    if (row > 0 && this.#sorted) {
      const before = this.#ts[row - 1]!;
      this.#sorted = ts > before || (ts === before && siteId > this.#sites[row - 1]!);
    }
    this.#ts[row] = ts;
    this.#sites[row] = siteId;
    this.#owners[row] = owner;
    this.#values.fill(NaN, row * this.width, (row + 1) * this.width);
    this.#slots[slot] = row + 1;
    this.#size = row + 1;
    return row;
  }

  #grow(): void {
    const rows = this.#ts.length * 2;
    this.#ts = copyInto(new Float64Array(rows), this.#ts);
    this.#sites = copyInto(new Int32Array(rows), this.#sites);
    this.#owners = copyInto(new Int32Array(rows), this.#owners);
    this.#values = copyInto(new Float64Array(rows * this.width), this.#values);
    this.#slots = new Int32Array(rows * 2);
    for (let row = 0; row < this.#size; row += 1)
      this.#slots[this.#find(this.#ts[row]!, this.#sites[row]!)] = row + 1;
  }
}

function copyInto<T extends Float64Array | Int32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}

// Times differ by whole seconds mostly, sites by one.
function hash(ts: number, siteId: number): number {
  const seconds = Math.floor(ts / 1000);
  let mixed = Math.imul(seconds | 0, 0x9e37_79b1) ^ Math.imul(siteId, 0x85eb_ca6b) ^ (ts - seconds * 1000);
  mixed ^= mixed >>> 15;
  mixed = Math.imul(mixed, 0xc2b2_ae35);
  return mixed ^ (mixed >>> 13);
}
