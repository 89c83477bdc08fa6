import { rm } from 'node:fs/promises';
import pg from 'pg';

/** Removes the template and stops the server that `globalSetup` started. */
export default async function globalTeardown() {
  const client = new pg.Client({ connectionString: process.env.CEI_TEST_ADMIN_URL });
  await client.connect();
  await client.query(`drop database ${process.env.CEI_TEST_TEMPLATE}`);
  await client.end();
  const started = globalThis.ceiTestServer;
  await started?.server.stop();
  if (started !== undefined) await rm(started.directory, { recursive: true, force: true });
}
