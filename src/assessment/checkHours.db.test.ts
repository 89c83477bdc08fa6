import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import { keyedTables } from '../store/keyedTable.js';
import { inTransaction } from '../store/pool.js';
import { saveQualityRule } from '../store/qualityRules.js';
import { clearReviewFlags, setReviewFlags, type ReviewFlag } from '../store/reviews.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { listSites } from '../store/sites.js';
import type { StagedNote } from '../store/stage.js';
import { insertWrite } from '../store/writes.js';
import { drainMarks, markEverything, testActor, writeRows } from './database.fixture.js';
import { recomputeBatch } from './recompute.js';

jest.setTimeout(60_000);

let database: TestDatabase;
let site: number;
let section: number;
beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
  const ids = new Map((await listSites(database.pool)).map(({ code, id }) => [code, id]));
  site = ids.get('air-town')!;
  section = ids.get('sec-shitangou')!;
});
afterAll(() => database.drop());
beforeEach(() => clear());

async function clear(): Promise<void> {
  await database.pool.query(
    `truncate air_hour, air_day, water_sample, value_flags, value_origins, pending_days, air_site_days, air_group_days,
              water_site_months, latest_rows, flag_history, revisions`,
  );
}

const first = '2024-12-30';
const start = instantOfDay(first);

/** PM2.5 (and PM10 twice as high) of consecutive hours. */
function writeHours(values: readonly (number | null)[], firstHour = 0, pm10?: number): Promise<void> {
  const rows = values.map((value, index) => ({
    line: index + 2,
    ts: start + (firstHour + index) * hourMs,
    siteId: site,
    values: [null, null, null, null, value === null ? null : (pm10 ?? Math.abs(value) * 2), value],
  }));
  return writeRows(database.pool, 'air_hour', rows);
}

async function review(
  flag: ReviewFlag,
  hour: number,
  indicator = 'pm25',
  deed = setReviewFlags,
): Promise<void> {
  await inTransaction(database.pool, async (client) => {
    const from = new Date(start + hour * hourMs);
    const to = new Date(from.getTime() + hourMs);
    const writeId = await insertWrite(client, testActor, { kind: 'manual', reason: '核对' });
    const which = { table: keyedTables.air_hour, siteId: site, indicator, from, to };
    await deed(client, which, { flag, reason: '核对', writeId });
  });
}

async function suspects(): Promise<string[]> {
  const { rows } = await database.pool.query<{ text: string }>(
    `select family || ' ' || site_id || ' ' || to_char(ts at time zone 'Asia/Shanghai', 'YYYY-MM-DD HH24') || ' '
            || indicator || ' ' || rule as text
       from value_flags where flag = 'suspect' order by family, site_id, ts, indicator collate "C"`,
  );
  return rows.map(({ text }) => text);
}

async function countWrites(): Promise<number> {
  const { rows } = await database.pool.query<{ n: number }>(
    `select count(*)::integer as n from writes where kind = 'check'`,
  );
  return rows[0]!.n;
}

