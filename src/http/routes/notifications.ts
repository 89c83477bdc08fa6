import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { notificationSchema } from '../../domain/notification.js';
import { defineRoute, instant, limitText, recordNumber } from '../route.js';

const states = ['queued', 'sending', 'delivered', 'held', 'dead', 'merged'] as const;
const channelNumber = z.coerce.number().int().min(1).max(2_147_483_647);
const before = recordNumber
  .optional()
  .meta({ description: 'Those older than this one: `next` of the last page' });
const params = z.object({ id: recordNumber });

const notification = z
  .strictObject({
    id: recordNumber,
    channel: z.strictObject({
      id: z.int(),
      name: z.string(),
      type: z.string(),
      disabled: z.boolean(),
    }),
    key: z.string().meta({ description: 'The same on every attempt, and shown by the channel' }),
    kind: z.string(),
    severity: z.string(),
    titleZh: z.string(),
    state: z.enum(states),
    stateZh: z.string(),
    attempts: z.int(),
    nextAttemptAt: instant.nullable(),
    lastCode: z.string().nullable(),
    lastMessage: z.string().nullable(),
    createdAt: instant,
    deliveredAt: instant.nullable(),
    mergedInto: recordNumber
      .nullable()
      .meta({ description: 'The message of its group that says it in the place of this one' }),
  })
  .meta({ id: 'NotificationDelivery' });

const attempt = z.strictObject({
  startedAt: instant,
  finishedAt: instant.nullable(),
  outcome: z
    .enum(['delivered', 'retry', 'refused', 'interrupted'])
    .nullable()
    .meta({ description: 'null while under way' }),
  code: z.string().nullable(),
  message: z.string().nullable(),
});

/** Messages on their way, and those of the inbox. */
export const notificationRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/notifications',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '发出的和等待发送的消息，新的在前（state=dead 为死信）',
    summaryEn: 'Messages sent and waiting, newest first; state=dead lists the dead letters',
    statuses: [200],
    query: z.strictObject({
      state: z.enum(states).optional(),
      channel: channelNumber.optional(),
      key: z.string().min(1).max(64).optional(),
      before,
      limit: limitText(100, 500),
    }),
    response: z
      .strictObject({ items: z.array(notification), next: z.string().nullable() })
      .meta({ id: 'NotificationDeliveryList' }),
    handle: async ({ services, query }) => ({ body: await services.notifications.list(query) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/notifications/:id',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '一条消息的内容和每次发送的结果',
    summaryEn: 'One message with every attempt to send it',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: z
      .strictObject({
        ...notification.shape,
        message: notificationSchema,
        attemptList: z.array(attempt),
      })
      .meta({ id: 'NotificationDeliveryDetail' }),
    handle: async ({ services, params: { id } }) => {
      const found = await services.notifications.find(id);
      if (found === undefined) throw new DomainError('not-found', { what: `notification ${id}` });
      return { body: { ...found.info, message: found.message, attemptList: found.attempts } };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/notifications/:id/resend',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '重发一条死信',
    summaryEn: 'Send a dead letter again, with the same key',
    statuses: [200],
    problems: ['not-found', 'notification-not-dead'],
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }).meta({ id: 'NotificationResend' }),
    response: notification,
    handle: async ({ services, actor, params: { id }, body }) => ({
      body: await services.notifications.resend(actor, id, body.reason),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/inbox',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '站内收件箱（inbox 渠道收到的消息），新的在前',
    summaryEn: 'Messages of channels of the type inbox, newest first',
    description: 'acknowledgeLink 和被提醒人只给运维及以上 / links that acknowledge only for operators',
    statuses: [200],
    query: z.strictObject({ channel: channelNumber.optional(), before, limit: limitText(50, 200) }),
    response: z
      .strictObject({
        items: z.array(
          z.strictObject({
            id: recordNumber,
            channelName: z.string(),
            receivedAt: instant,
            notification: notificationSchema,
            acknowledged: z
              .array(
                z.strictObject({
                  fingerprint: z.string(),
                  siteZh: z.string().nullable(),
                  by: z.string(),
                  office: z.string(),
                  at: instant,
                  noteZh: z.string(),
                }),
              )
              .optional()
              .meta({ description: 'Who has taken on which of its alerts' }),
          }),
        ),
        next: z.string().nullable(),
      })
      .meta({ id: 'Inbox' }),
    handle: async ({ services, actor, query }) => ({
      body: await services.notifications.inbox(actor, query),
    }),
  }),
];
