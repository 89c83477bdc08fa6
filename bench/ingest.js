/**
 * Line protocol in, against InfluxDB 1.x and VictoriaMetrics (Debian's packages, where present) and against binary COPY
 * of the same rows by two connections into the same keyed table; every figure is a ratio within one run.
 * `npm run bench -- ingest [hours]`. The service runs as it is started by everybody: tokens, checks, flags and marks on.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { fileURLToPath, URLSearchParams } from 'node:url';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { startEmbeddedPostgres } from '../dist/embedded/embeddedPostgres.js';
import { createLogger } from '../dist/log.js';
import { encodeStoredRows } from '../dist/store/encodeRows.js';
import { migrate } from '../dist/store/migrate.js';
import { createPool } from '../dist/store/pool.js';
import { RowBatch } from '../dist/store/rowBatch.js';
import { loadSeeds } from '../dist/store/seeder.js';
import { readSeedFiles } from '../dist/store/seedFiles.js';
import { createTokenStore } from '../dist/store/tokens.js';

const stations = 2_000;
const hours = Number(process.argv[2] ?? 250);
// Words of the loads to be measured; all when none is given.
const wanted = process.argv.slice(3);
const fields = ['so2', 'no2', 'co', 'o3', 'pm10', 'pm25'];
const hourMs = 3_600_000;
const firstHour = Date.parse('2016-01-01T00:00:00+08:00');
const mainFile = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist', 'main.js');

/** A value of one item; `turn` gives other values for the same keys. */
function valueOf(station, hour, field, turn = 0) {
  const step = (station * 7 + hour * 13 + field * 31 + turn * 17) % 200;
  // Plausible ones, and never more fine particles than particles.
  return field === 2 ? 0.3 + (step % 20) / 10 : step / 10 + (field === 4 ? 60 : 20);
}

const pad = (station) => `S${String(station).padStart(4, '0')}`;

/** Bodies of wide lines, a line for each station and hour, by hours. */
function wideBodies({ from, count, perRequest = 5_000, order, turn = () => 0 }) {
  const bodies = [];
  let text = '';
  let lines = 0;
  const flush = () => {
    if (lines > 0) bodies.push(Buffer.from(text, 'latin1'));
    text = '';
    lines = 0;
  };
  for (let i = 0; i < count * stations; i += 1) {
    const at = order === undefined ? i : order(i);
    const hour = from + Math.floor(at / stations);
    const station = at % stations;
    const values = fields
      .map((name, f) => `${name}=${valueOf(station, hour, f, turn(at)).toFixed(1)}`)
      .join(',');
    // Labels are ends of hours.
    text += `air,station=${pad(station)},region=R${station % 32} ${values} ${firstHour + (hour + 1) * hourMs}000000\n`;
    lines += 1;
    if (lines === perRequest) flush();
  }
  flush();
  return bodies;
}

/** The same values, one field a line. */
function narrowBodies({ from, count, perRequest = 5_000 }) {
  const bodies = [];
  let parts = [];
  for (let hour = from; hour < from + count; hour += 1) {
    for (let station = 0; station < stations; station += 1) {
      for (let f = 0; f < fields.length; f += 1) {
        parts.push(
          `air,station=${pad(station)},region=R${station % 32} ${fields[f]}=${valueOf(station, hour, f).toFixed(1)} ${firstHour + (hour + 1) * hourMs}000000\n`,
        );
        if (parts.length === perRequest) bodies.push(Buffer.from(parts.splice(0).join(''), 'latin1'));
      }
    }
  }
  if (parts.length > 0) bodies.push(Buffer.from(parts.join(''), 'latin1'));
  return bodies;
}

