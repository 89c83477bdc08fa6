import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { inTransaction } from './pool.js';
import { insertSite, listSites } from './sites.js';
import { undoCreatedSites } from './siteUndo.js';
import { insertWrite } from './writes.js';

const actor = { tokenId: null, name: '测试', office: '分局', role: 'admin' as const };
let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('a created site goes with what was compared for it', async () => {
  const { pool } = database;
  const writeId = await inTransaction(pool, async (client) => {
    const id = await insertWrite(client, actor, { kind: 'upload' });
    const site = { code: 'new', name: '新站', kind: 'air-station' as const };
    await insertSite(client, site, { name: '测试', office: '分局', writeId: id });
    return id;
  });
  await pool.query(
    `insert into published_differences (site_id, ts, span, indicator, published, computed, rule)
     select id, now(), 'hour', 'aqi', '1', '2', 'x' from sites where code = 'new'`,
  );
  expect(
    await inTransaction(pool, (client) =>
      undoCreatedSites(client, writeId, { name: '测试', office: '分局' }),
    ),
  ).toEqual({ removed: ['new'], kept: [] });
  expect((await listSites(pool)).filter(({ code }) => code === 'new')).toEqual([]);
});
