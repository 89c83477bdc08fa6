import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { Recomputation } from '../assessment/recompute.js';
import { Delivery } from '../delivery/delivery.js';
import { demoAsOf } from '../demo/demoData.js';
import { addDemoInbox } from '../demo/demoInbox.js';
import { stagedSiteNames, stagedSteps, stagedTarget } from '../demo/stagedAlerts.js';
import { alertRuleSchema, type AlertRuleKind } from '../domain/alertRule.js';
import type { Actor } from '../domain/role.js';
import type { InboxMessageInfo } from '../http/services/notifications.js';
import { createLogger } from '../log.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites } from '../store/sites.js';
import { listTargets } from '../store/targets.js';
import { createAlertService } from './alertService.js';
import { createNotificationService } from './notificationService.js';
import { createSend } from './senders.js';
import { isStageOpen, stageDemoAlerts, type StageDependencies } from './stageDemoAlerts.js';

const logger = createLogger('silent');
const reader: Actor = { tokenId: null, name: '读者', office: '测试', role: 'operator' };
let database: TestDatabase;
let work: StageDependencies;
let delivery: Delivery;

beforeAll(async () => {
  database = await createTestDatabase();
  const { pool } = database;
  await loadSeeds(pool, await readSeedFiles());
  await addDemoInbox(pool);
  delivery = new Delivery({ pool, send: createSend(pool, 5_000), box: undefined, logger, pollMs: 50 });
  delivery.start();
  work = {
    pool,
    logger,
    dataDir: '/',
    publicUrl: undefined,
    recomputation: new Recomputation(pool, logger),
    alerts: createAlertService(pool, () => new Date()),
    delivery,
  };
});
afterAll(async () => {
  await delivery.stop();
  await database.drop();
});

/** Stages everything, killed once in each step after its work and before it is noted as done. */
async function stageWithKills(): Promise<number> {
  let kills = 0;
  for (;;) {
    let left = kills % 2 === 0 ? 1 : 2;
    try {
      await stageDemoAlerts({
        ...work,
        delivery: {
          trigger: () => {
            left -= 1;
            if (left === 0) throw new Error('killed');
            delivery.trigger();
          },
        },
      });
      return kills;
    } catch (error) {
      expect((error as Error).message).toBe('killed');
      kills += 1;
      if (kills > 3 * stagedSteps.length) throw error;
    }
  }
}

async function readInbox(): Promise<InboxMessageInfo[]> {
  const service = createNotificationService(database.pool, () => undefined);
  const { items } = await service.inbox(reader, { limit: 200 });
  return items.reverse();
}

test('each kind of rule raises, groups, acknowledges, escalates and resolves into the inbox, however often it is killed', async () => {
  // Marks of what is not staged, which its rounds have to leave alone.
  const { rows: others } = await database.pool.query<{ id: number }>(
    `insert into alert_marks (subject, subject_id, day)
     select 'air', id, date '2025-09-01' from sites where kind = 'air-station' returning subject_id as id`,
  );
  expect(others.length).toBeGreaterThan(0);
  expect(await isStageOpen(database.pool)).toBe(true);
  expect(await stageWithKills()).toBeGreaterThan(stagedSteps.length / 2);
  expect(await isStageOpen(database.pool)).toBe(false);
  await stageDemoAlerts(work);
  delivery.trigger();
  const told = await database.pool.query<{ n: number }>('select count(*)::integer as n from outbox');
  let inbox = await readInbox();
  while (inbox.length < told.rows[0]!.n) inbox = await readInbox();

  const { rows: documents } = await database.pool.query<{ document: unknown }>(
    `select document from alert_rules where code like 'demo-%'`,
  );
  const rules = documents.map(({ document }) => alertRuleSchema.parse(document));
  const summary = inbox.map(({ channelName, notification: { kind, severity, alerts } }) =>
    [
      channelName.replace('示例收件箱·', ''),
      kind,
      severity,
      rules.find(({ code }) => code === alerts[0]!.ruleCode)?.kind,
      alerts.map(({ siteZh }) => siteZh ?? '本系统').join('、'),
    ].join(' '),
  );
  expect(summary.sort()).toEqual(
    [
      '水务局 firing warning target 示例断面甲',
      '生态环境分局分管领导 escalation warning target 示例断面甲',
      '水务局 resolved warning target 示例断面甲',
      '生态环境分局 reminder notice absence 示例断面丙、示例断面丁',
      '生态环境分局分管领导 escalation notice absence 示例断面丁',
      '生态环境分局 resolved notice absence 示例断面丙、示例断面丁',
      '运维 operator warning service 本系统',
      '运维 resolved warning service 本系统',
      '生态环境分局 firing notice quality 示例甲站',
      '生态环境分局 resolved notice quality 示例甲站',
      '生态环境分局 firing warning threshold 示例甲站、示例乙站、示例丙站',
      '生态环境分局 resolved warning threshold 示例甲站',
      '生态环境分局 severity-changed critical threshold 示例乙站',
      '生态环境分局分管领导 escalation critical threshold 示例乙站、示例丙站',
      '生态环境分局 resolved warning threshold 示例乙站、示例丙站',
      '生态环境分局 firing warning threshold 示例戊站',
      '生态环境分局 firing notice heavy-pollution 示例丁站',
      '政府办 firing notice heavy-pollution 示例丁站',
      '生态环境分局 severity-changed warning heavy-pollution 示例丁站',
      '政府办 severity-changed warning heavy-pollution 示例丁站',
      '生态环境分局 resolved warning heavy-pollution 示例丁站',
      '政府办 resolved warning heavy-pollution 示例丁站',
    ].sort(),
  );
  const kinds = new Set<AlertRuleKind>(rules.map(({ kind }) => kind));
  expect(kinds.size).toBe(6);
  const acknowledged = inbox.filter(({ acknowledged: taken = [] }) => taken.length > 0);
  expect(new Set(acknowledged.flatMap(({ notification }) => notification.alerts[0]!.ruleCode)).size).toBe(6);
  const { rows: taken } = await database.pool.query<{ n: number }>(
    'select count(*)::integer as n from alert_acknowledgements',
  );
  expect(taken[0]!.n).toBe(stagedSteps.filter((step) => step.acknowledge !== undefined).length);
  // The last one is left to whoever looks at the demonstration.
  const { items: open } = await work.alerts.page({ firing: true, limit: 20 });
  expect(open.map(({ siteZh, acknowledged: by }) => [siteZh, by])).toEqual([['示例戊站', null]]);
  const { rows: kept } = await database.pool.query<{ id: number }>(
    'select subject_id as id from alert_marks order by id',
  );
  expect(kept.map(({ id }) => id)).toEqual(others.map(({ id }) => id));
  const { rows: waiting } = await database.pool.query(
    `select from alert_rules where version = evaluated_version and code not like 'demo-%'`,
  );
  expect(waiting).toHaveLength(0);
});

test('what is staged stands in no group of a plan, and no table of the demonstration has its target', async () => {
  const { seeds } = await readSeedFiles();
  const sites = (await listSites(database.pool)).filter(({ code }) => Object.hasOwn(stagedSiteNames, code));
  expect(sites).toHaveLength(9);
  expect(sites.every(({ kind, name }) => kind === 'other' && name.startsWith('示例'))).toBe(true);
  expect([...new Set(sites.flatMap(({ groups }) => groups))]).toEqual(['demo-sections']);
  expect(stagedTarget.effective > demoAsOf).toBe(true);
  const targets = await listTargets(database.pool, demoAsOf);
  expect(targets.map(({ target }) => target.id)).toEqual(seeds.targets.map(({ id }) => id));
});
