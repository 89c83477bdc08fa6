import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { dataInUseError, errorCode } from './embeddedError.js';
import { isAlive } from './postmaster.js';

const beatMs = 2_000;
const staleAfterMs = 20_000;
const heldHere = new Set<string>();

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly nonce: string;
}

/** Holds the data directory for the time of a start; a second start in that time is refused. */
export interface LaunchLock {
  release(): Promise<void>;
}

/** Takes the launch lock, over the remains of a crashed start if need be, or throws `data-in-use`. */
export async function acquireLaunchLock(dataDir: string): Promise<LaunchLock> {
  const file = join(dataDir, 'postgres.lock');
  const nonce = randomUUID();
  const text = JSON.stringify({ pid: process.pid, host: hostname(), nonce } satisfies Holder);
  heldHere.add(nonce);
  try {
    if (!(await create(file, text))) {
      await removeStale(file, dataDir);
      if (!(await create(file, text))) throw inUse(dataDir, undefined);
    }
  } catch (error) {
    heldHere.delete(nonce);
    throw error;
  }
  const beat = setInterval(() => {
    const now = new Date();
    utimes(file, now, now).catch(() => undefined);
  }, beatMs);
  beat.unref();
  return {
    async release() {
      clearInterval(beat);
      heldHere.delete(nonce);
      if ((await read(file)) === text) await rm(file, { force: true });
    },
  };
}

async function create(file: string, text: string): Promise<boolean> {
  try {
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    // On a full disk the file is there, but empty.
    if (/^(ENOSPC|EDQUOT)$/.test(errorCode(error) ?? '')) await rm(file, { force: true });
    throw error;
  }
}

async function removeStale(file: string, dataDir: string): Promise<void> {
  const text = await read(file);
  if (text === undefined) return;
  const holder = parseHolder(text);
  if (!(await isStale(file, holder))) throw inUse(dataDir, holder);
  const aside = `${file}.${randomUUID()}`;
  try {
    await rename(file, aside);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return;
    throw error;
  }
  // Between reading and renaming another start may have done the same and taken the lock.
  if ((await read(aside)) !== text) {
    await rename(aside, file);
    throw inUse(dataDir, undefined);
  }
  await rm(aside, { force: true });
}

async function isStale(file: string, holder: Holder | undefined): Promise<boolean> {
  if (holder?.host === hostname()) {
    // In a container, the process that crashed and the one that follows often have the same number.
    if (holder.pid === process.pid) return !heldHere.has(holder.nonce);
    if (!isAlive(holder.pid)) return true;
  }
  try {
    return Math.abs(Date.now() - (await stat(file)).mtimeMs) > staleAfterMs;
  } catch {
    return true;
  }
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseHolder(text: string): Holder | undefined {
  try {
    const { pid, host, nonce } = JSON.parse(text) as Record<string, unknown>;
    if (typeof pid !== 'number' || typeof host !== 'string' || typeof nonce !== 'string') return undefined;
    return { pid, host, nonce };
  } catch {
    return undefined;
  }
}

function inUse(dataDir: string, holder: Holder | undefined): Error {
  const pid = holder?.pid ?? '?';
  return dataInUseError(
    dataDir,
    `正在启动的另一进程（进程号 ${pid}）`,
    `another process that is starting (pid ${pid})`,
  );
}
