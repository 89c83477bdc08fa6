import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { DomainError } from '../domain/domainError.js';
import type { Rejection } from '../domain/rejection.js';
import { createEncodingProbe, createTextDecoder, type TextEncodingName } from './decode/encoding.js';
import { openIncoming } from './incomingFiles.js';

/** A file that has arrived whole on our own disk. */
export interface ReceivedFile {
  readonly path: string;
  readonly sha256: string;
  readonly bytes: number;
  /** The encoding of a text; `workbook` for a zip or OLE file, which the workbook reader takes or explains. */
  readonly encoding: TextEncodingName | 'workbook' | Rejection;
  /** Moves the file to where uploads are kept, named by its hash; `path` follows. */
  keep(): Promise<void>;
  /** Removes the file unless it was kept. */
  discard(): Promise<void>;
}

/**
 * Writes a stream to disk, hashing it and probing its encoding on the way.
 *
 * @param uploadsDir where uploads are kept
 * @throws DomainError `payload-too-large` beyond `maxBytes`; whatever the stream throws. Nothing stays behind then.
 */
export async function receiveFile(
  uploadsDir: string,
  content: Readable,
  maxBytes: number,
): Promise<ReceivedFile> {
  const path = await openIncoming(uploadsDir);
  const discard = () => rm(path, { force: true });
  try {
    const hash = createHash('sha256');
    const probe = createEncodingProbe();
    let bytes = 0;
    const file = await open(path, 'wx', 0o600);
    try {
      for await (const chunk of content as AsyncIterable<Buffer>) {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          throw new DomainError('payload-too-large', { limit: `${Math.floor(maxBytes / 1024 / 1024)} MB` });
        }
        hash.update(chunk);
        probe.write(chunk);
        await writeAll(file, chunk);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    const sha256 = hash.digest('hex');
    const probed = probe.end();
    const directory = join(uploadsDir, sha256.slice(0, 2));
    let kept = false;
    return {
      get path() {
        return kept ? join(directory, sha256) : path;
      },
      sha256,
      bytes,
      encoding: encodingOf(probed),
      async keep() {
        if (kept) return;
        await mkdir(directory, { recursive: true, mode: 0o700 });
        await rename(path, join(directory, sha256));
        kept = true;
      },
      discard,
    };
  } catch (error) {
    await discard();
    throw error;
  }
}

/** The file's text, decoded chunk by chunk. */
export async function* readText(
  path: string,
  encoding: TextEncodingName,
): AsyncGenerator<string, void, undefined> {
  const decoder = createTextDecoder(encoding);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 16 }) as AsyncIterable<Buffer>) {
    const text = decoder.decode(chunk, { stream: true });
    if (text !== '') yield text;
  }
  const rest = decoder.decode();
  if (rest !== '') yield rest;
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Buffer): Promise<void> {
  let written = 0;
  while (written < chunk.length) written += (await file.write(chunk, written)).bytesWritten;
}

function encodingOf(probed: { readonly encoding: TextEncodingName } | Rejection): ReceivedFile['encoding'] {
  if ('encoding' in probed) return probed.encoding;
  return probed.code === 'file-xlsx' || probed.code === 'file-xls' ? 'workbook' : probed;
}
