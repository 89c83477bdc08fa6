import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { messages, type MessageCode } from '../../domain/messages.js';
import { RequestProblem } from '../problem.js';
import { describeProblem, problemPage } from '../problemPage.js';
import { defineRoute } from '../route.js';

/** The service about itself. None of these needs a token: monitoring and load balancers call them. */
export const serviceRoutes = [
  defineRoute({
    method: 'get',
    path: '/healthz',
    role: 'public',
    tag: 'service',
    summaryZh: '进程是否在运行',
    summaryEn: 'Whether the process is up',
    statuses: [200],
    response: z
      .strictObject({
        status: z.literal('ok'),
        version: z.string(),
        demo: z.boolean(),
        stagingAlerts: z
          .boolean()
          .optional()
          .meta({ description: 'The alerts of the demonstration are still being made' }),
      })
      .meta({ id: 'Health' }),
    handle: ({ services }) => ({
      body: {
        status: 'ok' as const,
        version: services.version,
        demo: services.demoData(),
        ...(services.stagingAlerts?.() === true ? { stagingAlerts: true } : {}),
      },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/readyz',
    role: 'public',
    tag: 'service',
    summaryZh: '数据库是否就绪',
    summaryEn: 'Whether the database answers',
    statuses: [200],
    problems: ['unavailable'],
    timeoutMs: 5_000,
    response: z
      .strictObject({ status: z.literal('ready'), database: z.string(), pendingDays: z.int() })
      .meta({ id: 'Readiness' }),
    handle: async ({ services }) => {
      try {
        return { body: { status: 'ready' as const, ...(await services.checkReady()) } };
      } catch (error) {
        throw new RequestProblem(
          'unavailable',
          { detail: 'database' },
          { headers: { 'Retry-After': '5' }, cause: error },
        );
      }
    },
  }),
  defineRoute({
    method: 'get',
    path: '/metrics',
    role: 'public',
    tag: 'service',
    summaryZh: '运行指标（Prometheus 格式，不需要令牌，不含业务数据）',
    summaryEn: 'Metrics for Prometheus; no token, no readings in them',
    statuses: [200],
    otherContent: { 'text/plain': 'Prometheus text format' },
    handle: async ({ metrics, response }) => {
      const text = await metrics.registry.metrics();
      response.set('Content-Type', metrics.registry.contentType).set('Cache-Control', 'no-store').send(text);
      return 'streamed' as const;
    },
  }),
  defineRoute({
    method: 'get',
    path: '/problems/:code',
    role: 'public',
    tag: 'service',
    summaryZh: '某个问题代码的说明',
    summaryEn: 'What a problem code means',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ code: z.string().max(100) }),
    otherContent: { 'text/html': 'The same as a page' },
    response: z
      .strictObject({
        code: z.string(),
        status: z.int(),
        titleZh: z.string(),
        titleEn: z.string(),
        messageZh: z.string(),
        messageEn: z.string(),
        mendZh: z.string(),
        mendEn: z.string(),
      })
      .meta({ id: 'ProblemExplanation' }),
    handle: ({ params, request, response }) => {
      if (!Object.hasOwn(messages, params.code)) {
        throw new DomainError('not-found', { what: `/problems/${params.code}` });
      }
      const explanation = describeProblem(params.code as MessageCode);
      response.vary('Accept');
      if (request.accepts(['application/json', 'text/html']) !== 'text/html') return { body: explanation };
      response.type('html').send(problemPage(explanation));
      return 'streamed';
    },
  }),
];
