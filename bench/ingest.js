/**
 * Line protocol in, against InfluxDB 1.x and VictoriaMetrics (Debian's packages, where present) and against binary COPY
 * of the same rows by two connections into the same keyed table; every figure is a ratio within one run.
 * `npm run bench -- ingest [hours]`. The service runs as it is started by everybody: tokens, checks, flags and marks on.
 */
import { Buffer } from 'node:buffer';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { URLSearchParams } from 'node:url';
import pg from 'pg';
import { createBenchDatabase, withServer } from './benchDatabase.js';
import { post, startService, stationCode, stopChild } from './benchService.js';
import { copyTwice } from './copyRows.js';
import { fields, firstHour, hourMs, valueOf, wideLine } from './wideLines.js';

const stations = 2_000;
const hours = Number(process.argv[2] ?? 250);
// Words of the loads to be measured; all when none is given.
const wanted = process.argv.slice(3);

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
    text += wideLine(station, hour, turn(at));
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
          `air,station=${stationCode(station)},region=R${station % 32} ${fields[f]}=${valueOf(station, hour, f).toFixed(1)} ${firstHour + (hour + 1) * hourMs}000000\n`,
        );
        if (parts.length === perRequest) bodies.push(Buffer.from(parts.splice(0).join(''), 'latin1'));
      }
    }
  }
  if (parts.length > 0) bodies.push(Buffer.from(parts.join(''), 'latin1'));
  return bodies;
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

const ratio = (a, b) => (b === undefined ? '–' : (b / a).toFixed(2));

/**
 * Rules that are new, what the service has stored and not yet derived from, and whatever the database is at work on. A new
 * rule is judged over the last 40 days of everything, once.
 */
const unrest = `
  select exists (select from alert_rules where version <> evaluated_version)
         or exists (select from touches) or exists (select from pending_days) or exists (select from alert_marks)
         or exists (select from pg_stat_activity
                     where pid <> pg_backend_pid() and datname = current_database() and state <> 'idle'
                        or backend_type = 'autovacuum worker') as busy`;

/** Waits until the service and its database are at rest, so that they take no time from whoever is measured next. */
async function settle(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (let tries = 0, quiet = 0; tries < 600; tries += 1) {
      const { rows } = await client.query(unrest);
      quiet = rows[0].busy ? 0 : quiet + 1;
      if (quiet === 3) return;
      await sleep(1_000);
    }
    console.log('(the service did not come to rest)');
  } finally {
    await client.end();
  }
}

/**
 * One load to all targets: each row of the table is the time of a peer divided by ours. The order turns from one row to the
 * next, so that nobody is always the first upon the others' leavings.
 */
async function compare(label, { targets, url }, makeBodies, inFlight, copySeconds) {
  if (wanted.length > 0 && !wanted.some((word) => label.includes(word))) return;
  const bodies = makeBodies();
  const results = new Map();
  for (const target of targets) {
    await settle(url);
    results.set(target.name, await sendAll(target, bodies, inFlight));
  }
  targets.push(targets.shift());
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

async function measure(to) {
  const { targets, url } = to;
  console.log('| load | ÷ InfluxDB | ÷ VictoriaMetrics | ÷ COPY | p99 × InfluxDB | ours |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  const warm = wideBodies({ from: 0, count: 10 });
  const warmNarrow = narrowBodies({ from: 12, count: 10 });
  await settle(url);
  for (const bodies of [warm, warmNarrow]) for (const target of targets) await sendAll(target, bodies, 4);
  const wide = wideBodies({ from: 100, count: hours });
  await copyTwice(url, stations, 100, hours);
  const before = await copyTwice(url, stations, 100, hours);
  await compare('wide, new', to, () => wide, 4, before);
  const after = await copyTwice(url, stations, 100, hours);
  await compare('wide, sent again', to, () => wide, 4, (before + after) / 2);
  const changed = () => wideBodies({ from: 100, count: hours, turn: (at) => (at % 100 === 0 ? 1 : 0) });
  await compare('wide, sent again with 1 % of rows changed', to, changed, 4);
  // Close to each other: hours between them in which nobody sent are judged by the rules of alerts, too.
  const lateFrom = 124 + hours;
  const narrowFrom = lateFrom + hours + 24;
  const smallFrom = narrowFrom + 2 * hours + 24;
  const late = () => wideBodies({ from: lateFrom, count: hours, order: lateOrder(hours) });
  await compare('wide, 20 % out of order', to, late, 4);
  const narrowHours = Math.ceil(hours / 2);
  for (const round of [1, 2, 3])
    await compare(
      `narrow, ${round} of 3`,
      to,
      () => narrowBodies({ from: narrowFrom + (round - 1) * narrowHours, count: narrowHours }),
      4,
    );
  for (const perRequest of [1, 10]) {
    const small = () =>
      wideBodies({ from: smallFrom + perRequest * 10, count: perRequest === 1 ? 5 : 20, perRequest });
    await compare(
      `${perRequest} line${perRequest === 1 ? '' : 's'} a request, 64 connections`,
      to,
      small,
      64,
    );
  }
}

await withServer(async (server) => {
  const { directory } = server;
  const url = await createBenchDatabase(server, 'ingest');
  const targets = [];
  try {
    targets.push(...(await startPeers(directory)));
    targets.push(await startService(directory, url, stations));
    console.log(
      `peers: ${targets.map(({ name }) => name).join(', ')}; ${stations} stations, ${hours} hours\n`,
    );
    await measure({ targets, url });
  } finally {
    for (const target of targets) await target.stop();
  }
});
