/**
 * What TimescaleDB makes of readings: `npm run bench -- compressed [stations] [days]`, by default 50 and 730. On a server
 * of Debian's packages with TimescaleDB (skipped, saying so, where there is none), made for the time of the benchmark.
 * Hours of six items, as instruments report them (whole µg/m³, CO in tenths of mg/m³): a slow walk, a daily course, noise,
 * one hour in fifty missing. For each chunk interval: bytes a value of readings and key, as rows and compressed as the
 * service compresses them; how long an annual mean per station takes; how long one corrected hour takes that turns its
 * chunk back into rows, against one in a chunk that is rows already. Times are ratios to the first line.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { chmod, chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { createLogger } from '../dist/log.js';
import { migrate } from '../dist/store/migrate.js';
import { createPool } from '../dist/store/pool.js';
import { keepTimescalePolicies } from '../dist/store/timescalePolicies.js';
import { secondsOf } from './benchDatabase.js';

const stations = Number(process.argv[2] ?? 50);
const days = Number(process.argv[3] ?? 730);
const intervals = [7, 30, 90, 365];
const first = Date.UTC(2023, 0, 1);
const items = 6;

/** Rows of all stations in order of time, as COPY text. */
function* rowTexts() {
  let seed = 42;
  // Mulberry32: the same data every time.
  const random = () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const means = [12, 28, 0.7, 70, 75, 38];
  const walks = Array.from({ length: stations }, () => means.map(() => 0));
  for (let hour = 0; hour < days * 24; hour += 1) {
    const ts = new Date(first + hour * 3_600_000).toISOString();
    const course = Math.sin(((hour % 24) / 24) * 2 * Math.PI);
    let text = '';
    for (let station = 0; station < stations; station += 1) {
      const walk = walks[station];
      const values = means.map((mean, item) => {
        walk[item] = walk[item] * 0.97 + (random() - 0.5) * 0.25;
        const value = Math.max(0, mean * (1 + walk[item] + 0.2 * course + (random() - 0.5) * 0.1));
        return item === 2 ? value.toFixed(1) : value.toFixed(0);
      });
      if (random() < 0.02) values[Math.floor(random() * items)] = '\\N';
      text += `${ts}\t1\t${station + 1}\t${values.join('\t')}\n`;
    }
    yield text;
  }
}

async function startServer() {
  const root = '/usr/lib/postgresql';
  const majors = (await readdir(root).catch(() => [])).map(Number).sort((a, b) => b - a);
  for (const major of majors) {
    const library = await stat(join(root, String(major), 'lib', 'timescaledb.so')).catch(() => undefined);
    if (library !== undefined) return launch(join(root, String(major), 'bin'));
  }
  return undefined;
}

async function launch(programs) {
  const idOf = (flag) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  const account = process.geteuid() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
  const directory = await mkdtemp(join(tmpdir(), 'cei-bench-'));
  if (account.uid !== undefined) await chown(directory, account.uid, account.gid);
  await chmod(directory, 0o700);
  const data = join(directory, 'data');
  const call = (program, args) =>
    execFileSync(join(programs, program), args, { ...account, cwd: directory, stdio: 'ignore' });
  call('initdb', ['-D', data, '--auth=trust', '--encoding=UTF8', '--locale=C', '-U', 'postgres']);
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  const settings = `port = ${port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''
shared_preload_libraries = 'timescaledb'\ntimescaledb.telemetry_level = off\nshared_buffers = 512MB\nmax_wal_size = 8GB\n`;
  await writeFile(join(data, 'postgresql.conf'), settings, { flag: 'a' });
  call('pg_ctl', ['-D', data, '-l', join(directory, 'log'), '-w', 'start']);
  return {
    url: (database) => `postgresql://postgres@127.0.0.1:${port}/${database}`,
    async stop() {
      spawnSync(join(programs, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop'], {
        ...account,
        cwd: directory,
      });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const sizeSql = `select sum(total_bytes)::float8 as bytes from chunks_detailed_size('air_hour')`;
const meanSql = `select site_id, avg(pm25) from air_hour
  where ts >= '2023-01-01 00:00+08' and ts < '2024-01-01 00:00+08' group by site_id`;

async function measure(server, interval) {
  const database = `chunks_${interval}`;
  const admin = new pg.Client({ connectionString: server.url('postgres') });
  await admin.connect();
  await admin.query(`create database ${database}`);
  await admin.end();
  const url = server.url(database);
  await migrate(url, createLogger('warn'));
  const pool = createPool(url, 2, createLogger('warn'));
  const client = await pool.connect();
  try {
    await keepTimescalePolicies(
      pool,
      { compressAfterDays: 400, keepMinutesDays: 0 },
      true,
      createLogger('warn'),
    );
    await client.query(`select set_chunk_time_interval('air_hour', make_interval(days => $1))`, [interval]);
    const loading = await secondsOf(() =>
      pipeline(Readable.from(rowTexts()), client.query(copyFrom('copy air_hour from stdin'))),
    );
    const values = (await client.query(`select count(*)::float8 * ${items} as n from air_hour`)).rows[0].n;
    const size = async () => (await client.query(sizeSql)).rows[0].bytes / values;
    const rows = await size();
    const meanRows = await secondsOf(() => client.query(meanSql));
    // The policy's own work, all at once.
    await client.query(`select compress_chunk(c) from show_chunks('air_hour') c`);
    await client.query('checkpoint');
    const compressed = await size();
    await client.query(meanSql);
    const mean = await secondsOf(() => client.query(meanSql));
    const correct = () =>
      secondsOf(async () => {
        const at = '2023-06-15 08:00+08';
        await client.query('begin');
        await client.query(`select unpack_chunks('air_hour', $1, $1)`, [at]);
        await client.query(
          `update air_hour f set pm25 = pm25 + 1 where ts = $1 and site_id = 1 and f.ts between $1::timestamptz and $1::timestamptz`,
          [at],
        );
        await client.query('commit');
      });
    return { loading, rows, compressed, meanRows, mean, packed: await correct(), plain: await correct() };
  } finally {
    client.release();
    await pool.end();
  }
}

const server = await startServer();
if (server === undefined) {
  console.log('没有 TimescaleDB，跳过 / no TimescaleDB on this machine: skipped');
} else {
  try {
    console.log(`${stations} stations, ${days} days, ${stations * days * 24 * items} values\n`);
    console.log(
      '| chunk | load | bytes a value, rows | compressed | annual means, rows | compressed | correction of a compressed hour | again |',
    );
    console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
    let base;
    for (const interval of intervals) {
      const found = await measure(server, interval);
      base ??= found;
      const ratio = (seconds, of) => `${(seconds / of).toFixed(2)} ×`;
      console.log(
        `| ${interval} d | ${ratio(found.loading, base.loading)} | ${found.rows.toFixed(1)} | ${found.compressed.toFixed(2)} | ${ratio(found.meanRows, base.meanRows)} | ${ratio(found.mean, base.meanRows)} | ${ratio(found.packed, base.packed)} | ${ratio(found.plain, base.packed)} |`,
      );
    }
  } finally {
    await server.stop();
  }
}
