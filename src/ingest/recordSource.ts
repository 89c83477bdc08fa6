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

/** Opens a received file as one table of records. */
export function openSource(
  file: { readonly path: string; readonly encoding: TextEncodingName | 'workbook' },
  options: SourceOptions,
  faults: FaultList,
  notices: NoticeList,
): RecordSource {
  const stretches =
    file.encoding === 'workbook'
      ? readSheet(file.path, options, faults, notices)
      : readTable(file.path, file.encoding, options);
  return new RecordSource(stretches, faults);
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

/**
 * The one sheet that holds data, or the one named. Serial dates are dates there, and a date left blank by merged cells
 * is that of the row above.
 */
async function* readSheet(
  path: string,
  options: SourceOptions,
  faults: FaultList,
  notices: NoticeList,
): AsyncGenerator<Stretch, void, undefined> {
  const sheets = new Set<string>();
  const reading = {
    maxRows: options.maxRows,
    ...(options.sheet === undefined ? {} : { sheet: options.sheet }),
  };
  for await (const batch of readWorkbook(path, reading)) {
    for (const { code, params } of batch.notes) notices.add({ code, params });
    if (batch.records.length > 0) sheets.add(batch.sheet);
    if (sheets.size > 1) {
      faults.addFatal({
        line: 0,
        column: '',
        value: '',
        code: 'workbook-several-sheets',
        params: { sheets: [...sheets].join('、') },
      });
      return;
    }
    yield {
      records: batch.records,
      rejected: batch.rejected,
      delimiter: '\t',
      broken: batch.broken,
      rowsRejected: batch.rowsRejected,
      sheet: batch.sheet,
      decodeOptions: { serialDates: true, dateSystem: batch.date1904 ? 1904 : 1900, fillDownDates: true },
    };
  }
}

/** Records of a file with its head kept back for recognising the layout, and faults of the file itself set aside. */
export class RecordSource {
  readonly #stretches: AsyncGenerator<Stretch, void, undefined>;
  readonly #faults: FaultList;
  #head: CsvRecord[] = [];
  #done = false;
  delimiter = ',';
  rowsRejected = 0;
  decodeOptions: DecodeOptions = {};
  sheet = '';

  constructor(stretches: AsyncGenerator<Stretch, void, undefined>, faults: FaultList) {
    this.#stretches = stretches;
    this.#faults = faults;
  }

  /** The first records, as many as recognising the layout likes to see. */
  async takeHead(): Promise<readonly CsvRecord[]> {
    while (!this.#done && this.#head.length < layoutSampleRecords) this.#head.push(...(await this.#next()));
    return this.#head.slice(0, layoutSampleRecords);
  }

  /** All records, the head among them; once only. */
  async *all(): AsyncGenerator<readonly CsvRecord[], void, undefined> {
    try {
      yield this.#head;
      this.#head = [];
      while (!this.#done) yield await this.#next();
    } finally {
      await this.close();
    }
  }

  /** Lets go of the file, and of the worker that reads it. */
  async close(): Promise<void> {
    this.#done = true;
    await this.#stretches.return();
  }

  async #next(): Promise<readonly CsvRecord[]> {
    const next = await this.#stretches.next();
    if (next.done === true) {
      this.#done = true;
      return [];
    }
    const { records, rejected, broken, delimiter, rowsRejected, decodeOptions } = next.value;
    this.delimiter = delimiter;
    if (records.length > 0) this.sheet = next.value.sheet;
    this.decodeOptions = decodeOptions;
    // What follows a broken quote or a damaged part cannot be told apart: the file is refused, whatever was chosen.
    for (const rejection of rejected) {
      if (broken) this.#faults.addFatal(rejection);
      else this.#faults.add(rejection);
    }
    this.rowsRejected += rowsRejected;
    this.#done ||= broken;
    return records;
  }
}
