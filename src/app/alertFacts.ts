import { loadFactContext, loadRuleFacts } from '../alerting/loadFacts.js';
import { loadCalendar } from '../alerting/notifyContext.js';
import type { Pool } from '../store/pool.js';
import { readSeedFiles } from '../store/seedFiles.js';
import type { LoadFacts } from './alertRuleService.js';

/** Loads what a rule looks at from the stored data. */
export function createLoadFacts(pool: Pool, dataDir: string, now: () => Date): LoadFacts {
  return async (rule, { from, to }) => {
    const facts = await loadFactContext(pool, { now: now().getTime(), dataDir });
    const { warningTables } = (await readSeedFiles()).seeds;
    return {
      facts: await loadRuleFacts(pool, facts, rule, { from: from.getTime(), to: to.getTime() }),
      context: { calendar: await loadCalendar(pool), warningTables },
    };
  };
}
