import { z } from 'zod';
import { figureKinds } from '../../store/publishedFigures.js';
import { booleanText, dayText, defineRoute, instant, limitText, recordNumber } from '../route.js';

const figure = z.string().nullable();
const publishedFigure = z
  .strictObject({
    id: recordNumber,
    kind: z.enum(figureKinds),
    subject: z.string(),
    period: z.string(),
    publishedValue: z.string(),
    computedValue: figure.meta({ description: 'Computed when it was marked, at the published precision' }),
    currentValue: figure.meta({ description: 'Computed now' }),
    document: z.string(),
    publishedOn: z.string().meta({ format: 'date' }),
    note: z.string(),
    markedAt: instant,
    markedBy: z.string(),
    replacedBy: z.string().nullable().meta({ description: 'The later mark of the same figure and period' }),
  })
  .meta({ id: 'PublishedFigure' });

const notice = z
  .strictObject({
    id: recordNumber,
    titleZh: z.string(),
    figure: publishedFigure,
    raisedAt: instant,
    oldValue: figure,
    newValue: figure,
    causes: z
      .array(
        z.strictObject({
          writeId: z.string().nullable(),
          kind: z.string(),
          by: z.string(),
          at: instant,
          reason: z.string(),
          uploadId: z.string().nullable(),
        }),
      )
      .meta({ description: 'The writes behind the change: who, when, why' }),
    acknowledged: z.strictObject({ at: instant, by: z.string(), words: z.string() }).nullable(),
  })
  .meta({ id: 'FigureNotice' });

const words = z.string().trim().max(500);

/** Figures that were made public, and notices that later data changed one. */
export const publishedFigureRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/published-figures',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '已公布的数据',
    summaryEn: 'Published figures',
    statuses: [200],
    query: z.strictObject({
      kind: z.enum(figureKinds).optional(),
      subject: z.string().max(200).optional(),
      replaced: booleanText.optional().meta({ description: 'Also marks that a later one replaced' }),
    }),
    response: z
      .strictObject({ items: z.array(publishedFigure), demo: z.boolean() })
      .meta({ id: 'PublishedFigureList' }),
    handle: async ({ services, query }) => ({
      body: {
        items: await services.publishedFigures.list({ ...query, replaced: query.replaced ?? false }),
        demo: services.demoData(),
      },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/published-figures',
    role: 'reviewer',
    tag: 'targets',
    summaryZh: '把某月或某年的数据标为已公布',
    summaryEn: 'Mark a month or year of a figure as published',
    description:
      'kind=target：subject 为目标编号；group-mean：“分组/统计量”，统计量为 pm25、pm10、pm25-without-dust、pm10-without-dust、' +
      'so2、no2；section-class：断面代码，值为 1–6。目标只能标考核期内的年月。 / target: the number of a target, for a year or month that it judges; group-mean: <group>/<statistic>; ' +
      'section-class: the code of a section, value 1 to 6.',
    statuses: [201],
    problems: ['not-found', 'period-not-judged'],
    body: z
      .strictObject({
        kind: z.enum(figureKinds),
        subject: z.string().trim().min(1).max(200),
        period: z.string().regex(/^(19|20|21)\d\d(-(0[1-9]|1[0-2]))?$/),
        value: z
          .string()
          .regex(/^-?\d{1,12}(\.\d{1,10})?$/)
          .optional()
          .meta({ description: 'As published; by default as computed. Changes are told at its precision' }),
        document: words.min(1),
        date: dayText,
        note: words.optional(),
      })
      .meta({ id: 'PublishedFigureInput' }),
    response: publishedFigure,
    handle: async ({ services, actor, body }) => ({
      body: await services.publishedFigures.mark(actor, body),
    }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/notices',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '已公布数据变更的提示',
    summaryEn: 'Notices that published figures changed',
    statuses: [200],
    query: z.strictObject({ open: booleanText.optional(), limit: limitText(100, 1000) }),
    response: z.strictObject({ items: z.array(notice), demo: z.boolean() }).meta({ id: 'FigureNoticeList' }),
    handle: async ({ services, query }) => ({
      body: { items: await services.publishedFigures.listNotices(query), demo: services.demoData() },
    }),
  }),
  defineRoute({
    method: 'post',
    path: '/api/v1/notices/:id/acknowledge',
    role: 'reviewer',
    tag: 'targets',
    summaryZh: '确认一条提示，写明处理意见',
    summaryEn: 'Acknowledge a notice in words',
    statuses: [200],
    problems: ['not-found', 'conflict'],
    params: z.object({ id: recordNumber }),
    body: z.strictObject({ words: words.min(1) }).meta({ id: 'NoticeAcknowledgement' }),
    response: notice,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.publishedFigures.acknowledge(actor, params.id, body.words),
    }),
  }),
];
