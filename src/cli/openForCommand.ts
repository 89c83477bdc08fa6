import { join } from 'node:path';
import { openDatabase } from '../app/openDatabase.js';
import type { Config } from '../config.js';
import { findRunningEmbedded } from '../embedded/embeddedPostgres.js';
import type { Logger } from '../log.js';
import { createPool, type Pool } from '../store/pool.js';

/** A database for the length of one command. */
export interface CommandDatabase {
  readonly pool: Pool;
  readonly dataDir: string;
  readonly close: () => Promise<void>;
}

/**
 * Opens the database for a command: beside a running service it uses that service's database; otherwise it starts
 * the embedded one and stops it again at the end.
 */
export async function openForCommand(
  config: Config,
  demo: boolean,
  logger: Logger,
): Promise<CommandDatabase> {
  const dataDir = demo ? join(config.dataDir, 'demo') : config.dataDir;
  if (config.databaseUrl === undefined) {
    const running = await findRunningEmbedded(dataDir, config.embeddedHome);
    if (running !== undefined) {
      const pool = createPool(running.connectionString, 4, logger);
      return { pool, dataDir, close: () => pool.end() };
    }
  }
  const tell = (message: string) => process.stderr.write(`${message}\n`);
  const database = await openDatabase(config, dataDir, 'command', logger, tell);
  return { pool: database.pool, dataDir, close: () => database.close() };
}
