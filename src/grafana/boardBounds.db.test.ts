import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { deriveAirMonth, recomputeAirMonths } from '../assessment/airMonths.js';
import { addDust, drainMarks, writeRows } from '../assessment/database.fixture.js';
import { loadReference } from '../assessment/reference.js';
import { addDays, instantOfDay } from '../domain/calendar.js';
import { airDayColumns, type AirGroupDayRow } from '../store/airDays.js';
import { inTransaction } from '../store/pool.js';
import { loadSeeds } from '../store/seeder.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { markGroupDays } from '../store/sites.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
  await loadSeeds(database.pool, await readSeedFiles());
});
afterAll(() => database.drop());
afterEach(() => database.pool.query('truncate pending_days'));

const group = 'air-county-evaluation';
const read = async (sql: string) => (await database.pool.query<Record<string, unknown>>(sql)).rows;

describe('days that wait', () => {
  const mark = (days: number) =>
    database.pool.query(
      `insert into pending_days (medium, site_id, day, marked_at)
       select 'air', n, date '2025-01-01', now() - interval '90 minutes' from generate_series(1, $1::integer) n`,
      [days],
    );
  const waiting = `select pending_zh, (select value from board.health where item = 'recompute-waiting') as minutes
                     from board.service`;

  test.each([
    [0, '0', 0],
    [10_000, '10000', 90],
    [10_001, '> 10000', 90],
    [10_050, '> 10000', 90],
  ])('%i of them', async (days, words, minutes) => {
    await mark(days);
    const [row] = await read(waiting);
    expect(row!['pending_zh']).toBe(words);
    expect(Math.floor(row!['minutes'] as number)).toBe(minutes);
  });

  test('are looked at up to a bound by what boards ask', async () => {
    await mark(30_000);
    for (const sql of [
      'select data_zh, as_of, judged_at, pending_zh, back_days from board.service',
      `select value from board.health where item = 'recompute-waiting'`,
    ]) {
      const [row] = await read(`explain (analyze, format json) ${sql}`);
      const seen = [...JSON.stringify(row).matchAll(/"Relation Name":"pending_days".*?"Actual Rows":(\d+)/g)];
      expect(seen.map(([, rows]) => Number(rows))).toEqual([10_001]);
    }
  });
});

describe('months of the county', () => {
  const dayOf = (day: string, pm25: string | null): AirGroupDayRow => ({
    ...(Object.fromEntries(airDayColumns.map((column) => [column, null])) as Record<
      (typeof airDayColumns)[number],
      null
    >),
    day,
    groupCode: group,
    pm25,
    pm25_no_dust: pm25,
    stations: 1,
    standardId: 'HJ633-2012',
    aqi: null,
    level: null,
    category: null,
    primaryPollutants: [],
    iaqi: {},
    dustHours: 0,
  });
  const daysOf = (count: number) =>
    Array.from({ length: count }, (_, index) =>
      dayOf(addDays('2025-04-01', index), index === 0 ? '40' : '10'),
    );

  test.each([
    [30, '2025-05-01', true, 30, '11', '11'],
    [27, '2025-05-01', true, 30, '11.1111111111', '11'],
    [26, '2025-05-01', false, 30, '11.1538461538', '11'],
    [30, '2025-04-30', false, 29, '11.0344827586', '11'],
    [30, '2025-04-01', false, 0, null, null],
  ])('%i days as of the morning of %s', async (days, today, valid, elapsedDays, mean, printed) => {
    const { standards } = await loadReference(database.pool);
    const rows = deriveAirMonth(standards, { groupCode: group, month: '2025-04' }, daysOf(days), today);
    expect(rows.map(({ item, ledger }) => `${item} ${ledger}`)).toEqual([
      'pm25 with-dust',
      'pm10 with-dust',
      'pm25 without-dust',
      'pm10 without-dust',
    ]);
    const validDays = Math.min(days, elapsedDays);
    for (const row of rows.filter(({ item }) => item === 'pm25'))
      expect(row).toMatchObject({
        mean: mean === null ? null : expect.stringMatching(new RegExp(`^${mean}`)),
        printed,
        validDays,
        elapsedDays,
        monthDays: 30,
        requiredDays: 27,
        valid,
      });
    for (const row of rows.filter(({ item }) => item === 'pm10'))
      expect(row).toMatchObject({ mean: null, printed: null, validDays: 0, valid: false });
  });

  test('a month that a day was added to by the clock alone is derived again with the next one', async () => {
    const { pool } = database;
    await pool.query(
      `insert into air_group_days (day, group_code, pm25, stations, standard_id, iaqi, dust_hours)
       select d::date, $1, 20, 1, 'HJ633-2012', '{}', 0
         from generate_series('2025-03-01'::date, '2025-03-31'::date, interval '1 day') d`,
      [group],
    );
    await inTransaction(pool, async (client) => {
      const reference = await loadReference(client);
      await recomputeAirMonths(client, reference, [{ groupCode: group, day: '2025-03-05' }]);
      await client.query('update air_group_months set elapsed_days = 30, valid_days = 30, valid = false');
      await recomputeAirMonths(client, reference, []);
    });
    expect(
      await read(
        `select distinct valid_days, state_zh, to_char(through_day, 'YYYY-MM-DD') as through, mean, printed
           from board.air_months where item = 'pm25' and ledger = 'with-dust'`,
      ),
    ).toEqual([{ valid_days: 31, state_zh: '有效', through: '2025-03-31', mean: '20', printed: '20' }]);
  });

  test('goes when the days are gone', async () => {
    await inTransaction(database.pool, (client) => markGroupDays(client, [group]));
    expect(await read('select from air_group_months')).toEqual([]);
  });

  test('has the two ledgers beside each other, and loses the month with its last value', async () => {
    const { pool } = database;
    const [site] = await read(`select site_id from site_group_members where group_code = '${group}' limit 1`);
    const start = instantOfDay('2024-03-10');
    const rows = Array.from({ length: 24 }, (_, hour) => ({
      line: hour + 1,
      ts: start + hour * 3_600_000,
      siteId: site!['site_id'] as number,
      values: [10, 20, 1, 60, hour < 4 ? 300 : 60, 30],
    }));
    await addDust(pool, start, start + 4 * 3_600_000);
    await writeRows(pool, 'air_hour', rows);
    await drainMarks(pool);
    expect(
      await read(
        `select ledger_zh, printed, valid_days, state_zh from board.air_months where item = 'pm10' order by ledger`,
      ),
    ).toEqual([
      { ledger_zh: '含沙尘', printed: '100', valid_days: 1, state_zh: '有效天数不足' },
      { ledger_zh: '扣除沙尘', printed: '60', valid_days: 1, state_zh: '有效天数不足' },
    ]);
    await pool.query(
      `delete from air_hour; insert into pending_days values ('air', ${site!['site_id'] as number}, '2024-03-10')`,
    );
    await drainMarks(pool);
    expect(await read('select from air_group_months')).toEqual([]);
  });
});

