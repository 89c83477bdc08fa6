import { readFileSync } from 'node:fs';
import { readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, ownConnectionString } from './connection.js';
import { errorCode, startFailedError } from './embeddedError.js';
import { runProgram } from './runProgram.js';

/** A server that was seen to serve our cluster. */
export interface RunningServer {
  readonly pid: number;
  readonly port: number;
}

/** How long to wait for a server that answers "not yet" (it recovers or shuts down), and for a mute one. */
export interface Patience {
  readonly busyMs: number;
  readonly silentMs: number;
}

const pauseMs = 250;

/** Reads the cluster's postmaster.pid; undefined where there is none or it is incomplete. */
export async function readPostmasterPid(
  clusterDir: string,
): Promise<{ pid: number; port: number | undefined } | undefined> {
  let lines: string[];
  try {
    lines = (await readFile(join(clusterDir, 'postmaster.pid'), 'utf8')).split(/\r?\n/);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  // Single-user mode writes its number negated.
  const pid = Math.abs(Number(lines[0]));
  const port = Number(lines[3]);
  if (!Number.isInteger(pid) || pid === 0) return undefined;
  return { pid, port: Number.isInteger(port) && port > 0 ? port : undefined };
}

/** Whether a process of this number runs, whoever owns it. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !isZombie(pid);
  } catch (error) {
    return errorCode(error) === 'EPERM';
  }
}

/**
 * The server of the cluster that runs already. The number in postmaster.pid is believed only when the server
 * on its port knows our password and names our directory: after a crash the number may be another program's.
 */
export async function findRunningServer(
  clusterDir: string,
  password: string,
  patience: Patience,
  tell: (message: string) => void,
): Promise<RunningServer | undefined> {
  const start = Date.now();
  let told = false;
  for (;;) {
    const found = await readPostmasterPid(clusterDir);
    if (!found || !isAlive(found.pid)) return undefined;
    const answer = await ask(clusterDir, found.port, password);
    if (answer === 'ours' && found.port !== undefined) return { pid: found.pid, port: found.port };
    if (answer === 'foreign') return undefined;
    if (answer === 'silent' && !(await mayBePostgres(found.pid))) return undefined;
    const waitedMs = Date.now() - start;
    if (answer === 'silent' && waitedMs >= patience.silentMs) return undefined;
    if (answer === 'busy' && waitedMs >= patience.busyMs) {
      if (patience.busyMs === 0) return undefined;
      throw startFailedError(
        clusterDir,
        `server ${found.pid} has not accepted connections for ${waitedMs} ms`,
      );
    }
    if (!told && waitedMs > 2_000) {
      told = true;
      tell(`内置数据库（进程 ${found.pid}）正在恢复或关闭，请稍候…`);
    }
    await sleep(pauseMs);
  }
}

// Where Node is process 1 of a container, nobody collects the server's exit, and signal 0 still reaches it.
function isZombie(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).startsWith('Z');
  } catch {
    return false;
  }
}

type Answer = 'ours' | 'foreign' | 'busy' | 'silent';

async function ask(clusterDir: string, port: number | undefined, password: string): Promise<Answer> {
  if (port === undefined) return 'silent';
  try {
    const client = await connect(ownConnectionString(port, password), 'cei-probe');
    try {
      const { rows } = await client.query<{ directory: string }>(
        `select current_setting('data_directory') as directory`,
      );
      return (await samePath(rows[0]?.directory ?? '', clusterDir)) ? 'ours' : 'foreign';
    } finally {
      await client.end();
    }
  } catch (error) {
    const code = errorCode(error) ?? '';
    // 57P03: starting up, recovering or shutting down; 57P01 and 57P02: it went down while being asked.
    if (/^57P0[123]$/.test(code)) return 'busy';
    return /^(28|08)/.test(code) ? 'foreign' : 'silent';
  }
}

async function samePath(one: string, other: string): Promise<boolean> {
  try {
    const [first, second] = await Promise.all([realpath(one), realpath(other)]);
    return process.platform === 'win32' ? first.toLowerCase() === second.toLowerCase() : first === second;
  } catch {
    return false;
  }
}

// Unknown counts as yes: waiting a little and letting PostgreSQL judge its own pid file is always safe.
async function mayBePostgres(pid: number): Promise<boolean> {
  const name = (await readProcName(pid)) ?? (await listProcessName(pid));
  return name === undefined || /postgres/i.test(name);
}

async function readProcName(pid: number): Promise<string | undefined> {
  if (process.platform !== 'linux') return undefined;
  return readFile(`/proc/${pid}/comm`, 'utf8').catch(() => undefined);
}

async function listProcessName(pid: number): Promise<string | undefined> {
  try {
    const { exitCode, output } =
      process.platform === 'win32'
        ? await runProgram('tasklist', ['/FO', 'CSV', '/NH', '/FI', `PID eq ${pid}`])
        : await runProgram('ps', ['-o', 'comm=', '-p', String(pid)]);
    return exitCode === 0 && output.trim() !== '' ? output : undefined;
  } catch {
    return undefined;
  }
}
