import type { QualityService, SuspectRow } from './services/quality.js';

/** Suspicious values of the state, and flags that it remembers. */
export function fakeQuality(state: {
  readonly suspects: SuspectRow[];
  readonly flagged: Parameters<QualityService['setFlags']>[1][];
}): QualityService {
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
    setFlags: (_actor, input) => {
      state.flagged.push(input);
      const target = {
        id: 19,
        name: 'PM2.5 年均浓度',
        days: 1,
        firstDay: '2025-09-30',
        lastDay: '2025-09-30',
      };
      return Promise.resolve({ ...outcome, dryRun: input.dryRun, values: 1, targets: [target] });
    },
    clearFlags: () => Promise.resolve(outcome),
    listRules: () => Promise.resolve([]),
    findRule: () => Promise.resolve({ items: [], history: [] }),
    putRule: () => Promise.resolve({ items: [], history: [] }),
    suspects: () => Promise.resolve({ items: state.suspects, next: null }),
    async *streamSuspects() {
      // None.
    },
    differences: () => Promise.resolve({ items: [], next: null }),
  };
}
