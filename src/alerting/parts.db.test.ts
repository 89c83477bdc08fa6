import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { BacktestRun } from '../alerts/backtest.js';
import { createCalendar } from '../alerts/workingDays.js';
import { alertRuleSchema, type AlertRule } from '../domain/alertRule.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites } from '../store/sites.js';
import {
  addInbox,
  clearAlerting,
  createEngine,
  hourlyRule,
  readMessages,
  saveRule,
  writeHours,
} from './alerting.fixture.js';
import { loadFactPieces } from './factPieces.js';
import { HourCache } from './hourCache.js';
import { loadFactContext, loadRuleFacts } from './loadFacts.js';

jest.setTimeout(300_000);

let database: TestDatabase;
let town: number;
const day = '2025-05-12';
const midnight = instantOfDay(day);

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  town = (await listSites(database.pool)).find(({ code }) => code === 'air-town')!.id;
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearAlerting(database.pool);
  await addInbox(database.pool, 'ecology');
});

const pool = () => database.pool;

test('a correction of an old day reads some days, and not all that follows', async () => {
  const engine = createEngine(pool());
  await saveRule(
    pool(),
    hourlyRule({ measure: { of: 'running-mean', indicator: 'pm10', hours: 6, minHours: 4 } }),
  );
  await engine.round();
  const first = addDays(day, -200);
  const values = Array.from({ length: 200 * 24 }, (_, index) => (index % 240 < 8 ? 200 : 80));
  await writeHours(pool(), town, instantOfDay(first), values);
  engine.clock.now = midnight + 60_000;
  await engine.round();
  const stored = async () => {
    const { rows } = await pool().query<{ state: unknown }>(
      `select key, state from (
           select transition_key as key, state from alert_transitions where withdrawn_at is null order by at, id) t
         union all select fingerprint, state from alerts`,
    );
    return rows;
  };
  const load = jest.spyOn(HourCache.prototype, 'load');
  await writeHours(pool(), town, instantOfDay(addDays(first, 3)), [300, 300, 300, 300, 300, 300]);
  await engine.round();
  const read = load.mock.calls.reduce(
    (sum, [, sites, from, to]) => sum + (sites.length * (to - from)) / hourMs,
    0,
  );
  load.mockRestore();
  expect((await readMessages(pool())).map(({ kind }) => kind)).toEqual(['late', 'late']);
  // The day, six hours after it, and what shows that nothing else has changed.
  expect(read).toBeGreaterThan(24);
  expect(read).toBeLessThan(100);
  // What is stored is what judging everything finds.
  const found = await stored();
  await pool().query('truncate alerts, alert_transitions, outbox, alert_told, alert_withheld cascade');
  await pool().query(
    `insert into alert_marks (subject, subject_id, day)
       select 'air', $1, d from generate_series($2::date, $3::date, interval '1 day') d`,
    [town, first, day],
  );
  await engine.round();
  expect(await stored()).toEqual(found);
});

test('the facts of a replay in parts give what they give as a whole', async () => {
  const hours = 90 * 24;
  const first = midnight - hours * hourMs;
  const values = Array.from({ length: hours }, (_, index) =>
    index % 1_000 < 40 ? 420 : index % 97 === 3 ? 170 : 80,
  );
  await writeHours(pool(), town, first, values);
  const { seeds } = await readSeedFiles();
  const conditions = { calendar: createCalendar(), warningTables: seeds.warningTables };
  const codes = ['hourly-aqi', 'pm25-24h', 'quality-constant', 'heavy-pollution', 'absence-sections-monthly'];
  const found: string[] = [];
  for (const seed of seeds.alertRules) {
    const rule: AlertRule = alertRuleSchema.parse(seed);
    if (!codes.includes(rule.code) || rule.kind === 'target' || rule.kind === 'service') continue;
    const context = () => loadFactContext(pool(), { now: midnight, dataDir: '/tmp' });
    const span = { from: first, to: midnight };
    const [whole, parts] = [
      new BacktestRun<AlertRule>(rule, conditions),
      new BacktestRun<AlertRule>(rule, conditions),
    ];
    for (const one of await loadRuleFacts(pool(), await context(), rule, span)) whole.take(one);
    let most = 0;
    for await (const piece of loadFactPieces(pool(), await context(), rule, span)) {
      most = Math.max(
        most,
        ...piece.map((one) => ('rows' in one && typeof one.rows !== 'number' ? one.rows.length : 0)),
      );
      for (const one of piece) parts.take(one);
    }
    expect(parts.finish()).toEqual(whole.finish());
    expect(most).toBeLessThan(hours);
    if (whole.finish().alerts.length > 0) found.push(rule.code);
  }
  expect(found.sort()).toEqual(codes.sort());
});

test('years that come in many uploads over an hour: a summary at once, and one of all that came after it', async () => {
  const engine = createEngine(pool());
  await saveRule(pool(), hourlyRule());
  await engine.round();
  const waiting = async () => {
    const { rows } = await pool().query<{ count: number; leaves: number }>(
      `select (notification ->> 'alertCount')::integer as count,
              round(extract(epoch from next_attempt_at) * 1000)::float8 as leaves
         from outbox where state = 'held' order by id`,
    );
    return rows;
  };
  const sent: number[] = [];
  const start = midnight + 10 * hourMs;
  engine.clock.now = start;
  for (let upload = 0; upload < 5; upload += 1) {
    for (const { count, leaves } of await waiting())
      if (leaves <= engine.clock.now) {
        sent.push(count);
        await pool().query(
          `update outbox set state = 'delivered', delivered_at = now() where state = 'held'`,
        );
      }
    const first = instantOfDay(addDays(day, -700 + 100 * upload));
    await writeHours(
      pool(),
      town,
      first,
      Array.from({ length: 25 * 24 }, (_, hour) => (hour % 24 === 5 ? 200 : 80)),
    );
    await engine.round();
    engine.clock.now += 6 * 60_000;
  }
  expect(sent).toEqual([25]);
  const [rest, ...others] = await waiting();
  expect(others).toEqual([]);
  expect(rest!.count).toBe(100);
  expect(rest!.leaves - start).toBeLessThanOrEqual(31 * 60_000);
});
