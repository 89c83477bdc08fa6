import type { Services } from './services.js';

/** Reviews, rules and lists of suspects without a database. */
export function fakeQuality(): Services['quality'] {
  const outcome = {
    dryRun: false,
    values: 0,
    rows: 0,
    days: 0,
    firstDay: null,
    lastDay: null,
    changed: 0,
    targets: [],
  };
  return {
    setFlags: () => Promise.resolve(outcome),
    clearFlags: () => Promise.resolve(outcome),
    listRules: () => Promise.resolve([]),
    findRule: () => Promise.resolve({ items: [], history: [] }),
    putRule: () => Promise.resolve({ items: [], history: [] }),
    suspects: () => Promise.resolve({ items: [], next: null }),
    async *streamSuspects() {
      // None.
    },
    differences: () => Promise.resolve({ items: [], next: null }),
  };
}
