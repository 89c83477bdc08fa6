/**
 * All verdicts of a year (365 as-of days x all targets) on the demonstration data beside years x stations of hourly
 * readings, as a ratio to reading the rows they rest on from the same database in the same run.
 * `npm run bench -- verdicts [years] [stations]`
 */
import pg from 'pg';
import { recomputeBatch } from '../dist/assessment/recompute.js';
import { judgeStretch, versionsInForce } from '../dist/assessment/verdictHistory.js';
import { loadDemo } from '../dist/demo/loadDemo.js';
import { createLogger } from '../dist/log.js';
import { createPool } from '../dist/store/pool.js';
import { listAllVersions } from '../dist/store/targets.js';
import { createBenchDatabase, secondsOf, withServer } from './benchDatabase.js';

const [years = 5, stations = 50] = process.argv.slice(2).map(Number);
const lastYear = 2025;

async function addStations(pool) {
  await pool.query(
    `insert into sites (code, name, kind) select 'bench-' || n, '测试站' || n, 'air-station' from generate_series(1, $1) n`,
    [stations],
  );
  for (let year = lastYear - years + 1; year <= lastYear; year += 1) {
    const range = [`${year}-01-01 00:00+08`, `${year}-12-31 23:00+08`];
    await pool.query(`select ensure_partitions('air_hour', $1, $2)`, range);
    await pool.query(
      `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
       select h, 1, s.id, 5 + (n % 40), 8 + (n % 50), 0.3 + (n % 17) / 10.0, 20 + (n % 150), 30 + (n % 200), 10 + (n % 90)
         from generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') h
        cross join (select id from sites where code like 'bench-%') s
        cross join lateral (select (extract(epoch from h)::bigint / 3600 * 7919 + s.id * 131) % 997 as n) x
        order by h, s.id`,
      range,
    );
  }
}

async function readRows(url, tables) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  let count = 0;
  for (const table of tables) {
    await client.query('begin');
    await client.query(`declare rows no scroll cursor for select * from ${table}`);
    for (;;) {
      const { rows } = await client.query('fetch 20000 from rows');
      if (rows.length === 0) break;
      count += rows.length;
    }
    await client.query('commit');
  }
  await client.end();
  return count;
}

await withServer(async (server) => {
  const url = await createBenchDatabase(server, 'verdicts');
  const pool = createPool(url, 4, createLogger('silent'));
  await loadDemo(pool, () => undefined);
  while ((await recomputeBatch(pool)) > 0);
  await addStations(pool);
  await pool.query('vacuum analyze');
  let rows = 0;
  let verdicts = 0;
  const read = await secondsOf(
    async () =>
      (rows = await readRows(url, ['air_hour', 'air_day', 'water_sample', 'water_month', 'period_reports'])),
  );
  const derived = await secondsOf(() =>
    readRows(url, ['air_site_days', 'air_group_days', 'water_site_months', 'period_reports']),
  );
  const all = await listAllVersions(pool);
  const judged = await secondsOf(async () => {
    const said = await judgeStretch(pool, {
      from: '2024-10-01',
      to: '2025-09-30',
      targetsOf: (day) => versionsInForce(all, day),
    });
    verdicts = said.length;
  });
  await pool.end();
  console.log('years x stations    readings   verdicts  judged ÷ readings read  judged ÷ derived rows read');
  console.log(
    [
      `${years} x ${stations}`.padEnd(19),
      String(rows).padEnd(10),
      String(verdicts).padEnd(9),
      (judged / read).toFixed(2).padEnd(23),
      (judged / derived).toFixed(1),
    ].join(' '),
  );
});
