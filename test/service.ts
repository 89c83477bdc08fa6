import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { killServer } from '../src/embedded/killServer.js';

// The compiled service, as people run it; `npm test` builds it first.
const main = resolve('dist/main.js');
const patienceMs = 120_000;

/** How a process ended. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Data directories and services of one test file, all gone after `clean`, whatever the tests left running. */
export class ServiceYard {
  readonly #base: string;
  readonly #services: ServiceProcess[] = [];
  readonly #dataDirs = new Set<string>();

  private constructor(base: string) {
    this.#base = base;
  }

  static async create(): Promise<ServiceYard> {
    const base = await realpath(await mkdtemp(join(tmpdir(), 'cei-service-')));
    // As root the database runs under an unprivileged account, which must be able to enter.
    await chmod(base, 0o755);
    return new ServiceYard(base);
  }

  /** A data directory by name; it need not exist yet. */
  dataDir(name: string): string {
    const directory = join(this.#base, name);
    this.#dataDirs.add(directory);
    return directory;
  }

  /** Starts the service without waiting for anything. Settings of the machine do not reach it. */
  spawn(dataDir: string, settings: Readonly<Record<string, string>> = {}): ServiceProcess {
    const { PATH, HOME, LANG } = process.env;
    const environment = Object.fromEntries(
      Object.entries({ PATH, HOME, LANG }).filter(([, value]) => value !== undefined),
    );
    const child = spawn(process.execPath, ['--enable-source-maps', main], {
      cwd: this.#base,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...environment,
        DATA_DIR: dataDir,
        EMBEDDED_HOME: join(this.#base, 'home'),
        PORT: '0',
        LOG_LEVEL: 'warn',
        ...settings,
      },
    });
    const service = new ServiceProcess(child, dataDir);
    this.#services.push(service);
    return service;
  }

  /** Starts the service and waits until its page can be called. */
  async start(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<ServiceProcess> {
    const service = this.spawn(dataDir, settings);
    await service.ready();
    return service;
  }

  /** Runs a start that is expected to end by itself. */
  run(dataDir: string, settings: Readonly<Record<string, string>> = {}): Promise<Ending> {
    return this.spawn(dataDir, settings).ended();
  }

  /** Kills the services that still run; their embedded databases stay. */
  async stopAll(): Promise<void> {
    await Promise.all(this.#services.map((service) => service.kill()));
  }

  async clean(): Promise<void> {
    await this.stopAll();
    await Promise.all([...this.#dataDirs].map((directory) => killDatabase(directory)));
    await rm(this.#base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** One process of the compiled service. */
export class ServiceProcess {
  readonly dataDir: string;
  stdout = '';
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<Ending>;

  constructor(child: ChildProcess, dataDir: string) {
    this.#child = child;
    this.dataDir = dataDir;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.#ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get running(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** The address that the service printed, without the final slash. */
  get address(): string {
    const found = /^网页 \/ page: +(http:\/\/\S+)\/$/m.exec(this.stdout);
    if (found === null) throw new Error(`no address was printed:\n${this.stdout}${this.stderr}`);
    return found[1]!;
  }

  /** The lines of standard output. */
  get lines(): string[] {
    return this.stdout.trimEnd().split('\n');
  }

  /** The administrator's token that a first start prints on its last line. */
  async firstToken(): Promise<string> {
    await this.until(() => /^cei_\S+\n$/m.test(this.stdout), 'a token is printed');
    return this.lines.at(-1)!;
  }

  /** Waits until the service answers. A token, if it prints one, may come a moment later. */
  async ready(): Promise<void> {
    await this.until(() => /^接口说明 /m.test(this.stdout), 'the service is up');
    await this.until(
      () =>
        fetch(`${this.address}/healthz`).then(
          ({ ok }) => ok,
          () => false,
        ),
      'the service answers',
    );
  }

  /** Waits for a condition while the process runs; fails with everything it has said. */
  async until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const start = Date.now();
    while (!(await condition())) {
      if (!this.running) throw new Error(`ended before ${what}:\n${this.stdout}${this.stderr}`);
      if (Date.now() - start > patienceMs) throw new Error(`in vain until ${what}:\n${this.stderr}`);
      await sleep(20);
    }
  }

  ended(): Promise<Ending> {
    return this.#ended;
  }

  /** Asks the service to stop; `ended` tells when it has. */
  askToStop(): void {
    this.#child.kill('SIGTERM');
  }

  async stop(): Promise<Ending> {
    this.askToStop();
    return this.#ended;
  }

  /** kill -9; the database stays. */
  async kill(): Promise<void> {
    if (this.running) this.#child.kill('SIGKILL');
    await this.#ended;
  }

  /** The most resident memory the process ever had, in bytes, or `undefined` where the system does not tell. */
  async peakResidentBytes(): Promise<number | undefined> {
    const status = await readFile(`/proc/${this.pid}/status`, 'utf8').catch(() => '');
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(status);
    return found === null ? undefined : Number(found[1]) * 1024;
  }
}

interface StateFile {
  readonly password: string;
  readonly port: number;
  readonly database: string;
  readonly clusterDir?: string;
}

/** The embedded database's process number, or `undefined` when it does not run. */
export async function findDatabasePid(dataDir: string): Promise<number | undefined> {
  const state = await readState(dataDir);
  if (state === undefined) return undefined;
  const file = join(state.clusterDir ?? join(dataDir, 'postgres'), 'postmaster.pid');
  const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
  return pid > 0 && (await isRunning(pid)) ? pid : undefined;
}

/** Kills the embedded database with all of its processes and waits for its end; nothing to do when it does not run. */
export async function killDatabase(dataDir: string): Promise<void> {
  const pid = await findDatabasePid(dataDir);
  if (pid === undefined) return;
  killServer(pid);
  while (await isRunning(pid)) await sleep(10);
}

/** The embedded database's connection URL. */
export async function findDatabaseUrl(dataDir: string): Promise<string> {
  const state = await readState(dataDir);
  if (state === undefined) throw new Error(`no database was made in ${dataDir}`);
  return `postgresql://postgres:${state.password}@127.0.0.1:${state.port}/${state.database}`;
}

/** Runs one statement on a connection of its own. */
export async function query<T extends pg.QueryResultRow>(
  url: string,
  sql: string,
  params: unknown[] = [],
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql, params)).rows;
  } finally {
    await client.end();
  }
}

/** Names of the files of uploads that are under way, or that a crash left. */
export async function listIncoming(dataDir: string): Promise<string[]> {
  return readdir(join(dataDir, 'uploads', 'incoming')).catch(() => []);
}

async function readState(dataDir: string): Promise<StateFile | undefined> {
  const text = await readFile(join(dataDir, 'postgres.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as StateFile);
}

async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  // Where nobody collects a killed server's exit, its number stays.
  const stat = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return !stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
}
