import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { mappingSchema } from '../../ingest/decode/mapping.js';
import { sourceCode, sourceInputSchema, sourceOptionsSchema } from '../../ingest/sourceSettings.js';
import { defineRoute, instant } from '../route.js';

const source = z
  .strictObject({
    code: z.string(),
    version: z.int(),
    nameZh: z.string(),
    description: z.string(),
    hourLabel: z.enum(['end', 'start']),
    mapping: mappingSchema.nullable(),
    options: sourceOptionsSchema,
    reason: z.string(),
    editedAt: instant,
    editedBy: z.string(),
  })
  .meta({ id: 'Source' });

const params = z.object({ code: sourceCode });

/** Where files come from, with the saved way of reading theirs. */
export const sourceRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/sources',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '数据来源及其文件的读法',
    summaryEn: 'Sources of files and how theirs are read',
    statuses: [200],
    response: z.strictObject({ items: z.array(source) }).meta({ id: 'SourceList' }),
    handle: async ({ services }) => ({ body: { items: await services.sources.list() } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/sources/:code',
    role: 'viewer',
    tag: 'uploads',
    summaryZh: '一个数据来源，附历次修改',
    summaryEn: 'One source with all its versions, newest first',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: z.strictObject({ ...source.shape, versions: z.array(source) }).meta({ id: 'SourceHistory' }),
    handle: async ({ services, params: { code } }) => {
      const found = await services.sources.find(code);
      if (found === undefined) throw new DomainError('not-found', { what: `source ${code}` });
      return { body: found };
    },
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/sources/:code',
    role: 'reviewer',
    tag: 'uploads',
    summaryZh: '新建数据来源，或改变其文件的读法',
    summaryEn: 'Add a source, or change how its files are read',
    description:
      '上传时写 source=代码 即按此读取；请求里写明的选项优先。旧版本都留着。 / Uploads with source=<code> are read by ' +
      'these settings; what a request says itself goes before them. Earlier versions are kept.',
    statuses: [200],
    params,
    body: sourceInputSchema.meta({ id: 'SourceInput' }),
    response: source,
    handle: async ({ services, actor, params: { code }, body }) => ({
      body: await services.sources.put(actor, code, body),
    }),
  }),
];
