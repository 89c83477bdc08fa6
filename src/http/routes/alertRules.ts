import { z } from 'zod';
import { alertRuleSchema } from '../../domain/alertRule.js';
import { DomainError } from '../../domain/domainError.js';
import { severities } from '../../domain/notification.js';
import { defineRoute, instant } from '../route.js';

const reason = z.string().trim().min(1).max(500);
const basedOn = z
  .int()
  .min(0)
  .optional()
  .meta({ description: 'The version that was changed; refused when another is in force by now (0: none)' });
const code = z.string().min(1).max(100);
const params = z.object({ code });
const refusals = ['alert-rule-invalid', 'alert-version-changed'] as const;

const document = alertRuleSchema.meta({ id: 'AlertRule' });

const rule = z
  .strictObject({
    code: z.string(),
    version: z.int(),
    seeded: z.boolean().meta({ description: 'As shipped; a newer release may change it' }),
    explanationZh: z.string().meta({ description: 'When it fires, in plain words' }),
    rule: document,
  })
  .meta({ id: 'AlertRuleInfo' });

const version = z.strictObject({
  version: z.int(),
  removed: z.boolean(),
  recordedAt: instant,
  recordedBy: z.string(),
  office: z.string(),
  reason: z.string(),
  rule: document,
});

const backtest = z
  .strictObject({
    from: instant,
    to: instant,
    explanationZh: z.string(),
    subjects: z.int().meta({ description: 'Series, targets, sources … that were replayed' }),
    alertCount: z.int(),
    flaps: z.int().meta({ description: 'Alerts that began within a day of the end of the one before' }),
    suppressed: z.int().meta({ description: 'Breaches that did not count, e.g. for dust' }),
    intervals: z.strictObject({ ok: z.int(), breach: z.int(), 'no-data': z.int(), error: z.int() }),
    alerts: z.array(
      z.strictObject({
        fingerprint: z.string(),
        siteZh: z.string().nullable(),
        indicatorZh: z.string().nullable(),
        severity: z.enum(severities),
        startsAt: instant,
        firedAt: instant,
        endsAt: instant.nullable(),
        durationHours: z.number(),
        valueZh: z.string().nullable(),
        periodZh: z.string(),
      }),
    ),
  })
  .meta({ id: 'AlertBacktest' });

/** Rules of alerting. */
export const alertRuleRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/rules',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '告警规则，附文字说明',
    summaryEn: 'Rules of alerting, with what they say in plain words',
    statuses: [200],
    response: z.strictObject({ items: z.array(rule) }).meta({ id: 'AlertRuleList' }),
    handle: async ({ services }) => ({ body: { items: await services.alerting.rules.list() } }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/rules/backtest',
    role: 'operator',
    tag: 'alerts',
    summaryZh: '用历史数据回测一条规则（不必先保存）',
    summaryEn:
      'Replay stored history through a rule that need not be saved: every alert it would have raised',
    statuses: [200],
    problems: ['alert-rule-invalid', 'backtest-too-large'],
    timeoutMs: 120_000,
    body: z
      .strictObject({
        rule: alertRuleSchema,
        from: z.iso.datetime({ offset: true }),
        to: z.iso.datetime({ offset: true }),
      })
      .refine(({ from, to }) => Date.parse(from) < Date.parse(to), {
        path: ['to'],
        error: '应晚于 from / must be later than from',
      })
      .meta({ id: 'AlertBacktestInput' }),
    response: backtest,
    handle: async ({ services, body }) => ({
      body: await services.alerting.rules.backtest(body.rule, new Date(body.from), new Date(body.to)),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/rules/:code',
    role: 'viewer',
    tag: 'alerts',
    summaryZh: '一条告警规则，附历次修改',
    summaryEn: 'One rule with its versions, newest first; current is null when it was removed',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: z
      .strictObject({ current: rule.nullable(), versions: z.array(version) })
      .meta({ id: 'AlertRuleHistory' }),
    handle: async ({ services, params: given }) => {
      const found = await services.alerting.rules.find(given.code);
      if (found === undefined) throw new DomainError('not-found', { what: `rule ${given.code}` });
      return { body: found };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/rules/:code',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '新建或整条替换一条告警规则',
    summaryEn: 'Add a rule or replace the one of this code',
    statuses: [200],
    problems: refusals,
    params,
    body: z.strictObject({ rule: alertRuleSchema, reason, basedOn }).meta({ id: 'AlertRulePut' }),
    response: rule,
    handle: async ({ services, actor, params: given, body: { rule: asked, ...change } }) => {
      if (asked.code !== given.code)
        throw new DomainError('alert-rule-invalid', {
          problem: `rule.code: 与地址里的 ${given.code} 不同`,
          problemEn: `rule.code: differs from ${given.code} in the address`,
        });
      return { body: await services.alerting.rules.put(actor, asked, change) };
    },
  }),
  defineRoute({
    method: 'patch',
    path: '/api/v1/rules/:code',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '修改一条告警规则的若干项（如停用、改阈值）',
    summaryEn: 'Change some fields of a rule, such as enabled or levels',
    statuses: [200],
    problems: ['not-found', ...refusals],
    params,
    body: z
      .strictObject({
        fields: z
          .record(z.string().max(100), z.unknown())
          .meta({ description: 'Top-level fields of the rule; null takes one away' }),
        reason,
        basedOn,
      })
      .meta({ id: 'AlertRulePatch' }),
    response: rule,
    handle: async ({ services, actor, params: given, body: { fields, ...change } }) => ({
      body: await services.alerting.rules.patch(actor, given.code, fields, change),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/rules/:code',
    role: 'admin',
    tag: 'alerts',
    summaryZh: '删除一条告警规则（历次修改和已有告警保留）',
    summaryEn: 'Remove a rule; its versions and alerts are kept',
    statuses: [200],
    problems: ['not-found'],
    params,
    body: z.strictObject({ reason }).meta({ id: 'AlertRuleRemoval' }),
    response: z.strictObject({ code: z.string() }).meta({ id: 'AlertRuleRemoved' }),
    handle: async ({ services, actor, params: given, body }) => {
      await services.alerting.rules.remove(actor, given.code, body.reason);
      return { body: { code: given.code } };
    },
  }),
];
