import { families, findFamily, type FamilyName, type Interval } from '../../domain/family.js';
import { wholeRow } from '../../domain/flag.js';
import type { CellNote } from '../../domain/reading.js';
import type { ColumnPlausibility } from './columnPlausibility.js';
import type { CsvRecord, PlainLine } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import { readItem, readPlainItem, type ItemSlot } from './itemValue.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { isMissingMark } from './numberCell.js';
import { PlainRowReader } from './plainRow.js';
import { rejectCell, type Fault } from './rejectCell.js';
import { KeyReader, type RowKey } from './rowKey.js';
import type { SiteReader } from './siteReader.js';
import { readStationState, saysNoFlow } from './structuralSynonyms.js';

/** The item columns that go to one family, or (without a family) to the narrow table. */
interface ItemGroup {
  readonly family: FamilyName | undefined;
  readonly width: number;
  readonly items: readonly ItemSlot[];
}

const noNotes: readonly CellNote[] = [];

/** Reads rows of measured items, a column per item (layouts `wide` and `water-sections`). */
export class MeasuredRowReader {
  private readonly keys: KeyReader;
  private readonly groups: readonly ItemGroup[];
  private readonly published: readonly PlanColumn[];
  private readonly state: PlanColumn | undefined;
  private readonly plain: PlainRowReader | undefined;
  private readonly particles: { pm25: ItemSlot; pm10: ItemSlot; columns: string } | undefined;

  constructor(
    plan: LayoutPlan,
    private readonly interval: Interval,
    sites: SiteReader,
    private readonly tally: ColumnPlausibility,
  ) {
    this.keys = new KeyReader(plan, interval, sites);
    this.groups = groupItems(plan, interval, tally);
    this.published = plan.columns.filter(({ role }) => role === 'published');
    this.state = columnOf(plan, 'station-state');
    const items = this.groups.flatMap((group) => group.items);
    const [pm25, pm10] = ['pm25', 'pm10'].map((code) =>
      items.find(({ indicator }) => indicator.code === code),
    );
    if (pm25 !== undefined && pm10 !== undefined) {
      this.particles = { pm25, pm10, columns: `${pm25.header}、${pm10.header}` };
    }
    this.plain = this.preparePlain(plan, interval, sites);
  }

  /** Reads a row of nothing but plain numbers and blanks as `read` does; `false` for any other. */
  readPlain(record: PlainLine, batch: OpenBatch): boolean {
    return this.plain?.read(record, batch) === true;
  }

  private preparePlain(plan: LayoutPlan, interval: Interval, sites: SiteReader): PlainRowReader | undefined {
    const [group] = this.groups;
    const simple = this.groups.length === 1 && this.published.length === 0 && this.state === undefined;
    if (
      !simple ||
      group?.family === undefined ||
      plan.fillDownDates === true ||
      plan.delimiter.length !== 1
    ) {
      return undefined;
    }
    const { family, width, items } = group;
    const { particles, tally } = this;
    return new PlainRowReader(plan, interval, sites, { family, width, items }, (values, line) => {
      const fine = particles === undefined ? null : values[particles.pm25.slot];
      const coarse = particles === undefined ? null : values[particles.pm10.slot];
      if (typeof fine === 'number' && typeof coarse === 'number')
        tally.addParticles(particles!.columns, fine, coarse, line);
    });
  }

  /** Adds what the row says to the batch: readings, or all its faults. */
  read(record: CsvRecord, batch: OpenBatch): void {
    const { cells, line } = record;
    const before = batch.rejected.length;
    const key = this.keys.read(record, batch);
    const noFlowText = this.findNoFlow(cells);
    const rows = this.groups.map((group) => this.readGroup(group, record, batch));
    const hasValues = rows.some(({ filled }) => filled > 0);
    if (noFlowText !== undefined && hasValues) {
      const { header, text } = noFlowText;
      batch.rejected.push(rejectCell(line, header, text, { code: 'no-flow-with-values' }));
    }
    if (batch.rejected.length > before || key === undefined) return;
    this.countParticles(rows, line);
    const stored = this.store(record, key, rows, noFlowText?.text, batch);
    const published = this.publish(record, key, batch);
    if (!stored && !published) batch.rowsEmpty += 1;
  }

  private readGroup(group: ItemGroup, record: CsvRecord, batch: OpenBatch): GroupRow {
    const { cells, line } = record;
    const values = new Array<number | null>(group.width).fill(null);
    let notes: CellNote[] | undefined;
    let filled = 0;
    for (const item of group.items) {
      const text = cells[item.position] ?? '';
      const plain = readPlainItem(item, text);
      if (!Number.isNaN(plain)) {
        values[item.slot] = plain;
        filled += 1;
        continue;
      }
      const read = readItem(item, text, line);
      if (read.kind === 'fault') batch.rejected.push(rejectCell(line, item.header, text, read.fault));
      if (read.kind !== 'value') continue;
      values[item.slot] = read.value;
      filled += 1;
      if (read.note !== undefined) (notes ??= []).push(read.note);
    }
    return { group, values, notes, filled };
  }

