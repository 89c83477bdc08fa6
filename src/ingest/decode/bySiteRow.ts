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
import { rejectPlaced, type PlacedFault } from './rowTime.js';
import { SiteReader } from './siteReader.js';

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
  /** Columns whose name means a site for part of the time only. */
  private readonly dated: readonly { position: number; header: string; site: string }[];
  private readonly siteNames: SiteReader;
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
    this.dated = plan.columns.flatMap(({ role, position, header, siteId, site }) =>
      role === 'site-values' && siteId === undefined && site !== undefined
        ? [{ position, header, site }]
        : [],
    );
    this.siteNames = new SiteReader(plan, lookup);
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
    const sites = this.dated.length === 0 ? this.sites : this.sitesOn(record, start, batch);
    const read = named.kind === 'item' ? this.readSites(record, sites, named, batch) : [];
    if (batch.rejected.length > before || typeof start !== 'number') return;
    if (named.kind === 'ignored') this.ignored.add(batch, line, name);
    const stored =
      named.kind === 'item'
        ? this.store(record, sites, named, read, start, batch)
        : named.kind === 'published' && this.publish(record, sites, named, start, batch);
    if (!stored) batch.rowsEmpty += 1;
  }

  /** All columns with the sites they mean on the row's day; one that means none then must be empty. */
  private sitesOn(
    { cells, line }: CsvRecord,
    start: number | PlacedFault,
    batch: OpenBatch,
  ): readonly SiteColumn[] {
    const dated = this.dated.flatMap(({ position, header, site }) => {
      const text = cells[position] ?? '';
      if (isMissingMark(text)) return [];
      const found = this.siteNames.named(site, start);
      if (typeof found === 'number') return [{ position, header, siteId: found }];
      batch.rejected.push(rejectCell(line, header, site, found));
      return [];
    });
    return [...this.sites, ...dated];
  }

  private readSites(
    { cells, line }: CsvRecord,
    sites: readonly SiteColumn[],
    { item }: Extract<NamedItem, { kind: 'item' }>,
    batch: OpenBatch,
  ): ItemValue[] {
    return sites.map(({ position, header }) => {
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
    sites: readonly SiteColumn[],
    named: Extract<NamedItem, { kind: 'item' }>,
    read: readonly ItemValue[],
    ts: number,
    batch: OpenBatch,
  ): boolean {
    let stored = false;
    sites.forEach(({ siteId, position }, i) => {
      const value = read[i];
      if (value === undefined) return;
      const place = { line, siteId, ts, interval: this.interval };
      stored = storeValue(value, named, cells[position] ?? '', place, batch) || stored;
    });
    return stored;
  }

  private publish(
    { cells, line }: CsvRecord,
    sites: readonly SiteColumn[],
    { published }: Extract<NamedItem, { kind: 'published' }>,
    ts: number,
    batch: OpenBatch,
  ): boolean {
    let any = false;
    for (const { position, siteId } of sites) {
      const text = cells[position] ?? '';
      if (isMissingMark(text)) continue;
      batch.published.push({ line, siteId, ts, interval: this.interval, indicator: published, text });
      any = true;
    }
    return any;
  }
}
