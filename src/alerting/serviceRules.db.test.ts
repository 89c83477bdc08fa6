import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { alertRuleSchema } from '../domain/alertRule.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { addInbox, clearAlerting, createEngine, saveRule } from './alerting.fixture.js';
import { runLook, runRound } from './round.js';

jest.setTimeout(300_000);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearAlerting(database.pool);
  for (const code of ['ecology', 'operator']) await addInbox(database.pool, code);
});

const pool = () => database.pool;

test('the service tells its operator of itself, and when it is well again', async () => {
  const engine = createEngine(pool());
  const service = (check: string, threshold: string) =>
    alertRuleSchema.parse({
      kind: 'service',
      titleZh: '系统',
      offices: ['ecology'],
      source: '测试',
      code: `service-${check}`,
      check,
      levels: [{ severity: 'warning', threshold }],
    });
  const limits = {
    'disk-used-percent': '0',
    'clock-skew-seconds': '0',
    'job-failures': '3',
    'job-late-minutes': '30',
    'dead-letters': '1',
    'quarantine-rows': '1',
  };
  for (const [check, threshold] of Object.entries(limits)) await saveRule(pool(), service(check, threshold));
  engine.clock.now = Date.now();
  const options = { ...engine.options, dataDir: '/tmp' };
  await runRound(pool(), options);
  await pool().query(
    `insert into jobs (name, expression, makes_up, next_due_at, failures, last_error)
     values ('late', '* * * * *', false, now() - interval '45 minutes', 0, null),
            ('failing', '* * * * *', false, now() + interval '1 hour', 3, '连接被拒绝')`,
  );
  await pool().query(
    `insert into outbox (channel_id, key, kind, severity, notification, state)
     select id, 'dead', 'firing', 'notice', '{}', 'dead' from channels where code = 'ecology'`,
  );
  await pool().query(
    `insert into quarantined_lines (hash, actor_name, actor_office, code, measurement, subject, line, precision,
                                    received_at, last_at)
     values (sha256('x'), '设备', '分局', 'unknown-site', 'air', 's', 'x', 's', now(), now())`,
  );
  await runLook(pool(), options);
  const firing = async () => {
    const { rows } = await pool().query<{ name: string }>(
      `select concat_ws(' ', labels ->> 'check', labels ->> 'subject') as name from alerts where severity is not null
        order by 1`,
    );
    return rows.map(({ name }) => name);
  };
  const always = ['clock-skew-seconds', 'disk-used-percent'];
  expect(await firing()).toEqual(
    [...always, 'dead-letters', 'job-failures failing', 'job-late-minutes late', 'quarantine-rows'].sort(),
  );
  const { rows: told } = await pool().query<{ kinds: string[]; channels: string[] }>(
    `select array_agg(distinct kind) as kinds, array_agg(distinct c.code) as channels
       from outbox o join channels c on c.id = o.channel_id where o.key <> 'dead'`,
  );
  expect(told[0]).toEqual({ kinds: ['operator'], channels: ['operator'] });
  await pool().query(`delete from outbox where key = 'dead'`);
  await pool().query('delete from quarantined_lines');
  await pool().query(`update jobs set failures = 0 where name = 'failing'`);
  await pool().query(`delete from jobs where name = 'late'`);
  engine.clock.now += 60_000;
  await runLook(pool(), options);
  expect(await firing()).toEqual(always);
  const { rows: over } = await pool().query<{ reason: string }>(
    `select distinct reason from alert_transitions where withdrawn_at is null and reason <> 'became-firing' order by 1`,
  );
  // A job that is gone cannot come back into order.
  expect(over).toEqual([{ reason: 'resolved' }, { reason: 'rule-ended' }]);
});
