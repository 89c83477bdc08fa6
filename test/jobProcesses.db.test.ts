import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { until } from '../src/delivery/delivery.fixture.js';
import { listJobRuns, listJobs } from '../src/store/jobs.js';
import { createTestDatabase, type TestDatabase } from './database.js';

jest.setTimeout(180_000);

const dist = (file: string) => pathToFileURL(path.resolve('dist', file)).href;
/** Runs one job by a timetable; a run writes a line into `runs_seen` when it begins, and lasts as long as asked. */
const script = `
  import { createLogger } from '${dist('log.js')}';
  import { startScheduler } from '${dist('schedule/scheduler.js')}';
  import { createJobStore } from '${dist('store/jobs.js')}';
  import { createPool } from '${dist('store/pool.js')}';
  const [url, name, expression, behaviour] = process.argv.slice(1);
  const logger = createLogger('silent');
  const pool = createPool(url, 4, logger);
  const job = {
    name, expression, makesUp: true,
    async run() {
      await pool.query('insert into runs_seen (job, pid) values ($1, $2)', [name, process.pid]);
      if (behaviour === 'hang') await new Promise((resolve) => setTimeout(resolve, 3_600_000));
      if (behaviour === 'fail') throw new Error('磁盘已满');
    },
  };
  const store = createJobStore(pool, { leaseMs: 1_000, graceMs: 500 });
  const scheduler = await startScheduler([job], store, logger, { watchMs: 100 });
  console.log('up');
  process.on('SIGTERM', () => scheduler.stop().then(() => pool.end()).then(() => process.exit(0)));`;

/** Not due while the tests run. */
const farAway = '0 0 0 29 2 *';
let database: TestDatabase;
let children: ChildProcess[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  await database.pool.query('create table runs_seen (id serial primary key, job text, pid integer)');
});
afterEach(async () => {
  await Promise.all(children.map(kill));
  children = [];
});
afterAll(async () => {
  // The server may not have noticed yet that those killed are gone.
  await until('their sessions have ended', async () => {
    const { rows } = await database.pool.query<{ n: number }>(
      'select count(*)::integer as n from pg_stat_activity where datname = current_database()',
    );
    return rows[0]!.n <= database.pool.totalCount;
  });
  await database.drop();
});

async function start(name: string, expression: string, behaviour = 'quick'): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ['--input-type=module', '-e', script, database.url, name, expression, behaviour],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  children.push(child);
  await once(child.stdout, 'data');
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'close');
}

async function seen(name: string): Promise<number[]> {
  const { rows } = await database.pool.query<{ pid: number }>(
    'select pid from runs_seen where job = $1 order by id',
    [name],
  );
  return rows.map(({ pid }) => pid);
}

async function standing(name: string) {
  return (await listJobs(database.pool)).find((job) => job.name === name)!;
}

/** Makes a job's time pass without anybody there. */
async function miss(name: string): Promise<void> {
  await database.pool.query(
    `update jobs set next_due_at = date_trunc('second', now()) - interval '2 days' where name = $1`,
    [name],
  );
}

test('two processes run each due time once', async () => {
  await Promise.all([start('each-second', '* * * * * *'), start('each-second', '* * * * * *')]);
  await until('some runs', async () => (await seen('each-second')).length >= 6);
  for (const child of children) {
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }
  const runs = await listJobRuns(database.pool, 'each-second');
  expect(new Set(runs.map(({ dueAt }) => dueAt.getTime())).size).toBe(runs.length);
  expect(runs).toHaveLength((await seen('each-second')).length);
  expect(runs.every(({ outcome }) => outcome === 'succeeded')).toBe(true);
  expect(await standing('each-second')).toMatchObject({
    running: false,
    failures: 0,
    lastOutcome: 'succeeded',
  });
});

test('a run whose process is killed is done again by the other one, and none before', async () => {
  const holder = await start('held', farAway, 'hang');
  await miss('held');
  await until('the first has it', async () => (await seen('held')).length === 1);
  const other = await start('held', farAway);
  // Longer than the lease: the first one keeps it.
  await until('the lease was renewed', async () => {
    const { rows } = await database.pool.query<{ renewed: boolean }>(
      `select lease_until > last_started_at + interval '2 seconds' as renewed from jobs where name = 'held'`,
    );
    return rows[0]!.renewed;
  });
  expect(await seen('held')).toEqual([holder.pid]);
  expect(await standing('held')).toMatchObject({ running: true });
  await kill(holder);
  await until('the other has done it', async () => (await standing('held')).lastOutcome === 'succeeded');
  expect(await seen('held')).toEqual([holder.pid, other.pid]);
  const runs = await listJobRuns(database.pool, 'held');
  expect(runs.map(({ cause, outcome }) => `${cause} ${outcome}`)).toEqual([
    'taken-over succeeded',
    'made-up abandoned',
  ]);
  expect(runs[0]!.dueAt).toEqual(runs[1]!.dueAt);
});

test('a run that was missed while nobody was there is made up once', async () => {
  await kill(await start('missed', farAway));
  expect(await seen('missed')).toEqual([]);
  await miss('missed');
  await Promise.all([start('missed', farAway), start('missed', farAway), start('missed', farAway)]);
  await until('it is made up', async () => (await standing('missed')).lastOutcome === 'succeeded');
  for (const child of children.slice(1)) {
    child.kill('SIGTERM');
    expect(await once(child, 'close')).toEqual([0, null]);
  }
  expect(await seen('missed')).toHaveLength(1);
  const job = await standing('missed');
  expect(job.nextDueAt.getTime()).toBeGreaterThan(Date.now());
  expect(job.nextDueAt.toISOString()).toMatch(/-02-28T16:00:00/);
});

test('a run that ends its process every time is given up after a few', async () => {
  await start('deadly', farAway, 'hang');
  await miss('deadly');
  for (let n = 1; n <= 4; n += 1) {
    await until(`run ${n}`, async () => (await seen('deadly')).length === n);
    await kill(children.at(-1)!);
    await start('deadly', farAway, 'hang');
  }
  await until('it is given up', async () => {
    const job = await standing('deadly');
    return !job.running && job.failures === 4;
  });
  expect(await standing('deadly')).toMatchObject({ lastOutcome: 'abandoned' });
  expect(await seen('deadly')).toHaveLength(4);
});

test('a job that fails stays visible until it succeeds', async () => {
  const failing = await start('failing', '* * * * * *', 'fail');
  await until('it has failed twice', async () => (await standing('failing')).failures >= 2);
  expect(await standing('failing')).toMatchObject({
    lastOutcome: 'failed',
    lastError: '磁盘已满',
    lastSuccessAt: null,
  });
  expect((await standing('failing')).lastDurationMs).toBeGreaterThanOrEqual(0);
  await kill(failing);
  await start('failing', '* * * * * *');
  await until('it has succeeded', async () => (await standing('failing')).failures === 0);
  expect(await standing('failing')).toMatchObject({ lastOutcome: 'succeeded', lastError: null });
});
