import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { verdicts } from '../../domain/verdict.js';
import { workbookMediaType } from '../../ingest/workbook/writeWorkbook.js';
import { momentDescription, momentFields, resolveMoment } from '../moment.js';
import { booleanText, dayText, defineRoute, instant, recordNumber } from '../route.js';

const idleMs = 120_000;
const day = dayText.meta({ description: 'Beijing day, YYYY-MM-DD' });

const verdictDay = z
  .strictObject({
    asOf: z.string().meta({ format: 'date' }),
    recordedAt: instant,
    targetVersion: z.int(),
    verdict: z.enum(verdicts),
    verdictZh: z.string(),
    value: z.string().nullable(),
    valueUnrounded: z.string().nullable(),
    distance: z.string().nullable(),
    used: z.int(),
    missing: z.int(),
    reason: z.string(),
    superseded: z.boolean().meta({ description: 'A later record says otherwise of this day' }),
  })
  .meta({ id: 'VerdictDay' });

/** What was said of a target day by day, and the ledger of all targets. */
export const verdictHistoryRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/targets/:id/history',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个目标逐日的判定',
    summaryEn: 'The verdicts of one target, day by day',
    description:
      '每个截至日一条现行记录；all=true 时含后来被新数据改变的记录。 / One current record per as-of day; with all=true also ' +
      'those that later data changed.',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ id: recordNumber.transform(Number).pipe(z.int().max(2_147_483_647)) }),
    query: z.strictObject({
      from: day.optional(),
      to: day.optional().meta({ description: 'Inclusive; by default the day judged now' }),
      all: booleanText.optional(),
    }),
    response: z
      .strictObject({ items: z.array(verdictDay), demo: z.boolean() })
      .meta({ id: 'VerdictDayList' }),
    handle: async ({ services, params, query, language }) => {
      const filter = {
        ...(query.from === undefined ? {} : { from: query.from }),
        to: query.to ?? services.judgeDate(),
        all: query.all ?? false,
      };
      const items = await services.verdictHistory.list(params.id, filter, language);
      return { body: { items, demo: services.demoData() } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/targets.xlsx',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '目标台账（Excel）：按方案、按责任单位',
    summaryEn: 'The ledger of all targets as a workbook, by plan and by office',
    statuses: [200],
    otherContent: { [workbookMediaType]: '台账 / the workbook' },
    timeoutMs: null,
    description: momentDescription,
    query: z.strictObject(momentFields),
    response: z.unknown(),
    handle: async ({ services, query, request, response }) => {
      const { asOf, knownAt } = resolveMoment(query, services.judgeDate());
      const file = await services.ledger.write(asOf, knownAt);
      const name = encodeURIComponent(file.fileName);
      response
        .status(200)
        .set('Content-Type', workbookMediaType)
        .set('Content-Disposition', `attachment; filename="targets.xlsx"; filename*=UTF-8''${name}`)
        .set('Cache-Control', 'no-store');
      response.setTimeout(idleMs, () => response.destroy());
      if (request.method === 'HEAD') response.end();
      else await pipeline(Readable.from(file.content), response);
      return 'streamed' as const;
    },
  }),
];
