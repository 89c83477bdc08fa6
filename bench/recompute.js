/**
 * Derived figures from scratch, all verdicts of a year, and one day's correction, each as a ratio to reading the rows
 * it rests on from the same database in the same run. `npm run bench -- recompute [years] [stations]`
 */
import pg from 'pg';
import { Recomputation } from '../dist/assessment/recompute.js';
import { createLogger } from '../dist/log.js';
import { applyStage, judgeStage } from '../dist/store/mergeValues.js';
import { ensurePartitions } from '../dist/store/partitions.js';
import { createPool, inTransaction } from '../dist/store/pool.js';
import { Stage } from '../dist/store/stage.js';
import { insertWrite } from '../dist/store/writes.js';
import { createBenchDatabase, secondsOf, withServer } from './benchDatabase.js';

const lastYear = 2024;
const hourMs = 3_600_000;
const corrections = 15;
const bencher = { tokenId: null, name: 'bench', office: 'bench', role: 'admin' };

/** Hourly rows of `stations` stations in groups of ten counties, by the database itself. */
async function generate(pool, years, stations) {
  const first = lastYear - years + 1;
  await pool.query(`insert into writes (kind, actor_name, actor_office) values ('demo', 'bench', 'bench')`);
  await pool.query(`insert into site_groups (code, name_zh) values ('bench', '测试县')`);
  await pool.query(
    `insert into sites (code, name, kind) select 'bench-' || n, '测试站' || n, 'air-station' from generate_series(1, $1) n`,
    [stations],
  );
  await pool.query(
    `insert into site_group_members (group_code, site_id, position)
     select 'bench', id, row_number() over (order by id) from sites where code like 'bench-%'`,
  );
  for (let year = first; year <= lastYear; year += 1) {
    await pool.query(`select ensure_partitions('air_hour', $1, $2)`, [
      `${year}-01-01 00:00+08`,
      `${year}-12-31 23:00+08`,
    ]);
    await pool.query(
      `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
       select h, 1, s.id, 8 + n % 5, 20 + n % 9, 0.4 + (n % 7) / 10.0, 70 + round(base / 2), round(base), round(base / 2)
         from generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') h
        cross join (select id from sites where code like 'bench-%') s
        cross join lateral (select extract(epoch from h)::bigint / 3600 as t) t
        cross join lateral (select (t * 7919 + s.id * 131) % 997 as n) n
        -- As air behaves: a course of the day and of the year, and some unrest.
        cross join lateral (
          select (60 + 25 * sin(t * pi() / 12) + 20 * sin(t * pi() / 4380) + n % 11)::numeric as base) b
        order by h, s.id`,
      [`${year}-01-01 00:00+08`, `${year}-12-31 23:00+08`],
    );
  }
  await pool.query('vacuum analyze');
}

async function readRows(url) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let count = 0;
  await client.query('begin');
  await client.query(
    'declare rows no scroll cursor for select ts, site_id, so2, no2, co, o3, pm10, pm25 from air_hour',
  );
  for (;;) {
    const { rows } = await client.query('fetch 20000 from rows');
    if (rows.length === 0) break;
    for (const row of rows) count += row.pm25 > 0 ? 1 : 0;
  }
  await client.query('commit');
  await client.end();
  return count;
}

async function drain(pool) {
  let days = 0;
  await new Recomputation(pool, createLogger('silent')).drain((done) => (days = done));
  return days;
}

async function markAll(pool) {
  await pool.query(
    `insert into pending_days (medium, site_id, day)
     select distinct 'air', site_id, beijing_day(ts) from air_hour on conflict do nothing`,
  );
}

/**
 * One day of one station corrected as an upload corrects it (staged, compared, merged with its revisions and marks),
 * and everything that follows from it derived. Fifteen days, spread over all years that are stored.
 *
 * @returns {Promise<{ whole: number, derived: number }>} median seconds: of the whole, and of the deriving alone
 */
async function correctOneDay(pool, years) {
  const { rows } = await pool.query(`select id from sites where code = 'bench-1'`);
  const siteId = rows[0].id;
  const first = Date.UTC(lastYear - years + 1, 0, 1) - 8 * hourMs;
  const step = Math.floor((years * 365) / corrections);
  const measured = [];
  for (let round = 0; round < corrections; round += 1) {
    const start = first + round * step * 24 * hourMs;
    const writing = await secondsOf(() => correct(pool, siteId, start));
    const derived = await secondsOf(() => drain(pool));
    measured.push({ whole: writing + derived, derived });
  }
  const median = (name) =>
    measured.map((each) => each[name]).sort((x, y) => x - y)[Math.floor(corrections / 2)];
  return { whole: median('whole'), derived: median('derived') };
}

async function correct(pool, siteId, start) {
  const rows = Array.from({ length: 24 }, (_, hour) => ({
    line: hour + 2,
    ts: start + hour * hourMs,
    siteId,
    values: [9, 21, 0.5, 71, 55.5, 33.3],
  }));
  await inTransaction(pool, async (client) => {
    const stage = new Stage(client);
    await stage.add('air_hour', rows);
    await judgeStage(client, stage);
    await ensurePartitions(pool, client, stage);
    await applyStage(client, stage, await insertWrite(client, bencher, { kind: 'manual', reason: 'bench' }));
  });
}

async function measure(server, years, stations) {
  const url = await createBenchDatabase(server, `recompute_${years}_${stations}`);
  const pool = createPool(url, 4, createLogger('silent'));
  await generate(pool, years, stations);
  await markAll(pool);
  let days = 0;
  const read = await secondsOf(() => readRows(url));
  const recompute = await secondsOf(async () => (days = await drain(pool)));
  await pool.query('vacuum analyze');
  const correction = await correctOneDay(pool, years);
  await pool.end();
  console.log(
    [
      `${years} x ${stations}`.padEnd(19),
      String(days).padEnd(13),
      (recompute / read).toFixed(2).padEnd(23),
      `${(correction.whole * 1000).toFixed(1)} ms`.padEnd(18),
      `${(correction.derived * 1000).toFixed(1)} ms`,
    ].join(' '),
  );
  return correction.whole;
}

async function main() {
  const given = process.argv.slice(2).map(Number);
  const [years = 5, stations = 50] = given;
  console.log('years x stations    station days  recomputed ÷ rows read  one day corrected  of it derived');
  await withServer(async (server) => {
    const costs = [];
    for (const each of given.length > 0 ? [years] : [1, 5, 20])
      costs.push(await measure(server, each, stations));
    if (costs.length > 1) {
      const [first, ...others] = costs;
      console.log(
        `one day corrected, against the first row: ${others.map((each) => (each / first).toFixed(2)).join(', ')}`,
      );
    }
  });
}

await main();
