import type { Interval } from '../../domain/family.js';
import type { ColumnPlausibility } from './columnPlausibility.js';
import type { CsvRecord } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { readItem, readPlainItem, type ItemValue } from './itemValue.js';
import type { LayoutPlan } from './layoutPlan.js';
import { IgnoredMeans, NamedItemReader, storeValue, type NamedItem } from './longRow.js';
import { isMissingMark } from './numberCell.js';
import { rejectCell } from './rejectCell.js';
import { StartReader } from './rowKey.js';
import { rejectPlaced } from './rowTime.js';

interface SiteColumn {
  readonly position: number;
  readonly header: string;
  readonly siteId: number;
}

/** Reads rows of one item at many sites (layout `wide-by-site`). */
export class BySiteRowReader {
  private readonly starts: StartReader;
  private readonly names: NamedItemReader;
  private readonly sites: readonly SiteColumn[];
  private readonly ignored = new IgnoredMeans();

  constructor(
    plan: LayoutPlan,
    private readonly interval: Interval,
    lookup: DecodeLookup,
    options: DecodeOptions,
    plausibility: ColumnPlausibility,
  ) {
    this.starts = new StartReader(plan, interval);
    this.names = new NamedItemReader(plan, interval, lookup, options, plausibility);
    this.sites = plan.columns.flatMap(({ role, position, header, siteId }) =>
      role === 'site-values' && siteId !== undefined ? [{ position, header, siteId }] : [],
    );
  }

  /** Adds what the row says to the batch: a value per site, or all its faults. */
  read(record: CsvRecord, batch: OpenBatch): void {
    const { cells, line } = record;
    const before = batch.rejected.length;
    const start = this.starts.read(record, batch);
    if (typeof start !== 'number') batch.rejected.push(rejectPlaced(line, start));
    const named = this.names.read(cells);
    const indicator = this.names.indicator;
    const name = cells[indicator?.position ?? -1] ?? '';
    if (named.kind === 'fault') {
      const column = this.names[named.column] ?? indicator;
      batch.rejected.push(
        rejectCell(line, column?.header ?? '', cells[column?.position ?? -1] ?? '', named.fault),
      );
    }
    const read = named.kind === 'item' ? this.readSites(record, named, batch) : [];
    if (batch.rejected.length > before || typeof start !== 'number') return;
    if (named.kind === 'ignored') this.ignored.add(batch, line, name);
    const stored =
      named.kind === 'item'
        ? this.store(record, named, read, start, batch)
        : named.kind === 'published' && this.publish(record, named, start, batch);
    if (!stored) batch.rowsEmpty += 1;
  }

  private readSites(
    { cells, line }: CsvRecord,
    { item }: Extract<NamedItem, { kind: 'item' }>,
    batch: OpenBatch,
  ): ItemValue[] {
    return this.sites.map(({ position, header }) => {
      const text = cells[position] ?? '';
      const plain = readPlainItem(item, text);
      if (!Number.isNaN(plain)) return { kind: 'value', value: plain, exact: text };
      const read = readItem(item, text, line);
      if (read.kind === 'fault') batch.rejected.push(rejectCell(line, header, text, read.fault));
      return read;
    });
  }

  private store(
    { cells, line }: CsvRecord,
    named: Extract<NamedItem, { kind: 'item' }>,
    read: readonly ItemValue[],
    ts: number,
    batch: OpenBatch,
  ): boolean {
    let stored = false;
    this.sites.forEach(({ siteId, position }, i) => {
      const value = read[i];
      if (value === undefined) return;
      const place = { line, siteId, ts, interval: this.interval };
      stored = storeValue(value, named, cells[position] ?? '', place, batch) || stored;
    });
    return stored;
  }

  private publish(
    { cells, line }: CsvRecord,
    { published }: Extract<NamedItem, { kind: 'published' }>,
    ts: number,
    batch: OpenBatch,
  ): boolean {
    let any = false;
    for (const { position, siteId } of this.sites) {
      const text = cells[position] ?? '';
      if (isMissingMark(text)) continue;
      batch.published.push({ line, siteId, ts, interval: this.interval, indicator: published, text });
      any = true;
    }
    return any;
  }
}
