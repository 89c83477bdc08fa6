import pg from 'pg';
import { DomainError } from '../domain/domainError.js';
import type { Logger } from '../log.js';

export type { Pool, PoolClient } from 'pg';

/** Something that runs SQL: the pool for single statements, a client inside a transaction. */
export type Queryable = Pick<pg.Pool, 'query'> | Pick<pg.PoolClient, 'query'>;

/**
 * Opens the connection pool.
 *
 * @param url PostgreSQL connection URL
 * @param size most connections at a time
 */
export function createPool(url: string, size: number, logger: Logger): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max: size,
    application_name: 'county-environmental-indicators',
    connectionTimeoutMillis: 10_000,
    // Dates leave the database as texts: a Date would drag in the process's time zone.
    types: { getTypeParser: dateAsText as typeof pg.types.getTypeParser },
    options: '-c timezone=Asia/Shanghai -c statement_timeout=600000',
  });
  // An idle connection that the server closed is not a reason to crash: the next query opens a new one.
  pool.on('error', (error) => logger.warn({ err: error }, 'idle database connection lost'));
  return pool;
}

const dateOid = 1082;

function dateAsText(oid: number, format?: 'text' | 'binary'): unknown {
  if (oid === dateOid) return (text: string) => text;
  return pg.types.getTypeParser(oid, format);
}

/**
 * Runs work in one transaction: commits when it returns, rolls back when it throws. A connection whose rollback fails
 * is discarded.
 *
 * @param settings `set local` statements that hold for the transaction, a constant text; they take no way of their own
 */
export async function inTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
  settings = '',
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  // Without a listener, losing the database in the middle would end the process.
  const remember = (error: Error) => {
    broken = error;
  };
  client.on('error', remember);
  try {
    await client.query(settings === '' ? 'begin' : `begin; ${settings}`);
    const result = await work(client);
    // Lost before the commit was even sent: nothing is stored, and that much is known.
    if (broken !== undefined) throw broken;
    await commit(client);
    return result;
  } catch (error) {
    const lost = broken;
    await client.query('rollback').catch((rollbackError: Error) => {
      broken = rollbackError;
    });
    // Of a connection that was lost between two statements, pg says only that it cannot be used; why is what counts.
    throw lost !== undefined && isNotQueryable(error) ? lost : error;
  } finally {
    client.removeListener('error', remember);
    client.release(broken);
  }
}

/** Runs reading work on one state of the database, whatever others commit meanwhile. */
export async function inSnapshot<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  return inTransaction(pool, async (client) => {
    await client.query('set transaction isolation level repeatable read, read only');
    return work(client);
  });
}

async function commit(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('commit');
  } catch (error) {
    // With a code the server has answered, and rolled back; without one the answer was lost, and it may have committed.
    if (error instanceof pg.DatabaseError && !/^(08|57P)/.test(error.code ?? '')) throw error;
    throw new DomainError('outcome-unknown', {}, { cause: error });
  }
}

function isNotQueryable(error: unknown): boolean {
  return error instanceof Error && error.message.includes('not queryable');
}
