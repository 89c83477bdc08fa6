import type { importMessages } from '../../domain/messages/import.js';
import type { uploadMessages } from '../../domain/messages/upload.js';
import type { workbookMessages } from '../../domain/messages/workbook.js';

/** Codes of the catalogue that reading a workbook can give. */
export type WorkbookCode =
  | keyof typeof workbookMessages
  | Extract<keyof typeof uploadMessages, 'too-many-columns' | 'cell-too-long' | 'file-empty'>
  | Extract<keyof typeof importMessages, 'too-many-rows'>;

type Params = Readonly<Record<string, string | number>>;

/** One faulty cell or row of a workbook, or (line 0) the workbook itself; the shape of the domain's `Rejection`. */
export interface WorkbookRejection {
  readonly line: number;
  /** Letters of the column (`C`); empty for a row or the file. */
  readonly column: string;
  readonly value: string;
  readonly code: WorkbookCode;
  /** Faults of cells carry `sheet` and `cell` (`C12`). */
  readonly params: Params;
}

/** A workbook that is refused as a whole. Carries a code of the catalogue and its parameters. */
export class WorkbookError extends Error {
  readonly code: WorkbookCode;
  readonly params: Params;
  /** Row of the sheet in which the fault lies; 0 when it is the file's. */
  readonly line: number;

  constructor(code: WorkbookCode, params: Params = {}, line = 0, options?: ErrorOptions) {
    super(`${code} ${JSON.stringify(params)}`, options);
    this.name = 'WorkbookError';
    this.code = code;
    this.params = params;
    this.line = line;
  }

  /** The refusal as a rejection. */
  toRejection(): WorkbookRejection {
    return { line: this.line, column: '', value: '', code: this.code, params: this.params };
  }
}
