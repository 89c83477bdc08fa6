import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startDebianPostgres } from '../../test/debianPostgres.js';
import { hourMs, instantOfDay } from '../domain/calendar.js';
import type { Actor } from '../domain/role.js';
import { createLogger } from '../log.js';
import { applyStage, judgeStage } from './mergeValues.js';
import { migrate } from './migrate.js';
import { createPool, inTransaction, type Pool } from './pool.js';
import { RowBatch } from './rowBatch.js';
import { Stage } from './stage.js';
import { lockAltered } from './stageDigest.js';
import { keepTimescalePolicies } from './timescalePolicies.js';
import { applyUndo, findUndo } from './undoWrite.js';
import { writeRows } from './writeRows.js';
import { insertExtents, insertWrite } from './writes.js';

jest.setTimeout(300_000);

const actor: Actor = { tokenId: null, name: '测试', office: '生态环境分局', role: 'admin' };
const logger = createLogger('silent');
const start = instantOfDay('2020-01-01');
const sites = 15;
const hours = 8_784;
const [pm10, pm25] = [4, 5];

const server = await startDebianPostgres();
const timescale = server?.timescale === true;
const onTimescale = timescale ? test : test.skip;
if (!timescale) process.stderr.write('没有 TimescaleDB，跳过 / no TimescaleDB on this machine: skipped\n');

let pool: Pool;
beforeAll(async () => {
  if (!timescale) return;
  const url = await server.createDatabase('packed');
  await migrate(url, logger);
  pool = createPool(url, 4, logger);
  await keepTimescalePolicies(pool, { compressAfterDays: 400, keepMinutesDays: 0 }, true, logger);
});
afterAll(async () => {
  await pool?.end();
  await server?.stop();
});

/** Stores, as an upload does, PM2.5 of every hour of 2020 of every site, and compresses it. */
async function storeYear(value: (hour: number) => number): Promise<string> {
  return inTransaction(pool, async (client) => {
    const stage = new Stage(client);
    for (let site = 1; site <= sites; site += 1)
      await stage.add(
        'air_hour',
        Array.from({ length: hours }, (_, hour) => ({
          line: hour,
          ts: start + hour * hourMs,
          siteId: site,
          values: [null, null, null, null, null, value(hour)],
        })),
      );
    await judgeStage(client, stage);
    await lockAltered(client, stage);
    const writeId = await insertWrite(client, actor, { kind: 'upload' });
    await applyStage(client, stage, writeId);
    await insertExtents(client, stage, writeId);
    return writeId;
  });
}

const pack = () => pool.query(`select compress_chunk(c) from show_chunks('air_hour') c`);

async function chunks(): Promise<{ packed: number; plain: number }> {
  const { rows } = await pool.query<{ packed: number; plain: number }>(
    `select count(*) filter (where is_compressed)::integer as packed,
            count(*) filter (where not is_compressed)::integer as plain
       from timescaledb_information.chunks where hypertable_name = 'air_hour'`,
  );
  return rows[0]!;
}

async function sum(column: string): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(`select sum(${column}) as n from air_hour`);
  return rows[0]!.n;
}

async function send(rows: readonly (readonly [hour: number, site: number, column: number, value: number])[]) {
  const batch = new RowBatch('air_hour');
  for (const [hour, site, column, value] of rows)
    batch.set(batch.rowOf(start + hour * hourMs, site, 0), column, value);
  const writes = [{ actor, source: 'air', lines: 1, rows: 1, values: 1 }];
  return writeRows(pool, { writes, batches: [batch], notes: [] });
}

describe('corrections of what TimescaleDB has compressed', () => {
  onTimescale(
    'more rows than it takes back in one statement are replaced, with their revisions, and undone',
    async () => {
      const first = await storeYear((hour) => hour % 50);
      await pack();
      const { packed } = await chunks();
      expect(packed).toBeGreaterThanOrEqual(12);
      const before = await sum('pm25');
      // 131,760 rows: TimescaleDB's own limit is 100,000.
      const second = await storeYear((hour) => (hour % 50) + 1);
      expect(await sum('pm25')).toBe(before + sites * hours);
      const { rows } = await pool.query<{ n: number }>(
        'select count(*)::integer as n from revisions where new_write_id = $1 and old_write_id = $2',
        [second, first],
      );
      expect(rows[0]!.n).toBe(sites * hours);
      await pack();
      await inTransaction(pool, async (client) => {
        const undo = await insertWrite(client, actor, { kind: 'undo' });
        await applyUndo(client, await findUndo(client, second), second, undo);
      });
      expect(await sum('pm25')).toBe(before);
      await pack();
      await inTransaction(pool, async (client) => {
        const undo = await insertWrite(client, actor, { kind: 'undo' });
        expect(await applyUndo(client, await findUndo(client, first), first, undo)).toMatchObject({
          rowsRemoved: sites * hours,
        });
      });
      expect(await sum('pm25')).toBeNull();
    },
  );

  onTimescale(
    'a device corrects, fills and adds; only the chunks of what is changed are turned back',
    async () => {
      await storeYear(() => 10);
      await pack();
      const { packed } = await chunks();
      await send([[5_000, 1, pm25, 99]]);
      expect(await chunks()).toEqual({ packed: packed - 1, plain: 1 });
      await pack();
      await send([[6_000, 2, pm10, 7], [6_001, 2, pm10, 8]]); // prettier-ignore
      expect(await chunks()).toEqual({ packed: packed - 1, plain: 1 });
      await pack();
      // Rows of new keys go into compressed chunks as they are.
      await send([[100.5, 3, pm25, 1], [7_000.5, 3, pm25, 1]]); // prettier-ignore
      expect(await chunks()).toEqual({ packed, plain: 0 });
      const { rows } = await pool.query(
        `select ts, site_id, pm10, pm25 from air_hour where pm25 <> 10 or pm10 is not null order by ts`,
      );
      const at = (hour: number) => new Date(start + hour * hourMs);
      expect(rows).toEqual([
        { ts: at(100.5), site_id: 3, pm10: null, pm25: 1 },
        { ts: at(5_000), site_id: 1, pm10: null, pm25: 99 },
        { ts: at(6_000), site_id: 2, pm10: 7, pm25: 10 },
        { ts: at(6_001), site_id: 2, pm10: 8, pm25: 10 },
        { ts: at(7_000.5), site_id: 3, pm10: null, pm25: 1 },
      ]);
    },
  );

  onTimescale('policies are what the settings say, and nothing is removed unless they say so', async () => {
    const policies = async () => {
      const { rows } = await pool.query<{ said: string }>(
        `select proc_name || ' ' || hypertable_name || ' ' || coalesce(config ->> 'drop_after', config ->> 'compress_after')
                as said
           from timescaledb_information.jobs where hypertable_name in ('air_minute', 'air_hour') order by 1`,
      );
      return rows.map(({ said }) => said);
    };
    expect(await policies()).toEqual([
      'policy_compression air_hour 400 days',
      'policy_compression air_minute 400 days',
    ]);
    await keepTimescalePolicies(pool, { compressAfterDays: 100, keepMinutesDays: 800 }, true, logger);
    expect(await policies()).toEqual([
      'policy_compression air_hour 100 days',
      'policy_compression air_minute 100 days',
      'policy_retention air_minute 800 days',
    ]);
    await keepTimescalePolicies(pool, { compressAfterDays: 0, keepMinutesDays: 0 }, true, logger);
    expect(await policies()).toEqual([]);
  });
});
