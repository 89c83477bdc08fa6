import type { Interval } from '../../domain/family.js';
import type { CsvRecord } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import type { LayoutPlan } from './layoutPlan.js';
import { MomentReader, rejectPlaced, type PlacedFault } from './rowTime.js';
import type { SiteReader } from './siteReader.js';

/** Site and time of a row. */
export interface RowKey {
  readonly siteId: number;
  readonly ts: number;
}

/** Reads the start of the interval of a row, and says which dates were filled down. */
export class StartReader {
  private readonly moments: MomentReader;
  private noticed: OpenBatch | undefined;

  constructor(
    private readonly plan: LayoutPlan,
    private readonly interval: Interval,
  ) {
    this.moments = new MomentReader(plan);
  }

  /** Epoch milliseconds, or what is wrong with the time. */
  read({ cells, line }: CsvRecord, batch: OpenBatch): number | PlacedFault {
    const before = this.moments.filledDown;
    const moment = this.moments.read(cells, line);
    if (this.moments.filledDown > before && this.noticed !== batch) {
      this.noticed = batch;
      const params = { column: this.moments.dateHeader, firstLine: line };
      batch.notices.push({ line, code: 'assumed-date-filled-down', params });
    }
    return 'fault' in moment ? moment : this.moments.start(moment, this.interval, this.plan, cells);
  }
}

/** Reads site and start of the interval; faults go to the batch. */
export class KeyReader {
  private readonly starts: StartReader;

  constructor(
    plan: LayoutPlan,
    interval: Interval,
    private readonly sites: SiteReader,
  ) {
    this.starts = new StartReader(plan, interval);
  }

  read(record: CsvRecord, batch: OpenBatch): RowKey | undefined {
    const ts = this.starts.read(record, batch);
    const siteId = this.sites.read(record.cells, ts);
    if (typeof siteId === 'number' && typeof ts === 'number') return { siteId, ts };
    if (typeof siteId !== 'number') batch.rejected.push(rejectPlaced(record.line, siteId));
    if (typeof ts !== 'number') batch.rejected.push(rejectPlaced(record.line, ts));
    return undefined;
  }
}
