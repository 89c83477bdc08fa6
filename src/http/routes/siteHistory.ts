import { z } from 'zod';
import { dayText, defineRoute, instant, recordNumber } from '../route.js';
import { site, siteCode, siteName } from './catalogue.js';

const entryFields = {
  id: recordNumber,
  from: z.string().nullable().meta({ description: 'First Beijing day; null: from the beginning' }),
  to: z
    .string()
    .nullable()
    .meta({ description: 'First Beijing day on which it no longer holds; null: still' }),
  document: z.string(),
  note: z.string(),
  replaces: z.string().nullable().meta({ description: 'The entry that this one corrects' }),
  recordedAt: instant,
  recordedBy: z.string(),
  withdrawn: z.strictObject({ at: instant, by: z.string(), reason: z.string() }).nullable(),
};

const siteDetail = z
  .strictObject({
    ...site.shape,
    names: z.array(z.strictObject({ ...entryFields, name: z.string(), official: z.boolean() })),
    moves: z.array(z.strictObject({ ...entryFields, longitude: z.string(), latitude: z.string() })),
    merges: z.array(z.strictObject({ ...entryFields, into: z.string() })),
    instruments: z.array(
      z.strictObject({
        ...entryFields,
        indicators: z.array(z.string()),
        model: z.string().nullable(),
        method: z.string().nullable(),
      }),
    ),
    mergedFrom: z.array(z.string()).meta({ description: 'Codes of sites merged into this one' }),
    states: z.array(
      z.strictObject({
        change: z.enum(['created', 'changed', 'removed']),
        name: z.string(),
        kind: z.string(),
        waterBody: z.string().nullable(),
        aliases: z.array(z.string()),
        placeholder: z.boolean(),
        recordedAt: instant,
        recordedBy: z.string(),
        reason: z.string(),
      }),
    ),
  })
  .meta({ id: 'SiteDetail' });

const words = z.string().trim().max(500);
const common = {
  document: words.optional(),
  note: words.optional(),
  replaces: recordNumber.optional().meta({ description: 'Corrects this entry, which stays readable' }),
  reason: words.min(1).optional().meta({ description: 'Why; needed with `replaces`' }),
};
const explained = (input: { replaces?: string | undefined; reason?: string | undefined }): boolean =>
  input.replaces === undefined || input.reason !== undefined;
const unexplained = { error: '更正须写明原因 / say why the entry is corrected', path: ['reason'] };
const params = z.object({ code: siteCode });

const nameInput = z
  .strictObject({
    name: siteName,
    official: z
      .boolean()
      .default(false)
      .meta({ description: 'The official name; shown from then on, the former one stays an alias' }),
    from: dayText.optional(),
    to: dayText.optional().meta({ description: 'First day on which it no longer holds' }),
    ...common,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    error: 'to 必须晚于 from / to must be after from',
    path: ['to'],
  })
  .refine(explained, unexplained)
  .meta({ id: 'SiteNameInput' });
const moveInput = z
  .strictObject({
    from: dayText.optional().meta({ description: 'Without: where it has always stood' }),
    longitude: z.number().min(-180).max(180),
    latitude: z.number().min(-90).max(90),
    ...common,
  })
  .refine(explained, unexplained)
  .meta({ id: 'SiteMoveInput' });
const mergeInput = z
  .strictObject({ from: dayText, into: siteCode, ...common })
  .refine(explained, unexplained)
  .meta({ id: 'SiteMergeInput' });
const instrumentInput = z
  .strictObject({
    from: dayText,
    indicators: z.array(z.string().min(1).max(64)).min(1).max(100),
    model: words.optional(),
    method: words.optional(),
    ...common,
  })
  .refine(explained, unexplained)
  .meta({ id: 'SiteInstrumentInput' });

const admin = { role: 'admin', tag: 'catalogue', statuses: [201], params, response: siteDetail } as const;
const problems = ['not-found', 'conflict'] as const;

/** A site with its past: names, moves, merges and instruments, each with dates of validity. */
export const siteHistoryRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/sites/:code',
    role: 'viewer',
    tag: 'catalogue',
    summaryZh: '一个点位及其沿革：名称、迁移、合并、仪器',
    summaryEn: 'A site with its history: names, moves, merges, instruments',
    statuses: [200],
    problems: ['not-found'],
    params,
    response: siteDetail,
    handle: async ({ services, params }) => ({ body: await services.siteHistory.find(params.code) }),
  }),
  defineRoute({
    ...admin,
    method: 'post',
    path: '/api/v1/sites/:code/names',
    summaryZh: '登记名称或别名及其起止日期',
    summaryEn: 'Record a name or alias with its dates',
    description:
      '登记了日期的名称只在这些日期内指该点位，文件按每一行的日期认点位。 / A name with dates means the site in these only; ' +
      'files are resolved by the day of each row.',
    problems,
    body: nameInput,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.siteHistory.addName(actor, params.code, body),
    }),
  }),
  defineRoute({
    ...admin,
    method: 'post',
    path: '/api/v1/sites/:code/moves',
    summaryZh: '登记位置或迁移',
    summaryEn: 'Record where the site stands from a day on',
    problems,
    body: moveInput,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.siteHistory.addMove(actor, params.code, body),
    }),
  }),
  defineRoute({
    ...admin,
    method: 'post',
    path: '/api/v1/sites/:code/merges',
    summaryZh: '并入另一个点位',
    summaryEn: 'Merge the site into another from a day on',
    description:
      '自该日起，原名称指向并入后的点位；以前的数据不动。 / From that day on its names mean the successor; readings ' +
      'before stay where they are.',
    problems,
    body: mergeInput,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.siteHistory.addMerge(actor, params.code, body),
    }),
  }),
  defineRoute({
    ...admin,
    method: 'post',
    path: '/api/v1/sites/:code/instruments',
    summaryZh: '登记仪器更换',
    summaryEn: 'Record a change of instruments',
    problems,
    body: instrumentInput,
    handle: async ({ services, actor, params, body }) => ({
      body: await services.siteHistory.addInstrument(actor, params.code, body),
    }),
  }),
  defineRoute({
    ...admin,
    method: 'post',
    path: '/api/v1/sites/:code/withdrawals',
    summaryZh: '撤回一条沿革记录（原记录保留）',
    summaryEn: 'Withdraw an entry of the history; it stays readable',
    statuses: [200],
    problems: ['not-found'],
    body: z.strictObject({ id: recordNumber, reason: words.min(1) }).meta({ id: 'SiteWithdrawal' }),
    handle: async ({ services, actor, params, body }) => ({
      body: await services.siteHistory.withdraw(actor, params.code, body),
    }),
  }),
];
