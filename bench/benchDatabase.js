/** A server of its own for one benchmark, and databases in it that hold the schema and the seeds. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../dist/embedded/embeddedPostgres.js';
import { createLogger } from '../dist/log.js';
import { migrate } from '../dist/store/migrate.js';
import { createPool } from '../dist/store/pool.js';
import { loadSeeds } from '../dist/store/seeder.js';
import { readSeedFiles } from '../dist/store/seedFiles.js';

/** Starts a server in a directory of its own, hands it to `work`, and removes both afterwards. */
export async function withServer(work) {
  const directory = await mkdtemp(join(tmpdir(), 'cei-bench-'));
  // Ours, and empty: the account that runs the database as root's must be able to pass through.
  await chmod(directory, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    homeDir: join(directory, 'home'),
    database: 'bench',
    purpose: 'command',
    tell: (message) => console.error(message),
  });
  try {
    return await work({ directory, connectionString: server.connectionString });
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

/** A new database with schema and seeds; returns its URL. */
export async function createBenchDatabase({ connectionString }, name) {
  const admin = new pg.Client({ connectionString });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(connectionString);
  url.pathname = `/${name}`;
  await migrate(url.toString(), createLogger('warn'));
  const pool = createPool(url.toString(), 2, createLogger('silent'));
  await loadSeeds(pool, await readSeedFiles());
  await pool.end();
  return url.toString();
}

/** Seconds that `work` takes. */
export async function secondsOf(work) {
  const begun = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - begun) / 1e9;
}
