import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { findNativePackage, prepareBinaries } from './binaries.js';
import { findCluster, openDataDir, placeCluster, requireMajor } from './clusterPlace.js';
import { connect, connectionString, ownConnectionString } from './connection.js';
import { createCluster, resetPassword } from './createCluster.js';
import { errorCode, explainSystemError } from './embeddedError.js';
import { acquireLaunchLock } from './launchLock.js';
import { removeLeftovers } from './ownDirectory.js';
import { OwnerLock } from './ownerLock.js';
import { findRunningServer, type RunningServer } from './postmaster.js';
import { startServer, stopServer, type Cluster } from './serverControl.js';
import { readState, stateFilePath, writeState, type ClusterState } from './stateFile.js';

export { EmbeddedPostgresError, type EmbeddedErrorCode } from './embeddedError.js';

export interface EmbeddedOptions {
  /** The user's DATA_DIR. The cluster lives in its `postgres` unless the account that runs it cannot get there. */
  readonly dataDir: string;
  /**
   * Where root puts binaries and clusters that the unprivileged account must reach. Default: the first usable of
   * /var/lib/county-environmental-indicators and /var/tmp/county-environmental-indicators.
   */
  readonly homeDir?: string;
  /** 0 or absent: the port of the last start if it is free, else any. */
  readonly port?: number;
  /** Created if missing, UTF8. */
  readonly database: string;
  readonly purpose: 'service' | 'command' | 'test';
  /** Further PostgreSQL settings, for this start only. `fsync` off also makes initialisation quicker. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Hears, in Chinese, of long work and of where data were placed. */
  tell(message: string): void;
}

export interface EmbeddedServer {
  readonly connectionString: string;
  readonly majorVersion: number;
  readonly clusterDir: string;
  readonly pid: number;
  /** The server was running already, left by a process that died. Its settings are those of its own start. */
  readonly adopted: boolean;
  /** Ends all connections and stops the server; may be called again. The caller calls it: there are no exit hooks. */
  stop(): Promise<void>;
}

const startPatience = { busyMs: 300_000, silentMs: 15_000 };
const noPatience = { busyMs: 0, silentMs: 0 };

/**
 * Starts the embedded PostgreSQL on the data directory, making the cluster on the first start and taking over
 * a server that a crashed process left. Throws `EmbeddedPostgresError` where that cannot be, nothing damaged.
 */
export async function startEmbeddedPostgres(options: EmbeddedOptions): Promise<EmbeddedServer> {
  const wantedDir = resolve(options.dataDir);
  try {
    const dataDir = await openDataDir(wantedDir);
    const launchLock = await acquireLaunchLock(dataDir);
    try {
      return await launch(dataDir, options);
    } finally {
      await launchLock.release();
    }
  } catch (error) {
    throw explainSystemError(error, wantedDir);
  }
}

/** The server that runs on the data directory now, for a command beside a running service; starts nothing. */
export async function findRunningEmbedded(
  dataDir: string,
  homeDir?: string,
): Promise<{ connectionString: string; pid: number } | undefined> {
  try {
    const realDir = await realpath(dataDir);
    const state = await readState(realDir);
    const found = state && (await findCluster(realDir, state, homeDir));
    if (!found) return undefined;
    const running = await findRunningServer(found.clusterDir, state.password, noPatience, () => undefined);
    if (!running) return undefined;
    const url = connectionString(running.port, state.password, state.database ?? 'postgres');
    return { connectionString: url, pid: running.pid };
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw explainSystemError(error, dataDir);
  }
}

async function launch(dataDir: string, options: EmbeddedOptions): Promise<EmbeddedServer> {
  const { cluster, state } = await openCluster(dataDir, options);
  const running = await adoptOrStart(cluster, state, options);
  const url = connectionString(running.port, state.password, options.database);
  try {
    await writeState(
      dataDir,
      { ...state, port: running.port, database: options.database },
      cluster.clusterDir,
    );
    await ensureDatabase(running.port, state.password, options.database);
  } catch (error) {
    await stopOwned(cluster, running).catch(() => undefined);
    throw error;
  }
  let stopping: Promise<void> | undefined;
  return {
    connectionString: url,
    majorVersion: cluster.binaries.majorVersion,
    clusterDir: cluster.clusterDir,
    pid: running.pid,
    adopted: running.adopted,
    stop: () => (stopping ??= stopOwned(cluster, running)),
  };
}

