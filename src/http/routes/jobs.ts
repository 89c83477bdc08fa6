import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { defineRoute, instant } from '../route.js';

const outcome = z.enum(['succeeded', 'failed', 'abandoned']).nullable();

const job = z
  .strictObject({
    name: z.string(),
    expression: z.string().meta({ description: 'node-cron expression in Beijing time' }),
    makesUp: z.boolean().meta({ description: 'A run that was missed is made up once' }),
    nextDueAt: instant,
    running: z.boolean(),
    lastStartedAt: instant.nullable(),
    lastFinishedAt: instant.nullable(),
    lastOutcome: outcome.meta({ description: 'abandoned: the process that ran it is gone' }),
    lastDurationMs: z.number().nullable(),
    lastError: z.string().nullable(),
    lastSuccessAt: instant.nullable(),
    failures: z.int().meta({ description: 'Runs without success since the last success' }),
  })
  .meta({ id: 'Job' });

const run = z.strictObject({
  dueAt: instant,
  cause: z.enum(['tick', 'made-up', 'taken-over']),
  startedAt: instant,
  finishedAt: instant.nullable(),
  outcome,
  error: z.string().nullable(),
});

/** Scheduled jobs of all processes on the database. */
export const jobRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/jobs',
    role: 'viewer',
    tag: 'service',
    summaryZh: '定时任务：上次运行、用时、结果和下次时间',
    summaryEn: 'Scheduled jobs: last run, duration, outcome and next time',
    statuses: [200],
    response: z.strictObject({ items: z.array(job) }).meta({ id: 'JobList' }),
    handle: async ({ services }) => ({ body: { items: await services.jobs.list() } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/jobs/:code',
    role: 'viewer',
    tag: 'service',
    summaryZh: '一个定时任务和它最近的运行',
    summaryEn: 'One job with its latest runs, newest first',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ code: z.string().min(1).max(100) }),
    response: z.strictObject({ ...job.shape, runs: z.array(run) }).meta({ id: 'JobHistory' }),
    handle: async ({ services, params: { code } }) => {
      const found = await services.jobs.find(code);
      if (found === undefined) throw new DomainError('not-found', { what: `job ${code}` });
      return { body: { ...found.job, runs: found.runs } };
    },
  }),
];
