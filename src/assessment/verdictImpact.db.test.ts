import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { lockMembership } from '../store/membershipLock.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { prepareImpact } from './verdictImpact.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
});
afterAll(() => database.drop());

test('a trial does not wait for somebody who changes a rule, who may be waiting for the trial’s own marks', async () => {
  const assess = await prepareImpact(database.pool, '2025-06-30');
  const change = await database.pool.connect();
  await change.query('begin');
  await lockMembership(change);
  expect(await inTransaction(database.pool, assess)).toBeUndefined();
  await change.query('commit');
  change.release();
  expect(await inTransaction(database.pool, assess)).toEqual([]);
});
