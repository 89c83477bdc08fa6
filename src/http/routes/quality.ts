import type { Request } from 'express';
import { z } from 'zod';
import { families } from '../../domain/family.js';
import { qualityRuleNames } from '../../domain/qualityRule.js';
import { csvLine, sendCsv } from '../csv.js';
import { booleanText, defineRoute, instant, limitText, momentText, recordNumber } from '../route.js';
import type { SuspectRow } from '../services/quality.js';

const code = z.string().min(1).max(64);
const reason = z.string().trim().min(1).max(500);
const from = momentText.optional().meta({ description: 'Start (included): Beijing day or RFC 3339 instant' });
const to = momentText.optional().meta({ description: 'End (excluded): Beijing day or RFC 3339 instant' });
const cursor = z.string().min(1).max(500).optional().meta({ description: '`next` of the page before' });
const ruleName = z.enum(qualityRuleNames);

const flagRequest = z
  .strictObject({
    site: code.meta({ description: 'Site code or name' }),
    family: z.enum([...(Object.keys(families) as [string, ...string[]]), 'series']),
    indicator: code.meta({ description: 'Indicator code, or `*` for whole rows' }),
    time: momentText.optional().meta({ description: 'Start of the one interval meant' }),
    from,
    to,
    flag: z.enum(['invalid', 'valid', 'maintenance']).meta({
      description:
        'invalid: the value leaves every official figure. valid: a person has looked, automatic checks are silent ' +
        'until the value is replaced. maintenance: noted; whole water samples (`*`) leave the means.',
    }),
    reason,
    dryRun: z.boolean().default(false).meta({ description: 'Tells what would be flagged, stores nothing' }),
  })
  .refine(
    ({ time, from, to }) =>
      time === undefined ? from !== undefined && to !== undefined : from === undefined && to === undefined,
    { error: '写 time，或写 from 和 to / either time, or from and to' },
  )
  .meta({ id: 'FlagRequest' });

const flagOutcome = z
  .strictObject({
    dryRun: z.boolean(),
    values: z.int(),
    rows: z.int(),
    days: z.int(),
    firstDay: z.string().nullable(),
    lastDay: z.string().nullable(),
    changed: z.int().meta({ description: 'Flags set or cleared' }),
    targets: z
      .array(
        z.strictObject({
          id: z.int(),
          name: z.string(),
          days: z.int(),
          firstDay: z.string(),
          lastDay: z.string(),
        }),
      )
      .meta({ description: 'Targets judged on the days touched' }),
  })
  .meta({ id: 'FlagOutcome' });

const rule = z
  .strictObject({
    rule: z.string(),
    indicator: z.string(),
    parameters: z.record(z.string(), z.unknown()),
    titleZh: z.string(),
    titleEn: z.string(),
    explanationZh: z.string(),
    explanationEn: z.string(),
    version: z.int(),
  })
  .meta({ id: 'QualityRule' });

