/** When a message is tried again, and when not any more. */
export interface RetryPolicy {
  /** Upper bounds of the waits after the first, second … attempt, in seconds; one more attempt follows the last. */
  readonly delaysSeconds: readonly number[];
  /** Attempts in a row that a channel may fail before it rests as a whole. */
  readonly failuresBeforeRest: number;
  /** Upper bound of its first rest, doubled each time, and of any, in seconds. */
  readonly firstRestSeconds: number;
  readonly longestRestSeconds: number;
  /** The most that a receiver may ask for, in seconds. */
  readonly longestAskedSeconds: number;
}

/** Twelve attempts within two days: an office's server that fails on a Friday evening is up again by then, or mended. */
export const usualRetryPolicy: RetryPolicy = {
  delaysSeconds: [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400],
  failuresBeforeRest: 3,
  firstRestSeconds: 1,
  longestRestSeconds: 60,
  longestAskedSeconds: 3_600,
};

/** How many attempts a policy allows. */
export function maxAttemptsOf(policy: RetryPolicy): number {
  return policy.delaysSeconds.length + 1;
}

/**
 * How long to wait after a failed attempt: anything between nothing and the bound (full jitter), so that messages that
 * failed together do not come back together; at least what the receiver asked for.
 *
 * @param attempt number of the failed attempt, 1 for the first
 * @param random from 0 to below 1
 * @returns milliseconds, or `undefined` when no attempt is left
 */
export function retryDelayMs(
  policy: RetryPolicy,
  attempt: number,
  random: number,
  askedSeconds = 0,
): number | undefined {
  const bound = policy.delaysSeconds[attempt - 1];
  if (bound === undefined) return undefined;
  return Math.max(random * bound, askedFor(policy, askedSeconds)) * 1_000;
}

/**
 * How long a channel as a whole rests after a failed attempt: what the receiver asked for, or, once it has failed a few
 * times in a row, up to a bound that doubles. Messages that wait for a dead server then do not use up their attempts.
 *
 * @param failures failed attempts of the channel in a row, this one included
 * @param random from 0 to below 1
 * @returns milliseconds; 0 for none
 */
export function channelRestMs(
  policy: RetryPolicy,
  failures: number,
  random: number,
  askedSeconds = 0,
): number {
  const times = failures - policy.failuresBeforeRest;
  const bound =
    times < 0 ? 0 : Math.min(policy.longestRestSeconds, policy.firstRestSeconds * 2 ** Math.min(times, 30));
  return Math.max(random * bound, askedFor(policy, askedSeconds)) * 1_000;
}

function askedFor(policy: RetryPolicy, seconds: number): number {
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), policy.longestAskedSeconds) : 0;
}
