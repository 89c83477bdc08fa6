import {
  byte,
  isBlank,
  isCommentByte,
  isTimeByte,
  measurementBytes,
  measurementEscapes,
  nameBytes,
  nameEscapes,
  plain,
  stop,
  valueBytes,
} from './characters.js';
import { skipLine } from './faultNotes.js';
import type { LineFaultCode } from './lineFault.js';
import { readTimestamp, type TimePrecision, type TimeTarget } from './lineTime.js';
import { fieldKind } from './pointOffsets.js';
import { TokenReader, type ValueProblem } from './tokenReader.js';

export interface LineScannerOptions {
  /** Unit of the timestamps. Default: nanoseconds. */
  readonly precision?: TimePrecision;
  /** How many faults are described; all are counted. Default: 100. */
  readonly mostFaults?: number;
}

const entryIsGood = 0;
/** The line was read to its end, or to where the reference goes on reading. */
const goOn = 2;
const fieldFollows = 3;
const timeFollows = 4;

/**
 * Reads line protocol from bytes as influxdata/line-protocol v2 does, nothing more lenient and nothing stricter, and
 * gives offsets into the bytes instead of texts. `open` it on a buffer, then call `next` until it returns false:
 * after each `true` the getters speak of one entry that is good from its measurement to its timestamp. Faulty entries
 * are counted and described in `faults`, and reading goes on where the reference goes on.
 *
 * Its state is at most 20 times as long as the longest line (and no less than 4 KB); what a very long line took is let
 * go at the next `open`. Memory for faults is bounded by their number.
 */
export class LineScanner extends TokenReader implements TimeTarget {
  /** How many entries were good. */
  pointCount = 0;
  /** Bytes at the beginning of the buffer that have been read for good; the rest is wanted again with more behind it. */
  consumed = 0;
  /** Whether the entry has a timestamp. Without one, it means the time of its arrival, cut to the precision. */
  hasTime = false;
  epochMs = 0;
  nanoseconds = 0;
  /** Measurement and tags have the very bytes of the entry that the last `next` gave. */
  repeatsLast = false;

  private readonly precision: TimePrecision;
  private final = true;
  private done = true;
  // The last entry of this buffer whose measurement and tags were good, and the last good timestamp.
  private seriesStart = -1;
  private seriesTags = 0;
  private lastWasGood = false;
  private timeStart = 0;
  private timeEnd = 0;

  constructor(options: LineScannerOptions = {}) {
    super(options.mostFaults ?? 100);
    this.precision = options.precision ?? 'ns';
  }

  /** Begins anew: line 1, no faults. */
  reset(): void {
    this.faults.length = 0;
    this.faultCount = 0;
    this.pointCount = 0;
    this.line = 1;
  }

  /**
   * Takes the next bytes; lines and faults are counted on. With `final` false, an entry that the end of the buffer may
   * have cut is left alone: `consumed` tells where it begins, and the next buffer has to begin there.
   */
  open(bytes: Uint8Array, final = true): void {
    this.bytes = Buffer.isBuffer(bytes)
      ? bytes
      : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
    this.final = final;
    this.position = 0;
    this.done = false;
    this.consumed = 0;
    this.seriesStart = -1;
    this.lastWasGood = false;
    this.timeEnd = 0;
    this.shrink();
  }

  /** Goes to the next good entry; false at the end of the buffer. */
  next(): boolean {
    while (!this.done && this.skipEmptyLines()) {
      const entryLine = this.line;
      this.entryLine = entryLine;
      this.entryStart = this.position;
      this.closed = false;
      const outcome = this.scanEntry();
      this.repeatsLast &&= this.lastWasGood;
      this.lastWasGood = outcome === entryIsGood;
      if (outcome === skipLine) this.finishLine();
      if (outcome === goOn && this.position < this.end) this.closed = true;
      if (!this.closed && !this.final) {
        // The end of the buffer was seen: more bytes could make another entry of it.
        this.line = entryLine;
        break;
      }
      this.consumed = this.position;
      if (outcome === entryIsGood) {
        this.pointCount += 1;
        return true;
      }
      this.keepFault();
    }
    this.done = true;
    return false;
  }

  // Leaves the position at the entry, and `consumed` before the blanks that precede it.
  private skipEmptyLines(): boolean {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.position;
    for (;;) {
      const origin = at;
      this.consumed = origin;
      while (at < end && bytes[at] === byte.space) at += 1;
      if (at < end) {
        const isComment = bytes[at] === byte.hash;
        let lineEnd = at;
        if (isComment) while (lineEnd < end && isCommentByte(bytes[lineEnd]!)) lineEnd += 1;
        const after = this.endOfLine(lineEnd);
        if (after < 0) {
          // A faulty comment is an entry from its blanks on.
          this.position = isComment ? origin : at;
          return true;
        }
        at = after;
        if (bytes[at - 1] === byte.newline) continue;
      }
      if (this.final) this.consumed = end;
      return false;
    }
  }

