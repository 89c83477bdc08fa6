import { measurementEscapes, nameEscapes, stringEscapes, unescape } from './characters.js';
import { parseInteger64 } from './numbers.js';

/** Kinds of field values. */
export const fieldKind = { float: 1, integer: 2, unsigned: 3, boolean: 4, string: 5 } as const;

const fewTags = 16;
const fewFields = 64;
/** Arrays that a long line has made longer than this are let go before the next buffer. */
const mostKept = 4096;

/**
 * One entry as offsets into the bytes it was read from, in arrays that are used again for the next one. It takes at
 * most 22 bytes for a field and 13 for a tag, each of which has at least four bytes of text; three times as much while
 * an array grows.
 */
export class PointOffsets {
  bytes: Buffer = Buffer.alloc(0);
  measurementStart = 0;
  measurementEnd = 0;
  measurementEscaped = false;
  /** End of measurement and tags, as they are written: what tells one series from another at a glance. */
  seriesEnd = 0;
  tagCount = 0;
  fieldCount = 0;
  /** Start and end of the key, end of the value; the value starts one byte behind the key. */
  tagOffsets = new Int32Array(3 * fewTags);
  /** Bit 1: the key has escapes; bit 2: the value has. */
  tagEscapes = new Uint8Array(fewTags);
  /** Start and end of the key, end of the value; the value starts one byte behind the key, a string two. */
  fieldOffsets = new Int32Array(3 * fewFields);
  fieldKinds = new Uint8Array(fewFields);
  fieldEscapes = new Uint8Array(fewFields);
  /** The number; the nearest double for integers that none can hold, 1 and 0 for booleans, NaN for strings. */
  fieldNumbers = new Float64Array(fewFields);

  /** The measurement, without escapes. */
  measurement(): string {
    return this.text(
      this.measurementStart,
      this.measurementEnd,
      this.measurementEscaped ? measurementEscapes : undefined,
    );
  }

  /** The key of a tag, without escapes. */
  tagKey(tag: number): string {
    const { tagOffsets: offsets } = this;
    const escaped = (this.tagEscapes[tag]! & 1) !== 0;
    return this.text(offsets[3 * tag]!, offsets[3 * tag + 1]!, escaped ? nameEscapes : undefined);
  }

  /** The value of a tag, without escapes. */
  tagValue(tag: number): string {
    const { tagOffsets: offsets } = this;
    const escaped = (this.tagEscapes[tag]! & 2) !== 0;
    return this.text(offsets[3 * tag + 1]! + 1, offsets[3 * tag + 2]!, escaped ? nameEscapes : undefined);
  }

  /** The key of a field, without escapes. */
  fieldKey(field: number): string {
    const { fieldOffsets: offsets } = this;
    const escaped = (this.fieldEscapes[field]! & 1) !== 0;
    return this.text(offsets[3 * field]!, offsets[3 * field + 1]!, escaped ? nameEscapes : undefined);
  }

  /** The value of a field: an integer is a BigInt only where no number is exact. */
  fieldValue(field: number): number | bigint | boolean | string {
    const end = this.fieldOffsets[3 * field + 2]!;
    const start = this.fieldOffsets[3 * field + 1]! + 1;
    const kind = this.fieldKinds[field];
    const number = this.fieldNumbers[field]!;
    if (kind === fieldKind.boolean) return number === 1;
    if (kind === fieldKind.string) {
      const escaped = (this.fieldEscapes[field]! & 2) !== 0;
      return this.text(start + 1, end, escaped ? stringEscapes : undefined);
    }
    if (kind === fieldKind.float || Number.isSafeInteger(number)) return number;
    const exact = parseInteger64(this.bytes, start, end - 1, kind === fieldKind.integer);
    return typeof exact === 'string' ? number : exact;
  }

  /** A field's value as it is written, a string without its quotes and with its escapes. */
  fieldText(field: number): string {
    const quote = this.fieldKinds[field] === fieldKind.string ? 1 : 0;
    const { fieldOffsets: offsets } = this;
    return this.text(offsets[3 * field + 1]! + 1 + quote, offsets[3 * field + 2]!, undefined);
  }

  protected clear(): void {
    this.tagCount = 0;
    this.fieldCount = 0;
  }

  protected addTag(keyStart: number, keyEnd: number, valueEnd: number, escaped: number): void {
    const tag = this.tagCount;
    if (tag === this.tagEscapes.length) this.growTags(2 * tag);
    this.tagOffsets[3 * tag] = keyStart;
    this.tagOffsets[3 * tag + 1] = keyEnd;
    this.tagOffsets[3 * tag + 2] = valueEnd;
    this.tagEscapes[tag] = escaped;
    this.tagCount = tag + 1;
  }

  protected addField(
    keyStart: number,
    keyEnd: number,
    valueEnd: number,
    kind: number,
    escaped: number,
    value: number,
  ): void {
    const field = this.fieldCount;
    if (field === this.fieldKinds.length) this.growFields(2 * field);
    this.fieldOffsets[3 * field] = keyStart;
    this.fieldOffsets[3 * field + 1] = keyEnd;
    this.fieldOffsets[3 * field + 2] = valueEnd;
    this.fieldKinds[field] = kind;
    this.fieldEscapes[field] = escaped;
    this.fieldNumbers[field] = value;
    this.fieldCount = field + 1;
  }

  /** Lets go of what a very long line took. */
  protected shrink(): void {
    this.clear();
    if (this.tagEscapes.length > mostKept) {
      this.tagOffsets = new Int32Array(3 * fewTags);
      this.tagEscapes = new Uint8Array(fewTags);
    }
    if (this.fieldKinds.length > mostKept) {
      this.fieldOffsets = new Int32Array(3 * fewFields);
      this.fieldKinds = new Uint8Array(fewFields);
      this.fieldEscapes = new Uint8Array(fewFields);
      this.fieldNumbers = new Float64Array(fewFields);
    }
  }

  private growTags(length: number): void {
    this.tagOffsets = grown(this.tagOffsets, new Int32Array(3 * length));
    this.tagEscapes = grown(this.tagEscapes, new Uint8Array(length));
  }

  private growFields(length: number): void {
    this.fieldOffsets = grown(this.fieldOffsets, new Int32Array(3 * length));
    this.fieldKinds = grown(this.fieldKinds, new Uint8Array(length));
    this.fieldEscapes = grown(this.fieldEscapes, new Uint8Array(length));
    this.fieldNumbers = grown(this.fieldNumbers, new Float64Array(length));
  }

  private text(start: number, end: number, escapes: Uint8Array | undefined): string {
    if (escapes === undefined) return this.bytes.toString('utf8', start, end);
    return unescape(this.bytes, start, end, escapes).toString('utf8');
  }
}

function grown<T extends { set(from: T): void }>(from: T, to: T): T {
  to.set(from);
  return to;
}
