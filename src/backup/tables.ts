import pg from 'pg';
import { BackupError } from './backupError.js';
import type { Manifest, TableDigest } from './manifest.js';

/** Connects for work that takes as long as it takes, with settings under which rows are the same text everywhere. */
export async function connectForBackup(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'cei-backup',
    connectionTimeoutMillis: 10_000,
    options:
      '-c statement_timeout=0 -c idle_session_timeout=0 -c idle_in_transaction_session_timeout=0 -c timezone=UTC ' +
      '-c datestyle=ISO -c intervalstyle=postgres -c extra_float_digits=1 -c bytea_output=hex -c jit=off',
  });
  // Without a listener, losing the database would end the process; the query under way fails anyhow.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** What kind of database it is. */
export interface DatabaseFacts {
  readonly engine: string;
  readonly serverMajor: number;
  readonly timescale: string | null;
  readonly migrations: string[];
}

/** Says what the database is; refuses one in which the service has never been. */
export async function describeDatabase(client: pg.Client): Promise<DatabaseFacts> {
  const { rows } = await client.query<{ version: string; timescale: string | null; ours: boolean }>(
    `select current_setting('server_version') as version,
            (select extversion from pg_extension where extname = 'timescaledb') as timescale,
            to_regclass('public.schema_migrations') is not null as ours`,
  );
  const { version, timescale, ours } = rows[0]!;
  if (!ours) throw new BackupError('数据库中没有本服务的数据', 'the database holds no data of the service');
  const applied = await client.query<{ name: string }>('select name from schema_migrations order by name');
  const server = `PostgreSQL ${version.split(' ')[0]}`;
  return {
    engine: timescale === null ? server : `${server} + TimescaleDB ${timescale}`,
    serverMajor: Number.parseInt(version, 10),
    timescale,
    migrations: applied.rows.map(({ name }) => name),
  };
}

/** Refuses a database in which there is anything; extensions alone are nothing. */
export async function refuseFilled(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^(pg_|information_schema$|_?timescaledb)'
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      order by 1 limit 3`,
  );
  if (rows.length === 0) return;
  const names = rows.map(({ name }) => name).join(', ');
  throw new BackupError(
    `目标数据库不是空的（有 ${names} 等）；请先建一个空数据库`,
    `the target database is not empty (${names} …); make an empty one first`,
  );
}

/** The service's tables; partitions belong to their table. */
export async function listTables(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `select quote_ident(c.relname) as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
      order by c.relname`,
  );
  return rows.map(({ name }) => name);
}

/** Counts the rows of every table and sums hashes of them: the same rows give the same sum, whatever their order. */
export async function digestTables(
  client: pg.Client,
  names: readonly string[],
  tell: (message: string) => void,
): Promise<TableDigest[]> {
  const digests: TableDigest[] = [];
  for (const name of names) {
    const { rows } = await client.query<{ rows: string; checksum: string }>(
      `select count(*)::text as rows,
              coalesce(sum(('x' || left(md5(t::text), 15))::bit(60)::bigint), 0)::text as checksum
         from ${name} t`,
    );
    digests.push({ name, ...rows[0]! });
    if (Number(rows[0]!.rows) > 1_000_000) tell(`已核算 ${name} / digested`);
  }
  return digests;
}

/** A table of which restored and recorded contents differ. */
export interface Difference {
  readonly name: string;
  readonly recorded: TableDigest | undefined;
  readonly found: TableDigest | undefined;
}

/** The tables whose count or checksum differs from what the manifest says. */
export function compareDigests(recorded: Manifest['tables'], found: readonly TableDigest[]): Difference[] {
  const names = new Set([...recorded, ...found].map(({ name }) => name));
  return [...names]
    .map((name) => ({
      name,
      recorded: recorded.find((table) => table.name === name),
      found: found.find((table) => table.name === name),
    }))
    .filter(
      (pair) => pair.recorded?.rows !== pair.found?.rows || pair.recorded?.checksum !== pair.found?.checksum,
    );
}
