export interface JobInfo {
  name: string;
  /** node-cron expression in Beijing time. */
  expression: string;
  makesUp: boolean;
  nextDueAt: string;
  running: boolean;
  lastStartedAt: string | null;
  lastFinishedAt: string | null;
  lastOutcome: 'succeeded' | 'failed' | 'abandoned' | null;
  lastDurationMs: number | null;
  lastError: string | null;
  lastSuccessAt: string | null;
  /** Runs without success since the last success. */
  failures: number;
}

export interface JobRunInfo {
  dueAt: string;
  cause: 'tick' | 'made-up' | 'taken-over';
  startedAt: string;
  finishedAt: string | null;
  outcome: 'succeeded' | 'failed' | 'abandoned' | null;
  error: string | null;
}

/** Scheduled jobs of all processes on the database. */
export interface JobService {
  list(): Promise<JobInfo[]>;
  /** With its latest runs, the newest first; `undefined` when there is none. */
  find(name: string): Promise<{ job: JobInfo; runs: JobRunInfo[] } | undefined>;
}
