import type { Interval } from '../../domain/family.js';
import type { Rejection } from '../../domain/rejection.js';
import { FillDown } from './fillDown.js';
import { columnOf, type LayoutPlan, type PlanColumn } from './layoutPlan.js';
import { isMissingMark } from './numberCell.js';
import { parsePeriod, type ReportPeriod } from './periodText.js';
import { rejectCell, type Fault } from './rejectCell.js';
import { parseSerial, serialDayText } from './serialDate.js';
import type { DateOrder, DateSystem } from './timeConvention.js';
import {
  atClock,
  buildMoment,
  intervalStart,
  isFault,
  parseClock,
  parseMoment,
  type ClockTime,
  type Moment,
  type MomentResult,
} from './timeText.js';

/** A fault together with the column it was found in. */
export interface PlacedFault {
  readonly fault: Fault;
  readonly column: string;
  readonly value: string;
}

type TimeColumns = Partial<
  Record<'datetime' | 'date' | 'hour' | 'time' | 'year' | 'month' | 'day', PlanColumn>
>;

const maxClocks = 1_000;

/** What of a plan the times of rows depend on. */
export type TimePlan = Pick<
  LayoutPlan,
  'columns' | 'fixedMoment' | 'year' | 'serialDates' | 'dateOrder' | 'fillDownDates'
>;

/** Reads the time of a row as it is written; remembers the last one, since many rows share it. */
export class MomentReader {
  /** How many blank dates were filled from above so far. */
  filledDown = 0;
  private readonly columns: TimeColumns;
  private readonly parts: readonly PlanColumn[];
  private readonly whole: PlanColumn | undefined;
  private readonly fixed: Moment | undefined;
  private readonly year: number | undefined;
  private readonly serialDates: DateSystem | undefined;
  private readonly dateOrder: DateOrder | undefined;
  private readonly fill: FillDown | undefined;
  private lastTexts: (string | undefined)[] = [];
  private last: Moment | PlacedFault | undefined;
  private lastDay: { readonly text: string; readonly moment: Moment } | undefined;
  private readonly clocks = new Map<string, ClockTime | Fault>();

  constructor(plan: TimePlan) {
    const roles = ['datetime', 'date', 'hour', 'time', 'year', 'month', 'day'] as const;
    this.columns = Object.fromEntries(roles.map((role) => [role, columnOf(plan, role)]));
    this.parts = Object.values(this.columns).filter((column) => column !== undefined);
    this.whole = this.columns.datetime ?? this.columns.date;
    this.fixed = plan.fixedMoment;
    this.year = plan.year;
    this.serialDates = plan.serialDates;
    this.dateOrder = plan.dateOrder;
    this.fill = plan.fillDownDates === true ? new FillDown() : undefined;
  }

  /** The header of the column whose blanks are filled. */
  get dateHeader(): string {
    return this.whole?.header ?? '';
  }

  /** The time of a row; `line` tells whether the row above it is there. */
  read(cells: readonly string[], line: number): Moment | PlacedFault {
    if (this.fixed !== undefined) return this.fixed;
    const { fill, whole } = this;
    return fill === undefined || whole === undefined
      ? this.readCells(cells)
      : this.readFilled(cells, line, fill, whole.position);
  }

  private readFilled(
    cells: readonly string[],
    line: number,
    fill: FillDown,
    position: number,
  ): Moment | PlacedFault {
    const own = cells[position] ?? '';
    const text = fill.take(own, cells, line);
    const filled = text === own ? cells : [...cells];
    if (text !== own) (filled as string[])[position] = text;
    const moment = this.readCells(filled);
    if ('fault' in moment && moment.column === this.dateHeader) fill.forget();
    else if (text !== own) this.filledDown += 1;
    return moment;
  }

  private readCells(cells: readonly string[]): Moment | PlacedFault {
    if (
      this.last !== undefined &&
      this.parts.every(({ position }, i) => cells[position] === this.lastTexts[i])
    ) {
      return this.last;
    }
    this.lastTexts = this.parts.map(({ position }) => cells[position]);
    this.last = this.parse(cells);
    return this.last;
  }

  private parse(cells: readonly string[]): Moment | PlacedFault {
    const { whole } = this;
    const { hour, time } = this.columns;
    const day = whole === undefined ? this.fromParts(cells) : this.fromText(cells, whole);
    if ('fault' in day) return day;
    const clock = hour ?? time;
    if (clock === undefined || day.precision === 'minute') return day;
    const text = cells[clock.position] ?? '';
    if (isMissingMark(text)) return placed({ code: 'time-missing' }, clock, text);
    const clockTime = this.clockOf(text);
    return isFault(clockTime) ? placed(clockTime, clock, text) : atClock(day, clockTime);
  }

  /** A day has few hours, and a table few ways to write them. */
  private clockOf(text: string): ClockTime | Fault {
    let clockTime = this.clocks.get(text);
    if (clockTime === undefined) {
      clockTime = parseClock(text);
      if (this.clocks.size < maxClocks) this.clocks.set(text, clockTime);
    }
    return clockTime;
  }

