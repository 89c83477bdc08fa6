import { join, resolve } from 'node:path';
import { writeArchive } from '../../backup/archive.js';
import { withEmbedded } from '../../backup/cluster.js';
import { readManifest, refuseTaken, type Manifest, type TableDigest } from '../../backup/manifest.js';
import { readArchive } from '../../backup/unarchive.js';
import { requireOption, textOption, UsageError, type Command, type CommandContext } from '../command.js';
import { exitCodes } from '../exitCodes.js';
import { placeOf, printManifest, reportRestored, targetOf } from './backup.js';

/** Writes everything in a form that moves between engines and majors. */
export const archiveCommand: Command = {
  name: 'archive',
  usage: 'archive --to 目录',
  summary: '整库导出成与引擎无关的档案 / write everything as an archive that any engine reads',
  help: [
    '',
    '用来在内置数据库、PostgreSQL、TimescaleDB 之间，以及它们的不同版本之间搬家；不需要 pg_dump，服务可以照常运行。',
    '每张表一个 gzip 文件（COPY 文本），另有保留的文件和带行数、校验和的 manifest.json。',
    '',
    '示例：',
    '  npm run --silent cli -- archive --to /backup/搬家',
  ],
  options: { to: textOption },
  async run(context) {
    const { config, words, print, tell } = context;
    if (words.length > 0) throw new UsageError(`archive: ${words.join(' ')}`);
    const place = placeOf(context);
    const to = targetOf(context, place.dataDir);
    const write = (url: string) => writeArchive({ url, dataDir: place.dataDir, tell }, to);
    const manifest: Manifest =
      config.databaseUrl === undefined ? await withEmbedded(place, write) : await write(config.databaseUrl);
    print(`已导出到 ${to} / archived`);
    printManifest(manifest, print);
    return exitCodes.ok;
  },
};

/** Brings an archive into an empty database of any engine. */
export const unarchiveCommand: Command = {
  name: 'unarchive',
  usage: 'unarchive --from 目录',
  summary: '把档案读入空数据库（任何引擎）/ read an archive into an empty database of any engine',
  help: [
    '',
    '读入空的 DATA_DIR，或 DATABASE_URL 指的空数据库（须已建好）。档案的数据库结构须与本版本相同。',
    '一个事务：逐表核对行数和校验和，全部一致才提交；失败时目标里只有空表，删去后可以重来。',
    '',
    '示例：',
    '  DATABASE_URL=postgresql://… DATA_DIR=/srv/cei npm run --silent cli -- unarchive --from /backup/搬家',
  ],
  options: { from: textOption },
  async run(context) {
    const { config, options, words } = context;
    if (words.length > 0) throw new UsageError(`unarchive: ${words.join(' ')}`);
    const from = resolve(requireOption(options, 'from'));
    const manifest = await readManifest(from, ['archive']);
    return reportRestored(context, manifest, await fill(context, from, manifest, config.databaseUrl));
  },
};

async function fill(
  context: CommandContext,
  from: string,
  manifest: Manifest,
  databaseUrl: string | undefined,
): Promise<TableDigest[]> {
  const { logger, tell } = context;
  const place = placeOf(context);
  const read = (url: string) => readArchive({ url, dataDir: place.dataDir, logger, tell }, from, manifest);
  if (databaseUrl !== undefined) {
    await refuseTaken(join(place.dataDir, 'uploads'));
    return read(databaseUrl);
  }
  await refuseTaken(place.dataDir);
  return withEmbedded(place, read);
}