  /** The first cell (station state, an item, the published class) that says there was no water. */
  private findNoFlow(cells: readonly string[]): { header: string; text: string } | undefined {
    if (this.interval !== 'instant' && this.interval !== 'month') return undefined;
    const columns: { header: string; position: number }[] = this.state === undefined ? [] : [this.state];
    for (const group of this.groups) columns.push(...group.items.filter(isWater));
    columns.push(...this.published.filter(({ published }) => published === 'water_class'));
    const found = columns.find(({ position }) => saysNoFlow(cells[position] ?? ''));
    return found && { header: found.header, text: (cells[found.position] ?? '').trim() };
  }

  private store(
    { line, cells }: CsvRecord,
    { siteId, ts }: RowKey,
    rows: readonly GroupRow[],
    noFlowText: string | undefined,
    batch: OpenBatch,
  ): boolean {
    const rowNote = this.rowNote(cells, noFlowText);
    let stored = false;
    for (const { group, values, notes, filled } of rows) {
      if (filled === 0 && (rowNote === undefined || group.family === undefined)) continue;
      stored = true;
      const all = rowNote === undefined ? (notes ?? noNotes) : [rowNote, ...(notes ?? noNotes)];
      if (group.family !== undefined) {
        batch.readings.push({ line, family: group.family, siteId, ts, values, notes: all });
        continue;
      }
      const { interval } = this;
      for (const { slot, indicator } of group.items) {
        const value = values[slot] ?? null;
        if (value !== null)
          batch.series.push({ line, siteId, indicator: indicator.code, ts, interval, value });
      }
      for (const note of all) batch.notes.push({ line, siteId, note });
    }
    return stored;
  }

  private rowNote(cells: readonly string[], noFlowText: string | undefined): CellNote | undefined {
    if (noFlowText !== undefined) return { indicator: wholeRow, flag: 'no-flow', raw: noFlowText };
    if (this.state === undefined) return undefined;
    const raw = (cells[this.state.position] ?? '').trim();
    const state = readStationState(raw);
    if (state === 'normal' || state === 'no-flow') return undefined;
    return { indicator: wholeRow, flag: state === 'maintenance' ? 'maintenance' : 'suspect', raw };
  }

  private publish({ line, cells }: CsvRecord, { siteId, ts }: RowKey, batch: OpenBatch): boolean {
    let any = false;
    for (const { position, published } of this.published) {
      const text = cells[position] ?? '';
      if (published === undefined || isMissingMark(text)) continue;
      batch.published.push({ line, siteId, ts, interval: this.interval, indicator: published, text });
      any = true;
    }
    return any;
  }

  private countParticles(rows: readonly GroupRow[], line: number): void {
    if (this.particles === undefined) return;
    const { pm25, pm10, columns } = this.particles;
    const row = rows.find(({ group }) => group.items.includes(pm25) && group.items.includes(pm10));
    const fine = row?.values[pm25.slot];
    const coarse = row?.values[pm10.slot];
    if (typeof fine === 'number' && typeof coarse === 'number')
      this.tally.addParticles(columns, fine, coarse, line);
  }
}

interface GroupRow {
  readonly group: ItemGroup;
  readonly values: readonly (number | null)[];
  readonly notes: readonly CellNote[] | undefined;
  readonly filled: number;
}

function isWater({ indicator }: ItemSlot): boolean {
  return indicator.medium === 'water';
}

/** A fault that says an indicator does not belong into a table of measurements. */
export const needsPeriod: Fault = { code: 'indicator-needs-period' };

function groupItems(plan: LayoutPlan, interval: Interval, plausibility: ColumnPlausibility): ItemGroup[] {
  const byFamily = new Map<FamilyName | undefined, ItemSlot[]>();
  for (const { role, position, header, indicator, unit, conversion, detectionLimit } of plan.columns) {
    if (role !== 'item' || indicator === undefined) continue;
    const family = familyOf(indicator.medium, interval, indicator.code);
    const items = byFamily.get(family) ?? [];
    const slot = family === undefined ? items.length : families[family].columns.indexOf(indicator.code);
    items.push({
      position,
      header,
      indicator,
      slot,
      unit: unit ?? indicator.unit,
      conversion: conversion ?? { factor: undefined },
      detectionLimit,
      tally: plausibility.column(header, indicator),
    });
    byFamily.set(family, items);
  }
  // A table with nothing but a published class still says when a section had no water.
  if (byFamily.size === 0 && plan.layout === 'water-sections') {
    byFamily.set(interval === 'month' ? 'water_month' : 'water_sample', []);
  }
  return [...byFamily].map(([family, items]) => ({
    family,
    width: family === undefined ? items.length : families[family].columns.length,
    items,
  }));
}

/** The family that stores an indicator at an interval; `undefined` for the narrow table. */
export function familyOf(medium: string, interval: Interval, indicator: string): FamilyName | undefined {
  if (medium !== 'air' && medium !== 'water') return undefined;
  return findFamily(medium, interval, indicator)?.name;
}
