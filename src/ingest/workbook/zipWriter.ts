import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import type { Entry } from 'yauzl';

/** One part of a new archive: content to be compressed, or the compressed bytes of a part of another archive. */
export type ZipContent =
  | { readonly name: string; readonly content: AsyncIterable<string | Buffer> | Iterable<string | Buffer> }
  | { readonly entry: Entry; readonly raw: AsyncIterable<Buffer> };

interface Written {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly time: number;
  readonly date: number;
  readonly attributes: number;
  readonly offset: number;
  crc: number;
  compressed: number;
  inflated: number;
}

const utf8Flag = 0x800;
const descriptorFlag = 0x8;
const deflated = 8;
const version = 20;
/** 1 January 1980, the first day that a zip archive can name: the same content gives the same bytes. */
const noDate = 0x21;
const maxArchiveBytes = 0xffff_ffff;
const maxEntries = 0xffff;

/**
 * The bytes of a zip archive, written while its parts are read, so that it can go to a response as well as to a
 * file. Sizes of new parts follow their data. At most 4 GiB and 65,535 parts.
 */
export async function* writeZip(
  parts: AsyncIterable<ZipContent> | Iterable<ZipContent>,
): AsyncGenerator<Buffer, void, undefined> {
  const all: Written[] = [];
  let offset = 0;
  for await (const part of parts) {
    const written = 'entry' in part ? describeRaw(part.entry, offset) : describeNew(part.name, offset);
    const local = localHeader(written);
    yield local;
    offset += local.length;
    for await (const chunk of 'entry' in part ? part.raw : compress(part.content, written)) {
      offset += chunk.length;
      yield chunk;
    }
    if ((written.flags & descriptorFlag) !== 0) {
      const descriptor = dataDescriptor(written);
      yield descriptor;
      offset += descriptor.length;
    }
    if (all.push(written) > maxEntries || offset > maxArchiveBytes)
      throw new RangeError('zip archive too large');
  }
  const directory = Buffer.concat(all.map(directoryEntry));
  yield directory;
  yield endOfDirectory(all.length, directory.length, offset);
}

function describeNew(name: string, offset: number): Written {
  return {
    name: Buffer.from(name, 'utf8'),
    flags: utf8Flag | descriptorFlag,
    method: deflated,
    time: 0,
    date: noDate,
    attributes: 0,
    offset,
    crc: 0,
    compressed: 0,
    inflated: 0,
  };
}

function describeRaw(entry: Entry, offset: number): Written {
  return {
    name: entry.fileNameRaw,
    flags: entry.generalPurposeBitFlag & ~descriptorFlag,
    method: entry.compressionMethod,
    time: entry.lastModFileTime,
    date: entry.lastModFileDate,
    attributes: entry.externalFileAttributes,
    offset,
    crc: entry.crc32,
    compressed: entry.compressedSize,
    inflated: entry.uncompressedSize,
  };
}

/** Compresses content, noting its checksum and sizes. */
async function* compress(
  content: AsyncIterable<string | Buffer> | Iterable<string | Buffer>,
  written: Written,
): AsyncGenerator<Buffer, void, undefined> {
  const measured = async function* (): AsyncGenerator<Buffer, void, undefined> {
    for await (const piece of content) {
      const bytes = typeof piece === 'string' ? Buffer.from(piece, 'utf8') : piece;
      written.crc = crc32(bytes, written.crc);
      written.inflated += bytes.length;
      yield bytes;
    }
  };
  const source = Readable.from(measured(), { objectMode: false });
  const stream = pipeline(source, createDeflateRaw({ chunkSize: 65_536 }), () => undefined);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      written.compressed += chunk.length;
      yield chunk;
    }
  } finally {
    stream.destroy();
    source.destroy();
  }
}

function localHeader(written: Written): Buffer {
  const later = (written.flags & descriptorFlag) !== 0;
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(version, 4);
  writeCommon(header, 6, written, later);
  return Buffer.concat([header, written.name]);
}

/** The fields that the local header and the directory share, from the flags to the lengths. */
function writeCommon(header: Buffer, at: number, written: Written, later: boolean): void {
  header.writeUInt16LE(written.flags, at);
  header.writeUInt16LE(written.method, at + 2);
  header.writeUInt16LE(written.time, at + 4);
  header.writeUInt16LE(written.date, at + 6);
  header.writeUInt32LE(later ? 0 : written.crc, at + 8);
  header.writeUInt32LE(later ? 0 : written.compressed, at + 12);
  header.writeUInt32LE(later ? 0 : written.inflated, at + 16);
  header.writeUInt16LE(written.name.length, at + 20);
}

function dataDescriptor({ crc, compressed, inflated }: Written): Buffer {
  const descriptor = Buffer.alloc(16);
  descriptor.writeUInt32LE(0x08074b50, 0);
  descriptor.writeUInt32LE(crc, 4);
  descriptor.writeUInt32LE(compressed, 8);
  descriptor.writeUInt32LE(inflated, 12);
  return descriptor;
}

function directoryEntry(written: Written): Buffer {
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE(version, 4);
  header.writeUInt16LE(version, 6);
  writeCommon(header, 8, written, false);
  header.writeUInt32LE(written.attributes, 38);
  header.writeUInt32LE(written.offset, 42);
  return Buffer.concat([header, written.name]);
}

function endOfDirectory(count: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(bytes, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
