import { families, type FamilyName, type Interval } from '../../domain/family.js';
import { wholeRow } from '../../domain/flag.js';
import { normaliseName, type Indicator } from '../../domain/indicator.js';
import type { CellNote } from '../../domain/reading.js';
import type { ColumnPlausibility } from './columnPlausibility.js';
import type { CsvRecord } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { detectionLimitOf } from './detectionLimit.js';
import {
  findNamedIndicator,
  findStructural,
  maxNameLength,
  saysDailyMean,
  splitHeader,
} from './headerCell.js';
import { readItem, type ItemReader, type ItemValue } from './itemValue.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { familyOf, needsPeriod } from './measuredRow.js';
import { isMissingMark } from './numberCell.js';
import { storedIndicator, unitOf } from './planParts.js';
import { rejectCell, type Fault } from './rejectCell.js';
import { KeyReader } from './rowKey.js';
import type { SiteReader } from './siteReader.js';
import type { PublishedIndicator } from './structuralSynonyms.js';
import { convertUnit } from './unit.js';

/** What a long table's indicator and unit cells come to. */
export type NamedItem =
  | { readonly kind: 'item'; readonly item: ItemReader; readonly family: FamilyName | undefined }
  /** A 24-hour sliding mean among hourly values. */
  | { readonly kind: 'ignored' }
  | { readonly kind: 'published'; readonly published: PublishedIndicator }
  | { readonly kind: 'fault'; readonly column: 'indicator' | 'unit'; readonly fault: Fault };

const maxRemembered = 10_000;

/** Finds what the indicator and unit cells of a row mean; asks once per pair of texts. */
export class NamedItemReader {
  private readonly seen = new Map<string, NamedItem>();
  readonly indicator: PlanColumn | undefined;
  readonly value: PlanColumn | undefined;
  readonly unit: PlanColumn | undefined;

  constructor(
    plan: LayoutPlan,
    private readonly interval: Interval | 'period',
    private readonly lookup: DecodeLookup,
    private readonly options: DecodeOptions,
    private readonly plausibility: ColumnPlausibility,
  ) {
    this.indicator = columnOf(plan, 'indicator');
    this.value = columnOf(plan, 'value');
    this.unit = columnOf(plan, 'unit');
  }

  read(cells: readonly string[]): NamedItem {
    const name = cells[this.indicator?.position ?? -1] ?? '';
    const unit = cells[this.unit?.position ?? -1] ?? '';
    const key = `${name}\n${unit}`;
    let found = this.seen.get(key);
    if (found === undefined) {
      found = this.find(name, unit.trim());
      if (this.seen.size < maxRemembered) this.seen.set(key, found);
    }
    return found;
  }

  private find(name: string, unit: string): NamedItem {
    if (name.trim() === '')
      return { kind: 'fault', column: 'indicator', fault: { code: 'indicator-missing' } };
    const published =
      name.length > maxNameLength ? undefined : findStructural(normaliseName(name), this.lookup)?.published;
    const named = findNamedIndicator(name, this.lookup);
    // A class or an index in a table of measurements is what others published, whatever report bears its name.
    if (published !== undefined && this.interval !== 'period') return { kind: 'published', published };
    if (this.interval === 'hour' && saysDailyMean(name)) return { kind: 'ignored' };
    if (named === undefined)
      return { kind: 'fault', column: 'indicator', fault: { code: 'indicator-unknown' } };
    const wrongKind = this.wrongKind(named);
    if (wrongKind !== undefined) return { kind: 'fault', column: 'indicator', fault: wrongKind };
    const { indicator } = storedIndicator(named, this.interval, { lookup: this.lookup });
    const written = this.writtenUnit(name, unit, indicator);
    const conversion = convertUnit(written, indicator.unit);
    if (conversion === undefined) {
      const fault: Fault = { code: 'unit-unknown', params: { unit: written, expected: indicator.unit } };
      return { kind: 'fault', column: this.unit === undefined ? 'indicator' : 'unit', fault };
    }
    const family =
      this.interval === 'period' ? undefined : familyOf(indicator.medium, this.interval, indicator.code);
    const header = name.trim();
    const tally = this.plausibility.column(header, indicator);
    const meaning = { header, indicator, unit: written, conversion };
    const detectionLimit = detectionLimitOf(this.options, meaning, this.lookup);
    return { kind: 'item', item: { ...meaning, detectionLimit, tally }, family };
  }

