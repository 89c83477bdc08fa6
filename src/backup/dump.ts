import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import type pg from 'pg';
import { runProgram } from '../embedded/runProgram.js';
import { BackupError } from './backupError.js';
import { copyKeptFiles, listKeptFiles, restoreKeptFiles } from './keptFiles.js';
import { makeWhole, writeManifest, type Manifest, type TableDigest } from './manifest.js';
import { findPostgresPrograms } from './postgresPrograms.js';
import { connectForBackup, describeDatabase, digestTables, listTables, refuseFilled } from './tables.js';

const dumpName = 'database.dump';
const filesName = 'files';
const boardRole = 'cei_grafana';

export interface DumpOptions {
  readonly url: string;
  readonly dataDir: string;
  /** Where `pg_dump` and `pg_restore` are; otherwise they are looked for. */
  readonly programs: string | undefined;
  readonly tell: (message: string) => void;
}

/**
 * Backs up an external database with `pg_dump`, and the files beside it. Counts and checksums are of the very state that
 * is dumped, whatever is written meanwhile.
 */
export async function backupDump(options: DumpOptions, to: string): Promise<Manifest> {
  const { url, dataDir, tell } = options;
  const client = await connectForBackup(url);
  try {
    const facts = await describeDatabase(client);
    const { pgDump } = await findPostgresPrograms(facts.serverMajor, options.programs);
    return await makeWhole(to, async (staging) => {
      await client.query('begin isolation level repeatable read, read only');
      const { rows } = await client.query<{ snapshot: string }>('select pg_export_snapshot() as snapshot');
      tell(`正在导出数据库（${facts.engine}，${pgDump}）… / dumping`);
      const file = join(staging, dumpName);
      const snapshot = `--snapshot=${rows[0]!.snapshot}`;
      await runTool(pgDump, ['--format=custom', '--no-owner', snapshot, `--file=${file}`], url);
      await chmod(file, 0o600);
      tell('正在核算各表… / digesting');
      const tables = await digestTables(client, await listTables(client), tell);
      await client.query('commit');
      // After the database: an upload that it names has its file here, one that came later does no harm.
      const files = await copyKeptFiles(dataDir, join(staging, filesName));
      const manifest = {
        format: 1,
        kind: 'dump',
        madeAt: new Date().toISOString(),
        ...facts,
        tables,
        files,
      } as const;
      await writeManifest(staging, manifest);
      return manifest;
    });
  } finally {
    await client.end();
  }
}

/** Restores a dump into an empty database, and its files into a data directory that has none; returns what is there now. */
export async function restoreDump(
  options: DumpOptions,
  from: string,
  manifest: Manifest,
): Promise<TableDigest[]> {
  const { url, dataDir, tell } = options;
  const client = await connectForBackup(url);
  try {
    await refuseWithoutRights(client, manifest);
    await refuseFilled(client);
    const present = await listKeptFiles(dataDir);
    if (manifest.files.length > 0 && present.length > 0)
      throw new BackupError(
        `${dataDir} 中已有文件（${present[0]} 等）；请另设 DATA_DIR`,
        `${dataDir} holds files already (${present[0]} …); set another DATA_DIR`,
      );
    const major = await refuseOlder(client, manifest);
    // What can read the dump was made by this major or a newer one.
    const { pgRestore } = await findPostgresPrograms(Math.max(major, manifest.serverMajor), options.programs);
    await preparing(client, manifest, async (withRights) => {
      tell(`正在恢复数据库（${pgRestore}）… / restoring`);
      const rights = withRights ? [] : ['--no-privileges'];
      const whole = ['--no-owner', '--single-transaction', '--exit-on-error', ...rights];
      await runTool(pgRestore, [...whole, join(from, dumpName)], url);
    });
    await client.query('analyze');
    await restoreKeptFiles(join(from, filesName), dataDir, manifest.files);
    tell('正在核对各表… / comparing');
    return await digestTables(client, await listTables(client), tell);
  } finally {
    await client.end();
  }
}

