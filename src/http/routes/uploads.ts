import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { roleIncludes } from '../../domain/role.js';
import { verdicts } from '../../domain/verdict.js';
import { mappingSchema } from '../../ingest/decode/mapping.js';
import { uploadOptionsSchema, type GivenUploadOptions } from '../../ingest/uploadOptions.js';
import { tooManyRequests } from '../authentication.js';
import { parsePart } from '../fieldErrors.js';
import { receiveFile } from '../multipart.js';
import { RequestProblem } from '../problem.js';
import { defineRoute, instant, limitText, momentText, recordNumber, type RouteContext } from '../route.js';
import type { UploadOptions, UploadReport } from '../services.js';

const count = z.int().min(0);

const outcome = z.strictObject({ verdict: z.enum(verdicts), value: z.string().nullable() });

const understood = {
  headerLine: z.int().nullable(),
  layout: z.string().nullable(),
  interval: z.string().nullable(),
  confidence: z.number().nullable().meta({
    description: '1 when nothing had to be assumed, less for every assumption; null: not understood',
  }),
  columns: z.array(
    z.strictObject({
      position: z.int(),
      header: z.string(),
      role: z.string(),
      indicator: z.string().optional(),
      unit: z.string().optional(),
    }),
  ),
};

const uploadSummary = z
  .strictObject({
    id: z
      .string()
      .nullable()
      .meta({ description: 'Record number; null when nothing was recorded (trial run)' }),
    status: z.enum(['committed', 'rejected', 'dry-run', 'needs-overwrite']),
    fileName: z.string(),
    sha256: z.string(),
    bytes: count,
    encoding: z.string(),
    options: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'What the file was read with' }),
    sheets: z
      .array(z.strictObject({ name: z.string(), rowsRead: count, ...understood }))
      .optional()
      .meta({ description: 'Sheets of a workbook that hold a table; without a layout: not understood' }),
    sheet: z.string().nullable().meta({
      description:
        'The sheet when only one was read; for several, what follows is only what they have in common',
    }),
    ...understood,
    source: z
      .strictObject({
        code: z.string(),
        nameZh: z.string(),
        version: z.int(),
        taken: z.array(z.string()).meta({ description: 'What was taken from the settings of the source' }),
        mappingVersion: z
          .int()
          .nullable()
          .meta({ description: 'Version of the source that keeps the mapping of this file' }),
      })
      .nullable(),
    rows: z.strictObject({
      read: count,
      new: count,
      unchanged: count,
      changed: count,
      rejected: count,
      duplicate: count,
    }),
    values: z.strictObject({ new: count, unchanged: count, changed: count }),
    firstTime: instant.nullable(),
    lastTime: instant.nullable(),
    faultCount: count,
    suspectCount: count,
    notices: z.array(z.string()),
    impact: z
      .array(z.strictObject({ targetId: z.int(), name: z.string(), before: outcome, after: outcome }))
      .nullable()
      .meta({ description: 'Of a trial run: targets whose verdict or value would change' }),
    createdSites: z
      .array(
        z.strictObject({
          code: z.string(),
          name: z.string(),
          kind: z.string(),
          near: z.array(z.string()).meta({ description: 'Registered names that resemble it' }),
        }),
      )
      .meta({ description: 'Sites that the upload registers (of a trial run: would register)' }),
    token: z
      .string()
      .nullable()
      .meta({ description: 'Of a trial run: sent with the commit, it stores exactly this or nothing' }),
    undone: z
      .strictObject({ at: instant, by: z.string(), reason: z.string() })
      .nullable()
      .meta({ description: 'Who took the upload back, when and why' }),
    recomputed: z.boolean(),
    uploadedAt: instant,
    uploadedBy: z.string(),
  })
  .meta({ id: 'UploadSummary' });

const candidate = z.strictObject({
  role: z.string(),
  indicator: z.string().optional(),
  published: z.string().optional(),
  why: z.enum(['name', 'values']),
  similarTo: z.string().optional().meta({ description: 'The known name that the header resembles' }),
});

