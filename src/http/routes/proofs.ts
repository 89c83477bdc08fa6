import { z } from 'zod';
import { DomainError } from '../../domain/domainError.js';
import { knownAtOf, momentDescription, momentFields, resolveMoment } from '../moment.js';
import { dayText, defineRoute, recordNumber } from '../route.js';
import type { Proof } from '../services/proofs.js';

const step = z.strictObject({
  step: z.string(),
  of: z.string().meta({ description: 'What it is about: a day, a station and item; empty for the whole' }),
  before: z.unknown(),
  after: z.unknown(),
  rule: z.string().optional(),
});

const proof = z
  .strictObject({
    format: z.string(),
    inputs: z.record(z.string(), z.unknown()).meta({
      description:
        'kind, knownAt, the definition, the standard documents in force, sites, dust periods, every input with its ' +
        'counts and basis, excluded values with flags and reasons, the writes (uploads) they came from, and where the ' +
        'figure was published as what, with the notices since',
    }),
    rules: z.array(
      z.strictObject({
        standard: z.string(),
        path: z.string(),
        source: z.string().meta({ description: 'Standard and clause' }),
        status: z.string().meta({ description: 'unconfirmed: an assumption' }),
      }),
    ),
    steps: z.array(step),
    result: z.unknown().meta({
      description:
        'The figures; `published` says of each published value whether it is still what is computed',
    }),
    sha256: z.string().meta({ description: 'SHA-256 of `inputs` as JSON with sorted keys, no white space' }),
  })
  .meta({ id: 'Proof' });

const description =
  '证明文件包含全部输入、规则、各步计算与修约；命令 npm run --silent cli -- verify proof.json 不用数据库重算核对。 / ' +
  'Everything the figure rests on; the command `verify` computes it again without a database.';

function found(document: Proof | undefined, what: string) {
  if (document === undefined) throw new DomainError('not-found', { what });
  return { body: document as z.input<typeof proof> };
}

const known = z.strictObject({ knownAt: momentFields.knownAt });
const code = z.string().min(1).max(64);

/** Proofs of figures. */
export const proofRoutes = [
  defineRoute({
    method: 'get',
    path: '/api/v1/targets/:id/proof',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个目标数值的证明文件',
    summaryEn: "The proof of a target's figure",
    description: `${description}\n\n${momentDescription}`,
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ id: recordNumber.transform(Number).pipe(z.int().max(2_147_483_647)) }),
    query: z.strictObject(momentFields),
    response: proof,
    handle: async ({ services, params, query }) => {
      const { asOf, knownAt } = resolveMoment(query, services.judgeDate());
      const document = await services.proofs.target(params.id, asOf, knownAt);
      return found(document, `/api/v1/targets/${params.id}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/statistics/air/days/:group/:day/proof',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个站点组某日空气质量统计值的证明文件（由小时值算起）',
    summaryEn: "The proof of a station group's day, from hours",
    description,
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ group: code, day: dayText }),
    query: known,
    response: proof,
    handle: async ({ services, params, query }) => {
      const document = await services.proofs.airDay(params.group, params.day, knownAtOf(query));
      return found(document, `${params.group} ${params.day}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/statistics/air/periods/:group/:period/proof',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个站点组某月或某年空气质量统计值的证明文件（由各站日值算起，含两本账）',
    summaryEn: "The proof of a station group's month or year, from the stations' days, in both ledgers",
    description,
    statuses: [200],
    problems: ['not-found'],
    params: z.object({
      group: code,
      period: z
        .string()
        .regex(/^(19|20|21)\d\d(-(0[1-9]|1[0-2]))?$/)
        .meta({ description: 'Beijing month or year, YYYY-MM or YYYY' }),
    }),
    query: known,
    response: proof,
    handle: async ({ services, params, query }) => {
      const knownAt = knownAtOf(query);
      const document = await services.proofs.airPeriod(params.group, params.period, knownAt);
      return found(document, `${params.group} ${params.period}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/statistics/water/years/:site/:year/proof',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个断面某年水质统计值的证明文件（由各月算起）',
    summaryEn: "The proof of a section's year, from its months",
    description,
    statuses: [200],
    problems: ['not-found'],
    params: z.object({ site: code, year: z.string().regex(/^(19|20|21)\d\d$/) }),
    query: known,
    response: proof,
    handle: async ({ services, params, query }) => {
      const document = await services.proofs.waterYear(params.site, params.year, knownAtOf(query));
      return found(document, `${params.site} ${params.year}`);
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/statistics/water/months/:site/:month/proof',
    role: 'viewer',
    tag: 'targets',
    summaryZh: '一个断面某月水质统计值的证明文件',
    summaryEn: "The proof of a section's month",
    description,
    statuses: [200],
    problems: ['not-found'],
    params: z.object({
      site: code,
      month: z
        .string()
        .regex(/^(19|20|21)\d\d-(0[1-9]|1[0-2])$/)
        .meta({ description: 'Beijing month, YYYY-MM' }),
    }),
    query: known,
    response: proof,
    handle: async ({ services, params, query }) => {
      const document = await services.proofs.waterMonth(params.site, params.month, knownAtOf(query));
      return found(document, `${params.site} ${params.month}`);
    },
  }),
];
