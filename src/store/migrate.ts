import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import type { Logger } from '../log.js';

const migrationsDir = fileURLToPath(new URL('../../migrations', import.meta.url));

/** What the database is, as shown at start-up and in test output. */
export interface DatabaseEngine {
  /** e.g. `PostgreSQL 18.4` or `PostgreSQL 15.18 + TimescaleDB 2.28.1`. */
  readonly label: string;
  readonly timescale: boolean;
}

/**
 * Brings the schema up to date: forward-only migrations, one transaction each, under an advisory lock that a second
 * process waits for. Installs the TimescaleDB extension first where the server offers it.
 *
 * @throws Error when the server is older than PostgreSQL 15, its encoding is not UTF8, or a migration fails
 */
export async function migrate(url: string, logger: Logger): Promise<DatabaseEngine> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await checkServer(client);
    await installTimescale(client, logger);
  } finally {
    await client.end();
  }
  // A fresh connection: TimescaleDB hooks only load with the session that follows its installation.
  await runner({
    databaseUrl: url,
    dir: migrationsDir,
    direction: 'up',
    migrationsTable: 'schema_migrations',
    singleTransaction: false,
    checkOrder: true,
    advisoryLockMode: 'wait',
    log: (message) => logger.debug(message),
  });
  return describeEngine(url);
}

/** Names the server and its TimescaleDB version, if that is installed in the database. */
export async function describeEngine(url: string): Promise<DatabaseEngine> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ server: string; timescale: string | null }>(
      `select current_setting('server_version') as server,
              (select extversion from pg_extension where extname = 'timescaledb') as timescale`,
    );
    const { server, timescale } = rows[0]!;
    const version = server.split(' ')[0];
    return {
      label: `PostgreSQL ${version}${timescale === null ? '' : ` + TimescaleDB ${timescale}`}`,
      timescale: timescale !== null,
    };
  } finally {
    await client.end();
  }
}

async function checkServer(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ version: number; encoding: string }>(
    `select current_setting('server_version_num')::integer as version,
            pg_encoding_to_char(encoding) as encoding
       from pg_database where datname = current_database()`,
  );
  const { version, encoding } = rows[0]!;
  if (version < 150_000) {
    throw new Error(
      `需要 PostgreSQL 15 或更高版本 / PostgreSQL 15 or newer is needed; the server is ${version}`,
    );
  }
  if (encoding !== 'UTF8') {
    throw new Error(`数据库编码必须是 UTF8 / the database must be encoded in UTF8; it is ${encoding}`);
  }
}

async function installTimescale(client: pg.Client, logger: Logger): Promise<void> {
  const { rowCount } = await client.query(
    `select from pg_available_extensions where name = 'timescaledb' and installed_version is null`,
  );
  if (rowCount === 0) return;
  try {
    await client.query('create extension if not exists timescaledb');
  } catch (error) {
    // Not preloaded, or no right to install it: plain partitions serve as well, so this is no reason to stop.
    logger.warn(
      { err: error },
      'TimescaleDB is available but could not be installed; using native partitions',
    );
  }
}