const understanding = z
  .strictObject({
    headerLine: z.int().nullable(),
    layout: z.string().nullable(),
    columnCount: count,
    columns: z
      .array(
        z.strictObject({
          position: z.int(),
          header: z.string(),
          state: z.enum(['understood', 'unclear', 'unknown']),
          role: z.string().nullable(),
          indicator: z.string().nullable(),
          unit: z.string().nullable(),
          candidates: z.array(candidate),
          samples: z.array(z.string()),
        }),
      )
      .meta({ description: 'At most the first 200' }),
    missing: z.array(z.enum(['site', 'time', 'items'])),
    suggestedMapping: mappingSchema
      .nullable()
      .meta({ description: 'What was understood, to be completed and sent back as the option mapping' }),
  })
  .meta({ id: 'Understanding' });

const uploadReport = z
  .strictObject({
    ...uploadSummary.shape,
    understanding: understanding
      .nullable()
      .meta({ description: 'How far the table was understood, where it was not or not surely' }),
    faults: z.array(
      z.strictObject({
        sheet: z.string().optional(),
        line: count,
        column: z.string(),
        value: z.string(),
        code: z.string(),
        message: z.string(),
        mend: z.string(),
      }),
    ),
    changes: z.array(
      z.strictObject({
        sheet: z.string().optional(),
        line: count,
        site: z.string(),
        time: z.string(),
        indicator: z.string(),
        stored: z.string(),
        file: z.string(),
      }),
    ),
  })
  .meta({ id: 'UploadReport' });

type UploadContext = RouteContext<undefined, GivenUploadOptions, undefined>;

async function upload(context: UploadContext) {
  const { actor, request, language, metrics, services, uploadLimiter } = context;
  const wait = uploadLimiter.take(String(actor.tokenId));
  if (wait > 0) throw tooManyRequests(wait);
  const report = await receiveFile(
    request,
    { maxBytes: context.maxUploadBytes, idleMs: context.uploadIdleMs },
    (fields, file) => services.uploads.upload(actor, file, mergeOptions(context, fields), language),
  ).catch((error: unknown) => {
    metrics.countUpload('failed');
    throw error instanceof DomainError && error.code === 'stale-trial' ? staleTrial(error) : error;
  });
  metrics.countUpload(report.status);
  return replyOf(report);
}

/** Programs learn from `stale` what differs from the trial run. */
function staleTrial({ params }: DomainError): RequestProblem {
  return new RequestProblem('stale-trial', params, { extensions: { stale: params['part'] } });
}

function mergeOptions(
  { query, language, actor }: UploadContext,
  fields: Readonly<Record<string, string>>,
): UploadOptions {
  // Forms send every field, those left blank too.
  const filled = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== ''));
  const form = parsePart(uploadOptionsSchema, filled, 'form', language);
  const twice = Object.keys(form).filter((name) => query[name as keyof GivenUploadOptions] !== undefined);
  if (twice.length > 0) throw new RequestProblem('invalid-request', { detail: twice.join(', ') });
  const options = { ...query, ...form };
  // What is saved decides how every later file of the source is read.
  if (options.saveMapping === true && !roleIncludes(actor.role, 'reviewer')) {
    throw new RequestProblem('forbidden', { needed: 'reviewer', held: actor.role });
  }
  return { dryRun: false, overwrite: false, onError: 'reject-file', ...options };
}

function replyOf(report: UploadReport) {
  const extensions = { report };
  if (report.status === 'rejected') {
    throw new RequestProblem('upload-rejected', { count: report.faultCount }, { extensions });
  }
  if (report.status === 'needs-overwrite') {
    throw new RequestProblem('needs-overwrite', { count: report.values.changed }, { extensions });
  }
  if (report.status === 'dry-run' || report.id === null) return { status: 200, body: report };
  return { status: 201, body: report, headers: { Location: `/api/v1/uploads/${report.id}` } };
}

const workbookMediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function isWorkbook(content: Buffer): boolean {
  return content.subarray(0, 2).toString('latin1') === 'PK';
}

