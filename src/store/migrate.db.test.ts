import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import { createTestDatabase, runAdmin, withDatabase, type TestDatabase } from '../../test/database.js';
import { createLogger } from '../log.js';
import { keyedTables } from './keyedTable.js';
import { describeEngine, migrate } from './migrate.js';

const timeTables = Object.values(keyedTables).map(({ table }) => table);
const logger = createLogger('silent');

let database: TestDatabase;
let timescale: boolean;
beforeAll(async () => {
  database = await createTestDatabase();
  ({ timescale } = await describeEngine(database.url));
});
afterAll(() => database.drop());

async function rowsOf<T extends pg.QueryResultRow>(sql: string, params: unknown[] = []): Promise<T[]> {
  return (await database.pool.query<T>(sql, params)).rows;
}

describe('migrating', () => {
  test('three starts at once on an empty database: one does the work, the others wait, all end well', async () => {
    const adminUrl = process.env['CEI_TEST_ADMIN_URL']!;
    const name = `cei_test_${randomBytes(6).toString('hex')}`;
    await runAdmin(adminUrl, `create database ${name} template template0 encoding 'UTF8'`);
    try {
      const url = withDatabase(adminUrl, name);
      const engines = await Promise.all([1, 2, 3].map(() => migrate(url, logger)));
      expect(new Set(engines.map(({ label }) => label)).size).toBe(1);
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      const applied = await client.query<{ name: string }>('select name from schema_migrations order by id');
      await client.end();
      const expected = await rowsOf<{ name: string }>('select name from schema_migrations order by id');
      expect(applied.rows).toEqual(expected);
      expect(applied.rows.length).toBeGreaterThanOrEqual(4);
    } finally {
      await runAdmin(adminUrl, `drop database ${name} with (force)`);
    }
  });

  test('again on a migrated database changes nothing', async () => {
    const read = () => rowsOf('select name, run_on from schema_migrations order by id');
    const before = await read();
    await migrate(database.url, logger);
    expect(await read()).toEqual(before);
  });

  test('a database in another encoding is refused by name', async () => {
    const adminUrl = process.env['CEI_TEST_ADMIN_URL']!;
    const name = `cei_test_${randomBytes(6).toString('hex')}`;
    await runAdmin(
      adminUrl,
      `create database ${name} template template0 encoding 'SQL_ASCII' locale 'C' locale_provider libc`,
    );
    try {
      await expect(migrate(withDatabase(adminUrl, name), logger)).rejects.toThrow(
        /必须是 UTF8 .* it is SQL_ASCII/,
      );
    } finally {
      await runAdmin(adminUrl, `drop database ${name}`);
    }
  });
});

describe('time tables', () => {
  test('are hypertables with TimescaleDB, and partitioned by range elsewhere', async () => {
    if (timescale) {
      const rows = await rowsOf<{ name: string }>(
        `select hypertable_name as name from timescaledb_information.hypertables`,
      );
      expect(rows.map(({ name }) => name).sort()).toEqual([...timeTables].sort());
    } else {
      const rows = await rowsOf<{ name: string; key: string }>(
        `select relname as name, pg_get_partkeydef(oid) as key from pg_class where relkind = 'p'`,
      );
      expect(rows.map(({ name }) => name).sort()).toEqual([...timeTables].sort());
      expect(new Set(rows.map(({ key }) => key))).toEqual(new Set(['RANGE (ts)']));
    }
  });

  const partitionsOf = (table: string) =>
    rowsOf<{ name: string; bounds: string }>(
      `select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bounds
         from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = $1::regclass order by c.relname`,
      [table],
    );
  const ensure = async (table: string, first: string, last: string): Promise<number> => {
    const [row] = await rowsOf<{ n: number }>('select ensure_partitions($1, $2, $3) as n', [
      table,
      first,
      last,
    ]);
    return row!.n;
  };

  test('partitions are made for every Beijing year of a range, once', async () => {
    const range = ['water_sample', '2021-12-31 23:59:59+08', '2023-01-01 00:00:00+08'] as const;
    expect(await ensure(...range)).toBe(timescale ? 0 : 3);
    expect(await ensure(...range)).toBe(0);
    if (timescale) return;
    const names = (await partitionsOf('water_sample')).map(({ name }) => name);
    expect(names).toEqual(['water_sample_2021', 'water_sample_2022', 'water_sample_2023']);
  });

  test('a value goes into the year of its Beijing day', async () => {
    await ensure('air_day', '2024-12-31 00:00+08', '2025-01-01 00:00+08');
    await database.pool.query(
      `insert into air_day (ts, write_id, site_id, pm25)
       values ('2024-12-31 23:59:59+08', 1, 1, 1), ('2025-01-01 00:00:00+08', 1, 1, 2)`,
    );
    const rows = await rowsOf('select tableoid::regclass::text as partition, pm25 from air_day order by ts');
    if (timescale) expect(rows).toHaveLength(2);
    else {
      expect(rows).toEqual([
        { partition: 'air_day_2024', pm25: 1 },
        { partition: 'air_day_2025', pm25: 2 },
      ]);
    }
  });

  test('the same partitions wanted by many at once, and by a writer in a transaction, come once', async () => {
    const writer = await database.pool.connect();
    try {
      await ensure('air_hour', '2030-01-01 00:00+08', '2030-01-01 00:00+08');
      await writer.query('begin');
      await writer.query(
        `insert into air_hour (ts, write_id, site_id, pm25) values ('2030-06-01 00:00+08', 1, 1, 1)`,
      );
      const made = await Promise.all(
        [1, 2, 3, 4].map(() => ensure('air_hour', '2030-01-01 00:00+08', '2032-06-01 00:00+08')),
      );
      expect(made.reduce((sum, n) => sum + n)).toBe(timescale ? 0 : 2);
      // The open transaction sees what the others made.
      await writer.query(
        `insert into air_hour (ts, write_id, site_id, pm25) values ('2032-06-01 00:00+08', 1, 1, 1)`,
      );
      await writer.query('commit');
    } finally {
      writer.release();
    }
    expect(await rowsOf('select pm25 from air_hour')).toHaveLength(2);
  });
});

test.each([
  ['2024-12-31 15:59:59.999999+00', '2024-12-31'],
  ['2024-12-31 16:00:00+00', '2025-01-01'],
  ['2025-01-01 00:00:00+08', '2025-01-01'],
  ['1990-06-01 00:30:00+08', '1990-06-01'],
])('beijing_day(%s) is %s in every session time zone', async (instant, day) => {
  const client = await database.pool.connect();
  try {
    for (const zone of ['UTC', 'Asia/Shanghai', 'America/New_York']) {
      await client.query(`set time zone '${zone}'`);
      const { rows } = await client.query('select beijing_day($1::timestamptz) as day', [instant]);
      expect(rows).toEqual([{ day }]);
    }
  } finally {
    client.release(true);
  }
});
