/** A run of a job that is in our hands. */
export interface JobLease {
  readonly job: string;
  readonly runId: string;
  readonly dueAt: Date;
}

/** Why a run begins: at its time, after its time had passed, or because the process that had begun it is gone. */
export type JobCause = 'tick' | 'made-up' | 'taken-over';

/** A run that waits for somebody. */
export interface WaitingRun {
  readonly job: string;
  readonly dueAt: Date;
  readonly cause: 'made-up' | 'taken-over';
}

/** Who runs what, agreed upon by all processes of one database. */
export interface JobStore {
  /** Makes the jobs known; a job's next due time stays as it is when it has passed and is to be made up. */
  register(
    jobs: readonly {
      readonly name: string;
      readonly expression: string;
      readonly makesUp: boolean;
      readonly nextDueAt: Date;
    }[],
  ): Promise<void>;
  /**
   * Takes a due time. `undefined` when another process has had it, or the job is under way.
   *
   * @param nextDueAt the due time after now
   */
  claim(job: string, dueAt: Date, nextDueAt: Date, cause: JobCause): Promise<JobLease | undefined>;
  /** Says that the run is still under way. `false` when it is no longer ours. */
  extend(lease: JobLease): Promise<boolean>;
  /** @param error what went wrong; `null` for a success */
  finish(lease: JobLease, error: string | null): Promise<void>;
  /** Runs whose process is gone, and runs to be made up whose time has passed. */
  listWaiting(jobs: readonly string[]): Promise<WaitingRun[]>;
  /** How often `extend` must be called. */
  readonly leaseMs: number;
}
