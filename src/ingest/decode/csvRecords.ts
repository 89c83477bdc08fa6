import { Parser, type Options } from 'csv-parse';
import type { Rejection } from '../../domain/rejection.js';
import { detectDelimiter } from './delimiter.js';
import { rejectCell } from './rejectCell.js';

/** One record of a text table. */
export interface CsvRecord {
  /** 1-based line on which the record starts; a quoted cell may make it span several. */
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * A line without quotes, cut into cells only when they are asked for: a reader that knows its columns need not make a
 * text of each. It keeps the stretch of text it lies in.
 */
export class PlainLine implements CsvRecord {
  #cells: readonly string[] | undefined;

  constructor(
    readonly line: number,
    readonly text: string,
    /** Where the line begins in the text, and where it ends. */
    readonly start: number,
    readonly stop: number,
    readonly delimiter: string,
  ) {}

  get cells(): readonly string[] {
    return (this.#cells ??= this.text.slice(this.start, this.stop).split(this.delimiter));
  }
}

/** Records of one stretch of the file, and the faults found in it. */
export interface RecordBatch {
  readonly records: readonly CsvRecord[];
  readonly rejected: readonly Rejection[];
  readonly delimiter: string;
  /** The rest of the file cannot be read; the last rejection says why. Nothing follows. */
  readonly broken: boolean;
}

/** Bounds on a text table. */
export interface CsvOptions {
  /** Found from the first lines when not given. */
  readonly delimiter?: string;
  /** Default 4,000: the national archive has a column for each of some 2,000 stations. */
  readonly maxColumns?: number;
  /** Characters, default 32,767 (the limit of an Excel cell). */
  readonly maxCellLength?: number;
  /** Characters of one record, default 1,000,000. */
  readonly maxRecordLength?: number;
}

type Bounds = Required<Omit<CsvOptions, 'delimiter'>>;
const detectionLength = 65_536;

/**
 * Cuts decoded text into records, batch by batch. Blank lines are skipped. Quotes are read as RFC 4180 says (`""`
 * inside a quoted cell; line breaks kept). A record with too many columns or too long a cell is rejected and left
 * out; an unpaired quote or an endless record ends the reading, since what follows cannot be told apart.
 */
export async function* readCsvRecords(
  text: AsyncIterable<string> | Iterable<string>,
  options: CsvOptions = {},
): AsyncGenerator<RecordBatch, void, undefined> {
  const bounds: Bounds = {
    maxColumns: options.maxColumns ?? 4_000,
    maxCellLength: options.maxCellLength ?? 32_767,
    maxRecordLength: options.maxRecordLength ?? 1_000_000,
  };
  let cutter: RecordCutter | undefined;
  let head = '';
  for await (const chunk of text) {
    if (cutter === undefined) {
      head += chunk;
      if (head.length < detectionLength) continue;
      cutter = new RecordCutter(options.delimiter ?? detectDelimiter(head), bounds, head);
      yield await cutter.take(head, false);
    } else {
      yield await cutter.take(chunk, false);
    }
    if (cutter.broken) return;
  }
  const rest = cutter === undefined ? head : '';
  cutter ??= new RecordCutter(options.delimiter ?? detectDelimiter(head), bounds, head);
  yield await cutter.take(rest, true);
}

/**
 * Text without any quote is split directly, which is several times faster than a parser; stretches that hold quotes
 * go through csv-parse in whole records.
 */
class RecordCutter {
  broken = false;
  private line = 1;
  private pending = '';
  private readonly carriageReturnsOnly: boolean;
  private readonly delimiterStart: number;
  /** A line up to this length has neither too many cells nor too long a one. */
  private readonly harmlessLength: number;
  private records: CsvRecord[] = [];
  private rejected: Rejection[] = [];

  constructor(
    private readonly delimiter: string,
    private readonly bounds: Bounds,
    head: string,
  ) {
    this.carriageReturnsOnly = !head.includes('\n') && head.includes('\r');
    this.delimiterStart = delimiter.charCodeAt(0);
    this.harmlessLength = Math.min(bounds.maxColumns - 1, bounds.maxCellLength, bounds.maxRecordLength);
  }

  async take(chunk: string, last: boolean): Promise<RecordBatch> {
    this.records = [];
    this.rejected = [];
    const text = this.pending + (this.carriageReturnsOnly ? chunk.replaceAll('\r', '\n') : chunk);
    const quoted = text.includes('"');
    const stop = last ? text.length : endOfLastRecord(text, quoted);
    this.pending = text.slice(stop);
    if (quoted) await this.parseQuoted(text.slice(0, stop));
    else this.splitPlain(text.slice(0, stop));
    if (!this.broken && this.pending.length > this.bounds.maxRecordLength) {
      this.giveUp(this.pending.includes('"') ? 'quote-broken' : 'record-too-long', this.pending);
    }
    const { records, rejected, delimiter, broken } = this;
    return { records, rejected, delimiter, broken };
  }

