import { setTimeout as delay } from 'node:timers/promises';

/** Waits up to five seconds for something that happens just after an answer. */
export async function waitFor(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 500 && !condition(); i++) await delay(10);
  if (!condition()) throw new Error(`waited in vain for ${condition.toString()}`);
}