  private fromText(cells: readonly string[], column: PlanColumn): Moment | PlacedFault {
    const text = cells[column.position] ?? '';
    if (text === this.lastDay?.text) return this.lastDay.moment;
    if (isMissingMark(text)) return placed({ code: 'time-missing' }, column, text);
    const serial = this.serialDates === undefined ? undefined : parseSerial(text, this.serialDates);
    const moment = serial ?? parseMoment(text, this.year, this.dateOrder);
    if (isFault(moment)) return placed(moment, column, text);
    this.lastDay = { text, moment };
    return moment;
  }

  private fromParts(cells: readonly string[]): Moment | PlacedFault {
    const { year, month, day } = this.columns;
    const texts = [year, month, day].map((column) =>
      column === undefined ? undefined : (cells[column.position] ?? ''),
    );
    const used = [year, month, day].filter((column) => column !== undefined);
    const blank = used.find(({ position }) => (cells[position] ?? '').trim() === '');
    if (blank !== undefined) return placed({ code: 'time-missing' }, blank, '');
    const digits = texts.map((text) =>
      text
        ?.normalize('NFKC')
        .trim()
        .replace(/(?:年度?|月份?|日)$/, ''),
    );
    const unreadable = digits.findIndex((text) => text !== undefined && !/^\d{1,4}$/.test(text));
    const column = [year, month, day][unreadable];
    if (column !== undefined) return placed({ code: 'time-unreadable' }, column, texts[unreadable] ?? '');
    const moment: MomentResult = buildMoment([digits[0] ?? String(this.year), digits[1], digits[2]]);
    const last = used.at(-1);
    return isFault(moment) && last !== undefined
      ? {
          fault: moment,
          column: used.map(({ header }) => header).join('、'),
          value: texts.filter(Boolean).join('-'),
        }
      : (moment as Moment);
  }

  /** The start of the interval a row speaks for; a fault is placed in the columns that hold the time. */
  start(
    moment: Moment,
    interval: Interval,
    plan: LayoutPlan,
    cells: readonly string[],
  ): number | PlacedFault {
    const start = intervalStart(moment, interval, plan.hourLabel);
    if (typeof start === 'number') return start;
    const column = this.parts.map(({ header }) => header).join('、') || 'date';
    return { fault: start, column, value: this.parts.map(({ position }) => cells[position] ?? '').join(' ') };
  }
}

/** Reads the period of a report row; remembers the texts it has seen. */
export class PeriodReader {
  private readonly year: PlanColumn | undefined;
  private readonly period: PlanColumn | undefined;
  private readonly seen = new Map<string, ReportPeriod | Fault>();

  constructor(private readonly plan: LayoutPlan) {
    this.year = columnOf(plan, 'year');
    this.period = ['period', 'month', 'date', 'datetime']
      .map((role) => columnOf(plan, role as PlanColumn['role']))
      .find((column) => column !== undefined);
  }

  read(cells: readonly string[]): ReportPeriod | PlacedFault {
    const { year, period, plan } = this;
    const columns = [year, period].filter((column) => column !== undefined);
    const texts = columns.map((column) => this.textOf(cells, column));
    const missing = columns.find(
      (column) => column !== period && (cells[column.position] ?? '').trim() === '',
    );
    if (missing !== undefined) return placed({ code: 'time-missing' }, missing, '');
    if (columns.length > 0 && texts.every((text) => text === '')) {
      return placed({ code: 'time-missing' }, columns[0], '');
    }
    const text = columns.length === 0 ? (plan.fixedPeriod ?? '') : joined(texts, period);
    let result = this.seen.get(text);
    if (result === undefined) {
      const options = {
        upTo: period?.upTo ?? false,
        ...(plan.year === undefined ? {} : { year: plan.year }),
      };
      result = parsePeriod(text, options);
      if (this.seen.size < 1_000) this.seen.set(text, result);
    }
    if (!isFault(result)) return result;
    return {
      fault: result,
      column: columns.map(({ header }) => header).join('、') || 'date',
      value: texts.join(' '),
    };
  }

  private textOf(cells: readonly string[], { position, role }: PlanColumn): string {
    const text = (cells[position] ?? '').trim();
    const { serialDates } = this.plan;
    return serialDates === undefined || role === 'year' || role === 'month'
      ? text
      : serialDayText(text, serialDates);
  }
}

/** `2024` beside `三季度`, `3` or `上半年`; a period that names its own year stands alone. */
function joined(texts: readonly string[], period: PlanColumn | undefined): string {
  const [first = '', second] = texts;
  if (second === undefined || second === '') return first;
  if (/^\D*\d{4}/.test(second.normalize('NFKC'))) return second;
  const year = first.replace(/年度?$/, '');
  return `${year}年${period === undefined || !/^\d+$/.test(second) ? second : numbered(second, period)}`;
}

/** A bare number means what its column is headed; elsewhere it could be a month or a quarter, and stays unreadable. */
function numbered(number: string, { role, header }: PlanColumn): string {
  if (role === 'month') return `${number}月`;
  if (/季|quarter/i.test(header)) return `${number}季度`;
  return /半年/.test(header) ? `H${number}` : `第${number}期`;
}

function placed(fault: Fault, column: PlanColumn | undefined, value: string): PlacedFault {
  return { fault, column: column?.header ?? '', value };
}

/** The rejection of a placed fault. */
export function rejectPlaced(line: number, { fault, column, value }: PlacedFault): Rejection {
  return rejectCell(line, column, value, fault);
}
