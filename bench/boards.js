/**
 * What the queries of the boards cost while readings grow: `npm run bench -- boards [millions …]`, by default 1 10 100.
 * A database for each size, all with the demonstration, its verdicts and 2,000 further stations, and so many million
 * hourly values of these with their days, the last ones as recent as the demonstration; all days wait as after an import. Every query runs in turn on every database, as
 * the role of the boards: the cost is the median, as a ratio to that of the first size. Target for the overview: 1.5.
 */
import pg from 'pg';
import { recomputeBatch } from '../dist/assessment/recompute.js';
import { judgeStretch, recordDays, versionsInForce } from '../dist/assessment/verdictHistory.js';
import { demoAsOf } from '../dist/demo/demoData.js';
import { loadDemo } from '../dist/demo/loadDemo.js';
import { allBoards } from '../dist/grafana/boards.js';
import { createLogger } from '../dist/log.js';
import { createPool, inTransaction } from '../dist/store/pool.js';
import { listAllVersions } from '../dist/store/targets.js';
import { createBenchDatabase, secondsOf, withServer } from './benchDatabase.js';

const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 100];
const stations = 2_000;
const valuesARow = 6;
const rounds = 41;
const overview = '01-overview.json';
const target = 1.5;
const end = new Date(`${demoAsOf}T00:00:00+08:00`);
const lastYear = { from: new Date(end.getTime() - 365 * 86_400_000), to: end };

/** Demonstration, figures derived from it, and the verdicts of some months. */
async function fill(url) {
  const pool = createPool(url, 2, createLogger('silent'));
  await loadDemo(pool, () => undefined);
  while ((await recomputeBatch(pool)) > 0);
  const all = await listAllVersions(pool);
  await inTransaction(pool, async (client) => {
    const said = await judgeStretch(client, {
      from: '2025-07-01',
      to: demoAsOf,
      targetsOf: (day) => versionsInForce(all, day),
    });
    await recordDays(client, said, said);
  });
  await pool.query(
    `insert into sites (code, name, kind) select 'bench-' || n, '测试站' || n, 'air-station' from generate_series(1, $1::integer) n`,
    [stations],
  );
  await pool.end();
}

/** So many million values of the further stations, hour by hour up to the demonstration's last. */
async function addReadings(url, millions) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const hours = Math.ceil((millions * 1_000_000) / valuesARow / stations);
  const range = [new Date(end.getTime() - hours * 3_600_000), new Date(end.getTime() - 3_600_000)];
  await client.query(`select ensure_partitions('air_hour', $1, $2)`, range);
  await client.query(
    `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
     select h, 1, s.id, 5 + n % 40, 8 + n % 50, 0.3 + (n % 17) / 10.0, 20 + n % 150, 60 + n % 100, 10 + n % 50
       from generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') h
      cross join (select id from sites where code like 'bench-%') s
      cross join lateral (select (extract(epoch from h)::bigint / 3600 * 7 + s.id * 13) % 997 as n) x`,
    range,
  );
  await client.query(
    `insert into latest_rows (family, site_id, ts)
     select 'air_hour', id, $1 from sites where code like 'bench-%' on conflict do nothing`,
    [range[1]],
  );
  // Their days, and every one marked as after an import.
  await client.query(
    `insert into air_site_days (day, site_id, so2, no2, co, o3_8h, pm10, pm25, inputs, dust_hours)
     select beijing_day(ts), site_id, round(avg(so2)::numeric, 1), round(avg(no2)::numeric, 1), round(avg(co)::numeric, 1),
            max(o3), round(avg(pm10)::numeric, 1), round(avg(pm25)::numeric, 1),
            jsonb_build_object('pm25', jsonb_build_object('basis', 'hourly', 'hours', count(pm25))), 0
       from air_hour where site_id in (select id from sites where code like 'bench-%') group by 1, 2`,
  );
  await client.query(
    `insert into pending_days (medium, site_id, day)
     select 'air', site_id, day from air_site_days where site_id in (select id from sites where code like 'bench-%')`,
  );
  await client.query('vacuum analyze');
  await client.end();
}

