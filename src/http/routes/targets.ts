import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { verdicts } from '../../domain/verdict.js';
import { momentDescription, momentFields, resolveMoment } from '../moment.js';
import { dayText, defineRoute, recordNumber } from '../route.js';
import { outlookFields } from './targetOutlook.js';

const day = dayText.meta({ description: 'Beijing day, YYYY-MM-DD' });

const target = z
  .strictObject({
    id: z.int(),
    planId: z.string(),
    planDocument: z.string(),
    clause: z.string(),
    name: z.string(),
    nameEn: z.string(),
    kind: z.string(),
    indicator: z.string(),
    comparison: z.enum(['<=', '>=', '=']),
    limit: z.string(),
    unit: z.string(),
    quote: z.string().meta({ description: 'The words of the plan' }),
    scope: z.string(),
    offices: z.array(z.string()),
    due: z.string().meta({ format: 'date' }),
    asOf: z.string().meta({ format: 'date', description: 'Days up to this one are judged' }),
    knownAt: z.string().nullable().meta({
      format: 'date-time',
      description: 'Judged with what was stored at this instant; null: with what is stored now',
    }),
    verdict: z.enum(verdicts).meta({
      description:
        'met, missed: the period is over. secured, lost: it runs, the outcome is certain. on-track, at-risk: it runs. ' +
        'insufficient-data: too few data. not-reported: none.',
    }),
    verdictZh: z.string(),
    turnedOn: z.string().nullable().meta({
      format: 'date',
      description: 'First as-of day of the unbroken run of this verdict; null until the history knows it',
    }),
    value: z.string().nullable().meta({ description: "Decimal text at the target's precision" }),
    valueUnrounded: z.string().nullable(),
    distance: z.string().nullable().meta({ description: 'Positive is room, negative is breach; in `unit`' }),
    used: z.int(),
    missing: z.int(),
    unitOfCount: z.enum(['day', 'month', 'report']),
    inputs: z.array(z.string()),
    ledger: z.enum(['with-dust', 'without-dust']).nullable(),
    otherLedgerValue: z.string().nullable(),
    ...outlookFields,
    reason: z.string(),
    notes: z.array(z.string()),
    assumptions: z.array(z.string()),
    standards: z.array(z.string()),
    demo: z.boolean(),
  })
  .meta({ id: 'Target' });

const targetInput = z
  .strictObject({
    id: z.int().min(1).optional().meta({ description: 'An existing target: adds a version to it' }),
    planId: z.string().min(1).max(64),
    effective: day,
    document: z.string().trim().min(1).max(100).meta({ description: 'Document number of the decision' }),
    definition: z.record(z.string(), z.unknown()).meta({
      description: 'Clause, names, kind, indicator, comparison, limit, unit, quote, scope, offices, due …',
    }),
  })
  .meta({ id: 'TargetInput' });

/** The targets of the plans and where each stands. */
export const targetRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/targets',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '目标一览及判定',
    summaryEn: 'Targets and their verdicts',
    description: momentDescription,
    statuses: [200],
    query: z.strictObject({
      ...momentFields,
      planId: z.string().min(1).max(64).optional(),
      verdict: z.enum(verdicts).optional(),
    }),
    response: z
      .strictObject({
        items: z.array(target),
        asOf: z.string().meta({ format: 'date' }),
        knownAt: z.string().nullable().meta({ format: 'date-time' }),
        demo: z.boolean(),
      })
      .meta({ id: 'TargetList' }),
    handle: async ({ services, query, language }) => {
      const { asOf, knownAt } = resolveMoment(query, services.judgeDate());
      const { planId, verdict } = query;
      const items = await services.targets.list(asOf, language, {
        ...(planId === undefined ? {} : { planId }),
        ...(verdict === undefined ? {} : { verdict }),
        ...(knownAt === null ? {} : { knownAt }),
      });
      return { body: { items, asOf, knownAt, demo: services.demoData() } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/targets/:id',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个目标及判定',
    summaryEn: 'One target and its verdict',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ id: recordNumber.transform(Number).pipe(z.int().max(2_147_483_647)) }),
    description: momentDescription,
    query: z.strictObject(momentFields),
    response: target,
    handle: async ({ services, params, query, language }) => {
      const { asOf, knownAt } = resolveMoment(query, services.judgeDate());
      const found = await services.targets.find(params.id, asOf, language, knownAt ?? undefined);
      if (!found) throw new DomainError('not-found', { what: `/api/v1/targets/${params.id}` });
      return { body: found };
    },
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/targets',
    role: 'admin',
    tag: 'targets',
    summaryZh: '新增目标，或给已有目标增加新版本',
    summaryEn: 'Add a target, or a new version of an existing one',
    description: '旧版本和旧判定保留。 / Old versions and old verdicts stay.',
    statuses: [201],
    problems: ['not-found', 'conflict'],
    body: targetInput,
    response: z.record(z.string(), z.unknown()),
    handle: async ({ services, actor, body }) => ({ body: await services.catalogue.putTarget(actor, body) }),
  }),
];
