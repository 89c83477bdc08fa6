import { beijingTime } from '../../domain/beijingTime.js';
import { dayMs, hourMs } from '../../domain/calendar.js';
import type { FamilyName } from '../../domain/family.js';
import { formatMessage, type MessageCode } from '../../domain/messages.js';
import { RowBatch } from '../../store/rowBatch.js';
import type { StagedNote } from '../../store/stage.js';
import { LineScanner } from '../lineProtocol/lineScanner.js';
import type { TimePrecision } from '../lineProtocol/lineTime.js';
import { fieldKind } from '../lineProtocol/pointOffsets.js';
import type { DeviceLookup, OpenSource } from './deviceLookup.js';
import type { FieldMeaning, FieldPlan } from './fieldReader.js';
import { SeriesPlans, type SeriesPlan } from './seriesPlans.js';

const minuteMs = 60_000;
const firstMs = Date.parse('1990-01-01T00:00:00+08:00');
const mostFaults = 100;
/** Longer lines are reported, and not kept. */
const longestKeptLine = 16_384;
const mostQuarantined = 10_000;
const mostMemos = 24;

/** Something about a line that was not taken. */
export interface LineProblem {
  /** 1-based, of the body. */
  readonly line: number;
  /** In bytes from the beginning of the line, 1-based. */
  readonly column: number;
  readonly code: MessageCode;
  readonly params: Readonly<Record<string, string | number>>;
  /** English words as InfluxDB has them for faulty syntax, ours for the rest. */
  readonly reason: string;
}

/** A line for the quarantine, as sent. */
export interface UnexplainedLine {
  readonly code: MessageCode;
  readonly measurement: string;
  readonly subject: string;
  readonly line: Buffer;
  readonly hasTime: boolean;
  /** Of the source that the line belongs to, where there is one. */
  readonly medium: 'air' | 'water' | undefined;
}

/** What was read from one body. */
export interface ReadLines {
  /** Lines of which everything was taken. */
  readonly goodLines: number;
  readonly batches: readonly RowBatch[];
  readonly notes: ReadonlyMap<FamilyName, readonly StagedNote[]>;
  /** Codes of the sources that read something. */
  readonly sources: readonly string[];
  /** The first of them; all are counted. */
  readonly problems: readonly LineProblem[];
  readonly problemCount: number;
  readonly quarantined: readonly UnexplainedLine[];
  /** A site or field that is not known occurs: it may have been registered since the lookup was loaded. */
  readonly unexplained: boolean;
}

/** Reads bodies of line protocol into rows by one state of the reference data. */
export class PointReader {
  readonly #series: SeriesPlans;

  constructor(private readonly lookup: DeviceLookup) {
    this.#series = new SeriesPlans(lookup);
  }

  /** Reads a whole body at once. `receivedMs` is the time of lines without one, and bounds those that have one. */
  read(body: Uint8Array, precision: TimePrecision, receivedMs: number): ReadLines {
    const reading = this.open(body, precision, receivedMs);
    reading.readOn(Infinity);
    return reading.finish();
  }

  /** Begins to read a body, for those who have others to attend to meanwhile. */
  open(body: Uint8Array, precision: TimePrecision, receivedMs: number): BodyReading {
    return new BodyReader(body, this.lookup, this.#series, precision, receivedMs);
  }
}

/** A body that is being read. */
export interface BodyReading {
  /** Reads at most so many lines more; false when none is left. */
  readOn(lines: number): boolean;
  /** What was read, when none is left. */
  finish(): ReadLines;
}

interface FieldMemo {
  readonly key: Buffer;
  readonly source: OpenSource;
  readonly meaning: FieldMeaning;
}

class BodyReader implements BodyReading {
  readonly #scanner: LineScanner;
  readonly #batches = new Map<FamilyName, RowBatch>();
  readonly #notes = new Map<FamilyName, StagedNote[]>();
  readonly #sources = new Set<OpenSource>();
  readonly #problems: LineProblem[] = [];
  readonly #quarantined: UnexplainedLine[] = [];
  // The names of fields come in the same order again and again, in a line or over lines of one field each.
  readonly #memo: FieldMemo[] = [];
  #nextMemo = 0;
  readonly #lastMs: number;
  #problemCount = 0;
  #goodLines = 0;
  #plan: SeriesPlan | undefined;
  #lineIsGood = true;
  #lineIsKept = false;
  #family: FamilyName | undefined;
  #batch: RowBatch | undefined;

  constructor(
    body: Uint8Array,
    private readonly lookup: DeviceLookup,
    private readonly series: SeriesPlans,
    precision: TimePrecision,
    private readonly receivedMs: number,
  ) {
    this.#scanner = new LineScanner({ precision, mostFaults });
    this.#scanner.open(body);
    this.#lastMs = receivedMs + dayMs;
  }