async function connect(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  // Boards have 15 seconds; here a query is measured to its end.
  await client.query(
    `set role cei_grafana; set statement_timeout = '90s'; set default_transaction_read_only = on`,
  );
  return client;
}

const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;

/** Queries of a board as Grafana sends them, with every value of its variables. */
async function queriesOf(client, board) {
  const values = new Map();
  for (const { name, query, allValue } of board.templating.list) {
    const { rows } = allValue === undefined ? await client.query(query) : { rows: [] };
    values.set(name, allValue ?? quote(rows[0]?.__value ?? ''));
  }
  const { from, to } = board.time.from.startsWith('now')
    ? lastYear
    : { from: new Date(board.time.from), to: new Date(board.time.to) };
  const [first, last] = [quote(from.toISOString()), quote(to.toISOString())];
  return board.panels.flatMap(({ title, targets }) =>
    targets.map(({ refId, rawSql }) => ({
      name: `${title}${targets.length > 1 ? ` ${refId}` : ''}`,
      sql: rawSql
        .replace(/\$\{(\w+):sqlstring\}/g, (_, name) => values.get(name))
        .replace(/\$__timeFilter\((\w+)\)/g, `$1 between ${first} and ${last}`)
        .replaceAll('$__timeFrom()', first)
        .replaceAll('$__timeTo()', last),
    })),
  );
}

const median = (numbers) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1];

/** The median cost of one query on every database, in turn. */
async function measure(clients, sql, turns) {
  const seconds = clients.map(() => []);
  for (let turn = 0; turn <= turns; turn += 1)
    for (const [index, client] of clients.entries()) {
      const taken = await secondsOf(() => client.query(sql));
      // The first one of each reads from disk.
      if (turn > 0) seconds[index].push(taken);
    }
  return seconds.map(median);
}

/** Pages that a query reads of every database: what it costs whatever else the machine does. */
async function countPages(clients, sql) {
  const pages = [];
  for (const client of clients) {
    const { rows } = await client.query(`explain (analyze, buffers, format json) ${sql}`);
    const { Plan: plan } = rows[0]['QUERY PLAN'][0];
    pages.push(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']);
  }
  return pages;
}

const print = (name, costs, pages = []) =>
  console.log(
    `| ${name} | ${costs.map((cost) => `${(cost * 1000).toFixed(1)} ms`).join(' | ')} | ${costs
      .slice(1)
      .map((cost) => (cost / costs[0]).toFixed(2))
      .join(' | ')} | ${pages.join(', ')} |`,
  );
const add = (sums, costs) => costs.map((cost, index) => cost + (sums[index] ?? 0));

await withServer(async (server) => {
  const template = await createBenchDatabase(server, 'boards');
  await fill(template);
  const admin = new pg.Client({ connectionString: server.connectionString });
  await admin.connect();
  const clients = [];
  for (const millions of sizes) {
    await admin.query(`create database boards_${millions} template boards`);
    const url = new URL(template);
    url.pathname = `/boards_${millions}`;
    await addReadings(url.toString(), millions);
    clients.push(await connect(url.toString()));
  }
  await admin.end();
  const ratios = sizes.slice(1).map((millions) => `${millions} M ÷ ${sizes[0]} M`);
  console.log(
    `| query | ${[...sizes.map((millions) => `${millions} M values`), ...ratios, 'pages'].join(' | ')} |`,
  );
  console.log(`| --- | ${[...sizes, ...ratios, ''].map(() => '---:').join(' | ')} |`);
  for (const [file, board] of Object.entries(allBoards())) {
    let sums = [];
    const queries = await queriesOf(clients[0], board);
    for (const { name, sql } of queries) {
      const costs = await measure(clients, sql, file === overview ? rounds : 9);
      if (file === overview) {
        print(name, costs, await countPages(clients, sql));
        if (costs.some((cost) => cost > costs[0] * target)) process.exitCode = 1;
      }
      sums = add(sums, costs);
    }
    print(`**${board.title}, all queries**`, sums);
  }
  await Promise.all(clients.map((client) => client.end()));
});
