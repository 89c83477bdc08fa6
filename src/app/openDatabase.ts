import type { Config } from '../config.js';
import {
  startEmbeddedPostgres,
  type EmbeddedOptions,
  type EmbeddedServer,
} from '../embedded/embeddedPostgres.js';
import { killServer } from '../embedded/killServer.js';
import type { Logger } from '../log.js';
import { migrate, type DatabaseEngine } from '../store/migrate.js';
import { createPool, type Pool } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { keepTimescalePolicies } from '../store/timescalePolicies.js';

const watchMs = 2_000;

/** An open database: migrated, seeded, with a pool. */
export interface OpenDatabase {
  readonly url: string;
  readonly pool: Pool;
  readonly engine: DatabaseEngine;
  /** Kills the embedded server as a power cut would; for tests of what survives. */
  killServer(): void;
  /** Closes the pool, then stops the embedded server. */
  close(): Promise<void>;
}

/**
 * Opens the database that the configuration names: the external one of DATABASE_URL, or the embedded one under
 * `dataDir`, which is started and, should it die, started again on the same port. Brings the schema up to date and
 * loads the seeds.
 *
 * @param tell receives progress in the words of the terminal
 */
export async function openDatabase(
  config: Config,
  dataDir: string,
  purpose: 'service' | 'command',
  logger: Logger,
  tell: (message: string) => void,
): Promise<OpenDatabase> {
  const keeper =
    config.databaseUrl === undefined
      ? await EmbeddedKeeper.start(
          {
            dataDir,
            port: config.embeddedPort,
            database: 'indicators',
            purpose,
            tell,
            ...(config.embeddedHome === undefined ? {} : { homeDir: config.embeddedHome }),
          },
          logger,
        )
      : undefined;
  const url = keeper?.url ?? config.databaseUrl!;
  try {
    const { pool, engine } = await prepare(url, config, logger, tell);
    return {
      url,
      pool,
      engine,
      killServer: () => keeper?.kill(),
      async close() {
        await pool.end();
        await keeper?.stop();
      },
    };
  } catch (error) {
    await keeper?.stop();
    throw error;
  }
}

async function prepare(url: string, config: Config, logger: Logger, tell: (message: string) => void) {
  tell('正在更新数据库结构… / migrating');
  const engine = await migrate(url, logger);
  const pool = createPool(url, config.databasePoolSize, logger);
  await keepTimescalePolicies(pool, config.timescale, engine.timescale, logger);
  const outcome = await loadSeeds(pool, await readSeedFiles());
  if (outcome.added + outcome.updated > 0) {
    tell(`基础数据：新增 ${outcome.added} 项，更新 ${outcome.updated} 项 / seeds loaded`);
  }
  if (outcome.kept.length > 0) {
    tell(`保留本单位修改过的基础数据 ${outcome.kept.length} 项 / kept as edited: ${outcome.kept.join(', ')}`);
  }
  return { pool, engine };
}

/** Keeps the embedded server running for as long as the service lives. */
class EmbeddedKeeper {
  readonly url: string;
  readonly #options: EmbeddedOptions;
  readonly #logger: Logger;
  readonly #timer: NodeJS.Timeout;
  #server: EmbeddedServer;
  #restarting: Promise<void> | undefined;

  static async start(options: EmbeddedOptions, logger: Logger): Promise<EmbeddedKeeper> {
    return new EmbeddedKeeper(await startEmbeddedPostgres(options), options, logger);
  }

  private constructor(server: EmbeddedServer, options: EmbeddedOptions, logger: Logger) {
    this.#server = server;
    this.url = server.connectionString;
    // The pool's address must stay true: a restart takes the port that the first start found.
    this.#options = { ...options, port: Number(new URL(server.connectionString).port) };
    this.#logger = logger;
    this.#timer = setInterval(() => {
      if (this.#restarting === undefined && !isAlive(this.#server.pid)) this.#restarting = this.#restart();
    }, watchMs);
    this.#timer.unref();
  }

  kill(): void {
    killServer(this.#server.pid);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#restarting;
    await this.#server.stop();
  }

  async #restart(): Promise<void> {
    this.#logger.error('the embedded database has died; starting it again');
    try {
      // Lets go of what the dead server's launcher still holds.
      await this.#server.stop().catch(() => undefined);
      this.#server = await startEmbeddedPostgres(this.#options);
      this.#logger.warn('the embedded database is up again');
    } catch (error) {
      this.#logger.error({ err: error }, 'the embedded database could not be started again; trying on');
    } finally {
      this.#restarting = undefined;
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
