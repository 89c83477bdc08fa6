import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { copyKeptFiles } from './keptFiles.js';
import { makeWhole, writeManifest, type Manifest, type TableDigest } from './manifest.js';
import { connectForBackup, describeDatabase, digestTables, listTables } from './tables.js';

/** Written by the migrations themselves: an archive goes into a database that they have made. */
export const migrationsTable = 'schema_migrations';

/** The file of a table's rows below the archive. */
export function tableFile(name: string): string {
  return join('tables', `${name.replaceAll('"', '')}.copy.gz`);
}

/** The directory of the kept files below the archive. */
export const archivedFiles = 'files';

/**
 * Writes everything that is stored as text that any of the engines reads: the rows of every table, derived ones too (what
 * was said at a time cannot be worked out again), and the kept files. One state of the database, whatever is written
 * meanwhile; memory does not grow with it.
 */
export async function writeArchive(
  { url, dataDir, tell }: { url: string; dataDir: string; tell: (message: string) => void },
  to: string,
): Promise<Manifest> {
  const client = await connectForBackup(url);
  try {
    return await makeWhole(to, async (staging) => {
      await client.query('begin isolation level repeatable read, read only');
      const facts = await describeDatabase(client);
      const names = (await listTables(client)).filter((name) => name !== migrationsTable);
      await mkdir(join(staging, 'tables'), { mode: 0o700 });
      tell(`正在核算 ${names.length} 张表… / digesting`);
      const digests = await digestTables(client, names, tell);
      const tables: TableDigest[] = [];
      for (const digest of digests) tables.push(await writeTable(client, digest, staging));
      await client.query('commit');
      const files = await copyKeptFiles(dataDir, join(staging, archivedFiles));
      const madeAt = new Date().toISOString();
      const manifest = { format: 1, kind: 'archive', madeAt, ...facts, tables, files } as const;
      await writeManifest(staging, manifest);
      return manifest;
    });
  } finally {
    await client.end();
  }
}

async function writeTable(client: pg.Client, digest: TableDigest, staging: string): Promise<TableDigest> {
  const { name } = digest;
  const columns = await listColumns(client, name);
  const described = {
    ...digest,
    columns: columns.map((column) => column.name),
    ...(await findSequence(client, columns)),
  };
  if (digest.rows === '0') return described;
  const hash = createHash('sha256');
  const meter = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const file = createWriteStream(join(staging, tableFile(name)), { flags: 'wx', mode: 0o600, flush: true });
  const sql = `copy (select ${described.columns.join(', ')} from ${name}) to stdout`;
  await pipeline(client.query(copyTo(sql)), meter, createGzip({ level: 6 }), file);
  const timed = columns.some((column) => column.name === 'ts');
  const span = timed ? await findSpan(client, name) : {};
  return { ...described, ...span, sha256: hash.digest('hex') };
}

interface Column {
  readonly name: string;
  readonly sequence: string | null;
}

/** The columns that are stored as given; generated ones follow from them. */
async function listColumns(client: pg.Client, table: string): Promise<Column[]> {
  const { rows } = await client.query<Column>(
    `select quote_ident(attname) as name, pg_get_serial_sequence($1, attname) as sequence
       from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped and attgenerated = '' order by attnum`,
    [table],
  );
  return rows;
}

async function findSequence(
  client: pg.Client,
  columns: readonly Column[],
): Promise<Pick<TableDigest, 'sequence'>> {
  const owner = columns.find(({ sequence }) => sequence !== null);
  if (owner === undefined) return {};
  const { rows } = await client.query<{ last: string; called: boolean }>(
    `select last_value::text as last, is_called as called from ${owner.sequence}`,
  );
  return { sequence: { column: owner.name, ...rows[0]! } };
}

/** The times between which a table's rows lie: whoever reads the archive may have to make partitions for them. */
async function findSpan(client: pg.Client, table: string): Promise<Pick<TableDigest, 'span'>> {
  const { rows } = await client.query<{ first: string; last: string }>(
    `select min(ts)::text as first, max(ts)::text as last from ${table}`,
  );
  return { span: rows[0]! };
}
