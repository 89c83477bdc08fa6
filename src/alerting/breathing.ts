import { setImmediate as turn } from 'node:timers/promises';

const longestMs = 20;
let since = performance.now();

/** Lets requests and timers have their turn where arithmetic has gone on for a while; to be called between its steps. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < longestMs) return;
  await turn();
  since = performance.now();
}
