import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { query } from './service.js';

/** A PostgreSQL of Debian's packages, with TimescaleDB where its library is installed. */
export interface DebianPostgres {
  readonly label: string;
  readonly timescale: boolean;
  /** Makes an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the newest server that Debian's packages have put on this machine; `undefined` where there is none. */
export async function startDebianPostgres(): Promise<DebianPostgres | undefined> {
  const root = '/usr/lib/postgresql';
  const majors = (await readdir(root).catch(() => [])).map(Number).filter((major) => major >= 15);
  const major = Math.max(...majors);
  const programs = join(root, String(major), 'bin');
  const present = await stat(join(programs, 'initdb')).catch(() => undefined);
  if (majors.length === 0 || present === undefined) return undefined;
  const account = process.geteuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const directory = await mkdtemp(join(tmpdir(), 'cei-debian-'));
  if (account.uid !== undefined) await chown(directory, account.uid, account.gid);
  await chmod(directory, 0o700);
  const run = (program: string, ...args: string[]) =>
    execFileSync(join(programs, program), args, { ...account, cwd: directory, stdio: 'ignore' });
  const data = join(directory, 'data');
  run('initdb', '-D', data, '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync', '-U', 'postgres');
  const library = await stat(join(root, String(major), 'lib', 'timescaledb.so')).catch(() => undefined);
  const port = await freePort();
  const settings = [
    `port = ${port}`,
    `listen_addresses = '127.0.0.1'`,
    `unix_socket_directories = ''`,
    'fsync = off',
    'full_page_writes = off',
    ...(library === undefined
      ? []
      : [`shared_preload_libraries = 'timescaledb'`, 'timescaledb.telemetry_level = off']),
  ];
  await writeFile(join(directory, 'ours.conf'), settings.join('\n'));
  await writeFile(join(data, 'postgresql.conf'), `include '${join(directory, 'ours.conf')}'\n`, {
    flag: 'a',
  });
  await chmod(join(directory, 'ours.conf'), 0o644);
  run('pg_ctl', '-D', data, '-l', join(directory, 'log'), '-w', 'start');
  const url = (database: string) => `postgresql://postgres@127.0.0.1:${port}/${database}`;
  return {
    label: `PostgreSQL ${major}${library === undefined ? '' : ' + TimescaleDB'}`,
    timescale: library !== undefined,
    async createDatabase(name) {
      await query(url('postgres'), `create database ${name} template template0`);
      return url(name);
    },
    async stop() {
      spawnSync(join(programs, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop'], {
        ...account,
        cwd: directory,
      });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function idOf(flag: string): number {
  return Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