  private finishLine(): void {
    const newline = this.bytes.indexOf(byte.newline, this.position);
    if (newline < 0) {
      this.position = this.end;
      return;
    }
    this.position = newline + 1;
    this.line += 1;
    this.closed = true;
  }

  private scanEntry(): number {
    const bytes = this.bytes;
    const start = this.position;
    this.repeatsLast = this.repeatsSeries(start);
    if (this.repeatsLast) return this.takeFields();
    this.seriesStart = -1;
    if (!this.takeToken(measurementBytes, measurementEscapes))
      return this.faultText('line-utf8', start, this.position, 'measurement');
    const end = this.position;
    if (end === start) return this.fault('line-measurement-start', start, bytes[start]);
    if (bytes[start] === byte.hash) return this.fault('line-comment-character', start);
    this.clear();
    this.measurementStart = start;
    this.measurementEnd = end;
    this.measurementEscaped = this.escaped !== 0;
    const tags = this.takeTags();
    if (tags !== entryIsGood) return tags;
    this.seriesStart = start;
    this.seriesTags = this.tagCount;
    return this.takeFields();
  }

  private takeFields(): number {
    for (;;) {
      const field = this.takeField();
      if (field !== fieldFollows) return field;
    }
  }

  // Lines of one series follow each other: what has the bytes of the last one's measurement and tags, and a blank behind
  // them, consists of the same parts.
  private repeatsSeries(start: number): boolean {
    const before = this.seriesStart;
    if (before < 0) return false;
    const bytes = this.bytes;
    const length = this.seriesEnd - before;
    const after = start + length;
    if (after >= this.end || bytes[after] !== byte.space) return false;
    // Series differ in their last bytes mostly.
    for (let at = length - 1; at >= 0; at -= 1) if (bytes[before + at] !== bytes[start + at]) return false;
    this.clear();
    const moved = start - before;
    this.seriesStart = start;
    this.seriesEnd = after;
    this.measurementStart = start;
    this.measurementEnd += moved;
    const offsets = this.tagOffsets;
    this.tagCount = this.seriesTags;
    for (let at = 3 * this.seriesTags - 1; at >= 0; at -= 1) offsets[at] = offsets[at]! + moved;
    let at = after;
    while (at < this.end && bytes[at] === byte.space) at += 1;
    this.position = at;
    return true;
  }

  private takeTags(): number {
    const bytes = this.bytes;
    const end = this.end;
    for (;;) {
      // Behind the measurement or a tag: a comma, and a tag behind it, or blanks.
      let at = this.position;
      if (at < end && bytes[at] === byte.comma) {
        at += 1;
        this.position = at;
        if (at >= end) return this.fault('line-tag-after-comma', at);
        if (isBlank(bytes[at]!)) return this.fault('line-tag-after-comma', at, bytes[at]);
      } else if (at < end && bytes[at] === byte.space) {
        this.seriesEnd = at;
        while (at < end && bytes[at] === byte.space) at += 1;
        this.position = at;
        return entryIsGood;
      } else if (at >= end && this.tagCount > 0) {
        return this.fault('line-field-missing', at);
      }
      const fault = this.takeTag();
      if (fault !== entryIsGood) return fault;
    }
  }

  private takeTag(): number {
    const bytes = this.bytes;
    const start = this.position;
    if (!this.takeToken(nameBytes, nameEscapes))
      return this.faultText('line-utf8', start, this.position, 'name');
    const keyEnd = this.position;
    this.keyStart = start;
    this.keyEnd = keyEnd;
    const found = keyEnd < this.end ? bytes[keyEnd]! : -1;
    if (keyEnd === start && found !== byte.equals) return this.fault('line-tag-or-field', start, found);
    if (found !== byte.equals) return this.faultNamed('line-tag-equals', start, found);
    if (keyEnd === start) return this.fault('line-tag-key-empty', start);
    const keyEscaped = this.escaped;
    this.position = keyEnd + 1;
    if (!this.takeToken(nameBytes, nameEscapes))
      return this.faultText('line-utf8', keyEnd + 1, this.position, 'name');
    if (this.position === keyEnd + 1) return this.faultNamed('line-tag-value-missing', keyEnd + 1);
    this.addTag(start, keyEnd, this.position, keyEscaped | (this.escaped << 1));
    return entryIsGood;
  }

