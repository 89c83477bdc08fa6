import type pg from 'pg';
import type { TestDatabase } from '../../test/database.js';
import { drainMarks } from '../assessment/database.fixture.js';
import { judgeStretch, versionsInForce } from '../assessment/verdictHistory.js';
import { demoAsOf } from '../demo/demoData.js';
import { loadDemo } from '../demo/loadDemo.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listAllVersions } from '../store/targets.js';
import { insertVerdicts } from '../store/verdictDays.js';

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
      await insertVerdicts(
        client,
        await judgeStretch(client, { from, to, targetsOf: (day) => versionsInForce(all, day) }),
      );
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
  await pool.query(
    `with channel as (
       insert into channels (name, type, settings, code) values ('群', 'inbox', '{}', 'group') returning id)
     insert into outbox (channel_id, key, kind, severity, notification, created_at)
     select id, 'k', 'alert', 'warning', '{"body": "geheim"}', '2025-09-03' from channel`,
  );
  await pool.query(
    `insert into alert_rules (code, kind, document) values ('rule', 'threshold', '{"titleZh": "AQI 偏高"}')`,
  );
  await pool.query(
    `insert into alerts (fingerprint, rule_code, labels, offices, state, status, severity, firing_since, result, rule_version)
     values ('f', 'rule', '{"site": "air-town"}', '{ecology}', '{}', 'firing', 'warning', '2025-09-03', '{}', 1)`,
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
