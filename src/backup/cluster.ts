import { chmod, chown, readdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type pg from 'pg';
import { findCluster, openDataDir, placeCluster } from '../embedded/clusterPlace.js';
import { findRunningEmbedded, startEmbeddedPostgres } from '../embedded/embeddedPostgres.js';
import { makeReachable, stagingName } from '../embedded/ownDirectory.js';
import { readState, writeState } from '../embedded/stateFile.js';
import { BackupError } from './backupError.js';
import { copyTree } from './copyTree.js';
import { copyKeptFiles, restoreKeptFiles } from './keptFiles.js';
import { makeWhole, refuseTaken, writeManifest, type Manifest, type TableDigest } from './manifest.js';
import {
  connectForBackup,
  describeDatabase,
  digestTables,
  listTables,
  type DatabaseFacts,
} from './tables.js';

const clusterName = 'cluster';
const filesName = 'files';
const stateName = 'postgres.json';

export interface ClusterOptions {
  readonly dataDir: string;
  readonly homeDir: string | undefined;
  readonly database: string;
  readonly tell: (message: string) => void;
}

/**
 * Backs up the embedded database by a physical copy between `pg_backup_start` and `pg_backup_stop`, while it runs. The
 * copy is then started once, which recovers it, and its tables are counted and summed up: what is kept is a cluster that
 * is known to start, shut down in order, and the figures of what it really holds.
 */
export async function backupCluster(options: ClusterOptions, to: string): Promise<Manifest> {
  const dataDir = await realpath(options.dataDir);
  const state = await readState(dataDir);
  const found = state === undefined ? undefined : await findCluster(dataDir, state, options.homeDir);
  if (state === undefined || found === undefined)
    throw new BackupError(`${dataDir} 中没有内置数据库`, `there is no embedded database in ${dataDir}`);
  return makeWhole(to, async (staging) => {
    const { clusterDir, facts, tables } = await withEmbedded(options, (url) =>
      copyLive(options, { url, clusterDir: found.clusterDir, password: state.password }, staging),
    );
    await moveTree(clusterDir, join(staging, clusterName));
    await rm(join(staging, 'data'), { recursive: true, force: true });
    // After the database: an upload that it names has its file here, one that came later does no harm.
    const files = await copyKeptFiles(dataDir, join(staging, filesName));
    const kept = JSON.stringify({ password: state.password });
    await writeFile(join(staging, stateName), `${kept}\n`, { mode: 0o600 });
    const manifest = {
      format: 1,
      kind: 'cluster',
      madeAt: new Date().toISOString(),
      ...facts,
      tables,
      files,
    } as const;
    await writeManifest(staging, manifest);
    await chmod(staging, 0o700);
    return manifest;
  });
}

/** Runs work on the data directory's server: the one that runs, or one started for the time of the work. */
export async function withEmbedded<T>(
  options: ClusterOptions,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const running = await findRunningEmbedded(options.dataDir, options.homeDir);
  if (running !== undefined) return work(running.connectionString);
  const server = await startEmbeddedPostgres(startOptions(options, options.dataDir));
  try {
    return await work(server.connectionString);
  } finally {
    await server.stop();
  }
}

function startOptions({ homeDir, database, tell }: ClusterOptions, dataDir: string) {
  return {
    dataDir,
    database,
    purpose: 'command' as const,
    tell,
    ...(homeDir === undefined ? {} : { homeDir }),
  };
}

interface LiveCluster {
  readonly url: string;
  readonly clusterDir: string;
  readonly password: string;
}

async function copyLive(
  options: ClusterOptions,
  live: LiveCluster,
  staging: string,
): Promise<{ clusterDir: string; facts: DatabaseFacts; tables: TableDigest[] }> {
  // Whoever runs the copy for the check must be able to pass through.
  await chmod(staging, 0o711);
  const trialDir = join(staging, 'data');
  await makeReachable(trialDir);
  const place = await placeCluster(trialDir, undefined, { homeDir: options.homeDir, tell: () => undefined });
  options.tell('正在复制内置数据库… / copying');
  try {
    await copyBetweenMarks(live, place.clusterDir, place.user);
    const copied = { password: live.password, ...(place.elsewhere ? { clusterDir: place.clusterDir } : {}) };
    await writeState(trialDir, copied, place.clusterDir);
    options.tell('正在试启动副本并核算各表… / starting the copy, digesting');
    return { clusterDir: place.clusterDir, ...(await inspect(options, trialDir)) };
  } catch (error) {
    await rm(place.clusterDir, { recursive: true, force: true });
    throw error;
  }
}

/** Starts the cluster of a data directory, sums up its tables and stops it. */
async function inspect(
  options: ClusterOptions,
  dataDir: string,
): Promise<{ facts: DatabaseFacts; tables: TableDigest[] }> {
  const quiet = { ...options, tell: () => undefined };
  const server = await startEmbeddedPostgres(startOptions(quiet, dataDir));
  try {
    const client = await connectForBackup(server.connectionString);
    try {
      const facts = await describeDatabase(client);
      return { facts, tables: await digestTables(client, await listTables(client), options.tell) };
    } finally {
      await client.end();
    }
  } finally {
    await server.stop();
  }
}

// Of these directories only the directory itself belongs into a copy (PostgreSQL's list for base backups).
const emptied =
  /^(pg_dynshmem|pg_notify|pg_replslot|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans|pg_wal)\/[^/]+$/;
const unneeded = /(^|\/)(pgsql_tmp[^/]*|pg_internal\.init[^/]*)$/;
const ofTheRun = new Set([
  'postmaster.pid',
  'postmaster.opts',
  'backup_label',
  'tablespace_map',
  'server.log',
  'server.log.1',
  'embedded.conf',
]);

function isLeftOut(path: string): boolean {
  const name = path.replaceAll('\\', '/');
  return ofTheRun.has(name) || emptied.test(name) || unneeded.test(name);
}

async function copyBetweenMarks(
  { url, clusterDir }: LiveCluster,
  to: string,
  owner: { uid: number; gid: number } | undefined,
): Promise<void> {
  await makeReachable(dirname(to));
  const client = await connectForBackup(url);
  try {
    // Keeps the log from being recycled while the copy lasts; it goes with the connection.
    await client.query(
      `select pg_create_physical_replication_slot('cei_backup_' || pg_backend_pid(), true, true)`,
    );
    const { rows } = await client.query<{ segment: string }>(
      `select pg_walfile_name(pg_backup_start('cei backup', true)) as segment`,
    );
    await copyTree(clusterDir, to, { owner, skips: isLeftOut, inUse: true });
    const stopped = await client.query<{ label: string }>(
      'select labelfile as label from pg_backup_stop(false)',
    );
    await copyLog(client, { clusterDir, to, first: rows[0]!.segment, owner });
    // Without it recovery would begin at a checkpoint of its own choice.
    const label = join(to, 'backup_label');
    await writeFile(label, stopped.rows[0]!.label, { mode: 0o600, flush: true });
    if (owner !== undefined) await chown(label, owner.uid, owner.gid);
  } finally {
    await client.end();
  }
}

interface LogCopy {
  readonly clusterDir: string;
  readonly to: string;
  readonly first: string;
  readonly owner: { uid: number; gid: number } | undefined;
}

/** Copies the write-ahead log from the segment in which the copy began to the one in which it ended. */
async function copyLog(client: pg.Client, { clusterDir, to, first, owner }: LogCopy): Promise<void> {
  const { rows } = await client.query<{ last: string }>(
    'select pg_walfile_name(pg_current_wal_lsn()) as last',
  );
  const log = join(to, 'pg_wal');
  await rm(log, { recursive: true, force: true });
  const within = (name: string) => /^[0-9A-F]{24}$/.test(name) && name >= first && name <= rows[0]!.last;
  await copyTree(join(clusterDir, 'pg_wal'), log, { owner, skips: (name) => !within(name) });
  if (!(await readdir(log)).includes(first)) throw new Error(`the log segment ${first} is gone`);
}

/**
 * Restores the embedded database of a backup into a fresh data directory, and the files beside it; returns what is
 * there now.
 */
export async function restoreCluster(
  options: ClusterOptions,
  from: string,
): Promise<{
  readonly tables: TableDigest[];
  readonly clusterDir: string;
}> {
  const kept = JSON.parse(await readFile(join(from, stateName), 'utf8')) as { password: string };
  await refuseTaken(resolve(options.dataDir));
  const dataDir = await openDataDir(resolve(options.dataDir));
  const place = await placeCluster(dataDir, undefined, options);
  if (place.exists) await refuseTaken(place.clusterDir);
  options.tell('正在复制数据库… / copying');
  const staging = stagingName(place.clusterDir);
  try {
    await makeReachable(dirname(place.clusterDir));
    await copyTree(join(from, clusterName), staging, { owner: place.user });
    await rename(staging, place.clusterDir);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  const state = { password: kept.password, ...(place.elsewhere ? { clusterDir: place.clusterDir } : {}) };
  await writeState(dataDir, state, place.clusterDir);
  options.tell('正在启动并核对各表… / starting, comparing');
  const { tables } = await inspect(options, dataDir);
  return { tables, clusterDir: place.clusterDir };
}

/** Puts the files of a backup beside the restored database. */
export async function restoreClusterFiles(from: string, dataDir: string, manifest: Manifest): Promise<void> {
  await restoreKeptFiles(join(from, filesName), dataDir, manifest.files);
}

async function moveTree(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyTree(from, to);
    await rm(from, { recursive: true });
  }
}