  readOn(lines: number): boolean {
    const scanner = this.#scanner;
    for (let read = 0; read < lines; read += 1) {
      if (!scanner.next()) return false;
      this.#lineIsGood = true;
      this.#lineIsKept = false;
      if (this.#plan === undefined || !scanner.repeatsLast) this.#plan = this.series.planOf(scanner);
      this.#take(this.#plan);
      if (this.#lineIsGood) this.#goodLines += 1;
    }
    return true;
  }

  finish(): ReadLines {
    const scanner = this.#scanner;
    this.#checkRows();
    const syntax = scanner.faults.map(({ line, column, code, params, reason }) => ({
      line,
      column,
      code,
      params,
      reason,
    }));
    return {
      goodLines: this.#goodLines,
      batches: [...this.#batches.values()].filter(({ size }) => size > 0),
      notes: this.#notes,
      sources: [...this.#sources].map(({ definition }) => definition.code),
      problems: [...syntax, ...this.#problems]
        .sort((a, b) => a.line - b.line || a.column - b.column)
        .slice(0, mostFaults),
      problemCount: scanner.faultCount + this.#problemCount,
      quarantined: this.#quarantined,
      unexplained: this.#quarantined.length > 0,
    };
  }

  #take(plan: SeriesPlan): void {
    const { source, problem } = plan;
    if (problem !== undefined || source === undefined) {
      this.#problem(this.#scanner.measurementStart, problem!.code, problem!.params);
      this.#keep(problem!.code, problem!.subject, source);
      return;
    }
    const ts = this.#timeOf(source);
    if (ts === undefined) return;
    const siteId = plan.siteId ?? this.series.siteAt(plan.datedName!, ts);
    if (siteId === undefined) {
      const subject = plan.datedName!;
      this.#problem(this.#scanner.measurementStart, 'device-unknown-site', { subject, near: '', nearEn: '' });
      this.#keep('device-unknown-site', subject, source);
      return;
    }
    this.#takeFields(plan, source, ts, siteId);
  }

  #takeFields(plan: SeriesPlan, source: OpenSource, ts: number, siteId: number): void {
    const scanner = this.#scanner;
    let batch: RowBatch | undefined;
    let row = -1;
    for (let field = 0; field < scanner.fieldCount; field += 1) {
      const meaning =
        plan.item === undefined ? this.#meaningOf(field, source) : this.#meaningOfItem(field, plan, source);
      if (meaning === 'ignored') continue;
      if (meaning === 'unknown') {
        const subject = plan.item?.meaning === 'unknown' ? plan.item.name : scanner.fieldKey(field);
        this.#problem(scanner.fieldOffsets[3 * field]!, 'device-unknown-field', {
          subject: subject.slice(0, 200),
        });
        this.#keep('device-unknown-field', subject.slice(0, 200), source);
        continue;
      }
      const value = this.#valueOf(field, meaning);
      if (value === undefined) continue;
      if (batch === undefined) {
        batch = this.#batchOf(source);
        row = batch.rowOf(ts, siteId, 0);
      }
      batch.set(row, meaning.column, value);
      if (value < meaning.plausibleMin || value > meaning.plausibleMax)
        this.#suspect(source, ts, siteId, meaning);
    }
  }

  #batchOf(source: OpenSource): RowBatch {
    this.#sources.add(source);
    if (this.#family === source.family) return this.#batch!;
    this.#family = source.family;
    this.#batch = this.#batches.get(source.family);
    if (this.#batch === undefined)
      this.#batches.set(source.family, (this.#batch = new RowBatch(source.family)));
    return this.#batch;
  }

  #meaningOf(field: number, source: OpenSource): FieldMeaning {
    const { fieldOffsets, bytes } = this.#scanner;
    const start = fieldOffsets[3 * field]!;
    const end = fieldOffsets[3 * field + 1]!;
    const memos = this.#memo;
    for (let tries = 0; tries < memos.length; tries += 1) {
      const place = (this.#nextMemo + tries) % memos.length;
      const memo = memos[place]!;
      if (memo.source !== source || !sameBytes(bytes, start, end, memo.key)) continue;
      this.#nextMemo = place + 1;
      return memo.meaning;
    }
    const meaning = source.fields.meaningOf(this.#scanner.fieldKey(field));
    if (memos.length < mostMemos)
      memos.push({ key: Buffer.from(bytes.subarray(start, end)), source, meaning });
    return meaning;
  }

  #meaningOfItem(field: number, { item }: SeriesPlan, source: OpenSource): FieldMeaning {
    const key = this.#scanner.fieldKey(field);
    if (key === item!.field) return item!.meaning;
    return source.definition.ignoredFields.includes(key) ? 'ignored' : 'unknown';
  }

  /** The value in the unit of storage; `undefined` and a problem for what is none. */
  #valueOf(field: number, meaning: FieldPlan): number | undefined {
    const scanner = this.#scanner;
    const kind = scanner.fieldKinds[field]!;
    if (kind === fieldKind.boolean || kind === fieldKind.string) {
      this.#problem(scanner.fieldOffsets[3 * field]!, 'device-not-a-number', this.#cellOf(field));
      return undefined;
    }
    const sent = scanner.fieldNumbers[field]!;
    // Decimals of up to 15 digits survive the change of unit as they would on paper.
    const value = meaning.factor === 1 ? sent : Number((sent * meaning.factor).toPrecision(15));
    if (value >= meaning.possibleMin && value <= meaning.possibleMax) return value;
    const { indicator } = meaning;
    this.#problem(scanner.fieldOffsets[3 * field]!, 'device-impossible', {
      ...this.#cellOf(field),
      indicator: indicator.code,
      min: String(indicator.possibleMin ?? '-∞'),
      max: String(indicator.possibleMax ?? '∞'),
    });
    return undefined;
  }

