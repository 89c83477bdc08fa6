import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import { spreadTouches } from './pendingDays.js';
import { RowBatch } from './rowBatch.js';
import type { StagedNote } from './stage.js';
import { writeRows, type Met, type OwnedNotes, type WriteRowsOptions } from './writeRows.js';

jest.setTimeout(120_000);

const actor: Actor = { tokenId: null, name: '设备', office: '生态环境分局', role: 'uploader' };
const start = instantOfDay('2024-12-31');
const sitesEach = 4;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  for (const ts of [start, start + 48 * hourMs])
    await database.pool.query(`select ensure_partitions('air_hour', $1, $1)`, [new Date(ts)]);
});
afterAll(() => database.drop());

interface Cell {
  readonly at: number;
  readonly site: number;
  readonly pm10: number | null;
  readonly pm25: number | null;
  readonly flagged: boolean;
}

/** One transaction: the rows of two senders, who never share a row. */
function deliveryOf(cells: readonly Cell[], firstSite: number, source: string) {
  const batch = new RowBatch('air_hour');
  const notes: [StagedNote[], StagedNote[]] = [[], []];
  for (const { at, site, pm10, pm25, flagged } of cells) {
    const [ts, siteId, owner] = [start + at * hourMs, firstSite + site, site % 2];
    const row = batch.rowOf(ts, siteId, owner);
    if (pm10 !== null) batch.set(row, 4, pm10);
    if (pm25 !== null) batch.set(row, 5, pm25);
    if (flagged) notes[owner]!.push({ ts, siteId, indicator: 'pm10', flag: 'suspect', raw: '' });
  }
  const owned = notes.map((list, owner): OwnedNotes => ({ family: 'air_hour', owner, notes: list }));
  return {
    writes: [0, 1].map((owner) => ({ actor, source: `${source}-${owner}`, lines: 1, rows: 1, values: 1 })),
    batches: [batch],
    notes: owned.filter(({ notes: list }) => list.length > 0),
  };
}

const tables: Record<string, string> = {
  air_hour: 'ts, write_id, so2, pm10, pm25',
  value_origins: 'family, ts, indicator, span, write_id',
  value_flags: 'family, ts, indicator, flag, raw, write_id',
  flag_history: 'family, ts, indicator, flag, change, raw, write_id',
  revisions: 'family, ts, indicator, span, old_value, new_value, old_write_id, new_write_id',
  pending_days: 'medium, day',
  latest_rows: 'family, ts',
};

/** Everything that is stored of some sites, with writes named by their place in the sequence. */
async function findAll(firstSite: number, source: string): Promise<string[]> {
  const writes = await database.pool.query<{ id: string }>(
    'select id from writes where source like $1 order by id',
    [`${source}-_`],
  );
  const places = new Map(writes.rows.map(({ id }, index) => [id, index]));
  const found: string[] = [];
  for (const [table, columns] of Object.entries(tables)) {
    const { rows } = await database.pool.query<Record<string, unknown>>(
      `select site_id - $1 as site, ${columns} from ${table} where site_id >= $1 and site_id < $2`,
      [firstSite, firstSite + sitesEach],
    );
    for (const row of rows) {
      for (const key of Object.keys(row).filter((name) => name.endsWith('write_id')))
        row[key] = places.get(row[key] as string) ?? 'foreign';
      found.push(`${table} ${JSON.stringify(row)}`);
    }
  }
  return found.sort();
}

const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null, freq: 2 });
const cells = fc
  .array(
    fc.record({
      at: fc.oneof(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 47 })),
      site: fc.integer({ min: 0, max: sitesEach - 1 }),
      pm10: value,
      pm25: value,
      flagged: fc.boolean(),
    }),
    { minLength: 1, maxLength: 12 },
  )
  .chain((list) => fc.constantFrom(list, list.map((one) => ({ ...one, flagged: false })))); // prettier-ignore
const sequence = fc
  .array(fc.tuple(cells, fc.boolean()), { minLength: 1, maxLength: 4 })
  .map((steps) => steps.flatMap(([list, twice]) => (twice ? [list, list] : [list])));

const alongside = () => Promise.resolve();
const ways: Record<string, WriteRowsOptions> = {
  'most: all are compared': { guess: 'most' },
  'some: stored keys are looked up': { guess: 'some' },
  'none: straight in': { guess: 'none' },
  'none, in a transaction': { guess: 'none', alongside },
  'some may be stored': { guess: 'none', mayBeStored: (_, row) => row % 2 === 0 },
  'all may be stored': { guess: 'none', mayBeStored: () => true },
};

test('whatever is expected of the rows, the same is stored', async () => {
  let site = 10_000;
  await fc.assert(
    fc.asyncProperty(sequence, async (steps) => {
      const results: { stored: string[]; news: readonly Met[] }[] = [];
      for (const options of Object.values(ways)) {
        const [firstSite, source] = [(site += sitesEach), `way-${site}`];
        const met: Met[] = [];
        for (const step of steps)
          met.push(await writeRows(database.pool, deliveryOf(step, firstSite, source), options));
        await spreadTouches(database.pool);
        // What the caller knew of is no news to it.
        const news = options.mayBeStored === undefined ? met : results[0]!.news;
        results.push({ stored: await findAll(firstSite, source), news });
      }
      for (const result of results) expect(result).toEqual(results[0]);
    }),
    { numRuns: 40 },
  );
});

