import type { Rejection } from '../domain/rejection.js';
import { readCsvRecords, type CsvRecord, type RecordBatch } from './decode/csvRecords.js';
import type { DecodeOptions } from './decode/decodeLookup.js';
import type { TextEncodingName } from './decode/encoding.js';
import { layoutSampleRecords } from './decode/layout.js';
import { csvOptionsOf } from './decode/mapping.js';
import type { FaultList } from './faultList.js';
import type { NoticeList } from './noticeList.js';
import { readText } from './receivedFile.js';
import { readWorkbook } from './workbook/readWorkbook.js';

interface SourceOptions extends DecodeOptions {
  readonly sheet?: string;
  readonly maxRows: number;
}

/** Records of one stretch, from a text or from a sheet. */
type Stretch = Pick<RecordBatch, 'records' | 'rejected' | 'delimiter' | 'broken'> & {
  readonly rowsRejected: number;
  readonly decodeOptions: DecodeOptions;
  readonly sheet: string;
};

/**
 * Opens a received file as its tables, one after the other: a text is one, a workbook one for each sheet with rows.
 * Each is to be read before the next is asked for; leaving the loop lets go of the file.
 */
export async function* openTables(
  file: { readonly path: string; readonly encoding: TextEncodingName | 'workbook' },
  options: SourceOptions,
  faults: FaultList,
  notices: NoticeList,
): AsyncGenerator<RecordTable, void, undefined> {
  const stretches = new StretchQueue(
    file.encoding === 'workbook'
      ? readSheets(file.path, options, notices)
      : readTable(file.path, file.encoding, options),
  );
  try {
    for (;;) {
      const first = await stretches.peek();
      if (first === undefined) return;
      const table = new RecordTable(stretches, first.sheet, faults);
      yield table;
      await table.skipRest();
    }
  } finally {
    await stretches.close();
  }
}

async function* readTable(
  path: string,
  encoding: TextEncodingName,
  options: DecodeOptions,
): AsyncGenerator<Stretch, void, undefined> {
  for await (const batch of readCsvRecords(readText(path, encoding), csvOptionsOf(options))) {
    yield { ...batch, rowsRejected: batch.broken ? 0 : batch.rejected.length, decodeOptions: {}, sheet: '' };
  }
}

/** Serial dates are dates in a workbook, and a date left blank by merged cells is that of the row above. */
async function* readSheets(
  path: string,
  options: SourceOptions,
  notices: NoticeList,
): AsyncGenerator<Stretch, void, undefined> {
  const reading = {
    maxRows: options.maxRows,
    ...(options.sheet === undefined ? {} : { sheet: options.sheet }),
  };
  for await (const batch of readWorkbook(path, reading)) {
    for (const { code, params } of batch.notes) notices.add({ code, params });
    const { records, rejected, broken, rowsRejected, sheet } = batch;
    if (records.length === 0 && rejected.length === 0 && !broken) continue;
    const decodeOptions = {
      serialDates: true,
      dateSystem: batch.date1904 ? 1904 : 1900,
      fillDownDates: true,
    } as const;
    yield { records, rejected, delimiter: '\t', broken, rowsRejected, sheet, decodeOptions };
  }
}

/** Stretches of which the next can be looked at before it is taken. */
class StretchQueue {
  #next: Stretch | undefined;

  constructor(private readonly stretches: AsyncGenerator<Stretch, void, undefined>) {}

  async peek(): Promise<Stretch | undefined> {
    this.#next ??= (await this.stretches.next()).value ?? undefined;
    return this.#next;
  }

  /** The next stretch if it is of the sheet, or ends the reading. */
  async takeOf(sheet: string): Promise<Stretch | undefined> {
    const next = await this.peek();
    if (next === undefined || (next.sheet !== sheet && !next.broken)) return undefined;
    this.#next = undefined;
    return next;
  }

  async close(): Promise<void> {
    await this.stretches.return();
  }
}

/** Records of one table with its head kept back for recognising the layout, and faults of the file set aside. */
export class RecordTable {
  #head: CsvRecord[] = [];
  #done = false;
  delimiter = ',';
  rowsRejected = 0;
  decodeOptions: DecodeOptions = {};
  /** The last line seen so far. */
  lastLine = 0;

  constructor(
    private readonly stretches: StretchQueue,
    /** Empty for a text. */
    readonly sheet: string,
    private readonly faults: FaultList,
  ) {}

  /** The first records, as many as recognising the layout likes to see. */
  async takeHead(): Promise<readonly CsvRecord[]> {
    while (!this.#done && this.#head.length < layoutSampleRecords) this.#head.push(...(await this.#next()));
    return this.#head.slice(0, layoutSampleRecords);
  }

  /** All records when the head is all there is; `undefined` when more may follow. */
  get whole(): readonly CsvRecord[] | undefined {
    return this.#done ? this.#head : undefined;
  }

  /** All records, the head among them; once only. */
  async *all(): AsyncGenerator<readonly CsvRecord[], void, undefined> {
    yield this.#head;
    this.#head = [];
    while (!this.#done) yield await this.#next();
  }

  /** Reads to the end for the faults of the file itself. */
  async skipRest(): Promise<void> {
    while (!this.#done) await this.#next();
  }

  async #next(): Promise<readonly CsvRecord[]> {
    const next = await this.stretches.takeOf(this.sheet);
    if (next === undefined) {
      this.#done = true;
      return [];
    }
    const { records, rejected, broken, delimiter, rowsRejected, decodeOptions } = next;
    this.delimiter = delimiter;
    this.decodeOptions = decodeOptions;
    // What follows a broken quote or a damaged part cannot be told apart: the file is refused, whatever was chosen.
    for (const rejection of rejected) {
      const placed = inSheet(rejection, next.sheet);
      if (broken) this.faults.addFatal(placed);
      else this.faults.add(placed);
    }
    this.rowsRejected += rowsRejected;
    this.lastLine = Math.max(this.lastLine, records.at(-1)?.line ?? 0, rejected.at(-1)?.line ?? 0);
    this.#done ||= broken;
    return records;
  }
}

/** A rejection with the sheet that it is in; texts have none. */
export function inSheet(rejection: Rejection, sheet: string): Rejection {
  return sheet === '' ? rejection : { ...rejection, sheet };
}
