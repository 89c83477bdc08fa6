import { z } from 'zod';

/** How grave an alert is, in rising order: 提示, 警告, 严重. */
export const severities = ['notice', 'warning', 'critical'] as const;
export type Severity = (typeof severities)[number];

/**
 * Why a message is sent. `late` 补报, `correction` 更正 and `withdrawal` 撤回 speak of a period gone by and name the first
 * message; `summary` stands for many that are not sent one by one; `operator` tells who runs the service of itself.
 */
export const notificationKinds = [
  'firing',
  'severity-changed',
  'resolved',
  'repeat',
  'escalation',
  'no-data',
  'evaluation-error',
  'late',
  'correction',
  'withdrawal',
  'reminder',
  'summary',
  'operator',
  'test',
] as const;
export type NotificationKind = (typeof notificationKinds)[number];

const text = z.string().min(1).max(500);
/** Channels show it as it is: nothing but pages. */
const pageLink = z.url({ protocol: /^https?$/ }).max(1_000);

/** One alert inside a message; all texts are ready to be shown, in Chinese, with their units. */
export const notifiedAlertSchema = z.strictObject({
  /** Identity of the alert: rule, site, indicator, target … as a digest. */
  fingerprint: z.string().min(1).max(64),
  ruleCode: z.string().min(1).max(100),
  titleZh: text,
  severity: z.enum(severities),
  /** What it was before, in a message of kind `severity-changed`. */
  formerSeverity: z.enum(severities).optional(),
  state: z.enum(['firing', 'resolved', 'no-data', 'error']),
  /** 点位、断面或乡镇; absent where the alert is of the county or of the service. */
  siteZh: text.optional(),
  indicatorZh: text.optional(),
  valueZh: text.optional(),
  limitZh: text.optional(),
  /** Distance to the target or limit. */
  distanceZh: text.optional(),
  /** The period of the data that the alert speaks of, such as 2025年1月3日 14时. */
  periodZh: text,
  /** What to do. */
  adviceZh: text.optional(),
  /** Since when it fires: start of the data's period, milliseconds since 1970. */
  startsAt: z.number().int(),
  /** When it was resolved, in the time of the data. */
  endsAt: z.number().int().optional(),
});
export type NotifiedAlert = z.infer<typeof notifiedAlertSchema>;

/** A message as it waits in the outbox: everything a channel needs to word it. */
export const notificationSchema = z.strictObject({
  /** Idempotency key: the same on every attempt, shown by each channel. */
  key: z.string().min(1).max(64),
  kind: z.enum(notificationKinds),
  severity: z.enum(severities),
  titleZh: text,
  /** Offices responsible, by name. */
  officesZh: z.array(text).max(50),
  /** Up to 20 alerts are worded; `alertCount` says how many there are. */
  alerts: z.array(notifiedAlertSchema).max(20),
  alertCount: z.number().int().nonnegative(),
  /** Further lines, such as the text of a summary or why the message is a correction. */
  notesZh: z.array(text).max(20).default([]),
  /** First message that a correction, a withdrawal or a resolution belongs to. */
  earlier: z.strictObject({ key: z.string().min(1).max(64), sentAt: z.number().int() }).optional(),
  /** Page of the alert. */
  link: pageLink.optional(),
  /** Acknowledges with one click; carries a one-time token. */
  acknowledgeLink: pageLink.optional(),
  mentions: z
    .strictObject({
      mobiles: z.array(z.string().min(1).max(21)).max(20),
      userIds: z.array(z.string().min(1).max(100)).max(20),
      all: z.boolean(),
    })
    .default({ mobiles: [], userIds: [], all: false }),
  /** When the message was put into the outbox, milliseconds since 1970. */
  createdAt: z.number().int(),
});
export type Notification = z.infer<typeof notificationSchema>;

/**
 * What became of one attempt. `retry`: may go through later (`afterSeconds`: what the receiver asked for); `refused`: the
 * same message will not go through until a person mends the channel.
 */
export type DeliveryResult =
  | { readonly outcome: 'delivered'; readonly detail?: string }
  | {
      readonly outcome: 'retry' | 'refused';
      /** Code of the receiver or of us, such as `errcode 310000`, `timeout`, `address-refused`. */
      readonly code: string;
      /** In words for a person; never holds an address with a secret or a secret. */
      readonly message: string;
      readonly afterSeconds?: number;
      /** The receiver limits the rate: nothing at all is sent to the channel before `afterSeconds` are over. */
      readonly pauseChannel?: boolean;
    };
