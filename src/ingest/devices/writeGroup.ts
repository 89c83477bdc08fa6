import type { PoolClient } from 'pg';
import type { FamilyName } from '../../domain/family.js';
import type { Actor } from '../../domain/role.js';
import { RowBatch } from '../../store/rowBatch.js';
import type { StagedNote } from '../../store/stage.js';
import type { DeviceRows, DeviceWrite, OwnedNotes } from '../../store/writeRows.js';

/** What one request wants stored. */
export interface Delivery {
  readonly actor: Actor;
  readonly source: string;
  readonly lines: number;
  readonly batches: readonly RowBatch[];
  readonly notes: ReadonlyMap<FamilyName, readonly StagedNote[]>;
  /** Stored in the same transaction; absent for nothing. */
  readonly alongside?: (client: PoolClient) => Promise<void>;
}

/** A delivery, or a part of one, that waits for its transaction. */
export interface Waiting {
  readonly delivery: Delivery;
  readonly rows: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Requests that share a transaction. */
export class WriteGroup {
  readonly members: Waiting[] = [];
  readonly #writes: (DeviceWrite & { rows: number })[] = [];
  readonly #owners = new Map<string, number>();
  readonly #batches = new Map<FamilyName, RowBatch>();
  readonly #notes: OwnedNotes[] = [];
  rowCount = 0;

  /** Takes a request in; false when one of its rows belongs to another sender's write here. */
  add(waiting: Waiting): boolean {
    const { actor, source, lines, batches, notes } = waiting.delivery;
    const key = `${actor.tokenId} ${source} ${actor.name}`;
    const owner = this.#owners.get(key) ?? this.#writes.length;
    if (batches.some((batch) => this.#batches.get(batch.family)?.contends(batch, owner))) return false;
    if (this.members.length === 1) this.#ownRows();
    this.members.push(waiting);
    for (const batch of batches) {
      // A request that goes alone is stored from the rows as they were read.
      if (this.members.length === 1) this.#batches.set(batch.family, batch);
      else this.#merged(batch.family).addAll(batch, owner);
    }
    for (const [family, list] of notes) this.#addNotes(family, owner, list);
    const values = batches.reduce((sum, batch) => sum + batch.countValues(), 0);
    if (owner === this.#writes.length) {
      this.#owners.set(key, owner);
      this.#writes.push({ actor, source, lines, rows: waiting.rows, values });
    } else {
      const write = this.#writes[owner]!;
      const sum = {
        lines: write.lines + lines,
        rows: write.rows + waiting.rows,
        values: write.values + values,
      };
      this.#writes[owner] = { ...write, ...sum };
    }
    this.rowCount += waiting.rows;
    return true;
  }

  /** Whether a row of the batches is one of the group's. */
  sharesRows(batches: readonly RowBatch[]): boolean {
    return batches.some((batch) => this.#batches.get(batch.family)?.sharesRow(batch) === true);
  }

  rows(): DeviceRows {
    return { writes: this.#writes, batches: [...this.#batches.values()], notes: this.#notes };
  }

  settle(error?: unknown): void {
    for (const { resolve, reject } of this.members) {
      if (error === undefined) resolve();
      else reject(error);
    }
  }

  /** Rows of a request stay its own, should the group fail and it be tried alone. */
  #ownRows(): void {
    for (const [family, batch] of [...this.#batches]) {
      this.#batches.delete(family);
      this.#merged(family).addAll(batch, 0);
    }
  }

  #merged(family: FamilyName): RowBatch {
    let batch = this.#batches.get(family);
    if (batch === undefined) this.#batches.set(family, (batch = new RowBatch(family)));
    return batch;
  }

  #addNotes(family: FamilyName, owner: number, list: readonly StagedNote[]): void {
    const present = this.#notes.findIndex((each) => each.family === family && each.owner === owner);
    if (present < 0) this.#notes.push({ family, owner, notes: list });
    else this.#notes[present] = { family, owner, notes: [...this.#notes[present]!.notes, ...list] };
  }
}
