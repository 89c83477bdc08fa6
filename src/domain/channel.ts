import { z } from 'zod';

const secret = z.string().min(1).max(500);
const mobiles = z
  .array(z.string().regex(/^\+?\d{5,20}$/))
  .max(20)
  .default([]);
const userIds = z.array(z.string().min(1).max(100)).max(20).default([]);
const robotUrl = z.url({ protocol: /^https?$/ }).max(500);

/** By what routes name a channel. */
export const channelCodeSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, '应为小写字母、数字和连字符 / lower-case letters, digits and hyphens');

/** A key of Standard Webhooks: `whsec_` and base64 of 24 to 64 bytes. */
const webhookSecret = secret.refine((text) => {
  if (!/^whsec_[A-Za-z0-9+/]+={0,2}$/.test(text)) return false;
  const bytes = Math.floor((text.slice(6).replace(/=+$/, '').length * 3) / 4);
  return bytes >= 24 && bytes <= 64;
}, '应为 whsec_ 加 24 至 64 个随机字节的 base64 / expected whsec_ and the base64 of 24 to 64 random bytes');

/**
 * Settings of a channel by type. The secret parts (`url` of a robot carries its token) are write-only in the API and
 * stored encrypted.
 */
export const channelSettingsSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('dingtalk'),
    url: robotUrl,
    /** 加签密钥. */
    secret: secret.optional(),
    mobiles,
    userIds,
  }),
  z.strictObject({ type: z.literal('wecom'), url: robotUrl, mobiles, userIds }),
  z.strictObject({ type: z.literal('feishu'), url: robotUrl, secret: secret.optional(), userIds }),
  z.strictObject({
    type: z.literal('webhook'),
    url: robotUrl,
    /** `whsec_…` of Standard Webhooks; the former one beside it while keys are changed. */
    secret: webhookSecret,
    formerSecret: webhookSecret.optional(),
  }),
  z.strictObject({
    type: z.literal('email'),
    host: z.string().min(1).max(255),
    port: z.number().int().min(1).max(65_535),
    /** `tls` from the first byte (465), `starttls` required (587), `none` for servers inside a closed network. */
    security: z.enum(['tls', 'starttls', 'none']),
    user: z.string().max(255).optional(),
    password: secret.optional(),
    from: z.email().max(255),
    to: z.array(z.email().max(255)).min(1).max(50),
  }),
  z.strictObject({
    type: z.literal('alertmanager'),
    url: robotUrl,
    user: z.string().max(255).optional(),
    password: secret.optional(),
  }),
  /** Shown on a page of the service itself: demonstration, and offices without any robot. */
  z.strictObject({ type: z.literal('inbox') }),
]);
export type ChannelSettings = z.infer<typeof channelSettingsSchema>;
export type ChannelType = ChannelSettings['type'];

/** Fields of the settings that nobody may read again. */
export const secretFields: Readonly<Record<ChannelType, readonly string[]>> = {
  dingtalk: ['url', 'secret'],
  wecom: ['url'],
  feishu: ['url', 'secret'],
  webhook: ['url', 'secret', 'formerSecret'],
  email: ['password'],
  alertmanager: ['password'],
  inbox: [],
};
