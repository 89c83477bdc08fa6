import { z } from 'zod';
import { dayText, defineRoute, limitText } from '../route.js';

const code = z.string().min(1).max(64);

const report = z
  .strictObject({
    indicator: z.string(),
    site: z.string(),
    siteName: z.string(),
    periodKind: z.enum(['year', 'half-year', 'quarter', 'month', 'to-date']),
    from: z.string().meta({ format: 'date', description: 'First Beijing day' }),
    to: z.string().meta({ format: 'date', description: 'Last Beijing day' }),
    value: z.string().meta({ description: 'Exact decimal text; milestones 1 (done) or 0' }),
    numerator: z.string().nullable(),
    denominator: z.string().nullable(),
    unit: z.string(),
    evidence: z.string().nullable(),
    origin: z.string(),
  })
  .meta({ id: 'Report' });

/** Rates, areas, counts and milestones, as offices reported them. */
export const reportRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/reports',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '各单位上报的率、面积、数量和完成情况',
    summaryEn: 'Reported rates, areas, counts and milestones',
    statuses: [200],
    query: z.strictObject({
      indicator: code.optional(),
      site: code.optional().meta({ description: 'Site code' }),
      from: dayText.optional().meta({ description: 'Periods that end on this day or later' }),
      to: dayText.optional().meta({ description: 'Periods that begin on this day or earlier' }),
      cursor: z.string().min(1).max(500).optional().meta({ description: '`next` of the page before' }),
      limit: limitText(500, 5000),
    }),
    response: z
      .strictObject({ items: z.array(report), next: z.string().nullable() })
      .meta({ id: 'ReportPage' }),
    handle: async ({ services, query }) => ({ body: await services.reports.page(query) }),
  }),
];
