import { randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { BackupError } from './backupError.js';

const name = 'manifest.json';
const count = z.string().regex(/^\d+$/);

const tableSchema = z.object({
  name: z.string(),
  rows: count,
  checksum: count,
  /** Archives only: columns, bytes and hash of the text, sequences, and the times between which `ts` lies. */
  columns: z.array(z.string()).optional(),
  sha256: z.string().optional(),
  sequence: z.object({ column: z.string(), last: count, called: z.boolean() }).optional(),
  span: z.object({ first: z.string(), last: z.string() }).optional(),
});

const manifestSchema = z.object({
  format: z.literal(1),
  kind: z.enum(['cluster', 'dump', 'archive']),
  madeAt: z.string(),
  /** What the data came from, in words. */
  engine: z.string(),
  serverMajor: z.number(),
  timescale: z.string().nullable(),
  /** Names of the migrations that had been applied. */
  migrations: z.array(z.string()),
  tables: z.array(tableSchema),
  files: z.array(z.object({ path: z.string(), bytes: z.number(), sha256: z.string() })),
});

/** What a backup holds, with counts and checksums. */
export type Manifest = z.infer<typeof manifestSchema>;
/** Rows of a table and a checksum of them that does not depend on their order. */
export type TableDigest = z.infer<typeof tableSchema>;
/** A kept file by its path below the data directory. */
export type FileDigest = Manifest['files'][number];

/** Reads the manifest of a finished backup, of the kinds that the reader understands. */
export async function readManifest(from: string, kinds: readonly Manifest['kind'][]): Promise<Manifest> {
  const text = await readFile(join(from, name), 'utf8').catch(() => {
    throw new BackupError(
      `${from} 不是完整的备份：没有 ${name}`,
      `${from} is no complete backup: it has no ${name}`,
    );
  });
  const parsed = manifestSchema.safeParse(parseJson(text));
  if (!parsed.success)
    throw new BackupError(`${join(from, name)} 无法识别`, `${join(from, name)} cannot be understood`);
  if (!kinds.includes(parsed.data.kind)) {
    const command = parsed.data.kind === 'archive' ? 'unarchive' : 'restore';
    throw new BackupError(
      `${from} 要用 ${command} 命令恢复`,
      `${from} is brought back with the command ${command}`,
    );
  }
  return parsed.data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * Makes a directory as a whole or not at all: `fill` works in one beside it, which is renamed when it is complete.
 * Refuses a name that is taken.
 */
export async function makeWhole<T>(to: string, fill: (staging: string) => Promise<T>): Promise<T> {
  const target = resolve(to);
  await refuseTaken(target);
  await mkdir(dirname(target), { recursive: true });
  const staging = join(dirname(target), `.${basename(target)}.part-${randomBytes(6).toString('hex')}`);
  await mkdir(staging, { mode: 0o700 });
  try {
    const result = await fill(staging);
    await refuseTaken(target);
    await rename(staging, target);
    return result;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    throw error;
  }
}

/** Refuses a path at which something is; an empty directory is nothing. */
export async function refuseTaken(path: string): Promise<void> {
  let entries: string[];
  try {
    entries = await readdir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    entries = [path];
  }
  if (entries.length > 0)
    throw new BackupError(
      `${path} 已经存在且不是空目录；不会覆盖已有的东西`,
      `${path} exists and is no empty directory; nothing that exists is overwritten`,
    );
}

/** Writes the manifest, last of all: without it a backup counts as incomplete. */
export async function writeManifest(directory: string, manifest: Manifest): Promise<void> {
  const path = join(directory, name);
  await writeFile(path, `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600 });
  const handle = await open(path, 'r');
  await handle.sync();
  await handle.close();
}
