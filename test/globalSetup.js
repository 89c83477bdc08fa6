import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { URL } from 'node:url';
import pg from 'pg';

// Jest applies no module mapping here, so this file uses the build that `npm test` makes first.
import { createLogger } from '../dist/log.js';
import { migrate } from '../dist/store/migrate.js';

/**
 * Starts a database server for the tests (or uses TEST_DATABASE_URL), migrates the template they clone, and says
 * which engine it is.
 */
export default async function globalSetup() {
  const external = process.env.TEST_DATABASE_URL;
  const adminUrl = external ?? (await startServer());
  const template = `cei_template_${randomBytes(4).toString('hex')}`;
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  await client.query(`create database ${template} template template0 encoding 'UTF8'`);
  await client.end();
  const url = new URL(adminUrl);
  url.pathname = `/${template}`;
  const engine = await migrate(url.toString(), createLogger('warn'));
  process.env.CEI_TEST_ADMIN_URL = adminUrl;
  process.env.CEI_TEST_TEMPLATE = template;
  const source = external === undefined ? 'embedded' : 'TEST_DATABASE_URL';
  process.stderr.write(`\n数据库测试引擎 / database tests run on: ${engine.label} (${source})\n`);
}

async function startServer() {
  const { startEmbeddedPostgres } = await import('../dist/embedded/embeddedPostgres.js');
  const directory = await mkdtemp(join(tmpdir(), 'cei-test-'));
  try {
    // As root the database runs under an unprivileged account, which must be able to enter.
    await chmod(directory, 0o755);
    const server = await startEmbeddedPostgres({
      dataDir: join(directory, 'data'),
      homeDir: join(directory, 'home'),
      database: 'cei',
      purpose: 'test',
      settings: { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '200' },
      tell: () => undefined,
    });
    globalThis.ceiTestServer = { server, directory };
    return server.connectionString;
  } catch (error) {
    await rm(directory, { recursive: true, force: true });
    throw error;
  }
}
