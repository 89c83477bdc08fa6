import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { keyedTables, type StagedRow } from './keyedTable.js';
import { KeyTrack } from './keyTrack.js';

const wideRow = fc.record({ ts: fc.oneof(fc.integer({ min: 0, max: 6 }), fc.constantFrom(1.0001, 1.0002)), siteId: fc.integer({ min: 1, max: 3 }) }); // prettier-ignore
const narrowRow = fc.record({
  ts: fc.integer({ min: 0, max: 4 }),
  siteId: fc.integer({ min: 1, max: 2 }),
  keys: fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('hour', 'day')),
});

function track(name: 'air_hour' | 'series', rows: readonly Omit<StagedRow, 'line' | 'values'>[]): KeyTrack {
  const tracked = new KeyTrack(keyedTables[name]);
  rows.forEach((row, line) => tracked.add({ ...row, line, values: [] }));
  return tracked;
}

/** The key as the database keeps it, in microseconds. */
function keyOf({ ts, siteId, keys }: Omit<StagedRow, 'line' | 'values'>): string {
  return [Math.round(ts * 1000), siteId, ...(keys ?? [])].join(' ');
}

test('keys that are said to differ do, and what is said to be in order is', () => {
  let shown = 0;
  for (const [name, row] of [
    ['air_hour', wideRow],
    ['series', narrowRow],
  ] as const) {
    fc.assert(
      fc.property(fc.array<Omit<StagedRow, 'line' | 'values'>>(row, { maxLength: 6 }), (rows) => {
        const tracked = track(name, rows);
        expect(tracked.rows).toBe(rows.length);
        if (tracked.distinct) expect(new Set(rows.map(keyOf)).size).toBe(rows.length);
        if (tracked.distinct && rows.length > 2) shown += 1;
        if (tracked.ordered) {
          expect(name).toBe('air_hour');
          expect([...rows].sort((a, b) => a.ts - b.ts || a.siteId - b.siteId)).toEqual(rows);
        }
        for (const { ts } of rows) {
          expect(ts).toBeGreaterThanOrEqual(tracked.range!.first);
          expect(ts).toBeLessThanOrEqual(tracked.range!.last);
        }
      }),
      { numRuns: 2_000, seed: 20251122 },
    );
  }
  expect(shown).toBeGreaterThan(200);
});

test.each([
  [
    'hour by hour through the sites',
    [
      [0, 1],
      [0, 2],
      [1, 1],
      [1, 2],
    ],
    true,
  ],
  [
    'site by site',
    [
      [0, 1],
      [1, 1],
      [0, 2],
      [1, 2],
    ],
    false,
  ],
  [
    'site by site, the newest first',
    [
      [1, 1],
      [0, 1],
      [1, 2],
      [0, 2],
    ],
    false,
  ],
] as const)('%s: no key can repeat', (_, keys, ordered) => {
  const tracked = track('air_hour', keys.map(([ts, siteId]) => ({ ts, siteId }))); // prettier-ignore
  expect({ distinct: tracked.distinct, ordered: tracked.ordered }).toEqual({ distinct: true, ordered });
});
