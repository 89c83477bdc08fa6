/**
 * What storing costs while the database grows: `npm run bench -- volume [millions …]`, by default 1 10 100.
 * Values are loaded over HTTP as line protocol into the service as everybody starts it: 2,000 stations, six values a
 * line, 5,000 lines a request, 4 in flight. At each size the same number of new lines is stored several times, each
 * after a binary COPY of as many rows into an empty table: the cost is the median of the ratios, so that what else the
 * machine does at the time cancels. Sizes are those of the tables with their indexes.
 */
import { Buffer } from 'node:buffer';
import http from 'node:http';
import { performance } from 'node:perf_hooks';
import pg from 'pg';
import { createBenchDatabase, withServer } from './benchDatabase.js';
import { post, startService } from './benchService.js';
import { copyTwice } from './copyRows.js';
import { fields, wideLine } from './wideLines.js';

const stations = 2_000;
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [1, 10, 100];
const inFlight = 4;
const linesEach = 5_000;
const probes = 9;
const probeRequests = 12;

let nextLine = 0;

function nextBody() {
  let text = '';
  for (let i = 0; i < linesEach; i += 1, nextLine += 1)
    text += wideLine(nextLine % stations, Math.floor(nextLine / stations));
  return Buffer.from(text, 'latin1');
}

/** Sends so many requests of new lines; their bodies are made on the way unless they are given. */
async function send(agent, target, requests, bodies) {
  let sent = 0;
  await Promise.all(
    Array.from({ length: inFlight }, async () => {
      while (sent < requests) {
        sent += 1;
        await post(agent, target, bodies?.pop() ?? nextBody());
      }
    }),
  );
}

/** What storing costs, as a multiple of a COPY of as many rows: the median of several turns. */
async function probe(agent, target, url) {
  const ratios = [];
  for (let turn = 0; turn < probes; turn += 1) {
    const bodies = Array.from({ length: probeRequests }, nextBody).reverse();
    const copySeconds = await copyTwice(url, stations, 0, (probeRequests * linesEach) / stations);
    const begun = performance.now();
    await send(agent, target, probeRequests, bodies);
    ratios.push((performance.now() - begun) / 1000 / copySeconds);
  }
  return ratios.sort((a, b) => a - b)[probes >> 1];
}

/** Bytes of every table with its indexes, parts of partitioned tables together, and of the keys alone. */
async function sizesOf(client) {
  const { rows } = await client.query(
    `select coalesce(i.inhparent, c.oid)::regclass::text as name, sum(pg_total_relation_size(c.oid))::float8 as total,
            sum(pg_indexes_size(c.oid))::float8 as indexes
       from pg_class c left join pg_inherits i on i.inhrelid = c.oid
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
      group by 1 order by 2 desc`,
  );
  return rows;
}

await withServer(async (server) => {
  const url = await createBenchDatabase(server, 'volume');
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const target = await startService(server.directory, url, stations);
  const agent = new http.Agent({ keepAlive: true, maxSockets: inFlight });
  try {
    const before = (await sizesOf(client)).reduce((sum, { total }) => sum + total, 0);
    // The first second of a process loads and compiles the code.
    await send(agent, target, 20);
    console.log(
      '| values stored | cost ÷ first | cost ÷ `COPY` | readings and key: bytes a value | everything: bytes a value |',
    );
    console.log('| ---: | ---: | ---: | ---: | ---: |');
    let first;
    let tables;
    for (const millions of sizes) {
      const lines = (millions * 1_000_000) / fields.length;
      await send(agent, target, Math.max(0, Math.ceil((lines - nextLine) / linesEach)));
      const cost = await probe(agent, target, url);
      first ??= cost;
      tables = await sizesOf(client);
      const values = nextLine * fields.length;
      const readings = tables.find(({ name }) => name === 'air_hour');
      const everything = tables.reduce((sum, { total }) => sum + total, 0) - before;
      console.log(
        `| ${(values / 1e6).toFixed(1)} M | ${(cost / first).toFixed(2)} | ${cost.toFixed(2)} | ${(readings.total / values).toFixed(1)} | ${(everything / values).toFixed(1)} |`,
      );
    }
    const values = nextLine * fields.length;
    console.log('\n| table | bytes a value | of these its indexes |\n| --- | ---: | ---: |');
    for (const { name, total, indexes } of tables.filter((table) => table.total > 1e6))
      console.log(`| ${name} | ${(total / values).toFixed(2)} | ${(indexes / values).toFixed(2)} |`);
  } finally {
    agent.destroy();
    await client.end();
    await target.stop();
  }
});
