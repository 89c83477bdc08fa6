import type { FamilyName } from '../../domain/family.js';
import type { RowBatch } from '../../store/rowBatch.js';

const defaultMost = 50_000;
// Two sites whose numbers differ by a multiple of this are taken for one: a row too many is merged, and no harm done.
const sitesApart = 4_096;

/**
 * Remembers rows that were stored a moment ago and lack items that others of their batch have: a sender that gives one
 * value a line, or whose request ended inside a row, is likely to complete them next. Bounded: forgets the oldest half.
 */
export class PartialRows {
  readonly #most: number;
  readonly #recent = new Map<FamilyName, Set<number>>();
  readonly #older = new Map<FamilyName, Set<number>>();

  /** @param most rows of a family that are remembered at most. Default: 50,000 */
  constructor(most = defaultMost) {
    this.#most = most;
  }

  /** Whether the row is one of those remembered. */
  has(batch: RowBatch, row: number): boolean {
    const key = keyOf(batch, row);
    return (
      this.#recent.get(batch.family)?.has(key) === true || this.#older.get(batch.family)?.has(key) === true
    );
  }

  /** Whether anything is remembered of a family. */
  knows(family: FamilyName): boolean {
    return this.#recent.has(family);
  }

  /** Takes in the rows of a batch that lack an item which another row of it has. */
  remember(batch: RowBatch): void {
    const { width } = batch;
    let most = 0;
    const counts = new Uint8Array(batch.size);
    for (let row = 0; row < batch.size; row += 1) {
      let count = 0;
      for (let column = 0; column < width; column += 1)
        if (!Number.isNaN(batch.valueAt(row, column))) count += 1;
      counts[row] = count;
      if (count > most) most = count;
    }
    for (let row = 0; row < batch.size; row += 1) {
      if (counts[row]! < most) this.#add(batch.family, keyOf(batch, row));
    }
  }

  #add(family: FamilyName, key: number): void {
    let recent = this.#recent.get(family);
    if (recent === undefined || recent.size >= this.#most / 2) {
      if (recent !== undefined) this.#older.set(family, recent);
      this.#recent.set(family, (recent = new Set()));
    }
    recent.add(key);
  }
}

function keyOf(batch: RowBatch, row: number): number {
  return batch.tsAt(row) * sitesApart + (batch.siteAt(row) % sitesApart);
}
