import { open as openFile } from 'node:fs/promises';
import { pipeline, type Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { getFileNameLowLevel, openPromise, validateFileName, type Entry, type ZipFile } from 'yauzl';
import { signatureRefusal } from './fileSignature.js';
import { inMebibytes, type WorkbookBounds } from './workbookBounds.js';
import { WorkbookError } from './workbookError.js';

/** One part of the archive whose directory entry has been vetted. */
export interface ZipPart {
  readonly name: string;
  readonly entry: Entry;
}

const deflated = 8;
const stored = 0;

/**
 * A zip archive read from disk, part by part. Opening vets the file's kind and the whole directory; reading counts
 * inflated bytes, compares them with what the directory states and checks the checksum. No part is held in memory.
 */
export class ZipArchive {
  readonly #file: ZipFile;
  readonly #bounds: WorkbookBounds;
  readonly #parts: readonly ZipPart[];
  readonly #byName: ReadonlyMap<string, ZipPart>;
  readonly #inflated = new Map<string, number>();
  #inflatedTotal = 0;

  private constructor(file: ZipFile, bounds: WorkbookBounds, byName: ReadonlyMap<string, ZipPart>) {
    this.#file = file;
    this.#bounds = bounds;
    this.#byName = byName;
    this.#parts = [...byName.values()];
  }

  /** @throws WorkbookError when the file is no zip archive, or one that is not trusted. */
  static async open(path: string, bounds: WorkbookBounds): Promise<ZipArchive> {
    const bytes = await vetFile(path, bounds);
    const file = await openPromise(path, {
      autoClose: false,
      decodeStrings: false,
      validateEntrySizes: false,
    }).catch((error: unknown) => {
      throw damaged('zip', error);
    });
    try {
      return new ZipArchive(file, bounds, await readDirectory(file, bytes, bounds));
    } catch (error) {
      file.close();
      throw error instanceof WorkbookError ? error : damaged('zip', error);
    }
  }

  /** All parts in the order of the directory. */
  get parts(): readonly ZipPart[] {
    return this.#parts;
  }

  /** A part by its name; names differ in more than case. */
  find(name: string): ZipPart | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** The inflated bytes of a part. */
  async *read(part: ZipPart): AsyncGenerator<Buffer, void, undefined> {
    const { entry, name } = part;
    const source = await this.#openRaw(part);
    const stream: Readable =
      entry.compressionMethod === stored
        ? source
        : pipeline(source, createInflateRaw({ chunkSize: 65_536 }), () => undefined);
    let bytes = 0;
    let checksum = 0;
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        this.#count(part, bytes);
        checksum = crc32(chunk, checksum);
        yield chunk;
      }
    } catch (error) {
      throw error instanceof WorkbookError ? error : damaged(name, error);
    } finally {
      stream.destroy();
      source.destroy();
    }
    if (bytes !== entry.uncompressedSize) throw new WorkbookError('workbook-part-size', { part: name });
    if (checksum !== entry.crc32) throw damaged(name);
  }

  /** The bytes of a part as they stand in the archive. */
  async *readRaw(part: ZipPart): AsyncGenerator<Buffer, void, undefined> {
    const source = await this.#openRaw(part);
    try {
      for await (const chunk of source as AsyncIterable<Buffer>) yield chunk;
    } catch (error) {
      throw damaged(part.name, error);
    } finally {
      source.destroy();
    }
  }

  /** Closes the file; streams that are still open keep it open until they end. */
  close(): void {
    this.#file.close();
  }

  async #openRaw({ entry, name }: ZipPart): Promise<Readable> {
    try {
      return await this.#file.openReadStreamPromise(entry, { decodeFileData: false });
    } catch (error) {
      throw damaged(name, error);
    }
  }

  #count({ name, entry }: ZipPart, bytes: number): void {
    const { maxInflatedBytes, maxInflationRatio, ratioFreeBytes } = this.#bounds;
    if (bytes > entry.uncompressedSize) throw new WorkbookError('workbook-part-size', { part: name });
    if (bytes > ratioFreeBytes && bytes > entry.compressedSize * maxInflationRatio) {
      throw new WorkbookError('workbook-ratio', { part: name, limit: maxInflationRatio });
    }
    // A part may be read twice; it counts once.
    const counted = this.#inflated.get(name) ?? 0;
    if (bytes <= counted) return;
    this.#inflated.set(name, bytes);
    this.#inflatedTotal += bytes - counted;
    if (this.#inflatedTotal > maxInflatedBytes) throw inflatesTooMuch(maxInflatedBytes);
  }
}

async function vetFile(path: string, bounds: WorkbookBounds): Promise<number> {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    if (size === 0) throw new WorkbookError('file-empty');
    if (size > bounds.maxFileBytes) {
      throw new WorkbookError('workbook-too-large', { limit: inMebibytes(bounds.maxFileBytes) });
    }
    const refusal = await signatureRefusal(file);
    if (refusal !== undefined) throw new WorkbookError(refusal);
    return size;
  } finally {
    await file.close();
  }
}

async function readDirectory(
  file: ZipFile,
  fileBytes: number,
  bounds: WorkbookBounds,
): Promise<ReadonlyMap<string, ZipPart>> {
  const { maxParts, maxInflatedBytes } = bounds;
  if (file.entryCount > maxParts) throw new WorkbookError('workbook-too-many-parts', { limit: maxParts });
  const byName = new Map<string, ZipPart>();
  let compressed = 0;
  let inflated = 0;
  for await (const entry of file.eachEntry()) {
    const part = vetEntry(entry);
    const key = part.name.toLowerCase();
    if (byName.has(key)) throw new WorkbookError('workbook-part-duplicate', { part: shown(part.name) });
    byName.set(key, part);
    compressed += entry.compressedSize;
    inflated += entry.uncompressedSize;
    // Parts that overlap each other are the trick of the densest bombs.
    if (compressed > fileBytes) throw new WorkbookError('workbook-part-size', { part: shown(part.name) });
    if (inflated > maxInflatedBytes) throw inflatesTooMuch(maxInflatedBytes);
  }
  return byName;
}

function vetEntry(entry: Entry): ZipPart {
  const { compressionMethod, compressedSize, uncompressedSize } = entry;
  const rawName = entry.fileNameRaw;
  const name = getFileNameLowLevel(entry.generalPurposeBitFlag, rawName, entry.extraFields, false);
  // eslint-disable-next-line no-control-regex
  if (validateFileName(name) !== null || name === '' || /[\x00-\x1f\x7f]|^\.?\/|^[a-z]:/i.test(name)) {
    throw new WorkbookError('workbook-part-name', { part: shown(name) });
  }
  if (entry.isEncrypted()) throw new WorkbookError('workbook-part-encrypted', { part: shown(name) });
  if (compressionMethod !== deflated && compressionMethod !== stored) throw damaged(shown(name));
  if (compressionMethod === stored && compressedSize !== uncompressedSize) {
    throw new WorkbookError('workbook-part-size', { part: shown(name) });
  }
  return { name, entry };
}

function inflatesTooMuch(limit: number): WorkbookError {
  return new WorkbookError('workbook-inflates-too-much', { limit: inMebibytes(limit) });
}

function damaged(part: string, cause?: unknown): WorkbookError {
  return new WorkbookError('workbook-damaged', { part }, 0, cause === undefined ? undefined : { cause });
}

/** A name fit for a message: short, and without characters that would disturb it. */
function shown(name: string): string {
  return name.slice(0, 100).replace(/[\p{C}]/gu, '?');
}