/** Files in, and what became of them. */
export const uploadRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/v1/uploads',
    role: 'uploader',
    tag: 'uploads',
    summaryZh: '上传一个数据文件',
    summaryEn: 'Upload a file of readings',
    description:
      '选项写成查询参数，或文件之前的同名文本字段。201：已入库；200：试读，或没有新增记录；422：文件被拒；409：需要确认覆盖；' +
      '后两种的完整结果在 report 里。一次上传要么全部写入，要么完全不写。 / Options are text fields before the file, or query ' +
      'parameters. 201: stored; 200: trial run; 422: rejected; 409: overwriting must be confirmed; the last two carry ' +
      'the full result as `report`. An upload is stored as a whole or not at all.',
    statuses: [201, 200],
    problems: [
      'malformed-multipart',
      'file-missing',
      'file-field-unexpected',
      'one-file-only',
      'option-after-file',
      'request-timeout',
      'needs-overwrite',
      'list-forbidden',
      'stale-trial',
      'payload-too-large',
      'unsupported-media-type',
      'upload-rejected',
      'too-many-requests',
    ],
    timeoutMs: null,
    // Listed as parameters only: Swagger UI fills form fields with samples and sends them in any order.
    file: 'CSV, UTF-8 / GB18030',
    query: uploadOptionsSchema,
    response: uploadReport,
    handle: (context) => upload(context),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/uploads',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '上传记录，新的在前',
    summaryEn: 'Uploads, newest first',
    statuses: [200],
    query: z.strictObject({
      before: recordNumber.optional().meta({ description: 'Older than this one: `next` of the page before' }),
      status: z
        .enum(['committed', 'rejected', 'undone'])
        .optional()
        .meta({ description: '`committed`: those that stand' }),
      actor: z.string().min(1).max(200).optional().meta({ description: 'Part of the name or office' }),
      from: momentText.optional().meta({ description: 'Start (included): Beijing day or RFC 3339 instant' }),
      to: momentText.optional().meta({ description: 'End (excluded): Beijing day or RFC 3339 instant' }),
      fileName: z.string().min(1).max(200).optional().meta({ description: 'Part of the file name' }),
      limit: limitText(50, 200),
    }),
    response: z
      .strictObject({ items: z.array(uploadSummary), next: z.string().nullable() })
      .meta({ id: 'UploadList' }),
    handle: async ({ services, query }) => {
      const items = await services.uploads.list(query);
      const next = items.length === query.limit ? (items.at(-1)?.id ?? null) : null;
      return { body: { items, next } };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/uploads/:id',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '一次上传的完整结果',
    summaryEn: 'The full report of one upload',
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ id: recordNumber }),
    response: uploadReport,
    handle: async ({ services, params, language }) => {
      const report = await services.uploads.find(params.id, language);
      if (!report) throw new DomainError('not-found', { what: `/api/v1/uploads/${params.id}` });
      return { body: report };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/uploads/:id/errors',
    role: 'uploader',
    tag: 'uploads',
    summaryZh: '原文件，末尾加一列“错误原因”',
    summaryEn: 'The file itself with a column that says what is wrong with each row',
    description:
      '编码、分隔符和其余字节都与上传的文件相同；改好后可以直接再传，多出的一列不会读取。 / Same encoding, same ' +
      'bytes but for the added column; mended, it can be uploaded again: the extra column is ignored.',
    statuses: [200],
    problems: ['not-found'],
    otherContent: {
      'text/csv': '原文件 + 错误原因 / the file + 错误原因',
      [workbookMediaType]: '原工作簿 + 错误原因 / the workbook + 错误原因',
    },
    params: z.object({ id: recordNumber }),
    response: z.unknown(),
    handle: async ({ services, params, language, response }) => {
      const file = await services.uploads.annotate(params.id, language);
      if (!file) throw new DomainError('not-found', { what: `/api/v1/uploads/${params.id}` });
      const name = encodeURIComponent(`错误原因_${file.fileName}`);
      response
        .status(200)
        .set('Content-Type', isWorkbook(file.content) ? workbookMediaType : 'text/csv')
        .set('Content-Disposition', `attachment; filename="errors.csv"; filename*=UTF-8''${name}`)
        .end(file.content);
      return 'streamed' as const;
    },
  }),
];