  #cellOf(field: number) {
    return {
      field: this.#scanner.fieldKey(field).slice(0, 200),
      value: this.#scanner.fieldText(field).slice(0, 200),
    };
  }

  /** The start of the interval that the line's time names, by the source's convention. */
  #timeOf(source: OpenSource): number | undefined {
    const scanner = this.#scanner;
    const { interval, label } = source.definition;
    const sent = scanner.hasTime ? scanner.epochMs : this.receivedMs;
    if (scanner.hasTime && (sent < firstMs || sent > this.#lastMs)) {
      const [time, first, last] = [sent, firstMs, this.#lastMs].map(timeText) as [string, string, string];
      return this.#problem(scanner.measurementStart, 'device-time-range', { time, first, last });
    }
    if (interval === 'instant') return sent;
    if (interval === 'hour') {
      if (!scanner.hasTime) return this.#problem(scanner.measurementStart, 'device-time-missing', {});
      if (sent % hourMs !== 0 || scanner.nanoseconds !== 0)
        return this.#problem(scanner.measurementStart, 'device-time-off', { time: timeText(sent) });
      return label === 'end' ? sent - hourMs : sent;
    }
    // A minute's value that comes some seconds late, as those of agents do, is still that minute's.
    const length = interval === 'minute' ? minuteMs : 5 * minuteMs;
    const at = Math.floor(sent / length) * length;
    return label === 'end' && at === sent && scanner.nanoseconds === 0 ? at - length : at;
  }

  #suspect(source: OpenSource, ts: number, siteId: number, { indicator }: FieldPlan): void {
    if (!this.lookup.rules.range) return;
    this.#note(source.family, {
      ts,
      siteId,
      indicator: indicator.code,
      flag: 'suspect',
      raw: '',
      rule: 'range',
    });
  }

  #note(family: FamilyName, note: StagedNote): void {
    const notes = this.#notes.get(family);
    if (notes === undefined) this.#notes.set(family, [note]);
    else notes.push(note);
  }

  /** What is suspicious about rows as a whole: more fine particles than particles. */
  #checkRows(): void {
    const margin = this.lookup.rules.inversionMargin;
    const batch = this.#batches.get('air_hour');
    if (margin === undefined || batch === undefined) return;
    const fine = batch.table.columns.indexOf('pm25');
    const coarse = batch.table.columns.indexOf('pm10');
    for (let row = 0; row < batch.size; row += 1) {
      if (!(batch.valueAt(row, fine) > batch.valueAt(row, coarse) + margin)) continue;
      for (const indicator of ['pm25', 'pm10']) {
        const ts = batch.tsAt(row);
        const siteId = batch.siteAt(row);
        const before = this.#notes
          .get('air_hour')
          ?.find((note) => note.ts === ts && note.siteId === siteId && note.indicator === indicator);
        const note = { ts, siteId, indicator, flag: 'suspect', raw: '' } as const;
        if (before === undefined) this.#note('air_hour', { ...note, rule: 'inversion' });
        else Object.assign(before, { rule: 'range,inversion' });
      }
    }
  }

  #problem(at: number, code: MessageCode, params: LineProblem['params']): undefined {
    this.#lineIsGood = false;
    this.#problemCount += 1;
    if (this.#problems.length >= mostFaults) return undefined;
    const { entryLine, measurementStart } = this.#scanner;
    const reason = formatMessage(code, 'en', params);
    this.#problems.push({ line: entryLine, column: at - measurementStart + 1, code, params, reason });
    return undefined;
  }

  #keep(code: MessageCode, subject: string, source: OpenSource | undefined): void {
    const scanner = this.#scanner;
    const { measurementStart: start, consumed } = scanner;
    if (this.#lineIsKept || this.#quarantined.length >= mostQuarantined || consumed - start > longestKeptLine)
      return;
    this.#lineIsKept = true;
    this.#quarantined.push({
      code,
      measurement: scanner.measurement().slice(0, 200),
      subject,
      line: Buffer.from(scanner.bytes.subarray(start, consumed)),
      hasTime: scanner.hasTime,
      medium: source?.definition.medium,
    });
  }
}

function sameBytes(bytes: Buffer, start: number, end: number, key: Buffer): boolean {
  const length = end - start;
  if (length !== key.length) return false;
  for (let index = 0; index < length; index += 1) if (bytes[start + index] !== key[index]) return false;
  return true;
}

function timeText(epochMs: number): string {
  return Math.abs(epochMs) < 8e15 ? beijingTime(epochMs) : String(epochMs);
}
