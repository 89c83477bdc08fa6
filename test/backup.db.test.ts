import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startEmbeddedPostgres } from '../src/embedded/embeddedPostgres.js';
import { Client } from './client.js';
import { startDebianPostgres, type DebianPostgres } from './debianPostgres.js';
import { findDatabaseUrl, query, ServiceYard } from './service.js';

jest.setTimeout(300_000);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Rows of each table and a hash of them in order. */
type Contents = Record<string, string>;

const external = await startDebianPostgres();
let yard: ServiceYard;
let source: string;
let uploaded: string[];
/** What the data directory holds when nothing writes to it any more. */
let contents: Contents;

function cli(words: readonly string[], settings: Readonly<Record<string, string>>): Promise<Ended> {
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, LOG_LEVEL: 'silent', EMBEDDED_HOME: yard.dataDir('home'), ...settings };
  return new Promise((done) => {
    const child = execFile(
      process.execPath,
      [resolve('dist/cli/main.js'), ...words],
      { env, maxBuffer: 1 << 26 },
      (_error, stdout, stderr) => done({ code: child.exitCode ?? -1, stdout, stderr }),
    );
  });
}

async function succeed(
  words: readonly string[],
  settings: Readonly<Record<string, string>>,
): Promise<string> {
  const { code, stdout, stderr } = await cli(words, settings);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  return stdout;
}

/** Everything in a database, summed up in another way than the command does. */
async function contentsOf(url: string): Promise<Contents> {
  const tables = await query<{ name: string }>(
    url,
    `select c.relname as name from pg_class c
      where c.relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
  );
  const found: Contents = {};
  for (const { name } of tables) {
    const [row] = await query<{ said: string }>(
      `${url}${url.includes('?') ? '&' : '?'}options=-c%20timezone%3DUTC`,
      `select count(*) || ' ' || coalesce(md5(string_agg(t::text, E'\\n' order by t::text collate "C")), '') as said
         from "${name}" t`,
    );
    found[name] = row!.said;
  }
  return found;
}

async function embeddedContents(dataDir: string): Promise<Contents> {
  const server = await startEmbeddedPostgres({
    dataDir,
    homeDir: yard.dataDir('home'),
    database: 'indicators',
    purpose: 'test',
    tell: () => undefined,
  });
  try {
    return await contentsOf(server.connectionString);
  } finally {
    await server.stop();
  }
}

function hours(site: string, day: string, of: (hour: number) => string): string {
  const lines = Array.from(
    { length: 24 },
    (_, hour) => `${day},${String(hour + 1).padStart(2, '0')},${site},${of(hour)}`,
  );
  return `日期,小时,点位,PM2.5,PM10\n${lines.join('\n')}\n`;
}

beforeAll(async () => {
  yard = await ServiceYard.create();
  source = yard.dataDir('source');
  const service = await yard.start(source, { JUDGE_DATE: '2024-12-31' });
  const client = new Client(service.address, await service.firstToken());
  for (const year of [2019, 2023, 2024]) {
    const text = hours('air-town', `${year}-03-05`, (hour) => `${hour + 5.1},${hour * 2 + 40}`);
    expect((await client.upload(text, {}, `${year}“'\\年.csv`)).status).toBe(201);
  }
  const changed = hours('air-town', '2024-03-05', (hour) => `${hour + 7},${hour * 2 + 40}`);
  const { status } = await client.upload(changed, { overwrite: 'true', reason: '更正\t\n一行' });
  expect(status).toBe(201);
  // Uploads go on while the copy is made.
  const backup = cli(['backup', '--to', yard.dataDir('live')], { DATA_DIR: source });
  let sent = 0;
  for (let over = false; !over; sent += 1) {
    const day = new Date(Date.UTC(2020, 0, 1 + sent)).toISOString().slice(0, 10);
    const text = hours('air-town', day, (hour) => `${hour + 5},${sent + 60}`);
    expect((await client.upload(text)).status).toBe(201);
    over = await Promise.race([
      backup.then(() => true),
      new Promise<false>((done) => setTimeout(done, 20, false)),
    ]);
  }
  expect((await backup).code).toBe(0);
  expect(sent).toBeGreaterThan(1);
  const rows = await query<{ sha256: string }>(await findDatabaseUrl(source), 'select sha256 from uploads');
  uploaded = rows.map(({ sha256 }) => sha256);
  await service.stop();
  contents = await embeddedContents(source);
});
afterAll(async () => {
  await yard.clean();
  await external?.stop();
});

