import { TextDecoder } from 'node:util';

/** What is wrong with a piece of XML, in a few ASCII words. */
export class XmlFault extends Error {
  readonly kind: 'malformed' | 'dtd' | 'depth' | 'attributes';

  constructor(kind: XmlFault['kind'], detail: string) {
    super(detail);
    this.name = 'XmlFault';
    this.kind = kind;
  }
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Replaces the five predefined entities and character references; any other entity is malformed. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&\s]{0,12}(;?))/g, (_, body: string, end: string) => {
    if (end === '') throw new XmlFault('malformed', 'bare ampersand');
    const name = body.slice(0, -1);
    const plain = Object.hasOwn(named, name) ? named[name] : characterOf(name);
    if (plain === undefined) throw new XmlFault('malformed', 'unknown entity');
    return plain;
  });
}

function characterOf(name: string): string | undefined {
  const match = /^#(?:x([\da-f]{1,8})|(\d{1,10}))$/i.exec(name);
  if (match === null) return undefined;
  const code = match[1] === undefined ? Number(match[2]) : Number.parseInt(match[1], 16);
  const allowed = code === 9 || code === 10 || code === 13 || (code >= 32 && code <= 0x10ffff);
  return allowed && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : undefined;
}

/** Escapes a text for XML; characters that XML cannot carry become U+FFFD. */
export function escapeXml(text: string): string {
  const safe = text.replace(/\p{Surrogate}/gu, '\ufffd').replace(/[&<>"]/g, (sign) => escapes[sign] ?? sign);
  // eslint-disable-next-line no-control-regex
  return safe.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd').replaceAll('\r', '&#13;');
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

const maxDeclaration = 512;

/** Decodes the bytes of an XML part, chunk by chunk: UTF-8, or UTF-16 as its first bytes show. */
export class XmlDecoder {
  #decoder: TextDecoder | undefined;
  #head: Buffer = Buffer.alloc(0);
  encoding: 'utf-8' | 'utf-16le' | 'utf-16be' = 'utf-8';
  /** Whether the text begins with a byte order mark, which is not part of the decoded text. */
  marked = false;

  decode(chunk: Buffer): string {
    if (this.#decoder !== undefined) return this.#run(this.#decoder, chunk);
    this.#head = Buffer.concat([this.#head, chunk]);
    // The declaration, which names the encoding, ends with the first bracket.
    const isWhole = this.#head.length >= maxDeclaration || this.#head.includes(0x3e);
    return isWhole ? this.#begin() : '';
  }

  end(): string {
    const begun = this.#decoder === undefined ? this.#begin() : '';
    return begun + this.#run(this.#decoder, undefined);
  }

  #begin(): string {
    const start = this.#head.toString('hex', 0, 4);
    if (/^(?:fffe|3c00)/.test(start)) this.encoding = 'utf-16le';
    else if (/^(?:feff|003c)/.test(start)) this.encoding = 'utf-16be';
    this.marked = /^(?:fffe|feff|efbbbf)/.test(start);
    this.#decoder = new TextDecoder(this.encoding, { fatal: true });
    const text = this.#run(this.#decoder, this.#head);
    const declared = /^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w-]+)/.exec(text)?.[1];
    if (declared !== undefined && !/^(?:utf-?8|utf-?16(?:le|be)?|us-ascii)$/i.test(declared)) {
      throw new XmlFault('malformed', 'encoding other than UTF-8 and UTF-16');
    }
    return text;
  }

  #run(decoder: TextDecoder | undefined, chunk: Buffer | undefined): string {
    try {
      return decoder?.decode(chunk, { stream: chunk !== undefined }) ?? '';
    } catch {
      throw new XmlFault('malformed', `not ${this.encoding}`);
    }
  }
}
