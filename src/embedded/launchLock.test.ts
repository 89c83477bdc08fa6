import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import { refusal, Workshop } from './embedded.fixture.js';
import { acquireLaunchLock } from './launchLock.js';

const workshop = new Workshop();
afterEach(async () => workshop.clean());

// Number 1 lives everywhere; numbers this high live nowhere.
const living = { pid: 1, host: hostname(), nonce: 'n' };
const dead = { pid: 2 ** 30, host: hostname(), nonce: 'n' };

test('is held by one, and free again after release', async () => {
  const directory = await workshop.directory();
  const lock = await acquireLaunchLock(directory);
  const error = await refusal(acquireLaunchLock(directory));
  expect(error.code).toBe('data-in-use');
  expect(error.message).toContain(String(process.pid));
  await lock.release();
  expect(await readdir(directory)).toEqual([]);
  await (await acquireLaunchLock(directory)).release();
});

test.each([
  { name: 'a dead process of this machine', holder: dead, ageSeconds: 0, taken: true },
  { name: 'a living process', holder: living, ageSeconds: 0, taken: false },
  { name: 'a living process that took the number long after', holder: living, ageSeconds: 60, taken: true },
  { name: 'another machine, just now', holder: { ...dead, host: 'elsewhere' }, ageSeconds: 0, taken: false },
  { name: 'another machine, long ago', holder: { ...dead, host: 'elsewhere' }, ageSeconds: 60, taken: true },
  {
    name: 'an earlier process of our number',
    holder: { ...living, pid: process.pid },
    ageSeconds: 0,
    taken: true,
  },
  { name: 'nobody who could be read, just now', holder: undefined, ageSeconds: 0, taken: false },
])('left by $name: taken over $taken', async ({ holder, ageSeconds, taken }) => {
  const directory = await workshop.directory();
  const file = join(directory, 'postgres.lock');
  const text = holder ? JSON.stringify(holder) : '';
  await writeFile(file, text);
  const then = new Date(Date.now() - ageSeconds * 1000);
  await utimes(file, then, then);
  if (taken) {
    const lock = await acquireLaunchLock(directory);
    expect(await readFile(file, 'utf8')).toContain(`"pid":${process.pid}`);
    await lock.release();
    expect(await readdir(directory)).toEqual([]);
  } else {
    expect((await refusal(acquireLaunchLock(directory))).code).toBe('data-in-use');
    expect(await readFile(file, 'utf8')).toBe(text);
  }
});
