import { beijingOffsetMs, dayMs } from '../../domain/calendar.js';
import type { CsvRecord } from './csvRecords.js';
import type { DustPeriodRow, OpenBatch } from './decodedBatch.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { isMissingMark } from './numberCell.js';
import { rejectCell } from './rejectCell.js';
import { parseSerial } from './serialDate.js';
import { isFault, parseMoment, type Moment } from './timeText.js';

const maxCompared = 10_000;

/** Reads dust periods. An end without a time is the end of its day, and so is 23:59; overlaps are noted. */
export class DustPeriodRowReader {
  private readonly columns: Readonly<Record<'start' | 'end' | 'document' | 'note', PlanColumn | undefined>>;
  private readonly seen: DustPeriodRow[] = [];
  private saidInclusive = false;

  constructor(private readonly plan: LayoutPlan) {
    this.columns = {
      start: columnOf(plan, 'start'),
      end: columnOf(plan, 'end'),
      document: columnOf(plan, 'document'),
      note: columnOf(plan, 'note'),
    };
  }

  /** Adds the period to the batch, or all its faults. */
  read({ cells, line }: CsvRecord, batch: OpenBatch): void {
    const before = batch.rejected.length;
    const { columns } = this;
    const textOf = (column: PlanColumn | undefined): string => (cells[column?.position ?? -1] ?? '').trim();
    const start = this.readMoment(columns.start, textOf(columns.start), line, batch);
    const last = this.readMoment(columns.end, textOf(columns.end), line, batch);
    const document = textOf(columns.document);
    if (isMissingMark(document)) {
      batch.rejected.push(
        rejectCell(line, columns.document?.header ?? '', document, { code: 'document-missing' }),
      );
    }
    if (start === undefined || last === undefined || batch.rejected.length > before) return;
    const period = {
      line,
      start: start.wallMs - beijingOffsetMs,
      end: this.endOf(last, line, columns.end, batch) - beijingOffsetMs,
      document,
      note: textOf(columns.note),
    };
    if (period.end <= period.start) {
      const fault = { code: 'period-reversed', params: { start: textOf(columns.start) } } as const;
      batch.rejected.push(rejectCell(line, columns.end?.header ?? '', textOf(columns.end), fault));
      return;
    }
    this.noteOverlap(period, batch);
    batch.dustPeriods.push(period);
  }

  private readMoment(
    column: PlanColumn | undefined,
    text: string,
    line: number,
    batch: OpenBatch,
  ): Moment | undefined {
    const header = column?.header ?? '';
    if (isMissingMark(text)) {
      batch.rejected.push(rejectCell(line, header, text, { code: 'time-missing' }));
      return undefined;
    }
    const { serialDates, year } = this.plan;
    const serial = serialDates === undefined ? undefined : parseSerial(text, serialDates);
    const moment = serial ?? parseMoment(text, year);
    if (!isFault(moment) && (moment.precision === 'day' || moment.precision === 'minute')) return moment;
    const fault = isFault(moment) ? moment : ({ code: 'time-unreadable' } as const);
    batch.rejected.push(rejectCell(line, header, text, fault));
    return undefined;
  }

  private endOf(
    { wallMs, precision }: Moment,
    line: number,
    column: PlanColumn | undefined,
    batch: OpenBatch,
  ): number {
    const isLastMinute = precision === 'minute' && wallMs % dayMs >= dayMs - 60_000;
    if (precision !== 'day' && !isLastMinute) return wallMs;
    if (!this.saidInclusive) {
      this.saidInclusive = true;
      const params = { column: column?.header ?? '', firstLine: line };
      batch.notices.push({ line, code: 'assumed-end-of-day', params });
    }
    return (Math.floor(wallMs / dayMs) + 1) * dayMs;
  }

  private noteOverlap(period: DustPeriodRow, batch: OpenBatch): void {
    const other = this.seen.find(({ start, end }) => start < period.end && period.start < end);
    if (other !== undefined) {
      const params = { line: period.line, otherLine: other.line };
      batch.notices.push({ line: period.line, code: 'dust-periods-overlap', params });
    }
    if (this.seen.length < maxCompared) this.seen.push(period);
  }
}
