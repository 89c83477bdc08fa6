import { setImmediate as turn } from 'node:timers/promises';

/** Arithmetic goes on for so long at most before others have their turn. */
const longestMs = 5;
/** A turn of the event loop that took longer had others' work in it. */
const idleTurnMs = 1;
/**
 * A request needs several turns: its bytes, the answer of the database, what is sent back. While turns show that others are at
 * work, more of them pass; after so many it goes on in any case, so that whatever load there is, a slice is followed by at
 * most eight turns of others and the next slice.
 */
const mostTurns = 8;

let since = performance.now();

/** Lets requests and timers have their turn where arithmetic has gone on for a while; to be called between its steps. */
export async function breathe(): Promise<void> {
  if (performance.now() - since < longestMs) return;
  for (let turns = 0; turns < mostTurns; turns += 1) {
    const before = performance.now();
    await turn();
    if (performance.now() - before < idleTurnMs) break;
  }
  since = performance.now();
}