describe('one batch', () => {
  test('sets what it finds in one write, and writes nothing when nothing changed', async () => {
    const before = await countWrites();
    await writeHours([20, 20, 20, 20, 20, 20, 900, 25]);
    await drainMarks(database.pool);
    const constant = Array.from(
      { length: 6 },
      (_, hour) => `air_hour ${site} 2024-12-30 0${hour} pm25 constant`,
    );
    const pm10 = constant.map((line) => line.replace('pm25', 'pm10'));
    expect(await suspects()).toEqual(
      [
        ...constant,
        ...pm10,
        `air_hour ${site} 2024-12-30 06 pm10 jump`,
        `air_hour ${site} 2024-12-30 06 pm25 range,jump`,
      ].sort(),
    );
    expect(await countWrites()).toBe(before + 1);
    const { rows } = await database.pool.query(
      `select distinct w.kind, h.change from flag_history h join writes w on w.id = h.write_id`,
    );
    expect(rows).toEqual([{ kind: 'check', change: 'set' }]);
    await markEverything(database.pool, first, first);
    await drainMarks(database.pool);
    expect(await countWrites()).toBe(before + 1);
  });

  test('a day that arrives later completes the run of its neighbours, a correction ends it', async () => {
    await writeHours([20, 20, 20], 21);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([]);
    await writeHours([20, 20, 20], 24);
    await drainMarks(database.pool);
    expect((await suspects()).filter((line) => line.includes('pm25'))).toHaveLength(6);
    await writeHours([21], 24);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([]);
  });

  test('rows that arrived in parts are held together: PM2.5 above PM10', async () => {
    await writeRows(database.pool, 'air_hour', [
      { line: 2, ts: start, siteId: site, values: [null, null, null, null, null, 40] },
    ]);
    await writeRows(database.pool, 'air_hour', [
      { line: 2, ts: start, siteId: site, values: [null, null, null, null, 30, null] },
    ]);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([
      `air_hour ${site} 2024-12-30 00 pm10 inversion`,
      `air_hour ${site} 2024-12-30 00 pm25 inversion`,
    ]);
  });

  test('a detection limit above the class of the section', async () => {
    const ts = start + 8 * hourMs;
    const values = waterItems.map((item) => (item === 'oil' ? 0.6 : item === 'hg' ? 0.00002 : null));
    const below = (indicator: string, detectionLimit: number): StagedNote => ({
      ts,
      siteId: section,
      indicator,
      flag: 'below-detection',
      raw: `${detectionLimit}L`,
      detectionLimit,
    });
    const row = { line: 2, ts, siteId: section, values };
    await writeRows(database.pool, 'water_sample', [row], [below('oil', 1.2), below('hg', 0.00004)]);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([`water_sample ${section} 2024-12-30 08 oil detection-limit`]);
  });

  test('an edited rule is applied to what is stored', async () => {
    await writeHours([20, 20, 20, 20]);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([]);
    const change = (hours: number) =>
      inTransaction(database.pool, (client) =>
        saveQualityRule(client, testActor, {
          rule: 'constant',
          indicator: 'pm25',
          parameters: { enabled: true, hours, above: 5 },
          reason: '试行',
        }),
      );
    await change(4);
    await drainMarks(database.pool);
    expect(await suspects()).toHaveLength(4);
    await change(6);
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([]);
  });
});

describe('reviews', () => {
  test('valid silences the checks until the value is replaced', async () => {
    await writeHours([20, 900, 25]);
    await drainMarks(database.pool);
    expect(await suspects()).toContain(`air_hour ${site} 2024-12-30 01 pm25 range,jump`);
    await review('valid', 1);
    await drainMarks(database.pool);
    await markEverything(database.pool, first, first);
    await drainMarks(database.pool);
    expect((await suspects()).filter((line) => line.includes('pm25'))).toEqual([]);
    await writeHours([20, 901, 25]);
    await drainMarks(database.pool);
    expect(await suspects()).toContain(`air_hour ${site} 2024-12-30 01 pm25 range,jump`);
    const { rows } = await database.pool.query(`select from value_flags where flag = 'valid'`);
    expect(rows).toHaveLength(0);
  });

  test('an invalid value is nobody’s neighbour and stays invalid when replaced', async () => {
    await writeHours([20, 20, 20, 20, 20, 20]);
    await review('invalid', 2, '*');
    await drainMarks(database.pool);
    expect(await suspects()).toEqual([]);
    await writeHours([21], 2);
    await review('invalid', 2, '*', clearReviewFlags);
    await writeHours([20], 2);
    await drainMarks(database.pool);
    expect((await suspects()).filter((line) => line.includes('pm25'))).toHaveLength(6);
  });
});

test('incremental = full: any order of writes, corrections and reviews', async () => {
  const hour = fc.integer({ min: 0, max: 95 });
  const step = fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('write' as const),
        hour,
        values: fc.array(fc.constantFrom(20, 20, 20, 20, 21, 300, -1, -2), { minLength: 1, maxLength: 30 }),
        pm10: fc.constantFrom(undefined, 25),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('review' as const),
        hour,
        flag: fc.constantFrom<ReviewFlag>('invalid', 'valid'),
        indicator: fc.constantFrom('pm25', '*'),
        clear: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('recompute' as const) }) },
  );
  let most = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      await clear();
      for (const one of steps) {
        if (one.do === 'write') await writeHours(one.values, one.hour, one.pm10);
        else if (one.do === 'recompute') await recomputeBatch(database.pool);
        else await review(one.flag, one.hour, one.indicator, one.clear ? clearReviewFlags : setReviewFlags);
      }
      await drainMarks(database.pool);
      const incremental = await suspects();
      most = Math.max(most, incremental.length);
      await database.pool.query(`delete from value_flags where flag = 'suspect'`);
      await markEverything(database.pool, first, addDays(first, 5));
      await drainMarks(database.pool);
      expect(incremental).toEqual(await suspects());
    }),
    { numRuns: 40, seed: 20251122 },
  );
  expect(most).toBeGreaterThan(20);
}, 180_000);
