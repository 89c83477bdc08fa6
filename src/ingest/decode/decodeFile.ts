import { BySiteRowReader } from './bySiteRow.js';
import { ColumnPlausibility } from './columnPlausibility.js';
import { PlainLine, type CsvRecord } from './csvRecords.js';
import { openBatch, type DecodedBatch, type OpenBatch } from './decodedBatch.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { DustPeriodRowReader } from './dustPeriodRow.js';
import type { LayoutPlan } from './layoutPlan.js';
import { LongRowReader } from './longRow.js';
import { MeasuredRowReader } from './measuredRow.js';
import { rejectCell } from './rejectCell.js';
import { ReportRowReader } from './reportRow.js';
import { SiteListRowReader } from './siteListRow.js';
import { SiteReader } from './siteReader.js';

const defaultBatchRows = 1_000;

interface RowReader {
  read(record: CsvRecord, batch: OpenBatch): void;
  /** Does what `read` would do and more quickly, or says `false` and has done nothing: the row is not of the plain kind. */
  readPlain?(record: PlainLine, batch: OpenBatch): boolean;
}

/**
 * Reads records by a plan, in batches of at most 1,000 rows. Records up to the plan's header are skipped. A row with
 * a faulty cell is rejected whole, with all its faults. `plausibility` sees every value: after (or during) the
 * reading its `rejections()` say whether the file must be refused as a whole.
 */
export async function* decodeRecords(
  records: AsyncIterable<readonly CsvRecord[]> | Iterable<readonly CsvRecord[]>,
  plan: LayoutPlan,
  lookup: DecodeLookup,
  options: DecodeOptions = {},
  plausibility: ColumnPlausibility = new ColumnPlausibility(),
): AsyncGenerator<DecodedBatch, void, undefined> {
  const reader = createRowReader(plan, lookup, options, plausibility);
  const batchRows = options.batchRows ?? defaultBatchRows;
  let batch = openBatch();
  for await (const stretch of records) {
    for (const record of stretch) {
      if (record.line <= plan.headerLine) continue;
      readRow(record, plan, reader, batch);
      if (batch.rowsRead >= batchRows) {
        yield batch;
        batch = openBatch();
      }
    }
  }
  if (batch.rowsRead > 0) yield batch;
}

function createRowReader(
  plan: LayoutPlan,
  lookup: DecodeLookup,
  options: DecodeOptions,
  plausibility: ColumnPlausibility,
): RowReader {
  const sites = new SiteReader(plan, lookup);
  if (plan.interval === 'none') {
    return plan.layout === 'site-list' ? new SiteListRowReader(plan) : new DustPeriodRowReader(plan);
  }
  if (plan.layout === 'wide-by-site' && plan.interval !== 'period') {
    return new BySiteRowReader(plan, plan.interval, lookup, options, plausibility);
  }
  if (plan.interval === 'period') return new ReportRowReader(plan, sites, lookup, options, plausibility);
  return plan.layout === 'long'
    ? new LongRowReader(plan, plan.interval, sites, lookup, options, plausibility)
    : new MeasuredRowReader(plan, plan.interval, sites, plausibility);
}

function readRow(record: CsvRecord, plan: LayoutPlan, reader: RowReader, batch: OpenBatch): void {
  batch.rowsRead += 1;
  if (record instanceof PlainLine && reader.readPlain?.(record, batch) === true) return;
  const { cells, line } = record;
  const before = batch.rejected.length;
  if (cells.length === plan.columnCount || hasOnlyBlanksBeyond(cells, plan.columnCount)) {
    reader.read(record, batch);
  } else {
    const params = { actual: cells.length, expected: plan.columnCount };
    batch.rejected.push(
      rejectCell(line, '', cells.slice(0, 5).join(plan.delimiter), { code: 'cell-count', params }),
    );
  }
  if (batch.rejected.length > before) batch.rowsRejected += 1;
}

/** Excel writes empty cells behind a table whose other rows were once wider. */
function hasOnlyBlanksBeyond(cells: readonly string[], columnCount: number): boolean {
  return cells.length > columnCount && cells.slice(columnCount).every((cell) => cell.trim() === '');
}
