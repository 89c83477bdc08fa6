import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import type { Logger } from '../log.js';
import { migrate } from '../store/migrate.js';
import { archivedFiles, migrationsTable, tableFile } from './archive.js';
import { BackupError } from './backupError.js';
import { restoreKeptFiles } from './keptFiles.js';
import type { Manifest, TableDigest } from './manifest.js';
import {
  compareDigests,
  connectForBackup,
  describeDatabase,
  digestTables,
  listTables,
  refuseFilled,
} from './tables.js';

export interface UnarchiveOptions {
  readonly url: string;
  readonly dataDir: string;
  readonly logger: Logger;
  readonly tell: (message: string) => void;
}

/**
 * Brings an archive into an empty database of any engine: the migrations make the tables, the archive fills them. One
 * transaction, committed only when every table's count and checksum is what the archive says.
 */
export async function readArchive(
  { url, dataDir, logger, tell }: UnarchiveOptions,
  from: string,
  manifest: Manifest,
): Promise<TableDigest[]> {
  await withClient(url, refuseFilled);
  await migrate(url, logger);
  return withClient(url, async (client) => {
    const { migrations } = await describeDatabase(client);
    refuseOtherSchema(manifest, migrations);
    await client.query('begin');
    const names = (await listTables(client)).filter((name) => name !== migrationsTable);
    const triggers = await listTriggers(client);
    for (const { table, name } of triggers)
      await client.query(`alter table ${table} disable trigger ${name}`);
    await client.query(`truncate ${names.join(', ')}`);
    for (const name of await orderByReferences(client, names)) {
      const table = manifest.tables.find((each) => each.name === name);
      if (table === undefined)
        throw new BackupError(`档案中没有表 ${name}`, `the archive has no table ${name}`);
      await fillTable(client, table, from, tell);
    }
    // References that are checked at the end are checked now: a table of which checks are due cannot be altered.
    await client.query('set constraints all immediate');
    for (const { table, name } of triggers) await client.query(`alter table ${table} enable trigger ${name}`);
    tell('正在核对各表… / comparing');
    const found = await digestTables(client, names, tell);
    const [difference] = compareDigests(manifest.tables, found);
    if (difference !== undefined)
      throw new BackupError(
        `${difference.name} 与档案不符（${difference.recorded?.rows ?? '—'} → ${difference.found?.rows ?? '—'} 行），没有写入任何数据`,
        `${difference.name} is not what the archive says; nothing was stored`,
      );
    await restoreKeptFiles(join(from, archivedFiles), dataDir, manifest.files);
    await client.query('commit');
    await client.query('analyze');
    return found;
  });
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectForBackup(url);
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function refuseOtherSchema(manifest: Manifest, migrations: readonly string[]): void {
  const missing = manifest.migrations.filter((name) => !migrations.includes(name));
  const further = migrations.filter((name) => !manifest.migrations.includes(name));
  if (missing.length === 0 && further.length === 0) return;
  const list = [...missing.map((name) => `−${name}`), ...further.map((name) => `+${name}`)].join(', ');
  throw new BackupError(
    `档案的数据库结构与本服务的不同（${list}）；请用写出档案的那个版本的服务读入，再升级`,
    `the archive is of another schema (${list}); read it with the version that wrote it, then upgrade`,
  );
}

/** Triggers of ours: what they would do was done when the rows were first stored. TimescaleDB's own stay. */
async function listTriggers(client: pg.Client): Promise<{ table: string; name: string }[]> {
  const { rows } = await client.query<{ table: string; name: string }>(
    `select t.tgrelid::regclass::text as "table", quote_ident(t.tgname) as name
       from pg_trigger t join pg_class c on c.oid = t.tgrelid
      where not t.tgisinternal and t.tgparentid = 0 and t.tgname not like 'ts_%'
        and c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition`,
  );
  return rows;
}

/** The tables so that what a row refers to is there before it; references that are checked at the end do not count. */
async function orderByReferences(client: pg.Client, names: readonly string[]): Promise<string[]> {
  const { rows } = await client.query<{ child: string; parent: string }>(
    `select distinct conrelid::regclass::text as child, confrelid::regclass::text as parent from pg_constraint
      where contype = 'f' and not condeferred and conrelid <> confrelid and connamespace = 'public'::regnamespace`,
  );
  const ordered: string[] = [];
  const left = new Set(names);
  while (left.size > 0) {
    const ready = [...left].filter(
      (name) => !rows.some(({ child, parent }) => child === name && left.has(parent)),
    );
    if (ready.length === 0)
      throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const name of ready) left.delete(name);
    ordered.push(...ready);
  }
  return ordered;
}

async function fillTable(
  client: pg.Client,
  { name, rows, columns, span, sequence, sha256 }: TableDigest,
  from: string,
  tell: (message: string) => void,
): Promise<void> {
  if (span !== undefined)
    await client.query('select ensure_partitions($1, $2, $3)', [name, span.first, span.last]);
  if (rows !== '0') {
    const hash = createHash('sha256');
    const meter = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    const stream = client.query(copyFrom(`copy ${name} (${columns!.join(', ')}) from stdin`));
    await pipeline(createReadStream(join(from, tableFile(name))), createGunzip(), meter, stream);
    if (hash.digest('hex') !== sha256)
      throw new BackupError(`${tableFile(name)} 与清单不符`, `${tableFile(name)} differs from the manifest`);
    if (Number(rows) > 1_000_000) tell(`已读入 ${name}：${rows} 行 / read`);
  }
  if (sequence !== undefined)
    await client.query('select setval(pg_get_serial_sequence($1, $2), $3::bigint, $4)', [
      name,
      sequence.column.replaceAll('"', ''),
      sequence.last,
      sequence.called,
    ]);
}
