import { afterAll, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Notification } from '../domain/notification.js';
import { findAlertLink } from '../store/alertLinks.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { insertSite, listSites } from '../store/sites.js';
import {
  addInbox,
  clearAlerting,
  createEngine,
  hourlyRule,
  saveRule,
  writeHours,
} from './alerting.fixture.js';
import { runRound } from './round.js';

jest.setTimeout(300_000);

let database: TestDatabase;
let sites: Map<string, number>;
const midnight = instantOfDay('2025-05-12');

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await inTransaction(database.pool, (client) =>
    insertSite(client, { code: 'air-second', name: '二站', kind: 'air-station', groups: [] }),
  );
  sites = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
});
afterAll(() => database.drop());
beforeEach(async () => {
  await clearAlerting(database.pool);
  await addInbox(database.pool, 'ecology');
});

interface Row {
  readonly id: string;
  readonly key: string;
  readonly state: string;
  readonly mergedInto: string | null;
  readonly leaves: number;
  readonly notification: Notification;
}

async function readOutbox(): Promise<Row[]> {
  const { rows } = await database.pool.query<Row>(
    `select id, key, state, merged_into as "mergedInto", notification,
            extract(epoch from next_attempt_at)::float8 * 1000 as leaves
       from outbox order by id`,
  );
  return rows;
}

/** Hour by hour through the night, both stations. */
async function night(hours: readonly (readonly [town: number, second: number])[]) {
  const engine = createEngine(database.pool);
  const options = { ...engine.options, publicUrl: 'https://env.example/' };
  await saveRule(
    database.pool,
    hourlyRule({
      scope: { sites: ['air-town', 'air-second'] },
      levels: [
        { severity: 'notice', threshold: '150' },
        { severity: 'warning', threshold: '300' },
      ],
    }),
  );
  await engine.round();
  const stations = [...sites].filter(([code]) => code === 'air-town' || code === 'air-second');
  for (const [index, values] of hours.entries()) {
    for (const [place, [, id]] of stations.entries())
      await writeHours(database.pool, id, midnight + index * hourMs, [values[place]!]);
    engine.clock.now = midnight + (index + 1) * hourMs + 60_000;
    await runRound(database.pool, options);
  }
  return engine;
}

test('what a night holds leaves as one message for a recipient and group, each transition accounted for by its key', async () => {
  await night([
    [200, 80],
    [200, 350],
    [320, 350],
    [80, 350],
  ]);
  const rows = await readOutbox();
  const members = rows.filter(({ state }) => state === 'merged');
  const waiting = rows.filter(({ state }) => state !== 'merged');
  expect(waiting).toHaveLength(1);
  const [one] = waiting;
  expect(one).toMatchObject({ state: 'held', leaves: midnight + 7 * hourMs });
  expect(members.map(({ notification }) => notification.kind)).toEqual([
    'firing',
    'firing',
    'severity-changed',
    'resolved',
  ]);
  expect(new Set(members.map(({ mergedInto }) => mergedInto))).toEqual(new Set([one!.id]));
  expect(one!.notification).toMatchObject({ kind: 'firing', severity: 'warning', alertCount: 2 });
  expect(one!.notification.alerts.map(({ state, severity }) => `${state} ${severity}`)).toEqual([
    'firing warning',
    'resolved warning',
  ]);
  for (const { key } of members)
    expect(one!.notification.notesZh.some((line) => line.includes(`编号 ${key}`))).toBe(true);
  // Every transition of an episode was told by a message that is there.
  const { rows: untold } = await database.pool.query(
    `select from alert_transitions t
      where t.withdrawn_at is null and t.reason in ('became-firing', 'severity-rose', 'resolved')
        and not exists (select from alert_told a join outbox o on o.id = a.outbox_id
                         where a.fingerprint = t.fingerprint and a.starts_at = t.starts_at)`,
  );
  expect(untold).toEqual([]);
  // One link for what goes on.
  const token = new URL(one!.notification.acknowledgeLink!).searchParams.get('token')!;
  expect(await findAlertLink(database.pool, token)).toMatchObject({
    outboxId: one!.id,
    episodes: [{ severity: 'warning' }],
  });
});

test('one message alone stays as it is; what comes when the first has left names the message that was seen', async () => {
  const engine = await night([[200, 80]]);
  expect((await readOutbox()).map(({ state }) => state)).toEqual(['held']);
  await writeHours(database.pool, sites.get('air-town')!, midnight + hourMs, [320]);
  engine.clock.now = midnight + 2 * hourMs + 60_000;
  await engine.round();
  const [, , merged] = await readOutbox();
  await database.pool.query(`update outbox set state = 'delivered' where state = 'held'`);
  await writeHours(database.pool, sites.get('air-town')!, midnight + 2 * hourMs, [80]);
  engine.clock.now = midnight + 9 * hourMs;
  await engine.round();
  const last = (await readOutbox()).at(-1)!;
  expect(last.notification).toMatchObject({ kind: 'resolved', earlier: { key: merged!.key } });
});

test('by day a group waits together with what says the same, and what is over is said apart', async () => {
  const engine = await night(Array.from({ length: 8 }, () => [80, 80] as const));
  const write = async (code: string, value: number) => {
    await writeHours(database.pool, sites.get(code)!, midnight + 8 * hourMs, [value]);
    await engine.round();
  };
  engine.clock.now = midnight + 9 * hourMs + 60_000;
  await write('air-town', 200);
  engine.clock.now += 60_000;
  await write('air-second', 200);
  const rows = await readOutbox();
  expect(rows.map(({ state }) => state)).toEqual(['merged', 'merged', 'held']);
  // The first of them had to wait for two minutes.
  expect(rows[2]!.leaves).toBe(midnight + 9 * hourMs + 3 * 60_000);
  for (const code of ['air-town', 'air-second'])
    await writeHours(database.pool, sites.get(code)!, midnight + 9 * hourMs, [80]);
  engine.clock.now = midnight + 10 * hourMs + 60_000;
  await engine.round();
  expect((await readOutbox()).slice(3).map(({ state, notification }) => [state, notification.kind])).toEqual([
    ['held', 'resolved'],
  ]);
});
