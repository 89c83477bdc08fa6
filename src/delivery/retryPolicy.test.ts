import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { channelRestMs, maxAttemptsOf, retryDelayMs, usualRetryPolicy } from './retryPolicy.js';

const almostOne = 1 - Number.EPSILON;
const random = fc.double({ min: 0, max: almostOne, noNaN: true });

describe('retryDelayMs', () => {
  test('the bounds are as stated, and nothing follows the last attempt', () => {
    const bounds = Array.from({ length: maxAttemptsOf(usualRetryPolicy) }, (_, index) =>
      retryDelayMs(usualRetryPolicy, index + 1, almostOne),
    ).map((ms) => (ms === undefined ? undefined : Math.round(ms / 1_000)));
    expect(bounds).toEqual([5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400, undefined]);
    expect(retryDelayMs(usualRetryPolicy, 12, 0.5, 60)).toBeUndefined();
  });

  test('the whole width of the bound is used', () => {
    expect(retryDelayMs(usualRetryPolicy, 4, 0)).toBe(0);
    expect(retryDelayMs(usualRetryPolicy, 4, 0.25)).toBe(150_000);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 11 }), random, (attempt, share) => {
        const ms = retryDelayMs(usualRetryPolicy, attempt, share)!;
        expect(ms).toBeGreaterThanOrEqual(0);
        expect(ms).toBeLessThan(usualRetryPolicy.delaysSeconds[attempt - 1]! * 1_000);
      }),
    );
  });

  test('the receiver is given the time that it asks for, up to an hour', () => {
    expect(retryDelayMs(usualRetryPolicy, 1, 0.5, 600)).toBe(600_000);
    expect(retryDelayMs(usualRetryPolicy, 6, almostOne, 600)).toBeGreaterThan(3_599_000);
    expect(retryDelayMs(usualRetryPolicy, 1, 0, 1e12)).toBe(3_600_000);
    for (const nonsense of [-5, Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY])
      expect(retryDelayMs(usualRetryPolicy, 1, 0, nonsense)).toBe(0);
  });
});

describe('channelRestMs', () => {
  test('a channel rests from its third failure in a row, twice as long each time, at most a minute', () => {
    const rests = [1, 2, 3, 4, 5, 8, 9, 10, 1_000].map((failures) =>
      Math.round(channelRestMs(usualRetryPolicy, failures, almostOne) / 1_000),
    );
    expect(rests).toEqual([0, 0, 1, 2, 4, 32, 60, 60, 60]);
    expect(channelRestMs(usualRetryPolicy, 5, 0.5)).toBe(2_000);
  });

  test('it rests at once when the receiver asks for it', () => {
    expect(channelRestMs(usualRetryPolicy, 1, 0.9, 600)).toBe(600_000);
  });
});
