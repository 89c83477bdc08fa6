import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, jest, test } from '@jest/globals';
import { killGroup, query, refusal, until, Workshop } from './embedded.fixture.js';
import { findRunningEmbedded } from './embeddedPostgres.js';
import { isAlive } from './postmaster.js';

jest.setTimeout(90_000);
const workshop = new Workshop();
afterEach(async () => workshop.clean());
afterAll(async () => workshop.clean());

describe('a first start', () => {
  test('makes a UTF8, locale C cluster that keeps Chinese text, untouched by PG* variables', async () => {
    Object.assign(process.env, { PGDATA: '/nowhere', PGPORT: '1', PGOPTIONS: '-c datestyle=German' });
    try {
      const options = workshop.options(await workshop.directory(), { database: '同心县 "指标"' });
      const server = await workshop.start(options);
      expect(server).toMatchObject({ adopted: false, majorVersion: 18 });
      expect(server.clusterDir).toBe(join(options.dataDir, 'postgres'));
      const [facts] = await query(
        server.connectionString,
        `select current_database() as database, pg_encoding_to_char(encoding) as encoding, datcollate, datctype,
                '清水河氟化物' as text, length('清水河') as characters,
                current_setting('listen_addresses') as listens, current_setting('unix_socket_directories') as sockets,
                current_setting('fsync') as fsync, current_setting('password_encryption') as passwords
           from pg_database where datname = current_database()`,
      );
      expect(facts).toEqual({
        database: '同心县 "指标"',
        encoding: 'UTF8',
        datcollate: 'C',
        datctype: 'C',
        text: '清水河氟化物',
        characters: 3,
        listens: '127.0.0.1',
        sockets: '',
        fsync: 'off',
        passwords: 'scram-sha-256',
      });
      await expect(
        query(server.connectionString.replace(/:[0-9a-f]{64}@/, ':wrong@'), 'select 1'),
      ).rejects.toThrow(/password authentication failed/);
    } finally {
      for (const name of ['PGDATA', 'PGPORT', 'PGOPTIONS']) delete process.env[name];
    }
  });

  test('shows the password to nobody, neither during initdb nor after', async () => {
    const options = workshop.options(await workshop.directory());
    await mkdir(options.dataDir);
    let done = false;
    const modes = new Set<string>();
    const starting = workshop.start(options).finally(() => (done = true));
    while (!done) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const staging = (await readdir(options.dataDir)).find((name) => name.includes('.init-'));
      if (!staging) continue;
      const directory = join(options.dataDir, staging);
      const [outer, inner] = await Promise.allSettled([stat(directory), stat(join(directory, 'password'))]);
      if (outer.status === 'fulfilled' && inner.status === 'fulfilled') {
        modes.add(`${(outer.value.mode & 0o777).toString(8)} ${(inner.value.mode & 0o777).toString(8)}`);
      }
    }
    await starting;
    expect([...modes]).toEqual(['700 600']);
    expect((await readdir(options.dataDir)).sort()).toEqual(['postgres', 'postgres.json']);
    expect((await stat(join(options.dataDir, 'postgres.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(options.dataDir, 'postgres'))).mode & 0o777).toBe(0o700);
  });

  test('works where the path holds spaces, quotes and dollar signs', async () => {
    const directory = await workshop.directory();
    const dataDir = join(directory, `数据 "a" $HOME 'b'`);
    // Binaries are copied to homeDir when the project cannot be entered, and initdb cannot quote its own path.
    const server = await workshop.start(workshop.options(directory, { dataDir }));
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });
});

describe('a second start on the same data', () => {
  test('is refused, naming the holder, while the first goes on', async () => {
    const options = workshop.options(await workshop.directory(), { purpose: 'service' });
    const server = await workshop.start(options);
    const error = await refusal(workshop.start({ ...options, purpose: 'command' }));
    expect(error.code).toBe('data-in-use');
    expect(error.messageZh).toContain(`服务，进程号 ${process.pid}`);
    expect(error.messageEn).toContain(`service, pid ${process.pid}`);
    expect(error.message).toContain(server.clusterDir);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('at the same moment is refused', async () => {
    const options = workshop.options(await workshop.directory());
    const outcomes = await Promise.allSettled([workshop.start(options), workshop.start(options)]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    const rejected = outcomes.find((outcome) => outcome.status === 'rejected');
    expect(rejected?.reason).toMatchObject({ code: 'data-in-use' });
  });

  test('after a stop finds the data and the port again', async () => {
    const options = workshop.options(await workshop.directory());
    const first = await workshop.start(options);
    await query(first.connectionString, `create table note as select '预旺镇' as town`);
    await Promise.all([first.stop(), first.stop()]);
    await first.stop();
    expect(isAlive(first.pid)).toBe(false);
    const second = await workshop.start(options);
    expect(second).toMatchObject({ adopted: false, connectionString: first.connectionString });
    expect(await query(second.connectionString, 'select town from note')).toEqual([{ town: '预旺镇' }]);
  });
});

describe('after a crash', () => {
  test('of Node and its whole process group, the server is adopted and can be stopped', async () => {
    const directory = await workshop.directory();
    const options = workshop.options(directory);
    const { child, ready } = await workshop.child(directory, { ...options, purpose: 'service' });
    const pid = await ready;
    const error = await refusal(workshop.start(options));
    expect(error.messageEn).toContain(`service, pid ${child.pid}`);

    await killGroup(child);
    const server = await workshop.start(options);
    expect(server).toMatchObject({ adopted: true, pid });
    expect((await refusal(workshop.start(options))).code).toBe('data-in-use');
    await server.stop();
    expect(isAlive(pid)).toBe(false);
  });

  test('of Node, a fixed port other than the orphan has is honoured', async () => {
    const directory = await workshop.directory();
    const options = workshop.options(directory);
    const { child, ready } = await workshop.child(directory, options);
    const orphan = await ready;
    await killGroup(child);
    const other = await workshop.start(workshop.options(await workshop.directory()));
    await other.stop();
    const port = Number(new URL(other.connectionString).port);
    const server = await workshop.start({ ...options, port });
    expect(server.adopted).toBe(false);
    expect(new URL(server.connectionString).port).toBe(String(port));
    expect(isAlive(orphan)).toBe(false);
  });

  test('of Node in the middle of initdb, nothing half-made stays and the next start succeeds', async () => {
    const directory = await workshop.directory();
    const options = workshop.options(directory);
    await mkdir(options.dataDir);
    const { child } = await workshop.child(directory, options);
    const leftovers = async () => (await readdir(options.dataDir)).filter((name) => name.includes('.init-'));
    await until(async () => {
      const [staging] = await leftovers();
      return (
        staging !== undefined &&
        (await stat(join(options.dataDir, staging, 'data', 'base')).catch(() => false)) !== false
      );
    }, 'initdb is at work');
    await killGroup(child);
    expect(await leftovers()).toHaveLength(1);
    expect(await readdir(options.dataDir)).not.toContain('postgres');

    const server = await workshop.start(options);
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect((await readdir(options.dataDir)).sort()).toEqual(['postgres', 'postgres.json']);
  });

  test('of the server, Node lives on, and the next start recovers what was committed', async () => {
    const options = workshop.options(await workshop.directory());
    const crashed = await workshop.start(options);
    await query(crashed.connectionString, `create table note as select generate_series(1, 1000) as n`);
    process.kill(crashed.pid, 'SIGKILL');
    await until(() => !isAlive(crashed.pid), 'the server is dead');
    const server = await workshop.start(options);
    expect(server).toMatchObject({ adopted: false });
    expect(await query(server.connectionString, 'select count(*)::int as n from note')).toEqual([
      { n: 1000 },
    ]);
    // The handle of the dead server must not stop the one that took its place.
    await crashed.stop();
    expect(await query(server.connectionString, 'select 1 as one')).toEqual([{ one: 1 }]);
  });

  test('of one connection, which restarts all, the ownership is taken again', async () => {
    const options = workshop.options(await workshop.directory());
    const server = await workshop.start(options);
    const [backend] = await query<{ pid: number }>(
      server.connectionString,
      `select pid from pg_stat_activity where application_name like 'cei-test %'`,
    );
    process.kill(backend?.pid ?? 0, 'SIGKILL');
    const owners = () =>
      query(server.connectionString, `select pid from pg_locks where locktype = 'advisory'`).catch(() => []);
    await until(
      async () => !isAlive(backend?.pid ?? 0) && (await owners()).length === 1,
      'the lock is held again',
    );
    expect((await refusal(workshop.start(options))).code).toBe('data-in-use');
    await server.stop();
    expect(isAlive(server.pid)).toBe(false);
  });

  test('or a tidy-up that lost the state file, the password is set anew', async () => {
    const options = workshop.options(await workshop.directory());
    const first = await workshop.start(options);
    await query(first.connectionString, 'create table note as select 7 as n');
    await first.stop();
    await rm(join(options.dataDir, 'postgres.json'));
    const second = await workshop.start(options);
    expect(new URL(second.connectionString).password).not.toBe(new URL(first.connectionString).password);
    expect(await query(second.connectionString, 'select n from note')).toEqual([{ n: 7 }]);
  });
});

describe('findRunningEmbedded', () => {
  test('finds a running server from beside it, and none before and after', async () => {
    const options = workshop.options(await workshop.directory());
    expect(await findRunningEmbedded(options.dataDir)).toBeUndefined();
    const server = await workshop.start(options);
    const { connectionString, pid } = server;
    expect(await findRunningEmbedded(options.dataDir)).toEqual({ connectionString, pid });
    await server.stop();
    expect(await findRunningEmbedded(options.dataDir)).toBeUndefined();
    const state = JSON.parse(await readFile(join(options.dataDir, 'postgres.json'), 'utf8')) as object;
    expect(state).toMatchObject({ database: 'cei' });
  });
});