test('of two at once that share a row, one stores it and the other completes it', async () => {
  const firstSite = 5_000;
  const cell = { at: 1, site: 0, pm10: null, pm25: null, flagged: false };
  const rounds = Array.from({ length: 12 }, (_, at) => at);
  await Promise.all(
    rounds.flatMap((at) => [
      writeRows(database.pool, deliveryOf([{ ...cell, at, pm10: 50 }], firstSite, 'left')),
      writeRows(database.pool, deliveryOf([{ ...cell, at, pm25: 30 }], firstSite, 'right')),
    ]),
  );
  const { rows } = await database.pool.query(
    'select distinct pm10, pm25, count(*) over ()::integer as n from air_hour where site_id = $1',
    [firstSite],
  );
  expect(rows).toEqual([{ pm10: 50, pm25: 30, n: rounds.length }]);
  const origins = await database.pool.query('select from value_origins where site_id = $1', [firstSite]);
  expect(origins.rowCount).toBe(rounds.length);
});

test('how many rows were stored before', async () => {
  const rowsAt = (hours: readonly number[]) =>
    deliveryOf(
      hours.map((at) => ({ at, site: 0, pm10: 5, pm25: 3, flagged: false })),
      6_000,
      'met',
    );
  expect(await writeRows(database.pool, rowsAt([0, 1, 2, 3]))).toBe('none');
  expect(await writeRows(database.pool, rowsAt([3, 4, 5, 6]))).toBe('some');
  expect(await writeRows(database.pool, rowsAt([0, 1, 2, 9]))).toBe('most');
  expect(await writeRows(database.pool, rowsAt([0, 1]), { guess: 'most' })).toBe('most');
  expect(await writeRows(database.pool, rowsAt([20, 21]), { guess: 'most' })).toBe('none');
});

test.each(['none', 'some', 'most'] as const)(
  'rows that the caller knew of change no guess: %s',
  async (guess) => {
    const firstSite = { none: 6_100, some: 6_200, most: 6_300 }[guess];
    const cell = { site: 0, pm10: 5, flagged: false };
    await writeRows(database.pool, deliveryOf([{ ...cell, at: 0, pm25: null }], firstSite, 'part'));
    const rest = deliveryOf(
      [0, 1].map((at) => ({ ...cell, at, pm25: 3 })),
      firstSite,
      'known',
    );
    const known = (at: number) => ({ guess, mayBeStored: (_: unknown, row: number) => row === at });
    expect(await writeRows(database.pool, rest, known(0))).toBe(guess === 'most' ? 'some' : 'none');
    expect(await writeRows(database.pool, rest, known(0))).not.toBe('none');
  },
);

test('completing a row beside new ones takes one attempt', async () => {
  const row = (at: number, pm10: number | null, pm25: number | null) => ({
    at,
    site: 0,
    pm10,
    pm25,
    flagged: false,
  });
  await writeRows(database.pool, deliveryOf([row(0, 5, 3), row(1, 5, null)], 7_000, 'whole'));
  await writeRows(database.pool, deliveryOf([row(1, null, 3), row(2, 5, 3)], 7_000, 'rest'), {
    mayBeStored: (_, place) => place === 0,
  });
  // An attempt that is undone uses up its numbers.
  const { rows } = await database.pool.query<{ id: string }>(
    `select id from writes where source like 'whole-_' or source like 'rest-_' order by id`,
  );
  const ids = rows.map(({ id }) => Number(id));
  expect(ids.map((id) => id - ids[0]!)).toEqual([0, 1, 2, 3]);
  const stored = await database.pool.query<{ pm25: number }>(
    'select pm25 from air_hour where site_id = 7000 order by ts',
  );
  expect(stored.rows.map(({ pm25 }) => pm25)).toEqual([3, 3, 3]);
});

test('completing a row reads no other, also by a plan that was made when there were few', async () => {
  const row = (at: number, pm25: number | null) => ({
    at,
    site: 0,
    pm10: pm25 === null ? 5 : null,
    pm25,
    flagged: false,
  });
  const pool = database.pool;
  const client = await pool.connect();
  // The plans belong to the connection.
  const one = { connect: () => Promise.resolve(Object.assign(client, { release: () => undefined })) };
  const complete = async (site: number) => {
    let reads: { table: string; rows: string }[] = [];
    await writeRows(one as never, deliveryOf([row(1, 3)], site, 'few'), {
      mayBeStored: () => true,
      alongside: async (db) => {
        const { rows } = await db.query<{ table: string; rows: string }>(
          `select relname as table, seq_tup_read + idx_tup_fetch as rows from pg_stat_xact_user_tables
            where relname ~ '^(air_hour|value_origins|value_flags)' and seq_tup_read + coalesce(idx_tup_fetch, 0) > 0`,
        );
        reads = rows;
      },
    });
    return reads;
  };
  const release = client.release.bind(client);
  try {
    await client.query('truncate air_hour, value_origins, value_flags');
    await writeRows(pool, deliveryOf([row(1, null)], 8_000, 'few'));
    await complete(8_000);
    await client.query(
      `insert into air_hour (ts, write_id, site_id, pm10)
       select to_timestamp($1::double precision / 1000), (select max(id) from writes), n, 5 from generate_series(9000, 11999) n`,
      [start + hourMs],
    );
    await client.query(
      `insert into value_origins (family, ts, site_id, indicator, write_id)
       select 'air_hour', ts, site_id, 'pm10', write_id from air_hour where site_id between 9000 and 11000`,
    );
    // What was counted up to here is not that of the transaction.
    await client.query('select pg_stat_force_next_flush()');
    for (const { rows } of await complete(11_500)) expect(Number(rows)).toBeLessThan(10);
    const stored = await client.query('select pm25 from air_hour where site_id = 11500');
    expect(stored.rows).toEqual([{ pm25: 3 }]);
  } finally {
    release();
  }
});
