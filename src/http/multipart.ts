import { Transform, type Readable } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { formatBytes, RequestProblem } from './problem.js';

const maxFieldBytes = 64 * 1024;
// What fields, boundaries and part headers may add to the file before the declared length alone is refused.
const maxOverheadBytes = 1024 * 1024;
const drainMs = 60_000;

export interface ReceiveLimits {
  readonly maxBytes: number;
  /** How long the client may send nothing while it is waited for. */
  readonly idleMs: number;
}

export interface ReceivedFile {
  /** A label only: the last part of what the client calls it. */
  readonly name: string;
  /** Ends only when the whole body was sound; fails with the reason otherwise. */
  readonly content: Readable;
}

/**
 * Reads a multipart body of text fields followed by exactly one file in the field `file`, handing the file on as a
 * stream while it arrives. The stream's end is held back until the rest of the body has been read: whoever commits
 * at the end commits nothing when a second file, a late field or a broken connection follows.
 *
 * @returns what `consume` returns; throws a RequestProblem for a body that is not as described.
 */
export async function receiveFile<T>(
  request: Request,
  limits: ReceiveLimits,
  consume: (fields: Readonly<Record<string, string>>, file: ReceivedFile) => Promise<T>,
): Promise<T> {
  const parser = openParser(request, limits.maxBytes);
  const fields = new Map<string, string>();
  let fileSeen = false;

  let fail: (error: RequestProblem) => void = () => undefined;
  const whole = new Promise<void>((resolve, reject) => {
    fail = reject;
    parser.once('close', resolve);
  });
  const stopWatching = watchClient(request, limits.idleMs, fail);
  parser.on('error', (error) => fail(new RequestProblem('malformed-multipart', {}, { cause: error })));
  for (const event of ['fieldsLimit', 'partsLimit'] as const) {
    parser.on(event, () => fail(new RequestProblem('invalid-request', { detail: event })));
  }
  parser.on('field', (name: string | undefined, value, info) => {
    if (fileSeen) fail(new RequestProblem('option-after-file', { field: label(name) }));
    else if (name === undefined || info.nameTruncated || info.valueTruncated || fields.has(name)) {
      fail(new RequestProblem('invalid-request', { detail: label(name) }));
    } else fields.set(name, value);
  });

  try {
    return await new Promise<T>((resolve, reject) => {
      parser.on('file', (name: string | undefined, file: Readable, info) => {
        file.on('error', (error) => fail(new RequestProblem('upload-interrupted', {}, { cause: error })));
        file.on('limit', () => fail(tooLarge(limits.maxBytes)));
        if (fileSeen) fail(new RequestProblem('one-file-only'));
        else if (name !== 'file') fail(new RequestProblem('file-field-unexpected', { field: label(name) }));
        else {
          const content = file.pipe(holdBackEnd(whole));
          const received = { name: cleanFileName(info.filename), content };
          // Inside an async function: thrown from this event, an error would end the process.
          const start = async () => consume(Object.fromEntries(fields), received);
          start().then(resolve, reject);
        }
        fileSeen = true;
      });
      whole.then(() => {
        if (!fileSeen) reject(new RequestProblem('file-missing'));
      }, reject);
      request.pipe(parser);
    });
  } finally {
    stopWatching();
    request.unpipe(parser);
    drain(request);
  }
}

function openParser(request: Request, maxBytes: number): busboy.Busboy {
  if (!request.is('multipart/form-data')) {
    throw new RequestProblem('unsupported-media-type', {
      type: (request.get('content-type') ?? '–').slice(0, 100),
      expected: 'multipart/form-data',
    });
  }
  if (Number(request.get('content-length') ?? 0) > maxBytes + maxOverheadBytes) throw tooLarge(maxBytes);
  try {
    return busboy({
      headers: request.headers,
      // Browsers send names as UTF-8; the library's default would turn Chinese into Latin-1.
      defParamCharset: 'utf8',
      // The library reports the limit when it is reached, not when it is exceeded. The second file is let through to
      // be refused by name.
      limits: {
        fileSize: maxBytes + 1,
        files: 2,
        fields: 30,
        parts: 40,
        fieldSize: maxFieldBytes,
        headerPairs: 50,
      },
    });
  } catch (error) {
    throw new RequestProblem('malformed-multipart', {}, { cause: error });
  }
}

/** Fails when the client leaves, or sends nothing although it is being waited for. */
function watchClient(request: Request, idleMs: number, fail: (error: RequestProblem) => void): () => void {
  const timer = setTimeout(() => {
    // Paused: it is the consumer that is slow, not the client.
    if (request.isPaused()) timer.refresh();
    else fail(new RequestProblem('request-timeout'));
  }, idleMs);
  const onData = () => timer.refresh();
  const onEnd = () => clearTimeout(timer);
  const onClose = () => {
    // Not `complete`: a body that has arrived whole is lost, too, when the connection ends before it was read.
    if (!request.readableEnded) fail(new RequestProblem('upload-interrupted'));
  };
  request.on('data', onData).once('end', onEnd).once('close', onClose).once('error', onClose);
  return () => {
    clearTimeout(timer);
    request.off('data', onData).off('end', onEnd).off('close', onClose);
  };
}

function holdBackEnd(whole: Promise<void>): Transform {
  const content = new Transform({
    transform: (chunk: Buffer, _encoding, done) => done(null, chunk),
    flush: (done) => {
      whole.then(() => done(), done);
    },
  });
  // The consumer may have turned away already; its own refusal is the one that is reported.
  content.on('error', () => undefined);
  whole.catch((error: Error) => content.destroy(error));
  return content;
}

/**
 * Lets the rest of a refused body run into nothing for a while: a client that is still sending would otherwise see a
 * reset connection instead of the answer.
 */
function drain(request: Request): void {
  if (request.complete || request.destroyed) return;
  request.resume();
  const timer = setTimeout(() => request.destroy(), drainMs).unref();
  request.once('close', () => clearTimeout(timer));
}

function tooLarge(maxBytes: number): RequestProblem {
  return new RequestProblem('payload-too-large', { limit: formatBytes(maxBytes) });
}

function label(name: string | undefined): string {
  return (name ?? '').slice(0, 100);
}

/**
 * A file name fit for lists and logs: the last path part without control and direction-changing characters, at most
 * 200 characters; `未命名` when nothing is left.
 */
export function cleanFileName(name: string | undefined): string {
  const last = (name ?? '').normalize('NFC').split(/[\\/]/).at(-1) ?? '';
  // Right-to-left overrides make `gpj.exe` look like `exe.jpg`.
  const visible = last.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim();
  const short = [...visible].slice(0, 200).join('');
  return short === '' || short === '.' || short === '..' ? '未命名' : short;
}
