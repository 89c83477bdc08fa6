/** A token bucket for each key: `capacity` at once, then one every `refillMs`. */
export interface RateLimiter {
  /** Milliseconds until one is free; 0 when one is free now. Takes nothing. */
  waitMs(key: string): number;
  /** Takes one if there is one; otherwise the milliseconds until the next. */
  take(key: string): number;
}

export interface RateLimit {
  readonly capacity: number;
  readonly refillMs: number;
}

/**
 * Creates a limiter in memory. It remembers at most `maxKeys` keys; the one untouched for longest is forgotten first,
 * so that an attacker with many addresses costs bounded memory. `now` gives milliseconds.
 */
export function createRateLimiter(
  { capacity, refillMs }: RateLimit,
  { maxKeys = 10_000, now = Date.now }: { maxKeys?: number; now?: () => number } = {},
): RateLimiter {
  const buckets = new Map<string, { level: number; at: number }>();

  function levelOf(key: string): number {
    const bucket = buckets.get(key);
    if (!bucket) return capacity;
    return Math.min(capacity, bucket.level + Math.max(0, now() - bucket.at) / refillMs);
  }

  function waitMs(key: string): number {
    return Math.max(0, Math.ceil((1 - levelOf(key)) * refillMs));
  }

  function take(key: string): number {
    const wait = waitMs(key);
    if (wait > 0) return wait;
    const level = levelOf(key) - 1;
    // Deleting first moves the key to the end: a Map iterates in insertion order.
    buckets.delete(key);
    buckets.set(key, { level, at: now() });
    if (buckets.size > maxKeys) {
      const oldest = buckets.keys().next();
      if (!oldest.done) buckets.delete(oldest.value);
    }
    return 0;
  }

  return { waitMs, take };
}
