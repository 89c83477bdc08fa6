/**
 * What a round of alerting costs after 1 %, 10 % and 100 % of the rules are touched, against reading the touched rows with one
 * SELECT in the same run: `npm run bench -- alert-rules [rules 10000] [years 5]`. A hundred stations with hourly data of those
 * years, rules of four measures in equal parts for each; a rule is touched by an hour that its station sends. A round that
 * touches no rule shows what does not depend on any.
 */
import pg from 'pg';
import { RuleBook } from '../dist/alerting/ruleBook.js';
import { runRound } from '../dist/alerting/round.js';
import { alertRuleSchema } from '../dist/domain/alertRule.js';
import { createLogger } from '../dist/log.js';
import { createPool } from '../dist/store/pool.js';
import { createBenchDatabase, secondsOf, withServer } from './benchDatabase.js';

const stations = 100;
const lastYear = 2024;
const hourMs = 3_600_000;
const hours = 7;
/** Hours that the longest measure looks back, and the day that a mark stands for. */
const lookbackMs = 48 * hourMs;

const code = (station) => `bench-${station}`;
let nextHour = Date.UTC(lastYear, 11, 31, 16);

/** Queries and rows that the service asked for. */
const counted = { queries: 0, rows: 0 };
const { query } = pg.Client.prototype;
pg.Client.prototype.query = function count(...given) {
  const answer = query.apply(this, given);
  counted.queries += 1;
  return typeof answer?.then === 'function'
    ? answer.then((result) => {
        counted.rows += result?.rows?.length ?? 0;
        return result;
      })
    : answer;
};

async function generate(pool, years) {
  await pool.query(`insert into writes (kind, actor_name, actor_office) values ('demo', 'bench', 'bench')`);
  await pool.query(
    `insert into sites (code, name, kind) select 'bench-' || n, '测试站' || n, 'air-station' from generate_series(1, $1) n`,
    [stations],
  );
  for (let year = lastYear - years + 1; year <= lastYear; year += 1) {
    const span = [`${year}-01-01 00:00+08`, `${year}-12-31 23:00+08`];
    await pool.query(`select ensure_partitions('air_hour', $1, $2)`, span);
    await pool.query(
      `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
       select h, 1, s.id, 9, 21, 0.5, 71, 60 + extract(hour from h), 30 + extract(hour from h) / 2
         from generate_series($1::timestamptz, $2::timestamptz, interval '1 hour') h
        cross join (select id from sites where code like 'bench-%') s order by h, s.id`,
      span,
    );
  }
  await pool.query(`select ensure_partitions('air_hour', '2025-01-01 00:00+08', '2025-12-31 23:00+08')`);
  await pool.query(
    `insert into latest_rows (family, site_id, ts)
     select 'air_hour', id, $1 from sites where code like 'bench-%'`,
    [new Date(nextHour - hourMs)],
  );
}

/** Rules as the engine has taken them up already; in 5 % something fires. */
async function addRules(pool, rules) {
  const documents = Array.from({ length: rules }, (_, index) => {
    const measure = [
      { of: 'value', interval: 'hour', indicator: 'pm10' },
      { of: 'value', interval: 'hour', indicator: 'pm25' },
      { of: 'running-mean', indicator: 'pm10', hours: 6, minHours: 4 },
      { of: 'running-mean', indicator: 'o3', hours: 24, minHours: 18 },
    ][index % 4];
    return alertRuleSchema.parse({
      kind: 'threshold',
      code: `bench-rule-${index}`,
      titleZh: `规则 ${index}`,
      offices: ['ecology'],
      source: '基准',
      scope: { sites: [code(1 + Math.floor((index * stations) / rules))] },
      measure,
      op: 'above',
      levels: [{ severity: 'notice', threshold: index % 20 === 0 ? '10' : '400' }],
      repeatHours: null,
    });
  });
  await pool.query('delete from alert_rule_versions; delete from alert_rules');
  await pool.query(
    `with given as (select d from jsonb_array_elements($1) d),
     saved as (
       insert into alert_rules (code, kind, document, evaluated_version)
       select d ->> 'code', 'threshold', d, 1 from given returning code)
     insert into alert_rule_versions (code, version, document, actor_name, actor_office)
     select d ->> 'code', 1, d, 'bench', 'bench' from given`,
    [JSON.stringify(documents)],
  );
}

/** The stations send their next hour, and what follows from it is marked. */
async function touch(pool, siteIds, at, marked = siteIds) {
  await pool.query(
    `insert into air_hour (ts, write_id, site_id, so2, no2, co, o3, pm10, pm25)
     select $1, 1, id, 9, 21, 0.5, 71, 70, 35 from unnest($2::integer[]) id`,
    [new Date(at), siteIds],
  );
  await pool.query(
    `update latest_rows set ts = $1 where family = 'air_hour' and site_id = any ($2::integer[])`,
    [new Date(at), siteIds],
  );
  await pool.query(
    `insert into alert_marks (subject, subject_id, day) select 'air', id, beijing_day($1) from unnest($2::integer[]) id`,
    [new Date(at), marked],
  );
}

