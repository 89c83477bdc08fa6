import pg from 'pg';
import { superuser } from './stateFile.js';

/** A connection string to the embedded server; without TLS, which loopback does not need, whatever PGSSLMODE says. */
export function connectionString(port: number, password: string, database: string): string {
  const name = encodeURIComponent(database);
  return `postgresql://${superuser}:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}?sslmode=disable`;
}

/** A connection string to the maintenance database, where our own bookkeeping takes place. */
export function ownConnectionString(port: number, password: string): string {
  return connectionString(port, password, 'postgres');
}

/**
 * Opens a connection that survives, as an object, the loss of its server: the loss only makes later queries
 * reject. `onLost` hears of it once.
 */
export async function connect(
  url: string,
  applicationName: string,
  onLost: () => void = () => undefined,
): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: applicationName,
    keepAlive: true,
    connectionTimeoutMillis: 10_000,
    // Not empty, or node-postgres would take PGOPTIONS; and an idle connection of ours is not to be ended.
    options: '-c idle_session_timeout=0 -c statement_timeout=0',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  client.once('end', onLost);
  return client;
}
