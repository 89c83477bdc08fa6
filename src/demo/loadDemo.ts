import type { Pool } from 'pg';
import type { Actor } from '../domain/role.js';
import { insertDustPeriods } from '../store/dustPeriods.js';
import { applyStage, judgeStage } from '../store/mergeValues.js';
import { ensurePartitions } from '../store/partitions.js';
import { saveReport } from '../store/periodReports.js';
import { inTransaction } from '../store/pool.js';
import { readSeedFiles } from '../store/seedFiles.js';
import { findSetting, insertSetting } from '../store/settings.js';
import { listSites } from '../store/sites.js';
import { Stage } from '../store/stage.js';
import { hasRealWrites, insertWrite } from '../store/writes.js';
import { demoAsOf } from './demoData.js';
import { generateDemo } from './generateDemo.js';

const demoActor: Actor = { tokenId: null, name: '示例数据', office: '演示', role: 'admin' };
export const demoSetting = 'demo-data';

/** Whether the database holds demonstration data, and as of which day it is then judged. */
export async function findDemo(pool: Pool): Promise<{ asOf: string } | undefined> {
  const value = await findSetting(pool, demoSetting);
  return value === undefined ? undefined : { asOf: demoAsOf };
}

/**
 * Loads the demonstration data, in one transaction a stretch; loading again changes nothing.
 *
 * @throws Error when the database holds data that are not the demonstration's: the two must never mix
 */
export async function loadDemo(pool: Pool, progress: (rows: number) => void): Promise<void> {
  await refuseRealData(pool);
  if ((await findDemo(pool)) !== undefined) return;
  const { seeds } = await readSeedFiles();
  const siteIds = new Map((await listSites(pool)).map((site) => [site.code, site.id]));
  const demo = generateDemo(seeds);
  await inTransaction(pool, async (client) => {
    const writeId = await insertWrite(client, demoActor, { kind: 'demo', reason: '示例数据' });
    await insertDustPeriods(
      client,
      demo.dustPeriods.map(({ noteZh, ...period }) => ({ ...period, note: noteZh })),
      writeId,
    );
    for (const { siteCode, ...report } of demo.reports) {
      const siteId = siteIds.get(siteCode);
      if (siteId !== undefined) await saveReport(client, { ...report, siteId }, writeId);
    }
  });
  let rows = 0;
  for (const batch of demo.batches()) {
    await inTransaction(pool, async (client) => {
      const stage = new Stage(client);
      const known = batch.rows.flatMap((row) => {
        const siteId = siteIds.get(row.siteCode);
        return siteId === undefined ? [] : [{ ...row, siteId, line: 0 }];
      });
      await stage.add(batch.family, known);
      await stage.addNotes(
        batch.family,
        known.flatMap(({ notes, ts, siteId }) => notes.map((note) => ({ ...note, ts, siteId }))),
      );
      await judgeStage(client, stage);
      await ensurePartitions(pool, client, stage);
      const writeId = await insertWrite(client, demoActor, { kind: 'demo', reason: '示例数据' });
      await applyStage(client, stage, writeId);
    });
    rows += batch.rows.length;
    progress(rows);
  }
  await insertSetting(pool, demoSetting, true, demoActor.name, 'npm run demo');
}

async function refuseRealData(pool: Pool): Promise<void> {
  if ((await hasRealWrites(pool)) && (await findDemo(pool)) === undefined) {
    throw new Error(
      '该数据库已有真实数据，不能装入示例数据；请换一个 DATA_DIR 或数据库 / ' +
        'The database holds real data; demonstration data need a DATA_DIR or database of their own',
    );
  }
}
