import type pg from 'pg';
import type { TestDatabase } from '../../test/database.js';
import { drainMarks } from '../assessment/database.fixture.js';
import { judgeStretch, recordDays, versionsInForce } from '../assessment/verdictHistory.js';
import { demoAsOf } from '../demo/demoData.js';
import { loadDemo } from '../demo/loadDemo.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listAllVersions } from '../store/targets.js';

export const readerRole = 'cei_grafana';

/** The demonstration with the verdicts of some weeks, and one row of everything else that boards show. */
export async function fillDemo(pool: TestDatabase['pool']): Promise<void> {
  await loadSeeds(pool, await readSeedFiles());
  await loadDemo(pool, () => undefined);
  await drainMarks(pool);
  for (const [from, to] of [
    ['2023-10-19', '2023-12-31'],
    ['2025-09-15', demoAsOf],
  ] as const)
    await inTransaction(pool, async (client) => {
      const all = await listAllVersions(client);
      const said = await judgeStretch(client, { from, to, targetsOf: (day) => versionsInForce(all, day) });
      await recordDays(client, said, said);
    });
  await addWhatTheDemoLacks(pool);
}

/** One row of everything that boards show and the demonstration has none of; the site's name is an odd one. */
async function addWhatTheDemoLacks(pool: TestDatabase['pool']): Promise<void> {
  await pool.query(
    `insert into sites (code, name, kind) values ('odd''"$1', '李家“庄”''s; -- $__timeFrom() %', 'air-station')`,
  );
  await pool.query(
    `insert into air_site_days (day, site_id, pm25, inputs, dust_hours)
     select '2025-09-01', id, 12.5, '{"pm25": {"basis": "hourly", "hours": 21}}', 0 from sites where name like '李家%'`,
  );
  await pool.query(
    `insert into uploads (at, actor_name, actor_office, file_name, sha256, bytes, status, report)
     values ('2025-09-02', '王某', '生态环境分局', '空气''.csv', '', 10, 'rejected',
             '{"rows": {"read": 5, "rejected": 2}, "faultCount": 2, "suspectCount": 1}')`,
  );
  await pool.query(
    `insert into published_differences (site_id, ts, span, indicator, published, computed, rule)
     select id, '2025-09-01', 'day', 'pm25', '80', '81', 'HJ633-2012' from sites where code = 'air-town'`,
  );
  await pool.query(
    `with figure as (
       insert into published_figures (kind, subject, period, first_day, end_day, published_value, document, published_on,
                                      marked_by, marked_office)
       values ('target', '19', '2024', '2024-01-01', '2025-01-01', '30', '公报', '2025-02-01', '王某', '分局') returning id)
     insert into figure_notices (figure_id, old_value, new_value, causes) select id, '30', '31', '[]' from figure`,
  );
  await pool.query(
    `insert into jobs (name, expression, makes_up, next_due_at, last_error) values ('recompute', '* * * * *', true, now(), 'geheim')`,
  );
  await addAlerts(pool);
}

/** One alert that fires and is acknowledged, one that fired before, one pending; a message that was refused. */
async function addAlerts(pool: TestDatabase['pool']): Promise<void> {
  await pool.query(
    `with channel as (
       insert into channels (name, type, settings, code) values ('群', 'inbox', '{"url": "geheim"}', 'group') returning id),
     message as (
       insert into outbox (channel_id, key, kind, severity, notification, created_at, state, attempts, last_message)
       select id, 'k', 'alert', 'warning', '{"body": "geheim"}', '2025-09-03', 'dead', 1, 'geheim' from channel
       returning id, channel_id)
     insert into delivery_attempts (outbox_id, channel_id, started_at, finished_at, outcome, code, message)
     select id, channel_id, '2025-09-03 10:00+08', '2025-09-03 10:00+08', 'refused', 'http 400', 'geheim' from message`,
  );
  await pool.query(
    `insert into alert_rules (code, kind, document) values ('rule', 'threshold', '{"titleZh": "AQI 偏高"}')`,
  );
  await pool.query(
    `insert into alerts (fingerprint, rule_code, labels, offices, state, status, severity, firing_since, result, rule_version)
     values ('f', 'rule', '{"site": "air-town"}', '{ecology}', '{}', 'no-data', 'warning', '2025-09-03 08:00+08',
             '{"siteZh": "李家“庄”''s", "valueZh": "151", "limitZh": "150", "periodZh": "2025-09-03 09 时"}', 1),
            ('g', 'rule', '{"site": "odd"}', '{ecology,water}', '{"pending": {"startsAt": 1756857600000}}', 'pending', null,
             null, '{}', 1)`,
  );
  await pool.query(
    `insert into alert_transitions (fingerprint, transition_key, reason, at, starts_at, ends_at, severity, from_severity,
                                    state, verdict, rule_version, noted_at, withdrawn_at)
     values ('f', '1', 'became-firing', '2025-09-01 08:00+08', '2025-09-01 08:00+08', null, 'notice', null, '{}',
             '{"siteZh": "甲"}', 1, '2025-09-01 09:00+08', null),
            ('f', '2', 'severity-rose', '2025-09-01 09:00+08', '2025-09-01 08:00+08', null, 'critical', 'notice', '{}', '{}',
             1, '2025-09-01 10:00+08', null),
            ('f', '3', 'resolved', '2025-09-01 11:00+08', '2025-09-01 08:00+08', '2025-09-01 11:00+08', 'critical', null,
             '{}', '{}', 1, '2025-09-01 12:00+08', null),
            ('f', '4', 'became-firing', '2025-09-02 08:00+08', '2025-09-02 08:00+08', null, 'notice', null, '{}', '{}', 1,
             '2025-09-02 09:00+08', '2025-09-02 10:00+08'),
            ('f', '5', 'became-firing', '2025-09-03 08:00+08', '2025-09-03 08:00+08', null, 'warning', null, '{}', '{}', 1,
             '2025-09-03 09:00+08', null)`,
  );
  await pool.query(
    `insert into alert_acknowledgements (fingerprint, starts_at, severity, at, actor_name, actor_office, note_zh)
     values ('f', '2025-09-01 08:00+08', 'critical', '2025-09-01 10:30+08', '王某', '生态环境分局', 'geheim'),
            ('f', '2025-09-03 08:00+08', 'notice', '2025-09-03 09:05+08', '王某', '生态环境分局', 'geheim'),
            ('f', '2025-09-03 08:00+08', 'warning', '2025-09-03 09:45+08', '王某', '生态环境分局', 'geheim')`,
  );
}

/** Runs a query as the reader of boards, and gives back the fields and rows. */
export async function runAsReader(
  { pool }: TestDatabase,
  sql: string,
): Promise<pg.QueryResult<Record<string, unknown>>> {
  const client = await pool.connect();
  try {
    await client.query(`begin read only; set local role ${readerRole}; set local statement_timeout = '15s'`);
    const result = await client.query<Record<string, unknown>>(sql);
    await client.query('commit');
    return result;
  } catch (error) {
    await client.query('rollback');
    throw error;
  } finally {
    client.release();
  }
}