const ruleDetail = z
  .strictObject({
    items: z.array(rule),
    history: z.array(
      z.strictObject({
        indicator: z.string(),
        version: z.int(),
        parameters: z.record(z.string(), z.unknown()),
        recordedAt: instant,
        recordedBy: z.string(),
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: 'QualityRuleDetail' });

const suspect = z
  .strictObject({
    family: z.string(),
    site: z.string(),
    siteName: z.string(),
    time: instant,
    indicator: z.string(),
    value: z.number().nullable(),
    unit: z.string(),
    rules: z.array(z.string()),
    explanation: z.string(),
    around: z.array(z.strictObject({ time: instant, value: z.number() })),
    origin: z.string(),
    review: z.enum(['open', 'valid', 'invalid']),
    reviewedBy: z.string().nullable(),
    reviewedAt: instant.nullable(),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Suspect' });

const difference = z
  .strictObject({
    site: z.string(),
    siteName: z.string(),
    time: instant,
    span: z.string(),
    indicator: z.string(),
    published: z.string(),
    computed: z.string(),
    rule: z.string().meta({ description: 'Standard and named rule behind `computed`' }),
    cause: z.string().meta({ description: 'Known cause; empty when none is known' }),
    explanation: z.string(),
    origin: z.string(),
  })
  .meta({ id: 'PublishedDifference' });

const suspectColumns = Object.keys(suspect.shape) as (keyof SuspectRow)[];

async function* toCsv(batches: AsyncIterable<SuspectRow[]>): AsyncGenerator<string> {
  for await (const rows of batches) {
    yield rows
      .map((row) =>
        csvLine(
          suspectColumns.map((column) => {
            if (column === 'rules') return row.rules.join(';');
            if (column === 'around')
              return row.around.map(({ time, value }) => `${time} ${value}`).join('; ');
            return row[column];
          }),
        ),
      )
      .join('');
  }
}

function wantsCsv(format: 'json' | 'csv' | undefined, request: Request): boolean {
  if (format !== undefined) return format === 'csv';
  return request.accepts(['application/json', 'text/csv']) === 'text/csv';
}

// HEAD asks for the headers alone.
async function* noRows(): AsyncGenerator<SuspectRow[]> {
  // Nothing to yield.
}

const flagDescription =
  '审核人对已入库的值作标记，须写明理由；每次最多两万个值。dryRun=true 只说明涉及多少个值、哪些目标的哪些天。 / ' +
  'Flags stored values, with a reason; at most 20,000 values at a time. dryRun=true only tells how many values and ' +
  "which targets' days it is about.";

/** Suspicious values, reviews of them, the rules behind them, and published figures that differ. */
export const qualityRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/v1/flags',
    role: 'reviewer',
    tag: 'readings',
    summaryZh: '审核标记：无效、有效、维护',
    summaryEn: 'Flag values as invalid, valid or under maintenance',
    description: flagDescription,
    statuses: [200],
    problems: ['not-found', 'flags-too-many'],
    body: flagRequest,
    response: flagOutcome,
    handle: async ({ services, actor, body }) => ({ body: await services.quality.setFlags(actor, body) }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/flags/clear',
    role: 'reviewer',
    tag: 'readings',
    summaryZh: '取消审核标记',
    summaryEn: "Take a reviewer's flag off values",
    description: flagDescription,
    statuses: [200],
    problems: ['not-found', 'flags-too-many'],
    body: flagRequest,
    response: flagOutcome,
    handle: async ({ services, actor, body }) => ({ body: await services.quality.clearFlags(actor, body) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/suspects',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '存疑值清单：JSON 分页，CSV 全部',
    summaryEn: 'Suspicious values: JSON in pages, CSV all at once',
    description:
      '自动检查只标记，不把任何值从统计中剔除。 / Automatic checks only flag; they take no value out of a figure.',
    statuses: [200],
    problems: ['not-found'],
    otherContent: { 'text/csv': suspectColumns.join(',') },
    timeoutMs: null,
    query: z.strictObject({
      from,
      to,
      site: code.optional(),
      indicator: code.optional(),
      rule: ruleName.optional(),
      upload: recordNumber.optional(),
      reviewed: booleanText
        .optional()
        .meta({ description: 'true: answered by a person; false: still open; otherwise both' }),
      cursor,
      limit: limitText(200, 1000),
      format: z.enum(['json', 'csv']).optional(),
    }),
    response: z
      .strictObject({ items: z.array(suspect), next: z.string().nullable() })
      .meta({ id: 'SuspectPage' }),
    handle: async ({ services, query, request, response, language }) => {
      const { format, cursor, limit, ...filter } = query;
      response.vary('Accept');
      if (!wantsCsv(format, request)) {
        return { body: await services.quality.suspects({ ...filter, cursor, limit }, language) };
      }
      const rows = request.method === 'HEAD' ? noRows() : services.quality.streamSuspects(filter, language);
      await sendCsv(response, 'suspects.csv', suspectColumns, toCsv(rows));
      return 'streamed';
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/published-differences',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '公布值与计算值不同之处',
    summaryEn: 'Published figures that differ from the computed ones',
    description:
      '文件中公布的 AQI、级别、首要污染物、水质类别原样保存，从不代替计算结果。 / Published figures are kept as given and ' +
      'never stand in for computed ones.',
    statuses: [200],
    problems: ['not-found'],
    query: z.strictObject({
      from,
      to,
      site: code.optional(),
      indicator: z.enum(['aqi', 'aqi_level', 'primary_pollutant', 'water_class']).optional(),
      cause: z.string().max(40).optional().meta({ description: 'Code of a cause; empty text: none known' }),
      upload: recordNumber.optional(),
      cursor,
      limit: limitText(200, 1000),
    }),
    response: z
      .strictObject({ items: z.array(difference), next: z.string().nullable() })
      .meta({ id: 'PublishedDifferencePage' }),
    handle: async ({ services, query, language }) => ({
      body: await services.quality.differences(query, language),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/quality-rules',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '自动检查规则一览',
    summaryEn: 'Rules of the automatic checks',
    statuses: [200],
    response: z.strictObject({ items: z.array(rule) }).meta({ id: 'QualityRuleList' }),
    handle: async ({ services }) => ({ body: { items: await services.quality.listRules() } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/quality-rules/:rule',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '一条自动检查规则及其修改历史',
    summaryEn: 'One rule of the automatic checks with its history',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ rule: code }),
    response: ruleDetail,
    handle: async ({ services, params }) => ({ body: await services.quality.findRule(params.rule) }),
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/quality-rules/:rule',
    role: 'admin',
    tag: 'catalogue',
    summaryZh: '修改自动检查规则的参数',
    summaryEn: 'Set the parameters of a rule of the automatic checks',
    description:
      '默认阈值是工作假设，由生态环境分局确定；修改后已入库的数据重新检查。 / The defaults are assumptions for the bureau ' +
      'to set; stored data are checked again after a change.',
    statuses: [200],
    problems: ['not-found', 'quality-rule-invalid'],
    params: z.object({ rule: code }),
    body: z
      .strictObject({
        indicator: code.default('*'),
        parameters: z.record(z.string(), z.unknown()),
        reason,
      })
      .meta({ id: 'QualityRuleInput' }),
    response: ruleDetail,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.quality.putRule(actor, params.rule, body),
    }),
  }),
];