/** TimescaleDB's own tables, which such a dump fills, are a superuser's. Asked before anything is touched. */
async function refuseWithoutRights(client: pg.Client, manifest: Manifest): Promise<void> {
  if (manifest.timescale === null) return;
  const { rows } = await client.query<{ name: string; super: boolean }>(
    `select rolname as name, rolsuper as super from pg_roles where rolname = current_user`,
  );
  const { name, super: may } = rows[0]!;
  if (may) return;
  throw new BackupError(
    `恢复 TimescaleDB 的备份要用数据库超级用户，${name} 不是；什么都没有改动。` +
      `请在 DATABASE_URL 里换成超级用户；没有这个权限，备份用 archive、恢复用 unarchive，它们不需要超级用户`,
    `a backup of TimescaleDB is restored by a superuser, which ${name} is not; nothing was touched. Name a superuser ` +
      `in DATABASE_URL, or without that right back up with archive and restore with unarchive, which need none`,
  );
}

async function refuseOlder(client: pg.Client, manifest: Manifest): Promise<number> {
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::integer as version`,
  );
  const major = Math.floor(rows[0]!.version / 10_000);
  if (major >= manifest.serverMajor) return major;
  throw new BackupError(
    `备份来自 PostgreSQL ${manifest.serverMajor}，目标是更旧的 ${major}；跨版本请用 archive / unarchive`,
    `the backup is of PostgreSQL ${manifest.serverMajor}, the target is the older ${major}; use archive / unarchive`,
  );
}

/** TimescaleDB's steps before and after, where the backup has it; `restore` hears whether rights of roles can be kept. */
async function preparing(
  client: pg.Client,
  manifest: Manifest,
  restore: (withRights: boolean) => Promise<void>,
): Promise<void> {
  const withRights = await ensureBoardRole(client);
  if (manifest.timescale === null) return restore(withRights);
  const wanted = manifest.timescale;
  await client
    .query(`create extension if not exists timescaledb version '${wanted.replaceAll("'", '')}'`)
    .catch((error: Error) => {
      throw new BackupError(
        `备份需要 TimescaleDB ${wanted}，目标服务器装不上（${error.message}）；换引擎请用 archive / unarchive`,
        `the backup needs TimescaleDB ${wanted}, which the target cannot have (${error.message}); use archive / unarchive`,
        { cause: error },
      );
    });
  const { rows } = await client.query<{ version: string }>(
    `select extversion as version from pg_extension where extname = 'timescaledb'`,
  );
  if (rows[0]!.version !== wanted)
    throw new BackupError(
      `备份来自 TimescaleDB ${wanted}，目标是 ${rows[0]!.version}；两者必须相同`,
      `the backup is of TimescaleDB ${wanted}, the target has ${rows[0]!.version}; they must be the same`,
    );
  await client.query('select timescaledb_pre_restore()');
  try {
    await restore(withRights);
  } finally {
    await client.query('select timescaledb_post_restore()');
  }
}

/** Makes the role that reads the boards, which no dump of a database holds. Whether it is there. */
async function ensureBoardRole(client: pg.Client): Promise<boolean> {
  const known = await client.query('select from pg_roles where rolname = $1', [boardRole]);
  if (known.rowCount === 1) return true;
  return client.query(`create role ${boardRole} nologin`).then(
    () => true,
    () => false,
  );
}

/** Runs one of PostgreSQL's programs on the database; the password goes by the environment, which others cannot read. */
async function runTool(program: string, args: readonly string[], url: string): Promise<void> {
  const address = new URL(url);
  const password = decodeURIComponent(address.password);
  address.password = '';
  const { exitCode, output } = await runProgram(program, [...args, `--dbname=${address.toString()}`], {
    env: password === '' ? {} : { PGPASSWORD: password },
  });
  if (exitCode === 0) return;
  const said = output.trim().split('\n').slice(-5).join('\n');
  throw new BackupError(`${program} 失败：${said}`, `${program} failed with exit code ${exitCode}`);
}
