import type { JobInfo, JobService } from '../http/services/jobs.js';
import { listJobRuns, listJobs, type JobStanding } from '../store/jobs.js';
import type { Pool } from '../store/pool.js';

/** Scheduled jobs by API. */
export function createJobService(pool: Pool): JobService {
  return {
    list: async () => (await listJobs(pool)).map(toInfo),
    async find(name) {
      const job = (await listJobs(pool)).find((each) => each.name === name);
      if (job === undefined) return undefined;
      const runs = await listJobRuns(pool, name);
      return {
        job: toInfo(job),
        runs: runs.map(({ dueAt, startedAt, finishedAt, ...run }) => ({
          ...run,
          dueAt: dueAt.toISOString(),
          startedAt: startedAt.toISOString(),
          finishedAt: finishedAt?.toISOString() ?? null,
        })),
      };
    },
  };
}

function toInfo(job: JobStanding): JobInfo {
  return {
    ...job,
    nextDueAt: job.nextDueAt.toISOString(),
    lastStartedAt: job.lastStartedAt?.toISOString() ?? null,
    lastFinishedAt: job.lastFinishedAt?.toISOString() ?? null,
    lastSuccessAt: job.lastSuccessAt?.toISOString() ?? null,
  };
}
