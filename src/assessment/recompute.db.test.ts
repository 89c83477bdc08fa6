import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PoolClient } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { addDays, hourMs, instantOfDay } from '../domain/calendar.js';
import { waterItems } from '../domain/family.js';
import { createLogger } from '../log.js';
import { listGroupDays, listSiteDays } from '../store/airDays.js';
import type { StagedRow } from '../store/keyedTable.js';
import { countPendingDays } from '../store/pendingDays.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { insertSite, listSites, lockMembership, updateSite } from '../store/sites.js';
import { listWaterMonths } from '../store/waterSiteMonths.js';
import {
  addDust,
  drainMarks,
  markEverything,
  readDerived,
  setInvalid,
  writeRows,
} from './database.fixture.js';
import { Recomputation, recomputeBatch } from './recompute.js';

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
beforeEach(() => clear());

async function clear(): Promise<void> {
  await database.pool.query(
    `truncate air_hour, air_day, water_sample, water_month, value_flags, value_origins, dust_periods, pending_days,
              air_site_days, air_group_days, air_group_months, water_site_months, water_item_months, latest_rows,
              flag_history, revisions`,
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
const groupDay = async (day: string) => (await listGroupDays(database.pool, group, day, addDays(day, 1)))[0];
const waterValues = (item: string, value: number | null) =>
  waterItems.map((code) => (code === item ? value : null));

test('a standard is chosen by the day of the data: PM10 140 is good until February 2026 and bad from March on', async () => {
  await writeRows(database.pool, 'air_hour', [
    ...hours('air-town', '2026-02-28', 140),
    ...hours('air-town', '2026-03-01', 140),
  ]);
  await drainMarks(database.pool);
  expect(await groupDay('2026-02-28')).toMatchObject({
    standardId: 'HJ633-2012',
    aqi: 95,
    category: '良',
    primaryPollutants: ['pm10'],
    iaqi: { pm10: 95, pm25: 94 },
  });
  expect(await groupDay('2026-03-01')).toMatchObject({
    standardId: 'HJ633-2026',
    aqi: 110,
    category: '轻度污染',
    primaryPollutants: ['pm25'],
    iaqi: { pm10: 108, pm25: 110 },
  });
});

test('19 hours make no daily mean, 20 do; a missing hour is not zero', async () => {
  await writeRows(database.pool, 'air_hour', [
    ...hours('air-town', '2025-01-01', 60, 19),
    ...hours('air-town', '2025-01-02', 60, 20),
  ]);
  await drainMarks(database.pool);
  const days = await listSiteDays(database.pool, [site('air-town')], ['2025-01-01', '2025-01-02']);
  expect(days.map(({ pm10 }) => pm10)).toEqual([null, '60']);
  expect((await groupDay('2025-01-01'))?.pm10).toBeNull();
});

test('a day whose rows are gone has no derived row any more', async () => {
  await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 60));
  await drainMarks(database.pool);
  await database.pool.query('delete from air_hour');
  await database.pool.query(
    `insert into pending_days (medium, site_id, day) values ('air', $1, '2025-01-01')`,
    [site('air-town')],
  );
  await drainMarks(database.pool);
  expect(await readDerived(database.pool)).toEqual({
    siteDays: [],
    groupDays: [],
    groupMonths: [],
    months: [],
    itemMonths: [],
  });
});

test('a dust period takes its hours out of the second ledger only, for the stations’ days with data', async () => {
  await writeRows(database.pool, 'air_hour', [
    ...hours('air-town', '2025-04-10', 600, 3),
    ...hours('air-town', '2025-04-10', 60, 21, 3),
  ]);
  await drainMarks(database.pool);
  await addDust(database.pool, instantOfDay('2025-04-09'), instantOfDay('2025-04-10') + 3 * hourMs);
  await drainMarks(database.pool);
  expect(await groupDay('2025-04-10')).toMatchObject({ pm10: '127.5', pm10_no_dust: '60', dustHours: 3 });
  expect(await groupDay('2025-04-09')).toBeUndefined();
});

test('a reviewer’s invalid value leaves the mean', async () => {
  const ts = instantOfDay('2025-04-10');
  await writeRows(database.pool, 'air_hour', [
    ...hours('air-town', '2025-04-10', 900, 1),
    ...hours('air-town', '2025-04-10', 60, 23, 1),
  ]);
  await setInvalid(database.pool, 'air_hour', ts, site('air-town'), 'pm10', 'air');
  await drainMarks(database.pool);
  const [day] = await listSiteDays(database.pool, [site('air-town')], ['2025-04-10']);
  expect(day).toMatchObject({ pm10: '60', inputs: { pm10: { hours: 23 }, so2: { hours: 24 } } });
});

