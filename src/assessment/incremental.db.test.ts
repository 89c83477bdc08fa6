import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDays } from '../domain/calendar.js';
import { anyChange, beginning, firstDay } from './anyChange.fixture.js';
import { ChangingWorld } from './changingWorld.fixture.js';
import { drainMarks, forgetSuspicions, markEverything, readConsequences } from './database.fixture.js';

let database: TestDatabase;
let world: ChangingWorld;

beforeAll(async () => {
  database = await createTestDatabase();
  world = await ChangingWorld.create(database.pool);
});
afterAll(() => database.drop());

test('incremental = full: any sequence of changes of values and of what figures follow from, row by row', async () => {
  const { pool } = database;
  const steps = fc.array(fc.record({ change: anyChange, then: fc.constantFrom('drain', 'wait') }), {
    minLength: 4,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      await world.clear();
      for (const change of beginning) await world.perform(change);
      await drainMarks(pool);
      for (const { change, then } of list) {
        await world.perform(change);
        if (then === 'drain') await drainMarks(pool);
      }
      await drainMarks(pool);
      const incremental = await readConsequences(pool);
      await forgetSuspicions(pool);
      await markEverything(pool, addDays(firstDay, -1), addDays(firstDay, 7));
      await drainMarks(pool);
      expect(incremental).toEqual(await readConsequences(pool));
    }),
    { numRuns: 30, seed: 20251122 },
  );
}, 600_000);
