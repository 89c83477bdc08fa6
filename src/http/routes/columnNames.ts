import { z } from 'zod';
import { columnNameInputSchema, columnNameMedia, columnNameRoles } from '../../ingest/columnNames.js';
import { publishedIndicators } from '../../ingest/decode/structuralSynonyms.js';
import { booleanText, defineRoute, instant } from '../route.js';

const fields = {
  name: z.string().meta({ description: 'As names are compared: lower case, without brackets and signs' }),
  printed: z.string(),
  medium: z.enum(columnNameMedia).nullable().meta({ description: 'Holds only in tables about this medium' }),
  role: z.enum([...columnNameRoles, 'published']).nullable(),
  published: z.enum(publishedIndicators).nullable(),
  indicator: z.string().nullable(),
  area: z.enum(['township', 'district']).nullable(),
  rank: z.int(),
  note: z.string(),
  editedAt: instant.nullable(),
  editedBy: z.string().nullable(),
};
const columnName = z
  .strictObject({
    ...fields,
    builtIn: z.boolean(),
    replaces: z.string().nullable().meta({ description: "Built-in meaning that the bureau's own replaces" }),
  })
  .meta({ id: 'ColumnName' });
const change = z.strictObject({ ...fields, removed: z.boolean() }).meta({ id: 'ColumnNameChange' });

const params = z.object({
  name: z.string().min(1).max(200).meta({ description: 'A header, as printed or normalised' }),
});

/** The table of column names, which the bureau extends. */
export const columnNameRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/column-names',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '列名表：表头的各种写法',
    summaryEn: 'Column names: what headers are understood to mean',
    description:
      '本局登记的在前，优先于内置的；builtIn=true 只列内置的。 / The bureau’s own come first and go before the built-in ones.',
    statuses: [200],
    query: z.strictObject({ builtIn: booleanText.optional() }),
    response: z.strictObject({ items: z.array(columnName) }).meta({ id: 'ColumnNameList' }),
    handle: async ({ services, query }) => ({ body: { items: await services.columnNames.list(query) } }),
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/column-names/:name',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '一个表头是什么意思，附历次修改',
    summaryEn: 'What a header means, with the bureau’s changes to it',
    statuses: [200],
    params,
    response: z
      .strictObject({ name: z.string(), items: z.array(columnName), history: z.array(change) })
      .meta({ id: 'ColumnNameHistory' }),
    handle: async ({ services, params: { name } }) => ({ body: await services.columnNames.find(name) }),
  }),
  defineRoute({
    method: 'put',
    path: '/api/v1/column-names/:name',
    role: 'reviewer',
    tag: 'catalogue',
    summaryZh: '登记一个列名的意思',
    summaryEn: 'Give a column name a meaning',
    description:
      'role、published、indicator 三者取一。与内置的意思不同也可以，用到它的文件在结果里会说明。 / One of role, ' +
      'published and indicator. It may differ from a built-in meaning; reports of files that use it say so.',
    statuses: [200],
    problems: ['not-found'],
    params,
    body: columnNameInputSchema.meta({ id: 'ColumnNameInput' }),
    response: columnName,
    handle: async ({ services, actor, params: { name }, body }) => ({
      body: await services.columnNames.put(actor, name, body),
    }),
  }),
  defineRoute({
    method: 'delete',
    path: '/api/v1/column-names/:name',
    role: 'reviewer',
    tag: 'catalogue',
    summaryZh: '收回一个登记过的列名',
    summaryEn: 'Take a column name back',
    statuses: [200],
    problems: ['not-found'],
    params,
    query: z.strictObject({ medium: z.enum(columnNameMedia).optional() }),
    response: columnName,
    handle: async ({ services, actor, params: { name }, query }) => ({
      body: await services.columnNames.remove(actor, name, query.medium ?? null),
    }),
  }),
];
