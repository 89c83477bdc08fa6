import { isAscii } from 'node:buffer';
import { TextDecoder } from 'node:util';
import type { Rejection } from '../../domain/rejection.js';
import { rejectFile } from './rejectCell.js';

/** How the bytes of a text file are to be read; `utf-8-bom` differs from `utf-8` only in its first three bytes. */
export type TextEncodingName = 'utf-8' | 'utf-8-bom' | 'utf-16le' | 'utf-16be' | 'gb18030';

/** Reads a whole file once, chunk by chunk, and then names its encoding. Memory does not grow with the file. */
export interface EncodingProbe {
  /** Takes the next bytes. A rejection means that no more need to be read: the file is of a kind that is refused. */
  write(chunk: Uint8Array): Rejection | undefined;
  /** The verdict over all bytes written. */
  end(): { readonly encoding: TextEncodingName } | Rejection;
}

const lineFeed = 0x0a;
const signatureLength = 512;
/** A line longer than this is reported by its number without looking for the very bytes. */
const maxKeptLine = 65_536;

/** Checks a stream against one encoding and remembers the first line that breaks it. */
class EncodingCheck {
  badLine: number | undefined;
  private decoder: TextDecoder;
  private lines = 0;
  private onlyAscii = true;
  private unfinished: Uint8Array = new Uint8Array(0);

  constructor(private readonly label: string) {
    this.decoder = new TextDecoder(label, { fatal: true });
  }

  write(chunk: Uint8Array, ascii: boolean): void {
    if (this.badLine !== undefined) return;
    // As long as everything was ASCII there is no state that a skipped chunk could disturb.
    this.onlyAscii &&= ascii;
    if (!this.onlyAscii && !this.decodes(chunk)) {
      this.badLine = this.lines + this.firstBadLine(chunk);
      return;
    }
    this.advance(chunk);
  }

  end(): void {
    if (this.badLine !== undefined) return;
    try {
      this.decoder.decode();
    } catch {
      this.badLine = this.lines + 1;
    }
  }

  private decodes(chunk: Uint8Array): boolean {
    try {
      this.decoder.decode(chunk, { stream: true });
      return true;
    } catch {
      return false;
    }
  }

  private advance(chunk: Uint8Array): void {
    const last = chunk.lastIndexOf(lineFeed);
    if (last >= 0) {
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) this.lines += 1;
      this.unfinished = chunk.slice(last + 1, last + 1 + maxKeptLine);
    } else if (this.unfinished.length < maxKeptLine) {
      this.unfinished = Buffer.concat([this.unfinished, chunk.subarray(0, maxKeptLine)]);
    }
  }

  /** 1-based among the lines of the unfinished text and the chunk; a line feed is never part of a longer character. */
  private firstBadLine(chunk: Uint8Array): number {
    const text = Buffer.concat([this.unfinished, chunk]);
    let start = 0;
    for (let line = 1; start < text.length; line += 1) {
      const end = text.indexOf(lineFeed, start);
      const stop = end < 0 ? text.length : end + 1;
      try {
        new TextDecoder(this.label, { fatal: true }).decode(text.subarray(start, stop));
      } catch {
        return line;
      }
      start = stop;
    }
    return 1;
  }
}

/**
 * Decides the encoding of a file: its byte order mark; else UTF-8 when all of it is valid UTF-8; else GB18030 when
 * all of it is valid GB18030 (GBK and GB2312 are parts of it). Workbooks, web pages, JSON, binary content (a NUL
 * byte) and empty files are refused in the clerk's words.
 */
export function createEncodingProbe(): EncodingProbe {
  return new StreamingProbe();
}

class StreamingProbe implements EncodingProbe {
  private head: Buffer = Buffer.alloc(0);
  private refusal: Rejection | undefined;
  private checks: { encoding: TextEncodingName; check: EncodingCheck }[] | undefined;
  private mayHoldNul = false;
  private lines = 0;

  write(chunk: Uint8Array): Rejection | undefined {
    if (this.refusal !== undefined || chunk.length === 0) return this.refusal;
    if (this.checks !== undefined) return this.examine(chunk);
    this.head = Buffer.concat([this.head, chunk]);
    return this.head.length >= signatureLength ? this.begin() : undefined;
  }

  end(): { readonly encoding: TextEncodingName } | Rejection {
    if (this.checks === undefined && this.refusal === undefined) this.begin();
    if (this.refusal !== undefined) return this.refusal;
    const checks = this.checks ?? [];
    for (const { check } of checks) check.end();
    const fitting = checks.find(({ check }) => check.badLine === undefined);
    if (fitting !== undefined) return { encoding: fitting.encoding };
    return rejectFile('encoding-unknown', {
      badLine: Math.max(...checks.map(({ check }) => check.badLine ?? 0)),
    });
  }

  private begin(): Rejection | undefined {
    this.refusal = refusalBySignature(this.head);
    if (this.refusal !== undefined) return this.refusal;
    const marked = encodingByMark(this.head);
    this.mayHoldNul = marked === 'utf-16le' || marked === 'utf-16be';
    const candidates: TextEncodingName[] = marked === undefined ? ['utf-8', 'gb18030'] : [marked];
    this.checks = candidates.map((encoding) => ({ encoding, check: new EncodingCheck(labelOf(encoding)) }));
    return this.examine(this.head);
  }

  private examine(chunk: Uint8Array): Rejection | undefined {
    const nul = this.mayHoldNul ? -1 : chunk.indexOf(0);
    if (nul >= 0) {
      const badLine = this.lines + countLineFeeds(chunk.subarray(0, nul)) + 1;
      this.refusal = rejectFile('file-binary', { badLine });
      return this.refusal;
    }
    const ascii = !this.mayHoldNul && isAscii(chunk);
    for (const { check } of this.checks ?? []) check.write(chunk, ascii);
    this.lines += countLineFeeds(chunk);
    return undefined;
  }
}

/** A streaming decoder for a probed encoding; the byte order mark is removed. Call `decode()` at the end. */
export function createTextDecoder(encoding: TextEncodingName): TextDecoder {
  return new TextDecoder(labelOf(encoding));
}

function labelOf(encoding: TextEncodingName): string {
  return encoding === 'utf-8-bom' ? 'utf-8' : encoding;
}

function encodingByMark(head: Uint8Array): TextEncodingName | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'utf-8-bom';
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be';
  return undefined;
}

function refusalBySignature(head: Buffer): Rejection | undefined {
  if (head.length === 0) return rejectFile('file-empty');
  if (['504b0304', '504b0506', '504b0708'].includes(head.toString('hex', 0, 4)))
    return rejectFile('file-xlsx');
  if (head.toString('hex', 0, 8) === 'd0cf11e0a1b11ae1') return rejectFile('file-xls');
  const start = head.toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart(); // prettier-ignore
  if (start === '' && head.length < signatureLength) return rejectFile('file-empty');
  if (/^<(?:!doctype|\?xml|html|head|body|meta|table|!--)/i.test(start)) return rejectFile('file-html');
  if (/^(?:\{\s*["}]|\[\s*[[{"\]])/.test(start)) return rejectFile('file-json');
  if (/^(?:%PDF|Rar!|7z\xbc\xaf)/.test(start) || head.toString('hex', 0, 2) === '1f8b')
    return rejectFile('file-binary', { badLine: 1 });
  return undefined;
}

function countLineFeeds(bytes: Uint8Array): number {
  let count = 0;
  for (let at = bytes.indexOf(lineFeed); at >= 0; at = bytes.indexOf(lineFeed, at + 1)) count += 1;
  return count;
}
