import { beijingOffsetMs } from './calendar.js';

/** An instant (epoch milliseconds) as RFC 3339 in Beijing time, to the second, e.g. `2025-01-01T08:00:00+08:00`. */
export function beijingTime(epochMs: number): string {
  return `${new Date(epochMs + beijingOffsetMs).toISOString().slice(0, 19)}+08:00`;
}