  private takeField(): number {
    const bytes = this.bytes;
    const end = this.end;
    const start = this.position;
    let at = start;
    while (at < end && nameBytes[bytes[at]!] === plain) at += 1;
    this.escaped = 0;
    if (at < end && nameBytes[bytes[at]!] !== stop) {
      if (!this.takeToken(nameBytes, nameEscapes))
        return this.faultText('line-utf8', start, this.position, 'name');
      at = this.position;
    }
    this.keyStart = start;
    this.keyEnd = at;
    if (at === start)
      return at >= end
        ? this.fault('line-field-missing', start)
        : this.fault('line-field-start', start, bytes[at]);
    if (at >= end) return this.faultNamed('line-field-equals', at);
    if (bytes[at] !== byte.equals) return this.faultNamed('line-field-equals', at, bytes[at]);
    at += 1;
    this.position = at;
    if (at >= end) return this.faultNamed('line-value-missing', at);
    const code = bytes[at]!;
    const keyEscaped = this.escaped;
    let kind: number;
    this.problem = undefined;
    if (code <= byte.nine && (code >= byte.zero || code === byte.minus || code === byte.point))
      kind = this.takeNumber(at);
    else if (code === byte.quote) kind = this.takeString(at + 1);
    else if (code === 0x74 || code === 0x54 || code === 0x66 || code === 0x46) kind = this.takeBoolean(at);
    else return this.faultValue(at, code);
    if (kind === 0) return skipLine;
    const valueEnd = kind === fieldKind.string ? this.position - 1 : this.position;
    this.addField(start, at - 1, valueEnd, kind, keyEscaped | (this.escaped << 1), this.value);
    return this.afterValue(at, valueEnd, kind);
  }

  // What follows a value decides how reading goes on, and comes before the value's own fault.
  private afterValue(valueStart: number, valueEnd: number, kind: number): number {
    const bytes = this.bytes;
    const end = this.end;
    let at = this.position;
    let outcome = entryIsGood;
    this.hasTime = false;
    if (at < end) {
      const code = bytes[at]!;
      if (code === byte.comma) {
        this.position = at + 1;
        outcome = fieldFollows;
      } else if (!isBlank(code)) return this.faultNamed('line-after-value', at, code);
      else {
        while (at < end && bytes[at] === byte.space) at += 1;
        const after = this.endOfLine(at);
        if (after < 0) outcome = timeFollows;
        this.position = after < 0 ? at : after;
      }
    }
    if (this.problem !== undefined) {
      const problem = valueFault(this.problem, kind);
      this.faultNamed(problem, valueStart, -1, valueStart, valueEnd);
      return outcome === entryIsGood ? goOn : skipLine;
    }
    return outcome === timeFollows ? this.takeTime() : outcome;
  }

  private takeTime(): number {
    const bytes = this.bytes;
    const end = this.end;
    const start = this.position;
    let at = this.repeatedTimeEnd(start);
    const isRepeated = at > start;
    while (!isRepeated && at < end && isTimeByte(bytes[at]!)) at += 1;
    // The reference takes a line whose timestamp does not begin like one for finished, and goes on at its line end.
    const recovery = at === start ? goOn : skipLine;
    const timeEnd = at;
    if (at < end && !isBlank(bytes[at]!)) {
      at = this.lineBreak(at);
      this.faultText('line-time', start, at);
      this.position = at;
      return recovery;
    }
    while (at < end && bytes[at] === byte.space) at += 1;
    const after = this.endOfLine(at);
    if (after < 0) {
      const stopAt = this.lineBreak(at);
      this.faultText('line-after-time', at, stopAt);
      this.position = stopAt;
      return recovery;
    }
    this.position = after;
    if (timeEnd === start) return entryIsGood;
    if (isRepeated) {
      this.hasTime = true;
      return entryIsGood;
    }
    const problem = readTimestamp(bytes, start, timeEnd, this.precision, this);
    if (problem === undefined) {
      this.hasTime = true;
      this.timeStart = start;
      this.timeEnd = timeEnd;
      return entryIsGood;
    }
    this.faultText(problem === 'syntax' ? 'line-time-syntax' : 'line-time-range', start, timeEnd);
    return goOn;
  }

  // The end of a timestamp that has the bytes of the last good one, whose value stands; `start` for any other.
  private repeatedTimeEnd(start: number): number {
    const bytes = this.bytes;
    const length = this.timeEnd - this.timeStart;
    const after = start + length;
    if (this.timeEnd === 0 || after > this.end || (after < this.end && isTimeByte(bytes[after]!)))
      return start;
    for (let at = length - 1; at >= 0; at -= 1)
      if (bytes[this.timeStart + at] !== bytes[start + at]) return start;
    return after;
  }

  private faultValue(at: number, code: number): typeof skipLine {
    if (code === byte.space || code === byte.comma) return this.faultNamed('line-value-missing', at, code);
    let end = at;
    while (end < this.end && valueBytes[this.bytes[end]!] !== stop) end += 1;
    this.position = end;
    return this.faultNamed('line-value-type', at, -1, at, end);
  }
}

function valueFault(problem: ValueProblem, kind: number): LineFaultCode {
  if (problem === 'range') return 'line-value-range';
  if (problem === 'not-finite') return 'line-value-not-finite';
  if (problem === 'boolean') return 'line-value-boolean';
  if (kind === fieldKind.integer) return 'line-value-integer';
  return kind === fieldKind.unsigned ? 'line-value-unsigned' : 'line-value-float';
}
