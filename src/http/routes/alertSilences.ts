import { z } from 'zod';
import { alertMatcherSchema } from '../../domain/alertMatcher.js';
import { booleanText, dayText, defineRoute, instant, limitText } from '../route.js';

const reason = z.string().trim().min(1).max(500);
const id = z.coerce.number().int().min(1).max(2_147_483_647);
const year = z.string().regex(/^20\d\d$/);
const kinds = ['silence', 'maintenance'] as const;
const moment = z.iso.datetime({ offset: true });

const silence = {
  id: z.int(),
  kind: z.enum(kinds),
  titleZh: z.string(),
  matchers: z.array(alertMatcherSchema),
  reason: z.string(),
  startsAt: instant,
  endsAt: instant,
  createdAt: instant,
  by: z.string(),
  office: z.string(),
  endedAt: instant.nullable(),
  endedBy: z.string().nullable(),
  state: z.enum(['upcoming', 'active', 'over']),
};
const silenceInfo = z.strictObject(silence).meta({ id: 'AlertSilence' });

const day = { day: dayText, working: z.boolean(), nameZh: z.string().max(100).default('') };
const workingYear = z
  .strictObject({
    year: z.string(),
    basis: z
      .enum(['calendar', 'entered', 'assumed'])
      .meta({ description: 'assumed: nothing is known of the year; only weekends count as free' }),
    basisZh: z.string(),
    days: z.array(
      z.strictObject({ day: z.string(), working: z.boolean(), nameZh: z.string(), entered: z.boolean() }),
    ),
  })
  .meta({ id: 'WorkingYear' });

/** Silences, maintenance windows and working days. */
export const alertSilenceRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/silences',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '静默和维护窗口，新的在前（active=true 为没有结束的）',
    summaryEn: 'Silences and maintenance windows, newest first; active=true lists those not over',
    statuses: [200],
    query: z.strictObject({
      active: booleanText.default(false),
      before: id.optional(),
      limit: limitText(100, 500),
    }),
    response: z
      .strictObject({ items: z.array(silenceInfo), next: z.string().nullable() })
      .meta({ id: 'AlertSilenceList' }),
    handle: async ({ services, query }) => ({ body: await services.alerting.silences.list(query) }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/silences',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '设置静默（按时钟）或维护窗口（按数据的时间）',
    summaryEn:
      'Keep matching alerts from being told: a silence by the clock, or planned work by the time of data',
    statuses: [201],
    problems: ['silence-invalid'],
    body: z
      .strictObject({
        kind: z.enum(kinds).default('silence'),
        titleZh: z.string().trim().max(200).default(''),
        matchers: z.array(alertMatcherSchema).min(1).max(20),
        reason,
        startsAt: moment.optional(),
        endsAt: moment,
      })
      .meta({ id: 'AlertSilenceInput' }),
    response: z
      .strictObject({
        ...silence,
        matching: z.int().meta({ description: 'Alerts that fire now and that it is about' }),
      })
      .meta({ id: 'AlertSilenceCreated' }),
    handle: async ({ services, actor, body }) => ({
      body: await services.alerting.silences.create(actor, body),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/silences/:id/end',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '提前结束静默或维护窗口',
    summaryEn: 'End a silence or maintenance window early; it stays in the list',
    statuses: [200],
    problems: ['not-found', 'silence-over'],
    params: z.object({ id }),
    body: z.strictObject({ reason }).meta({ id: 'AlertSilenceEnd' }),
    response: silenceInfo,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.alerting.silences.end(actor, params.id, body.reason),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/working-days/:year',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '一年的放假和调休安排',
    summaryEn: 'The days of a year that differ from weekdays and weekends, and how that is known',
    statuses: [200],
    params: z.object({ year }),
    response: workingYear,
    handle: async ({ services, params }) => ({
      body: await services.alerting.workingDays.find(params.year),
    }),
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/working-days/:year',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '录入一年的放假和调休安排（整年替换；空表为取消录入）',
    summaryEn: 'Replace the days entered for a year; an empty list takes them back',
    statuses: [200],
    problems: ['working-days-invalid'],
    params: z.object({ year }),
    body: z
      .strictObject({
        complete: z.boolean().default(false).meta({
          description: 'The list is the whole notice of the year; needed where nothing is known of it',
        }),
        days: z.array(z.strictObject(day)).max(366),
        reason,
      })
      .meta({ id: 'WorkingYearInput' }),
    response: workingYear,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.alerting.workingDays.put(actor, params.year, body),
    }),
  }),
];
