import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { breathe } from './breathing.js';

let clock = 1e9;
beforeEach(() => {
  clock += 1e6;
  jest.spyOn(performance, 'now').mockImplementation(() => clock);
});
afterEach(() => {
  jest.restoreAllMocks();
});

/** Counts the turns of the event loop until one breath is taken; each takes what `work` adds to the clock. */
async function turnsOf(work: (turn: number) => number): Promise<number> {
  let turns = 0;
  let isDone = false;
  const busy = () => {
    if (isDone) return;
    turns += 1;
    clock += work(turns);
    setImmediate(busy);
  };
  setImmediate(busy);
  await breathe().finally(() => (isDone = true));
  return turns;
}

test('goes on at once within a slice, and after one turn where nobody else is at work', async () => {
  await breathe();
  clock += 4.9;
  expect(await turnsOf(() => 0)).toBe(0);
  clock += 0.1;
  expect(await turnsOf(() => 0)).toBeLessThanOrEqual(2);
  // A new slice has begun.
  expect(await turnsOf(() => 0)).toBe(0);
});

test('lets others work on while they do, and up to eight turns', async () => {
  clock += 10;
  const few = await turnsOf((turn) => (turn <= 4 ? 3 : 0));
  expect(few).toBeGreaterThanOrEqual(4);
  expect(few).toBeLessThanOrEqual(6);
  clock += 10;
  const most = await turnsOf(() => 3);
  expect(most).toBeGreaterThanOrEqual(8);
  expect(most).toBeLessThanOrEqual(9);
});
