import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../../test/database.js';
import type { Actor } from '../../domain/role.js';
import { RowBatch } from '../../store/rowBatch.js';
import { WriteQueue } from './writeQueue.js';

const actor: Actor = { tokenId: null, name: '设备', office: '生态环境分局', role: 'uploader' };
const ts = Date.parse('2024-05-01T00:00:00+08:00');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** One row of a site with one of its items. */
function delivery(siteId: number, column: number) {
  const batch = new RowBatch('air_hour');
  batch.set(batch.rowOf(ts, siteId, 0), column, 10 + column);
  return { actor, source: 'queue', lines: 1, batches: [batch], notes: new Map() };
}

test('what shares a row with a transaction under way keeps nobody else waiting', async () => {
  const gates: (() => void)[] = [];
  const queue = new WriteQueue({
    pool: database.pool,
    // The first two transactions stand before their commits until their gates are opened.
    reached: (point) =>
      point === 'before-commit' && gates.length < 2
        ? new Promise((resolve) => gates.push(resolve))
        : Promise.resolve(),
  });
  const outcomes: string[] = [];
  const store = (name: string, siteId: number, column: number) =>
    queue.store(delivery(siteId, column)).then(() => outcomes.push(name));
  const first = store('first', 1, 4);
  while (gates.length < 1) await new Promise((resolve) => setTimeout(resolve, 5));
  const second = store('second', 2, 4);
  while (gates.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  const free = store('free', 3, 4);
  const sharing = store('sharing', 1, 5);
  gates[1]!();
  await Promise.all([second, free]);
  expect(outcomes).toEqual(['second', 'free']);
  gates[0]!();
  await Promise.all([first, sharing]);
  const { rows } = await database.pool.query(
    'select site_id, pm10, pm25 from air_hour where site_id in (1, 2, 3) order by site_id',
  );
  expect(rows).toEqual([
    { site_id: 1, pm10: 14, pm25: 15 },
    { site_id: 2, pm10: 14, pm25: null },
    { site_id: 3, pm10: 14, pm25: null },
  ]);
});
