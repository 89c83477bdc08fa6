import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { transform } from '@swc/core';
import pg from 'pg';
import {
  EmbeddedPostgresError,
  startEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedServer,
} from './embeddedPostgres.js';

export const asRoot = process.geteuid?.() === 0;
export const canMount = asRoot && tryMount();

/** Directories and servers of one test file, all gone after `clean`. */
export class Workshop {
  readonly #directories: string[] = [];
  readonly #mounts: string[] = [];
  readonly #servers: EmbeddedServer[] = [];
  readonly #children: ChildProcess[] = [];

  /** A fresh directory; `open` to other users unless said otherwise, like a home that others may enter. */
  async directory(mode = 0o755): Promise<string> {
    const directory = await realpath(await mkdtemp(join(tmpdir(), 'cei-embedded-')));
    this.#directories.push(directory);
    await chmod(directory, mode);
    return directory;
  }

  /** Options that keep everything below the directory. */
  options(directory: string, more: Partial<EmbeddedOptions> = {}): EmbeddedOptions {
    return {
      dataDir: join(directory, 'var'),
      homeDir: join(directory, 'home'),
      database: 'cei',
      purpose: 'test',
      settings: { fsync: 'off' },
      tell: () => undefined,
      ...more,
    };
  }

  async start(options: EmbeddedOptions): Promise<EmbeddedServer> {
    const server = await startEmbeddedPostgres(options);
    this.#servers.push(server);
    return server;
  }

  /** A memory file system of so many megabytes. */
  async mount(directory: string, megabytes: number): Promise<void> {
    await mkdir(directory);
    run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', directory);
    this.#mounts.push(directory);
  }

  /** A Node process of its own that starts the database and then holds it; `ready` resolves to its server's pid. */
  async child(
    directory: string,
    options: EmbeddedOptions,
  ): Promise<{ child: ChildProcess; ready: Promise<number> }> {
    const script = await compileStarter(directory);
    const child = spawn(process.execPath, [script, JSON.stringify(options)], {
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#children.push(child);
    const ready = new Promise<number>((resolve, reject) => {
      child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(Number(text)));
      child.once('exit', () => reject(new Error('the child ended')));
    });
    ready.catch(() => undefined);
    return { child, ready };
  }

  async clean(): Promise<void> {
    for (const child of this.#children) await killGroup(child);
    await Promise.allSettled(this.#servers.map((server) => server.stop()));
    for (const mount of this.#mounts) spawnSync('umount', ['-l', mount]);
    for (const directory of this.#directories) {
      await rm(directory, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    }
  }
}

/**
 *
 */
export function run(program: string, ...args: string[]): void {
  const { status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
}

/**
 *
 */
export async function killGroup(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  process.kill(-child.pid, 'SIGKILL');
  await exit;
}

/**
 *
 */
export async function query<T extends pg.QueryResultRow>(url: string, sql: string): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** The embedded error that the promise fails with; anything else fails the test. */
export async function refusal(attempt: Promise<unknown>): Promise<EmbeddedPostgresError> {
  try {
    await attempt;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) return error;
    throw error;
  }
  throw new Error('was not refused');
}

/**
 *
 */
export async function until(condition: () => boolean | Promise<boolean>, what: string): Promise<void> {
  for (const start = Date.now(); !(await condition()); await sleep(5)) {
    if (Date.now() - start > 20_000) throw new Error(`waited in vain until ${what}`);
  }
}

// Jest's transform does not reach child processes.
async function compileStarter(directory: string): Promise<string> {
  const output = join(directory, 'js');
  await mkdir(output, { recursive: true });
  const source = join(process.cwd(), 'src', 'embedded');
  for (const name of await readdir(source)) {
    if (!/^\w+\.ts$/.test(name)) continue;
    const { code } = await transform(await readFile(join(source, name), 'utf8'), {
      filename: name,
      jsc: { parser: { syntax: 'typescript' }, target: 'es2022' },
      module: { type: 'es6' },
    });
    await writeFile(join(output, name.replace(/\.ts$/, '.js')), code);
  }
  await writeFile(join(output, 'package.json'), '{"type":"module"}');
  await symlink(join(process.cwd(), 'node_modules'), join(output, 'node_modules')).catch(() => undefined);
  const script = join(output, 'starter.mjs');
  await writeFile(
    script,
    `import { startEmbeddedPostgres } from './embeddedPostgres.js';
const options = { ...JSON.parse(process.argv[2]), tell() {} };
const server = await startEmbeddedPostgres(options);
console.log(server.pid);
setInterval(() => {}, 1000);
`,
  );
  return script;
}

function tryMount(): boolean {
  const probe = join(tmpdir(), `cei-mount-${process.pid}`);
  spawnSync('mkdir', [probe]);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', probe]).status === 0;
  if (mounted) spawnSync('umount', [probe]);
  spawnSync('rmdir', [probe]);
  return mounted;
}
