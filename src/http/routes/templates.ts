import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { workbookMediaType } from '../../ingest/workbook/writeWorkbook.js';
import { defineRoute } from '../route.js';

const idleMs = 120_000;

const year = z
  .string()
  .regex(/^(19|20)\d{2}$/)
  .transform(Number)
  .optional()
  .meta({ description: 'Without it the year judged now, or the last one of any target that is over' });

const template = z
  .strictObject({
    office: z.string().meta({ description: 'Code of the office' }),
    nameZh: z.string(),
    figures: z.int().min(0).meta({ description: 'Rows of its template' }),
  })
  .meta({ id: 'Template' });

/** The workbooks in which offices report. */
export const templateRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/templates',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '各单位的报送表模板',
    summaryEn: 'The templates in which offices report',
    statuses: [200],
    query: z.strictObject({ year }),
    response: z.strictObject({ year: z.int(), items: z.array(template) }).meta({ id: 'TemplateList' }),
    handle: async ({ services, query }) => ({ body: await services.templates.list(query.year) }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/templates/:office.xlsx',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '一个单位的报送表：填好数值后直接上传',
    summaryEn: 'The template of one office: fill in the values and upload it as it is',
    description:
      '已填好该单位负责的率、面积、数量和任务的指标、期间和单位；没有要报送的指标时为 404。 / Indicators, periods and units of the ' +
      'rates, areas, counts and milestones of the office are filled in; 404 when it has none to report.',
    statuses: [200],
    problems: ['not-found'],
    otherContent: { [workbookMediaType]: '报送表 / the workbook' },
    timeoutMs: null,
    params: z.object({ office: z.string().min(1).max(64) }),
    query: z.strictObject({ year }),
    response: z.unknown(),
    handle: async ({ services, params, query, request, response }) => {
      const file = await services.templates.write(params.office, query.year);
      if (file === undefined) {
        const what = `${params.office}${query.year === undefined ? '' : ` ${query.year}`}（没有这个单位，或该年没有要报送的指标）`;
        throw new DomainError('not-found', { what });
      }
      const name = encodeURIComponent(file.fileName);
      response
        .status(200)
        .set('Content-Type', workbookMediaType)
        .set('Content-Disposition', `attachment; filename="template.xlsx"; filename*=UTF-8''${name}`)
        .set('Cache-Control', 'no-store');
      response.setTimeout(idleMs, () => response.destroy());
      if (request.method === 'HEAD') response.end();
      else await pipeline(Readable.from(file.content), response);
      return 'streamed' as const;
    },
  }),
];
