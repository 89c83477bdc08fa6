import type { Pool } from 'pg';
import type { Actor } from '../domain/role.js';
import { insertDustPeriods } from '../store/dustPeriods.js';
import type { KeyedTableName, StagedRow } from '../store/keyedTable.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { inTransaction } from '../store/pool.js';
import { Stage, type StagedNote } from '../store/stage.js';
import { insertWrite } from '../store/writes.js';
import { recomputeBatch } from './recompute.js';

export const testActor: Actor = { tokenId: null, name: '测试', office: '生态环境分局', role: 'admin' };

/** Writes rows as an upload would, in a transaction of its own. */
export async function writeRows(
  pool: Pool,
  table: KeyedTableName,
  rows: readonly StagedRow[],
  notes: readonly StagedNote[] = [],
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const stage = new Stage(client);
    await stage.add(table, rows);
    await stage.addNotes(table, notes);
    await judgeStage(client, stage);
    await ensurePartitions(pool, client, stage);
    await applyStage(client, stage, await insertWrite(client, testActor, { kind: 'manual', reason: 'test' }));
  });
}

/** Declares a dust period. */
export async function addDust(pool: Pool, from: number, to: number): Promise<void> {
  await inTransaction(pool, async (client) => {
    const writeId = await insertWrite(client, testActor, { kind: 'manual' });
    await insertDustPeriods(
      client,
      [{ start: from, end: to, document: `沙尘 ${from}-${to}`, note: '' }],
      writeId,
    );
  });
}

/** Marks a value as a reviewer would who finds it invalid. */
export async function setInvalid(
  pool: Pool,
  family: string,
  ts: number,
  siteId: number,
  indicator: string,
  medium: 'air' | 'water',
): Promise<void> {
  await inTransaction(pool, async (client) => {
    const writeId = await insertWrite(client, testActor, { kind: 'manual' });
    await client.query(
      `insert into value_flags (family, ts, site_id, indicator, flag, write_id)
       values ($1, $2, $3, $4, 'invalid', $5) on conflict do nothing`,
      [family, new Date(ts), siteId, indicator, writeId],
    );
    await client.query(
      `insert into pending_days (medium, site_id, day) values ($1, $2, beijing_day($3))
       on conflict (medium, site_id, day) do update set marked_at = excluded.marked_at`,
      [medium, siteId, new Date(ts)],
    );
  });
}

/** Recomputes until no mark is left. */
export async function drainMarks(pool: Pool): Promise<void> {
  while ((await recomputeBatch(pool)) > 0);
}

/** The rows of a table as texts of their own, without some columns. */
async function readRows(pool: Pool, table: string, without: readonly string[]): Promise<object[]> {
  const { rows } = await pool.query<{ row: object }>(
    `select to_jsonb(t) - $1::text[] as row from ${table} t order by 1`,
    [without],
  );
  return rows.map(({ row }) => row);
}

/** The derived figures, row by row, without the time of computation. */
export async function readDerived(pool: Pool): Promise<Record<string, unknown[]>> {
  return {
    siteDays: await readRows(pool, 'air_site_days', ['computed_at']),
    groupDays: await readRows(pool, 'air_group_days', ['computed_at']),
    groupMonths: await readRows(pool, 'air_group_months', ['computed_at']),
    months: await readRows(pool, 'water_site_months', ['computed_at']),
    itemMonths: await readRows(pool, 'water_item_months', []),
  };
}

/** Everything that the recomputation keeps: figures, comparisons with what was published, flags (not who set them). */
export async function readConsequences(pool: Pool): Promise<Record<string, unknown[]>> {
  return {
    ...(await readDerived(pool)),
    differences: await readRows(pool, 'published_differences', ['computed_at']),
    flags: await readRows(pool, 'value_flags', ['write_id']),
  };
}

/** Forgets every suspicion that the checks have raised. */
export async function forgetSuspicions(pool: Pool): Promise<void> {
  await pool.query(
    `delete from value_flags
      where flag = 'suspect' and indicator <> '*'
        and family in ('air_hour', 'air_day', 'air_month', 'water_sample', 'water_month')`,
  );
}

/** Forgets all derived rows and marks every stored day of every table, and every day of a range of all stations. */
export async function markEverything(pool: Pool, from: string, to: string): Promise<void> {
  await pool.query(
    `truncate air_site_days, air_group_days, air_group_months, water_site_months, water_item_months, published_differences,
              pending_days`,
  );
  await pool.query(
    `insert into pending_days (medium, site_id, day)
     select 'air', site_id, beijing_day(ts) from air_hour union select 'air', site_id, beijing_day(ts) from air_day
     union select 'water', site_id, beijing_day(ts) from water_sample
     union select 'water', site_id, beijing_day(ts) from water_month
     union select 'air', site_id, beijing_day(ts) from air_month
     union select case when indicator = 'water_class' then 'water' else 'air' end, site_id, beijing_day(ts)
             from published_texts
     union select 'air', s.id, d::date from sites s, generate_series($1::date, $2::date, interval '1 day') d
            where s.kind = 'air-station'`,
    [from, to],
  );
}
