import { z } from 'zod';
import {
  channelCodeSchema,
  channelSettingsSchema,
  secretFields,
  type ChannelType,
} from '../../domain/channel.js';
import { DomainError } from '../../domain/domainError.js';
import { defineRoute, instant, recordNumber } from '../route.js';

const types = Object.keys(secretFields) as [ChannelType, ...ChannelType[]];
const reason = z.string().trim().min(1).max(500);
const id = z.coerce.number().int().min(1).max(2_147_483_647);
const params = z.object({ id });

/** The settings with every secret optional: left out it stays, `null` takes it away. */
const settingsInput = z.discriminatedUnion(
  'type',
  channelSettingsSchema.options.map((option) => {
    const shape: Record<string, z.ZodType> = { ...option.shape };
    for (const field of secretFields[option.shape.type.value]) shape[field] = shape[field]!.nullish();
    return z.strictObject(shape);
  }) as unknown as typeof channelSettingsSchema.options,
);

const channelInput = z
  .strictObject({
    code: channelCodeSchema
      .optional()
      .meta({ description: 'By what routes name it; left out: the stored one, or channel-<id>' }),
    name: z.string().trim().min(1).max(100),
    settings: settingsInput,
    disabled: z.boolean().default(false),
    reason,
  })
  .meta({ id: 'ChannelInput' });

const openSettings = z.record(z.string(), z.unknown()).meta({ description: 'Without secrets' });

const channel = z
  .strictObject({
    id: z.int(),
    version: z.int(),
    code: z.string(),
    name: z.string(),
    type: z.enum(types),
    settings: openSettings,
    secrets: z.array(
      z.strictObject({
        field: z.string(),
        set: z.literal(true),
        setAt: instant,
        hint: z.string().max(4).nullable().meta({ description: 'Last characters; never of addresses' }),
      }),
    ),
    disabled: z.boolean(),
  })
  .meta({ id: 'Channel' });

const version = z.strictObject({
  version: z.int(),
  name: z.string(),
  settings: openSettings,
  disabled: z.boolean(),
  removed: z.boolean(),
  secretsChanged: z.array(z.string()),
  recordedAt: instant,
  recordedBy: z.string(),
  office: z.string(),
  reason: z.string(),
});

const allowance = z
  .strictObject({
    id: z.int(),
    target: z.string().meta({ examples: ['10.1.0.0/16'] }),
    reason: z.string(),
    addedAt: instant,
    addedBy: z.string(),
    office: z.string(),
  })
  .meta({ id: 'NetworkAllowance' });

const refusals = ['secrets-need-key', 'channel-settings-invalid', 'channel-secret-anew', 'conflict'] as const;

/** Where messages go, and which private addresses may be called for it. */
export const channelRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/channel-types',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '通知渠道的类型和各项设置的说明',
    summaryEn: 'Types of channels and what their settings mean',
    statuses: [200],
    response: z
      .strictObject({
        items: z.array(
          z.strictObject({
            type: z.enum(types),
            nameZh: z.string(),
            aboutZh: z.string(),
            settings: z.array(z.strictObject({ name: z.string(), aboutZh: z.string(), secret: z.boolean() })),
          }),
        ),
      })
      .meta({ id: 'ChannelTypeList' }),
    handle: ({ services }) => ({ body: { items: services.channels.types() } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/channels',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '通知渠道（机密内容只显示是否已设置）',
    summaryEn: 'Channels; of secrets only whether they are set',
    statuses: [200],
    response: z.strictObject({ items: z.array(channel) }).meta({ id: 'ChannelList' }),
    handle: async ({ services }) => ({ body: { items: await services.channels.list() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/channels',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '新建通知渠道',
    summaryEn: 'Add a channel; its secrets are stored encrypted and never shown again',
    statuses: [201],
    problems: refusals,
    hidesValues: true,
    body: channelInput,
    response: channel,
    handle: async ({ services, actor, body }) => ({ body: await services.channels.create(actor, body) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/channels/:id',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '一个通知渠道，附历次修改',
    summaryEn: 'One channel with all its versions, newest first',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: z.strictObject({ ...channel.shape, versions: z.array(version) }).meta({ id: 'ChannelHistory' }),
    handle: async ({ services, params: given }) => {
      const found = await services.channels.find(given.id);
      if (found === undefined) throw new DomainError('not-found', { what: `channel ${given.id}` });
      return { body: { ...found.current, versions: found.versions } };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/channels/:id',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '修改通知渠道（机密内容不写表示保留，写 null 表示删除）',
    summaryEn: 'Change a channel; a secret left out stays, null takes it away',
    statuses: [200],
    problems: ['not-found', ...refusals],
    hidesValues: true,
    params,
    body: channelInput,
    response: channel,
    handle: async ({ services, actor, params: given, body }) => ({
      body: await services.channels.update(actor, given.id, body),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/channels/:id',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '删除通知渠道；等待它发送的消息成为死信',
    summaryEn: 'Remove a channel with its secrets; messages that wait for it become dead letters',
    statuses: [200],
    problems: ['not-found'],
    params,
    body: z.strictObject({ reason }).meta({ id: 'ChannelRemoval' }),
    response: z.strictObject({ deadLetters: z.int() }).meta({ id: 'ChannelRemoved' }),
    handle: async ({ services, actor, params: given, body }) => ({
      body: await services.channels.remove(actor, given.id, body.reason),
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/channels/:id/test',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '马上发一条测试消息',
    summaryEn: 'Send a test message now and tell what became of it; a failure is an answer, not an error',
    statuses: [200],
    problems: ['not-found'],
    timeoutMs: 60_000,
    params,
    response: z
      .strictObject({
        delivered: z.boolean(),
        outcome: z.enum(['delivered', 'retry', 'refused']),
        code: z.string().nullable(),
        messageZh: z.string(),
        notificationId: recordNumber,
      })
      .meta({ id: 'ChannelTest' }),
    handle: async ({ services, actor, params: given }) => ({
      body: await services.channels.test(actor, given.id),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/network-allowances',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '允许渠道访问的内网地址',
    summaryEn: 'Private networks, addresses and hosts that channels may call',
    statuses: [200],
    response: z.strictObject({ items: z.array(allowance) }).meta({ id: 'NetworkAllowanceList' }),
    handle: async ({ services }) => ({ body: { items: await services.allowances.list() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/network-allowances',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '允许渠道访问一个内网网段、地址或主机',
    summaryEn: 'Let channels call a private network, address or host',
    statuses: [201],
    problems: ['allowance-invalid', 'conflict'],
    body: z
      .strictObject({ target: z.string().trim().min(1).max(253), reason })
      .meta({ id: 'NetworkAllowanceInput' }),
    response: allowance,
    handle: async ({ services, actor, body }) => ({
      body: await services.allowances.add(actor, body.target, body.reason),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/network-allowances/:id',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '不再允许访问',
    summaryEn: 'End an allowance; who had listed it and why is kept',
    statuses: [200],
    problems: ['not-found'],
    params,
    body: z.strictObject({ reason }).meta({ id: 'NetworkAllowanceRemoval' }),
    response: allowance,
    handle: async ({ services, actor, params: given, body }) => ({
      body: await services.allowances.remove(actor, given.id, body.reason),
    }),
  }),
];
