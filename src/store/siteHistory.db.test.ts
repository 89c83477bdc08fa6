import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { undoListsOf } from '../ingest/undoLists.js';
import { inTransaction, type PoolClient } from './pool.js';
import { loadSeeds } from './seeder.js';
import { readSeedFiles } from './seedFiles.js';
import { insertSiteEvent, listSiteEvents, siteEvent } from './siteEvents.js';
import { saveSiteGroup } from './siteGroups.js';
import { listGroupMembersAt, listSiteRevisions, listSitesAt } from './siteHistory.js';
import { insertPlaceholderSites, insertSite, listSites, reserveSiteIds, updateSite } from './sites.js';
import { insertWrite } from './writes.js';

const by = { name: '张三', office: '分局' };
const actor = { ...by, tokenId: null, role: 'admin' } as const;
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
});
afterAll(() => database.drop());

const inside = <T>(work: (client: PoolClient) => Promise<T>) => inTransaction(database.pool, work);

/** A moment of whole milliseconds after all that was stamped, in microseconds, before, and before all that comes. */
async function now(): Promise<Date> {
  await database.pool.query('select pg_sleep(0.002)');
  const { rows } = await database.pool.query<{ t: Date }>('select clock_timestamp() as t');
  await database.pool.query('select pg_sleep(0.002)');
  return rows[0]!.t;
}

const idOf = async (code: string) =>
  (await listSites(database.pool)).find((site) => site.code === code)?.id ?? -1;

test('the seeds are the first entries, and loading them again adds none', async () => {
  const count = async () =>
    (
      await database.pool.query<{ sites: number; groups: number; by: string[] }>(
        `select (select count(*) from site_history)::integer as sites,
                (select count(*) from site_group_member_history)::integer as groups,
                (select array_agg(distinct recorded_by) from site_history) as by`,
      )
    ).rows[0];
  const before = await count();
  const sites = await listSites(database.pool);
  expect(before).toMatchObject({ sites: sites.length, by: ['seeds'] });
  await loadSeeds(database.pool, await readSeedFiles());
  expect(await count()).toEqual(before);
  const at = await listSitesAt(database.pool, await now());
  expect(at.map(({ code, kind, waterBody }) => [code, kind, waterBody])).toEqual(
    sites.map(({ code, kind, waterBody }) => [code, kind, waterBody]),
  );
});

test('sites and members as the service knew them at each moment', async () => {
  const start = await now();
  await inside((client) =>
    insertSite(client, { code: 'h1', name: '一', kind: 'river-section', waterBody: '清水河' }, by),
  );
  await inside((client) => saveSiteGroup(client, { code: 'hg', nameZh: '组', members: ['h1'] }, by));
  const created = await now();
  await inside((client) =>
    updateSite(client, 'h1', { kind: 'lake-section', waterBody: null, groups: [] }, by),
  );
  await inside((client) => insertSite(client, { code: 'h2', name: '二', kind: 'other', groups: ['hg'] }, by));
  const changed = await now();
  await inside((client) => saveSiteGroup(client, { code: 'hg', nameZh: '组', members: ['h2', 'h1'] }, by));
  const [h1, h2] = [await idOf('h1'), await idOf('h2')];

  const kindAt = async (at: Date) =>
    (await listSitesAt(database.pool, at)).flatMap(({ code, kind, waterBody }) =>
      code === 'h1' ? [[kind, waterBody]] : [],
    );
  expect(await kindAt(start)).toEqual([]);
  expect(await kindAt(created)).toEqual([['river-section', '清水河']]);
  expect(await kindAt(changed)).toEqual([['lake-section', null]]);
  const membersAt = async (at: Date) => (await listGroupMembersAt(database.pool, at)).get('hg');
  expect(await membersAt(start)).toBeUndefined();
  expect(await membersAt(created)).toEqual([h1]);
  expect(await membersAt(changed)).toEqual([h2]);
  expect(await membersAt(await now())).toEqual([h2, h1]);
  const states = await listSiteRevisions(database.pool, h1);
  expect(
    states.map(({ change, recordedBy, recordedOffice }) => [change, recordedBy, recordedOffice]),
  ).toEqual([
    ['created', '张三', '分局'],
    ['changed', '张三', '分局'],
  ]);
});

test('a change that changes nothing is not recorded', async () => {
  await inside((client) => insertSite(client, { code: 'h3', name: '三', kind: 'other' }, by));
  await inside((client) => updateSite(client, 'h3', { name: '三' }, by));
  expect(await listSiteRevisions(database.pool, await idOf('h3'))).toHaveLength(1);
});

test('taking back a write: changed sites as before, unused ones gone but on record, used ones kept', async () => {
  await inside((client) => insertSite(client, { code: 'u1', name: '原名', kind: 'river-section' }, by));
  await inside((client) => insertSite(client, { code: 'u2', name: '后改', kind: 'other' }, by));
  const u1 = await idOf('u1');
  await inside((client) =>
    insertSiteEvent(client, u1, siteEvent({ kind: 'move', longitude: '105', latitude: '36' }), by),
  );
  const [place] = await listSiteEvents(database.pool, { siteId: u1 });
  const writeId = await inside(async (client) => {
    const id = await insertWrite(client, actor, { kind: 'upload' });
    const mine = { ...by, writeId: id };
    await updateSite(client, 'u1', { name: '新名', kind: 'lake-section', aliases: ['原名'] }, mine);
    const moved = siteEvent({ kind: 'move', longitude: '106', latitude: '37' });
    await insertSiteEvent(client, u1, moved, mine, { id: place!.id, reason: '清单' });
    await updateSite(client, 'u2', { name: '改名' }, mine);
    const [empty, used] = (await reserveSiteIds(client, 2)) as [number, number];
    const made = [
      { id: empty, code: 'u3', name: '空', kind: 'air-station' },
      { id: used, code: 'u4', name: '用', kind: 'air-station' },
    ] as const;
    await insertPlaceholderSites(client, made, mine);
    await client.query(
      `insert into value_flags (family, ts, site_id, indicator, flag, write_id)
       values ('air_hour', now(), $1, 'pm10', 'invalid', $2)`,
      [used, id],
    );
    return id;
  });
  await inside((client) => updateSite(client, 'u2', { name: '再改' }, by));
  const withAll = await now();

  const undone = await inside(async (client) => {
    const newWriteId = await insertWrite(client, actor, { kind: 'manual', reason: '传错文件' });
    return undoListsOf(client, writeId, newWriteId, by);
  });
  expect(undone.sites).toEqual({ restored: ['u1'], overtaken: ['u2'], removed: ['u3'], kept: ['u4'] });
  const sites = new Map((await listSites(database.pool)).map((site) => [site.code, site]));
  expect(sites.get('u1')).toMatchObject({ name: '原名', kind: 'river-section', aliases: [] });
  expect(sites.get('u2')).toMatchObject({ name: '再改' });
  expect([sites.has('u3'), sites.has('u4')]).toEqual([false, true]);
  expect(await listSiteEvents(database.pool, { siteId: u1 })).toMatchObject([{ longitude: '105' }]);
  const before = await listSitesAt(database.pool, withAll);
  expect(before.filter(({ code }) => code === 'u3')).toHaveLength(1);
  const after = await listSitesAt(database.pool, await now());
  expect(after.filter(({ code }) => code === 'u3')).toHaveLength(0);
});
