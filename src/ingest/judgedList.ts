import type { ReportedChange } from './uploadReport.js';

/** How the rows of a list compare with what is stored. */
export interface ListRows {
  new: number;
  unchanged: number;
  changed: number;
  duplicate: number;
  rejected: number;
}

/** No rows of any kind. */
export const noRows: Readonly<ListRows> = { new: 0, unchanged: 0, changed: 0, duplicate: 0, rejected: 0 };

/** A list that was compared with what is stored, and what is left to do. */
export interface JudgedList {
  readonly rows: Readonly<ListRows>;
  readonly changes: readonly ReportedChange[];
  /** Stores what is new or changed; gives the number of stored things that changed. */
  save(writeId: string): Promise<number>;
}
