import { constants } from 'node:fs';
import { chmod, chown, copyFile, mkdir, opendir } from 'node:fs/promises';
import { join } from 'node:path';

export interface CopyTreeOptions {
  /** Owner of the copies; absent: whoever runs this. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
  /** Whether an entry, by its path below the source, is left out. */
  readonly skips?: (path: string) => boolean;
  /** Files that are there no more when their turn comes are no failure: the source is in use. */
  readonly inUse?: boolean;
}

/** Copies a directory of ordinary files and directories into a new one, private to its owner. */
export async function copyTree(from: string, to: string, options: CopyTreeOptions = {}): Promise<void> {
  await copyDirectory(from, to, '', options);
}

async function copyDirectory(
  from: string,
  to: string,
  path: string,
  options: CopyTreeOptions,
): Promise<void> {
  const { owner, skips, inUse } = options;
  const target = join(to, path);
  await mkdir(target, { mode: 0o700 });
  for await (const entry of await opendir(join(from, path))) {
    const below = join(path, entry.name);
    if (skips?.(below) === true) continue;
    try {
      if (entry.isDirectory()) await copyDirectory(from, to, below, options);
      else if (entry.isFile()) await copyOne(join(from, below), join(to, below), owner);
      else throw new Error(`neither a file nor a directory: ${join(from, below)}`);
    } catch (error) {
      if (inUse !== true || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  if (owner !== undefined) await chown(target, owner.uid, owner.gid);
}

async function copyOne(from: string, to: string, owner: CopyTreeOptions['owner']): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  await chmod(to, 0o600);
  if (owner !== undefined) await chown(to, owner.uid, owner.gid);
}
