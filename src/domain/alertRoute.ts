import { z } from 'zod';
import { alertMatcherSchema, type AlertMatcher } from './alertMatcher.js';
import { alertLabelNames } from './alertRule.js';
import { severities } from './notification.js';

const clock = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, '应为 HH:MM / expected HH:MM');
const channels = z.array(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/)).max(20);
const minutes = z
  .int()
  .min(0)
  .max(24 * 60);

const settings = {
  /** Alerts alike in these labels share a message; without it what the rule says. */
  groupBy: z.array(z.enum(alertLabelNames)).max(7).optional(),
  /** Minutes that a message waits for more of its group; the gravest severity does not wait. */
  groupWaitMinutes: minutes.optional(),
  /** Least minutes between two messages of a group. */
  groupIntervalMinutes: minutes.optional(),
  /** Hours of the Beijing day in which messages below a severity wait; `null`: none, whatever the parent says. */
  quietHours: z
    .strictObject({ from: clock, to: clock, holdBelow: z.enum(severities) })
    .refine(({ from, to }) => from !== to, '开始与结束不得相同 / must not begin when it ends')
    .nullable()
    .optional(),
  /** Who is told when nobody has acknowledged. */
  escalation: z
    .array(
      z.strictObject({
        afterWorkingHours: z.number().positive().max(1_000),
        channels: channels.min(1),
        noteZh: z.string().min(1).max(200),
      }),
    )
    .max(5)
    .refine(
      (levels) =>
        levels.every(
          (one, index) => index === 0 || one.afterWorkingHours > levels[index - 1]!.afterWorkingHours,
        ),
      '应逐级更晚 / must be later level by level',
    )
    .optional(),
};

/** A node of the tree as the file has it. */
export interface AlertRoute {
  readonly name: string;
  readonly match: readonly AlertMatcher[];
  /** Empty: those of the parent. */
  readonly channels: readonly string[];
  /** Later siblings are tried too. */
  readonly continue: boolean;
  readonly groupBy?: readonly (typeof alertLabelNames)[number][] | undefined;
  readonly groupWaitMinutes?: number | undefined;
  readonly groupIntervalMinutes?: number | undefined;
  readonly quietHours?:
    | { readonly from: string; readonly to: string; readonly holdBelow: (typeof severities)[number] }
    | null
    | undefined;
  readonly escalation?:
    | readonly {
        readonly afterWorkingHours: number;
        readonly channels: readonly string[];
        readonly noteZh: string;
      }[]
    | undefined;
  readonly routes: readonly AlertRoute[];
}

const routeSchema: z.ZodType<AlertRoute> = z
  .strictObject({
    name: z.string().min(1).max(100),
    match: z.array(alertMatcherSchema).max(20).default([]),
    channels: channels.default([]),
    continue: z.boolean().default(false),
    ...settings,
    routes: z.lazy(() => z.array(routeSchema).max(100)).default([]),
  })
  .meta({ id: 'AlertRoute' });

/** One alert mutes others while it fires. */
const inhibition = z.strictObject({
  name: z.string().min(1).max(100),
  source: z.array(alertMatcherSchema).min(1).max(20),
  target: z.array(alertMatcherSchema).min(1).max(20),
  /** Labels in which both must agree; a label that neither has agrees. */
  equal: z.array(z.enum(alertLabelNames)).max(7),
});
export type AlertInhibition = z.output<typeof inhibition>;

/** The reviewable file of who is told what: the tree, what mutes what, and the limits of a run. */
export const alertRoutingSchema = z
  .strictObject({
    root: routeSchema,
    inhibitions: z.array(inhibition).max(100).default([]),
    /** Data that ended at most this long ago are of now. */
    liveWindowHours: z.number().positive().max(240),
    /** More supplements, corrections and withdrawals than this in one run become one summary. */
    summaryAbove: z.int().min(1).max(10_000),
  })
  .superRefine(({ root }, context) => {
    if (root.match.length > 0)
      context.addIssue({
        code: 'custom',
        path: ['root', 'match'],
        message: '根节点应接收全部告警 / the root takes every alert',
      });
    if (root.channels.length === 0)
      context.addIssue({
        code: 'custom',
        path: ['root', 'channels'],
        message: '根节点至少一个渠道，否则会漏报 / the root needs a channel',
      });
    const names = listNames(root);
    const twice = names.find((name, index) => names.indexOf(name) !== index);
    if (twice !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['root'],
        message: `名称“${twice}”重复 / the name occurs twice`,
      });
  });
export type AlertRouting = z.output<typeof alertRoutingSchema>;

function listNames({ name, routes }: AlertRoute): string[] {
  return [name, ...routes.flatMap(listNames)];
}
