import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { addInbox, hourlyRule, readMessages, saveRule } from '../src/alerting/alerting.fixture.js';
import { writeRows } from '../src/assessment/database.fixture.js';
import { until } from '../src/delivery/delivery.fixture.js';
import { hourMs } from '../src/domain/calendar.js';
import { createLogger } from '../src/log.js';
import { createPool, type Pool } from '../src/store/pool.js';
import { listSites } from '../src/store/sites.js';
import { findDatabaseUrl, ServiceYard } from './service.js';

jest.setTimeout(240_000);

let yard: ServiceYard;
let pool: Pool | undefined;

beforeAll(async () => {
  yard = await ServiceYard.create();
});
afterAll(async () => {
  await pool?.end();
  await yard.clean();
});

test('a running service raises and delivers an alert by itself, once, and its jobs succeed', async () => {
  const service = await yard.start(yard.dataDir('data'));
  const db = createPool(await findDatabaseUrl(service.dataDir), 3, createLogger('silent'));
  pool = db;
  await addInbox(db, 'ecology');
  // Below the gravest a message may wait for the end of quiet hours.
  await saveRule(db, hourlyRule({ levels: [{ severity: 'critical', threshold: '150' }] }));
  const town = (await listSites(db)).find(({ code }) => code === 'air-town')!.id;
  const last = Math.floor(Date.now() / hourMs) * hourMs - 2 * hourMs;
  await writeRows(db, 'air_hour', [
    { line: 2, ts: last, siteId: town, values: [10, 20, 1, 60, 90, 40] },
    { line: 3, ts: last + hourMs, siteId: town, values: [10, 20, 1, 60, 200, 40] },
  ]);
  const delivered = `select count(*)::integer as n from outbox where state = 'delivered' and kind = 'firing'`;
  await until(
    'the alert is delivered',
    async () => (await db.query<{ n: number }>(delivered)).rows[0]!.n > 0,
    // Its round comes every ten seconds, and then the group waits; elsewhere others may be at work.
    120,
  );
  await db.query(
    `insert into alert_marks (subject, subject_id, day) values ('air', $1, beijing_day(clock_timestamp()))`,
    [town],
  );
  await until('the marks are taken', async () => (await db.query('select from alert_marks')).rowCount === 0);
  expect((await readMessages(db)).filter(({ kind }) => kind === 'firing')).toHaveLength(1);
  const { rows } = await db.query<{ name: string; failures: number }>(
    `select name, failures from jobs where name like 'alert-%' order by name`,
  );
  expect(rows).toEqual([
    { name: 'alert-look', failures: 0 },
    { name: 'alert-reminders', failures: 0 },
    { name: 'alert-round', failures: 0 },
  ]);
});