const median = (list) => [...list].sort((x, y) => x - y)[Math.floor(list.length / 2)];

/** One round, and one SELECT of the hours that it could look at. */
async function measure(pool, touched, at, options, clock) {
  clock.now = at + hourMs + 60_000;
  Object.assign(counted, { queries: 0, rows: 0 });
  let outcome;
  const seconds = await secondsOf(async () => (outcome = await runRound(pool, options)));
  const seen = { ...counted };
  const read = await secondsOf(() =>
    pool.query(
      `select ts, site_id, so2, no2, co, o3, pm10, pm25 from air_hour
        where site_id = any ($1::integer[]) and ts >= $2 and ts <= $3`,
      [touched, new Date(at - lookbackMs), new Date(at)],
    ),
  );
  if (outcome.subjects !== touched.length) throw new Error(`${outcome.subjects} subjects`);
  return { seconds, read, ...seen };
}

/**
 * Hour by hour: no rule, then the stations of 1 %, those of 10 %, and all. At the same hour of the day, since a round looks
 * at a changed day from its beginning.
 */
async function measureHours(pool, ids, others, options, clock) {
  const [one, ten] = [ids.slice(0, ids.length / 100), ids.slice(ids.length / 100, (11 * ids.length) / 100)];
  const rest = ids.slice((11 * ids.length) / 100);
  const taken = { 0: [], 0.01: [], 0.1: [], 1: [] };
  for (let time = 0; time < hours; time += 1) {
    const at = nextHour;
    nextHour += hourMs;
    for (const [share, sending, touched] of [
      [0, others, others],
      [0.01, one, one],
      [0.1, ten, ten],
      [1, rest, ids],
    ]) {
      await touch(pool, sending, at, touched);
      taken[share].push(await measure(pool, touched, at, options, clock));
    }
  }
  return [1, 0.1, 0.01, 0].map((share) => {
    const of = (name) => median(taken[share].map((each) => each[name]));
    return { share, seconds: of('seconds'), read: of('read'), queries: of('queries'), rows: of('rows') };
  });
}

async function main() {
  const [rules = 10_000, years = 5] = process.argv.slice(2).map(Number);
  await withServer(async (server) => {
    const pool = createPool(await createBenchDatabase(server, 'rules'), 4, createLogger('silent'));
    console.error('generating …');
    await generate(pool, years);
    await addRules(pool, rules);
    await pool.query('vacuum analyze');
    const { rows } = await pool.query(`select id, code from sites where code like 'bench-%' order by id`);
    const { rows: quiet } = await pool.query(`select id from sites where code = 'air-town'`);
    const logger = createLogger('error');
    const clock = { now: nextHour };
    const options = { logger, rules: new RuleBook(logger), now: () => clock.now };
    const ids = rows.map(({ id }) => id);
    const first = await secondsOf(() => measureOnce(pool, ids, options, clock));
    const others = quiet.map(({ id }) => id);
    const found = await measureHours(pool, ids, others, options, clock);
    const [all] = found;
    const idle = found.at(-1);
    console.log(
      `${rules} rules, ${stations} stations x ${years} years of hours; a change of a rule, with all read: ${first.toFixed(1)} s`,
    );
    console.log(
      'touched   rules  round ÷ one SELECT  per rule, to 100 %  less the idle round  queries/rule  rows/rule',
    );
    for (const one of found) {
      const count = rules * one.share;
      const line = [
        `${one.share * 100} %`.padEnd(9),
        String(count).padEnd(6),
        (one.seconds / one.read).toFixed(1).padEnd(19),
      ];
      if (count === 0) {
        console.log(
          [
            ...line,
            `${((idle.seconds / all.seconds) * 100).toFixed(2)} % of the 100 % round; ${one.queries} queries, ${one.rows} rows`,
          ].join(' '),
        );
        continue;
      }
      const perRule = one.seconds / count / (all.seconds / rules);
      const net = (one.seconds - idle.seconds) / count / ((all.seconds - idle.seconds) / rules);
      console.log(
        [
          ...line,
          perRule.toFixed(2).padEnd(19),
          net.toFixed(2).padEnd(20),
          (one.queries / count).toFixed(2).padEnd(13),
          (one.rows / count).toFixed(2),
        ].join(' '),
      );
    }
    await pool.end();
  });
}

/** The round after a change of a rule, which reads them all; what fires from the beginning is told in it. */
async function measureOnce(pool, ids, options, clock) {
  const at = nextHour;
  nextHour += hourMs;
  await touch(pool, ids, at);
  clock.now = at + hourMs + 60_000;
  await runRound(pool, options);
}

await main();