  private wrongKind(indicator: Indicator): Fault | undefined {
    if (this.interval === 'period') {
      return indicator.medium === 'report' ? undefined : { code: 'indicator-not-reported' };
    }
    return indicator.medium === 'report' ? needsPeriod : undefined;
  }

  private writtenUnit(name: string, unit: string, indicator: Indicator): string {
    if (unit !== '' && !isMissingMark(unit)) return unit;
    return unitOf(this.options, name) ?? splitHeader(name).unit ?? this.value?.unit ?? indicator.unit;
  }
}

/** Says once per name and file that 24-hour sliding means are not stored as hourly values. */
export class IgnoredMeans {
  private readonly said = new Set<string>();

  /** Notes a row whose item was left out. */
  add(batch: OpenBatch, line: number, name: string): void {
    const column = name.trim();
    if (this.said.has(column) || this.said.size >= 100) return;
    this.said.add(column);
    batch.notices.push({ line, code: 'ignored-daily-mean', params: { column } });
  }
}

/** Where a value of a long table goes. */
export interface ValuePlace {
  readonly line: number;
  readonly siteId: number;
  readonly ts: number;
  readonly interval: Interval;
}

/** Adds what `readItem` read to the batch; false when that is nothing. Faults are the caller's. */
export function storeValue(
  read: ItemValue,
  { item, family }: Extract<NamedItem, { kind: 'item' }>,
  text: string,
  { line, siteId, ts, interval }: ValuePlace,
  batch: OpenBatch,
): boolean {
  const { code } = item.indicator;
  if (read.kind === 'value' && family === undefined) {
    batch.series.push({ line, siteId, ts, indicator: code, interval, value: read.value });
    if (read.note !== undefined) batch.notes.push({ line, siteId, note: read.note });
    return true;
  }
  if (family === undefined || (read.kind !== 'value' && read.kind !== 'no-flow')) return false;
  const { columns } = families[family];
  const values = new Array<number | null>(columns.length).fill(null);
  const notes: CellNote[] = [];
  if (read.kind === 'value') {
    values[columns.indexOf(code)] = read.value;
    if (read.note !== undefined) notes.push(read.note);
  } else {
    notes.push({ indicator: wholeRow, flag: 'no-flow', raw: text.trim() });
  }
  batch.readings.push({ line, family, siteId, ts, values, notes });
  return true;
}

/** Reads rows with one value each (layout `long`). */
export class LongRowReader {
  private readonly keys: KeyReader;
  private readonly names: NamedItemReader;
  private readonly notices = new IgnoredMeans();

  constructor(
    plan: LayoutPlan,
    private readonly interval: Interval,
    sites: SiteReader,
    lookup: DecodeLookup,
    options: DecodeOptions,
    plausibility: ColumnPlausibility,
  ) {
    this.keys = new KeyReader(plan, interval, sites);
    this.names = new NamedItemReader(plan, interval, lookup, options, plausibility);
  }

  /** Adds what the row says to the batch: a value, or all its faults. */
  read(record: CsvRecord, batch: OpenBatch): void {
    const { cells, line } = record;
    const { names, interval } = this;
    const key = this.keys.read(record, batch);
    const named = names.read(cells);
    const text = cells[names.value?.position ?? -1] ?? '';
    if (named.kind === 'fault') {
      const column = names[named.column];
      batch.rejected.push(
        rejectCell(line, column?.header ?? '', cells[column?.position ?? -1] ?? '', named.fault),
      );
    } else if (named.kind === 'ignored') {
      this.notices.add(batch, line, cells[names.indicator?.position ?? -1] ?? '');
      batch.rowsEmpty += 1;
    } else if (named.kind === 'item') {
      this.readValue(record, named, text, key, batch);
    } else if (isMissingMark(text)) {
      batch.rowsEmpty += 1;
    } else if (key !== undefined) {
      batch.published.push({ line, ...key, interval, indicator: named.published, text });
    }
  }

  private readValue(
    { line }: CsvRecord,
    named: Extract<NamedItem, { kind: 'item' }>,
    text: string,
    key: { siteId: number; ts: number } | undefined,
    batch: OpenBatch,
  ): void {
    const read = readItem(named.item, text, line);
    const header = this.names.value?.header ?? '';
    if (read.kind === 'fault') batch.rejected.push(rejectCell(line, header, text, read.fault));
    if (read.kind === 'fault' || key === undefined) return;
    const place = { line, ...key, interval: this.interval };
    if (!storeValue(read, named, text, place, batch)) batch.rowsEmpty += 1;
  }
}
