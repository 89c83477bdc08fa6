/**
 * Uploads against binary COPY: a wide table of six values a row in GBK, 50,000 and 1,000,000 rows, trial run (without
 * and with the impact on the targets, for which the rows are written and taken back), commit and the same file again, as
 * ratios to COPY of the same rows into the same table in the same run. Peak memory is that of the importing process.
 * `npm run bench -- [rows …]`; results are kept in RESULTS.md.
 */
import { Buffer } from 'node:buffer';
import { fork } from 'node:child_process';
import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { fileURLToPath, URL } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { startEmbeddedPostgres } from '../dist/embedded/embeddedPostgres.js';
import { importUpload } from '../dist/ingest/importUpload.js';
import { createLogger } from '../dist/log.js';
import { CopyEncoder, copyHeader, copyTrailer } from '../dist/store/copyEncoder.js';
import { migrate } from '../dist/store/migrate.js';
import { createPool } from '../dist/store/pool.js';
import { loadSeeds } from '../dist/store/seeder.js';
import { readSeedFiles } from '../dist/store/seedFiles.js';

const hourMs = 3_600_000;
const start = Date.parse('1995-12-31T16:00:00Z');
const sites = 8;
const actor = { tokenId: null, name: 'bench', office: 'bench', role: 'admin' };

// GBK of the fixed Chinese words; digits and commas are the same bytes in both.
const header = Buffer.concat([
  Buffer.from([0xc8, 0xd5, 0xc6, 0xda]), // 日期
  Buffer.from(','),
  Buffer.from([0xd0, 0xa1, 0xca, 0xb1]), // 小时
  Buffer.from(','),
  Buffer.from([0xb5, 0xe3, 0xce, 0xbb]), // 点位
  Buffer.from(',SO2,NO2,CO,O3,PM10,PM2.5\r\n'),
]);

function valuesOf(row) {
  const n = (row * 7919) % 997;
  return [5 + (n % 40), 8 + (n % 50), 0.3 + (n % 17) / 10, 20 + (n % 150), 30 + (n % 200), 10 + (n % 19)];
}

function* csvLines(rows) {
  yield header;
  let chunk = '';
  for (let row = 0; row < rows; row += 1) {
    const hour = Math.floor(row / sites);
    const local = new Date(start + hour * hourMs + 8 * hourMs);
    const day = local.toISOString().slice(0, 10);
    const label = String(local.getUTCHours() + 1).padStart(2, '0');
    const values = valuesOf(row).map((value) => String(Number(value.toFixed(1))));
    chunk += `${day},${label},bench-${row % sites},${values.join(',')}\r\n`;
    if (chunk.length > 1 << 16) {
      yield Buffer.from(chunk, 'latin1');
      chunk = '';
    }
  }
  yield Buffer.from(chunk, 'latin1');
}

async function copyRows(url, rows) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('create table copied (like air_hour including all)');
  const begun = process.hrtime.bigint();
  const stream = client.query(copyFrom('copy copied from stdin (format binary)'));
  const done = finished(stream);
  const encoder = new CopyEncoder();
  stream.write(copyHeader);
  for (let row = 0; row < rows; row += 1) {
    encoder.row(9);
    encoder.timestamptz(start + Math.floor(row / sites) * hourMs);
    // write_id is a bigint; its eight bytes are those of a timestamp of the same microseconds.
    encoder.timestamptz(946_684_800_000);
    encoder.int4(1 + (row % sites));
    for (const value of valuesOf(row)) encoder.float8(value);
    if (encoder.size > 1 << 18 && !stream.write(encoder.take())) {
      await new Promise((resolve) => stream.once('drain', resolve));
    }
  }
  stream.write(encoder.take());
  stream.end(copyTrailer);
  await done;
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  await client.query('drop table copied');
  await client.end();
  return seconds;
}

