import { z } from 'zod';
import { booleanText, defineRoute, instant, momentText } from '../route.js';

const state = z.strictObject({
  start: instant,
  end: instant.meta({ description: 'Exclusive' }),
  document: z.string(),
  note: z.string(),
});
const dustPeriod = z
  .strictObject({
    id: z.int(),
    ...state.shape,
    deleted: z.boolean(),
    overlaps: z.array(z.int()).meta({ description: 'Other periods that share hours; these count once' }),
    history: z.array(
      z.strictObject({
        before: state.nullable(),
        after: state.nullable(),
        at: instant,
        by: z.string(),
        reason: z.string(),
        origin: z.string(),
      }),
    ),
  })
  .meta({ id: 'DustPeriod' });

const moment = z.iso.datetime({ offset: true }).refine((text) => /^(19|20|21)\d\d-/.test(text), {
  error: '年份应在 1900 至 2199 之间 / a year from 1900 to 2199',
});
const words = z.string().trim().max(500);
const fields = {
  start: moment,
  end: moment.meta({ description: 'Exclusive: the period ends at this instant' }),
  document: words.min(1).meta({ description: 'Number of the document that declares it' }),
  note: words.optional(),
};
const reason = words.min(1);
const params = z.object({ id: z.coerce.number().int().min(1).max(2_147_483_647) });

/** Declared dust periods (沙尘天气过程): data, with the document behind each. */
export const dustPeriodRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/dust-periods',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '沙尘天气时段及其修改记录',
    summaryEn: 'Dust periods with their history',
    statuses: [200],
    query: z.strictObject({
      from: momentText.optional(),
      to: momentText.optional().meta({ description: 'Exclusive' }),
      deleted: booleanText.optional().meta({ description: 'Those that were deleted, instead' }),
    }),
    response: z.strictObject({ items: z.array(dustPeriod) }).meta({ id: 'DustPeriodList' }),
    handle: async ({ services, query }) => ({
      body: { items: await services.dustPeriods.list({ ...query, deleted: query.deleted ?? false }) },
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/dust-periods/:id',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '一个沙尘天气时段，已删除的也可查',
    summaryEn: 'One dust period, also when it was deleted',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: dustPeriod,
    handle: async ({ services, params }) => ({ body: await services.dustPeriods.find(params.id) }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/dust-periods',
    role: 'reviewer',
    tag: 'readings',
    summaryZh: '登记沙尘天气时段',
    summaryEn: 'Declare a dust period',
    statuses: [201],
    problems: ['conflict'],
    body: z.strictObject({ ...fields, reason: reason.optional() }).meta({ id: 'DustPeriodInput' }),
    response: dustPeriod,
    handle: async ({ services, actor, body }) => ({
      body: await services.dustPeriods.create(actor, body),
    }),
  }),
  defineRoute({
    method: 'patch',
    path: '/api/v1/dust-periods/:id',
    role: 'reviewer',
    tag: 'readings',
    summaryZh: '更正沙尘天气时段，须写明原因',
    summaryEn: 'Correct a dust period, saying why',
    statuses: [200],
    problems: ['not-found', 'conflict'],
    params,
    body: z
      .strictObject({ ...z.strictObject(fields).partial().shape, reason })
      .meta({ id: 'DustPeriodChange' }),
    response: dustPeriod,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.dustPeriods.update(actor, params.id, body),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/dust-periods/:id',
    role: 'reviewer',
    tag: 'readings',
    summaryZh: '删除沙尘天气时段，须写明原因；记录保留可查',
    summaryEn: 'Delete a dust period, saying why; it stays readable',
    statuses: [200],
    problems: ['not-found'],
    params,
    body: z.strictObject({ reason }).meta({ id: 'DustPeriodDeletion' }),
    response: dustPeriod,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.dustPeriods.remove(actor, params.id, body.reason),
    }),
  }),
];
