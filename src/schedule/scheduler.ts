import { schedule, type ScheduledTask } from 'node-cron';
import type { Logger } from '../log.js';

/** A job of the service: what it does is handed in by `main`. */
export interface Job {
  readonly name: string;
  /** node-cron expression in Beijing time, with seconds when it has six fields. */
  readonly expression: string;
  readonly run: () => Promise<void>;
}

/** Running jobs; a job never overlaps itself. */
export interface Scheduler {
  /** Starts no further run and waits for those under way. */
  stop(): Promise<void>;
}

/** Starts the jobs. A run that fails is logged, and the next one comes at its time. */
export function startScheduler(jobs: readonly Job[], logger: Logger): Scheduler {
  const running = new Set<Promise<void>>();
  const tasks: ScheduledTask[] = jobs.map((job) =>
    schedule(
      job.expression,
      async () => {
        const run = job
          .run()
          .catch((error: unknown) => logger.error({ err: error, job: job.name }, 'job failed'));
        running.add(run);
        await run;
        running.delete(run);
      },
      { name: job.name, timezone: 'Asia/Shanghai', noOverlap: true },
    ),
  );
  return {
    async stop() {
      for (const task of tasks) await task.destroy();
      await Promise.all(running);
    },
  };
}
