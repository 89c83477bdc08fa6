import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { markEverything, readConsequences } from '../src/assessment/database.fixture.js';
import { countPendingDays } from '../src/store/pendingDays.js';
import { loadSeeds } from '../src/store/seeder.js';
import { readSeedFiles } from '../src/store/seedFiles.js';
import { createTestDatabase, type TestDatabase } from './database.js';

jest.setTimeout(120_000);

const dist = (file: string) => pathToFileURL(path.resolve('dist', file)).href;
/** Recomputes until no mark is left for it, in batches of fewer days than are marked, and prints how many it did. */
const script = `
  import { recomputeBatch } from '${dist('assessment/recompute.js')}';
  import { createLogger } from '${dist('log.js')}';
  import { createPool } from '${dist('store/pool.js')}';
  const pool = createPool(process.argv[1], 2, createLogger('silent'));
  let days = 0;
  for (let done = 1; done > 0; days += done) done = await recomputeBatch(pool, { batchDays: 500 });
  console.log(days);
  await pool.end();`;
const stations = 3;
const days = 250;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  await loadSeeds(pool, await readSeedFiles());
  await pool.query(`insert into writes (kind, actor_name, actor_office) values ('manual', '测试', '分局')`);
  await pool.query(
    `insert into sites (code, name, kind) select 's-' || n, 's-' || n, 'air-station' from generate_series(1, $1::integer) n`,
    [stations],
  );
  await pool.query(
    `insert into site_group_members (group_code, site_id, position)
     select 'air-county-evaluation', id, 10 + id from sites where code like 's-%'`,
  );
  await pool.query(
    `select ensure_partitions('air_hour', timestamptz '2023-01-01 00:00+08', timestamptz '2024-12-31 23:00+08')`,
  );
  await pool.query(
    `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
     select timestamptz '2023-06-01 00:00+08' + h * interval '1 hour', (select max(id) from writes), s.id,
            10, 20, 1, 60 + h % 24, 50 + (h * s.id) % 97, 20 + h % 31
       from generate_series(0, $1::integer * 24 - 1) h cross join sites s where s.code like 's-%'`,
    [days],
  );
  await pool.query(
    `insert into pending_days (medium, site_id, day) select distinct 'air', site_id, beijing_day(ts) from air_hour`,
  );
});
afterAll(() => database.drop());

interface Worker {
  readonly process: ChildProcess;
  readonly days: Promise<number>;
}

function startWorker(): Worker {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, database.url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  return { process: child, days: once(child, 'close').then(() => Number(printed)) };
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not in time: ${what}`);
}

async function countWaiting(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::integer as n from pg_locks l join pg_database d on d.oid = l.database
      where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
  );
  return rows[0]!.n;
}

test('two processes share the work; one killed in the middle of a batch loses no mark and leaves no half figure', async () => {
  const { pool } = database;
  const all = stations * days;
  expect(await countPendingDays(pool)).toBe(all);
  // Both come as far as their station days, and no further: their marks are taken and nothing is committed.
  const gate = await pool.connect();
  await gate.query('begin');
  await gate.query(`select pg_advisory_xact_lock(hashtext('air group days'))`);
  const victim = startWorker();
  await until('the first holds marks', async () => (await countWaiting()) === 1);
  const other = startWorker();
  await until('the second holds others', async () => (await countWaiting()) === 2);
  victim.process.kill('SIGKILL');
  expect(await victim.days).toBe(0);
  expect(await countPendingDays(pool)).toBe(all);
  expect((await readConsequences(pool))['siteDays']).toEqual([]);
  await gate.query('commit');
  gate.release();
  const done = await other.days;
  expect(done).toBeGreaterThan(0);
  // The server may not have noticed yet that the victim is gone when the other one looked for marks the last time.
  let rest = 0;
  await until('no mark is left', async () => {
    rest += await startWorker().days;
    return (await countPendingDays(pool)) === 0;
  });
  // Every day was done, and no day twice.
  expect(done + rest).toBe(all);
  const shared = await readConsequences(pool);
  expect(shared['siteDays']).toHaveLength(all);
  expect(shared['groupDays']).toHaveLength(days);
});

test('two processes at once do every day once', async () => {
  const { pool } = database;
  const before = await readConsequences(pool);
  await markEverything(pool, '2023-06-01', '2023-06-02');
  const marked = await countPendingDays(pool);
  const counts = await Promise.all([startWorker().days, startWorker().days]);
  expect(counts[0] + counts[1]).toBe(marked);
  expect(await countPendingDays(pool)).toBe(0);
  expect(await readConsequences(pool)).toEqual(before);
});
