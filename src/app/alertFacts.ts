import { loadFactPieces } from '../alerting/factPieces.js';
import { loadFactContext } from '../alerting/loadFacts.js';
import { loadCalendar } from '../alerting/notifyContext.js';
import { breathe } from '../breathing.js';
import type { Pool } from '../store/pool.js';
import { readSeedFiles } from '../store/seedFiles.js';
import type { LoadFacts } from './alertRuleService.js';

/** Loads what a rule looks at from the stored data, a part at a time; others have their turn between its facts. */
export function createLoadFacts(pool: Pool, dataDir: string, now: () => Date): LoadFacts {
  return async (rule, { from, to }) => {
    const facts = await loadFactContext(pool, { now: now().getTime(), dataDir });
    const { warningTables } = (await readSeedFiles()).seeds;
    const span = { from: from.getTime(), to: to.getTime() };
    async function* each() {
      for await (const piece of loadFactPieces(pool, facts, rule, span))
        for (const one of piece) {
          yield one;
          await breathe();
        }
    }
    return { facts: each(), context: { calendar: await loadCalendar(pool), warningTables } };
  };
}