/** The kept files of a data directory, by name and content. */
async function keptFiles(dataDir: string): Promise<Record<string, string>> {
  const entries = await readdir(join(dataDir, 'uploads'), { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries)
    if (entry.isFile()) files[entry.name] = await readFile(join(entry.parentPath, entry.name), 'base64');
  return files;
}

describe('the embedded database', () => {
  test('a copy made while uploads go on is a state of the database, with the file of every upload it names', async () => {
    const restored = yard.dataDir('from-live');
    await succeed(['restore', '--from', yard.dataDir('live')], { DATA_DIR: restored });
    const server = await startEmbeddedPostgres({
      dataDir: restored,
      homeDir: yard.dataDir('home'),
      database: 'indicators',
      purpose: 'test',
      tell: () => undefined,
    });
    try {
      const rows = await query<{ sha256: string }>(
        server.connectionString,
        `select sha256 from uploads where status = 'committed' order by id`,
      );
      expect(rows.length).toBeGreaterThanOrEqual(4);
      expect(uploaded).toEqual(expect.arrayContaining(rows.map(({ sha256 }) => sha256)));
      const names = Object.keys(await keptFiles(restored)).join('\n');
      for (const { sha256 } of rows) expect(names).toContain(sha256);
      const [hoursOf] = await query<{ n: number; whole: boolean }>(
        server.connectionString,
        `select count(*)::integer as n, bool_and(hours = 24) as whole
           from (select count(*) as hours from air_hour group by beijing_day(ts)) d`,
      );
      expect(hoursOf).toEqual({ n: rows.length - 1, whole: true });
    } finally {
      await server.stop();
    }
  });

  test('backed up, lost and restored, every table and file is what it was; the service starts on it', async () => {
    await succeed(['backup', '--to', yard.dataDir('cold')], { DATA_DIR: source });
    const files = await keptFiles(source);
    const restored = yard.dataDir('restored');
    const said = await succeed(['restore', '--from', yard.dataDir('cold')], { DATA_DIR: restored });
    expect(said).toContain(`air_hour  ${contents['air_hour']!.split(' ')[0]}  `);
    expect(await embeddedContents(restored)).toEqual(contents);
    expect(await keptFiles(restored)).toEqual(files);
    const service = await yard.start(restored, { JUDGE_DATE: '2024-12-31' });
    await service.stop();
  });

  test('nothing that exists is overwritten', async () => {
    const taken = await cli(['backup', '--to', yard.dataDir('cold')], { DATA_DIR: source });
    expect(taken).toMatchObject({ code: 1, stderr: expect.stringContaining('不会覆盖') });
    const inside = await cli(['archive', '--to', join(source, 'uploads', 'x')], { DATA_DIR: source });
    expect(inside).toMatchObject({ code: 2, stderr: expect.stringContaining('DATA_DIR') });
    const filled = await cli(['restore', '--from', yard.dataDir('cold')], { DATA_DIR: source });
    expect(filled).toMatchObject({ code: 1, stderr: expect.stringContaining('不会覆盖') });
    expect(await embeddedContents(source)).toEqual(contents);
  });

  test('a backup that is not what its manifest says is found out; one without a manifest is none', async () => {
    const manifest = join(yard.dataDir('live'), 'manifest.json');
    const text = await readFile(manifest, 'utf8');
    await writeFile(manifest, text.replace(/("name": "revisions",\s+"rows": ")/, '$19'));
    const differs = await cli(['restore', '--from', yard.dataDir('live')], { DATA_DIR: yard.dataDir('x') });
    expect(differs).toMatchObject({ code: 1, stderr: expect.stringContaining('differs: revisions') });
    await rm(manifest);
    const none = await cli(['restore', '--from', yard.dataDir('live')], { DATA_DIR: yard.dataDir('y') });
    expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('manifest.json') });
  });
});

const onExternal = external === undefined ? test.skip : test;
if (external === undefined)
  process.stderr.write(
    '没有 /usr/lib/postgresql，跳过外部数据库的备份测试 / no PostgreSQL of Debian: skipped\n',
  );

describe(`embedded and ${external?.label ?? 'an external server, which is not here'}`, () => {
  onExternal('an archive goes there and back, all tables equal; so does a dump on the way', async () => {
    const server = external as DebianPostgres;
    await succeed(['archive', '--to', yard.dataDir('archive')], { DATA_DIR: source });
    const first = { DATABASE_URL: await server.createDatabase('first'), DATA_DIR: yard.dataDir('first') };
    await succeed(['unarchive', '--from', yard.dataDir('archive')], first);
    expect(apart(await contentsOf(first.DATABASE_URL))).toEqual(apart(contents));

    await succeed(['backup', '--to', yard.dataDir('dump')], first);
    const second = { DATABASE_URL: await server.createDatabase('second'), DATA_DIR: yard.dataDir('second') };
    await succeed(['restore', '--from', yard.dataDir('dump')], second);
    expect(await contentsOf(second.DATABASE_URL)).toEqual(await contentsOf(first.DATABASE_URL));
    const time = await query<{ kind: string }>(
      second.DATABASE_URL,
      `select relkind::text as kind from pg_class where oid = 'air_hour'::regclass`,
    );
    expect(time).toEqual([{ kind: server.timescale ? 'r' : 'p' }]);

    await succeed(['archive', '--to', yard.dataDir('back')], second);
    const home = yard.dataDir('home-again');
    await succeed(['unarchive', '--from', yard.dataDir('back')], { DATA_DIR: home });
    expect(apart(await embeddedContents(home))).toEqual(apart(contents));
    expect(await keptFiles(home)).toEqual(await keptFiles(source));
    // Numbers go on where they stood.
    const service = await yard.start(home, { JUDGE_DATE: '2024-12-31' });
    const token = await succeed(['token', 'create', '--name', '甲', '--office', '乙', '--role', 'uploader'], {
      DATA_DIR: home,
    });
    const client = new Client(service.address, /cei_\S+/.exec(token)![0]);
    const { status } = await client.upload(hours('air-town', '2018-05-05', (hour) => `${hour + 5},60`));
    expect(status).toBe(201);
    await service.stop();
  });

  onExternal(
    'who is no superuser is refused a dump of TimescaleDB before anything is touched, not an archive',
    async () => {
      const server = external as DebianPostgres;
      if (!server.timescale) return;
      const address = new URL(await server.createDatabase('plain'));
      await query(address.toString(), `create role plain login password 'plain'`);
      await query(address.toString(), 'alter database plain owner to plain');
      await query(address.toString(), 'alter schema public owner to plain');
      [address.username, address.password] = ['plain', 'plain'];
      const settings = { DATABASE_URL: address.toString(), DATA_DIR: yard.dataDir('plain') };
      const touched = () =>
        query(
          settings.DATABASE_URL,
          `select (select count(*) from pg_extension) as extensions, (select count(*) from pg_class) as relations,
                (select count(*) from pg_roles) as roles`,
        );
      const before = await touched();
      const { code, stderr } = await cli(['restore', '--from', yard.dataDir('dump')], settings);
      expect(code).toBe(1);
      expect(stderr).toContain('要用数据库超级用户，plain 不是；什么都没有改动');
      expect(stderr).toContain('back up with archive and restore with unarchive');
      expect(await touched()).toEqual(before);

      await succeed(['unarchive', '--from', yard.dataDir('archive')], settings);
      expect(apart(await contentsOf(settings.DATABASE_URL))).toEqual(apart(contents));
    },
  );

  onExternal('what is filled, damaged or of another schema is refused, and nothing is stored', async () => {
    const server = external as DebianPostgres;
    const settings = { DATABASE_URL: await server.createDatabase('third'), DATA_DIR: yard.dataDir('third') };
    const manifest = join(yard.dataDir('archive'), 'manifest.json');
    const text = await readFile(manifest, 'utf8');
    const from = ['unarchive', '--from', yard.dataDir('archive')];

    await writeFile(manifest, text.replace(/("name": "sites",\s+"rows": "\d+",\s+"checksum": ")/, '$19'));
    expect(await cli(from, settings)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('sites 与档案不符'),
    });
    const [left] = await query<{ n: number }>(
      settings.DATABASE_URL,
      `select (select count(*) from sites)::integer + (select count(*) from air_hour)::integer as n`,
    );
    expect(left).toEqual({ n: 0 });

    await writeFile(manifest, text);
    expect(await cli(from, settings)).toMatchObject({ code: 1, stderr: expect.stringContaining('不是空的') });

    await writeFile(manifest, text.replace('"0001_reference"', '"0001_other"'));
    const fourth = { DATABASE_URL: await server.createDatabase('fourth'), DATA_DIR: yard.dataDir('fourth') };
    const other = await cli(from, fourth);
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('−0001_other, +0001_reference') });

    await mkdir(yard.dataDir('nothing'));
    const without = await cli(
      ['backup', '--to', yard.dataDir('z'), '--pg-bin', yard.dataDir('nothing')],
      settings,
    );
    expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining('--pg-bin') });
  });
});

/** Without when a migration was applied, which is each target's own. */
function apart(found: Contents): Contents {
  return { ...found, schema_migrations: '' };
}
