import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { createLogger } from '../src/log.js';
import { createPool, type Pool } from '../src/store/pool.js';

/** A database of its own for one test file, cloned from the migrated template. */
export interface TestDatabase {
  readonly url: string;
  readonly pool: Pool;
  /** Closes the pool and removes the database; fails when connections were leaked. */
  drop(): Promise<void>;
}

/** Clones the template that `globalSetup` migrated. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = process.env['CEI_TEST_ADMIN_URL'];
  const template = process.env['CEI_TEST_TEMPLATE'];
  if (adminUrl === undefined || template === undefined) throw new Error('globalSetup did not run');
  const name = `cei_test_${randomBytes(6).toString('hex')}`;
  await runAdmin(adminUrl, `create database ${name} template ${template}`);
  const url = withDatabase(adminUrl, name);
  const pool = createPool(url, 6, createLogger('silent'));
  return {
    url,
    pool,
    async drop() {
      await pool.end();
      await runAdmin(adminUrl, `drop database ${name}`);
    },
  };
}

/** The same server's URL with another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.toString();
}

/** Runs one statement on the maintenance database; waits for other sessions that use the template to finish. */
export async function runAdmin(adminUrl: string, statement: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const client = new pg.Client({ connectionString: adminUrl });
    await client.connect();
    try {
      await client.query(statement);
      return;
    } catch (error) {
      // 55006 object_in_use: two test files clone the template at once, or a background worker is in the database.
      if ((error as { code?: string }).code !== '55006' || attempt >= 20) throw error;
    } finally {
      await client.end();
    }
    await new Promise((resolve) => setTimeout(resolve, 100 * attempt));
  }
}
