import type { PeriodReport } from '../../domain/reading.js';
import type { ColumnPlausibility } from './columnPlausibility.js';
import type { CsvRecord } from './csvRecords.js';
import type { OpenBatch } from './decodedBatch.js';
import type { DecodeLookup, DecodeOptions } from './decodeLookup.js';
import { readItem, type ItemReader } from './itemValue.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { NamedItemReader } from './longRow.js';
import { isMissingMark, readNumberCell } from './numberCell.js';
import type { ReportPeriod } from './periodText.js';
import { rejectCell, type Fault } from './rejectCell.js';
import { PeriodReader, rejectPlaced } from './rowTime.js';
import type { SiteReader } from './siteReader.js';

const doneWords = new Set(['是', '完成', '已完成', '1', '达标', '已达标', '√', 'yes', 'true']);
const notDoneWords = new Set(['否', '未完成', '0', '没有', '×', 'no', 'false']);

/** One figure of a row: which indicator, and the cell that holds it. */
interface Figure {
  readonly item: ItemReader;
  readonly header: string;
  readonly text: string;
}

/** What stands beside a figure in a long table. */
type Beside = Pick<PeriodReport, 'numerator' | 'denominator' | 'evidence'>;

/** Reads rows of reports: a column per indicator, or one indicator a row. */
export class ReportRowReader {
  private readonly periods: PeriodReader;
  private readonly names: NamedItemReader;
  private readonly items: readonly (ItemReader & { readonly position: number })[];
  private readonly parts: Readonly<Record<'numerator' | 'denominator' | 'evidence', PlanColumn | undefined>>;

  constructor(
    plan: LayoutPlan,
    private readonly sites: SiteReader,
    lookup: DecodeLookup,
    options: DecodeOptions,
    plausibility: ColumnPlausibility,
  ) {
    this.periods = new PeriodReader(plan);
    this.names = new NamedItemReader(plan, 'period', lookup, options, plausibility);
    this.items = plan.columns.flatMap(({ role, position, header, indicator, unit, conversion }) => {
      if (role !== 'item' || indicator === undefined || conversion === undefined) return [];
      const tally = plausibility.column(header, indicator);
      return [{ position, header, indicator, unit: unit ?? indicator.unit, conversion, tally }];
    });
    this.parts = {
      numerator: columnOf(plan, 'numerator'),
      denominator: columnOf(plan, 'denominator'),
      evidence: columnOf(plan, 'evidence'),
    };
  }

  /** Adds what the row says to the batch: reports, or all its faults. */
  read(record: CsvRecord, batch: OpenBatch): void {
    const { cells, line } = record;
    const before = batch.rejected.length;
    const period = this.periods.read(cells);
    const siteId = this.sites.read(cells, 'fault' in period ? period : period.start);
    if (typeof siteId !== 'number') batch.rejected.push(rejectPlaced(line, siteId));
    if ('fault' in period) batch.rejected.push(rejectPlaced(line, period));
    const beside = this.readBeside(record, batch);
    const reports = this.figures(record, batch).map((figure) => this.readFigure(record, figure, batch));
    if (batch.rejected.length > before || typeof siteId !== 'number' || 'fault' in period) return;
    const filled = reports.filter((report) => report !== undefined);
    if (filled.length === 0) {
      batch.rowsEmpty += 1;
      // Somebody meant to report something: said, since it would be missed otherwise.
      if (Object.keys(beside).length > 0)
        batch.notices.push({ line, code: 'notice-figure-without-value', params: { line } });
    }
    for (const { indicator, value, note } of filled) {
      batch.reports.push({ line, indicator, siteId, ...periodFields(period), value, ...beside });
      if (note !== undefined) batch.notes.push({ line, siteId, note });
    }
  }

  private figures({ cells, line }: CsvRecord, batch: OpenBatch): Figure[] {
    const { names } = this;
    if (names.indicator === undefined || names.value === undefined) {
      return this.items.map((item) => ({ item, header: item.header, text: cells[item.position] ?? '' }));
    }
    const named = names.read(cells);
    if (named.kind === 'item') {
      return [{ item: named.item, header: names.value.header, text: cells[names.value.position] ?? '' }];
    }
    if (named.kind === 'ignored') return [];
    const column = named.kind === 'fault' ? (names[named.column] ?? names.indicator) : names.indicator;
    const fault: Fault = named.kind === 'fault' ? named.fault : { code: 'indicator-not-reported' };
    batch.rejected.push(rejectCell(line, column.header, cells[column.position] ?? '', fault));
    return [];
  }

  private readFigure({ line }: CsvRecord, { item, header, text }: Figure, batch: OpenBatch) {
    const indicator = item.indicator.code;
    if (item.indicator.unit === '是/否') {
      const value = readMilestone(text);
      if (value === 'fault')
        batch.rejected.push(rejectCell(line, header, text, { code: 'milestone-unreadable' }));
      return value === 'fault' || value === undefined ? undefined : { indicator, value, note: undefined };
    }
    const read = readItem(item, text, line);
    if (read.kind === 'fault') batch.rejected.push(rejectCell(line, header, text, read.fault));
    if (read.kind === 'value' && read.note?.flag === 'below-detection') {
      batch.rejected.push(rejectCell(line, header, text, { code: 'number-unreadable' }));
    }
    return read.kind === 'value' ? { indicator, value: read.exact, note: read.note } : undefined;
  }

  private readBeside({ cells, line }: CsvRecord, batch: OpenBatch): Beside {
    const beside: { -readonly [K in keyof Beside]: Beside[K] } = {};
    for (const part of ['numerator', 'denominator'] as const) {
      const column = this.parts[part];
      const text = cells[column?.position ?? -1] ?? '';
      if (column === undefined || isMissingMark(text)) continue;
      const cell = readNumberCell(text, '');
      if (cell.kind === 'value') beside[part] = cell.decimal.toFixed();
      else if (cell.kind === 'fault') batch.rejected.push(rejectCell(line, column.header, text, cell.fault));
      else batch.rejected.push(rejectCell(line, column.header, text, { code: 'number-unreadable' }));
    }
    const evidence = (cells[this.parts.evidence?.position ?? -1] ?? '').trim();
    if (evidence !== '') beside.evidence = evidence;
    return beside;
  }
}

/** 是/完成/已完成/1 → `1`; 否/未完成/0 → `0`; nothing for a mark of "no value". */
export function readMilestone(text: string): '1' | '0' | 'fault' | undefined {
  const folded = text.normalize('NFKC').trim().toLowerCase();
  if (doneWords.has(folded)) return '1';
  if (notDoneWords.has(folded)) return '0';
  return isMissingMark(folded) ? undefined : 'fault';
}

function periodFields({ kind, start, end }: ReportPeriod) {
  return { periodKind: kind, periodStart: start, periodEnd: end };
}
