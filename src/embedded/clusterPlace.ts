import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, errorCode, notAClusterError, wrongMajorError } from './embeddedError.js';
import { homeCandidates, homeCluster, makeReachable, openHome } from './ownDirectory.js';
import type { SystemUser } from './runProgram.js';
import type { ClusterState } from './stateFile.js';
import { canTraverse, chooseOwner, chooseUser, isRoot } from './systemUser.js';

/** Where a data directory's cluster is or will be, and who runs it. */
export interface ClusterPlace {
  readonly clusterDir: string;
  readonly exists: boolean;
  readonly user: SystemUser | undefined;
  /** The cluster is not inside the data directory. */
  readonly elsewhere: boolean;
}

/** Makes the data directory where it is missing and returns its real path. */
export async function openDataDir(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  return realpath(dataDir);
}

/** Finds the existing cluster of the data directory, or undefined; refuses what is not a cluster. */
export async function findCluster(
  dataDir: string,
  state: ClusterState | undefined,
  homeDir: string | undefined,
): Promise<{ clusterDir: string; elsewhere: boolean } | undefined> {
  if (state?.clusterDir !== undefined) {
    if (await isCluster(state.clusterDir)) return { clusterDir: state.clusterDir, elsewhere: true };
    throw clusterMissing(dataDir, state.clusterDir);
  }
  const inside = join(dataDir, 'postgres');
  if (await isCluster(inside)) return { clusterDir: inside, elsewhere: false };
  if (!isRoot()) return undefined;
  for (const home of homeCandidates(homeDir)) {
    const clusterDir = homeCluster(home, keyOf(dataDir));
    if (await isCluster(clusterDir)) return { clusterDir, elsewhere: true };
  }
  return undefined;
}

/** Decides where the cluster lives: where it is, else in the data directory, else in the home directory. */
export async function placeCluster(
  dataDir: string,
  state: ClusterState | undefined,
  options: { homeDir?: string | undefined; tell(message: string): void },
): Promise<ClusterPlace> {
  const found = await findCluster(dataDir, state, options.homeDir);
  if (found) {
    if (found.elsewhere) options.tell(`数据库位于 ${found.clusterDir}（对应数据目录 ${dataDir}）。`);
    return { ...found, exists: true, user: await chooseOwner(found.clusterDir) };
  }
  const user = await chooseUser();
  if (!user || (await canTraverse(dataDir, user))) {
    return { clusterDir: join(dataDir, 'postgres'), exists: false, user, elsewhere: false };
  }
  const clusterDir = homeCluster(await openHome(options.homeDir, user), keyOf(dataDir));
  await makeReachable(dirname(clusterDir));
  options.tell(
    `运行数据库的用户 ${user.name} 无权进入 ${dataDir}（或其上级目录），数据库改放在 ${clusterDir}。`,
  );
  return { clusterDir, exists: false, user, elsewhere: true };
}

/** Refuses a cluster of another PostgreSQL major than the binaries. */
export async function requireMajor(clusterDir: string, majorVersion: number): Promise<void> {
  const clusterMajor = (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim();
  if (clusterMajor !== String(majorVersion)) throw wrongMajorError(clusterDir, clusterMajor, majorVersion);
}

async function isCluster(directory: string): Promise<boolean> {
  let entries: string[];
  try {
    entries = await readdir(directory);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    if (errorCode(error) === 'ENOTDIR') throw notAClusterError(directory);
    throw error;
  }
  if (entries.length === 0) return false;
  if (!entries.includes('PG_VERSION')) throw notAClusterError(directory);
  return true;
}

function keyOf(dataDir: string): string {
  return createHash('sha256').update(dataDir).digest('hex').slice(0, 16);
}

function clusterMissing(dataDir: string, clusterDir: string): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'cluster-missing',
    `${dataDir} 的数据库应在 ${clusterDir}，但那里没有数据库。请恢复该目录；若确定不要旧数据，删除 ${dataDir} 中的 postgres.json 后重新启动。`,
    `The database of ${dataDir} should be at ${clusterDir}, but there is none. Restore that directory; if the old data are not wanted, delete postgres.json in ${dataDir} and start again.`,
  );
}