async function openCluster(
  dataDir: string,
  options: EmbeddedOptions,
): Promise<{ cluster: Cluster; state: ClusterState }> {
  const native = await findNativePackage();
  const known = await readState(dataDir);
  const place = await placeCluster(dataDir, known, options);
  // The launch lock is ours, so whatever is half-made belongs to a start that died.
  await removeLeftovers(stateFilePath(dataDir));
  await removeLeftovers(place.clusterDir);
  const binaries = await prepareBinaries(native, place.user, {
    homeDir: options.homeDir,
    dataDir,
    tell: (message) => options.tell(message),
  });
  const { clusterDir, user } = place;
  const cluster = { clusterDir, binaries, user };
  if (place.exists) await requireMajor(clusterDir, binaries.majorVersion);
  if (place.exists && known) return { cluster, state: known };

  let password: string;
  if (place.exists) {
    options.tell(`没有找到 ${clusterDir} 的内部密码，正在重设…`);
    password = await resetPassword(binaries, clusterDir, user);
  } else {
    options.tell(`正在初始化内置数据库（PostgreSQL ${binaries.majorVersion}），位置 ${clusterDir} …`);
    const durable = options.settings?.fsync !== 'off';
    password = await createCluster(binaries, clusterDir, user, { durable });
  }
  const state = { password, clusterDir: place.elsewhere ? clusterDir : undefined };
  await writeState(dataDir, state, clusterDir);
  return { cluster, state };
}

interface OwnedServer extends RunningServer {
  readonly adopted: boolean;
  readonly lock: OwnerLock;
}

async function adoptOrStart(
  cluster: Cluster,
  state: ClusterState,
  options: EmbeddedOptions,
): Promise<OwnedServer> {
  const { clusterDir } = cluster;
  const tell = (message: string) => options.tell(message);
  const fixedPort = options.port === 0 ? undefined : options.port;
  const orphan = await findRunningServer(clusterDir, state.password, startPatience, tell);
  if (orphan) {
    const lock = await own(orphan, state, options.purpose, clusterDir);
    if (fixedPort === undefined || fixedPort === orphan.port) {
      tell(`接管上次未正常关闭而仍在运行的内置数据库（进程 ${orphan.pid}）。`);
      return { ...orphan, adopted: true, lock };
    }
    await stopOwned(cluster, { ...orphan, lock });
  }
  tell('正在启动内置数据库…');
  const { settings } = options;
  const started = await startServer(cluster, { fixedPort, preferredPort: state.port, settings, tell });
  try {
    return { ...started, adopted: false, lock: await own(started, state, options.purpose, clusterDir) };
  } catch (error) {
    await stopServer(cluster, started.pid).catch(() => undefined);
    throw error;
  }
}

function own(
  server: RunningServer,
  state: ClusterState,
  purpose: string,
  clusterDir: string,
): Promise<OwnerLock> {
  return OwnerLock.acquire(ownConnectionString(server.port, state.password), purpose, clusterDir);
}

// The lock is kept until the server is down: given up before, another start could adopt what is being stopped.
async function stopOwned(cluster: Cluster, server: RunningServer & { lock: OwnerLock }): Promise<void> {
  try {
    if ((await server.lock.check()) !== 'foreign') await stopServer(cluster, server.pid);
  } finally {
    await server.lock.release();
  }
}

async function ensureDatabase(port: number, password: string, database: string): Promise<void> {
  const client = await connect(ownConnectionString(port, password), 'cei-start');
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [database]);
    if (rowCount) return;
    await client.query(
      `create database ${client.escapeIdentifier(database)} encoding 'UTF8' template template0`,
    );
  } finally {
    await client.end();
  }
}
