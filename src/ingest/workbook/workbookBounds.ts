/** Bounds on a workbook. Each has its own refusal, so that the clerk learns which one was met. */
export interface WorkbookBounds {
  /** Size of the file, default 100 MiB. */
  readonly maxFileBytes: number;
  /** Inflated bytes of all parts, default 1 GiB; counted while inflating, and declared sizes are summed up first. */
  readonly maxInflatedBytes: number;
  /** Inflated over compressed bytes of one part, default 200; looked at beyond `ratioFreeBytes`. */
  readonly maxInflationRatio: number;
  /** Inflated bytes of a part below which its ratio does not matter, default 16 MiB. */
  readonly ratioFreeBytes: number;
  /** Parts in the zip archive, default 2,000. */
  readonly maxParts: number;
  /** Default 50. */
  readonly maxSheets: number;
  /** Row numbers, default 1,048,576 (Excel's own). */
  readonly maxRows: number;
  /** Columns that may hold values, default 500. */
  readonly maxColumns: number;
  /** Characters of one cell, default 32,767 (Excel's own). */
  readonly maxCellLength: number;
  /** Characters of one row, default 1,000,000. */
  readonly maxRowLength: number;
  /** Distinct texts of the workbook, default 1,000,000. */
  readonly maxSharedStrings: number;
  /** Characters of all distinct texts, default 50,000,000. */
  readonly maxSharedCharacters: number;
  /** Characters of all cells read, default 1,000,000,000; a text shared by many cells counts for each. */
  readonly maxCellCharacters: number;
  /** Merged ranges of one sheet, default 100,000. */
  readonly maxMerges: number;
  /** Cell formats, default 65,536 (Excel's own limit is 65,490). */
  readonly maxStyles: number;
  /** Nesting of XML elements, default 64. */
  readonly maxXmlDepth: number;
  /** Attributes of one XML element, default 128. */
  readonly maxXmlAttributes: number;
  /** Characters of one XML tag, default 1,048,576. */
  readonly maxXmlTagLength: number;
}

const mebibyte = 1024 * 1024;

/** The bounds that hold where a caller does not name others. */
export const defaultWorkbookBounds: WorkbookBounds = {
  maxFileBytes: 100 * mebibyte,
  maxInflatedBytes: 1024 * mebibyte,
  maxInflationRatio: 200,
  ratioFreeBytes: 16 * mebibyte,
  maxParts: 2_000,
  maxSheets: 50,
  maxRows: 1_048_576,
  maxColumns: 500,
  maxCellLength: 32_767,
  maxRowLength: 1_000_000,
  maxSharedStrings: 1_000_000,
  maxSharedCharacters: 50_000_000,
  maxCellCharacters: 1_000_000_000,
  maxMerges: 100_000,
  maxStyles: 65_536,
  maxXmlDepth: 64,
  maxXmlAttributes: 128,
  maxXmlTagLength: mebibyte,
};

/** Bytes as whole mebibytes for messages, at least 1. */
export function inMebibytes(bytes: number): number {
  return Math.max(1, Math.round(bytes / mebibyte));
}
