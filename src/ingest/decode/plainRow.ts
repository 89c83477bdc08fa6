import type { FamilyName, Interval } from '../../domain/family.js';
import type { CellNote } from '../../domain/reading.js';
import type { PlainLine } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import type { ItemSlot } from './itemValue.js';
import { columnOf, type LayoutPlan } from './layoutPlan.js';
import { readPlainNumberIn } from './numberCell.js';
import { StartReader } from './rowKey.js';
import type { SiteReader } from './siteReader.js';

const timeRoles = ['datetime', 'date', 'hour', 'time', 'year', 'month', 'day'] as const;
const noNotes: readonly CellNote[] = [];

interface ItemGroup {
  readonly family: FamilyName;
  readonly width: number;
  readonly items: readonly ItemSlot[];
}

/** Told the values of a row that is stored. */
type SeenValues = (values: readonly (number | null)[], line: number) => void;

/**
 * Reads the rows that nearly all rows are (a known site, a time, plain numbers in the plausible range and blanks)
 * without making a text of each cell. What it takes comes out as `MeasuredRowReader` would have read it; what it does
 * not take it leaves untouched.
 */
export class PlainRowReader {
  private readonly starts: StartReader;
  private readonly delimiter: number;
  private readonly usable: boolean;
  private readonly times: readonly number[];
  private lastTimes: readonly string[] = [];
  private lastStart: number | undefined;
  /** Where each cell of the row being read begins, and after them where one more would. */
  private readonly bounds: number[];
  /** The row's values by item, NaN for blanks, and by place in the family. */
  private readonly values: Float64Array;
  private readonly slots: number[];

  constructor(
    private readonly plan: LayoutPlan,
    interval: Interval,
    private readonly sites: SiteReader,
    private readonly group: ItemGroup,
    private readonly seen: SeenValues,
  ) {
    const { items, width } = group;
    this.starts = new StartReader(plan, interval);
    this.delimiter = plan.delimiter.charCodeAt(0);
    this.times = timeRoles
      .map((role) => columnOf(plan, role)?.position)
      .filter((position) => position !== undefined);
    const positions = [...this.times, ...items.map(({ position }) => position), sites.position ?? 0];
    this.usable =
      positions.every((position) => position < plan.columnCount) &&
      new Set(items.map(({ slot }) => slot)).size === items.length &&
      items.every(({ conversion }) => conversion.factor === undefined);
    this.bounds = new Array<number>(plan.columnCount + 1).fill(0);
    this.values = new Float64Array(items.length);
    // Halves: an array that has held nothing but fractions is copied as one piece of memory.
    this.slots = new Array<number>(width).fill(0.5);
  }

  /** Adds the row to the batch; `false` when it is not of the plain kind. */
  read(record: PlainLine, batch: OpenBatch): boolean {
    if (!this.usable || record.delimiter !== this.plan.delimiter || !this.cut(record)) return false;
    const filled = this.readItems(record.text);
    if (filled < 0) return false;
    const ts = this.startOf(record, batch);
    const siteId = ts === undefined ? undefined : this.siteOf(record.text, ts);
    if (siteId === undefined || ts === undefined) return false;
    const { family, items } = this.group;
    items.forEach(({ tally }, i) => {
      if (!Number.isNaN(this.values[i])) tally.count += 1;
    });
    if (filled === 0) {
      batch.rowsEmpty += 1;
      return true;
    }
    const { line } = record;
    const values = this.arrange(filled);
    this.seen(values, line);
    batch.readings.push({ line, family, siteId, ts, values, notes: noNotes });
    return true;
  }

  /** Finds the cells; `false` when there are more or fewer than the plan has columns. */
  private cut({ text, start, stop }: PlainLine): boolean {
    const { bounds, delimiter } = this;
    const last = bounds.length - 1;
    let column = 0;
    bounds[0] = start;
    for (let at = start; at < stop; at += 1) {
      if (text.charCodeAt(at) !== delimiter) continue;
      column += 1;
      if (column === last) return false;
      bounds[column] = at + 1;
    }
    bounds[last] = stop + 1;
    return column === last - 1;
  }

  /** The number of items that have a value; -1 when a cell needs a closer look. */
  private readItems(text: string): number {
    const { bounds, values } = this;
    let filled = 0;
    let i = 0;
    for (const { position, tally } of this.group.items) {
      const from = bounds[position]!;
      const to = bounds[position + 1]! - 1;
      if (from === to) {
        values[i] = NaN;
      } else {
        const value = readPlainNumberIn(text, from, to);
        if (!(value >= tally.min && value <= tally.max)) return -1;
        values[i] = value;
        filled += 1;
      }
      i += 1;
    }
    return filled;
  }

  private arrange(filled: number): (number | null)[] {
    const { slots, values } = this;
    const { items } = this.group;
    if (filled === slots.length) {
      for (let i = 0; i < filled; i += 1) slots[items[i]!.slot] = values[i]!;
      return slots.slice();
    }
    const arranged = new Array<number | null>(slots.length).fill(null);
    items.forEach(({ slot }, i) => {
      const value = values[i]!;
      if (!Number.isNaN(value)) arranged[slot] = value;
    });
    return arranged;
  }

  private siteOf(text: string, ts: number): number | undefined {
    const { position } = this.sites;
    const found =
      position === undefined ? this.sites.read([], ts) : this.sites.named(this.cell(text, position), ts);
    return typeof found === 'number' ? found : undefined;
  }

  /** The start of the row's interval; many rows share it with the one before. */
  private startOf({ text, line }: PlainLine, batch: OpenBatch): number | undefined {
    if (this.lastStart !== undefined && this.sameTimes(text)) return this.lastStart;
    const cells = new Array<string>(this.plan.columnCount).fill('');
    for (const position of this.times) cells[position] = this.cell(text, position);
    const start = this.starts.read({ cells, line }, batch);
    this.lastStart = typeof start === 'number' ? start : undefined;
    this.lastTimes = this.times.map((position) => cells[position]!);
    return this.lastStart;
  }

  private sameTimes(text: string): boolean {
    const { bounds, lastTimes } = this;
    for (let i = 0; i < lastTimes.length; i += 1) {
      const position = this.times[i]!;
      const from = bounds[position]!;
      const last = lastTimes[i]!;
      if (bounds[position + 1]! - 1 - from !== last.length || !text.startsWith(last, from)) return false;
    }
    return true;
  }

  private cell(text: string, position: number): string {
    return text.slice(this.bounds[position], this.bounds[position + 1]! - 1);
  }
}