describe('several at once', () => {
  test('a write while a batch is under way waits for it, and its mark stays for the next one', async () => {
    await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 60));
    const client = await database.pool.connect();
    await client.query('begin');
    await client.query(`delete from pending_days where site_id = $1`, [site('air-town')]);
    const later = writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 80));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await client.query('commit');
    client.release();
    await later;
    expect(await countPendingDays(database.pool)).toBe(1);
    await drainMarks(database.pool);
    expect((await groupDay('2025-01-01'))?.pm10).toBe('80');
  });

  test('a mark set between two batches of a running drain is worked off by it or by the next', async () => {
    const recomputation = new Recomputation(database.pool, createLogger('silent'));
    const writes = Array.from({ length: 12 }, (_, index) => index);
    await Promise.all(
      writes.map(async (index) => {
        await writeRows(
          database.pool,
          'air_hour',
          hours('air-town', `2025-02-${10 + (index % 3)}`, 50 + index),
        );
        await recomputation.drain();
      }),
    );
    expect(await countPendingDays(database.pool)).toBe(0);
    const incremental = await readDerived(database.pool);
    await markEverything(database.pool, '2025-02-09', '2025-02-13');
    await recomputation.drain();
    expect(await readDerived(database.pool)).toEqual(incremental);
  });

  test('a trigger during a run is followed by another run; after stop nothing runs', async () => {
    const recomputation = new Recomputation(database.pool, createLogger('silent'));
    await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 60));
    recomputation.trigger();
    await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-02', 60));
    recomputation.trigger();
    await recomputation.drain();
    expect(await countPendingDays(database.pool)).toBe(0);
    await recomputation.stop();
    await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-03', 60));
    recomputation.trigger();
    await recomputation.drain();
    expect(await countPendingDays(database.pool)).toBe(1);
  });

  test('two recomputations of two stations of one county: its mean holds both', async () => {
    for (let round = 0; round < 5; round += 1) {
      await clear();
      const day = '2025-01-01';
      await writeRows(database.pool, 'air_hour', [
        ...hours('air-town', day, 60),
        ...hours('air-second', day, 80),
      ]);
      await Promise.all([drainMarks(database.pool), drainMarks(database.pool)]);
      expect(await groupDay(day)).toMatchObject({ pm10: '70', stations: 2 });
    }
  });

  test('at the same moment, too', async () => {
    const day = '2025-01-01';
    await writeRows(database.pool, 'air_hour', [
      ...hours('air-town', day, 60),
      ...hours('air-second', day, 80),
    ]);
    const one = await database.pool.connect();
    await one.query('begin');
    // Another process holds the mark of the second station until after the first batch began.
    await one.query(`select from pending_days where site_id = $1 for update`, [site('air-second')]);
    const lock = await database.pool.connect();
    await lock.query('begin');
    await lock.query(`select pg_advisory_xact_lock(hashtext('air group days'))`);
    const first = recomputeBatch(database.pool);
    await waitForLock(lock);
    await one.query('commit');
    const second = recomputeBatch(database.pool);
    await new Promise((resolve) => setTimeout(resolve, 150));
    await lock.query('commit');
    expect(await Promise.all([first, second])).toEqual([1, 1]);
    for (const client of [one, lock]) client.release();
    expect(await groupDay(day)).toMatchObject({ pm10: '70', stations: 2 });
  });

  test('two marks of one water month in two hands: the later sample is not lost', async () => {
    const ts = (day: number) => instantOfDay('2025-03-01') + (day - 1) * 24 * hourMs;
    const sample = (day: number, value: number): StagedRow => ({
      line: day,
      ts: ts(day),
      siteId: site('sec-shitangou'),
      values: waterValues('codmn', value),
    });
    await writeRows(database.pool, 'water_sample', [sample(1, 4)]);
    const lock = await database.pool.connect();
    await lock.query('begin');
    await lock.query(`select pg_advisory_xact_lock(hashtext('water months'))`);
    const first = recomputeBatch(database.pool);
    await waitForLock(lock);
    await writeRows(database.pool, 'water_sample', [sample(20, 8)]);
    await lock.query('commit');
    lock.release();
    await first;
    await drainMarks(database.pool);
    const [month] = await listWaterMonths(database.pool, [site('sec-shitangou')], '2025-03-01', '2025-04-01');
    expect(month).toMatchObject({ items: { codmn: '6' }, samples: 2, grade: 3, input: 'samples' });
  });

  test('while members of a group are being changed, no recomputation begins', async () => {
    await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 60));
    const change = await database.pool.connect();
    await change.query('begin');
    await lockMembership(change);
    const batch = recomputeBatch(database.pool);
    await waitForLock(change);
    await change.query('commit');
    change.release();
    expect(await batch).toBe(1);
  });

  async function waitForLock(client: PoolClient): Promise<void> {
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const { rows } = await client.query<{ n: number }>(
        `select count(*)::integer as n from pg_locks l join pg_database d on d.oid = l.database
          where d.datname = current_database() and l.locktype = 'advisory' and not l.granted`,
      );
      if (rows[0]!.n > 0) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error('nobody waits for the lock');
  }
});