function post(agent, target, body) {
  return new Promise((resolve, reject) => {
    const request = http.request(
      target.url,
      { agent, method: 'POST', headers: { ...target.headers, 'Content-Length': body.length } },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part) => (text += part.slice(0, 300)));
        response.on('end', () =>
          response.statusCode < 300
            ? resolve()
            : reject(new Error(`${target.name}: ${response.statusCode} ${text}`)),
        );
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends all bodies with so many in flight; seconds, and the 99th percentile of a request in milliseconds. */
async function sendAll(target, bodies, inFlight) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  const took = [];
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (next < bodies.length) {
        const body = bodies[next++];
        const at = performance.now();
        await post(agent, target, body);
        took.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  agent.destroy();
  took.sort((a, b) => a - b);
  return { seconds, p99: took[Math.floor(took.length * 0.99)] };
}

/** The limit: the same rows by two connections, encoded beforehand. */
async function copyTwice(url, from, count, perCopy = 10_000) {
  const pieces = [];
  let batch;
  for (let hour = from; hour < from + count; hour += 1) {
    for (let station = 0; station < stations; station += 1) {
      if (batch === undefined || batch.size === perCopy) pieces.push((batch = new RowBatch('air_hour')));
      const row = batch.rowOf(firstHour + hour * hourMs, station + 1, 0);
      for (let f = 0; f < fields.length; f += 1) batch.set(row, f, valueOf(station, hour, f));
    }
  }
  const encoded = pieces.map((piece) => encodeStoredRows(piece, [1]));
  const clients = await Promise.all(
    [0, 1].map(async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  await clients[0].query('drop table if exists copied');
  await clients[0].query('create table copied (like air_hour including all)');
  let next = 0;
  const begun = performance.now();
  await Promise.all(
    clients.map(async (client) => {
      while (next < encoded.length) {
        const piece = encoded[next++];
        const stream = client.query(
          copyFrom(
            'copy copied (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25) from stdin (format binary)',
          ),
        );
        const done = finished(stream);
        stream.end(piece);
        await done;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  await clients[0].query('drop table copied');
  await Promise.all(clients.map((client) => client.end()));
  return seconds;
}

async function startPeer(name, command, args, url, ready, env = {}) {
  const child = spawn(command, args, { stdio: 'ignore', env: { ...process.env, ...env } });
  const failed = once(child, 'error').then(() => false);
  for (let tries = 0; tries < 100; tries += 1) {
    const up = await Promise.race([
      failed,
      fetch(ready).then(
        (response) => response.status < 500,
        () => undefined,
      ),
    ]);
    if (up === false) return undefined;
    if (up) return { name, url, headers: {}, stop: () => stopChild(child) };
    await sleep(100);
  }
  child.kill('SIGKILL');
  return undefined;
}

async function stopChild(child) {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

async function startPeers(directory) {
  const influxUrl = 'http://127.0.0.1:28086';
  const influx = await startPeer(
    'InfluxDB',
    'influxd',
    [],
    `${influxUrl}/write?db=bench`,
    `${influxUrl}/ping`,
    {
      INFLUXDB_HTTP_BIND_ADDRESS: '127.0.0.1:28086',
      INFLUXDB_BIND_ADDRESS: '127.0.0.1:28088',
      INFLUXDB_META_DIR: join(directory, 'influx/meta'),
      INFLUXDB_DATA_DIR: join(directory, 'influx/data'),
      INFLUXDB_DATA_WAL_DIR: join(directory, 'influx/wal'),
      INFLUXDB_HTTP_LOG_ENABLED: 'false',
      INFLUXDB_REPORTING_DISABLED: 'true',
      INFLUXDB_MONITOR_STORE_ENABLED: 'false',
    },
  );
  if (influx !== undefined)
    await fetch(`${influxUrl}/query`, {
      method: 'POST',
      body: new URLSearchParams({ q: 'CREATE DATABASE bench' }),
    });
  const vmUrl = 'http://127.0.0.1:28428';
  const victoria = await startPeer(
    'VictoriaMetrics',
    'victoria-metrics',
    [`-storageDataPath=${join(directory, 'vm')}`, '-httpListenAddr=127.0.0.1:28428', '-retentionPeriod=100y'],
    `${vmUrl}/write?db=bench`,
    `${vmUrl}/health`,
  );
  return [influx, victoria].filter((peer) => peer !== undefined);
}

async function startService(directory, url) {
  const pool = createPool(url, 2, createLogger('silent'));
  await loadSeeds(pool, await readSeedFiles());
  await pool.query(
    `insert into sites (code, name, kind) select 'S' || lpad(n::text, 4, '0'), 'S' || lpad(n::text, 4, '0'), 'air-station'
       from generate_series(0, $1 - 1) as n`,
    [stations],
  );
  const expiresAt = new Date(Date.now() + 86_400_000).toISOString();
  const actor = { tokenId: null, name: 'bench', office: 'bench', role: 'admin' };
  await createTokenStore(pool).createFirstAdminToken({ name: 'bench', office: 'bench', expiresAt });
  const { token } = await createTokenStore(pool).create(actor, {
    name: 'bench',
    office: 'b',
    role: 'uploader',
    expiresAt,
  });
  await pool.end();
  const child = spawn(process.execPath, [mainFile], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: url,
      PORT: '0',
      DATA_DIR: join(directory, 'service'),
      LOG_LEVEL: 'warn',
    },
  });
  let text = '';
  child.stdout.setEncoding('utf8');
  const address = await new Promise((resolve, reject) => {
    child.once('exit', () => reject(new Error('the service ended')));
    child.stdout.on('data', (part) => {
      text += part;
      const found = /(http:\/\/127\.0\.0\.1:\d+)\//.exec(text)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  return {
    name: 'service',
    pid: child.pid,
    url: `${address}/api/v2/write?org=o&bucket=b&precision=ns`,
    headers: { Authorization: `Token ${token}` },
    stop: () => stopChild(child),
  };
}

const ratio = (a, b) => (b === undefined ? '–' : (b / a).toFixed(2));

/** One load to all targets: each row of the table is the time of a peer divided by ours. */
async function compare(label, targets, makeBodies, inFlight, copySeconds) {
  if (wanted.length > 0 && !wanted.some((word) => label.includes(word))) return;
  const bodies = makeBodies();
  const results = new Map();
  for (const target of targets) results.set(target.name, await sendAll(target, bodies, inFlight));
  const ours = results.get('service');
  const peer = (name) => ratio(ours.seconds, results.get(name)?.seconds);
  const p99 = (name) => (results.has(name) ? (ours.p99 / results.get(name).p99).toFixed(2) : '–');
  console.log(
    `| ${label} | ${peer('InfluxDB')} | ${peer('VictoriaMetrics')} | ${copySeconds === undefined ? '–' : ratio(ours.seconds, copySeconds)} | ${p99('InfluxDB')} | ${ours.seconds.toFixed(2)} s |`,
  );
}

/** A permutation: every fifth line is one of any hour, sent before its time or after it. */
function lateOrder(count) {
  const fifth = Math.floor((count * stations) / 5);
  // A prime that divides no number of stations or hours used here.
  return (i) => (i % 5 === 4 ? ((((i - 4) / 5) * 7919) % fifth) * 5 + 4 : i);
}

async function measure(targets, url) {
  console.log('| load | ÷ InfluxDB | ÷ VictoriaMetrics | ÷ COPY | p99 × InfluxDB | ours |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  const warm = wideBodies({ from: 0, count: 10 });
  for (const target of targets) await sendAll(target, warm, 4);
  const wide = wideBodies({ from: 100, count: hours });
  await copyTwice(url, 100, hours);
  const before = await copyTwice(url, 100, hours);
  await compare('wide, new', targets, () => wide, 4, before);
  const after = await copyTwice(url, 100, hours);
  await compare('wide, sent again', targets, () => wide, 4, (before + after) / 2);
  const changed = () => wideBodies({ from: 100, count: hours, turn: (at) => (at % 100 === 0 ? 1 : 0) });
  await compare('wide, sent again with 1 % of rows changed', targets, changed, 4);
  const late = () => wideBodies({ from: 10_000, count: hours, order: lateOrder(hours) });
  await compare('wide, 20 % out of order', targets, late, 4);
  await compare('narrow', targets, () => narrowBodies({ from: 30_000, count: Math.ceil(hours / 4) }), 4);
  for (const perRequest of [1, 10]) {
    const small = () =>
      wideBodies({ from: 40_000 + perRequest * 100, count: perRequest === 1 ? 5 : 20, perRequest });
    await compare(
      `${perRequest} line${perRequest === 1 ? '' : 's'} a request, 64 connections`,
      targets,
      small,
      64,
    );
  }
}

const directory = await mkdtemp(join(tmpdir(), 'cei-bench-'));
// Ours, and empty: the account that runs the database as root's must be able to pass through.
await chmod(directory, 0o711);
const server = await startEmbeddedPostgres({
  dataDir: join(directory, 'data'),
  homeDir: join(directory, 'home'),
  database: 'bench',
  purpose: 'command',
  tell: () => undefined,
});
const targets = [];
try {
  await migrate(server.connectionString, createLogger('warn'));
  targets.push(...(await startPeers(directory)));
  targets.push(await startService(directory, server.connectionString));
  console.log(`peers: ${targets.map(({ name }) => name).join(', ')}; ${stations} stations, ${hours} hours\n`);
  await measure(targets, server.connectionString);
} finally {
  for (const target of targets) await target.stop();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
}
