import { createTask, schedule, type ScheduledTask, type Logger as TaskLogger } from 'node-cron';
import type { Logger } from '../log.js';
import type { JobCause, JobLease, JobStore } from './jobStore.js';

/** A job of the service: what it does is handed in by `main`. */
export interface Job {
  readonly name: string;
  /** node-cron expression in Beijing time, with seconds when it has six fields. */
  readonly expression: string;
  /** Whether a run is made up, once, when no process was there at its time. */
  readonly makesUp?: boolean;
  /** @param signal tells that the run is no longer ours, and that another process may do the same */
  readonly run: (signal: AbortSignal) => Promise<void>;
}

/** Running jobs; a job never overlaps itself, in whatever process. */
export interface Scheduler {
  /** Starts no further run and waits for those under way. */
  stop(): Promise<void>;
}

const timezone = 'Asia/Shanghai';
const errorLength = 500;

/**
 * Starts the jobs. Each due time is taken by one process of those on the database; the run of a process that is gone is
 * done again by another one. A run that fails is recorded and logged, and the next one comes at its time.
 *
 * @param watchMs how often runs are looked for that were missed or left
 */
export async function startScheduler(
  jobs: readonly Job[],
  store: JobStore,
  logger: Logger,
  { watchMs = 5_000 }: { readonly watchMs?: number } = {},
): Promise<Scheduler> {
  await store.register(
    jobs.map(({ name, expression, makesUp = false }) => ({
      name,
      expression,
      makesUp,
      nextDueAt: nextDueOf(expression),
    })),
  );
  const runner = new JobRunner(jobs, store, logger);
  const tasks: ScheduledTask[] = jobs.map((job) =>
    schedule(job.expression, ({ date }) => runner.run(job, date, 'tick'), {
      name: job.name,
      timezone,
      noOverlap: true,
      logger: speakThrough(logger),
    }),
  );
  const watch = () => runner.takeWaiting();
  const timer = setInterval(() => void watch(), watchMs);
  void watch();
  return {
    async stop() {
      clearInterval(timer);
      for (const task of tasks) await task.destroy();
      await runner.stop();
    },
  };
}

/** Its own words would go to standard output. A run that is left out as the one before goes on is nothing to worry about. */
function speakThrough(logger: Logger): TaskLogger {
  return {
    info: (message) => logger.debug(message),
    debug: (message) => logger.debug(message),
    warn: (message) => (message.includes('overlap') ? logger.debug(message) : logger.warn(message)),
    error: (message, error) => logger.error({ err: error ?? message }, 'scheduler'),
  };
}

/** The first due time after now. */
function nextDueOf(expression: string): Date {
  const task = createTask(expression, () => undefined, { timezone });
  try {
    return task.getNextRuns(1)[0]!;
  } finally {
    void task.destroy();
  }
}

class JobRunner {
  readonly #jobs: readonly Job[];
  readonly #store: JobStore;
  readonly #logger: Logger;
  /** Jobs under way in this process. */
  readonly #running = new Map<string, Promise<void>>();
  #stopped = false;

  constructor(jobs: readonly Job[], store: JobStore, logger: Logger) {
    this.#jobs = jobs;
    this.#store = store;
    this.#logger = logger;
  }

  /** Runs a job for a due time unless somebody else does or has. Never throws. */
  async run(job: Job, dueAt: Date, cause: JobCause): Promise<void> {
    // The store takes a run of ours that it hears nothing of for one that is gone.
    if (this.#stopped || this.#running.has(job.name)) return;
    const run = this.#run(job, dueAt, cause).catch((error: unknown) =>
      this.#logger.error({ err: error, job: job.name }, 'a run of a job could not be taken or recorded'),
    );
    this.#running.set(job.name, run);
    await run;
    this.#running.delete(job.name);
  }

  /** Takes up what was missed or left. Never throws. */
  async takeWaiting(): Promise<void> {
    try {
      const waiting = await this.#store.listWaiting(this.#jobs.map(({ name }) => name));
      for (const { job: name, dueAt, cause } of waiting) {
        const job = this.#jobs.find((each) => each.name === name)!;
        // Not waited for: a long run must not hold up the others.
        void this.run(job, dueAt, cause);
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'missed runs of jobs cannot be looked for');
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running.values());
  }

  async #run(job: Job, dueAt: Date, cause: JobCause): Promise<void> {
    const lease = await this.#store.claim(job.name, dueAt, nextDueOf(job.expression), cause);
    if (lease === undefined) return;
    if (cause !== 'tick')
      this.#logger.warn({ job: job.name, dueAt: lease.dueAt.toISOString(), cause }, 'job run late');
    const controller = new AbortController();
    const keeper = setInterval(() => void this.#extend(lease, controller), this.#store.leaseMs / 3);
    try {
      let problem: string | null = null;
      try {
        await job.run(controller.signal);
      } catch (error) {
        this.#logger.error({ err: error, job: job.name }, 'job failed');
        problem = wordsOf(error);
      }
      await this.#store.finish(lease, problem);
    } finally {
      clearInterval(keeper);
    }
  }

  async #extend(lease: JobLease, controller: AbortController): Promise<void> {
    try {
      if (await this.#store.extend(lease)) return;
      if (!controller.signal.aborted)
        this.#logger.error({ job: lease.job }, 'a run took too long to say so and is no longer ours');
      controller.abort(new Error('the run is no longer ours'));
    } catch (error) {
      this.#logger.warn({ err: error, job: lease.job }, 'a run could not be kept; trying on');
    }
  }
}

function wordsOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  return words.replace(/\0|\p{Cs}/gu, '').slice(0, errorLength) || 'unknown';
}
