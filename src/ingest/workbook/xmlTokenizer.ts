import { decodeEntities, XmlFault } from './xmlText.js';

/** A start tag. It is reused for the next one: take what is needed at once. */
export interface XmlTag {
  /** Without its namespace prefix. */
  readonly name: string;
  readonly qualifiedName: string;
  /** Written as `<name/>`; its end is told all the same. */
  readonly selfClosing: boolean;
  /** The value of an attribute, by its name as written (`r:id`). */
  get(attribute: string): string | undefined;
  /** The value of an attribute that is written with a prefix, whichever that is. */
  getLocal(attribute: string): string | undefined;
}

/** What becomes of the pieces of an XML text, in their order. */
export interface XmlHandler {
  open(tag: XmlTag): void;
  /** Text with entities replaced; long text comes in several pieces. */
  text(text: string): void;
  /** The end of an element, by its name without prefix. */
  close(name: string): void;
  /** The very characters of a piece, after it was told; all of them together are the whole text. */
  raw?(text: string): void;
}

/** Bounds on XML. */
export interface XmlBounds {
  readonly maxXmlDepth: number;
  readonly maxXmlAttributes: number;
  readonly maxXmlTagLength: number;
}

const lessThan = 60;
const slash = 47;
const heldBack = 16;
// eslint-disable-next-line no-control-regex
const forbidden = /[\x00-\x08\x0b\x0c\x0e-\x1f]/;
const xmlName = /^[^\s!-,./;-@[-^`{-~\d-][^\s!-,/;-@[-^`{-~]*$/;
const maxNameLength = 200;
const maxKnownNames = 500;

/**
 * Cuts XML into tags and text while it arrives, holding no more than one unfinished tag. Checks nesting, quotes and
 * entities; refuses document types, and with them every entity that a file could declare.
 */
export class XmlTokenizer implements XmlTag {
  name = '';
  qualifiedName = '';
  selfClosing = false;
  readonly #attributes: string[] = [];
  readonly #values: string[] = [];
  /** How many of the two lists belong to the tag at hand; they are not cut, which would be slow. */
  #count = 0;
  readonly #open: string[] = [];
  readonly #names = new Set<string>();
  #text = '';
  #at = 0;
  /** What ends the comment, instruction or CDATA section that we are in. */
  #until: '-->' | '?>' | ']]>' | undefined;
  #rooted = false;

  constructor(
    private readonly handler: XmlHandler,
    private readonly bounds: XmlBounds,
  ) {}

  get(attribute: string): string | undefined {
    const index = this.#indexOf(attribute);
    return index < 0 ? undefined : decodeEntities(this.#values[index] ?? '');
  }

  getLocal(attribute: string): string | undefined {
    const own = this.#attributes.slice(0, this.#count);
    const written = own.find((name) => name.endsWith(`:${attribute}`));
    return written === undefined ? undefined : this.get(written);
  }

  /** Takes the next characters. */
  write(chunk: string): void {
    if (forbidden.test(chunk)) throw new XmlFault('malformed', 'control character');
    this.#text = this.#at < this.#text.length ? this.#text.slice(this.#at) + chunk : chunk;
    this.#at = 0;
    let going = true;
    while (going && this.#at < this.#text.length) going = this.#step(false);
    if (this.#text.length - this.#at > this.bounds.maxXmlTagLength) {
      throw new XmlFault('attributes', 'tag too long');
    }
  }

  /** The text is over: everything must be closed. */
  end(): void {
    while (this.#at < this.#text.length) {
      if (!this.#step(true)) throw new XmlFault('malformed', 'cut off');
    }
    if (this.#until !== undefined || this.#open.length > 0 || !this.#rooted) {
      throw new XmlFault('malformed', 'cut off');
    }
  }

  /** Takes one piece; false when more characters are needed for it. */
  #step(last: boolean): boolean {
    if (this.#until !== undefined) return this.#skip(this.#until);
    if (this.#text.charCodeAt(this.#at) !== lessThan) return this.#takeText(last);
    const next = this.#text.charCodeAt(this.#at + 1);
    if (next === slash) return this.#takeEnd();
    if (next === 63) return this.#enter(2, '?>');
    if (next === 33) return this.#takeDeclaration();
    return Number.isNaN(next) ? false : this.#takeStart();
  }

  #takeText(last: boolean): boolean {
    const next = this.#text.indexOf('<', this.#at);
    let stop = next < 0 ? this.#text.length : next;
    if (next < 0 && !last) {
      const entity = this.#text.lastIndexOf('&');
      if (entity >= this.#at && stop - entity < heldBack && !this.#text.includes(';', entity)) stop = entity;
      if (stop === this.#at) return false;
    }
    const piece = this.#text.slice(this.#at, stop);
    if (this.#open.length > 0) this.handler.text(decodeEntities(unifyBreaks(piece)));
    else if (piece.trim() !== '') throw new XmlFault('malformed', 'text outside the root element');
    return this.#advance(stop);
  }

  #takeEnd(): boolean {
    const stop = this.#text.indexOf('>', this.#at);
    if (stop < 0) return false;
    const name = this.#text.slice(this.#at + 2, stop).trimEnd();
    if (this.#open.pop() !== name) throw new XmlFault('malformed', 'tags do not match');
    this.handler.close(localName(name));
    return this.#advance(stop + 1);
  }

  #takeDeclaration(): boolean {
    if (this.#text.startsWith('<!--', this.#at)) return this.#enter(4, '-->');
    if (this.#text.startsWith('<![CDATA[', this.#at)) return this.#enter(9, ']]>');
    const seen = this.#text.slice(this.#at, this.#at + 9);
    if ('<!--'.startsWith(seen) || '<![CDATA['.startsWith(seen)) return false;
    throw new XmlFault('dtd', 'declaration');
  }

  #enter(length: number, until: '-->' | '?>' | ']]>'): boolean {
    if (until === ']]>' && this.#open.length === 0) throw new XmlFault('malformed', 'CDATA outside the root');
    this.#until = until;
    return this.#advance(this.#at + length);
  }

  #skip(until: string): boolean {
    const found = this.#text.indexOf(until, this.#at);
    const stop = found < 0 ? this.#text.length - (until.length - 1) : found;
    if (found < 0 && stop <= this.#at) return false;
    if (until === ']]>' && stop > this.#at) this.handler.text(this.#text.slice(this.#at, stop));
    if (found >= 0) this.#until = undefined;
    return this.#advance(found < 0 ? stop : found + until.length);
  }

  #takeStart(): boolean {
    const { maxXmlDepth } = this.bounds;
    const stop = this.#readTag();
    if (stop < 0) return false;
    if (this.#open.length === 0 && this.#rooted) throw new XmlFault('malformed', 'two root elements');
    if (this.#open.length >= maxXmlDepth) throw new XmlFault('depth', 'nested too deeply');
    this.#rooted = true;
    this.handler.open(this);
    if (this.selfClosing) this.handler.close(this.name);
    else this.#open.push(this.qualifiedName);
    return this.#advance(stop);
  }

  /** Reads a start tag into our own fields. Returns where it ends, or -1 when it is not all there. */
  #readTag(): number {
    const text = this.#text;
    const from = this.#at + 1;
    let at = from;
    while (at < text.length && !endsName(text.charCodeAt(at))) at += 1;
    if (at === text.length) return -1;
    this.qualifiedName = text.slice(from, at);
    if (!this.#knowsName(this.qualifiedName)) throw new XmlFault('malformed', 'tag without a name');
    this.name = localName(this.qualifiedName);
    this.#count = 0;
    for (;;) {
      const before = at;
      while (isBlank(text.charCodeAt(at))) at += 1;
      if (at >= text.length) return -1;
      const code = text.charCodeAt(at);
      if (code === 62) return this.#endTag(at + 1, false);
      if (code === slash) {
        if (at + 1 === text.length) return -1;
        if (text.charCodeAt(at + 1) !== 62) throw new XmlFault('malformed', 'stray slash in a tag');
        return this.#endTag(at + 2, true);
      }
      if (at === before) throw new XmlFault('malformed', 'attributes run together');
      at = this.#readAttribute(at);
      if (at < 0) return -1;
    }
  }

  #indexOf(attribute: string): number {
    for (let index = 0; index < this.#count; index += 1) {
      if (this.#attributes[index] === attribute) return index;
    }
    return -1;
  }

  /** Whether this is a name; the few that a part uses are looked at once. */
  #knowsName(name: string): boolean {
    if (this.#names.has(name)) return true;
    if (name.length > maxNameLength || !xmlName.test(name)) return false;
    if (this.#names.size < maxKnownNames) this.#names.add(name);
    return true;
  }

  #endTag(stop: number, selfClosing: boolean): number {
    this.selfClosing = selfClosing;
    return stop;
  }

  #readAttribute(from: number): number {
    const text = this.#text;
    const equals = text.indexOf('=', from);
    if (equals < 0) return -1;
    const written = text.slice(from, equals);
    const name = this.#names.has(written) ? written : written.trim();
    if (!this.#knowsName(name)) throw new XmlFault('malformed', 'attribute without a value');
    let at = equals + 1;
    while (isBlank(text.charCodeAt(at))) at += 1;
    if (at >= text.length) return -1;
    const quote = text[at];
    if (quote !== '"' && quote !== "'") throw new XmlFault('malformed', 'attribute without quotes');
    const stop = text.indexOf(quote, at + 1);
    if (stop < 0) return -1;
    const value = text.slice(at + 1, stop);
    if (value.includes('<')) throw new XmlFault('malformed', '< inside an attribute');
    if (this.#indexOf(name) >= 0) throw new XmlFault('malformed', 'attribute given twice');
    if (this.#count >= this.bounds.maxXmlAttributes) throw new XmlFault('attributes', 'too many attributes');
    this.#attributes[this.#count] = name;
    this.#values[this.#count] = value;
    this.#count += 1;
    return stop + 1;
  }

  #advance(stop: number): boolean {
    this.handler.raw?.(this.#text.slice(this.#at, stop));
    this.#at = stop;
    return true;
  }
}

function localName(qualifiedName: string): string {
  const colon = qualifiedName.indexOf(':');
  return colon < 0 ? qualifiedName : qualifiedName.slice(colon + 1);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function endsName(code: number): boolean {
  return code === 62 || code === slash || isBlank(code);
}

/** XML 1.0, 2.11: line breaks are told as one line feed. */
function unifyBreaks(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}
