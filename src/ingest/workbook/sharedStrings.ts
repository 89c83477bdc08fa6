import { decodeEscapes } from './cellText.js';
import type { WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';
import { readXmlPart } from './xmlPart.js';
import type { XmlHandler, XmlTag } from './xmlTokenizer.js';
import type { ZipArchive, ZipPart } from './zipArchive.js';

/**
 * The texts that cells refer to by number. Rich text is joined, phonetic hints are left out. A text longer than a
 * cell may be is cut one character beyond that, so that the cell which uses it is found too long.
 */
export async function readSharedStrings(
  archive: ZipArchive,
  part: ZipPart | undefined,
  bounds: WorkbookBounds,
): Promise<readonly string[]> {
  if (part === undefined) return [];
  const reader = new SharedStringReader(bounds);
  await readXmlPart(archive, part, reader, bounds);
  return reader.strings;
}

class SharedStringReader implements XmlHandler {
  readonly strings: string[] = [];
  #characters = 0;
  #item: CellTextCollector | undefined;

  constructor(private readonly bounds: WorkbookBounds) {}

  open(tag: XmlTag): void {
    if (tag.name === 'si') this.#item = new CellTextCollector(this.bounds.maxCellLength);
    else this.#item?.open(tag.name);
  }

  text(text: string): void {
    this.#item?.add(text);
  }

  close(name: string): void {
    if (name !== 'si') {
      this.#item?.close(name);
      return;
    }
    const { maxSharedStrings, maxSharedCharacters } = this.bounds;
    const text = detach(this.#item?.text ?? '');
    this.#item = undefined;
    this.#characters += text.length;
    if (this.#characters > maxSharedCharacters) throw tooMany(maxSharedCharacters);
    if (this.strings.push(text) > maxSharedStrings) throw tooMany(maxSharedStrings);
  }
}

/** Joins the `t` elements of a text item; text beyond the limit is counted as too long and not kept. */
export class CellTextCollector {
  #text = '';
  #inText = false;
  #phonetic = 0;

  constructor(private readonly maxLength: number) {}

  get text(): string {
    return decodeEscapes(this.#text);
  }

  open(name: string): void {
    if (name === 'rPh') this.#phonetic += 1;
    else if (name === 't') this.#inText = this.#phonetic === 0;
  }

  add(text: string): void {
    if (this.#inText && this.#text.length <= this.maxLength) {
      this.#text += text.slice(0, this.maxLength + 1 - this.#text.length);
    }
  }

  close(name: string): void {
    if (name === 'rPh') this.#phonetic -= 1;
    else if (name === 't') this.#inText = false;
  }
}

/** V8 keeps a slice as a view that holds all of the text it was cut from; joining and cutting anew copies it. */
function detach(text: string): string {
  return text.length < 13 ? text : ` ${text}`.slice(1);
}

function tooMany(limit: number): WorkbookError {
  return new WorkbookError('workbook-too-many-strings', { limit });
}
