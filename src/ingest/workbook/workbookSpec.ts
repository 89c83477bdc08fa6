/** A value of a cell. Texts of number and date columns become numbers and dates where they are such. */
export type CellValue = string | number | boolean | null | undefined;

/** One column of a sheet that is written. */
export interface ColumnSpec {
  readonly header: string;
  /** In characters, default by the header (a Chinese character counts two), 10 to 40. */
  readonly width?: number;
  /** Default `text`. Dates are given as `2025-01-01`, with a clock as `2025-01-01 08:00[:00]`. */
  readonly type?: 'text' | 'number' | 'date' | 'datetime';
  /** Of numbers given as texts: each cell shows as many decimals as its text has. */
  readonly asGiven?: boolean;
  /** On a protected sheet: not to be changed. Headers never are. */
  readonly locked?: boolean;
  /** The only texts that may be entered. */
  readonly list?: readonly string[];
  /** The least and greatest number that may be entered; for number columns. */
  readonly min?: number;
  readonly max?: number;
  /** Only whole numbers may be entered. */
  readonly whole?: boolean;
  /** Shown beside the cell that is being filled in. */
  readonly prompt?: string;
}

/** What may be entered into one cell, where the cells of a column differ. */
export interface CellRule extends Pick<ColumnSpec, 'list' | 'min' | 'max' | 'whole' | 'prompt'> {
  /** 0-based. */
  readonly column: number;
  /** The sheet's own row number: the first row below the header is 2. */
  readonly row: number;
}

/** One sheet that is written. Its first row holds the headers and stays in sight. */
export interface SheetSpec {
  /** At most 31 characters, none of `[ ] : * ? / \`. */
  readonly name: string;
  readonly columns: readonly ColumnSpec[];
  readonly rows: AsyncIterable<readonly CellValue[]> | Iterable<readonly CellValue[]>;
  readonly hidden?: boolean;
  /** Rows can be filtered by the header. */
  readonly filter?: boolean;
  /** Locked columns and headers cannot be changed (no password: against slips, not against intent). */
  readonly protect?: boolean;
  /** Entry rules of single cells; the rules of their column must not cover them. Lists must be short. */
  readonly rules?: readonly CellRule[];
  /** Rows below the header to which entry rules apply, default 1,000. */
  readonly inputRows?: number;
}

/** A workbook that is written. */
export interface WorkbookSpec {
  readonly sheets: readonly SheetSpec[];
  readonly properties?: {
    readonly title?: string;
    readonly subject?: string;
    readonly creator?: string;
    readonly description?: string;
    readonly created?: Date;
  };
}

const forbiddenInNames = /[[\]:*?/\\]/;

/** @throws RangeError for sheets that Excel would not open; a fault of the program, not of data. */
export function checkSpec({ sheets }: WorkbookSpec): void {
  if (sheets.length === 0) throw new RangeError('a workbook needs a sheet');
  if (sheets.every(({ hidden }) => hidden === true)) throw new RangeError('a workbook needs a visible sheet');
  const names = new Set<string>();
  for (const { name } of sheets) {
    const bad = name === '' || name.length > 31 || forbiddenInNames.test(name) || /^'|'$/.test(name);
    if (bad || names.has(name.toLowerCase())) throw new RangeError(`sheet name not possible: ${name}`);
    names.add(name.toLowerCase());
  }
}
