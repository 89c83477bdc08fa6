import { z } from 'zod';
import { verdicts } from '../../domain/verdict.js';
import { RequestProblem } from '../problem.js';
import { defineRoute, instant, momentText, recordNumber } from '../route.js';

const count = z.int().min(0);
const tally = z.strictObject({
  removed: count,
  restored: count,
  kept: count.meta({ description: 'Changed by later writes: stay as they are' }),
});
const outcome = z.strictObject({ verdict: z.enum(verdicts), value: z.string().nullable() });

const undoAnswer = z
  .strictObject({
    uploadId: z.string(),
    status: z.enum(['undone', 'dry-run', 'changed-later']),
    reason: z.string(),
    undoneAt: instant.nullable(),
    undoneBy: z.string(),
    values: tally,
    reports: tally,
    rowsRemoved: count,
    flags: z.strictObject({ set: count, cleared: count }),
    others: z.record(z.string(), count).meta({ description: 'Other things taken back, by kind' }),
    changedLater: z.strictObject({
      total: count,
      items: z.array(
        z.strictObject({
          kind: z.enum(['value', 'report', 'invalid-mark']),
          family: z.string(),
          site: z.string(),
          time: instant,
          indicator: z.string(),
          given: z.string(),
          stored: z.string(),
          origin: z.string(),
          by: z.string(),
          at: instant,
        }),
      ),
    }),
    notices: z.array(z.string()),
    impact: z
      .array(z.strictObject({ targetId: z.int(), name: z.string(), before: outcome, after: outcome }))
      .nullable()
      .meta({ description: 'Of a trial: targets whose verdict or value would change' }),
    recomputed: z.boolean(),
  })
  .meta({ id: 'UploadUndo' });

const historyEntry = z
  .strictObject({
    at: instant,
    change: z.enum(['set', 'replaced', 'removed', 'flag-set', 'flag-cleared']),
    value: z.string().nullable(),
    before: z.string().nullable(),
    span: z.string().nullable(),
    flag: z.string().nullable(),
    raw: z.string().nullable(),
    flagReason: z.string().nullable(),
    kind: z.string(),
    uploadId: z.string().nullable(),
    by: z.string(),
    reason: z.string(),
  })
  .meta({ id: 'ValueChange' });

/** Taking an upload back, and what ever happened to a value. */
export const undoRoutes = [
  defineRoute({
    method: 'post',
    path: '/api/v1/uploads/:id/undo',
    role: 'uploader',
    tag: 'uploads',
    summaryZh: '撤销一次上传',
    summaryEn: 'Take an upload back',
    description:
      '上传者可撤销自己的上传，审核人员可撤销任何人的。新写入的值被移除，被替换的值恢复原值，留痕可查。后来又被改过的值：不带 confirm 时' +
      '整个撤销被拒（409，列出改动）；confirm=true 时这些值保持现状，只收回现在仍来自这次上传的值。dryRun=true 只说明结果。 / Uploaders ' +
      'may undo their own uploads, reviewers any. Values the upload set are removed, values it replaced go back; ' +
      'everything is kept as revisions. Where later writes changed its values: 409 with the list, unless ' +
      'confirm=true; those later values then stay, and only what still comes from this upload is taken back.',
    statuses: [200],
    problems: ['not-found', 'undo-conflict', 'already-undone', 'nothing-to-undo', 'undo-not-yours'],
    timeoutMs: 600_000,
    params: z.object({ id: recordNumber }),
    body: z.strictObject({
      reason: z.string().trim().min(1).max(500),
      dryRun: z.boolean().default(false),
      confirm: z.boolean().default(false),
    }),
    response: undoAnswer,
    handle: async ({ services, params, body, actor, language }) => {
      const answer = await services.undo.undo(actor, params.id, body, language);
      if (answer.status === 'changed-later') {
        throw new RequestProblem(
          'undo-conflict',
          { id: params.id, count: answer.changedLater.total },
          { extensions: { changedLater: answer.changedLater } },
        );
      }
      return { body: answer };
    },
  }),
  defineRoute({
    method: 'get',
    path: '/api/v1/readings/history',
    role: 'viewer',
    tag: 'readings',
    summaryZh: '一个监测值的全部经过：谁、何时、为何、哪次上传',
    summaryEn: 'Everything that happened to one value: who, when, why, by which upload',
    description:
      '`family` 取监测值列表里的名称，或 `published`（随文件公布的 AQI、等级）。flag 的经过包括整行（`*`）的。 / `family` as in the ' +
      'list of readings, or `published` for texts published beside the values. Flags of the whole row (`*`) are ' +
      'among them.',
    statuses: [200],
    problems: ['not-found'],
    query: z.strictObject({
      family: z.string().regex(/^[a-z_]{1,40}$/),
      site: z.string().min(1).max(100).meta({ description: 'Site code' }),
      indicator: z.string().min(1).max(64),
      time: momentText.meta({ description: 'Start of the interval: RFC 3339 instant, or Beijing day' }),
      span: z.enum(['hour', 'day', 'month', 'instant']).optional(),
    }),
    response: z
      .strictObject({
        site: z.string(),
        siteName: z.string(),
        time: instant,
        indicator: z.string(),
        current: z.array(
          z.strictObject({ span: z.string().nullable(), value: z.string(), origin: z.string() }),
        ),
        items: z.array(historyEntry),
      })
      .meta({ id: 'ValueHistory' }),
    handle: async ({ services, query }) => ({ body: await services.history.find(query) }),
  }),
];