/** The importing process: does one import and reports its seconds and peak memory. */
async function importOne({ url, directory, file, dryRun, withImpact }) {
  const pool = createPool(url, 4, createLogger('silent'));
  const begun = process.hrtime.bigint();
  const { report } = await importUpload(
    {
      pool,
      uploadsDir: join(directory, 'uploads'),
      maxBytes: 2 ** 40,
      maxRows: 1e9,
      reached: () => Promise.resolve(),
      // What the service does: the rows are written, the targets looked at, and everything taken back.
      ...(withImpact ? { prepareImpact: () => Promise.resolve(() => Promise.resolve([])) } : {}),
    },
    actor,
    { name: 'bench.csv', content: createReadStream(file) },
    { dryRun, overwrite: false, onError: 'reject-file' },
  );
  const seconds = Number(process.hrtime.bigint() - begun) / 1e9;
  await pool.end();
  process.send({
    seconds,
    peakMb: process.resourceUsage().maxRSS / 1024,
    status: report.status,
    rows: report.rows,
  });
}

function inProcess(task) {
  return new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(import.meta.url), ['child']);
    child.once('message', resolve);
    child.once('exit', (code) => code !== 0 && reject(new Error(`import process exited with ${code}`)));
    child.send(task);
  });
}

async function measure(directory, server, rows) {
  const name = `bench_${rows}`;
  const admin = new pg.Client({ connectionString: server.connectionString });
  await admin.connect();
  await admin.query(`create database ${name}`);
  await admin.end();
  const url = new URL(server.connectionString);
  url.pathname = `/${name}`;
  await migrate(url.toString(), createLogger('warn'));
  const pool = createPool(url.toString(), 2, createLogger('silent'));
  await loadSeeds(pool, await readSeedFiles());
  for (let site = 0; site < sites; site += 1) {
    await pool.query(`insert into sites (code, name, kind) values ($1, $1, 'air-station')`, [
      `bench-${site}`,
    ]);
  }
  await pool.end();
  const file = join(directory, `${rows}.csv`);
  await pipeline(csvLines(rows), createWriteStream(file));
  const task = { url: url.toString(), directory, file };
  const before = await copyRows(url.toString(), rows);
  const trial = await inProcess({ ...task, dryRun: true });
  const written = await inProcess({ ...task, dryRun: true, withImpact: true });
  const commit = await inProcess({ ...task, dryRun: false });
  const again = await inProcess({ ...task, dryRun: false });
  // Other work on the machine comes and goes: the mean of a COPY before and one after.
  const copy = (before + (await copyRows(url.toString(), rows))) / 2;
  if (commit.rows.new !== rows || again.rows.unchanged !== rows)
    throw new Error(JSON.stringify([commit, again]));
  return { rows, copy, trial, written, commit, again };
}

function print(results) {
  console.log(
    '| rows | COPY | trial ÷ COPY | trial with impact ÷ COPY | commit ÷ COPY | again ÷ COPY | peak memory |',
  );
  console.log('| ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const { rows, copy, trial, written, commit, again } of results) {
    const ratios = [trial, written, commit, again].map(({ seconds }) => (seconds / copy).toFixed(1));
    const cells = [rows, `${copy.toFixed(2)} s`, ...ratios, `${commit.peakMb.toFixed(0)} MB`];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const [first] = results;
  const last = results.at(-1);
  if (last.rows > first.rows) {
    const growth = (last.commit.peakMb / first.commit.peakMb).toFixed(2);
    console.log(`peak memory of the commit, ${last.rows} rows ÷ ${first.rows} rows: ${growth}`);
  }
}

async function main() {
  const sizes = process.argv.slice(2).map(Number).filter(Boolean);
  const directory = await mkdtemp(join(tmpdir(), 'cei-bench-'));
  // Ours, and empty: the account that runs the database as root's must be able to pass through.
  await chmod(directory, 0o711);
  const server = await startEmbeddedPostgres({
    dataDir: join(directory, 'data'),
    homeDir: join(directory, 'home'),
    database: 'bench',
    purpose: 'command',
    tell: (message) => console.error(message),
  });
  try {
    const results = [];
    for (const rows of sizes.length > 0 ? sizes : [50_000, 1_000_000]) {
      results.push(await measure(directory, server, rows));
    }
    print(results);
  } finally {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'child')
  process.once('message', (task) => void importOne(task).then(() => process.exit(0)));
else await main();
