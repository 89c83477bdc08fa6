import { cellName, columnLetters, columnOf, parseRange } from './cellReference.js';
import { inlineTextXml } from './cellXml.js';
import type { NoteColumn } from './sheetExtent.js';
import type { WorkbookBounds } from './workbookBounds.js';
import { streamXmlPart } from './xmlPart.js';
import { XmlDecoder } from './xmlText.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/**
 * The bytes of a sheet with notes put into one column; every other character stays as it is, but for the stated
 * extent of the sheet and of the rows that grow. Notes that found their row are taken out of `notes`.
 */
export async function* annotateSheet(
  archive: ZipArchive,
  part: ZipPart,
  column: NoteColumn,
  notes: Map<number, string>,
  bounds: WorkbookBounds,
): AsyncGenerator<Buffer, void, undefined> {
  const decoder = new XmlDecoder();
  const writer = new NoteWriter(column, notes);
  let first = true;
  const stretches = streamXmlPart(archive, part, writer, bounds, decoder);
  while (!(await stretches.next()).done) {
    const text = writer.take();
    if (text === '') continue;
    yield encode(first && decoder.marked ? `\ufeff${text}` : text, decoder.encoding);
    first = false;
  }
}

function encode(text: string, encoding: XmlDecoder['encoding']): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8');
  const bytes = Buffer.from(text, 'utf16le');
  return encoding === 'utf-16be' ? bytes.swap16() : bytes;
}

class NoteWriter implements XmlHandler {
  #out = '';
  #inData = false;
  #row = 0;
  #column = -1;
  #note: string | undefined;
  #prefix = '';
  /** A row is open in which the note's cell has still to be written. */
  #isDue = false;
  #drop: 'no' | 'inside' | 'ending' = 'no';
  /** What is to be done to the next piece of raw text. */
  #edit: ((text: string) => string) | undefined;

  constructor(
    private readonly target: NoteColumn,
    private readonly notes: Map<number, string>,
  ) {}

  /** What was written since the last call. */
  take(): string {
    const out = this.#out;
    this.#out = '';
    return out;
  }

  open(tag: XmlTag): void {
    if (tag.name === 'dimension') this.#edit = (text) => widenDimension(text, this.target.column);
    else if (tag.name === 'sheetData') this.#inData = true;
    else if (this.#inData && tag.name === 'row') this.#openRow(tag);
    else if (this.#inData && tag.name === 'c') this.#openCell(tag);
  }

  text(): void {
    // Only the raw text matters.
  }

  close(name: string): void {
    if (this.#drop === 'inside') {
      if (name === 'c') this.#drop = 'ending';
    } else if (name === 'sheetData') this.#inData = false;
    else if (name === 'row' && this.#isDue && this.#edit === undefined) this.#out += this.#cellXml();
  }

  raw(text: string): void {
    if (this.#drop !== 'no') {
      if (this.#drop === 'ending') this.#drop = 'no';
      return;
    }
    this.#out += this.#edit === undefined ? text : this.#edit(text);
    this.#edit = undefined;
  }

  #openRow(tag: XmlTag): void {
    const number = tag.get('r');
    this.#row = number === undefined ? this.#row + 1 : Number(number);
    this.#column = -1;
    this.#prefix = tag.qualifiedName.slice(0, tag.qualifiedName.length - tag.name.length);
    this.#note = this.notes.get(this.#row);
    this.notes.delete(this.#row);
    this.#isDue = this.#note !== undefined;
    if (!this.#isDue) return;
    const { selfClosing, qualifiedName } = tag;
    this.#edit = (text) => {
      const grown = text.replace(/\sspans\s*=\s*(?:"[^"]*"|'[^']*')/, '');
      return selfClosing ? `${grown.replace(/\s*\/>$/, '>')}${this.#cellXml()}</${qualifiedName}>` : grown;
    };
  }

  #openCell(tag: XmlTag): void {
    const reference = tag.get('r');
    this.#column = reference === undefined ? this.#column + 1 : columnOf(reference);
    const { column, exists } = this.target;
    if (this.#column === column && (this.#isDue || exists)) {
      this.#drop = 'inside';
      this.#out += this.#cellXml();
    } else if (this.#column > column && this.#isDue) this.#out += this.#cellXml();
  }

  /** The cell of the note, or a blank one in the place of an older note. */
  #cellXml(): string {
    const prefix = this.#prefix;
    const reference = cellName(this.#row, this.target.column);
    this.#isDue = false;
    if (this.#note === undefined) return `<${prefix}c r="${reference}"/>`;
    const inline = inlineTextXml(this.#note);
    const content = prefix === '' ? inline : inline.replace(/<(\/?)(is|t)(?=[ >])/g, `<$1${prefix}$2`);
    return `<${prefix}c r="${reference}" t="inlineStr">${content}</${prefix}c>`;
  }
}

function widenDimension(text: string, column: number): string {
  return text.replace(
    /(\sref\s*=\s*["'])([^"']*)(["'])/,
    (whole, start: string, ref: string, end: string) => {
      const range = parseRange(ref);
      if (range === undefined || range.right >= column) return whole;
      return `${start}${cellName(range.top, range.left)}:${columnLetters(column)}${range.bottom}${end}`;
    },
  );
}
