import { randomBytes } from 'node:crypto';
import { chmod, chown, lstat, mkdir, open, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { readOnlyError } from './embeddedError.js';
import type { SystemUser } from './runProgram.js';
import { canTraverse } from './systemUser.js';

const defaultHomes = ['/var/lib/county-environmental-indicators', '/var/tmp/county-environmental-indicators'];

/** The directories where copies for the unprivileged user may live, in order of preference. */
export function homeCandidates(homeDir: string | undefined): readonly string[] {
  return homeDir === undefined ? defaultHomes : [resolve(homeDir)];
}

/** The first of the directories that can be made and that the user can reach; made when missing. */
export async function openHome(homeDir: string | undefined, user: SystemUser): Promise<string> {
  const candidates = homeCandidates(homeDir);
  let refusal: unknown = new Error(`user ${user.name} cannot enter it, or others can write to it`);
  for (const home of candidates) {
    try {
      await makeReachable(home);
      if ((await isOurs(home)) && (await canTraverse(home, user))) return home;
    } catch (error) {
      refusal = error;
    }
  }
  throw readOnlyError(candidates.join(', '), refusal);
}

/** Makes the directory so that everyone may pass, whatever the umask; directories that exist are left alone. */
export async function makeReachable(directory: string): Promise<void> {
  const first = await mkdir(directory, { recursive: true });
  if (first === undefined) return;
  for (let current = directory; ; current = dirname(current)) {
    await chmod(current, 0o755);
    if (current === first) return;
  }
}

/** Writes a small file whole or not at all, readable by its owner only, never through a planted link. */
export async function writePrivateFile(
  file: string,
  content: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  const temporary = stagingName(file);
  try {
    await writeFile(temporary, content, { mode: 0o600, flag: 'wx', flush: true });
    if (owner) await chown(temporary, owner.uid, owner.gid);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Makes a rename in the directory last through a power failure, where the system can do that. */
export async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** A name beside the file that no other process takes, recognisable as left behind by a crash. */
export function stagingName(file: string): string {
  return `${file}.init-${randomBytes(6).toString('hex')}`;
}

// A killed Node leaves initdb writing for a moment more.
const removal = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

/** Removes what a crash left beside the file under a staging name, once it is at least this old. */
export async function removeLeftovers(file: string, olderThanMs = 0): Promise<void> {
  const parent = dirname(file);
  const prefix = `${basename(file)}.init-`;
  for (const entry of await readdir(parent)) {
    if (!entry.startsWith(prefix) || !/^[0-9a-f]{12}$/.test(entry.slice(prefix.length))) continue;
    const path = join(parent, entry);
    const ageMs = olderThanMs === 0 ? 0 : Date.now() - (await lstat(path)).mtimeMs;
    if (ageMs >= olderThanMs) await rm(path, removal);
  }
}

/** The path of a cluster that lives in the home directory for the data directory with this key. */
export function homeCluster(home: string, key: string): string {
  return join(home, 'clusters', key);
}

// A directory under a world-writable one may have been laid by somebody else, with binaries for root to start.
async function isOurs(directory: string): Promise<boolean> {
  const entry = await lstat(directory);
  return entry.isDirectory() && entry.uid === process.geteuid?.() && (entry.mode & 0o022) === 0;
}
