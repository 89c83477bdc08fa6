import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, expect, jest, test } from '@jest/globals';
import { asRoot, canMount, query, refusal, run, Workshop } from './embedded.fixture.js';

jest.setTimeout(90_000);
const workshop = new Workshop();
afterEach(async () => workshop.clean());

/** A stopped cluster with one row in it. */
async function stoppedCluster(directory: string) {
  const options = workshop.options(directory);
  const server = await workshop.start(options);
  await query(server.connectionString, 'create table note as select 7 as n');
  await server.stop();
  return { options, clusterDir: server.clusterDir };
}

async function expectIntact(options: Parameters<Workshop['start']>[0]) {
  const server = await workshop.start(options);
  expect(await query(server.connectionString, 'select n from note')).toEqual([{ n: 7 }]);
}

async function occupyPort(port = 0) {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return { port: address.port, free: () => new Promise((resolve) => server.close(resolve)) };
}

test('wrong-major: a cluster of another major is named and left alone', async () => {
  const { options, clusterDir } = await stoppedCluster(await workshop.directory());
  await writeFile(join(clusterDir, 'PG_VERSION'), '15\n');
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('wrong-major');
  expect(error.messageZh).toMatch(/PostgreSQL 15 .*PostgreSQL 18.*导出/);
  expect(error.messageEn).toMatch(/PostgreSQL 15.*PostgreSQL 18.*exported/);
  await writeFile(join(clusterDir, 'PG_VERSION'), '18\n');
  await expectIntact(options);
});

test('not-a-cluster: a directory with other things in it is left alone', async () => {
  const options = workshop.options(await workshop.directory());
  const occupied = join(options.dataDir, 'postgres');
  await mkdir(occupied, { recursive: true });
  await writeFile(join(occupied, '重要.txt'), 'x');
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('not-a-cluster');
  expect(error.message).toContain(occupied);
  expect(await readdir(options.dataDir)).toEqual(['postgres']);
  expect(await readdir(occupied)).toEqual(['重要.txt']);
});

test('an empty directory in the cluster’s place is no obstacle', async () => {
  const options = workshop.options(await workshop.directory());
  await mkdir(join(options.dataDir, 'postgres'), { recursive: true });
  const server = await workshop.start(options);
  expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('port-in-use: a fixed port is refused, the stored one is replaced', async () => {
  const { options } = await stoppedCluster(await workshop.directory());
  const state = JSON.parse(await readFile(join(options.dataDir, 'postgres.json'), 'utf8')) as {
    port: number;
  };
  const taken = await occupyPort(state.port);
  try {
    const error = await refusal(workshop.start({ ...options, port: taken.port }));
    expect(error.code).toBe('port-in-use');
    expect(error.messageZh).toContain(String(taken.port));
    const server = await workshop.start(options);
    expect(new URL(server.connectionString).port).not.toBe(String(taken.port));
    expect(await query(server.connectionString, 'select n from note')).toEqual([{ n: 7 }]);
  } finally {
    await taken.free();
  }
});

test('a live process that took the number in postmaster.pid is named; once it is gone, all is well', async () => {
  const { options, clusterDir } = await stoppedCluster(await workshop.directory());
  const { uid, gid } = await stat(clusterDir);
  const foreign = spawn('sleep', ['60'], { cwd: '/', stdio: 'ignore', ...(asRoot && { uid, gid }) });
  try {
    const lines = [foreign.pid, clusterDir, 1, 1, '', '127.0.0.1', '', 'ready'];
    await writeFile(join(clusterDir, 'postmaster.pid'), `${lines.join('\n')}\n`);
    const error = await refusal(workshop.start(options));
    expect(error.code).toBe('data-in-use');
    expect(error.messageZh).toContain(`进程 ${foreign.pid}`);
    expect(error.messageZh).toContain('postmaster.pid');
    expect(foreign.exitCode).toBeNull();
  } finally {
    foreign.kill('SIGKILL');
    await once(foreign, 'exit');
  }
  await expectIntact(options);
});

test('read-only: a file where the data directory should be', async () => {
  const options = workshop.options(await workshop.directory());
  await writeFile(options.dataDir, 'x');
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('read-only');
  expect(error.message).toContain(options.dataDir);
  expect(await readFile(options.dataDir, 'utf8')).toBe('x');
});

(asRoot ? test.skip : test)('read-only: a directory that may not be written (not as root)', async () => {
  const options = workshop.options(await workshop.directory());
  await mkdir(options.dataDir);
  await chmod(options.dataDir, 0o500);
  expect((await refusal(workshop.start(options))).code).toBe('read-only');
  await chmod(options.dataDir, 0o700);
});

const mountTest = canMount ? test : test.skip;

mountTest('read-only: a file system mounted so, with a cluster on it (needs mount)', async () => {
  const mount = join(await workshop.directory(), 'mount');
  await workshop.mount(mount, 200);
  const { options } = await stoppedCluster(mount);
  run('mount', '-o', 'remount,ro', mount);
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('read-only');
  expect(error.message).toContain(options.dataDir);
  run('mount', '-o', 'remount,rw', mount);
  await expectIntact(options);
});

mountTest('disk-full: at the first start nothing stays behind (needs mount)', async () => {
  const mount = join(await workshop.directory(), 'mount');
  await workshop.mount(mount, 20);
  const options = workshop.options(mount);
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('disk-full');
  expect(error.message).toContain(options.dataDir);
  expect(await readdir(options.dataDir)).toEqual([]);
  run('mount', '-o', 'remount,size=200m', mount);
  await workshop.start(options);
});

mountTest('disk-full: with a cluster on the disk, nothing is damaged (needs mount)', async () => {
  const mount = join(await workshop.directory(), 'mount');
  await workshop.mount(mount, 120);
  const { options } = await stoppedCluster(mount);
  const filler = join(mount, 'filler');
  await writeFile(filler, Buffer.alloc(120 * 1024 * 1024)).catch(() => undefined);
  const error = await refusal(workshop.start(options));
  expect(error.code).toBe('disk-full');
  await rm(filler);
  await expectIntact(options);
});
