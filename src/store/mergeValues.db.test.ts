import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTestDatabase, type TestDatabase } from '../../test/database.js';
import { instantOfDay, hourMs } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import type { KeyedTableName, StagedRow } from './keyedTable.js';
import { applyStage, judgeStage, type StageCounts } from './mergeValues.js';
import { ensurePartitions } from './partitions.js';
import { inTransaction } from './pool.js';
import { Stage, type StagedNote } from './stage.js';
import { insertWrite } from './writes.js';

const actor: Actor = { tokenId: null, name: '测试', office: '生态环境分局', role: 'admin' };
const start = instantOfDay('2024-12-31');

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function write(
  table: KeyedTableName,
  rows: StagedRow[],
  notes: StagedNote[] = [],
): Promise<StageCounts & { contradictions: number; replaced: number }> {
  return inTransaction(database.pool, async (client) => {
    const stage = new Stage(client);
    await stage.add(table, rows);
    await stage.addNotes(table, notes);
    const { contradictions, counts } = await judgeStage(client, stage);
    await ensurePartitions(database.pool, client, stage);
    const writeId = await insertWrite(client, actor, { kind: 'manual', reason: 'test' });
    const replaced = await applyStage(client, stage, writeId);
    return { ...counts, contradictions: contradictions.length, replaced };
  });
}

const hour = (
  line: number,
  at: number,
  siteId: number,
  pm10: number | null,
  pm25: number | null,
): StagedRow => ({
  line,
  ts: start + at * hourMs,
  siteId,
  values: [null, null, null, null, pm10, pm25],
});

describe('one write', () => {
  test('the same rows again are all unchanged and leave no trace', async () => {
    const rows = [hour(2, 0, 1, 80, 35.5), hour(3, 1, 1, null, 36)];
    expect(await write('air_hour', rows)).toMatchObject({ rowsNew: 2, valuesNew: 3, replaced: 0 });
    expect(await write('air_hour', rows)).toMatchObject({
      rowsUnchanged: 2,
      valuesUnchanged: 3,
      replaced: 0,
    });
    const { rows: revisions } = await database.pool.query('select from revisions where site_id = 1');
    expect(revisions).toHaveLength(0);
  });

  test('a changed value keeps the old one, and the untouched column keeps its origin', async () => {
    await write('air_hour', [hour(2, 0, 2, 80, 35)]);
    expect(await write('air_hour', [hour(2, 0, 2, null, 40)])).toMatchObject({ rowsChanged: 1, replaced: 1 });
    const revisions = await database.pool.query(
      'select indicator, old_value, new_value, old_write_id < new_write_id as ordered from revisions where site_id = 2',
    );
    expect(revisions.rows).toEqual([{ indicator: 'pm25', old_value: '35', new_value: '40', ordered: true }]);
    const origins = await database.pool.query(
      `select o.indicator, o.write_id < f.write_id as earlier from value_origins o
         join air_hour f on f.ts = o.ts and f.site_id = o.site_id where o.site_id = 2`,
    );
    expect(origins.rows).toEqual([{ indicator: 'pm10', earlier: true }]);
  });

  test('a value changed back and forth leaves one revision each time', async () => {
    for (const value of [1, 2, 1, 2]) await write('air_hour', [hour(2, 0, 3, null, value)]);
    const { rows } = await database.pool.query(
      'select old_value, new_value from revisions where site_id = 3 order by id',
    );
    expect(
      rows.map((row: { old_value: string; new_value: string }) => `${row.old_value}>${row.new_value}`),
    ).toEqual(['1>2', '2>1', '1>2']);
  });

  test('rows that complete each other are folded; identical ones counted; contradicting ones taken out', async () => {
    const result = await write('air_hour', [
      hour(2, 0, 4, 80, null),
      hour(3, 0, 4, null, 35),
      hour(4, 1, 4, 70, 30),
      hour(5, 1, 4, 70, 30),
      hour(6, 2, 4, 60, 20),
      hour(7, 2, 4, 61, 20),
    ]);
    expect(result).toMatchObject({ rowsNew: 3, duplicates: 1, contradictions: 2 });
    const { rows } = await database.pool.query(
      'select pm10, pm25 from air_hour where site_id = 4 order by ts',
    );
    expect(rows).toEqual([
      { pm10: 80, pm25: 35 },
      { pm10: 70, pm25: 30 },
    ]);
  });

  test('marks exactly the Beijing days it touched', async () => {
    await write('air_hour', [hour(2, -1, 5, 1, 1), hour(3, 0, 5, 1, 1), hour(4, 24, 5, 1, 1)]);
    const marks = () =>
      database.pool
        .query('select day from pending_days where site_id = 5 order by day')
        .then(({ rows }) => rows as { day: string }[]);
    expect(await marks()).toEqual([{ day: '2024-12-30' }, { day: '2024-12-31' }, { day: '2025-01-01' }]);
    await database.pool.query('delete from pending_days where site_id = 5');
    await write('air_hour', [hour(2, -1, 5, 1, 1), hour(4, 24, 5, 1, 2)]);
    expect(await marks()).toEqual([{ day: '2025-01-01' }]);
  });

  test('a below-detection flag is kept beside the value and goes when a measured value replaces it', async () => {
    const values = (hg: number) => Array.from({ length: 33 }, (_, i) => (i === 14 ? hg : null));
    const note: StagedNote = {
      ts: start,
      siteId: 6,
      indicator: 'hg',
      flag: 'below-detection',
      raw: '0.00004L',
      detectionLimit: 0.00004,
    };
    await write('water_month', [{ line: 2, ts: start, siteId: 6, values: values(0.00002) }], [note]);
    const flags = () =>
      database.pool.query('select flag, raw, detection_limit from value_flags where site_id = 6');
    expect((await flags()).rows).toEqual([
      { flag: 'below-detection', raw: '0.00004L', detection_limit: 0.00004 },
    ]);
    await write('water_month', [{ line: 2, ts: start, siteId: 6, values: values(0.00006) }]);
    expect((await flags()).rows).toEqual([]);
    const history = await database.pool.query(
      'select change from flag_history where site_id = 6 order by id',
    );
    expect(history.rows).toEqual([{ change: 'set' }, { change: 'cleared' }]);
  });
});