test('groundwater keeps the limits of class Ⅲ, or not; it is not without a verdict', async () => {
  const { pool } = database;
  await pool.query(
    `insert into sites (code, name, kind) values ('gw', '地下水源', 'drinking-water-ground');
     insert into site_group_members (group_code, site_id, position) select 'drinking-county', id, 99 from sites where code = 'gw';
     insert into water_site_months (month, site_id, items, samples, input, no_flow, standard_id)
     select m::date, s.id, '{}', 1, 'monthly', false, 'GBT14848-2017' from sites s,
            unnest(array['2025-01-01', '2025-02-01', '2025-03-01']) m where s.code = 'gw';
     insert into water_item_months (month, site_id, item, position, value, part, direction, limits, over)
     select m::date, s.id, i, 1, '675', part, 'max', limits::jsonb, over::jsonb from sites s, (values
            ('2025-01-01', 'nh3n', 'grading', '{"3": "0.5"}', '{}'), ('2025-01-01', 'codmn', 'grading', '{"3": "3"}', '{}'),
            ('2025-02-01', 'nh3n', 'grading', '{"3": "450"}', '{"3": "0.5"}'), ('2025-02-01', 'codmn', 'grading', '{"3": "3"}', '{}'),
            ('2025-03-01', 'wt', 'none', '{}', '{}')) as x (m, i, part, limits, over) where s.code = 'gw'`,
  );
  expect(
    await read(
      `select state_zh, groundwater_kept from board.water_months where site_code = 'gw' order by month`,
    ),
  ).toEqual([
    { state_zh: '符合Ⅲ类限值', groundwater_kept: true },
    { state_zh: '超Ⅲ类限值', groundwater_kept: false },
    { state_zh: '无法评价', groundwater_kept: null },
  ]);
  expect(
    await read(
      `select target_zh, limit_zh, state_zh, multiple_zh from board.water_item_limits
        where site_code = 'gw' and item in ('nh3n', 'wt') order by month`,
    ),
  ).toEqual([
    { target_zh: 'Ⅲ', limit_zh: '≤ 0.5 mg/L', state_zh: '符合', multiple_zh: null },
    { target_zh: 'Ⅲ', limit_zh: '≤ 450 mg/L', state_zh: '超过', multiple_zh: '0.50 倍' },
    { target_zh: 'Ⅲ', limit_zh: null, state_zh: '不评价', multiple_zh: null },
  ]);
});
