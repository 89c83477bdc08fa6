import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const dayMs = 24 * 60 * 60_000;
const namePattern = /^(?<place>[0-9a-f]{16})-(?<pid>\d+)-/;

/** Where a file is written while it arrives, and until it is known whether it is kept; nobody else uses the path. */
export async function openIncoming(uploadsDir: string): Promise<string> {
  const incoming = incomingOf(uploadsDir);
  await mkdir(incoming, { recursive: true, mode: 0o700 });
  return join(incoming, `${placeOf()}-${process.pid}-${randomUUID()}`);
}

/**
 * Removes what imports that were cut off left behind: files of processes that are no more, and any that nobody has
 * written to for a day. Those of another process that still runs stay, such as a command-line import beside a service
 * that starts. Called before this process takes its first file: one that bears its own number is a predecessor's.
 */
export async function clearIncoming(uploadsDir: string, now = Date.now()): Promise<void> {
  const incoming = incomingOf(uploadsDir);
  for (const name of await readdir(incoming).catch(() => [])) {
    const path = join(incoming, name);
    if (isOfTheDead(name) || (await isOld(path, now))) await rm(path, { recursive: true, force: true });
  }
}

function incomingOf(uploadsDir: string): string {
  return join(uploadsDir, 'incoming');
}

/** Only said of processes of our own machine, boot and container: numbers mean nothing elsewhere. */
function isOfTheDead(name: string): boolean {
  const { place, pid } = namePattern.exec(name)?.groups ?? {};
  if (place !== placeOf()) return false;
  return Number(pid) === process.pid || !isAlive(Number(pid));
}

async function isOld(path: string, now: number): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found !== undefined && now - found.mtimeMs > dayMs;
}

let place: string | undefined;

/** Names where process numbers are counted: the machine, its boot and, under Linux, the container. */
function placeOf(): string {
  const parts = [
    hostname(),
    attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8')),
    attempt(() => readlinkSync('/proc/self/ns/pid')),
  ];
  return (place ??= createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16));
}

function attempt(read: () => string): string {
  try {
    return read();
  } catch {
    return '';
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // A killed process whose exit nobody has collected keeps its number.
  const state = attempt(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return !state.slice(state.lastIndexOf(')') + 2).startsWith('Z');
}
