import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { severities } from '../../domain/notification.js';
import { booleanText, defineRoute, instant, limitText, recordNumber } from '../route.js';

const statuses = ['inactive', 'pending', 'firing', 'resolved', 'no-data', 'error'] as const;
const severity = z.enum(severities);
const text = z.string().nullable();
const params = z.object({ fingerprint: z.string().regex(/^[0-9a-f]{1,64}$/) });

const acknowledgement = z.strictObject({
  startsAt: instant,
  severity,
  at: instant,
  by: z.string(),
  office: z.string(),
  byLink: z.boolean(),
  noteZh: z.string(),
});

const alert = z
  .strictObject({
    fingerprint: z.string(),
    rule: z.string(),
    ruleVersion: z.int(),
    kind: z.string(),
    labels: z.record(z.string(), z.string()),
    offices: z.array(z.strictObject({ code: z.string(), nameZh: z.string() })),
    status: z.enum(statuses),
    statusZh: z.string(),
    severity: severity.nullable().meta({ description: 'Of an alert that fires, also without data' }),
    severityZh: text,
    firingSince: instant.nullable().meta({ description: 'In the time of the data' }),
    titleZh: z.string(),
    siteZh: text,
    indicatorZh: text,
    valueZh: text,
    limitZh: text,
    distanceZh: text,
    periodZh: z.string(),
    adviceZh: text,
    suppressedZh: text,
    notesZh: z.array(z.string()),
    changedAt: instant,
    acknowledged: acknowledgement.nullable(),
    silenced: z.strictObject({ id: z.int(), reason: z.string(), by: z.string(), until: instant }).nullable(),
  })
  .meta({ id: 'Alert' });

const detail = z
  .strictObject({
    alert,
    transitions: z.array(
      z.strictObject({
        reason: z.string(),
        reasonZh: z.string(),
        at: instant,
        startsAt: instant,
        endsAt: instant.nullable(),
        severity: severity.nullable(),
        fromSeverity: severity.nullable(),
        valueZh: text,
        periodZh: z.string(),
        ruleVersion: z.int(),
        notedAt: instant,
        withdrawnAt: instant.nullable().meta({ description: 'Corrected data no longer say so since' }),
      }),
    ),
    told: z.array(
      z.strictObject({
        notification: recordNumber,
        channel: z.string(),
        kind: z.string(),
        level: z.int().nullable().meta({ description: 'Level of an escalation, 0 the first' }),
        startsAt: instant,
        toldAt: instant,
        state: z.string(),
        deliveredAt: instant.nullable(),
        lastMessage: text,
      }),
    ),
    withheld: z.array(
      z.strictObject({
        channel: text,
        kind: text,
        why: z.string(),
        reasonZh: z.string(),
        by: text,
        at: instant,
      }),
    ),
    acknowledgements: z.array(acknowledgement),
    notes: z.array(z.strictObject({ at: instant, by: z.string(), office: z.string(), noteZh: z.string() })),
  })
  .meta({ id: 'AlertDetail' });

const filterText = z.string().min(1).max(100).optional();

/** Alerts as they are and were, and what people do about them. */
export const alertRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/alerts',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '告警，最近有变化的在前（firing=true 为正在报警的）',
    summaryEn: 'Alerts, those that changed last first; firing=true lists those that fire',
    statuses: [200],
    query: z.strictObject({
      firing: booleanText.optional(),
      status: z.enum(statuses).optional(),
      severity: severity.optional(),
      office: filterText,
      site: filterText,
      rule: filterText,
      cursor: z
        .string()
        .regex(/^\d{1,18}\.[0-9a-f]{1,64}$/)
        .optional()
        .meta({ description: '`next` of the last page' }),
      limit: limitText(100, 500),
    }),
    response: z
      .strictObject({ items: z.array(alert), next: z.string().nullable() })
      .meta({ id: 'AlertList' }),
    handle: async ({ services, query }) => ({ body: await services.alerting.alerts.page(query) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/alerts/:fingerprint',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '一个告警：经过、通知了谁、为何没有通知、确认和备注',
    summaryEn: 'One alert: what happened, who was told, what was kept back and why, who took it on, notes',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: detail,
    handle: async ({ services, params: { fingerprint } }) => {
      const found = await services.alerting.alerts.find(fingerprint);
      if (found === undefined) throw new DomainError('not-found', { what: `alert ${fingerprint}` });
      return { body: found };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/alerts/:fingerprint/acknowledge',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '确认一个告警：不再重复提醒和升级，除非加重',
    summaryEn: 'Take an alert on as it stands: no repeats and escalations, unless it becomes graver',
    statuses: [200],
    problems: ['not-found', 'alert-not-firing'],
    params,
    body: z
      .strictObject({ noteZh: z.string().trim().max(500).default('') })
      .meta({ id: 'AlertAcknowledgement' }),
    response: alert,
    handle: async ({ services, actor, params: { fingerprint }, body }) => ({
      body: await services.alerting.alerts.acknowledge(actor, fingerprint, body.noteZh),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/alerts/:fingerprint/notes',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '给告警写备注',
    summaryEn: 'Add a note to an alert',
    statuses: [201],
    problems: ['not-found'],
    params,
    body: z.strictObject({ noteZh: z.string().trim().min(1).max(2_000) }).meta({ id: 'AlertNote' }),
    response: z.strictObject({ fingerprint: z.string() }).meta({ id: 'AlertNoted' }),
    handle: async ({ services, actor, params: { fingerprint }, body }) => {
      await services.alerting.alerts.note(actor, fingerprint, body.noteZh);
      return { body: { fingerprint } };
    },
  }),
];
