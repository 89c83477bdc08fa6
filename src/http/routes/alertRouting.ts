import { z } from 'zod';
import { alertRoutingSchema } from '../../domain/alertRoute.js';
import { alertLabelNames } from '../../domain/alertRule.js';
import { severities } from '../../domain/notification.js';
import { defineRoute, instant } from '../route.js';

const change = {
  version: z.int(),
  recordedAt: instant,
  recordedBy: z.string(),
  office: z.string(),
  reason: z.string(),
};
const routing = z
  .record(z.string(), z.unknown())
  .meta({ description: 'As `AlertRoutingPut` has it, with what was left out filled in' });
const current = z
  .strictObject({
    ...change,
    seeded: z.boolean(),
    routing,
    missingChannels: z
      .array(z.string())
      .meta({ description: 'Codes that no channel has: nobody gets what goes there' }),
  })
  .meta({ id: 'AlertRoutingInfo' });

/** Who is told what. */
export const alertRoutingRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/routing',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '告警发给谁：发送设置及历次修改',
    summaryEn: 'Who is told what: routes, inhibitions and limits, with all versions',
    statuses: [200],
    problems: ['not-found'],
    response: z
      .strictObject({ current, versions: z.array(z.strictObject({ ...change, routing })) })
      .meta({ id: 'AlertRoutingHistory' }),
    handle: async ({ services }) => ({ body: await services.alerting.routing.find() }),
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/routing',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '整份替换发送设置',
    summaryEn: 'Replace the whole routing',
    statuses: [200],
    problems: ['alert-routing-invalid', 'alert-version-changed'],
    body: z
      .strictObject({
        routing: alertRoutingSchema,
        reason: z.string().trim().min(1).max(500),
        basedOn: z.int().min(0).optional(),
      })
      .meta({ id: 'AlertRoutingPut' }),
    response: current,
    handle: async ({ services, actor, body: { routing: asked, ...why } }) => ({
      body: await services.alerting.routing.put(actor, asked, why),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/routing/names',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '发送设置和规则里用到的单位、渠道的名称',
    summaryEn: 'Names of the offices and channels that rules and routes know by code',
    statuses: [200],
    response: z
      .strictObject({
        offices: z.array(z.strictObject({ code: z.string(), nameZh: z.string() })),
        channels: z.array(
          z.strictObject({ code: z.string(), name: z.string(), type: z.string(), disabled: z.boolean() }),
        ),
      })
      .meta({ id: 'AlertNames' }),
    handle: async ({ services }) => ({ body: await services.alerting.routing.names() }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/routing/preview',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '预览：这样的告警会发给谁，什么会拦住它',
    summaryEn: 'Who would get such an alert, when, and what would hold it',
    statuses: [200],
    problems: ['not-found'],
    body: z
      .strictObject({
        labels: z.partialRecord(z.enum(alertLabelNames), z.string().min(1).max(200)),
        severity: z.enum(severities),
        offices: z.array(z.string().min(1).max(100)).max(30).default([]),
        at: z.iso.datetime({ offset: true }).optional(),
      })
      .meta({ id: 'AlertPreviewInput' }),
    response: z
      .strictObject({
        at: instant,
        ways: z.array(
          z.strictObject({
            office: z.string().nullable(),
            officeZh: z.string().nullable(),
            path: z.array(z.string()),
            channels: z.array(
              z.strictObject({
                code: z.string(),
                name: z.string().nullable().meta({ description: 'null: there is no such channel' }),
                disabled: z.boolean(),
              }),
            ),
            deliverAfter: instant,
            heldZh: z.string().nullable(),
            escalation: z.array(
              z.strictObject({
                afterWorkingHours: z.number(),
                channels: z.array(z.string()),
                noteZh: z.string(),
              }),
            ),
          }),
        ),
        withheld: z
          .strictObject({ why: z.string(), reasonZh: z.string(), by: z.string().nullable() })
          .nullable(),
      })
      .meta({ id: 'AlertPreview' }),
    handle: async ({ services, body }) => ({
      body: await services.alerting.routing.preview(body),
    }),
  }),
];
