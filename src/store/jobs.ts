import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { inTransaction, type Pool, type PoolClient, type Queryable } from './pool.js';

/** Runs of each job that are kept. */
const runsKept = 100;
/** How often the run of one due time is done again after its process died of it. */
const mostTakeovers = 3;

type Cause = 'tick' | 'made-up' | 'taken-over';

/** A run in our hands. */
interface Lease {
  readonly job: string;
  readonly runId: string;
  readonly dueAt: Date;
}

interface ClaimedRow {
  readonly due_at: Date | null;
  readonly run_id: string | null;
  readonly held: boolean;
  readonly abandoned: boolean;
  readonly takeovers: number;
}

/**
 * The store of the scheduler (`JobStore` of `schedule`) for one process. Leases go by the clock of the database.
 *
 * @param leaseMs how long a run stays in the hands of a process that says nothing
 * @param graceMs how long after its time a run counts as missed
 */
export function createJobStore(
  pool: Pool,
  { leaseMs = 30_000, graceMs = 10_000 }: { readonly leaseMs?: number; readonly graceMs?: number } = {},
) {
  const holder = `${hostname()} ${process.pid} ${randomUUID()}`;
  return {
    leaseMs,
    async register(
      jobs: readonly {
        readonly name: string;
        readonly expression: string;
        readonly makesUp: boolean;
        readonly nextDueAt: Date;
      }[],
    ): Promise<void> {
      await inTransaction(pool, async (client) => {
        for (const { name, expression, makesUp, nextDueAt } of jobs.toSorted((a, b) =>
          a.name < b.name ? -1 : 1,
        )) {
          await client.query(
            // A time that has passed stands for a run to be made up, unless it was one of another timetable.
            `insert into jobs (name, expression, makes_up, next_due_at) values ($1, $2, $3, $4)
             on conflict (name) do update
                set expression = excluded.expression, makes_up = excluded.makes_up, retired = false,
                    next_due_at = case
                      when jobs.expression = excluded.expression and excluded.makes_up
                        then least(jobs.next_due_at, excluded.next_due_at)
                      else excluded.next_due_at end`,
            [name, expression, makesUp, nextDueAt],
          );
        }
        await client.query('update jobs set retired = true where not retired and name <> all ($1::text[])', [
          jobs.map(({ name }) => name),
        ]);
      });
    },
    claim: (job: string, dueAt: Date, nextDueAt: Date, cause: Cause): Promise<Lease | undefined> =>
      inTransaction(pool, (client) => claim(client, { job, dueAt, nextDueAt, cause, holder, leaseMs })),
    async extend({ job, runId }: Lease): Promise<boolean> {
      const { rowCount } = await pool.query(
        `update jobs set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
          where name = $1 and run_id = $2 and holder is not null`,
        [job, runId, leaseMs],
      );
      return rowCount === 1;
    },
    finish: ({ job, runId }: Lease, error: string | null): Promise<void> =>
      inTransaction(pool, (client) => finish(client, job, runId, error)),
    async listWaiting(
      jobs: readonly string[],
    ): Promise<{ job: string; dueAt: Date; cause: 'made-up' | 'taken-over' }[]> {
      const { rows } = await pool.query<{ job: string; dueAt: Date; cause: 'made-up' | 'taken-over' }>(
        `select name as job, case when holder is null then next_due_at else due_at end as "dueAt",
                case when holder is null then 'made-up' else 'taken-over' end as cause
           from jobs
          where name = any ($1::text[])
            and case when holder is null
                  then makes_up and next_due_at < clock_timestamp() - $2 * interval '1 millisecond'
                  else lease_until < clock_timestamp() end`,
        [jobs, graceMs],
      );
      return rows;
    },
  };
}

interface Claim {
  readonly job: string;
  readonly dueAt: Date;
  readonly nextDueAt: Date;
  readonly cause: Cause;
  readonly holder: string;
  readonly leaseMs: number;
}

