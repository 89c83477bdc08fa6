import type { MessageCode } from './messages.js';

/** One faulty cell or line of an input: what is wrong, where, and how to mend it. */
export interface Rejection {
  /** The sheet of a workbook that it is in; absent for texts, and for faults of the whole workbook. */
  readonly sheet?: string;
  /** 1-based line in the file; 0 when the fault is the file's. */
  readonly line: number;
  /** Header text of the column (or its position `第 n 列` when there is none); empty for a whole line. */
  readonly column: string;
  /** The offending text, cut to 200 characters. */
  readonly value: string;
  readonly code: MessageCode;
  /** Parameters that the message templates of the code name. */
  readonly params: Readonly<Record<string, string | number>>;
}
