import { expect, test } from '@jest/globals';
import { createRateLimiter } from './rateLimiter.js';

test('gives what the bucket holds, then one each interval', () => {
  let now = 0;
  const limiter = createRateLimiter({ capacity: 2, refillMs: 1000 }, { now: () => now });
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 1000]);
  expect(limiter.take('b')).toBe(0);
  now = 400;
  expect(limiter.waitMs('a')).toBe(600);
  now = 1000;
  expect([limiter.take('a'), limiter.take('a')]).toEqual([0, 1000]);
  now = 1_000_000;
  expect([limiter.take('a'), limiter.take('a'), limiter.take('a')]).toEqual([0, 0, 1000]);
});

test('a clock that goes back takes nothing away', () => {
  let now = 5000;
  const limiter = createRateLimiter({ capacity: 2, refillMs: 1000 }, { now: () => now });
  limiter.take('a');
  now = 0;
  expect(limiter.take('a')).toBe(0);
});

test('remembers no more keys than it may, forgetting the one untouched for longest', () => {
  const limiter = createRateLimiter({ capacity: 1, refillMs: 1000 }, { maxKeys: 2, now: () => 0 });
  for (const key of ['a', 'b', 'c']) limiter.take(key);
  expect([limiter.waitMs('a'), limiter.waitMs('b'), limiter.waitMs('c')]).toEqual([0, 1000, 1000]);
});
