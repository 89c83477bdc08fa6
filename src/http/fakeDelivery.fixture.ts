import { DomainError } from '../domain/domainError.js';
import { notificationSchema } from '../domain/notification.js';
import type { AllowanceService, ChannelInfo, ChannelService } from './services/channels.js';
import type { JobService } from './services/jobs.js';
import type { NotificationInfo, NotificationService } from './services/notifications.js';

const at = '2025-10-01T00:00:00.000Z';

const channel: ChannelInfo = {
  id: 1,
  version: 1,
  code: 'channel-1',
  name: '值班群',
  type: 'dingtalk',
  settings: { type: 'dingtalk', mobiles: [], userIds: [] },
  secrets: [{ field: 'url', set: true, setAt: at, hint: null }],
  disabled: false,
};

const allowance = {
  id: 1,
  target: '10.1.0.0/16',
  reason: '县政务网',
  addedAt: at,
  addedBy: '王',
  office: '局',
};

const info: NotificationInfo = {
  id: '1',
  channel: { id: 1, name: '值班群', type: 'dingtalk', disabled: false },
  key: 'k-1',
  kind: 'firing',
  severity: 'warning',
  titleZh: '总磷超标',
  state: 'dead',
  stateZh: '死信',
  attempts: 12,
  nextAttemptAt: null,
  lastCode: 'errcode 310000',
  lastMessage: '签名不匹配',
  createdAt: at,
  deliveredAt: null,
  mergedInto: null,
};

const job = {
  name: 'air-1',
  expression: '0 5 0 * * *',
  makesUp: true,
  nextDueAt: at,
  running: false,
  lastStartedAt: at,
  lastFinishedAt: at,
  lastOutcome: 'failed' as const,
  lastDurationMs: 12.5,
  lastError: '磁盘已满',
  lastSuccessAt: null,
  failures: 2,
};

/** A message as it waits in the outbox. */
export const fakeMessage = notificationSchema.parse({
  key: 'k-1',
  kind: 'firing',
  severity: 'warning',
  titleZh: '总磷超标',
  officesZh: ['水务局'],
  alerts: [
    {
      fingerprint: 'f',
      ruleCode: 'section-tp',
      titleZh: '总磷超过 Ⅳ 类限值',
      severity: 'warning',
      state: 'firing',
      siteZh: '清水河入黄口',
      indicatorZh: '总磷',
      valueZh: '0.35 mg/L',
      limitZh: '0.3 mg/L',
      distanceZh: '超出 0.05 mg/L',
      periodZh: '2025年9月',
      adviceZh: '排查上游排口',
      startsAt: Date.parse(at),
    },
  ],
  alertCount: 1,
  notesZh: ['另有 0 条'],
  link: 'http://127.0.0.1/#targets',
  acknowledgeLink: 'http://127.0.0.1/ack?token=t',
  createdAt: Date.parse(at),
});

interface FakeDelivery {
  readonly channels: ChannelService;
  readonly allowances: AllowanceService;
  readonly notifications: NotificationService;
  readonly jobs: JobService;
}

/** A channel, a dead letter, an inbox with one message, and a job that fails. */
export const fakeDelivery: FakeDelivery = {
  channels: {
    types: () => [{ type: 'inbox', nameZh: '站内收件箱', aboutZh: '显示在页面上', settings: [] }],
    list: () => Promise.resolve([channel]),
    find: (id) => Promise.resolve(id === 1 ? { current: channel, versions: [] } : undefined),
    create: () => Promise.resolve(channel),
    update: () => Promise.resolve(channel),
    remove: () => Promise.resolve({ deadLetters: 1 }),
    test: () =>
      Promise.resolve({
        delivered: true,
        outcome: 'delivered',
        code: null,
        messageZh: '测试消息已送达',
        notificationId: '2',
      }),
  },
  allowances: {
    list: () => Promise.resolve([allowance]),
    add: (_actor, target, reason) => Promise.resolve({ ...allowance, target, reason }),
    remove: (_actor, id) =>
      id === 1
        ? Promise.resolve(allowance)
        : Promise.reject(new DomainError('not-found', { what: `network allowance ${id}` })),
  },
  notifications: {
    list: () => Promise.resolve({ items: [info], next: null }),
    find: (id) =>
      Promise.resolve(
        id === '1'
          ? {
              info,
              message: fakeMessage,
              attempts: [
                {
                  startedAt: at,
                  finishedAt: at,
                  outcome: 'refused',
                  code: 'errcode 310000',
                  message: '签名不匹配',
                },
              ],
            }
          : undefined,
      ),
    resend: () => Promise.resolve({ ...info, state: 'queued', stateZh: '等待发送', nextAttemptAt: at }),
    inbox: () =>
      Promise.resolve({
        items: [{ id: '3', channelName: '示例收件箱', receivedAt: at, notification: fakeMessage }],
        next: null,
      }),
  },
  jobs: {
    list: () => Promise.resolve([job]),
    find: (name) => Promise.resolve(name === job.name ? { job, runs: [] } : undefined),
  },
};

/** Bodies with which the routes answer with their first status. */
export const deliveryBodies: Record<string, unknown> = {
  'post /api/v1/channels': {
    name: '值班群',
    settings: { type: 'dingtalk', url: 'https://oapi.dingtalk.com/robot/send?access_token=t' },
    reason: '新建',
  },
  'put /api/v1/channels/:id': {
    name: '值班群',
    settings: { type: 'dingtalk', secret: null },
    disabled: true,
    reason: '停用',
  },
  'delete /api/v1/channels/:id': { reason: '不用了' },
  'post /api/v1/network-allowances': { target: '10.1.0.0/16', reason: '县政务网' },
  'delete /api/v1/network-allowances/:id': { reason: '不用了' },
  'post /api/v1/notifications/:id/resend': { reason: '机器人已修好' },
};
