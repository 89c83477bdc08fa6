import { open, rename, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Binaries } from './binaries.js';
import {
  EmbeddedPostgresError,
  errorCode,
  explainOutput,
  isPortConflict,
  lockFileHolder,
  portInUseError,
  startFailedError,
} from './embeddedError.js';
import { isAlive, readPostmasterPid, type RunningServer } from './postmaster.js';
import { runProgram, type SystemUser } from './runProgram.js';
import { writeConfig } from './serverConfig.js';

const logName = 'server.log';
const keptLogBytes = 1024 * 1024;
const attempts = 20;
const startTimeoutSeconds = 600;
const stopTimeoutSeconds = 120;

/** A stopped cluster, the programs for it and the account they run as. */
export interface Cluster {
  readonly clusterDir: string;
  readonly binaries: Binaries;
  readonly user: SystemUser | undefined;
}

export interface StartOptions {
  /** Only this port, where given. */
  readonly fixedPort: number | undefined;
  /** Taken when free. */
  readonly preferredPort: number | undefined;
  readonly settings: Readonly<Record<string, string>> | undefined;
  tell(message: string): void;
}

/** Starts the server and waits until it accepts connections, recovery included. */
export async function startServer(cluster: Cluster, options: StartOptions): Promise<RunningServer> {
  let preferredPort = options.preferredPort;
  await rotateLog(cluster.clusterDir);
  for (let attempt = 1; ; attempt++) {
    const port = await choosePort(options.fixedPort, preferredPort);
    await writeConfig(cluster.clusterDir, port, options.settings);
    const failure = await tryStart(cluster, (message) => options.tell(message));
    if (failure === undefined) return runningServer(cluster.clusterDir, port);

    preferredPort = undefined;
    const passing = isPassing(failure);
    const retry = passing || (options.fixedPort === undefined && isPortConflict(failure));
    if (!retry || attempt === attempts) throw explainOutput(failure, cluster.clusterDir, port);
    await sleep(passing ? 500 : 0);
  }
}

/** Stops the server with this number, if it is still the cluster's, ending its connections; waits for the end. */
export async function stopServer(cluster: Cluster, pid: number): Promise<void> {
  const found = await readPostmasterPid(cluster.clusterDir);
  if (found?.pid !== pid || !isAlive(pid)) return;
  const { exitCode, output } = await runProgram(
    cluster.binaries.pgCtl,
    ['stop', '-m', 'fast', '-w', '-t', String(stopTimeoutSeconds)],
    { user: cluster.user, cwd: cluster.clusterDir, env: { PGDATA: cluster.clusterDir } },
  );
  // pg_ctl waits for the pid file to go, the process needs a moment more.
  const stopped = exitCode === 0 || (await readPostmasterPid(cluster.clusterDir))?.pid !== pid;
  for (let wait = 0; stopped && isAlive(pid) && wait < 200; wait++) await sleep(25);
  if (stopped || !isAlive(pid)) return;
  throw new EmbeddedPostgresError(
    'stop-failed',
    `内置数据库（进程 ${pid}，${cluster.clusterDir}）未能停止：${output.trim()}`,
    `The embedded database (process ${pid}, ${cluster.clusterDir}) did not stop: ${output.trim()}`,
  );
}

/** Whether a server could listen on the port of 127.0.0.1 now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== undefined;
}

// What a killed server leaves for a moment: processes that hold its memory, and its own uncollected exit, which
// PostgreSQL takes for life.
function isPassing(failure: string): boolean {
  const holder = lockFileHolder(failure);
  return /pre-existing shared memory block/.test(failure) || (holder !== undefined && !isAlive(holder));
}

async function choosePort(fixed: number | undefined, preferred: number | undefined): Promise<number> {
  if (fixed !== undefined) {
    if (!(await isPortFree(fixed))) throw portInUseError(fixed);
    return fixed;
  }
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  const port = await listenOnce(0);
  if (port === undefined) throw new Error('no free port on 127.0.0.1');
  return port;
}

function listenOnce(port: number): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (errorCode(error) === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

/** Returns what the server said where it did not start. */
async function tryStart(cluster: Cluster, tell: (message: string) => void): Promise<string | undefined> {
  const { clusterDir, binaries, user } = cluster;
  const logStart = await logSize(clusterDir);
  const startedAt = Date.now();
  const progress = setInterval(() => {
    tell(`内置数据库仍在启动（可能在做故障恢复），已等待 ${Math.round((Date.now() - startedAt) / 1000)} 秒…`);
  }, 5_000);
  try {
    // The directory goes by the environment and the log by the current directory: pg_ctl would put them into
    // a shell command, where a path with a quote or a dollar sign breaks.
    const { exitCode, output } = await runProgram(
      binaries.pgCtl,
      ['start', '-w', '-t', String(startTimeoutSeconds), '-l', logName],
      { user, cwd: clusterDir, env: { PGDATA: clusterDir } },
    );
    return exitCode === 0 ? undefined : `${output}\n${await readLog(clusterDir, logStart)}`;
  } finally {
    clearInterval(progress);
  }
}

async function runningServer(clusterDir: string, port: number): Promise<RunningServer> {
  const found = await readPostmasterPid(clusterDir);
  if (!found) throw startFailedError(clusterDir, await readLog(clusterDir, 0));
  return { pid: found.pid, port };
}

async function rotateLog(clusterDir: string): Promise<void> {
  if ((await logSize(clusterDir)) <= keptLogBytes) return;
  await rename(join(clusterDir, logName), join(clusterDir, `${logName}.1`));
}

async function logSize(clusterDir: string): Promise<number> {
  try {
    return (await stat(join(clusterDir, logName))).size;
  } catch {
    return 0;
  }
}

async function readLog(clusterDir: string, from: number): Promise<string> {
  try {
    const handle = await open(join(clusterDir, logName), 'r');
    try {
      const { size } = await handle.stat();
      const start = Math.max(from, size - 64 * 1024);
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - start), 0, size - start, start);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch {
    return '';
  }
}