test('a crash loses no mark: rolled back, the day is marked and the figures are as before', async () => {
  await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 60));
  await drainMarks(database.pool);
  await writeRows(database.pool, 'air_hour', hours('air-town', '2025-01-01', 90));
  const before = await readDerived(database.pool);
  await database.pool.query(`create function refuse() returns trigger language plpgsql as
    $$ begin raise exception 'power cut'; end $$`);
  await database.pool.query(
    'create trigger refuse before insert or update on air_group_days for each row execute function refuse()',
  );
  const recomputation = new Recomputation(database.pool, createLogger('silent'));
  await expect(recomputation.drain()).rejects.toThrow('power cut');
  expect(await countPendingDays(database.pool)).toBe(1);
  expect(await readDerived(database.pool)).toEqual(before);
  await database.pool.query('drop trigger refuse on air_group_days');
  await database.pool.query('drop function refuse()');
  await recomputation.drain();
  expect((await groupDay('2025-01-01'))?.pm10).toBe('90');
});

describe('water months', () => {
  const month = async (code: string) =>
    (await listWaterMonths(database.pool, [site(code)], '2025-03-01', '2025-04-01'))[0];
  const row = (day: string, value: number | null): StagedRow => ({
    line: 2,
    ts: instantOfDay(day),
    siteId: site('sec-shitangou'),
    values: waterValues('codmn', value),
  });

  test('the monthly figure stands before samples; below detection counts half the limit', async () => {
    await writeRows(database.pool, 'water_sample', [row('2025-03-05', 12)]);
    await writeRows(
      database.pool,
      'water_month',
      [row('2025-03-01', 0.25)],
      [
        {
          ts: instantOfDay('2025-03-01'),
          siteId: site('sec-shitangou'),
          indicator: 'codmn',
          flag: 'below-detection',
          raw: '0.5L',
          detectionLimit: 0.5,
        },
      ],
    );
    await drainMarks(database.pool);
    expect(await month('sec-shitangou')).toMatchObject({
      items: { codmn: '0.25' },
      input: 'monthly',
      grade: 1,
    });
  });

  test('no flow is a state of its own, and ends when a value arrives', async () => {
    const note = {
      ts: instantOfDay('2025-03-01'),
      siteId: site('sec-shitangou'),
      indicator: '*',
      flag: 'no-flow',
      raw: '断流',
    } as const;
    await writeRows(database.pool, 'water_month', [row('2025-03-01', null)], [note]);
    await drainMarks(database.pool);
    expect(await month('sec-shitangou')).toMatchObject({
      noFlow: true,
      grade: null,
      input: 'none',
      samples: 0,
    });
    await writeRows(database.pool, 'water_month', [row('2025-03-01', 8)]);
    await drainMarks(database.pool);
    expect(await month('sec-shitangou')).toMatchObject({ noFlow: false, grade: 4, input: 'monthly' });
  });

  test('a section that turns out to be a lake is graded anew', async () => {
    const tp = (value: number) => ({ ...row('2025-03-01', null), values: waterValues('tp', value) });
    await writeRows(database.pool, 'water_month', [tp(0.06)]);
    await drainMarks(database.pool);
    expect((await month('sec-shitangou'))?.grade).toBe(2);
    for (const [kind, grade] of [
      ['lake-section', 4],
      ['river-section', 2],
    ] as const) {
      await inTransaction(database.pool, (client) => updateSite(client, 'sec-shitangou', { kind }));
      await drainMarks(database.pool);
      expect((await month('sec-shitangou'))?.grade).toBe(grade);
    }
  });
});

describe('the members of a group change', () => {
  const setGroups = (code: string, groups: string[]) =>
    inTransaction(database.pool, (client) => updateSite(client, code, { groups }));

  test('the county’s days are derived anew, with and without the station', async () => {
    await writeRows(database.pool, 'air_hour', [
      ...hours('air-town', '2025-01-01', 60),
      ...hours('air-second', '2025-01-01', 80),
      ...hours('air-second', '2025-01-02', 80),
    ]);
    await drainMarks(database.pool);
    expect((await groupDay('2025-01-01'))?.pm10).toBe('70');
    await setGroups('air-second', []);
    await drainMarks(database.pool);
    expect(await groupDay('2025-01-01')).toMatchObject({ pm10: '60', stations: 1 });
    expect(await groupDay('2025-01-02')).toBeUndefined();
    await setGroups('air-second', [group]);
    await drainMarks(database.pool);
    expect(await groupDay('2025-01-01')).toMatchObject({ pm10: '70', stations: 2 });
    expect(await groupDay('2025-01-02')).toMatchObject({ pm10: '80', stations: 1 });
    await setGroups('air-second', [group]);
    expect(await countPendingDays(database.pool)).toBe(0);
  });

  test('a recomputation that began with the old members ends before the change', async () => {
    await writeRows(database.pool, 'air_hour', [
      ...hours('air-town', '2025-01-01', 60),
      ...hours('air-second', '2025-01-01', 80),
    ]);
    await Promise.all([drainMarks(database.pool), setGroups('air-second', []), drainMarks(database.pool)]);
    await drainMarks(database.pool);
    expect((await groupDay('2025-01-01'))?.pm10).toBe('60');
    await setGroups('air-second', [group]);
  });
});
