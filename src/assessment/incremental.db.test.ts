import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import {
  deleteDustPeriod,
  listDustPeriods,
  undoDustPeriodsOf,
  updateDustPeriod,
} from '../store/dustPeriods.js';
import type { StagedRow } from '../store/keyedTable.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { saveSiteGroup } from '../store/siteGroups.js';
import { insertSite, listSites, updateSite } from '../store/sites.js';
import { insertWrite } from '../store/writes.js';
import {
  addDust,
  drainMarks,
  markEverything,
  readDerived,
  setInvalid,
  testActor,
  writeRows,
} from './database.fixture.js';
import { recomputeBatch } from './recompute.js';

const group = 'air-county-evaluation';
let database: TestDatabase;
let ids: Map<string, number>;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  await inTransaction(database.pool, (client) =>
    insertSite(client, { code: 'air-second', name: '第二点位', kind: 'air-station', groups: [group] }),
  );
  ids = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
});
afterAll(() => database.drop());

async function clear(): Promise<void> {
  await database.pool.query(
    `truncate air_hour, air_day, water_sample, water_month, value_flags, value_origins, dust_periods, pending_days,
              air_site_days, air_group_days, water_site_months, latest_rows, flag_history, revisions,
              dust_period_revisions`,
  );
}

const site = (code: string) => ids.get(code)!;
/** `hours` hours of a day with the same PM10 and PM2.5, other items fixed. */
function hours(code: string, day: string, pm10: number | null, count = 24, first = 0): StagedRow[] {
  return Array.from({ length: count }, (_, index) => ({
    line: index + 2,
    ts: instantOfDay(day) + (first + index) * hourMs,
    siteId: site(code),
    values: [10, 20, 1, 60, pm10, pm10 === null ? null : pm10 / 2],
  }));
}
const waterValues = (item: string, value: number | null) =>
  waterItems.map((code) => (code === item ? value : null));

test('incremental = full: any sequence of writes, corrections, dust periods, flags and members, row by row', async () => {
  const first = '2024-12-30';
  const dayOf = (n: number) => addDays(first, n);
  const station = fc.constantFrom('air-town', 'air-second');
  const section = fc.constantFrom('sec-shitangou', 'sec-tianshui-1');
  const day = fc.integer({ min: 0, max: 3 });
  const value = fc.option(
    fc.integer({ min: 0, max: 4000 }).map((n) => n / 10),
    { nil: null, freq: 8 },
  );
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('hours' as const),
        station,
        day,
        value,
        count: fc.integer({ min: 1, max: 24 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('daily' as const), station, day, value }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('dust' as const),
        hour: fc.integer({ min: 0, max: 90 }),
        length: fc.integer({ min: 1, max: 30 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constantFrom('dust-edit' as const, 'dust-delete' as const, 'dust-undo' as const),
        which: fc.nat({ max: 9 }),
        hour: fc.integer({ min: 0, max: 90 }),
        length: fc.integer({ min: 1, max: 30 }),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('invalid' as const),
        station,
        day,
        hour: fc.integer({ min: 0, max: 23 }),
        item: fc.constantFrom('pm10', '*'),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('sample' as const), section, day, value }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('month' as const), section, value }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('members' as const), groups: fc.constantFrom([], [group]) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('group' as const),
        members: fc.constantFrom(['air-town'], ['air-second'], ['air-second', 'air-town']),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('recompute' as const) }) },
  );
  type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

  const perform = async (step: Action): Promise<void> => {
    const { pool } = database;
    switch (step.do) {
      case 'hours':
        return writeRows(pool, 'air_hour', hours(step.station, dayOf(step.day), step.value, step.count));
      case 'daily':
        return writeRows(pool, 'air_day', [
          {
            line: 2,
            ts: instantOfDay(dayOf(step.day)),
            siteId: site(step.station),
            values: [5, 6, 1, 80, step.value, 20, 90],
          },
        ]);
      case 'dust': {
        const start = instantOfDay(first) + step.hour * hourMs;
        return addDust(pool, start, start + step.length * hourMs);
      }
      case 'dust-edit':
      case 'dust-delete':
      case 'dust-undo':
        return changeDust(step);
      case 'group':
        return inTransaction(pool, (client) =>
          saveSiteGroup(client, { code: group, nameZh: '城市建成区', members: [...step.members] }),
        );
      case 'invalid':
        return setInvalid(
          pool,
          'air_hour',
          instantOfDay(dayOf(step.day)) + step.hour * hourMs,
          site(step.station),
          step.item,
          'air',
        );
      case 'sample':
      case 'month': {
        const ts = instantOfDay(step.do === 'sample' ? dayOf(step.day) : '2024-12-01');
        const table = step.do === 'sample' ? 'water_sample' : 'water_month';
        const siteId = site(step.section);
        const row = { line: 2, ts, siteId, values: waterValues('codmn', step.value) };
        const notes =
          step.value === null ? [{ ts, siteId, indicator: '*', flag: 'no-flow', raw: '断流' } as const] : [];
        return writeRows(pool, table, [row], notes);
      }
      case 'members':
        return inTransaction(pool, (client) => updateSite(client, 'air-second', { groups: step.groups }));
      case 'recompute':
        await recomputeBatch(pool);
    }
  };

  const changeDust = (step: Extract<Action, { which: number }>): Promise<void> =>
    inTransaction(database.pool, async (client) => {
      const writeId = await insertWrite(client, testActor, { kind: 'manual', reason: step.do });
      if (step.do === 'dust-undo') {
        const { rows } = await client.query<{ write_id: string }>(
          'select distinct write_id from dust_period_revisions order by 1',
        );
        const undone = rows[step.which % Math.max(1, rows.length)];
        if (undone !== undefined) await undoDustPeriodsOf(client, undone.write_id, writeId);
        return;
      }
      const periods = await listDustPeriods(client, 0, instantOfDay('2100-01-01'));
      const period = periods[step.which % Math.max(1, periods.length)];
      if (period === undefined) return;
      if (step.do === 'dust-delete') return deleteDustPeriod(client, period.id, writeId);
      const start = instantOfDay(first) + step.hour * hourMs;
      await updateDustPeriod(client, period.id, { start, end: start + step.length * hourMs }, writeId);
    });

  await fc.assert(
    fc.asyncProperty(fc.array(action, { minLength: 5, maxLength: 14 }), async (steps) => {
      await clear();
      await inTransaction(database.pool, (client) => updateSite(client, 'air-second', { groups: [group] }));
      for (const step of steps) await perform(step);
      await drainMarks(database.pool);
      const incremental = await readDerived(database.pool);
      await markEverything(database.pool, addDays(first, -1), addDays(first, 7));
      await drainMarks(database.pool);
      expect(incremental).toEqual(await readDerived(database.pool));
    }),
    { numRuns: 40, seed: 20251122 },
  );
}, 120_000);