test('any sequence of partial writes leaves what a map would hold, each replacement with its revision', async () => {
  const value = fc.option(fc.integer({ min: 0, max: 3 }), { nil: null });
  const row = fc.record({ at: fc.integer({ min: 0, max: 2 }), pm10: value, pm25: value });
  let site = 1000;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(row, { minLength: 1, maxLength: 3 }), { maxLength: 5 }),
      async (batches) => {
        site += 1;
        const model = new Map<string, number>();
        let replacements = 0;
        for (const batch of batches) {
          const seen = new Map(batch.map((item) => [item.at, item]));
          for (const item of seen.values()) {
            for (const key of ['pm10', 'pm25'] as const) {
              const given = item[key];
              if (given === null) continue;
              const stored = model.get(`${item.at} ${key}`);
              if (stored !== undefined && stored !== given) replacements += 1;
              model.set(`${item.at} ${key}`, given);
            }
          }
          await write(
            'air_hour',
            [...seen.values()].map((item, index) => hour(index + 2, item.at, site, item.pm10, item.pm25)),
          );
        }
        const stored = await database.pool.query<{ at: number; pm10: number | null; pm25: number | null }>(
          `select (extract(epoch from ts - $2::timestamptz) / 3600)::integer as at, pm10, pm25
           from air_hour where site_id = $1`,
          [site, new Date(start)],
        );
        const found = new Map<string, number>();
        for (const item of stored.rows) {
          if (item.pm10 !== null) found.set(`${item.at} pm10`, item.pm10);
          if (item.pm25 !== null) found.set(`${item.at} pm25`, item.pm25);
        }
        expect(new Map([...found].sort())).toEqual(new Map([...model].sort()));
        const { rowCount } = await database.pool.query('select from revisions where site_id = $1', [site]);
        expect(rowCount).toBe(replacements);
      },
    ),
    { numRuns: 30, seed: 20251122 },
  );
});

test('every number of up to 15 significant digits is read back as it was written', async () => {
  const digits = fc.tuple(fc.bigInt({ min: 1n, max: 999_999_999_999_999n }), fc.integer({ min: -8, max: 8 }));
  const numbers = fc
    .sample(digits, { numRuns: 500, seed: 7 })
    .map(([mantissa, exponent]) => `${mantissa}e${exponent}`);
  await write(
    'air_hour',
    numbers.map((text, index) => hour(index + 2, index, 7, Number(text), null)),
  );
  const { rows } = await database.pool.query<{ pm10: number }>(
    'select pm10 from air_hour where site_id = 7 order by ts',
  );
  expect(rows.map((row) => row.pm10)).toEqual(numbers.map(Number));
});

test('two writers of the same new rows at once: both are acknowledged, each value is there once', async () => {
  const rows = Array.from({ length: 200 }, (_, index) => hour(index + 2, index, 8, 50, null));
  const other = rows.map((row) => ({ ...row, values: [null, null, null, null, null, 25] }));
  await Promise.all([write('air_hour', rows), write('air_hour', other), write('air_hour', rows)]);
  const stored = await database.pool.query(
    'select count(*)::integer as n, min(pm10) as pm10, min(pm25) as pm25 from air_hour where site_id = 8',
  );
  expect(stored.rows).toEqual([{ n: 200, pm10: 50, pm25: 25 }]);
});
