import { statfs } from 'node:fs/promises';
import type { ServiceFacts } from '../alerts/facts.js';
import type { ServiceCheck } from '../domain/alertRule.js';
import { listJobs } from '../store/jobs.js';
import { readStandings } from '../store/outbox.js';
import type { Queryable } from '../store/pool.js';
import { countQuarantined } from '../store/quarantine.js';
import type { FactContext } from './factContext.js';

/** Measures the service as it stands now. What cannot be measured is said, never left out. */
export async function loadServiceFacts(
  db: Queryable,
  context: FactContext,
  check: ServiceCheck,
): Promise<ServiceFacts[]> {
  const measuredAt = context.now;
  const one = (subject: string | null, value: number, detailZh?: string): ServiceFacts => ({
    subject,
    value: String(value),
    measuredAt,
    ...(detailZh === undefined ? {} : { detailZh }),
  });
  switch (check) {
    case 'disk-used-percent':
      return [await measureDisk(context)];
    case 'clock-skew-seconds': {
      const before = Date.now();
      const { rows } = await db.query<{ now: number }>(
        'select extract(epoch from clock_timestamp())::float8 * 1000 as now',
      );
      const middle = (before + Date.now()) / 2;
      return [one(null, Math.round(Math.abs(rows[0]!.now - middle) / 100) / 10)];
    }
    case 'job-failures':
      return (await listJobs(db)).map((job) => one(job.name, job.failures, job.lastError ?? undefined));
    case 'job-late-minutes':
      return (await listJobs(db)).map(({ name, nextDueAt, running }) =>
        one(name, running ? 0 : Math.max(0, Math.floor((measuredAt - nextDueAt.getTime()) / 60_000))),
      );
    case 'dead-letters': {
      const standings = await readStandings(db);
      return [
        one(
          null,
          standings.reduce((sum, { dead }) => sum + dead, 0),
        ),
      ];
    }
    case 'quarantine-rows':
      return [one(null, await countQuarantined(db))];
  }
}

async function measureDisk({ dataDir, now }: FactContext): Promise<ServiceFacts> {
  const base = { subject: null, measuredAt: now };
  if (dataDir === undefined) return { ...base, value: null, errorZh: '没有数据目录可测' };
  try {
    const { blocks, bavail, bfree } = await statfs(dataDir);
    // As df counts: of what is not reserved.
    const used = blocks - bfree;
    const usable = used + bavail;
    return { ...base, value: String(usable === 0 ? 0 : Math.round((used / usable) * 1000) / 10) };
  } catch (error) {
    return { ...base, value: null, errorZh: `无法读取磁盘：${(error as Error).message.slice(0, 100)}` };
  }
}
