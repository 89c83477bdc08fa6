import { join, relative, resolve } from 'node:path';
import { printable } from '../../app/terminalTable.js';
import { backupCluster, restoreCluster, restoreClusterFiles } from '../../backup/cluster.js';
import { backupDump, restoreDump } from '../../backup/dump.js';
import { readManifest, type Manifest, type TableDigest } from '../../backup/manifest.js';
import { compareDigests } from '../../backup/tables.js';
import {
  requireOption,
  textOf,
  textOption,
  UsageError,
  type Command,
  type CommandContext,
} from '../command.js';
import { exitCodes } from '../exitCodes.js';

/** The embedded database's name. */
const database = 'indicators';

/** Where a command finds or makes the embedded database, and where `pg_dump` is. */
export function placeOf({ config, options, tell }: CommandContext) {
  const dataDir = options['demo'] === true ? join(config.dataDir, 'demo') : config.dataDir;
  return { dataDir, homeDir: config.embeddedHome, database, programs: textOf(options, 'pg-bin'), tell };
}

/** Where a backup goes; not into the data directory, whose files it holds. */
export function targetOf({ options }: CommandContext, dataDir: string): string {
  const to = resolve(requireOption(options, 'to'));
  if (!relative(dataDir, to).startsWith('..'))
    throw new UsageError(`--to 不能在 DATA_DIR（${dataDir}）里 / --to must not lie in DATA_DIR`);
  return to;
}

/** Backs up the database and the files beside it. */
export const backupCommand: Command = {
  name: 'backup',
  usage: 'backup --to 目录 [--pg-bin 目录]',
  summary: '备份数据库和保留的文件 / back up the database and the kept files',
  help: [
    '',
    '服务可以照常运行。内置数据库做物理复制，副本当场试启动并核算；外部数据库（DATABASE_URL）用 pg_dump。',
    '备份里有每张表的行数和校验和、每个文件的 SHA-256；目录已存在就拒绝，不会覆盖。',
    'CEI_SECRET_KEY 不在备份里，请另行保管。',
    '',
    '选项：',
    '  --to 目录        写到这个新目录',
    '  --pg-bin 目录    pg_dump 所在目录；默认在 PATH 和 /usr/lib/postgresql 里找',
    '',
    '示例：',
    '  npm run --silent cli -- backup --to /backup/2026-01-31',
  ],
  options: { to: textOption, 'pg-bin': textOption },
  async run(context) {
    const { config, words, print } = context;
    if (words.length > 0) throw new UsageError(`backup: ${words.join(' ')}`);
    const place = placeOf(context);
    const to = targetOf(context, place.dataDir);
    const manifest =
      config.databaseUrl === undefined
        ? await backupCluster(place, to)
        : await backupDump({ ...place, url: config.databaseUrl }, to);
    print(`已备份到 ${to} / backed up`);
    printManifest(manifest, print);
    return exitCodes.ok;
  },
};

/** Restores a backup into an empty place and compares. */
export const restoreCommand: Command = {
  name: 'restore',
  usage: 'restore --from 目录 [--pg-bin 目录]',
  summary: '把备份恢复到空的地方并核对 / restore a backup into an empty place and compare',
  help: [
    '',
    '内置数据库恢复到空的 DATA_DIR；外部数据库恢复到 DATABASE_URL 指的空数据库（须已建好），文件放进 DATA_DIR。',
    '恢复后逐表核对行数和校验和；有一处不同，退出码为 1。不会覆盖已有的东西。',
    'TimescaleDB 的备份要用数据库超级用户恢复；没有这个权限，备份用 archive、恢复用 unarchive（不需要超级用户）。',
    'A backup of TimescaleDB is restored by a superuser; archive and unarchive need none.',
    '',
    '示例：',
    '  DATA_DIR=/srv/cei npm run --silent cli -- restore --from /backup/2026-01-31',
    '  DATABASE_URL=postgresql://… DATA_DIR=/srv/cei npm run --silent cli -- restore --from /backup/2026-01-31',
  ],
  options: { from: textOption, 'pg-bin': textOption },
  async run(context) {
    const { config, options, words } = context;
    if (words.length > 0) throw new UsageError(`restore: ${words.join(' ')}`);
    const from = resolve(requireOption(options, 'from'));
    const wanted = config.databaseUrl === undefined ? 'cluster' : 'dump';
    const manifest = await readManifest(from, ['cluster', 'dump']);
    if (manifest.kind !== wanted)
      throw new UsageError(
        wanted === 'dump'
          ? '这是内置数据库的备份：不要设 DATABASE_URL / a backup of the embedded database: unset DATABASE_URL'
          : '这是外部数据库的备份：请设 DATABASE_URL / a backup of an external database: set DATABASE_URL',
      );
    const place = placeOf(context);
    let tables: TableDigest[];
    if (config.databaseUrl !== undefined)
      tables = await restoreDump({ ...place, url: config.databaseUrl }, from, manifest);
    else {
      ({ tables } = await restoreCluster(place, from));
      await restoreClusterFiles(from, place.dataDir, manifest);
    }
    return reportRestored(context, manifest, tables);
  },
};

/** Prints what was restored and whether it is what the backup recorded; the exit code. */
export function reportRestored(
  { print, tell }: CommandContext,
  manifest: Manifest,
  tables: readonly TableDigest[],
): number {
  printManifest({ ...manifest, tables: [...tables] }, print);
  const differences = compareDigests(manifest.tables, tables);
  for (const { name, recorded, found } of differences)
    tell(
      `不一致 / differs: ${name}：${recorded?.rows ?? '—'} → ${found?.rows ?? '—'} 行，` +
        `${recorded?.checksum ?? '—'} → ${found?.checksum ?? '—'}`,
    );
  if (differences.length > 0) return exitCodes.failed;
  print(
    `已恢复，${tables.length} 张表、${manifest.files.length} 个文件逐一核对一致 / restored, all compared equal`,
  );
  return exitCodes.ok;
}

/** Prints what a backup holds: a line for each table with its rows and checksum. */
export function printManifest(manifest: Manifest, print: (line: string) => void): void {
  print(`  ${manifest.engine}，${manifest.migrations.at(-1) ?? ''}，${manifest.madeAt}`);
  for (const { name, rows, checksum } of manifest.tables)
    if (rows !== '0') print(`  ${name}  ${rows}  ${checksum}`);
  const empty = manifest.tables.filter(({ rows }) => rows === '0').length;
  const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0);
  print(printable(`  空表 ${empty} 张；文件 ${manifest.files.length} 个，${bytes} 字节`));
}
