import type { Rejection } from '../../domain/rejection.js';

/** Counts the values of one column that lie outside its plausible range. */
export class ColumnTally {
  count = 0;
  outside = 0;
  example = '';
  exampleLine = 0;
  readonly min: number;
  readonly max: number;

  constructor(
    readonly header: string,
    readonly range: PlausibleRange,
  ) {
    this.min = range.plausibleMin ?? -Infinity;
    this.max = range.plausibleMax ?? Infinity;
  }

  /** Counts a value in the unit of storage and says whether it lies outside; `text` is shown as the example. */
  add(value: number, text: string, line: number): boolean {
    this.count += 1;
    if (value >= this.min && value <= this.max) return false;
    this.outside += 1;
    if (this.outside === 1) {
      this.example = text;
      this.exampleLine = line;
    }
    return true;
  }
}

const enoughValues = 20;

/** The plausible range of a column's indicator, in the unit of storage. */
export interface PlausibleRange {
  readonly plausibleMin: number | null;
  readonly plausibleMax: number | null;
  readonly unit: string;
}

/**
 * Counts per column how many values lie outside the plausible range. One odd value is a flag; when at least 20
 * values are there and more than half are outside, the header does not describe the column, and the whole file must
 * be refused: flagged values would enter means. The same goes for PM2.5 above PM10 in most rows.
 */
export class ColumnPlausibility {
  private readonly columns = new Map<string, ColumnTally>();
  private readonly particles = { count: 0, outside: 0, example: '', exampleLine: 0, columns: '' };

  /** The tally of a column, made when first asked for. */
  column(header: string, range: PlausibleRange): ColumnTally {
    let tally = this.columns.get(header);
    if (tally === undefined) {
      tally = new ColumnTally(header, range);
      this.columns.set(header, tally);
    }
    return tally;
  }

  /** Counts a row that has both particle fractions; `columns` names the two columns. */
  addParticles(columns: string, pm25: number, pm10: number, line: number): void {
    const { particles } = this;
    particles.count += 1;
    particles.columns = columns;
    if (pm25 <= pm10) return;
    particles.outside += 1;
    if (particles.outside === 1) {
      particles.example = `PM2.5 ${pm25} > PM10 ${pm10}`;
      particles.exampleLine = line;
    }
  }

  /** The reasons to refuse the file so far; empty when there are none. */
  rejections(): Rejection[] {
    const rejected = [...this.columns.values()].filter(isImplausible).map(rejectColumn);
    if (isImplausible(this.particles)) {
      const { columns, example, exampleLine, count, outside } = this.particles;
      const params = { share: percent(outside, count), count, outside, example, exampleLine };
      rejected.push({ line: 0, column: columns, value: example, code: 'columns-inverted', params });
    }
    return rejected;
  }
}

function isImplausible({ count, outside }: { count: number; outside: number }): boolean {
  return count >= enoughValues && outside * 2 > count;
}

function rejectColumn(tally: ColumnTally): Rejection {
  const { header: column, count, outside, example, exampleLine } = tally;
  const { plausibleMin: min, plausibleMax: max, unit } = tally.range;
  const params = { column, min: min ?? '-∞', max: max ?? '+∞', unit, count, outside, example, exampleLine, share: percent(outside, count) }; // prettier-ignore
  return { line: 0, column, value: example, code: 'column-implausible', params };
}

function percent(part: number, whole: number): number {
  return Math.floor((100 * part) / whole);
}