  private splitPlain(text: string): void {
    let start = 0;
    while (start < text.length) {
      const feed = text.indexOf('\n', start);
      const end = feed < 0 ? text.length : feed;
      const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
      if (stop - start > this.bounds.maxRecordLength) {
        this.giveUp('record-too-long', text.slice(start, stop));
        return;
      }
      if (this.isHarmless(text.charCodeAt(start), stop - start)) {
        this.records.push(new PlainLine(this.line, text, start, stop, this.delimiter));
      } else if (stop > start) {
        this.add(text.slice(start, stop).split(this.delimiter), stop - start);
      }
      this.line += 1;
      start = end + 1;
    }
  }

  /** Whether `add` would surely take a line: its first cell is not blank, and its length is within all bounds. */
  private isHarmless(firstCode: number, length: number): boolean {
    const inked = firstCode > 32 && firstCode < 127 && firstCode !== this.delimiterStart;
    return inked && length > 0 && length <= this.harmlessLength;
  }

  /** Whole records with quotes. The parser looks ahead, so each stretch gets its own and is ended. */
  private async parseQuoted(text: string): Promise<void> {
    const parser = createParser(this.delimiter, this.bounds.maxRecordLength);
    const failed = await new Promise<boolean>((resolve) => {
      parser.once('error', () => resolve(true));
      parser.once('finish', () => resolve(false));
      parser.end(text);
    });
    let cells = parser.read() as string[] | null;
    while (cells !== null) {
      this.add(cells, this.bounds.maxCellLength + 1);
      this.line += 1 + countLineFeeds(cells);
      cells = parser.read() as string[] | null;
    }
    if (failed) this.giveUp('quote-broken', '');
  }

  private add(cells: readonly string[], length: number): void {
    const { maxColumns, maxCellLength } = this.bounds;
    if (isBlank(cells)) return;
    if (cells.length > maxColumns) {
      const params = { count: cells.length, limit: maxColumns };
      this.rejected.push(rejectCell(this.line, '', cells.slice(0, 5).join(this.delimiter), { code: 'too-many-columns', params })); // prettier-ignore
      return;
    }
    const tooLong = length > maxCellLength ? cells.findIndex((cell) => cell.length > maxCellLength) : -1;
    if (tooLong >= 0) {
      const fault = { code: 'cell-too-long', params: { limit: maxCellLength } } as const;
      this.rejected.push(rejectCell(this.line, `第 ${tooLong + 1} 列`, cells[tooLong] ?? '', fault));
      return;
    }
    this.records.push({ line: this.line, cells });
  }

  private giveUp(code: 'quote-broken' | 'record-too-long', text: string): void {
    const params = { badLine: this.line, limit: this.bounds.maxRecordLength };
    this.rejected.push(rejectCell(this.line, '', text, { code, params }));
    this.broken = true;
    this.pending = '';
  }
}

function createParser(delimiter: string, maxRecordLength: number): Parser {
  const options: Options & { readableHighWaterMark: number } = {
    delimiter,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    skip_empty_lines: false,
    // Counted in bytes by the parser; a character has at most three of them in UTF-8 (two units, four bytes).
    max_record_size: maxRecordLength * 3,
    // All records of a stretch are handed over at once; an error leaves those before it readable.
    readableHighWaterMark: Number.MAX_SAFE_INTEGER,
  };
  return new Parser(options);
}

/** Where the last whole record of the text ends: after a line feed that is not inside quotes. */
function endOfLastRecord(text: string, quoted: boolean): number {
  const lastFeed = text.lastIndexOf('\n');
  if (!quoted || lastFeed < 0) return lastFeed + 1;
  let inside = false;
  let end = 0;
  let at = 0;
  for (;;) {
    const quote = text.indexOf('"', at);
    const stop = quote < 0 ? text.length : quote;
    if (!inside) {
      // Only in this stretch: searched backwards through the whole text, a row of quotes would take its square.
      const feed = text.slice(at, stop).lastIndexOf('\n');
      if (feed >= 0) end = at + feed + 1;
    }
    if (quote < 0) return end;
    inside = !inside;
    at = quote + 1;
  }
}

function isBlank(cells: readonly string[]): boolean {
  // Ctrl-Z, with which DOS programs end their files.
  if (cells.length === 1 && cells[0] === '\u001a') return true;
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') return false;
  return true;
}

function countLineFeeds(cells: readonly string[]): number {
  let count = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) count += 1;
  }
  return count;
}
