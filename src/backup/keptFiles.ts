import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupError } from './backupError.js';
import type { FileDigest } from './manifest.js';

/**
 * Entries of a data directory that are no kept files: the database with its password and lock, which is taken care of
 * itself; the demonstration, which is a data directory of its own; uploads that are still arriving.
 */
const left = new Set(['postgres', 'postgres.json', 'postgres.lock', 'demo', join('uploads', 'incoming')]);

/** The kept files of a data directory, by their paths below it. */
export async function listKeptFiles(dataDir: string): Promise<string[]> {
  const found: string[] = [];
  const pending = [''];
  for (let directory = pending.pop(); directory !== undefined; directory = pending.pop()) {
    const entries = await readdir(join(dataDir, directory), { withFileTypes: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return [];
        throw error;
      },
    );
    for (const entry of entries) {
      const path = join(directory, entry.name);
      if (left.has(path) || /^postgres\.json\.init-[0-9a-f]{12}$/.test(path)) continue;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile()) found.push(path);
    }
  }
  return found.sort();
}

/** Copies the kept files below another directory, and says what they are. */
export async function copyKeptFiles(from: string, to: string): Promise<FileDigest[]> {
  const digests: FileDigest[] = [];
  for (const path of await listKeptFiles(from)) {
    await mkdir(dirname(join(to, path)), { recursive: true, mode: 0o700 });
    digests.push({
      path: path.split(sep).join('/'),
      ...(await copyHashed(join(from, path), join(to, path))),
    });
  }
  return digests;
}

/**
 * Puts the files of a backup into a data directory and checks them against the manifest on the way.
 *
 * @throws BackupError when one is missing, differs or is in the way
 */
export async function restoreKeptFiles(
  from: string,
  dataDir: string,
  files: readonly FileDigest[],
): Promise<void> {
  for (const { path, bytes, sha256 } of files) {
    const target = join(dataDir, path);
    if (relative(dataDir, target).startsWith('..'))
      throw new BackupError(`路径不对：${path}`, `bad path: ${path}`);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    const copied = await copyHashed(join(from, path), target);
    if (copied.bytes !== bytes || copied.sha256 !== sha256)
      throw new BackupError(`${path} 与清单不符`, `${path} differs from the manifest`);
  }
}

async function copyHashed(from: string, to: string): Promise<Omit<FileDigest, 'path'>> {
  const hash = createHash('sha256');
  let bytes = 0;
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      bytes += chunk.length;
      done(null, chunk);
    },
  });
  // Never over a file that exists.
  await pipeline(
    createReadStream(from),
    meter,
    createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
  );
  return { bytes, sha256: hash.digest('hex') };
}