async function claim(client: PoolClient, wanted: Claim): Promise<Lease | undefined> {
  const { job, dueAt, cause } = wanted;
  const { rows } = await client.query<ClaimedRow>(
    // The scheduler asks for no job that it is running: one in its own hands is a run whose end could not be recorded.
    `select due_at, run_id, takeovers,
            holder is not null and holder <> $2 and lease_until >= clock_timestamp() as held,
            holder is not null and (holder = $2 or lease_until < clock_timestamp()) as abandoned
       from jobs where name = $1 for update`,
    [job, wanted.holder],
  );
  const row = rows[0];
  if (row === undefined || row.held) return undefined;
  const isSame = row.due_at !== null && row.due_at.getTime() === dueAt.getTime();
  if (cause === 'taken-over' ? !(row.abandoned && isSame) : row.due_at !== null && row.due_at >= dueAt)
    return undefined;
  if (row.abandoned) await abandon(client, job, row.run_id!);
  const takeovers = cause === 'taken-over' ? row.takeovers + 1 : 0;
  // A run that ends its process each time would otherwise never let the service live.
  if (takeovers > mostTakeovers) return undefined;
  const { rows: runs } = await client.query<{ id: string }>(
    'insert into job_runs (job, due_at, cause, holder) values ($1, $2, $3, $4) returning id',
    [job, dueAt, cause, wanted.holder],
  );
  const runId = runs[0]!.id;
  await client.query(
    `update jobs
        set due_at = $2, next_due_at = $3, run_id = $4, holder = $5, takeovers = $6,
            lease_until = clock_timestamp() + $7 * interval '1 millisecond', last_started_at = clock_timestamp()
      where name = $1`,
    [job, dueAt, wanted.nextDueAt, runId, wanted.holder, takeovers, wanted.leaseMs],
  );
  return { job, runId, dueAt };
}

const abandonedWords = '没有等到结果：运行它的进程消失了，或数据库中断了';

async function abandon(client: PoolClient, job: string, runId: string): Promise<void> {
  await client.query(
    `update job_runs set outcome = 'abandoned', finished_at = clock_timestamp(), error = $2
      where id = $1 and outcome is null`,
    [runId, abandonedWords],
  );
  await client.query(
    `update jobs
        set holder = null, lease_until = null, last_outcome = 'abandoned', last_error = $2,
            last_finished_at = clock_timestamp(), last_duration_ms = null, failures = failures + 1
      where name = $1`,
    [job, abandonedWords],
  );
}

async function finish(client: PoolClient, job: string, runId: string, error: string | null): Promise<void> {
  const outcome = error === null ? 'succeeded' : 'failed';
  await client.query(
    `update jobs
        set holder = null, lease_until = null, last_outcome = $3, last_error = $4,
            last_finished_at = clock_timestamp(),
            last_duration_ms = extract(epoch from clock_timestamp() - last_started_at) * 1000,
            last_success_at = case when $3 = 'succeeded' then clock_timestamp() else last_success_at end,
            failures = case when $3 = 'succeeded' then 0 else failures + 1 end
      where name = $1 and run_id = $2 and holder is not null`,
    [job, runId, outcome, error],
  );
  await client.query(
    'update job_runs set outcome = $2, error = $3, finished_at = clock_timestamp() where id = $1',
    [runId, outcome, error],
  );
  await client.query(
    `delete from job_runs
      where job = $1 and id < (select min(id) from (
        select id from job_runs where job = $1 order by id desc limit $2) kept)`,
    [job, runsKept],
  );
}

/** How a job stands. */
export interface JobStanding {
  readonly name: string;
  readonly expression: string;
  readonly makesUp: boolean;
  readonly nextDueAt: Date;
  readonly running: boolean;
  readonly lastStartedAt: Date | null;
  readonly lastFinishedAt: Date | null;
  readonly lastOutcome: 'succeeded' | 'failed' | 'abandoned' | null;
  readonly lastDurationMs: number | null;
  readonly lastError: string | null;
  readonly lastSuccessAt: Date | null;
  /** Runs without success since the last success. */
  readonly failures: number;
}

/** How the jobs of the version that started last stand, by name. */
export async function listJobs(db: Queryable): Promise<JobStanding[]> {
  const { rows } = await db.query<JobStanding>(
    `select name, expression, makes_up as "makesUp", next_due_at as "nextDueAt",
            holder is not null and lease_until >= clock_timestamp() as running,
            last_started_at as "lastStartedAt", last_finished_at as "lastFinishedAt", last_outcome as "lastOutcome",
            last_duration_ms as "lastDurationMs", last_error as "lastError", last_success_at as "lastSuccessAt",
            failures
       from jobs where not retired order by name collate "C"`,
  );
  return rows;
}

/** One run of a job. */
export interface JobRun {
  readonly dueAt: Date;
  readonly cause: Cause;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly outcome: 'succeeded' | 'failed' | 'abandoned' | null;
  readonly error: string | null;
}

/** The latest runs of a job, the newest first; about 100 are kept. */
export async function listJobRuns(db: Queryable, job: string): Promise<JobRun[]> {
  const { rows } = await db.query<JobRun>(
    `select due_at as "dueAt", cause, started_at as "startedAt", finished_at as "finishedAt", outcome, error
       from job_runs where job = $1 order by id desc limit 100`,
    [job],
  );
  return rows;
}
