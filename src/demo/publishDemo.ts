import { recomputeBatch } from '../assessment/recompute.js';
import type { Actor } from '../domain/role.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { inTransaction, type Pool, type PoolClient } from '../store/pool.js';
import { findSetting, insertSetting } from '../store/settings.js';
import { Stage } from '../store/stage.js';
import { insertWrite } from '../store/writes.js';

const clerk: Actor = { tokenId: null, name: '示例数据', office: '演示', role: 'reviewer' };
const shownSetting = 'demo-published';
const firstHour = '2025-03-10 08:00+08';
const endHour = '2025-03-12 08:00+08';

/**
 * Shows a notice 已公布数据变更 in the demonstration: two days are taken too high by a slip, the month is published, and
 * the slip is put right. In the end every value is as it was loaded.
 *
 * @param publish marks the month's PM10 mean of the county as published
 */
export async function publishDemo(
  pool: Pool,
  publish: (client: PoolClient, actor: Actor) => Promise<unknown>,
): Promise<void> {
  if ((await findSetting(pool, shownSetting)) !== undefined) return;
  const right = await readHours(pool);
  if (right.length === 0) return;
  const wrong = right.map((row) => ({
    ...row,
    values: row.values.map((value, i) => (i === 4 && value !== null ? value * 3 : value)),
  }));
  await store(pool, wrong, '示例：录入时 PM10 误乘 3');
  await inTransaction(pool, (client) => publish(client, clerk));
  await store(pool, right, '示例：更正 PM10 录入错误');
  await insertSetting(pool, shownSetting, true, clerk.name, 'npm run demo');
}

interface HourRow {
  readonly line: number;
  readonly ts: number;
  readonly siteId: number;
  readonly values: readonly (number | null)[];
}

async function readHours(pool: Pool): Promise<HourRow[]> {
  const { rows } = await pool.query<{ ts: Date; site_id: number; values: (number | null)[] }>(
    `select h.ts, h.site_id, array[h.so2, h.no2, h.co, h.o3, h.pm10, h.pm25] as values
       from air_hour h join site_group_members m on m.site_id = h.site_id and m.group_code = 'air-county-evaluation'
      where h.ts >= $1 and h.ts < $2 order by h.ts, h.site_id`,
    [firstHour, endHour],
  );
  return rows.map((row) => ({ line: 0, ts: row.ts.getTime(), siteId: row.site_id, values: row.values }));
}

async function store(pool: Pool, rows: readonly HourRow[], reason: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    const stage = new Stage(client);
    await stage.add('air_hour', rows);
    await judgeStage(client, stage);
    await ensurePartitions(pool, client, stage);
    await applyStage(client, stage, await insertWrite(client, clerk, { kind: 'demo', reason }));
  });
  while ((await recomputeBatch(pool)) > 0);
}
